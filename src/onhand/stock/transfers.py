"""Moves between two locations: each half in its own transaction, the out-half first, both or none in the end.

No transaction spans two locations, so the event's key is first claimed where the units go to; a conflict there ends it
before anything is posted. Then the out-half is posted, and with it the event is accepted. Then the claim becomes the
in-half. Whoever stops in between leaves a row in `transfer`, from which `finish_transfers` completes the move, or takes
back a claim whose out-half was never posted.
"""

from collections.abc import Mapping
from functools import partial
from pathlib import Path

import msgspec

from onhand.basics.clock import MICROSECONDS, TIME_MAX, Clock
from onhand.stock.locations import Location
from onhand.stock.planning import content_hash
from onhand.stock.posting import Posted, claim_events, forget_event, post_legs, posted_hashes
from onhand.stock.streams import Event
from onhand.store.database import Database, Session
from onhand.store.queries import Queries

_SQL = Queries(Path(__file__).with_name("sql") / "transfers.sql")

CLAIM_SECONDS = 60
"""How long a claim is left to the writer that made it; the database's own patience with a writer is shorter."""


class _Halves(msgspec.Struct, frozen=True):
    event: Event
    said: int
    giver: Location
    taker: Location


async def post_transfer(database: Database, clock: Clock, places: Mapping[int, Location], event: Event) -> Posted:
    """Post both halves of a move between two locations."""
    halves = _halves(places, event)
    while True:
        claimed_at = clock()
        claimed = await database.write(partial(_claim, halves=halves, now=claimed_at))
        if claimed is Posted.CONFLICT:
            return claimed
        if clock() - claimed_at < CLAIM_SECONDS * MICROSECONDS // 2:
            break
    given = await database.write(partial(_give, halves=halves, now=clock()))
    if given is Posted.CONFLICT:
        await database.write(partial(_take_back, halves=halves))
        return given
    await _finish(database, clock, halves)
    return given


async def finish_transfers(database: Database, clock: Clock, places: Mapping[int, Location], location_id: int) -> int:
    """Complete the moves that were left unfinished at a location, or take their claims back; how many there were."""
    before = clock() - CLAIM_SECONDS * MICROSECONDS
    rows = await database.all(_SQL["unfinished_transfers"], location_id=location_id, created_before=before)
    for role, text in rows:
        halves = _halves(places, msgspec.json.decode(text, type=Event))
        if role == "out" or await _was_given(database, halves):
            await _finish(database, clock, halves)
        else:
            await database.write(partial(_take_back, halves=halves, claimed_before=before))
    return len(rows)


def _halves(places: Mapping[int, Location], event: Event) -> _Halves:
    here, there = places[event.location_id], places[event.other_location_id or event.location_id]
    giver, taker = (there, here) if event.quantity > 0 else (here, there)
    return _Halves(event, content_hash(event), giver, taker)


async def _claim(session: Session, halves: _Halves, now: int) -> Posted:
    """Take the event's key where the units go to."""
    event, taker_id = halves.event, halves.taker.location_id
    known = await posted_hashes(session, taker_id, [event])
    if not known:
        await claim_events(session, taker_id, [event], [halves.said], now)
        await _remember(session, halves, taker_id, "claim", now)
        return Posted.ACCEPTED
    if halves.said not in known.values():
        return Posted.CONFLICT
    # A claim that stands from an earlier try is this one's now, so that nobody takes it back as forgotten.
    await session.run(
        _SQL["renew_claim"], location_id=taker_id, source=event.source, event_id=event.event_id, created_at=now
    )
    return Posted.DUPLICATE


async def _give(session: Session, halves: _Halves, now: int) -> Posted:
    """Post the out-half."""
    event, giver_id = halves.event, halves.giver.location_id
    known = await posted_hashes(session, giver_id, [event])
    if known:
        return Posted.DUPLICATE if halves.said in known.values() else Posted.CONFLICT
    await claim_events(session, giver_id, [event], [halves.said], now)
    await post_legs(session, halves.giver, [event], now)
    await _remember(session, halves, giver_id, "out", now)
    return Posted.ACCEPTED


async def _finish(database: Database, clock: Clock, halves: _Halves) -> None:
    """Post the in-half where its claim still stands, then forget the move."""

    async def take(session: Session) -> None:
        if await _forget(session, halves, halves.taker.location_id, "claim"):
            await post_legs(session, halves.taker, [halves.event], clock())

    await database.write(take)
    await database.write(lambda session: _forget(session, halves, halves.giver.location_id, "out"))


async def _was_given(database: Database, halves: _Halves) -> bool:
    async def work(session: Session) -> bool:
        known = await posted_hashes(session, halves.giver.location_id, [halves.event])
        return halves.said in known.values()

    return await database.read(work)


async def _take_back(session: Session, halves: _Halves, claimed_before: int = TIME_MAX) -> None:
    """Give up a claim whose out-half was never posted, unless it was renewed: nothing refused leaves a trace."""
    taker_id = halves.taker.location_id
    if await _forget(session, halves, taker_id, "claim", claimed_before):
        await forget_event(session, taker_id, halves.event)


async def _forget(session: Session, halves: _Halves, location_id: int, role: str, before: int = TIME_MAX) -> int:
    """Delete a row of the move where it stands since before a moment; whether it did."""
    return await session.run(_SQL["delete_transfer"], created_before=before, **_key(halves, location_id, role))


async def _remember(session: Session, halves: _Halves, location_id: int, role: str, now: int) -> None:
    other = halves.taker if location_id == halves.giver.location_id else halves.giver
    await session.run(
        _SQL["insert_transfer"],
        other_location_id=other.location_id,
        content_hash=halves.said,
        event=msgspec.json.encode(halves.event).decode(),
        created_at=now,
        **_key(halves, location_id, role),
    )


def _key(halves: _Halves, location_id: int, role: str) -> dict[str, int | str]:
    event = halves.event
    return {"location_id": location_id, "source": event.source, "event_id": event.event_id, "role": role}
