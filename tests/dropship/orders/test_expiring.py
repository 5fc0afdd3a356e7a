"""Reservations that end by themselves: once, when their time has come, whoever is about it at the same moment."""

import asyncio

import pytest

from onhand.basics.clock import MINUTE
from onhand.basics.quantity import SCALE
from onhand.basics.source import PLATFORM_SOURCE
from onhand.dropship.orders.expiring import expire_due, expire_everywhere
from onhand.dropship.orders.reading import list_orders, order_by_id
from tests.conftest import FrozenClock
from tests.dropship.orders.depot import A, B, Depot, at, codes

pytestmark = pytest.mark.contract("DS-30")


async def test_a_reservation_expires_when_its_time_has_come_and_not_before(depot: Depot, clock: FrozenClock) -> None:
    await depot.declare(A, 5)
    await depot.take(depot.reservation("1", {A: 2}, expires_at=at(clock() + MINUTE)), depot.reservation("2", {A: 1}))
    clock.advance(59)
    assert await expire_due(depot.database, clock, depot.node, 10) == 0
    clock.advance(1)
    assert await expire_due(depot.database, clock, depot.node, 10) == 1
    assert await depot.amounts(A) == (5, 1)
    order = await order_by_id(depot.database, depot.node, "1")
    assert order is not None
    assert (order.lines[0].expired, order.lines[0].reserved, order.closed_at) == (2 * SCALE, 0, clock())
    assert await expire_due(depot.database, clock, depot.node, 10) == 0
    told = await depot.rows(f"SELECT event_id FROM event WHERE source = '{PLATFORM_SOURCE}'")
    assert told == [("expire/1",)]
    await depot.at_rest()


async def test_what_was_shipped_of_an_order_does_not_expire(depot: Depot, clock: FrozenClock) -> None:
    await depot.declare(A, 5)
    await depot.take(depot.reservation("1", {A: 4}, expires_in_seconds=60), depot.shipment("1", {A: 3}))
    await depot.take(depot.reservation("2", {A: 1}, expires_in_seconds=60), depot.cancellation("2"))
    clock.advance(60)
    assert await expire_due(depot.database, clock, depot.node, 10) == 1
    assert await depot.amounts(A) == (2, 0)
    assert codes([await depot.one(depot.shipment("1", event_id="later"))]) == ["not_reserved"]
    await depot.at_rest()


async def test_what_is_due_is_released_some_at_a_time_and_at_every_node(depot: Depot, clock: FrozenClock) -> None:
    west = await Depot(depot.database, clock).open()
    for each in (depot, west):
        await each.declare(A, 9)
        await each.take(*(each.reservation(str(n), {A: 1}, expires_in_seconds=60 + n) for n in range(5)))
    clock.advance(63)
    assert await expire_due(depot.database, clock, depot.node, 3) == 3
    assert await depot.amounts(A) == (9, 2)
    assert await expire_everywhere(depot.database, depot.locations, clock) == 5
    assert [await each.amounts(A) for each in (depot, west)] == [(9, 1), (9, 1)]
    assert [order.order_id for order in await list_orders(depot.database, west.node, open_only=True)] == ["4"]
    await depot.at_rest()


async def test_an_order_that_falls_short_is_given_what_has_expired(depot: Depot, clock: FrozenClock) -> None:
    await depot.declare(A, 2)
    await depot.declare(B, 1)
    await depot.take(
        depot.reservation("1", {A: 1}, expires_in_seconds=60),
        depot.reservation("2", {A: 1}, expires_in_seconds=120),
        depot.reservation("3", {B: 1}, expires_in_seconds=60),
    )
    clock.advance(60)
    assert codes([await depot.one(depot.reservation("4", {A: 2}))]) == ["short_stock"]
    assert codes([await depot.one(depot.reservation("5", {A: 1}))]) == ["accepted"]
    clock.advance(60)
    assert codes([await depot.one(depot.reservation("6", {A: 1, B: 1}))]) == ["accepted"]
    await depot.at_rest()


async def test_what_has_expired_may_still_be_shipped_until_it_is_released(depot: Depot, clock: FrozenClock) -> None:
    await depot.declare(A, 2)
    await depot.one(depot.reservation("1", {A: 2}, expires_in_seconds=60))
    clock.advance(120)
    assert codes([await depot.one(depot.shipment("1"))]) == ["accepted"]
    assert await expire_due(depot.database, clock, depot.node, 10) == 0
    assert await depot.amounts(A) == (0, 0)


@pytest.mark.parametrize("verb", ["shipment", "cancellation", "expiry"])
async def test_two_who_end_an_order_at_once_end_it_once(depot: Depot, clock: FrozenClock, verb: str) -> None:
    for number in range(12):
        await depot.declare(A, 3)
        order_id = str(number)
        await depot.one(depot.reservation(order_id, {A: 3}, expires_in_seconds=60))
        clock.advance(60)
        other = Depot(depot.database, clock)
        outcome, expired, again = await asyncio.gather(
            other.intake.take("shop", [getattr(depot, verb)(order_id)]),
            expire_due(depot.database, clock, depot.node, 10),
            expire_due(depot.database, clock, depot.node, 10),
        )
        moved = sum(each.quantity for each in outcome[0].moved) // SCALE
        assert (moved, expired + again) in ((3, 0), (0, 1))
        shipped = moved if verb == "shipment" else 0
        assert await depot.amounts(A) == (3 - shipped, 0)
    await depot.at_rest()
