"""The worker: what is due is done, by one at a time, again where it failed, and stopped at any moment."""

import asyncio
import itertools
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import asynccontextmanager, suppress
from typing import Any

import pytest

from onhand.basics.clock import format_micros, parse_time, system_clock
from onhand.store.database import Database
from onhand.store.lanes import LeaseLost, claim, make_due, next_due
from onhand.work.periodic import EVERYBODY, Periodic, begin, daily_at, every, job_of
from onhand.work.worker import Job, Keep, Worker
from tests.conftest import FrozenClock

KIND = "feeds"
_NAMES = itertools.count(1)


def worker_of(database: Database, clock: Callable[[], int], jobs: Mapping[str, Job], **options: Any) -> Worker:
    return Worker(database, clock, jobs, new_id=lambda: f"claim-{next(_NAMES)}", **options)


async def due(database: Database, partner_id: int = 5, at: int = 0, kind: str = KIND) -> None:
    await database.write(lambda session: make_due(session, kind, partner_id, at))


async def nothing_due(database: Database) -> None:
    while await next_due(database, {KIND}) is not None:  # noqa: ASYNC110 - it happens in the database
        await asyncio.sleep(0.01)


@asynccontextmanager
async def running(*workers: Worker) -> AsyncIterator[None]:
    tasks = [asyncio.create_task(worker.run()) for worker in workers]
    try:
        yield
    finally:
        for task in tasks:
            task.cancel()
            with suppress(asyncio.CancelledError):
                await task


async def test_what_is_due_is_done_once(database: Database, clock: FrozenClock) -> None:
    done: list[int] = []

    async def job(partner_id: int, _keep: Keep) -> None:
        done.append(partner_id)

    for partner_id in (1, 2):
        await due(database, partner_id)
    worker = worker_of(database, clock, {KIND: job})
    assert (await worker.run_due(), sorted(done), await worker.run_due()) == (2, [1, 2], 0)


async def test_work_says_when_it_is_due_again(database: Database, clock: FrozenClock) -> None:
    async def job(_partner_id: int, _keep: Keep) -> int:
        return clock() + 7

    await due(database)
    await worker_of(database, clock, {KIND: job}).run_due()
    assert await next_due(database, {KIND}) == clock() + 7


async def test_what_fails_is_tried_again_later_each_time(
    database: Database, clock: FrozenClock, caplog: pytest.LogCaptureFixture
) -> None:
    async def job(_partner_id: int, _keep: Keep) -> None:
        raise ValueError("a defect")

    await due(database)
    worker = worker_of(database, clock, {KIND: job})
    waits = []
    for _ in range(3):
        assert await worker.run_due() == 1
        at = await next_due(database, {KIND})
        assert at is not None
        waits.append((at - clock()) // 1_000_000)
        clock.now = at
    assert waits == [2, 4, 8]
    assert [record.getMessage() for record in caplog.records] == ["work failed, and will be tried again"] * 3


async def test_what_fails_is_not_tried_sooner_because_more_is_asked_for(database: Database, clock: FrozenClock) -> None:
    tries = 0

    async def job(_partner_id: int, _keep: Keep) -> None:
        nonlocal tries
        tries += 1
        await due(database)
        raise ValueError("a defect")

    await due(database)
    worker = worker_of(database, clock, {KIND: job})
    await worker.run_due()
    await due(database, at=clock())
    assert (await worker.run_due(), tries) == (0, 1)
    clock.advance(2)
    assert (await worker.run_due(), tries) == (1, 2)


async def test_a_failure_of_one_lane_does_not_hold_up_another(database: Database, clock: FrozenClock) -> None:
    done: list[int] = []

    async def job(partner_id: int, _keep: Keep) -> None:
        if partner_id == 1:
            raise ValueError("a defect")
        done.append(partner_id)

    await due(database, 1, at=0)
    await due(database, 2, at=1)
    await worker_of(database, clock, {KIND: job}).run_due()
    assert done == [2]


async def test_a_worker_that_is_woken_looks_at_once(database: Database) -> None:
    done = asyncio.Event()

    async def job(_partner_id: int, _keep: Keep) -> None:
        done.set()

    worker = worker_of(database, system_clock, {KIND: job}, poll_seconds=600.0)
    async with running(worker):
        await asyncio.sleep(0.05)
        await due(database)
        worker.wake()
        await asyncio.wait_for(done.wait(), 10)


async def test_a_worker_finds_by_itself_what_another_process_left(database: Database) -> None:
    done = asyncio.Event()

    async def job(_partner_id: int, _keep: Keep) -> None:
        done.set()

    async with running(worker_of(database, system_clock, {KIND: job}, poll_seconds=0.01)):
        await asyncio.sleep(0.05)
        await due(database)
        await asyncio.wait_for(done.wait(), 10)


async def test_no_two_workers_are_at_one_partner_s_work_at_once(database: Database) -> None:
    at_work: set[int] = set()
    clashes: list[int] = []
    rounds: dict[int, int] = dict.fromkeys(range(3), 0)

    async def job(partner_id: int, _keep: Keep) -> None:
        if partner_id in at_work:
            clashes.append(partner_id)
        at_work.add(partner_id)
        await asyncio.sleep(0.003)
        at_work.discard(partner_id)
        rounds[partner_id] += 1

    workers = [worker_of(database, system_clock, {KIND: job}, poll_seconds=0.005) for _ in range(3)]
    async with running(*workers):
        for _ in range(15):
            for partner_id in rounds:
                await due(database, partner_id)
            await asyncio.sleep(0.004)
        await asyncio.wait_for(nothing_due(database), 20)
    assert (clashes, min(rounds.values()) > 1) == ([], True)


async def test_work_longer_than_its_lease_is_kept(database: Database) -> None:
    begun: list[int] = []
    done = asyncio.Event()

    async def job(partner_id: int, _keep: Keep) -> None:
        begun.append(partner_id)
        await asyncio.sleep(0.6)
        done.set()

    await due(database)
    workers = [worker_of(database, system_clock, {KIND: job}, lease_seconds=0.2, poll_seconds=0.02) for _ in range(2)]
    async with running(*workers):
        await asyncio.wait_for(done.wait(), 10)
    assert begun == [5]


async def test_whose_lane_was_taken_over_is_stopped(database: Database, clock: FrozenClock) -> None:
    told: list[str] = []

    async def job(_partner_id: int, keep: Keep) -> None:
        clock.advance(31)
        assert await claim(database, {KIND}, "heir", clock(), clock() + 10) is not None
        try:
            await keep()
        except LeaseLost:
            told.append("lost")
            raise

    await due(database)
    await worker_of(database, clock, {KIND: job}).run_due()
    assert (told, await next_due(database, {KIND})) == (["lost"], clock() + 10)


async def test_a_worker_that_is_stopped_gives_its_lane_back_at_once(database: Database) -> None:
    begun = asyncio.Event()

    async def job(_partner_id: int, _keep: Keep) -> None:
        begun.set()
        await asyncio.sleep(600)

    await due(database)
    async with running(worker_of(database, system_clock, {KIND: job})):
        await asyncio.wait_for(begun.wait(), 10)
    at = await next_due(database, {KIND})
    assert at is not None
    assert at <= system_clock()


async def test_what_comes_round_by_itself_is_due_some_time_after_each_end(
    database: Database, clock: FrozenClock
) -> None:
    rounds: list[int] = []

    async def work() -> None:
        rounds.append(clock())

    periodic = Periodic("tidying", every(60.0), work)
    worker = worker_of(database, clock, {"tidying": job_of(periodic, clock)})
    start = clock()
    for _ in range(2):
        await begin(database, clock, [periodic])
    assert await worker.run_due() == 0
    for _ in range(2):
        clock.advance(60)
        await worker.run_due()
    assert [moment - start for moment in rounds] == [60_000_000, 120_000_000]
    assert await claim(database, {"tidying"}, "x", clock() + 60_000_000, clock()) is not None
    assert EVERYBODY == 0


async def test_what_was_due_while_nobody_worked_is_made_up_for_once(database: Database, clock: FrozenClock) -> None:
    rounds: list[int] = []

    async def work() -> None:
        rounds.append(clock())

    refresh = Periodic("refresh", daily_at(7, "America/Los_Angeles"), work)
    await begin(database, clock, [refresh])
    clock.advance(3 * 86_400)
    await begin(database, clock, [refresh])
    workers = [worker_of(database, clock, {"refresh": job_of(refresh, clock)}) for _ in range(2)]
    await asyncio.gather(*[worker.run_due() for worker in workers])
    assert rounds == [clock()]


async def test_what_is_due_at_first_comes_at_once(database: Database, clock: FrozenClock) -> None:
    rounds: list[int] = []

    async def work() -> None:
        rounds.append(clock())

    refresh = Periodic("refresh", daily_at(7, "America/Los_Angeles"), work, at_first=True)
    await begin(database, clock, [refresh])
    worker = worker_of(database, clock, {"refresh": job_of(refresh, clock)})
    assert await worker.run_due() == 1
    assert rounds == [clock()]


@pytest.mark.parametrize(
    ("now", "expected"),
    [
        ("2026-03-05T14:59:59.999999", "2026-03-05T15:00:00Z"),
        ("2026-03-05T15:00:00", "2026-03-06T15:00:00Z"),
        # Summer time begins on 8 March 2026, so seven in the morning is an hour earlier in UTC.
        ("2026-03-07T15:00:00", "2026-03-08T14:00:00Z"),
        ("2026-03-08T14:00:00", "2026-03-09T14:00:00Z"),
        # It ends on 1 November.
        ("2026-10-31T14:00:00", "2026-11-01T15:00:00Z"),
        ("2026-11-01T15:00:00", "2026-11-02T15:00:00Z"),
    ],
)
def test_daily_work_is_due_whenever_the_clocks_of_its_zone_show_the_hour(now: str, expected: str) -> None:
    moment = parse_time(now)
    assert moment is not None
    assert format_micros(daily_at(7, "America/Los_Angeles")(moment)) == expected
