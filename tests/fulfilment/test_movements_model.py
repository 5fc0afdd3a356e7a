"""Random movements at three centres: sums are as a plain model says, whatever the order in which they are told."""

from collections import defaultdict
from datetime import timedelta

import msgspec
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from onhand.basics.clock import from_datetime
from onhand.stock.audit import verify
from onhand.stock.messages import EventMessage
from onhand.stock.vocabulary import FULFILMENT_EVENT_TYPE_BY_NAME, State
from tests.campaign import times
from tests.fulfilment.warehouse import CENTRES, OTHER_SELLER, SELLER, Warehouse
from tests.fulfilment.warehouse import arrival as arrival_at
from tests.fulfilment.warehouse import dispatch as dispatch_from
from tests.fulfilment.warehouse import moved as moved_at
from tests.fulfilment.warehouse import transfer as transfer_of
from tests.stock.strategies import START

pytestmark = pytest.mark.contract("OP-05", "OP-07", "WF-08")

TRANSFERRED = FULFILMENT_EVENT_TYPE_BY_NAME["TRANSFERRED"].code
_TAKES = ("SOLD", "LOST", "DAMAGED", "REMOVED")
_ADDS = ("RECEIVED", "RETURNED", "FOUND")
Place = tuple[str, str]

moments = st.integers(0, 11).map(lambda hours: START + timedelta(hours=6 * hours))


@st.composite
def messages(draw: st.DrawFn, event_id: str) -> EventMessage:
    """One event of any kind, at any centre."""
    giver, taker = draw(st.permutations(CENTRES))[:2]
    units, when = draw(st.integers(0, 9)), {"occurred_at": draw(moments)}
    match draw(st.sampled_from(["adds", "takes", "adjusts", "count", "transfer", "dispatch", "arrival"])):
        case "adds":
            return moved_at(event_id, draw(st.sampled_from(_ADDS)), giver, quantity=units, **when)
        case "takes":
            return moved_at(event_id, draw(st.sampled_from(_TAKES)), giver, quantity=-units, **when)
        case "adjusts":
            return moved_at(event_id, "ADJUSTED", giver, quantity=draw(st.integers(-9, 9)), **when)
        case "count":
            return moved_at(event_id, draw(st.sampled_from(["PI", "CORRECTION"])), giver, counted=units, **when)
        case "transfer":
            return transfer_of(event_id, giver, taker, units, **when)
        case "dispatch":
            return dispatch_from(event_id, giver, units, **when)
        case _:
            return arrival_at(event_id, giver, draw(st.sampled_from([giver, taker])), units, **when)


@st.composite
def histories(draw: st.DrawFn) -> list[EventMessage]:
    """A set of events."""
    return [draw(messages(f"e{number}")) for number in range(draw(st.integers(1, 24)))]


def differences(message: EventMessage) -> list[tuple[Place, int]]:
    """What an event that is no count adds to each place; units in transit belong to the centre that sent them."""
    here, units = (str(message.node), "AVAILABLE"), int(message.quantity or 0)
    side = message.to or message.from_
    if side is None:
        return [(here, units)]
    there = (side.node or str(message.node), "IN_TRANSIT" if side.in_transit else "AVAILABLE")
    signed = -units if message.to else units
    return [(here, signed), (there, -signed)]


def on_hand(history: list[EventMessage], moment: object) -> dict[Place, int]:
    """What lies at each place at a moment, that moment included."""
    happened = sorted(history, key=lambda m: (m.occurred_at, m.counted is not None, m.event_id))
    held: defaultdict[Place, int] = defaultdict(int)
    for message in happened:
        if message.occurred_at > moment:  # type: ignore[operator]
            break
        if message.counted is not None:
            held[str(message.node), "AVAILABLE"] = int(message.counted)
            continue
        for place, units in differences(message):
            held[place] += units
    return held


async def deliver(warehouse: Warehouse, history: list[EventMessage], data: st.DataObject, seller: str) -> None:
    """Tell of a set of events in any order, in any batches, some of it again."""
    own = [msgspec.structs.replace(message, partner_id=seller) for message in history]
    again = data.draw(st.lists(st.sampled_from(own), max_size=6))
    order = data.draw(st.permutations([*own, *again]))
    cuts = sorted(data.draw(st.sets(st.integers(1, len(order)), max_size=4)))
    for start, end in zip([0, *cuts], [*cuts, len(order)], strict=True):
        outcomes = await warehouse.tell(*order[start:end])
        assert {outcome.status for outcome in outcomes} <= {"accepted", "duplicate"}, outcomes


async def fresh(warehouse: Warehouse) -> None:
    """Forget what an example before this one told."""
    for table in ("event", "leg", "stock", "month_flow_kept", "transfer"):
        await warehouse.run(f"DELETE FROM {table}")


@settings(max_examples=times(50), deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(data=st.data())
async def test_every_order_split_and_repeat_gives_the_models_units_at_every_moment(
    warehouse: Warehouse, data: st.DataObject
) -> None:
    await fresh(warehouse)
    history = data.draw(histories())
    await deliver(warehouse, history, data, SELLER)
    for hours in range(-1, 12, 2):
        moment = START + timedelta(hours=6 * hours)
        expected = on_hand(history, moment)
        for centre in CENTRES:
            held = await warehouse.units(centre, as_of=from_datetime(moment))
            for state in ("AVAILABLE", "IN_TRANSIT"):
                assert held.get(state, 0) == expected[centre, state]


@settings(max_examples=times(50), deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(data=st.data())
async def test_what_is_transferred_over_all_centres_and_the_change_in_transit_sum_to_zero(
    warehouse: Warehouse, data: st.DataObject
) -> None:
    await fresh(warehouse)
    await deliver(warehouse, data.draw(histories()), data, SELLER)
    transferred = sum([(await warehouse.flows(centre)).get(TRANSFERRED, 0) for centre in CENTRES])
    in_transit = [await warehouse.flows(centre, State.IN_TRANSIT) for centre in CENTRES]
    assert {code for flows in in_transit for code in flows} <= {TRANSFERRED}
    assert transferred + sum(flows.get(TRANSFERRED, 0) for flows in in_transit) == 0


@settings(max_examples=times(20), deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(data=st.data())
async def test_flows_sum_to_what_is_there_and_the_audit_agrees(warehouse: Warehouse, data: st.DataObject) -> None:
    await fresh(warehouse)
    history = data.draw(histories())
    await deliver(warehouse, history, data, SELLER)
    final = on_hand(history, START + timedelta(days=30))
    for centre in CENTRES:
        assert sum((await warehouse.flows(centre)).values()) == final[centre, "AVAILABLE"]
    report = await verify(warehouse.database, warehouse.locations, lambda _place, _legs: None)
    assert report.differences == ()


@settings(max_examples=times(15), deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(data=st.data())
async def test_what_one_seller_moves_never_touches_anothers_units(warehouse: Warehouse, data: st.DataObject) -> None:
    await fresh(warehouse)
    await deliver(warehouse, data.draw(histories()), data, SELLER)
    before = {centre: await warehouse.units(centre) for centre in CENTRES}
    own = {message.event_id: message for message in data.draw(histories())}
    theirs = [msgspec.structs.replace(m, event_id=f"their-{m.event_id}") for m in own.values()]
    await deliver(warehouse, theirs, data, OTHER_SELLER)
    assert {centre: await warehouse.units(centre) for centre in CENTRES} == before
    rows = await warehouse.rows("SELECT DISTINCT owner_id FROM stock ORDER BY owner_id")
    owners = {warehouse.partner_ids[SELLER], warehouse.partner_ids[OTHER_SELLER]}
    assert {row[0] for row in rows} <= owners
