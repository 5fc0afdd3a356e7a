"""Movements of sellers' units in fulfilment centres: what is taken, what is refused, and whose units they are."""

from typing import Any

import pytest

from onhand.basics.refusal import Refusal
from onhand.catalogue.imports import import_items, import_skus, listed
from onhand.catalogue.report import SourceRow
from onhand.dropship.nodes import add_ship_node
from onhand.partners.onboarding import add_partner
from onhand.stock.audit import rebuild, verify
from onhand.stock.housekeeping import PassSummary, run_pass
from onhand.stock.intake import Intake
from onhand.stock.messages import EventMessage, OtherSide
from onhand.stock.replay import replay
from onhand.stock.resolving import EventLimits
from onhand.stock.streams import Stream
from onhand.stock.transfers import CLAIM_SECONDS
from onhand.stock.vocabulary import Area, State
from tests.fulfilment.warehouse import (
    EAST,
    FOREIGN_GTIN,
    GTIN,
    NORTH,
    OTHER_GTIN,
    OTHER_SELLER,
    SELLER,
    WEST,
    Warehouse,
    arrival,
    dispatch,
    moved,
    transfer,
)
from tests.stock.sending import NOON, UNIT, event, moment, pass_time, said
from tests.stock.stopping import Stopped, StoppingDatabase

pytestmark = pytest.mark.contract("OP-03", "OP-07")

RECEIVED, SOLD, LOST, TRANSFERRED, PI, TSBR = 43, 44, 46, 50, 25, 30
SIGNED = {
    "RECEIVED": 10,
    "SOLD": -4,
    "RETURNED": 1,
    "LOST": -2,
    "FOUND": 1,
    "DAMAGED": -1,
    "REMOVED": -2,
    "ADJUSTED": -1,
}


async def test_each_movement_counts_by_its_sign_in_a_flow_of_its_own(warehouse: Warehouse) -> None:
    await warehouse.accept(*(moved(name, name, quantity=units) for name, units in SIGNED.items()))
    assert await warehouse.units(EAST) == {"AVAILABLE": sum(SIGNED.values())}
    codes = dict(
        zip(("RECEIVED", "SOLD", "RETURNED", "LOST", "FOUND", "DAMAGED", "REMOVED"), range(43, 50), strict=True)
    )
    codes["ADJUSTED"] = 51
    assert await warehouse.flows(EAST) == {codes[name]: units for name, units in SIGNED.items()}


async def test_two_sellers_of_one_item_have_units_of_their_own(warehouse: Warehouse) -> None:
    theirs = moved("b", "RECEIVED", quantity=7, partner_id=OTHER_SELLER)
    await warehouse.accept(moved("a", "RECEIVED", quantity=3), theirs)
    assert await warehouse.units(EAST) == {"AVAILABLE": 3}
    assert await warehouse.units(EAST, seller=OTHER_SELLER) == {"AVAILABLE": 7}


async def test_months_of_a_centre_are_pacific(warehouse: Warehouse) -> None:
    # 2026-03-01T07:30Z is 23:30 of 28 February in Los Angeles.
    early = moved("a", "RECEIVED", quantity=3, occurred_at=NOON.replace(day=1, hour=7, minute=30))
    await warehouse.accept(early, moved("b", "RECEIVED", quantity=4))
    rows = await warehouse.rows("SELECT month, quantity FROM month_flow ORDER BY month")
    assert [tuple(row) for row in rows] == [(2026 * 12 + 1, 3 * UNIT), (2026 * 12 + 2, 4 * UNIT)]


@pytest.mark.contract("OP-04")
async def test_a_movement_sent_again_is_a_duplicate_and_with_another_seller_a_conflict(warehouse: Warehouse) -> None:
    sent = [
        moved("a", "RECEIVED", quantity=3),
        moved("a", "RECEIVED", quantity=3),
        moved("a", "RECEIVED", quantity=3, partner_id=OTHER_SELLER),
        moved("a", "RECEIVED", WEST, quantity=3),
    ]
    assert said(await warehouse.tell(*sent)) == ["accepted", "duplicate", "conflict", "accepted"]
    assert await warehouse.units(EAST, seller=OTHER_SELLER) == {}


@pytest.mark.contract("OP-05")
async def test_a_count_stays_true_when_a_movement_comes_late(warehouse: Warehouse) -> None:
    await warehouse.accept(moved("r", "RECEIVED", hours=9, quantity=10))
    await warehouse.accept(moved("c", "PI", hours=5, counted=8))
    await warehouse.accept(moved("late", "SOLD", hours=7, quantity=-3))
    rows = [(row.event_type, row.quantity // UNIT, row.balance // UNIT) for row in await warehouse.history(EAST)]
    assert rows == [("PI", -2, 8), ("TSBR", 3, 10), ("SOLD", -3, 7), ("RECEIVED", 10, 10)]
    assert await warehouse.flows(EAST) == {RECEIVED: 10, SOLD: -3, PI: -2, TSBR: 3}


async def test_a_correction_may_be_a_count_or_a_difference(warehouse: Warehouse) -> None:
    await warehouse.accept(moved("a", "CORRECTION", hours=3, counted=5), moved("b", "CORRECTION", quantity=-2))
    assert await warehouse.units(EAST) == {"AVAILABLE": 3}


async def test_a_transfer_told_in_one_event_stands_in_both_centres(warehouse: Warehouse) -> None:
    await warehouse.accept(moved("r", "RECEIVED", hours=9, quantity=10), transfer("t", EAST, WEST, 4))
    back = moved("u", "TRANSFERRED", EAST, hours=0.5, quantity=1, from_=OtherSide(node=WEST))
    await warehouse.accept(back)
    assert (await warehouse.units(EAST), await warehouse.units(WEST)) == ({"AVAILABLE": 7}, {"AVAILABLE": 3})
    assert (await warehouse.flows(EAST))[TRANSFERRED] == -(await warehouse.flows(WEST))[TRANSFERRED] == -3


async def test_a_transfer_in_two_events_is_in_transit_between_them(warehouse: Warehouse) -> None:
    await warehouse.accept(moved("r", "RECEIVED", hours=9, quantity=10), dispatch("d", EAST, 4, hours=6))
    assert await warehouse.units(EAST) == {"AVAILABLE": 6, "IN_TRANSIT": 4}
    assert await warehouse.units(WEST) == {}
    await warehouse.accept(arrival("a", EAST, WEST, 3, hours=2))
    assert await warehouse.units(EAST) == {"AVAILABLE": 6, "IN_TRANSIT": 1}
    assert await warehouse.units(WEST) == {"AVAILABLE": 3}
    await warehouse.accept(arrival("b", EAST, EAST, 1, hours=1))
    assert await warehouse.units(EAST) == {"AVAILABLE": 7, "IN_TRANSIT": 0}


async def test_an_arrival_may_be_told_before_its_dispatch(warehouse: Warehouse) -> None:
    await warehouse.accept(arrival("a", EAST, WEST, 3, hours=2))
    assert await warehouse.units(EAST) == {"IN_TRANSIT": -3}
    await warehouse.accept(dispatch("d", EAST, 3, hours=6))
    assert await warehouse.units(EAST) == {"AVAILABLE": -3, "IN_TRANSIT": 0}


async def test_a_count_knows_of_the_transfers_of_its_batch(warehouse: Warehouse) -> None:
    await warehouse.accept(moved("r", "RECEIVED", hours=9, quantity=10))
    await warehouse.accept(moved("c", "PI", hours=2, counted=5), transfer("t", EAST, WEST, 4, hours=5))
    rows = [(row.event_type, row.quantity // UNIT, row.balance // UNIT) for row in await warehouse.history(EAST)]
    assert rows == [("PI", -1, 5), ("TRANSFERRED", -4, 6), ("RECEIVED", 10, 10)]


@pytest.mark.contract("OP-04")
async def test_a_transfer_that_conflicts_at_either_centre_posts_nothing(warehouse: Warehouse) -> None:
    await warehouse.accept(moved("t", "RECEIVED", WEST, quantity=9))
    assert said(await warehouse.tell(transfer("t", EAST, WEST, 4))) == ["conflict"]
    assert (await warehouse.units(EAST), await warehouse.units(WEST)) == ({}, {"AVAILABLE": 9})


async def test_what_was_once_a_sellers_at_a_centre_stays_so_when_its_sku_moves_on(warehouse: Warehouse) -> None:
    await warehouse.accept(moved("a", "RECEIVED", quantity=3))
    new = {"gtin": "00012345678936", "name": "Oat drink, new"}
    await import_items(warehouse.database, warehouse.clock, listed([SourceRow(1, new)]))
    sku = {"gtin": "00012345678936", "seller": SELLER, "sku": "OAT-1"}
    await import_skus(warehouse.database, warehouse.clock, listed([SourceRow(1, sku)]))
    repeated, sold = moved("a", "RECEIVED", quantity=3), moved("b", "SOLD", quantity=-1)
    assert said(await warehouse.tell(repeated, sold)) == ["duplicate", "accepted"]
    assert said(await warehouse.tell(moved("c", "RECEIVED", WEST, quantity=3))) == ["not_the_sellers"]


_ONE, _AT = {"quantity": 1}, OtherSide
_REFUSED: list[tuple[dict[str, Any], str, str]] = [
    ({"node": "N9", **_ONE}, "unknown_node", "node"),
    ({"node": "", **_ONE}, "unknown_node", "node"),
    ({"node": "E\u0000", **_ONE}, "unknown_node", "node"),
    ({"partner_id": None, **_ONE}, "missing_partner", "partnerId"),
    ({"partner_id": "nobody", **_ONE}, "unknown_partner", "partnerId"),
    ({"partner_id": "", **_ONE}, "unknown_partner", "partnerId"),
    ({"partner_id": "a\u0000", **_ONE}, "unknown_partner", "partnerId"),
    ({"partner_id": "acme", **_ONE}, "not_a_seller", "partnerId"),
    ({"partner_id": "retailer", **_ONE}, "not_a_seller", "partnerId"),
    ({"gtin": FOREIGN_GTIN, **_ONE}, "not_the_sellers", "gtin"),
    ({"gtin": "00000000000017", **_ONE}, "unknown_item", "gtin"),
    ({"gtin": "12345678905", **_ONE}, "invalid_gtin", "gtin"),
    ({"store_nbr": 45, **_ONE}, "two_places", "storeNbr"),
    ({"location_area": "BACKROOM", **_ONE}, "unknown_area", "locationArea"),
    ({"location_area": "ATTIC", **_ONE}, "unknown_area", "locationArea"),
    ({"event_type": "SALES", "quantity": -1}, "not_at_centres", "eventType"),
    ({"event_type": "STOCK_TRANSFER", "to": _AT(node=WEST), **_ONE}, "not_at_centres", "eventType"),
    ({"event_type": "INCR", **_ONE}, "not_at_centres", "eventType"),
    ({"event_type": "NB"}, "not_at_centres", "eventType"),
    ({"event_type": "INRF"}, "not_at_centres", "eventType"),
    ({"event_type": "TSBR", **_ONE}, "raised_by_platform", "eventType"),
    ({"event_type": "RECIEVED", **_ONE}, "unknown_event_type", "eventType"),
    ({"event_type": "RESERVED", **_ONE}, "unknown_event_type", "eventType"),
    ({"quantity": -1}, "wrong_sign", "quantity"),
    ({"event_type": "RETURNED", "quantity": -1}, "wrong_sign", "quantity"),
    ({"event_type": "FOUND", "quantity": -1}, "wrong_sign", "quantity"),
    ({"event_type": "SOLD", **_ONE}, "wrong_sign", "quantity"),
    ({"event_type": "LOST", **_ONE}, "wrong_sign", "quantity"),
    ({"event_type": "DAMAGED", **_ONE}, "wrong_sign", "quantity"),
    ({"event_type": "REMOVED", **_ONE}, "wrong_sign", "quantity"),
    ({"event_type": "TRANSFERRED", "quantity": -1, "to": _AT(node=WEST)}, "wrong_sign", "quantity"),
    ({"quantity": 1.5}, "invalid_quantity", "quantity"),
    ({"quantity": 0.00001}, "invalid_quantity", "quantity"),
    ({"event_type": "PI", "counted": 1.5}, "invalid_quantity", "counted"),
    ({"event_type": "PI", "counted": -1}, "negative_count", "counted"),
    ({"event_type": "PI", **_ONE}, "wrong_quantity", "quantity"),
    ({"event_type": "PI"}, "missing_quantity", "counted"),
    ({}, "missing_quantity", "quantity"),
    ({"counted": 1}, "wrong_quantity", "counted"),
    ({"event_type": "CORRECTION", "counted": 1, **_ONE}, "two_quantities", "quantity"),
    ({"to": _AT(node=WEST), **_ONE}, "not_a_move", "to"),
    ({"event_type": "TRANSFERRED", **_ONE}, "one_other_side", "to"),
    (
        {"event_type": "TRANSFERRED", "to": _AT(node=WEST), "from_": _AT(node=WEST), **_ONE},
        "one_other_side",
        "to",
    ),
    ({"event_type": "TRANSFERRED", "to": _AT(), **_ONE}, "missing_node", "to.node"),
    ({"event_type": "TRANSFERRED", "from_": _AT(), **_ONE}, "missing_node", "from.node"),
    ({"event_type": "TRANSFERRED", "from_": _AT(in_transit=True), **_ONE}, "missing_node", "from.node"),
    ({"event_type": "TRANSFERRED", "to": _AT(node=WEST, in_transit=True), **_ONE}, "wrong_move", "to.node"),
    ({"event_type": "TRANSFERRED", "to": _AT(node=EAST), **_ONE}, "same_place", "to.node"),
    ({"event_type": "TRANSFERRED", "to": _AT(node="N9"), **_ONE}, "unknown_node", "to.node"),
    ({"event_type": "TRANSFERRED", "to": _AT(node="NODE"), **_ONE}, "not_a_centre", "to.node"),
    ({"event_type": "TRANSFERRED", "to": _AT(store_nbr=45), **_ONE}, "wrong_move", "to.storeNbr"),
    ({"event_type": "TRANSFERRED", "to": _AT(node=WEST, gtin=OTHER_GTIN), **_ONE}, "wrong_move", "to.gtin"),
    (
        {"event_type": "TRANSFERRED", "from_": _AT(node=WEST, location_area="STORE"), **_ONE},
        "wrong_move",
        "from.locationArea",
    ),
]


@pytest.mark.contract("OP-06")
@pytest.mark.parametrize(("more", "code", "field"), _REFUSED)
async def test_what_is_no_event_of_a_centre_is_refused(
    warehouse: Warehouse, more: dict[str, Any], code: str, field: str
) -> None:
    await add_partner(warehouse.database, warehouse.clock, kind="supplier", code="acme", name="Acme")
    await add_ship_node(warehouse.database, warehouse.clock, code="NODE", name="Node", partner_code="acme")
    message = moved("a", **{"event_type": "RECEIVED", **more})
    refusal = (await warehouse.tell(message))[0].refusal
    assert isinstance(refusal, Refusal)
    assert (refusal.code, refusal.field) == (code, field)
    assert refusal.message.endswith(".")
    assert await warehouse.rows("SELECT location_id FROM event") == []


async def refused(warehouse: Warehouse, message: EventMessage) -> tuple[str, str]:
    """Why a message is refused, and in which field."""
    refusal = (await warehouse.tell(message))[0].refusal
    assert isinstance(refusal, Refusal)
    return refusal.code, refusal.field


@pytest.mark.parametrize("event_type", [*SIGNED, "TRANSFERRED"])
async def test_movements_of_centres_are_refused_at_stores_and_ship_nodes(warehouse: Warehouse, event_type: str) -> None:
    store = await warehouse.new_store()
    await add_ship_node(warehouse.database, warehouse.clock, code="NODE", name="Node", partner_code=SELLER)
    quantity = SIGNED.get(event_type, 1)
    at_node = moved("b", event_type, "NODE", partner_id=None, quantity=quantity)
    told = [event("a", event_type, store, gtin=GTIN, quantity=quantity), at_node]
    assert [await refused(warehouse, message) for message in told] == [("only_at_centres", "eventType")] * 2
    in_transit = event("c", "STOCK_TRANSFER", store, gtin=GTIN, quantity=1, to=OtherSide(in_transit=True))
    assert await refused(warehouse, in_transit) == ("only_at_centres", "to.inTransit")


async def test_a_ship_node_takes_no_partner(warehouse: Warehouse) -> None:
    await add_ship_node(warehouse.database, warehouse.clock, code="NODE", name="Node", partner_code=SELLER)
    message = moved("b", "NGR", "NODE", quantity=1)
    assert await refused(warehouse, message) == ("unknown_node", "partnerId")


@pytest.mark.contract("OP-08")
async def test_a_centre_is_read_as_of_any_time(warehouse: Warehouse) -> None:
    await warehouse.accept(moved("r", "RECEIVED", hours=9, quantity=10), moved("s", "SOLD", hours=3, quantity=-4))
    assert await warehouse.units(EAST, as_of=moment(5)) == {"AVAILABLE": 10}
    assert await warehouse.units(EAST, as_of=moment(3)) == {"AVAILABLE": 6}


async def test_a_replay_shows_movements_again_and_changes_nothing(warehouse: Warehouse) -> None:
    await warehouse.accept(moved("r", "RECEIVED", hours=9, quantity=10))
    stream = Stream(int(GTIN), warehouse.partner_ids[SELLER], Area.STORE, State.AVAILABLE)
    bounds = {"since": moment(24), "until": moment(0), "command_id": "x"}
    place = await warehouse.centre(EAST)
    assert await replay(warehouse.database, warehouse.clock, location=place, stream=stream, **bounds) == 1
    assert [row.event_type for row in await warehouse.history(EAST)] == ["NB", "RECEIVED"]
    assert await warehouse.units(EAST) == {"AVAILABLE": 10}


async def test_the_audit_finds_nothing_wrong_at_centres_before_and_after_a_rebuild(warehouse: Warehouse) -> None:
    await warehouse.accept(moved("r", "RECEIVED", hours=9, quantity=10), moved("c", "PI", hours=5, counted=8))
    await warehouse.accept(moved("late", "LOST", hours=7, quantity=-1), dispatch("d", EAST, 2))
    await warehouse.accept(transfer("t", EAST, NORTH, 1))

    def ignore(_place: object, _legs: int) -> None:
        pass

    before = await verify(warehouse.database, warehouse.locations, ignore)
    await rebuild(warehouse.database, warehouse.locations, ignore)
    after = await verify(warehouse.database, warehouse.locations, ignore)
    # RECEIVED, PI, LOST with its TSBR, both legs of the dispatch, both halves of the transfer.
    assert (before.legs, before.differences) == (after.legs, after.differences) == (8, ())


async def test_housekeeping_leaves_what_is_negative_at_a_centre_to_its_operator(warehouse: Warehouse) -> None:
    await warehouse.run("UPDATE item SET cid = 'c'")
    await warehouse.accept(moved("a", "SOLD", quantity=-3), moved("b", "RECEIVED", gtin=OTHER_GTIN, quantity=9))
    assert await run_pass(warehouse.database, warehouse.locations, warehouse.clock) == PassSummary()
    assert await warehouse.units(EAST) == {"AVAILABLE": -3}


async def test_an_event_too_far_in_the_future_is_refused_at_a_centre(warehouse: Warehouse) -> None:
    late = moved("a", "RECEIVED", hours=-1, quantity=1)
    assert await refused(warehouse, late) == ("in_the_future", "occurredAt")


# The transactions are: claim where the units go to, post the out-half, post the in-half, forget the move.
@pytest.mark.parametrize(("writes", "left"), [(1, ({"AVAILABLE": 10}, {})), (2, ({"AVAILABLE": 6}, {"AVAILABLE": 4}))])
async def test_a_transfer_that_stopped_is_taken_back_or_completed_by_housekeeping(
    warehouse: Warehouse, writes: int, left: tuple[dict[str, int], dict[str, int]]
) -> None:
    await warehouse.accept(moved("r", "RECEIVED", hours=9, quantity=10))
    stopping = StoppingDatabase(warehouse.database, writes=writes)
    intake = Intake(stopping, warehouse.locations, warehouse.clock, EventLimits())
    with pytest.raises(Stopped):
        await intake.post("wms", [transfer("t", EAST, WEST, 4)])
    pass_time(warehouse, CLAIM_SECONDS + 1)
    summary = await run_pass(warehouse.database, warehouse.locations, warehouse.clock)
    assert summary.transfers_finished > 0
    assert (await warehouse.units(EAST), await warehouse.units(WEST)) == left
    assert await warehouse.rows("SELECT role FROM transfer") == []
