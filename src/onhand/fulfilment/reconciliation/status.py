"""How the reconciliation stands: what is shown, what is under way, and what each centre has done of it."""

from datetime import date, timedelta

import msgspec

from onhand.fulfilment.centres import all_centres
from onhand.fulfilment.reconciliation.calendar import FIRST_MONTH, first_day, last_day_due, refreshed_at
from onhand.fulfilment.reconciliation.refreshes import Refresh, newest_refresh, shown_refresh
from onhand.fulfilment.reconciliation.refreshing import centre_is_done
from onhand.stock.locations import Location
from onhand.store.database import Database, Session


class CentreStatus(msgspec.Struct, frozen=True):
    """A centre, and whether the newest refresh is done there."""

    centre: Location
    is_done: bool


class Status(msgspec.Struct, frozen=True):
    """The refresh that is shown, the one under way, and when the next one is due, in microseconds.

    `closed_from` and `closed_to` are the first and the last closed month; `closed_to` is before `closed_from` where
    none is closed yet.
    """

    shown: Refresh | None
    under_way: Refresh | None
    next_due_at: int
    closed_from: int
    closed_to: int
    centres: tuple[CentreStatus, ...]


async def status_of(database: Database, now: int) -> Status:
    """How the reconciliation stands at a moment."""

    async def work(session: Session) -> Status:
        shown, newest = await shown_refresh(session), await newest_refresh(session)
        centres = [
            CentreStatus(centre, newest is not None and await centre_is_done(session, centre.location_id, newest))
            for centre in await all_centres(session)
        ]
        closed_to = (shown.open_month if shown else FIRST_MONTH) - 1
        under_way = newest if newest is not None and newest.completed_at is None else None
        return Status(shown, under_way, next_due_at(newest, now), FIRST_MONTH, closed_to, tuple(centres))

    return await database.read(work)


def next_due_at(newest: Refresh | None, now: int) -> int:
    """When the next refresh is due; in the past where it has not begun although it is."""
    due = max(last_day_due(now), first_day(FIRST_MONTH))
    if newest is None or newest.last_day < due:
        return refreshed_at(due)
    return refreshed_at(_next(newest.last_day))


def _next(day: date) -> date:
    return day + timedelta(days=1)
