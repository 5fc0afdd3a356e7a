"""Whatever happens, however late it is told, and whenever it is refreshed: every row of every month is the model's."""

from collections.abc import Sequence
from datetime import date, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from onhand.basics.clock import MICROSECONDS, from_datetime, to_datetime
from onhand.fulfilment.reconciliation.asking import Wanted
from onhand.fulfilment.reconciliation.calendar import last_day, last_day_due
from onhand.stock.messages import EventMessage
from tests.campaign import times
from tests.conftest import FrozenClock
from tests.fulfilment.books import file_of, refreshed, rows_of
from tests.fulfilment.reconciliation_model import PACIFIC, Books, Entry, first_of, number_of
from tests.fulfilment.warehouse import EAST, GTIN, OTHER_GTIN, OTHER_SELLER, SELLER, WEST, Warehouse, moved, transfer

pytestmark = pytest.mark.contract("WF-05", "WF-07", "WF-08")

TABLES = (
    *("event", "leg", "stock", "month_flow_kept", "transfer"),
    *("reconciliation_refresh", "reconciliation_seller", "reconciliation_name", "reconciliation_progress"),
    *("reconciliation_seen", "reconciliation_day", "reconciliation_month"),
)
BEGIN = datetime(2026, 2, 26, 20, 0, tzinfo=ZoneInfo("UTC"))
FIRST_DAY = date(2026, 1, 12)
_ITEMS = ((SELLER, GTIN), (SELLER, OTHER_GTIN), (OTHER_SELLER, GTIN))
_TAKES = ("SOLD", "LOST", "DAMAGED", "REMOVED")
_ADDS = ("RECEIVED", "RETURNED", "FOUND")

# Midnights of the Pacific, and moments right before and after them; the clocks change on 8 March 2026.
moments = st.tuples(
    st.integers(0, 75),
    st.sampled_from([timedelta(0), timedelta(microseconds=-1), timedelta(hours=3), timedelta(hours=13)]),
)
centres = st.sampled_from([EAST, WEST])
events = st.tuples(
    st.sampled_from([*_TAKES, *_ADDS, *_ADDS, "ADJUSTED", "PI", "PI", "TRANSFERRED"]),
    st.sampled_from(_ITEMS),
    centres,
    moments,
    st.integers(0, 9),
)
acts = st.one_of(
    st.lists(events, min_size=1, max_size=4),
    st.lists(events, min_size=1, max_size=4),
    st.sampled_from([1, 11, 24, 24, 48, 24 * 9, 24 * 31]),
)


@settings(max_examples=times(50), deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(history=st.lists(acts, min_size=3, max_size=14), grace_days=st.sampled_from([0, 0, 1, 3]))
async def test_every_row_is_what_the_model_says(warehouse: Warehouse, history: list[Any], grace_days: int) -> None:
    play = _Play(warehouse, grace_days)
    await play.begin()
    for act in [*history, 24]:
        if isinstance(act, int):
            await play.pass_hours(act)
        else:
            await play.tell(act)
        await play.check()


class _Play:
    """The warehouse and the model beside each other."""

    def __init__(self, warehouse: Warehouse, grace_days: int) -> None:
        assert isinstance(warehouse.clock, FrozenClock)
        self._warehouse, self._clock, self._grace_days = warehouse, warehouse.clock, grace_days
        self._books = Books(grace_days)
        self._told = 0
        self._answered: dict[tuple[str, Wanted], tuple[str, bytes]] = {}

    async def begin(self) -> None:
        for table in TABLES:
            await self._warehouse.run(f"DELETE FROM {table}")
        self._clock.now = from_datetime(BEGIN)

    async def pass_hours(self, hours: int) -> None:
        self._clock.now += hours * 3600 * MICROSECONDS
        done = await refreshed(self._warehouse, grace_days=self._grace_days)
        due = last_day_due(self._clock.now)
        assert done == ([] if due == self._books.day else [str(due)])
        if done:
            self._answered = {}
            self._books.refresh(due)

    async def tell(self, told: Sequence[Any]) -> None:
        messages = [message for each in told if (message := self._message(each))]
        if messages:
            await self._warehouse.accept(*messages)

    def _message(self, told: Any) -> EventMessage | None:
        event_type, (seller, gtin), centre, (days, offset), amount = told
        local = datetime.combine(FIRST_DAY + timedelta(days=days), time(), ZoneInfo(PACIFIC))
        moment = from_datetime(local) + offset // timedelta(microseconds=1)
        if moment > self._clock.now:
            return None
        self._told += 1
        event_id = f"e{self._told:04d}"
        more: dict[str, Any] = {"gtin": gtin, "partner_id": seller, "occurred_at": to_datetime(moment)}
        if event_type == "TRANSFERRED":
            other = WEST if centre == EAST else EAST
            self._note(seller, gtin, other, Entry(moment, 0, event_id, event_type, amount))
            self._note(seller, gtin, centre, Entry(moment, 0, event_id, event_type, -amount))
            return transfer(event_id, centre, other, amount, **more)
        quantity = -amount if event_type in _TAKES else amount
        is_count = event_type == "PI"
        self._note(seller, gtin, centre, Entry(moment, int(is_count), event_id, event_type, quantity))
        return moved(event_id, event_type, centre, **{"counted" if is_count else "quantity": quantity}, **more)

    def _note(self, seller: str, gtin: str, centre: str, entry: Entry) -> None:
        self._books.told[seller, gtin, centre].append(entry)

    async def check(self) -> None:
        """Every month of every seller is the model's, and no byte has changed since it was last asked."""
        if self._books.day is None:
            return
        for seller in (SELLER, OTHER_SELLER):
            for wanted in self._wanted():
                answered = await file_of(self._warehouse, wanted, seller)
                assert self._answered.setdefault((seller, wanted), answered) == answered
                found = await rows_of(self._warehouse, wanted, seller)
                model = self._books.rows(seller, wanted.month, wanted.last_day)
                assert found == {(gtin, centre): figures for gtin, centre, figures in model}, wanted

    def _wanted(self) -> list[Wanted]:
        day = self._books.day
        assert day is not None
        current = number_of(day)
        found = [Wanted(month, last_day(month)) for month in range(number_of(FIRST_DAY) - 1, current)]
        ends = {first_of(current), day - timedelta(days=1), day} if current >= self._books.open_month else {day}
        return found + [Wanted(current, end) for end in sorted(ends) if number_of(end) == current]
