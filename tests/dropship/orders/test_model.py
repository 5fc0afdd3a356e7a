"""Whatever is declared, ordered, shipped, cancelled and expires at a node, it stands as the model says."""

from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from onhand.basics.clock import MICROSECONDS
from onhand.dropship.orders.entries import CancellationEntry, Entry, ExpiryEntry, ReservationEntry, ShipmentEntry
from onhand.dropship.orders.expiring import expire_due
from onhand.store.database import Database
from tests.campaign import times
from tests.conftest import FrozenClock
from tests.dropship.orders.depot import A, B, Depot, at, codes, lines_of
from tests.dropship.orders.model import Node, Told

pytestmark = pytest.mark.contract("DS-10", "DS-12", "DS-30")

_ITEMS = (A, B)
_START = 1_772_712_000_000_000

items = st.sampled_from(_ITEMS)
units = st.integers(0, 6)
order_ids = st.sampled_from(["o1", "o2", "o3", "o4", "o5", "o6"])
some_lines = st.dictionaries(items, st.integers(1, 3), min_size=1)
# Whole seconds pass between what is told, so what was late happened at a fraction that nothing else has.
seconds_ago = st.integers(1, 30)
Act = tuple[Any, ...]

_orders = st.tuples(
    st.just("orders"),
    st.lists(
        st.one_of(
            *[st.tuples(st.just("reserve"), order_ids, some_lines, st.sampled_from([None, None, 5, 15]))] * 3,
            st.tuples(st.just("ship"), order_ids, st.none() | some_lines, st.none() | seconds_ago),
            st.tuples(st.just("cancel"), order_ids, st.none() | some_lines),
            st.tuples(st.just("expire"), order_ids),
            st.tuples(st.just("again"), st.integers(0, 50)),
        ),
        min_size=1,
        max_size=4,
    ),
)
acts = st.one_of(
    _orders,
    _orders,
    st.tuples(st.just("declare"), items, units),
    st.tuples(st.just("endless"), items),
    st.tuples(st.just("count late"), items, units, seconds_ago),
    st.tuples(st.just("pass"), st.integers(1, 20)),
    st.tuples(st.just("expire")),
    _orders,
)


class Pair:
    """The platform and the model, told the same."""

    def __init__(self, depot: Depot, clock: FrozenClock) -> None:
        self.depot, self.clock, self.node = depot, clock, Node()
        self.told: list[Told] = []

    async def act(self, act: Act) -> None:
        """Do one thing to both, and see that they stand alike."""
        name, *more = act
        deed: Callable[..., Any] = getattr(self, "_" + name.replace(" ", "_"))
        await deed(*more)
        for item in _ITEMS:
            assert await self.depot.amounts(item) == (self.node.on_hand(item), self.node.reserved(item)), item

    async def _declare(self, item: str, units: int) -> None:
        self.node.declare(item, units)
        await self.depot.declare(item, units)

    async def _endless(self, item: str) -> None:
        self.node.declare(item, None)
        await self.depot.declare(item, None, "AA")

    async def _count_late(self, item: str, units: int, ago: int) -> None:
        second = self.node.now - ago + 0.25
        self.node.count_late(item, units, second)
        await self.depot.count_late({item: units}, _micros(second))

    async def _pass(self, seconds: int) -> None:
        self.node.now += seconds
        self.clock.advance(seconds)

    async def _expire(self) -> None:
        expected = self.node.expire()
        assert await expire_due(self.depot.database, self.clock, self.depot.node, 100) == expected

    async def _orders(self, entries: list[tuple[Any, ...]]) -> None:
        told = [self._entry(*entry) for entry in entries]
        self.told += told
        outcomes = await self.depot.take(*map(self._sent, told))
        assert codes(outcomes) == self.node.take(told)

    def _entry(self, verb: str, *more: Any) -> Told:
        if verb == "again":
            if self.told:
                number: int = more[0] % len(self.told)
                return self.told[number]
            verb, more = "expire", ("o1",)
        order_id, lines = more[0], more[1] if len(more) > 1 else None
        event_id = f"e{len(self.told)}-{verb}-{order_id}-{lines}"
        if verb == "reserve":
            return Told(verb, event_id, order_id, lines, seconds=more[2])
        occurred_at = self.node.now - more[2] + 0.5 if verb == "ship" and more[2] is not None else None
        return Told(verb, event_id, order_id, lines, occurred_at=occurred_at)

    def _sent(self, told: Told) -> Entry:
        names = (told.event_id, told.order_id, self.depot.node.code)
        lines = None if told.lines is None else lines_of(told.lines)
        match told.verb:
            case "reserve":
                return ReservationEntry(*names, lines or [], None, told.seconds)
            case "ship":
                moment = None if told.occurred_at is None else at(_micros(told.occurred_at))
                return ShipmentEntry(*names, lines, moment)
            case "cancel":
                return CancellationEntry(*names, lines)
            case _:
                return ExpiryEntry(*names)


def _micros(second: float) -> int:
    return _START + round(second * MICROSECONDS)


@settings(max_examples=times(100), deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(acted=st.lists(acts, min_size=10, max_size=40))
async def test_a_node_always_stands_as_the_model_says(database: Database, acted: list[Act]) -> None:
    clock = FrozenClock(_START)
    pair = Pair(await Depot(database, clock).open(), clock)
    for act in [("declare", A, 5), ("declare", B, 4), *acted]:
        await pair.act(act)
    await pair.depot.at_rest()
