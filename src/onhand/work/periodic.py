"""Work that comes round by itself: a lane that is due again some time after each end, whoever holds it."""

from collections.abc import Awaitable, Callable, Sequence

import msgspec

from onhand.basics.clock import MICROSECONDS, Clock
from onhand.store.database import Database, Session
from onhand.store.lanes import make_due
from onhand.work.worker import Job, Keep

EVERYBODY = 0
"""In the place of a partner: the work is nobody's in particular."""


class Periodic(msgspec.Struct, frozen=True):
    """A name (the kind of its lane), the seconds between an end and the next start, and what is done."""

    name: str
    every_seconds: float
    work: Callable[[], Awaitable[object]]


def job_of(periodic: Periodic, clock: Clock) -> Job:
    """The job that does it and says when it is due again."""

    async def job(_partner_id: int, _keep: Keep) -> int:
        await periodic.work()
        return _next(periodic, clock)

    return job


async def begin(database: Database, clock: Clock, periodics: Sequence[Periodic]) -> None:
    """Make each due for its first time: its time from now, or earlier where it is due earlier already."""

    async def work(session: Session) -> None:
        for periodic in sorted(periodics, key=lambda each: each.name):
            await make_due(session, periodic.name, EVERYBODY, _next(periodic, clock))

    if periodics:
        await database.write(work)


def _next(periodic: Periodic, clock: Clock) -> int:
    return clock() + round(periodic.every_seconds * MICROSECONDS)
