"""Refreshes: when they are due, what they close, what is late, and what is shown meanwhile."""

import asyncio
from contextlib import suppress
from datetime import date, datetime

import pytest

from onhand.basics.clock import DAY, HOUR, day_of, parse_time
from onhand.catalogue.imports import import_items, import_skus, listed
from onhand.catalogue.items import remove_sku
from onhand.catalogue.report import SourceRow
from onhand.fulfilment.centres import CentresAdded, NewCentre, add_centres
from onhand.fulfilment.reconciliation import calendar
from onhand.fulfilment.reconciliation.asking import Wanted
from onhand.fulfilment.reconciliation.refreshes import next_refresh
from onhand.fulfilment.reconciliation.refreshing import Refresher
from onhand.fulfilment.reconciliation.status import status_of
from onhand.fulfilment.vocabulary import REASON_BY_CODE
from onhand.store.database import Database
from tests.conftest import FrozenClock
from tests.fulfilment.books import day, figures, file_of, month, refreshed, rows_of, shown
from tests.fulfilment.warehouse import (
    EAST,
    GTIN,
    NORTH,
    OTHER_GTIN,
    OTHER_SELLER,
    SELLER,
    SKU,
    WEST,
    Warehouse,
    arrival,
    dispatch,
    moved,
    transfer,
)
from tests.stock.stopping import Stopped, StoppingDatabase, WaitingDatabase

FEBRUARY, MARCH = month(2026, 2), month(2026, 3)


def at(text: str) -> int:
    """A moment."""
    found = parse_time(text)
    assert found is not None
    return found


def set_clock(warehouse: Warehouse, text: str) -> None:
    """Let it be some time."""
    assert isinstance(warehouse.clock, FrozenClock)
    warehouse.clock.now = at(text)


@pytest.mark.contract("WF-05")
@pytest.mark.parametrize(
    ("now", "last"),
    [
        # 07:00 PST is 15:00 UTC; after 8 March it is PDT, and 14:00.
        ("2026-03-05T14:59:59", "2026-03-03"),
        ("2026-03-05T15:00:00", "2026-03-04"),
        ("2026-03-08T13:59:59", "2026-03-06"),
        ("2026-03-08T14:00:00", "2026-03-07"),
        ("2026-11-01T14:59:59", "2026-10-30"),
        ("2026-11-01T15:00:00", "2026-10-31"),
    ],
)
def test_a_refresh_is_due_at_seven_by_the_clocks_of_the_pacific(now: str, last: str) -> None:
    assert str(calendar.last_day_due(at(now))) == last


@pytest.mark.contract("WF-08")
@pytest.mark.parametrize(
    ("last", "grace_days", "open_month"),
    [
        ("2026-02-27", 0, FEBRUARY),
        ("2026-02-28", 0, MARCH),
        ("2026-02-28", 1, FEBRUARY),
        ("2026-03-01", 1, MARCH),
        ("2026-03-26", 27, FEBRUARY),
        ("2026-03-27", 27, MARCH),
    ],
)
def test_a_month_closes_on_the_first_of_the_next_or_after_days_of_grace(
    last: str, grace_days: int, open_month: int
) -> None:
    assert calendar.open_month_after(day(last), grace_days) == open_month


def test_every_moment_of_a_year_lies_in_one_span_and_on_the_day_that_clocks_show() -> None:
    spans = calendar.spans(month(2026, 1), at("2026-12-31T20:00:00"))
    assert [span.to for span in spans[:-1]] == [span.from_ for span in spans[1:]]
    for moment in range(at("2026-01-01T08:00:00"), at("2026-12-31T20:00:00"), HOUR // 2):
        (span,) = [span for span in spans if span.from_ <= moment < span.to]
        found = calendar.day_of_number((moment + span.shift) // DAY)
        assert found == day_of(moment, calendar.PACIFIC)
        assert span.month == calendar.month_of_day(found)


def test_the_statements_know_the_event_types_by_the_columns_of_the_vocabulary() -> None:
    columns = ["RECEIVED", "SOLD", "RETURNED", "LOST", "FOUND", "DAMAGED", "REMOVED", "TRANSFERRED"]
    assert {code: reason.column for code, reason in REASON_BY_CODE.items() if reason.column != "ADJUSTED"} == dict(
        zip(range(43, 51), columns, strict=True)
    )


@pytest.mark.contract("WF-05")
def test_nothing_is_due_before_the_first_day_there_is() -> None:
    assert next_refresh(None, at("2022-01-02T14:59:59"), 0) is None
    first = next_refresh(None, at("2022-01-02T15:00:00"), 0)
    assert first is not None
    assert (first.last_day, first.open_month) == (date(2022, 1, 1), calendar.FIRST_MONTH)


@pytest.mark.contract("WF-08")
def test_a_month_that_was_closed_stays_closed_when_grace_is_given_later() -> None:
    newest = next_refresh(None, at("2026-03-01T15:00:00"), 0)
    assert newest is not None
    later = next_refresh(newest, at("2026-03-02T15:00:00"), 5)
    assert later is not None
    assert (newest.open_month, later.open_month) == (MARCH, MARCH)


@pytest.mark.contract("WF-05")
async def test_what_happened_since_midnight_is_not_shown(warehouse: Warehouse) -> None:
    # Noon UTC is 04:00 of the Pacific: the refresh of the 4th knows the 3rd, and midnight was at 08:00 UTC.
    set_clock(warehouse, "2026-03-04T15:30:00")
    await warehouse.accept(
        moved("before", "RECEIVED", quantity=3, occurred_at=_time("2026-03-04T07:59:59.999999+00:00")),
        moved("after", "RECEIVED", quantity=5, occurred_at=_time("2026-03-04T08:00:00+00:00")),
    )
    assert await refreshed(warehouse) == ["2026-03-03"]
    assert await rows_of(warehouse, MARCH) == {(GTIN, EAST): figures(received=3)}
    set_clock(warehouse, "2026-03-05T15:30:00")
    assert await refreshed(warehouse) == ["2026-03-04"]
    assert await rows_of(warehouse, MARCH) == {(GTIN, EAST): figures(received=8)}


def _time(text: str) -> datetime:
    return datetime.fromisoformat(text)


@pytest.mark.contract("WF-05")
async def test_refreshes_that_were_missed_are_made_up_for_once(warehouse: Warehouse) -> None:
    assert await refreshed(warehouse) == ["2026-03-03"]
    assert await refreshed(warehouse) == []
    set_clock(warehouse, "2026-04-20T15:00:00")
    assert await refreshed(warehouse) == ["2026-04-19"]
    assert (await shown(warehouse)).open_month == month(2026, 4)


@pytest.mark.contract("WF-08")
async def test_a_ledger_with_history_begins_with_all_of_its_months(warehouse: Warehouse) -> None:
    await warehouse.accept(
        moved("old", "RECEIVED", quantity=9, occurred_at=_time("2021-06-01T12:00:00+00:00")),
        moved("new-year", "SOLD", quantity=-1, occurred_at=_time("2022-01-01T08:00:00+00:00")),
        moved("sale", "SOLD", quantity=-2, occurred_at=_time("2026-01-10T12:00:00+00:00")),
        moved("again", "SOLD", quantity=-3, occurred_at=_time("2026-03-02T12:00:00+00:00")),
    )
    await refreshed(warehouse)
    assert await rows_of(warehouse, month(2022, 1)) == {(GTIN, EAST): figures(9, 8, sold=-1)}
    assert await rows_of(warehouse, month(2024, 7)) == {(GTIN, EAST): figures(8, 8)}
    assert await rows_of(warehouse, month(2026, 1)) == {(GTIN, EAST): figures(8, 6, sold=-2)}
    assert await rows_of(warehouse, FEBRUARY) == {(GTIN, EAST): figures(6, 6)}
    assert await rows_of(warehouse, MARCH) == {(GTIN, EAST): figures(6, 3, sold=-3)}


@pytest.mark.contract("WF-08")
async def test_what_is_late_for_a_closed_month_opens_the_next_one_once(warehouse: Warehouse) -> None:
    await warehouse.accept(moved("a", "RECEIVED", quantity=10, hours=24 * 20))
    await refreshed(warehouse)
    february = await file_of(warehouse, FEBRUARY)
    await warehouse.accept(moved("late", "SOLD", quantity=-4, hours=24 * 10), moved("in-time", "SOLD", quantity=-1))
    set_clock(warehouse, "2026-03-06T15:30:00")
    await refreshed(warehouse)
    assert await rows_of(warehouse, MARCH) == {(GTIN, EAST): figures(10, 5, sold=-1, adjusted=-4)}
    assert await file_of(warehouse, FEBRUARY) == february
    set_clock(warehouse, "2026-05-01T15:30:00")
    await refreshed(warehouse)
    assert await rows_of(warehouse, MARCH) == {(GTIN, EAST): figures(10, 5, sold=-1, adjusted=-4)}
    assert await rows_of(warehouse, month(2026, 4)) == {(GTIN, EAST): figures(5, 5)}


@pytest.mark.contract("WF-08")
async def test_a_late_movement_before_a_count_leaves_what_was_counted(warehouse: Warehouse) -> None:
    await warehouse.accept(
        moved("a", "RECEIVED", quantity=10, hours=24 * 20), moved("count", "PI", counted=8, hours=24 * 3)
    )
    await refreshed(warehouse)
    assert await rows_of(warehouse, MARCH) == {(GTIN, EAST): figures(10, 8, adjusted=-2)}
    await warehouse.accept(moved("late", "SOLD", quantity=-4, hours=24 * 10))
    set_clock(warehouse, "2026-03-06T15:30:00")
    await refreshed(warehouse)
    # −4 as March opens, and +4 at the count, which found 8 whatever was told later.
    assert await rows_of(warehouse, MARCH) == {(GTIN, EAST): figures(10, 8, adjusted=-2)}


@pytest.mark.contract("WF-08")
async def test_during_grace_two_months_are_open_and_chained(warehouse: Warehouse) -> None:
    await warehouse.accept(moved("a", "RECEIVED", quantity=10, hours=24 * 20))
    await refreshed(warehouse, grace_days=10)
    await warehouse.accept(moved("late", "SOLD", quantity=-4, hours=24 * 10))
    set_clock(warehouse, "2026-03-06T15:30:00")
    await refreshed(warehouse, grace_days=10)
    assert await rows_of(warehouse, FEBRUARY) == {(GTIN, EAST): figures(0, 6, received=10, sold=-4)}
    assert await rows_of(warehouse, MARCH) == {(GTIN, EAST): figures(6, 6)}


@pytest.mark.contract("WF-08")
async def test_transfers_sum_to_what_is_in_transit(warehouse: Warehouse) -> None:
    await warehouse.accept(
        moved("a", "RECEIVED", quantity=30, hours=24 * 20),
        transfer("t", EAST, WEST, 5, hours=24 * 19),
        dispatch("d", EAST, 7, hours=24 * 6),
    )
    await warehouse.accept(arrival("r", EAST, NORTH, 7, hours=24 * 3))
    await refreshed(warehouse)
    transferred = [sum(row[8] for row in (await rows_of(warehouse, each)).values()) for each in (FEBRUARY, MARCH)]
    assert transferred == [-7, 7]


@pytest.mark.contract("WF-07")
async def test_a_stream_that_has_nothing_but_zeros_has_no_row(warehouse: Warehouse) -> None:
    await warehouse.accept(
        moved("a", "RECEIVED", quantity=4, hours=24 * 20), moved("b", "REMOVED", quantity=-4, hours=24 * 19)
    )
    await refreshed(warehouse)
    assert await rows_of(warehouse, FEBRUARY) == {(GTIN, EAST): figures(0, 0, received=4, removed=-4)}
    assert await rows_of(warehouse, MARCH) == {}


async def test_a_seller_who_comes_later_begins_with_its_own_history(warehouse: Warehouse) -> None:
    await warehouse.accept(moved("a", "RECEIVED", quantity=4, hours=24 * 20))
    await refreshed(warehouse)
    mine = await file_of(warehouse, FEBRUARY)
    await warehouse.accept(moved("b", "RECEIVED", quantity=6, hours=24 * 20, partner_id=OTHER_SELLER))
    assert await rows_of(warehouse, FEBRUARY, OTHER_SELLER) == {}
    set_clock(warehouse, "2026-03-06T15:30:00")
    await refreshed(warehouse)
    assert await rows_of(warehouse, FEBRUARY, OTHER_SELLER) == {(GTIN, EAST): figures(0, 6, received=6)}
    assert await rows_of(warehouse, MARCH, OTHER_SELLER) == {(GTIN, EAST): figures(6, 6)}
    assert await file_of(warehouse, FEBRUARY) == mine


async def test_a_closed_month_keeps_the_names_of_the_refresh_that_closed_it(warehouse: Warehouse) -> None:
    await warehouse.accept(moved("a", "RECEIVED", quantity=4, hours=24 * 20))
    await refreshed(warehouse)
    february = await file_of(warehouse, FEBRUARY)
    renamed = [SourceRow(1, {"gtin": GTIN, "name": "Oats", "wmItemNbr": "900045678"})]
    assert (await import_items(warehouse.database, warehouse.clock, listed(renamed))).is_stored
    other = [SourceRow(1, {"gtin": GTIN, "seller": SELLER, "sku": "A-NEW-ONE"})]
    assert (await import_skus(warehouse.database, warehouse.clock, listed(other))).is_stored
    set_clock(warehouse, "2026-03-06T15:30:00")
    await refreshed(warehouse)
    assert await file_of(warehouse, FEBRUARY) == february
    assert b"00012345678905,900045678,A-NEW-ONE,Oats,Newark 1" in (await file_of(warehouse, MARCH))[1]
    for sku in ("A-NEW-ONE", SKU):
        assert await remove_sku(warehouse.database, partner_code=SELLER, sku=sku)
    set_clock(warehouse, "2026-03-07T15:30:00")
    await refreshed(warehouse)
    assert b"00012345678905,900045678,00012345678905,Oats,Newark 1" in (await file_of(warehouse, MARCH))[1]


@pytest.mark.contract("WF-05")
async def test_nothing_of_a_refresh_is_shown_before_all_of_it_is_done(warehouse: Warehouse) -> None:
    await _three_centres(warehouse)
    await refreshed(warehouse)
    before = [await file_of(warehouse, each) for each in (FEBRUARY, MARCH)]
    await _late_everywhere(warehouse)
    set_clock(warehouse, "2026-04-01T15:30:00")
    reached = 0
    # A refresh that is taken up again asks each centre whether it is done, so it has to come further each time.
    for writes in range(1, 40):
        stopping = StoppingDatabase(warehouse.database, writes=writes)
        with suppress(Stopped):
            await Refresher(stopping, warehouse.clock, streams_max=1).run_due()
        if str((await shown(warehouse)).last_day) == "2026-03-31":
            break
        reached += 1
        for each, (name, content) in zip((FEBRUARY, MARCH), before, strict=True):
            wanted = Wanted(each, day("2026-02-28" if each == FEBRUARY else "2026-03-03"))
            assert await file_of(warehouse, wanted) == (name, content)
    assert reached > 3
    await _check_after(warehouse)


@pytest.mark.contract("WF-05")
async def test_any_number_of_workers_refresh_as_one(warehouse: Warehouse) -> None:
    await _three_centres(warehouse)
    await refreshed(warehouse)
    await _late_everywhere(warehouse)
    set_clock(warehouse, "2026-04-01T15:30:00")
    done = await asyncio.gather(*(refreshed(warehouse, streams_max=1) for _ in range(4)))
    assert ["2026-03-31"] in done
    await _check_after(warehouse)


@pytest.mark.contract("WF-05")
async def test_whoever_is_overtaken_anywhere_changes_nothing_of_what_is_shown(warehouse: Warehouse) -> None:
    await _three_centres(warehouse)
    await refreshed(warehouse)
    # The worker that is overtaken waits before each of its writes in turn, until it makes no more of them.
    for number in range(1, 40):
        set_clock(warehouse, f"2026-{4 + number // 28:02d}-{2 + number % 28:02d}T15:30:00")
        overtaken = WaitingDatabase(warehouse.database, writes=number)
        late = asyncio.create_task(Refresher(overtaken, warehouse.clock, streams_max=1).run_due())
        waiting = asyncio.create_task(overtaken.waits.wait())
        await asyncio.wait({late, waiting}, return_when=asyncio.FIRST_COMPLETED)
        waiting.cancel()
        if late.done():
            break
        await refreshed(warehouse, streams_max=1)
        before = await file_of(warehouse, MARCH + 1 + number // 28)
        renamed = [SourceRow(1, {"gtin": GTIN, "name": f"Name {number}"})]
        assert (await import_items(warehouse.database, warehouse.clock, listed(renamed))).is_stored
        overtaken.goes_on.set()
        await late
        assert await file_of(warehouse, MARCH + 1 + number // 28) == before
    assert late.done()
    assert number > 5


@pytest.mark.contract("WF-05")
async def test_a_centre_that_is_added_during_a_refresh_is_in_it_as_a_whole_or_not_at_all(warehouse: Warehouse) -> None:
    await _three_centres(warehouse)
    await refreshed(warehouse)
    set_clock(warehouse, "2026-04-02T15:30:00")
    first, second = (WaitingDatabase(warehouse.database, writes=writes) for writes in (1, 2))
    done = asyncio.create_task(Refresher(first, warehouse.clock, streams_max=1).run_due())
    await first.waits.wait()
    added = await add_centres(warehouse.database, warehouse.clock, [NewCentre("AAA1", "Reno 1")])
    assert isinstance(added, CentresAdded)
    there = [moved(gtin, "RECEIVED", "AAA1", quantity=7, gtin=gtin, hours=1) for gtin in (GTIN, OTHER_GTIN)]
    await warehouse.accept(*there)
    # The second worker knows of the new centre, and takes one of its two items before the first completes the refresh.
    late = asyncio.create_task(Refresher(second, warehouse.clock, streams_max=1).run_due())
    await second.waits.wait()
    first.goes_on.set()
    await done
    before = await file_of(warehouse, MARCH)
    assert before[1].count(b"Reno 1") == 2
    second.goes_on.set()
    await late
    assert await file_of(warehouse, MARCH) == before


async def _three_centres(warehouse: Warehouse) -> None:
    for centre in (EAST, WEST, NORTH):
        for gtin in (GTIN, OTHER_GTIN):
            await warehouse.accept(moved(f"{centre}{gtin}", "RECEIVED", centre, quantity=9, gtin=gtin, hours=24 * 20))


async def _late_everywhere(warehouse: Warehouse) -> None:
    for centre in (EAST, WEST, NORTH):
        for gtin in (GTIN, OTHER_GTIN):
            late = moved(f"l{centre}{gtin}", "SOLD", centre, quantity=-1, gtin=gtin, hours=24 * 15)
            in_time = moved(f"i{centre}{gtin}", "SOLD", centre, quantity=-2, gtin=gtin, hours=24)
            await warehouse.accept(late, in_time)


async def _check_after(warehouse: Warehouse) -> None:
    keys = [(gtin, centre) for gtin in (GTIN, OTHER_GTIN) for centre in (EAST, WEST, NORTH)]
    assert await rows_of(warehouse, FEBRUARY) == dict.fromkeys(keys, figures(0, 9, received=9))
    assert await rows_of(warehouse, MARCH) == dict.fromkeys(keys, figures(9, 6, sold=-2, adjusted=-1))
    ((count,),) = await warehouse.rows("SELECT COUNT(*) FROM reconciliation_refresh WHERE completed_at IS NOT NULL")
    assert count == 2


async def test_the_status_tells_what_is_shown_and_what_is_under_way(warehouse: Warehouse, database: Database) -> None:
    status = await status_of(database, warehouse.clock())
    assert (status.shown, status.under_way, status.next_due_at) == (None, None, at("2026-03-04T15:00:00"))
    await refreshed(warehouse)
    status = await status_of(database, warehouse.clock())
    assert status.shown is not None
    assert (str(status.shown.last_day), status.under_way) == ("2026-03-03", None)
    assert (status.next_due_at, status.closed_to) == (at("2026-03-05T15:00:00"), FEBRUARY)
    assert [each.is_done for each in status.centres] == [True, True, True]
    set_clock(warehouse, "2026-03-05T15:30:00")
    with pytest.raises(Stopped):
        await Refresher(StoppingDatabase(database, writes=2), warehouse.clock).run_due()
    status = await status_of(database, warehouse.clock())
    assert status.shown is not None
    assert status.under_way is not None
    assert (str(status.shown.last_day), str(status.under_way.last_day)) == ("2026-03-03", "2026-03-04")
    assert [each.is_done for each in status.centres] == [True, False, False]
