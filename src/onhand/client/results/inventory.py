"""What the gateway answers about inventory at ship nodes (DS-01 to DS-08)."""

from typing import Literal

import msgspec

Code = Literal["AA", "AC"]


class Quantity(msgspec.Struct, frozen=True, rename="camel"):
    """A number of units; `amount` is None where availability is infinite (`AA`)."""

    unit: str = "EACH"
    amount: int | None = None
    availability_code: Code | None = None

    @property
    def is_infinite(self) -> bool:
        """Whether there is no end of it."""
        return self.amount is None


class Inventory(msgspec.Struct, frozen=True):
    """The units of one item on hand; sellers are not told the GTIN. `etag` makes a later update conditional."""

    sku: str
    quantity: Quantity
    gtin: str | None = None
    etag: str | None = None


class NodeInventory(msgspec.Struct, frozen=True, rename="camel"):
    """What one ship node has of an item: on hand, to sell, and held by open orders."""

    ship_node: str
    input_qty: Quantity | None = None
    avail_to_sell_qty: Quantity | None = None
    reserved_qty: Quantity | None = None


class ItemInventory(msgspec.Struct, frozen=True):
    """One item at its ship nodes. `etag` makes a later update conditional."""

    sku: str
    nodes: tuple[NodeInventory, ...]
    gtin: str | None = None
    etag: str | None = None


class InventoryPageMeta(msgspec.Struct, frozen=True, rename="camel"):
    """How many items there are, and where the next page begins."""

    total_count: int
    next_cursor: str | None = None


class InventoryPageElements(msgspec.Struct, frozen=True):
    """The items of a page."""

    inventories: tuple[ItemInventory, ...]


class InventoryPage(msgspec.Struct, frozen=True):
    """A page of the caller's items."""

    meta: InventoryPageMeta
    elements: InventoryPageElements


class NodeError(msgspec.Struct, frozen=True):
    """Why nothing was changed at a node."""

    code: str
    field: str = ""
    description: str = ""


class NodeOutcome(msgspec.Struct, frozen=True, rename="camel"):
    """What became of one node of an update."""

    ship_node: str
    status: Literal["Success", "Failure"]
    errors: tuple[NodeError, ...] = ()


class ItemOutcome(msgspec.Struct, frozen=True):
    """What became of each node of an update."""

    sku: str
    nodes: tuple[NodeOutcome, ...]


class TokenScopes(msgspec.Struct, frozen=True):
    """What a token may do with each subject."""

    inventory: str = ""
    feeds: str = ""
    reports: str = ""


class TokenDetail(msgspec.Struct, frozen=True):
    """What a token is worth; times are milliseconds since 1970."""

    expire_at: int
    issued_at: int
    is_valid: bool
    is_channel_match: bool
    scopes: TokenScopes = TokenScopes()
