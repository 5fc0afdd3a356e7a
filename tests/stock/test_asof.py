"""As-of reads in both times: a model that knows only what was recorded by then is the oracle."""

from datetime import timedelta
from decimal import Decimal

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from onhand.basics.clock import TIME_MAX, from_datetime
from onhand.basics.quantity import SCALE
from onhand.stock.messages import EventMessage
from onhand.stock.onhand import stock_as_of
from tests.campaign import times
from tests.stock.conftest import Ledger
from tests.stock.model import Shelf, on_hand
from tests.stock.sending import UNIT, event, moment, pass_time
from tests.stock.strategies import GTIN, START, deliveries, histories
from tests.stock.test_any_order import deliver

pytestmark = pytest.mark.contract("OP-08")


async def said(ledger: Ledger, store: int, *, as_of: int | None, known_at: int | None) -> dict[Shelf, Decimal]:
    """What the ledger says, by area and state."""
    place = await ledger.place(store)
    stocks = await stock_as_of(ledger.database, location=place, item_id=int(GTIN), as_of=as_of, known_at=known_at)
    return {(stock.area.name, stock.state.name): Decimal(stock.quantity) / SCALE for stock in stocks}


@settings(max_examples=times(25), deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(data=st.data())
async def test_the_ledger_of_then_is_a_model_of_what_was_recorded_by_then(ledger: Ledger, data: st.DataObject) -> None:
    batches = data.draw(deliveries(data.draw(histories(0))))
    store = await ledger.new_store()
    arrived: dict[tuple[str, str], tuple[str, EventMessage]] = {}
    known: list[tuple[int, list[tuple[str, EventMessage]]]] = [(ledger.clock() - 1, [])]
    for batch in batches:
        await deliver(ledger, store, [batch])
        arrived |= {(source, message.event_id): (source, message) for source, message in batch}
        known.append((ledger.clock(), list(arrived.values())))
        pass_time(ledger, 60)
    end = START + timedelta(days=30)
    for known_at, messages in known:
        for hours in range(-1, 12, 2):
            at = START + timedelta(hours=6 * hours)
            assert await said(ledger, store, as_of=from_datetime(at), known_at=known_at) == on_hand(messages, at)
        assert await said(ledger, store, as_of=None, known_at=known_at) == on_hand(messages, end)
    assert await said(ledger, store, as_of=None, known_at=None) == on_hand(arrived.values(), end)


@pytest.fixture
async def store(ledger: Ledger) -> int:
    """A store that received ten five hours ago, was counted as 8 three hours ago, and sold one an hour ago."""
    number = await ledger.new_store()
    await ledger.post("a", event("r", "NGR", number, hours=5, quantity=10))
    await ledger.post("a", event("c", "PI", number, hours=3, counted=8))
    await ledger.post("a", event("s", "SALES", number, hours=1, quantity=-1))
    return number


@pytest.mark.parametrize(
    ("as_of", "units"),
    [
        (moment(5) - 1, None),
        (moment(5), 10),
        (moment(3) - 1, 10),
        (moment(3), 8),
        (moment(1) - 1, 8),
        (moment(1), 7),
        (moment(0), 7),
        (TIME_MAX, 7),
        (0, None),
        (-1, None),
        (None, 7),
    ],
)
async def test_a_moment_includes_what_happened_in_it(
    ledger: Ledger, store: int, as_of: int | None, units: int | None
) -> None:
    stocks = await stock_as_of(
        ledger.database, location=await ledger.place(store), item_id=int(GTIN), as_of=as_of, known_at=None
    )
    assert [stock.quantity / UNIT for stock in stocks] == ([] if units is None else [units])


async def test_the_newest_time_is_that_of_then(ledger: Ledger, store: int) -> None:
    place = await ledger.place(store)
    for as_of, newest in ((moment(4), moment(5)), (moment(2), moment(3)), (None, moment(1))):
        (stock,) = await stock_as_of(ledger.database, location=place, item_id=int(GTIN), as_of=as_of)
        assert stock.newest_occurred_at == newest


async def test_nothing_was_known_before_the_first_event_arrived(ledger: Ledger, store: int) -> None:
    assert await said(ledger, store, as_of=None, known_at=ledger.clock() - 1) == {}
    assert await said(ledger, store, as_of=None, known_at=0) == {}
