"""Feeds that fail on our side: tried so often, then given up with rows that say so, and the next ones go on."""

import asyncio
import json
from collections.abc import Callable
from typing import Any

import pytest

from onhand.dropship.feeds import faults, processing
from onhand.dropship.feeds.applying import apply_rows
from onhand.dropship.feeds.processing import FeedProcessor
from onhand.dropship.feeds.report import ERRORS_KEY, error_report
from onhand.dropship.feeds.status import Feed
from onhand.dropship.feeds.taking import LANE, PART_ROWS
from onhand.store.database import Database, Unavailable
from onhand.store.lanes import next_due
from onhand.work.worker import Worker
from tests.conftest import FrozenClock
from tests.dropship.feeds.yard import ITEM, OTHER_ITEM, Yard, file_of, row

pytestmark = pytest.mark.contract("DS-15", "DS-16", "DS-22")

ATTEMPTS = 3


class Broken(Exception):
    """A defect."""


@pytest.fixture
async def yard(database: Database, clock: FrozenClock) -> Yard:
    opened = await Yard(database, clock).open()
    opened.processor = FeedProcessor(database, clock, rows_max=PART_ROWS, attempts_max=ATTEMPTS)
    return opened


Break = Callable[[Callable[[str, int], bool], Exception], None]


@pytest.fixture
def broken(monkeypatch: pytest.MonkeyPatch) -> Break:
    """Lets the rows of a feed from an index on fail with an error, after they have been posted."""

    def make(fails: Callable[[str, int], bool], error: Exception) -> None:
        async def apply(session: Any, owner: Any, feed_id: str, taken_at: int, judged: Any, *others: Any) -> None:
            await apply_rows(session, owner, feed_id, taken_at, judged, *others)
            if fails(feed_id, judged.first):
                raise error

        monkeypatch.setattr(processing, "apply_rows", apply)

    return make


async def tried(yard: Yard, times: int) -> None:
    for _ in range(times):
        with pytest.raises(Broken):
            await yard.process()


async def report_of(yard: Yard, feed: Feed) -> Any:
    pieces = error_report(yard.database, yard.owners["vendor"].partner_id, feed)
    return json.loads(b"".join([piece async for piece in pieces]))


async def test_a_feed_that_fails_each_time_is_given_up_and_the_next_ones_go_on(
    yard: Yard, broken: Break, caplog: pytest.LogCaptureFixture
) -> None:
    bad = await yard.take(file_of([row(quantity=4), row(OTHER_ITEM, quantity=-1)]))
    good = await yard.take(file_of([row(OTHER_ITEM, quantity=7)]))
    broken(lambda feed_id, _: feed_id == bad, Broken("a defect"))
    await tried(yard, ATTEMPTS - 1)
    waiting, _ = await yard.status(bad)
    assert (waiting.status, waiting.rows_failed, waiting.rows_waiting) == ("RECEIVED", 0, 2)
    assert (await yard.status(good))[0].status == "RECEIVED"
    await yard.process()
    feed, rows = await yard.status(bad)
    assert (feed.status, feed.finished_at) == ("ERROR", yard.clock())
    assert (feed.rows_succeeded, feed.rows_failed, feed.rows_waiting) == (0, 2, 0)
    assert [each.outcome for each in rows] == ["SYSTEM_ERROR"] * 2
    assert [fault.code for fault in (*feed.faults, *rows[0].faults)] == [faults.NOT_PROCESSED] * 2
    assert (await yard.status(good))[0].status == "PROCESSED"
    assert (await yard.units(), await yard.units(OTHER_ITEM), await yard.legs()) == (None, 7, 1)
    (record,) = caplog.records
    assert record.exc_info is not None
    assert record.exc_info[0] is Broken


async def test_what_was_done_before_a_feed_was_given_up_stands_and_the_rest_is_sent_again(
    yard: Yard, broken: Break
) -> None:
    gtins = await yard.many(2 * PART_ROWS + 1)
    feed_id = await yard.take(file_of([*(row(gtin, quantity=6) for gtin in gtins), row(ITEM, quantity=-1)]))
    broken(lambda _, first: first >= PART_ROWS, Broken("a defect"))
    await tried(yard, ATTEMPTS - 1)
    await yard.process()
    feed, rows = await yard.status(feed_id)
    assert [each.outcome for each in rows] == ["SUCCESS"] * PART_ROWS + ["SYSTEM_ERROR"] * (PART_ROWS + 2)
    assert (feed.status, feed.rows_succeeded, feed.rows_failed) == ("ERROR", PART_ROWS, PART_ROWS + 2)
    assert await yard.legs() == PART_ROWS
    report = await report_of(yard, feed)
    assert [each["productId"] for each in report["Inventory"]] == [*gtins[PART_ROWS:], ITEM]
    assert {each[ERRORS_KEY][0]["code"] for each in report["Inventory"]} == {faults.NOT_PROCESSED}
    broken(lambda *_: False, Broken())
    again = await yard.take(json.dumps(report).encode())
    await yard.process()
    mended, _ = await yard.status(again)
    assert (mended.status, mended.rows_succeeded, mended.rows_failed) == ("PROCESSED", PART_ROWS + 1, 1)
    assert await yard.legs() == 2 * PART_ROWS + 1


async def test_a_feed_that_fails_less_often_is_processed_as_if_it_had_not(yard: Yard, broken: Break) -> None:
    feed_id = await yard.take(file_of([row(quantity=4), row(quantity=5)]))
    broken(lambda *_: True, Broken("a defect"))
    await tried(yard, ATTEMPTS - 1)
    broken(lambda *_: False, Broken())
    await yard.process()
    feed, _ = await yard.status(feed_id)
    assert (feed.status, feed.rows_succeeded, feed.rows_failed, await yard.units()) == ("PROCESSED", 1, 1, 4)


async def test_the_rows_of_a_feed_that_will_be_tried_again_are_in_no_report(yard: Yard, broken: Break) -> None:
    gtins = await yard.many(PART_ROWS)
    feed_id = await yard.take(file_of([*(row(gtin, quantity=-1) for gtin in gtins), row()]))
    broken(lambda _, first: first >= PART_ROWS, Broken("a defect"))
    await tried(yard, 1)
    feed, rows = await yard.status(feed_id)
    assert (feed.status, rows[-1].outcome) == ("INPROGRESS", "INPROGRESS")
    assert [each["productId"] for each in (await report_of(yard, feed))["Inventory"]] == gtins


async def test_a_database_that_is_away_is_no_failure_of_the_feed_s(yard: Yard, broken: Break) -> None:
    feed_id = await yard.take(file_of([row(quantity=4)]))
    broken(lambda *_: True, Unavailable("away"))
    for _ in range(2 * ATTEMPTS):
        with pytest.raises(Unavailable):
            await yard.process()
    broken(lambda *_: True, Broken("a defect"))
    await tried(yard, ATTEMPTS - 1)
    assert (await yard.status(feed_id))[0].status == "RECEIVED"


async def test_a_worker_gives_a_feed_up_after_its_waits_and_is_done_with_the_lane(yard: Yard, broken: Break) -> None:
    bad = await yard.take(file_of([row()]))
    good = await yard.take(file_of([row(quantity=8)]))
    broken(lambda feed_id, _: feed_id == bad, Broken("a defect"))
    worker = Worker(yard.database, yard.clock, {LANE: yard.processor.process}, new_id=lambda: f"at {yard.clock()}")
    attempts = 0
    while (due_at := await next_due(yard.database, {LANE})) is not None:
        yard.clock.now = max(yard.clock(), due_at)
        attempts += await worker.run_due()
    assert attempts == ATTEMPTS
    assert [(await yard.status(feed_id))[0].status for feed_id in (bad, good)] == ["ERROR", "PROCESSED"]
    assert await yard.units() == 8


async def test_two_that_give_a_feed_up_at_once_count_its_rows_once(yard: Yard, broken: Break) -> None:
    feed_id = await yard.take(file_of([row(), row(OTHER_ITEM)]))
    broken(lambda *_: True, Broken("a defect"))
    await tried(yard, ATTEMPTS - 1)
    await asyncio.gather(yard.process(), yard.process())
    feed, _ = await yard.status(feed_id)
    assert (feed.status, feed.rows_failed, feed.rows_waiting) == ("ERROR", 2, 0)
