"""Work that comes round by itself: a lane that is due again after each end, whoever holds it.

What was due while nobody worked stays due, and is made up for once, by whoever works next.
"""

from collections.abc import Awaitable, Callable, Sequence
from datetime import timedelta

import msgspec

from onhand.basics.clock import MICROSECONDS, Clock, day_of, time_on
from onhand.store.database import Database, Session
from onhand.store.lanes import make_due
from onhand.work.worker import Job, Keep

EVERYBODY = 0
"""In the place of a partner: the work is nobody's in particular."""


NextDue = Callable[[int], int]
"""When work that has come to its end is due again."""


class Periodic(msgspec.Struct, frozen=True):
    """A name (the kind of its lane), when it is due after an end, and what is done.

    One that is due `at_first` comes at once where it was never done before; else it waits for its time. One that comes
    `by_clock` is due when its time has come since it began, even if it took until then.
    """

    name: str
    next_due: NextDue
    work: Callable[[], Awaitable[object]]
    at_first: bool = False
    by_clock: bool = False


def every(seconds: float) -> NextDue:
    """So many seconds after each end."""
    return lambda now: now + round(seconds * MICROSECONDS)


def daily_at(hour: int, zone: str) -> NextDue:
    """Whenever the clocks of a zone come to a full hour: a day may have 23 or 25 hours between two of them."""

    def next_due(now: int) -> int:
        today = day_of(now, zone)
        at = time_on(today, hour, zone)
        return at if at > now else time_on(today + timedelta(days=1), hour, zone)

    return next_due


def job_of(periodic: Periodic, clock: Clock) -> Job:
    """The job that does it and says when it is due again."""

    async def job(_partner_id: int, _keep: Keep) -> int:
        began = clock()
        await periodic.work()
        return periodic.next_due(began if periodic.by_clock else clock())

    return job


async def begin(database: Database, clock: Clock, periodics: Sequence[Periodic]) -> None:
    """Make each due for its first time, or leave it where it is due earlier already."""

    async def work(session: Session) -> None:
        now = clock()
        for periodic in sorted(periodics, key=lambda each: each.name):
            await make_due(session, periodic.name, EVERYBODY, now if periodic.at_first else periodic.next_due(now))

    if periodics:
        await database.write(work)
