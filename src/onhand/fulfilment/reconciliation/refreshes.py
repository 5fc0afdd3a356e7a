"""The refreshes that there were: which one is shown, which one is under way, and which one is due (WF-05)."""

from datetime import date
from pathlib import Path

import msgspec

from onhand.basics.clock import Clock
from onhand.fulfilment.reconciliation.calendar import (
    FIRST_MONTH,
    day_number,
    day_of_number,
    first_day,
    last_day_due,
    open_month_after,
)
from onhand.store.database import Database, Session
from onhand.store.queries import Queries, json_list

SQL = Queries(Path(__file__).with_name("refreshes.sql"))


class Refresh(msgspec.Struct, frozen=True):
    """One refresh: the last day that it knows, and the earliest open month before it and after it.

    `completed_at` is None while it is under way.
    """

    refresh_id: int
    last_day_number: int
    open_before: int
    open_month: int
    begun_at: int
    completed_at: int | None

    @property
    def last_day(self) -> date:
        """The last day that it knows, as a whole."""
        return day_of_number(self.last_day_number)


async def newest_refresh(session: Session | Database) -> Refresh | None:
    """The refresh that began last."""
    row = await session.one(SQL["newest_refresh"])
    return Refresh(*row) if row else None


async def shown_refresh(session: Session | Database) -> Refresh | None:
    """The refresh whose figures are answered: the newest that is complete."""
    row = await session.one(SQL["shown_refresh"])
    return Refresh(*row) if row else None


async def refresh_by_id(session: Session | Database, refresh_id: int) -> Refresh:
    """The refresh of that id, which is known to be there."""
    row = await session.one(SQL["refresh_by_id"], refresh_id=refresh_id)
    assert row is not None, "refreshes are never forgotten"
    return Refresh(*row)


async def refresh_of_month(session: Session | Database, partner_id: int, month: int, shown: Refresh) -> Refresh:
    """The refresh whose names are kept of a month that is closed by `shown`: the one that closed it.

    That is the one that first found units of the seller, where these are of a time that was closed already.
    """
    closed = await session.one(SQL["closed_by"], month=month)
    begun = await session.one(SQL["seller_begun_by"], partner_id=partner_id)
    closed_by = int(closed[0]) if closed and closed[0] is not None else shown.refresh_id
    return await refresh_by_id(session, min(shown.refresh_id, max(closed_by, begun[0] if begun else 0)))


async def begin_due(database: Database, clock: Clock, grace_days: int) -> Refresh | None:
    """The refresh that is to be done: one that was left unfinished before any other; None where none is due."""

    async def work(session: Session) -> Refresh | None:
        newest = await newest_refresh(session)
        if newest is not None and newest.completed_at is None:
            return newest
        begun = next_refresh(newest, clock(), grace_days)
        if begun is not None:
            # Of two that begin one, the second is told to run again, and finds the first one's.
            await session.insert(
                SQL["begin_refresh"],
                refresh_id=begun.refresh_id,
                last_day=begun.last_day_number,
                open_before=begun.open_before,
                open_month=begun.open_month,
                begun_at=begun.begun_at,
            )
        return begun

    return await database.write(work)


def next_refresh(newest: Refresh | None, now: int, grace_days: int) -> Refresh | None:
    """The refresh that is due at a moment, where `newest` was the last one; None where it is done already.

    However many were missed, it is one. A month that was closed stays closed, whatever the days of grace say now.
    """
    day = last_day_due(now)
    if day < first_day(FIRST_MONTH) or (newest is not None and newest.last_day >= day):
        return None
    open_before = newest.open_month if newest else max(FIRST_MONTH, open_month_after(day, grace_days))
    open_month = max(open_before, open_month_after(day, grace_days))
    return Refresh(newest.refresh_id + 1 if newest else 1, day_number(day), open_before, open_month, now, None)


async def complete(database: Database, clock: Clock, refresh: Refresh, found_sellers: set[int]) -> None:
    """Show the figures of a refresh from now on."""

    async def work(session: Session) -> None:
        named = {"refresh_id": refresh.refresh_id}
        await session.run(SQL["begin_sellers"], partner_ids=json_list(sorted(found_sellers)), **named)
        await session.run(SQL["complete_refresh"], completed_at=clock(), **named)

    await database.write(work)
