"""Does what is due: any number of workers, in any number of processes, each lane by one of them at a time.

What the work is, is given: a function for each kind of lane. It may be ended at any moment, by a crash or by a stop,
and is begun again by whoever claims the lane next; so it has to be repeatable. A failure is logged and tried again
after a while, longer each time; it never ends the worker.
"""

import asyncio
import logging
from collections.abc import Awaitable, Callable, Mapping
from contextlib import suppress
from typing import Any

from onhand.basics.clock import MICROSECONDS, Clock
from onhand.store import lanes
from onhand.store.database import Database, Unavailable
from onhand.store.lanes import Lane, LeaseLost

Keep = Callable[[], Awaitable[None]]
"""Makes sure that the lane is still held; raises LeaseLost where it is not."""

Job = Callable[[int, Keep], Awaitable[int | None]]
"""Does the work of a partner's lane; the moment at which it is due again, or None."""

_BACKOFF_SECONDS_MAX = 300
_KEPT_TIMES_PER_LEASE = 3

logger = logging.getLogger(__name__)


class Worker:
    """Claims lanes of the kinds of `jobs`, and does their work.

    `new_id` names its claims. A lease lasts `lease_seconds`; with nothing due, it looks again after `poll_seconds`, or
    as soon as it is woken. `lanes_max` lanes are worked on at once.
    """

    def __init__(
        self,
        database: Database,
        clock: Clock,
        jobs: Mapping[str, Job],
        *,
        new_id: Callable[[], str],
        lease_seconds: float = 30.0,
        poll_seconds: float = 1.0,
        lanes_max: int = 1,
    ) -> None:
        self._database = database
        self._clock = clock
        self._jobs = dict(jobs)
        self._new_id = new_id
        self._lease_seconds = lease_seconds
        self._poll_seconds = poll_seconds
        self._woken = [asyncio.Event() for _ in range(lanes_max)]

    def wake(self) -> None:
        """Look at once for what is due."""
        for woken in self._woken:
            woken.set()

    async def run(self) -> None:
        """Do what is due until cancelled; the lane at hand is given back then, with its work as it stands."""
        async with asyncio.TaskGroup() as group:
            for woken in self._woken:
                group.create_task(self._run(woken))

    async def run_due(self) -> int:
        """Do everything that is due now, and end; how many lanes were worked on."""
        done = 0
        while await self._work_once():
            done += 1
        return done

    async def _run(self, woken: asyncio.Event) -> None:
        while True:
            woken.clear()
            if await self._attempt():
                continue
            with suppress(TimeoutError):
                await asyncio.wait_for(woken.wait(), self._poll_seconds)

    async def _attempt(self) -> bool:
        try:
            return await self._work_once()
        except Unavailable as error:
            logger.warning("the worker found the database unavailable and looks again: %s", error)
        except Exception:
            # Nobody awaits the worker: without a line in the log a defect would end all work unseen.
            logger.exception("the worker failed to claim or give back a lane, and looks again")
        return False

    async def _work_once(self) -> bool:
        now = self._clock()
        due_at = await lanes.next_due(self._database, self._jobs)
        if due_at is None or due_at > now:
            return False
        lane = await lanes.claim(self._database, self._jobs, self._new_id(), now, now + self._lease())
        if lane is None:
            return False
        await self._do(lane)
        return True

    async def _do(self, lane: Lane) -> None:
        named = {"kind": lane.kind, "partner_id": lane.partner_id}
        try:
            due_at = await self._kept(lane)
        except asyncio.CancelledError:
            await lanes.release(self._database, lane, due_at=self._clock(), failures=lane.failures)
            raise
        except LeaseLost:
            logger.warning("another worker took a lane over", extra=named)
        except Exception as error:
            failures = lane.failures + 1
            again = self._clock() + min(2**failures, _BACKOFF_SECONDS_MAX) * MICROSECONDS
            if isinstance(error, Unavailable):
                logger.warning("work will be tried again, the database is unavailable: %s", error, extra=named)
            else:
                logger.exception("work failed, and will be tried again", extra={**named, "failures": failures})
            await lanes.release(self._database, lane, due_at=again, failures=failures, rests_until=again)
        else:
            await lanes.release(self._database, lane, due_at=due_at, failures=0)

    async def _kept(self, lane: Lane) -> int | None:
        """Do the work of a lane while its lease is kept, and stop it where the lease is lost."""

        async def keep() -> None:
            if not await lanes.keep(self._database, lane, self._clock() + self._lease()):
                raise LeaseLost

        async def beat() -> None:
            while True:
                await asyncio.sleep(self._lease_seconds / _KEPT_TIMES_PER_LEASE)
                await keep()

        work = asyncio.ensure_future(self._jobs[lane.kind](lane.partner_id, keep))
        beating = asyncio.create_task(beat())
        try:
            await asyncio.wait({work, beating}, return_when=asyncio.FIRST_COMPLETED)
            if work.done():
                return await work
            await beating
            raise LeaseLost
        finally:
            await _ended({work, beating})

    def _lease(self) -> int:
        return round(self._lease_seconds * MICROSECONDS)


async def _ended(tasks: "set[asyncio.Future[Any]]") -> None:
    """Cancel what is still running and wait until it has let go of everything, even where the waiting is cancelled."""
    for task in tasks:
        task.cancel()
    cancelled = False
    while pending := {task for task in tasks if not task.done()}:
        try:
            await asyncio.wait(pending)
        except asyncio.CancelledError:
            cancelled = True
    for task in tasks:
        # Whoever waits for the work has been told already; what is never asked for would be logged as a defect.
        _ = task.cancelled() or task.exception()
    if cancelled:
        raise asyncio.CancelledError
