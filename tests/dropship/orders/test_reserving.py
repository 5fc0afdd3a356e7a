"""Holding orders at a ship node: all or nothing, never more than there is, each refusal with its code and shape."""

import pytest

from onhand.basics.clock import MICROSECONDS, MINUTE
from onhand.basics.quantity import SCALE
from onhand.dropship.orders.entries import LINES_MAX, LineEntry
from onhand.dropship.orders.outcomes import Lacking, LineState
from onhand.stock.posting import BALANCE_MAX
from tests.conftest import FrozenClock
from tests.dropship.orders.depot import STRANGE, A, B, C, Depot, at, codes

pytestmark = pytest.mark.contract("DS-30", "OP-07")


async def test_a_reservation_holds_units_and_leaves_those_on_hand(depot: Depot, clock: FrozenClock) -> None:
    await depot.declare(A, 5)
    outcome = await depot.one(depot.reservation("1", {A: 2}, expires_in_seconds=900))
    assert outcome.status == "accepted"
    assert outcome.order is not None
    assert outcome.order.lines == (LineState(int(A), 2 * SCALE, 2 * SCALE, 0, 0, 0),)
    assert (outcome.order.expires_at, outcome.order.closed_at) == (clock() + 900 * MICROSECONDS, None)
    assert await depot.amounts(A) == (5, 2)
    await depot.at_rest()


async def test_short_stock_says_of_each_item_what_was_asked_and_what_there_is(depot: Depot) -> None:
    await depot.declare(A, 5)
    await depot.declare(B, 1)
    await depot.one(depot.reservation("1", {A: 2}))
    outcome = await depot.one(depot.reservation("2", {A: 4, B: 1, C: 7}))
    assert codes([outcome]) == ["short_stock"]
    assert outcome.lacking == (Lacking(int(A), 4 * SCALE, 3 * SCALE), Lacking(int(C), 7 * SCALE, 0))
    # Nothing of it is held, the line that could have been neither.
    assert [await depot.amounts(gtin) for gtin in (A, B)] == [(5, 2), (1, 0)]
    await depot.at_rest()


async def test_lines_of_one_item_are_summed_before_they_are_checked(depot: Depot) -> None:
    await depot.declare(A, 5)
    outcomes = await depot.take(
        depot.reservation("1", [LineEntry(A, 3), LineEntry(A, 3)]),
        depot.reservation("2", [LineEntry(A, 3), LineEntry(A, 2)]),
    )
    assert codes(outcomes) == ["short_stock", "accepted"]
    assert outcomes[0].lacking == (Lacking(int(A), 6 * SCALE, 5 * SCALE),)
    assert await depot.amounts(A) == (5, 5)


async def test_the_orders_of_a_request_never_get_more_together_than_there_is(depot: Depot) -> None:
    await depot.declare(A, 5)
    outcomes = await depot.take(*(depot.reservation(str(n), {A: units}) for n, units in enumerate((3, 3, 2, 1))))
    assert codes(outcomes) == ["accepted", "short_stock", "accepted", "short_stock"]
    assert outcomes[1].lacking == (Lacking(int(A), 3 * SCALE, 2 * SCALE),)
    assert await depot.amounts(A) == (5, 5)
    await depot.at_rest()


async def test_an_item_without_end_is_always_held(depot: Depot, clock: FrozenClock) -> None:
    await depot.declare(A, None, "AA")
    assert codes([await depot.one(depot.reservation("1", {A: 900}))]) == ["accepted"]
    assert await depot.amounts(A) == (0, 900)
    await depot.declare(A, 901)
    assert codes(await depot.take(depot.reservation("2", {A: 2}), depot.reservation("3", {A: 1}))) == [
        "short_stock",
        "accepted",
    ]
    await depot.declare(A, None, "AA")
    assert codes([await depot.one(depot.reservation("4", {A: 2}))]) == ["accepted"]
    await depot.at_rest()


async def test_a_declaration_below_what_is_held_leaves_nothing_to_be_had(depot: Depot) -> None:
    await depot.declare(A, 5)
    await depot.one(depot.reservation("1", {A: 4}))
    await depot.declare(A, 2)
    outcome = await depot.one(depot.reservation("2", {A: 1}))
    assert outcome.lacking == (Lacking(int(A), SCALE, 0),)


async def test_an_item_in_no_catalogue_is_told_from_one_that_was_never_declared(depot: Depot) -> None:
    outcomes = await depot.take(depot.reservation("1", {A: 1, STRANGE: 1}), depot.reservation("2", {A: 1}))
    assert codes(outcomes) == ["unknown_item", "short_stock"]
    assert outcomes[0].refusal is not None
    assert outcomes[0].refusal.field == "lines[1].gtin"


async def test_an_order_stands_once_at_a_node(depot: Depot) -> None:
    await depot.declare(A, 5)
    outcomes = await depot.take(depot.reservation("1", {A: 1}), depot.reservation("1", {A: 1}, event_id="another"))
    assert codes(outcomes) == ["accepted", "order_exists"]
    assert codes([await depot.one(depot.reservation("1", {A: 2}, event_id="a third"))]) == ["order_exists"]
    assert await depot.amounts(A) == (5, 1)


async def test_the_same_entry_again_is_a_duplicate_and_answered_with_the_order_as_it_is(depot: Depot) -> None:
    await depot.declare(A, 5)
    entry = depot.reservation("1", [LineEntry(A, 1), LineEntry(A, 2)], expires_in_seconds=900)
    assert codes(await depot.take(entry, entry)) == ["accepted", "duplicate"]
    await depot.one(depot.shipment("1", {A: 1}))
    again = await depot.one(depot.reservation("1", {A: 3}, expires_in_seconds=900))
    assert again.status == "duplicate"
    assert again.order is not None
    assert again.order.lines == (LineState(int(A), 3 * SCALE, 2 * SCALE, SCALE, 0, 0),)
    assert await depot.amounts(A) == (4, 2)


@pytest.mark.parametrize("more", [{"order_id": "2"}, {"units": {A: 2}}, {"expires_in_seconds": 60}])
async def test_an_id_with_other_content_is_a_conflict_and_the_first_stands(
    depot: Depot, more: dict[str, object]
) -> None:
    await depot.declare(A, 5)
    await depot.one(depot.reservation("1", {A: 1}, event_id="e"))
    other = {"order_id": "1", "units": {A: 1}, "event_id": "e", **more}
    outcome = await depot.one(depot.reservation(**other))
    assert codes([outcome]) == ["conflict"]
    assert outcome.refusal is not None
    assert outcome.refusal.field == "eventId"
    assert await depot.amounts(A) == (5, 1)


async def test_an_id_of_another_verb_is_a_conflict(depot: Depot) -> None:
    await depot.declare(A, 5)
    await depot.one(depot.reservation("1", {A: 1}, event_id="e"))
    others = [each("1", event_id="e") for each in (depot.shipment, depot.cancellation, depot.expiry)]
    assert codes(await depot.take(*others)) == ["conflict"] * 3


async def test_the_same_id_of_another_source_is_another_event(depot: Depot) -> None:
    await depot.declare(A, 5)
    await depot.one(depot.reservation("1", {A: 1}, event_id="e"))
    other = await depot.one(depot.reservation("2", {A: 1}, event_id="e"), source="other-shop")
    assert other.status == "accepted"


async def test_what_was_refused_may_be_told_again_under_its_id(depot: Depot) -> None:
    entry = depot.reservation("1", {A: 1})
    assert codes([await depot.one(entry)]) == ["short_stock"]
    await depot.declare(A, 1)
    assert codes([await depot.one(entry)]) == ["accepted"]


@pytest.mark.parametrize(
    ("more", "code", "field"),
    [
        ({"event_id": ""}, "invalid_event_id", "eventId"),
        ({"event_id": "a\nb"}, "invalid_event_id", "eventId"),
        ({"event_id": "e" * 129}, "invalid_event_id", "eventId"),
        ({"order_id": "\0"}, "invalid_order_id", "orderId"),
        ({"order_id": ""}, "invalid_order_id", "orderId"),
        ({"node": "nowhere"}, "unknown_node", "node"),
        ({"node": "\0"}, "unknown_node", "node"),
        ({"node": ""}, "unknown_node", "node"),
        ({"units": {}}, "invalid_lines", "lines"),
        ({"units": [LineEntry(A, 1)] * (LINES_MAX + 1)}, "invalid_lines", "lines"),
        ({"units": {"123": 1}}, "invalid_gtin", "lines[0].gtin"),
        ({"units": {A: 1, "0000000000001x": 1}}, "invalid_gtin", "lines[1].gtin"),
        ({"units": {A: 0}}, "invalid_quantity", "lines[0].quantity"),
        ({"units": {A: -1}}, "invalid_quantity", "lines[0].quantity"),
        ({"units": {A: 1.5}}, "invalid_quantity", "lines[0].quantity"),
        ({"units": {A: 1e300}}, "invalid_quantity", "lines[0].quantity"),
        ({"units": {A: 1_000_000_000}}, "invalid_quantity", "lines[0].quantity"),
        ({"units": [LineEntry(A, 999_999_999), LineEntry(A, 1)]}, "invalid_quantity", "lines[1].quantity"),
        ({"expires_in_seconds": 0}, "invalid_time", "expiresInSeconds"),
        ({"expires_in_seconds": 10**10}, "invalid_time", "expiresInSeconds"),
        ({"expires_at": at(-1)}, "invalid_time", "expiresAt"),
        ({"expires_at": at(10**15)}, "in_the_past", "expiresAt"),
        ({"expires_at": at(2 * 10**15), "expires_in_seconds": 5}, "two_times", "expiresInSeconds"),
    ],
)
async def test_a_reservation_that_says_what_cannot_be_is_refused_with_the_field(
    depot: Depot, more: dict[str, object], code: str, field: str
) -> None:
    await depot.declare(A, 5)
    good = depot.reservation("9", {A: 1})
    outcomes = await depot.take(depot.reservation(**{"order_id": "1", "units": {A: 1}, "event_id": "e", **more}), good)
    assert codes(outcomes) == [code, "accepted"]
    assert outcomes[0].refusal is not None
    assert outcomes[0].refusal.field == field
    assert outcomes[0].refusal.message
    await depot.at_rest()


async def test_no_more_is_ever_held_than_a_number_can_say_exactly(depot: Depot) -> None:
    await depot.declare(A, None, "AA")
    await depot.one(depot.reservation("1", {A: 1}))
    await depot.run(
        f"UPDATE stock SET quantity = {BALANCE_MAX - SCALE} WHERE location_id = {depot.node.location_id} AND state = 2"
    )
    assert codes(await depot.take(depot.reservation("2", {A: 2}), depot.reservation("3", {A: 1}))) == [
        "out_of_range",
        "accepted",
    ]


async def test_an_order_may_be_told_at_several_nodes_in_one_request(depot: Depot, clock: FrozenClock) -> None:
    west = await Depot(depot.database, clock).open()
    await depot.declare(A, 1)
    await west.declare(A, 1)
    outcomes = await depot.take(
        depot.reservation("1", {A: 1}), west.reservation("1", {A: 1}), west.reservation("2", {A: 1})
    )
    assert codes(outcomes) == ["accepted", "accepted", "short_stock"]
    assert [await each.amounts(A) for each in (depot, west)] == [(1, 1), (1, 1)]


async def test_a_repeat_is_a_duplicate_also_when_its_time_is_over(depot: Depot, clock: FrozenClock) -> None:
    await depot.declare(A, 1)
    entry = depot.reservation("1", {A: 1}, expires_at=at(clock() + MINUTE))
    assert codes([await depot.one(entry)]) == ["accepted"]
    clock.advance(120)
    assert codes([await depot.one(entry)]) == ["duplicate"]
