"""The internal events: raised once, at the time of the pass, from what the ledger holds."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from onhand.basics.clock import to_datetime
from onhand.stock.history import HistoryQuery, HistoryRow, history_page
from onhand.stock.housekeeping import PassSummary, cid_moves, run_pass
from onhand.stock.messages import EventMessage
from onhand.stock.onhand import stock_as_of
from onhand.stock.streams import Stream
from onhand.stock.vocabulary import RETAILER_ID, Area, State
from tests.stock.conftest import Ledger
from tests.stock.strategies import GTIN

pytestmark = pytest.mark.contract("TH-09")
OTHER = "00044444444445"


def hours_ago(ledger: Ledger, hours: float) -> datetime:
    """A moment so many hours before the clock's."""
    return to_datetime(ledger.clock()).astimezone(UTC) - timedelta(hours=hours)


async def post(ledger: Ledger, store: int, event_id: str, event_type: str, hours: float, **more: object) -> None:
    """Post one event that happened so many hours ago."""
    message = EventMessage(
        event_id=event_id,
        event_type=event_type,
        occurred_at=hours_ago(ledger, hours),
        store_nbr=store,
        **{"gtin": GTIN, **more},
    )
    assert [outcome.status for outcome in await ledger.post("a", message)] == ["accepted"]


async def on_hand(ledger: Ledger, store: int, gtin: str = GTIN) -> dict[str, int]:
    """Whole units by area."""
    stocks = await stock_as_of(ledger.database, location=await ledger.place(store), item_id=int(gtin))
    return {stock.area.name: stock.quantity // 10_000 for stock in stocks}


async def rows(ledger: Ledger, store: int, gtin: str = GTIN) -> tuple[HistoryRow, ...]:
    """The history of the sales floor."""
    stream = Stream(int(gtin), RETAILER_ID, Area.STORE, State.AVAILABLE)
    query = HistoryQuery(None, await ledger.place(store), stream, None, None, None, None, 100)
    page = await history_page(ledger.database, query)
    assert page is not None
    return page.rows


async def run(ledger: Ledger) -> PassSummary:
    """One pass now."""
    return await run_pass(ledger.database, ledger.locations, ledger.clock, backroom_hours=24)


async def test_what_lay_in_the_backroom_for_over_a_day_moves_to_the_sales_floor(ledger: Ledger) -> None:
    store = await ledger.new_store()
    await post(ledger, store, "r1", "NGR", 30, quantity=10, location_area="BACKROOM")
    await post(ledger, store, "r2", "NGR", 2, quantity=5, location_area="BACKROOM")
    await post(ledger, store, "s1", "BR", 1, quantity=-4, location_area="BACKROOM")
    # 10 came in over a day ago and 4 of them have left since, first in first out: 6 are overdue.
    assert (await run(ledger)).timebound_state == 1
    assert await on_hand(ledger, store) == {"BACKROOM": 5, "STORE": 6}
    newest = (await rows(ledger, store))[0]
    assert (newest.event_type, newest.quantity, newest.occurred_at) == ("TIMEBOUND_STATE", 60_000, ledger.clock())


async def test_a_pass_repeated_raises_nothing_twice(ledger: Ledger) -> None:
    store = await ledger.new_store()
    await post(ledger, store, "r1", "NGR", 30, quantity=10, location_area="BACKROOM")
    await run(ledger)
    assert await run(ledger) == PassSummary()
    assert await on_hand(ledger, store) == {"BACKROOM": 0, "STORE": 10}


async def test_what_came_in_just_now_stays_in_the_backroom(ledger: Ledger) -> None:
    store = await ledger.new_store()
    await post(ledger, store, "r1", "NGR", 23.9, quantity=10, location_area="BACKROOM")
    assert (await run(ledger)).timebound_state == 0


async def test_a_surplus_of_a_cid_makes_up_for_its_negative_gtin(ledger: Ledger) -> None:
    for gtin in ("00000000000017", "00000000000024"):
        await ledger.add_item(gtin, "cid-1")
    store = await ledger.new_store()
    await post(ledger, store, "s1", "SALES", 2, quantity=-3, gtin="00000000000017")
    await post(ledger, store, "r1", "NGR", 2, quantity=5, gtin="00000000000024")
    assert (await run(ledger)).cid_gtin_balance == 1
    assert await on_hand(ledger, store, "00000000000017") == {"STORE": 0}
    assert await on_hand(ledger, store, "00000000000024") == {"STORE": 2}
    assert await run(ledger) == PassSummary()


@given(st.dictionaries(st.integers(1, 8), st.integers(-20, 20), max_size=8))
def test_balancing_a_cid_keeps_its_sum_and_takes_nobody_below_zero(quantities: dict[int, int]) -> None:
    after = dict(quantities)
    for giver, taker, quantity in cid_moves(quantities):
        assert quantity > 0
        after[giver] -= quantity
        after[taker] += quantity
        assert after[giver] >= 0 >= after[taker]
    assert sum(after.values()) == sum(quantities.values())
    assert not (any(held < 0 for held in after.values()) and any(held > 0 for held in after.values()))


def test_the_most_negative_is_served_first_from_the_lowest_gtin_with_a_surplus() -> None:
    assert cid_moves({1: 2, 2: -1, 3: -4, 4: 3}) == [(1, 3, 2), (4, 3, 2), (4, 2, 1)]


async def test_a_changed_cid_is_shown_once_in_each_history(ledger: Ledger) -> None:
    store = await ledger.new_store()
    await post(ledger, store, "r1", "NGR", 2, quantity=5)
    await ledger.run(
        f"INSERT INTO cid_change (item_id, changed_at, from_cid, to_cid) VALUES ({int(GTIN)}, 1, 'a', 'b')"
    )
    assert (await run(ledger)).pcid == 1
    assert (await run(ledger)).pcid == 0
    assert [(row.event_type, row.quantity) for row in await rows(ledger, store)] == [("PCID", 0), ("NGR", 50_000)]
