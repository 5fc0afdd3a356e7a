"""Lanes of durable work: what is due, done in order and by one worker at a time.

A lane is named by a kind of work and a partner. Whoever stores something that has to be done later makes its lane due
in the same transaction. A worker claims a due lane for as long as its lease lasts, and longer as often as it says so;
the lane of a worker that died is claimed by another when its lease has ended. Work that is asked for while its lane is
held is never lost: the holder's release leaves the lane due.

What is asked for lasts. Who holds a lane need not outlive the machine, so claiming, keeping and giving back do not wait
for the disk: where the power fails, a lane is free again, or held until its lease ends.
"""

from collections.abc import Collection
from pathlib import Path

import msgspec

from onhand.store.database import Database, Session, Value
from onhand.store.queries import Queries, json_list

_SQL = Queries(Path(__file__).with_name("lanes.sql"))


class Lane(msgspec.Struct, frozen=True):
    """A lane that `holder` has claimed; `failures` is how often in a row its work failed before."""

    kind: str
    partner_id: int
    asked: int
    failures: int
    holder: str


class LeaseLost(Exception):
    """Another worker has claimed the lane, because its lease ended before it was kept."""


async def make_due(session: Session, kind: str, partner_id: int, due_at: int) -> None:
    """Ask for the work of a lane from `due_at` on; one that is due earlier already stays so."""
    await session.run(_SQL["make_due"], kind=kind, partner_id=partner_id, due_at=due_at)


async def next_due(database: Database, kinds: Collection[str]) -> int | None:
    """The moment at which a lane of these kinds can be claimed, None where nothing is to be done."""
    row = await database.one(_SQL["next_due"], kinds=json_list(sorted(kinds)))
    return row[0] if row else None


async def claim(database: Database, kinds: Collection[str], holder: str, now: int, leased_until: int) -> Lane | None:
    """Take the lane that has been due longest, None where every due one is held.

    `holder` names this claim: no two claims have one name.
    """

    async def work(session: Session) -> Lane | None:
        named = {"kinds": json_list(sorted(kinds)), "holder": holder}
        row = await session.one(_SQL["claim"], **named, now=now, leased_until=leased_until)
        return Lane(row[0], row[1], row[2], row[3], holder) if row else None

    return await database.write(work, durable=False)


async def keep(database: Database, lane: Lane, leased_until: int) -> bool:
    """Hold a lane longer; False where somebody else has claimed it since."""

    async def work(session: Session) -> bool:
        return await session.run(_SQL["keep"], leased_until=leased_until, **_key(lane)) > 0

    return await database.write(work, durable=False)


async def release(
    database: Database, lane: Lane, *, due_at: int | None, failures: int, rests_until: int | None = None
) -> bool:
    """Give a lane back, due again at `due_at` or not at all; one that was asked for meanwhile stays due.

    Nobody claims it before `rests_until`, whoever asks for it. False where somebody else has claimed it since, and
    nothing was changed.
    """
    said: dict[str, Value] = {"due_at": due_at, "failures": failures, "rests_until": rests_until}

    async def work(session: Session) -> bool:
        return await session.run(_SQL["release"], asked=lane.asked, **said, **_key(lane)) > 0

    return await database.write(work, durable=False)


def _key(lane: Lane) -> dict[str, Value]:
    return {"kind": lane.kind, "partner_id": lane.partner_id, "holder": lane.holder}
