"""What ends a reservation: shipping, also told late, cancelling and expiring; releasing twice releases once."""

import pytest

from onhand.basics.clock import HOUR, MINUTE
from onhand.basics.quantity import SCALE
from onhand.dropship.orders.outcomes import Lacking, LineState, Moved
from tests.conftest import FrozenClock
from tests.dropship.orders.depot import A, B, C, Depot, at, codes

pytestmark = pytest.mark.contract("DS-30", "OP-07")


@pytest.fixture
async def held(depot: Depot) -> Depot:
    """A node with 9 of A and 5 of B, and the order 1 that holds 4 and 2 of them."""
    await depot.declare(A, 9)
    await depot.declare(B, 5)
    assert codes([await depot.one(depot.reservation("1", {A: 4, B: 2}))]) == ["accepted"]
    return depot


async def test_a_shipment_takes_from_what_is_on_hand_and_from_what_is_held(held: Depot) -> None:
    outcome = await held.one(held.shipment("1"))
    assert outcome.moved == (Moved(int(A), 4 * SCALE), Moved(int(B), 2 * SCALE))
    assert outcome.order is not None
    assert outcome.order.closed_at is not None
    assert [await held.amounts(gtin) for gtin in (A, B)] == [(5, 0), (3, 0)]
    await held.at_rest()


async def test_an_order_is_shipped_in_parts(held: Depot) -> None:
    first = await held.one(held.shipment("1", {A: 3}, event_id="s1"))
    assert first.order is not None
    assert first.order.closed_at is None
    assert first.order.lines[0] == LineState(int(A), 4 * SCALE, SCALE, 3 * SCALE, 0, 0)
    rest = await held.one(held.shipment("1", event_id="s2"))
    assert rest.moved == (Moved(int(A), SCALE), Moved(int(B), 2 * SCALE))
    assert [await held.amounts(gtin) for gtin in (A, B)] == [(5, 0), (3, 0)]
    await held.at_rest()


async def test_more_than_is_held_is_not_shipped_and_told_what_is_left(held: Depot) -> None:
    outcome = await held.one(held.shipment("1", {A: 5, B: 1}))
    assert codes([outcome]) == ["not_reserved"]
    assert outcome.lacking == (Lacking(int(A), 5 * SCALE, 4 * SCALE),)
    assert await held.amounts(A) == (9, 4)


async def test_an_order_that_holds_nothing_is_not_shipped_again(held: Depot) -> None:
    await held.one(held.cancellation("1"))
    outcome = await held.one(held.shipment("1"))
    assert codes([outcome]) == ["not_reserved"]
    assert outcome.lacking == (Lacking(int(A), 0, 0), Lacking(int(B), 0, 0))
    assert await held.amounts(A) == (9, 0)


@pytest.mark.parametrize("verb", ["cancellation", "expiry"])
async def test_releasing_twice_releases_once(held: Depot, verb: str) -> None:
    outcomes = [await held.one(getattr(held, verb)("1", event_id=event_id)) for event_id in ("x", "y")]
    assert codes(outcomes) == ["accepted", "accepted"]
    assert outcomes[0].moved == (Moved(int(A), 4 * SCALE), Moved(int(B), 2 * SCALE))
    assert outcomes[1].moved == ()
    assert [await held.amounts(gtin) for gtin in (A, B)] == [(9, 0), (5, 0)]
    assert outcomes[1].order is not None
    column = "cancelled" if verb == "cancellation" else "expired"
    assert [getattr(line, column) for line in outcomes[1].order.lines] == [4 * SCALE, 2 * SCALE]
    await held.at_rest()


async def test_a_cancellation_of_more_than_is_held_releases_what_is_held(held: Depot) -> None:
    await held.one(held.shipment("1", {A: 3}))
    outcome = await held.one(held.cancellation("1", {A: 4}))
    assert outcome.moved == (Moved(int(A), SCALE),)
    assert [await held.amounts(gtin) for gtin in (A, B)] == [(6, 0), (5, 2)]
    await held.at_rest()


@pytest.mark.parametrize("verb", ["shipment", "cancellation", "expiry"])
async def test_an_order_that_is_not_there_is_refused(held: Depot, verb: str) -> None:
    assert codes([await held.one(getattr(held, verb)("2"))]) == ["unknown_order"]


@pytest.mark.parametrize("verb", ["shipment", "cancellation"])
async def test_an_item_that_is_not_in_the_order_is_refused(held: Depot, verb: str) -> None:
    outcome = await held.one(getattr(held, verb)("1", {A: 1, C: 1}))
    assert codes([outcome]) == ["not_in_order"]
    assert outcome.refusal is not None
    assert outcome.refusal.field == "lines[1].gtin"
    assert await held.amounts(A) == (9, 4)


@pytest.mark.parametrize("verb", ["shipment", "cancellation", "expiry"])
async def test_each_verb_counts_once_and_refuses_other_content(held: Depot, verb: str) -> None:
    make = getattr(held, verb)
    await held.one(held.reservation("2", {A: 1}))
    outcomes = await held.take(make("1", event_id="e"), make("1", event_id="e"), make("2", event_id="e"))
    assert codes(outcomes) == ["accepted", "duplicate", "conflict"]
    again = await held.take(make("1", event_id="e"), make("2", event_id="e"))
    assert codes(again) == ["duplicate", "conflict"]
    assert again[0].order == outcomes[0].order
    await held.at_rest()


async def test_a_shipment_told_late_stands_where_it_happened(held: Depot, clock: FrozenClock) -> None:
    shipped_at = clock() + MINUTE
    clock.advance(3600)
    await held.one(held.shipment("1", {A: 4}, occurred_at=at(shipped_at)))
    found = [await held.amounts_at(A, moment) for moment in (shipped_at - 1, shipped_at)]
    assert found == [(9, 4), (5, 0)]


async def test_a_shipment_from_before_a_declaration_leaves_what_was_declared(held: Depot, clock: FrozenClock) -> None:
    shipped_at = clock() + MINUTE
    clock.advance(3600)
    await held.declare(A, 7)
    outcomes = await held.take(
        held.shipment("1", {A: 4}, occurred_at=at(shipped_at)),
        held.reservation("2", {A: 8}),
        held.reservation("3", {A: 7}),
    )
    # What left before it was counted is not taken off again, so all 7 are free.
    assert codes(outcomes) == ["accepted", "short_stock", "accepted"]
    assert await held.amounts(A) == (7, 7)
    await held.at_rest()


async def test_a_shipment_can_be_neither_before_its_reservation_nor_in_the_future(
    held: Depot, clock: FrozenClock
) -> None:
    outcomes = await held.take(
        held.shipment("1", event_id="a", occurred_at=at(clock() - MINUTE)),
        held.shipment("1", event_id="b", occurred_at=at(clock() + HOUR)),
        held.shipment("1", event_id="c", occurred_at=at(-5)),
    )
    assert codes(outcomes) == ["before_reservation", "in_the_future", "invalid_time"]
    assert [outcome.refusal and outcome.refusal.field for outcome in outcomes] == ["occurredAt"] * 3


async def test_a_shipment_by_a_clock_a_little_ahead_has_happened_by_now(held: Depot, clock: FrozenClock) -> None:
    await held.one(held.shipment("1", {A: 4}, occurred_at=at(clock() + 4 * MINUTE)))
    await held.declare(A, 3)
    assert await held.amounts(A) == (3, 0)


async def test_an_item_without_end_is_shipped_also_where_nothing_was_declared(depot: Depot) -> None:
    await depot.declare(A, None, "AA")
    outcomes = await depot.take(depot.reservation("1", {A: 3}), depot.shipment("1"))
    assert codes(outcomes) == ["accepted", "accepted"]
    assert await depot.amounts(A) == (-3, 0)
    await depot.declare(A, 2)
    assert await depot.amounts(A) == (2, 0)
    await depot.at_rest()


async def test_a_request_may_hold_ship_and_cancel_what_it_held_itself(depot: Depot) -> None:
    await depot.declare(A, 5)
    outcomes = await depot.take(
        depot.reservation("1", {A: 5}),
        depot.shipment("1", {A: 2}),
        depot.cancellation("1"),
        depot.reservation("2", {A: 3}),
        depot.reservation("3", {A: 1}),
    )
    assert codes(outcomes) == ["accepted"] * 4 + ["short_stock"]
    assert await depot.amounts(A) == (3, 3)
    await depot.at_rest()
