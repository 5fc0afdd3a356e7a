"""Inventory as it goes over the wire (DS-01 to DS-08)."""

from collections.abc import Sequence
from typing import Annotated, Any, Literal

import msgspec
from msgspec import UNSET, Meta, UnsetType

from onhand.dropship.availability import NodeStock
from onhand.dropship.items import PartnerItem
from onhand.dropship.vocabulary import COUNTED, ENDLESS, UNITS_MAX, Code

EACH = "EACH"
NODES_MAX = 1_000
"""Ship nodes of one update: each has an outcome of its own in the answer, so that many short ones make a long one."""

_Code = Literal["AA"]


class Quantity(msgspec.Struct, frozen=True, rename="camel"):
    """A number of units; one that is infinite has no amount and says so."""

    unit: Literal["EACH"] = "EACH"
    amount: int | UnsetType = UNSET
    availability_code: _Code | UnsetType = UNSET


class Inventory(msgspec.Struct, frozen=True):
    """The units of one item on hand; a seller's form has no `gtin`."""

    sku: str
    gtin: str | UnsetType
    quantity: Quantity


class NodeInventory(msgspec.Struct, frozen=True, rename="camel"):
    """What one ship node has of an item: on hand, to sell, and held by open orders."""

    ship_node: str
    input_qty: Quantity
    avail_to_sell_qty: Quantity
    reserved_qty: Quantity


class ItemInventory(msgspec.Struct, frozen=True):
    """One item at the nodes that have anything to say of it."""

    sku: str
    gtin: str
    nodes: list[NodeInventory]


class ListedInventory(msgspec.Struct, frozen=True):
    """One item of a list."""

    sku: str
    nodes: list[NodeInventory]


class ListMeta(msgspec.Struct, frozen=True, rename="camel"):
    """How many items there are, and where the next page begins; `nextCursor` is absent on the last."""

    total_count: int
    next_cursor: str | UnsetType = UNSET


class ListElements(msgspec.Struct, frozen=True):
    """The items of a page."""

    inventories: list[ListedInventory]


class InventoryList(msgspec.Struct, frozen=True):
    """A page of the caller's items."""

    meta: ListMeta
    elements: ListElements


class NodeError(msgspec.Struct, frozen=True):
    """Why nothing was changed at a node."""

    code: str
    field: str
    description: str
    severity: str = "ERROR"
    category: str = "DATA"


class NodeOutcome(msgspec.Struct, frozen=True, rename="camel"):
    """What became of one node of an update."""

    ship_node: str
    status: Literal["Success", "Failure"]
    errors: list[NodeError] | UnsetType = UNSET


class ItemOutcome(msgspec.Struct, frozen=True):
    """What became of each node of an update."""

    sku: str
    nodes: list[NodeOutcome]


_Amount = Annotated[int, Meta(ge=0, le=UNITS_MAX)] | Annotated[str, Meta(pattern="^[0-9]+$")]


class QuantityBody(msgspec.Struct):
    """A number of units as it is sent in; the amount may be a text of digits."""

    amount: _Amount
    unit: Literal["EACH"] = "EACH"


class UpdateBody(msgspec.Struct, rename="camel"):
    """An update of one item. `AC` needs a quantity; the code may be left out where the item is named by its SKU."""

    gtin: str | UnsetType = UNSET
    sku: str | UnsetType = UNSET
    availability_code: Code | UnsetType = UNSET
    quantity: QuantityBody | UnsetType = UNSET


class NodeBody(msgspec.Struct, rename="camel"):
    """What is declared of one ship node."""

    ship_node: str
    input_qty: QuantityBody | UnsetType = UNSET
    availability_code: Code | UnsetType = UNSET


class NodesBody(msgspec.Struct):
    """The ship nodes of an update."""

    nodes: Annotated[list[NodeBody], Meta(min_length=1, max_length=NODES_MAX)]


class NodesUpdateBody(msgspec.Struct):
    """An update of one item at several ship nodes."""

    inventories: NodesBody


def quantity_of(units: int | None) -> Quantity:
    """So many units, or infinite availability where that is None."""
    return Quantity(availability_code=ENDLESS) if units is None else Quantity(amount=units)


def on_hand_of(stock: NodeStock) -> Quantity:
    """What a node has on hand."""
    return quantity_of(None if stock.endless else stock.on_hand)


def inventory_of(item: PartnerItem, quantity: Quantity, *, with_gtin: bool) -> Inventory:
    """An item with its units."""
    return Inventory(item.sku, item.gtin if with_gtin else UNSET, quantity)


def nodes_of_item(stocks: Sequence[NodeStock]) -> list[NodeInventory]:
    """What each node has."""
    return [
        NodeInventory(
            stock.node,
            on_hand_of(stock),
            quantity_of(None if stock.endless else stock.available),
            quantity_of(stock.reserved),
        )
        for stock in stocks
    ]


INVENTORY_EXAMPLE: dict[str, Any] = {
    "sku": "RG-IRAE-79VD",
    "gtin": "00012947218283",
    "quantity": {"unit": EACH, "amount": 23},
}
NODE_EXAMPLE: dict[str, Any] = {
    "shipNode": "123456701",
    "inputQty": {"unit": EACH, "amount": 45},
    "availToSellQty": {"unit": EACH, "amount": 21},
    "reservedQty": {"unit": EACH, "amount": 24},
}
UPDATE_EXAMPLE: dict[str, Any] = {
    "gtin": "00012947218283",
    "availabilityCode": COUNTED,
    "quantity": {"unit": EACH, "amount": 23},
}
