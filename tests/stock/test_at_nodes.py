"""Events at ship nodes: whole units of the node's owner, on its one area; what is there it declares itself."""

from typing import Any

import pytest

from onhand.basics.refusal import Refusal
from onhand.stock.locations import SHIP_NODE, Location, NewLocation, insert_locations
from onhand.stock.messages import EventMessage, OtherSide
from onhand.stock.onhand import stock_as_of
from onhand.store.database import Session
from tests.stock.conftest import Ledger
from tests.stock.sending import UNIT, add_supplier, event, said
from tests.stock.strategies import GTIN

pytestmark = pytest.mark.contract("OP-03")

OWNER = 7


@pytest.fixture
async def node(ledger: Ledger) -> Location:
    """The ship node `N1` of a vendor."""
    await add_supplier(ledger, OWNER)
    new = NewLocation(SHIP_NODE, "N1", "East", OWNER, "UTC")

    async def work(session: Session) -> list[Location]:
        return await insert_locations(session, [new], ledger.clock())

    return (await ledger.database.write(work))[0]


def at_node(event_id: str, event_type: Any = "NGR", **more: Any) -> EventMessage:
    """An event of the ship node `N1`."""
    sent: dict[str, Any] = {"node": "N1", "store_nbr": None, "quantity": 1, **more}
    return event(event_id, event_type, 0, **sent)


async def owned(ledger: Ledger, place: Location, owner_id: int) -> dict[tuple[str, str], float]:
    """An owner's units by area and state."""
    stocks = await stock_as_of(ledger.database, location=place, item_id=int(GTIN), owner_id=owner_id)
    return {(stock.area.name, stock.state.name): stock.quantity / UNIT for stock in stocks}


async def test_units_at_a_node_are_its_owners(ledger: Ledger, node: Location) -> None:
    sent = [
        at_node("received", quantity=10),
        at_node("sold", "SALES", quantity=-3),
        at_node("found", "CORRECTION", quantity=2),
        at_node("looked", "NIL_PICK", quantity=None),
    ]
    assert said(await ledger.post("a", *sent)) == ["accepted"] * 4
    assert await owned(ledger, node, OWNER) == {("STORE", "AVAILABLE"): 9}
    assert await owned(ledger, node, 1) == {}


async def test_events_of_stores_and_nodes_stand_in_one_batch(ledger: Ledger, node: Location) -> None:
    store = await ledger.new_store()
    batch = [event("a", "NGR", store, quantity=5), at_node("a", quantity=4)]
    assert said(await ledger.post("a", *batch)) == ["accepted"] * 2
    assert await owned(ledger, node, OWNER) == {("STORE", "AVAILABLE"): 4}
    assert await owned(ledger, await ledger.place(store), 1) == {("STORE", "AVAILABLE"): 5}


@pytest.mark.contract("OP-04")
async def test_an_event_of_a_node_sent_again_is_a_duplicate_and_with_other_content_a_conflict(
    ledger: Ledger, node: Location
) -> None:
    repeated = [at_node("a", quantity=4), at_node("a", quantity=4), at_node("a", quantity=5)]
    assert said(await ledger.post("a", *repeated)) == ["accepted", "duplicate", "conflict"]
    assert await owned(ledger, node, OWNER) == {("STORE", "AVAILABLE"): 4}


@pytest.mark.parametrize(
    ("more", "code", "field"),
    [
        ({"node": "N9"}, "unknown_node", "node"),
        ({"node": ""}, "unknown_node", "node"),
        ({"node": "N\u0000"}, "unknown_node", "node"),
        ({"partner_id": "s7"}, "unknown_node", "partnerId"),
        ({"store_nbr": 45}, "two_places", "storeNbr"),
        ({"location_area": "BACKROOM"}, "unknown_area", "locationArea"),
        ({"gtin": "00000000000017"}, "unknown_item", "gtin"),
        ({"quantity": 1.5}, "invalid_quantity", "quantity"),
        ({"quantity": 0.00001}, "invalid_quantity", "quantity"),
        ({"quantity": -1}, "wrong_sign", "quantity"),
        ({"quantity": None}, "missing_quantity", "quantity"),
        ({"event_type": "PI", "quantity": None, "counted": 3}, "not_at_nodes", "counted"),
        ({"event_type": "PI"}, "not_at_nodes", "eventType"),
        ({"event_type": "CORRECTION", "quantity": None, "counted": 3}, "not_at_nodes", "counted"),
        ({"event_type": "STOCK_TRANSFER", "to": OtherSide(store_nbr=45)}, "not_at_nodes", "eventType"),
        ({"event_type": "STOCK_TRANSFER"}, "not_at_nodes", "eventType"),
        ({"event_type": "BR", "to": OtherSide(location_area="BACKROOM")}, "not_at_nodes", "eventType"),
        ({"event_type": "NGR", "to": OtherSide(store_nbr=45)}, "not_a_move", "to"),
        ({"event_type": "CID_GTIN_BALANCE", "to": OtherSide(gtin=GTIN)}, "not_at_nodes", "eventType"),
        ({"event_type": "DECLARED"}, "unknown_event_type", "eventType"),
        ({"event_type": "RESERVED"}, "unknown_event_type", "eventType"),
    ],
)
async def test_what_is_no_event_of_a_node_is_refused(
    ledger: Ledger, node: Location, more: dict[str, Any], code: str, field: str
) -> None:
    refusal = (await ledger.post("a", at_node("a", **{"event_type": "NGR", **more})))[0].refusal
    assert isinstance(refusal, Refusal)
    assert (refusal.code, refusal.field) == (code, field)
    assert await owned(ledger, node, OWNER) == {}


async def test_the_other_side_of_a_stores_move_is_no_node(ledger: Ledger, node: Location) -> None:
    store = await ledger.new_store()
    sent = event("a", "STOCK_TRANSFER", store, quantity=1, to=OtherSide(node="N1"))
    refusal = (await ledger.post("a", sent))[0].refusal
    assert isinstance(refusal, Refusal)
    assert (refusal.code, refusal.field) == ("only_at_centres", "to.node")
    assert await owned(ledger, node, OWNER) == {}
