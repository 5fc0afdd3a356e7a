"""Whatever the order of arrival, the batches and the repeats, the ledger says what the model says."""

from datetime import timedelta
from decimal import Decimal

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from onhand.basics.clock import from_datetime
from onhand.basics.quantity import SCALE
from onhand.stock.history import HistoryQuery, HistoryRow, Position, history_page
from onhand.stock.messages import EventMessage
from onhand.stock.onhand import stock_as_of
from onhand.stock.streams import Stream
from onhand.stock.vocabulary import RETAILER_ID, Area, State
from tests.campaign import times
from tests.stock.conftest import Ledger
from tests.stock.model import Shelf, on_hand
from tests.stock.strategies import GTIN, START, deliveries, histories

pytestmark = pytest.mark.contract("OP-04", "OP-05", "OP-08", "TH-02")

_PLACEHOLDER = 0
_SHELVES = [("STORE", "AVAILABLE"), ("BACKROOM", "AVAILABLE"), ("MFC", "AVAILABLE"), ("STORE", "CLAIMS")]


async def deliver(ledger: Ledger, store: int, delivery: list[list[tuple[str, EventMessage]]]) -> None:
    """Post a delivery at a store, batch by batch."""
    import msgspec

    for batch in delivery:
        for source in ("a", "b"):
            part = [msgspec.structs.replace(m, store_nbr=store) for sent_by, m in batch if sent_by == source]
            outcomes = await ledger.post(source, *part)
            assert {outcome.status for outcome in outcomes} <= {"accepted", "duplicate"}


async def said_by_ledger(ledger: Ledger, store: int, moment: int) -> dict[Shelf, Decimal]:
    """What the ledger says lies on each shelf at a moment."""
    stocks = await stock_as_of(ledger.database, location=await ledger.place(store), item_id=int(GTIN), as_of=moment)
    return {(stock.area.name, stock.state.name): Decimal(stock.quantity) / SCALE for stock in stocks}


async def whole_history(ledger: Ledger, store: int, shelf: Shelf, rows_max: int) -> list[HistoryRow]:
    """All rows of a stream's history, page by page."""
    stream = Stream(int(GTIN), RETAILER_ID, Area[shelf[0]], State[shelf[1]])
    query = HistoryQuery(None, await ledger.place(store), stream, None, None, None, None, rows_max)
    rows: list[HistoryRow] = []
    after: Position | None = None
    while True:
        page = await history_page(ledger.database, query, after)
        assert page is not None
        rows += page.rows
        after = page.next
        if after is None:
            return rows


@settings(max_examples=times(60), deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(data=st.data())
async def test_every_order_split_and_repeat_gives_the_models_on_hand_at_every_moment(
    ledger: Ledger, data: st.DataObject
) -> None:
    history = data.draw(histories(_PLACEHOLDER))
    delivery = data.draw(deliveries(history))
    store = await ledger.new_store()
    await deliver(ledger, store, delivery)
    for hours in range(-1, 12):
        moment = START + timedelta(hours=6 * hours)
        assert await said_by_ledger(ledger, store, from_datetime(moment)) == on_hand(history, moment)


@settings(max_examples=times(40), deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(data=st.data())
async def test_each_row_of_the_history_is_the_older_rows_balance_plus_its_own_quantity(
    ledger: Ledger, data: st.DataObject
) -> None:
    history = data.draw(histories(_PLACEHOLDER))
    store = await ledger.new_store()
    await deliver(ledger, store, data.draw(deliveries(history)))
    final = on_hand(history, START + timedelta(days=30))
    for shelf in _SHELVES:
        rows = await whole_history(ledger, store, shelf, data.draw(st.integers(1, 5)))
        balance = 0
        for row in reversed(rows):
            balance += row.quantity
            assert row.balance == balance
        assert Decimal(balance) / SCALE == final.get(shelf, 0)


@settings(max_examples=times(40), deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(data=st.data())
async def test_right_after_a_count_the_history_shows_what_was_counted(ledger: Ledger, data: st.DataObject) -> None:
    history = data.draw(histories(_PLACEHOLDER))
    store = await ledger.new_store()
    await deliver(ledger, store, data.draw(deliveries(history)))
    counted = {(source, m.event_id): m.counted for source, m in history if m.counted is not None}
    for shelf in _SHELVES:
        for row in await whole_history(ledger, store, shelf, 100):
            if (row.source, row.event_id) in counted and row.event_type != "TSBR":
                assert Decimal(row.balance) / SCALE == Decimal(str(counted[row.source, row.event_id]))
