"""The moments that the platform gives to what a partner declares: each later than the one before, whatever clocks say.

A feed happens when it was taken, long before its rows are posted. Two writes within one tick of a clock, or told to two
machines whose clocks differ, keep their order because the next moment is always one microsecond later at least.
"""

from pathlib import Path

from onhand.store.database import Session
from onhand.store.queries import Queries

_SQL = Queries(Path(__file__).with_name("moments.sql"))


async def next_moment(session: Session, partner_id: int, now: int) -> int:
    """The next moment of a partner, `now` or later; its other writers wait until this transaction has ended."""
    row = await session.one(_SQL["next_moment"], partner_id=partner_id, now=now)
    assert row is not None, "an upsert returns its row"
    return int(row[0])


async def raise_moment(session: Session, partner_id: int, moment: int) -> None:
    """Say that a declaration happened at a moment later than the one that was taken for it."""
    await session.run(_SQL["raise_moment"], partner_id=partner_id, moment=moment)


async def newest_moment(session: Session, partner_id: int) -> int:
    """The newest moment that was given to a declaration of a partner, 0 where there was none."""
    row = await session.one(_SQL["newest_moment"], partner_id=partner_id)
    return int(row[0]) if row else 0
