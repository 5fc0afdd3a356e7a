"""The bodies of the store APIs, as they are sent and as the OpenAPI document shows them."""

from typing import Annotated, Any, Literal

import msgspec
from msgspec import Meta

from onhand.stock.actions import LINES_MAX, MESSAGE_ID_CHARACTERS_MAX

Gtin = Annotated[str, Meta(pattern=r"^[0-9]{14}$", description="A 14-digit GTIN; its check digit is not enforced.")]
StoreNumber = Annotated[int, Meta(ge=0, description="The number of a store.")]
Moment = Annotated[str, Meta(description="UTC, without zone and fraction: 2024-01-23T00:15:03.")]
Quantity = Annotated[float, Meta(description="Units, up to four decimals.")]


class _Wire(msgspec.Struct, frozen=True, kw_only=True, rename="camel", omit_defaults=True):
    """What is at its default is not sent."""


class AreaInventory(_Wire, frozen=True, kw_only=True):
    """The units in one area and state."""

    location_area: str
    state: str
    quantity: Quantity
    last_updated_time: Moment


class SingleItemInventory(_Wire, frozen=True, kw_only=True):
    """What a store holds of one item (SI-01)."""

    supplier: str
    store_nbr: StoreNumber
    gtin: Gtin
    location_area: str
    state: str
    quantity: Quantity
    last_updated_time: Moment
    inventory_by_location: tuple[AreaInventory, ...] = ()


class CrossReference(_Wire, frozen=True, kw_only=True):
    """Another GTIN of the same consumer item."""

    gtin: Gtin
    inventory_by_location: tuple[AreaInventory, ...]


class ItemInventory(_Wire, frozen=True, kw_only=True):
    """What a store holds of one of several items (SI-03, SI-06)."""

    gtin: Gtin
    wm_item_nbr: str | None = None
    inventory_by_location: tuple[AreaInventory, ...]
    cid_level_inventory: tuple[AreaInventory, ...] = ()
    cross_references: tuple[CrossReference, ...] = ()


class ItemError(_Wire, frozen=True, kw_only=True):
    """Why one of several items is not answered (SI-04)."""

    field_name: str
    value: str
    message: str
    timestamp: Moment


class MultiItemInventory(_Wire, frozen=True, kw_only=True):
    """What a store holds of several items, in the order in which they were asked for."""

    supplier: str
    store_nbr: StoreNumber
    inventory: tuple[ItemInventory, ...] = ()
    errors: tuple[ItemError, ...] = ()


class MultiItemRequest(_Wire, frozen=True, kw_only=True):
    """Up to 100 items of one store."""

    store_nbr: StoreNumber
    values: Annotated[tuple[str, ...], Meta(min_length=1, max_length=100)]


class HistoryEvent(_Wire, frozen=True, kw_only=True):
    """One event, and the count after it."""

    event_type: str
    event_qty: int | float
    event_creation_time: Moment
    aggregated_qty: int | float


class TransactionHistory(_Wire, frozen=True, kw_only=True):
    """The events of one item in one store, newest first (TH-01)."""

    supplier: str
    store_nbr: StoreNumber
    gtin: Gtin
    event_history: tuple[HistoryEvent, ...]


class InventoryActionLine(_Wire, frozen=True, kw_only=True):
    """One item of a message: the units that came or went, or that were counted."""

    gtin: str
    quantity: int | float
    reason_code: str | None = None


class InventoryAction(_Wire, frozen=True, kw_only=True):
    """What a supplier did in a store (IA-01)."""

    message_id: Annotated[
        str,
        Meta(min_length=1, max_length=MESSAGE_ID_CHARACTERS_MAX, description="Unique for the supplier and the store."),
    ]
    event_type: Literal["ARRIVAL", "REMOVAL", "CORRECTION", "BOOTSTRAP"]
    store_nbr: StoreNumber
    event_creation_time: Annotated[int, Meta(description="Milliseconds since 1970-01-01 UTC.")]
    line_info: Annotated[tuple[InventoryActionLine, ...], Meta(min_length=1, max_length=LINES_MAX)]
    document_info: list[dict[str, Any]] = []


class InventoryActionLineOutcome(_Wire, frozen=True, kw_only=True):
    """What became of one line; `message` says why it was refused."""

    gtin: str
    status: Literal["ACCEPTED", "REFUSED"]
    message: str | None = None


class InventoryActionOutcome(_Wire, frozen=True, kw_only=True):
    """What became of a message, line by line."""

    supplier: str
    store_nbr: StoreNumber
    message_id: str
    line_info: tuple[InventoryActionLineOutcome, ...]


class Problem(_Wire, frozen=True, kw_only=True):
    """One error: a 400 names the field, any other the path."""

    field_name: str | None = None
    instance: str | None = None
    message: str
    status: str
    timestamp: Moment


class Details(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """The message again, and a hint where one helps."""

    description: str = msgspec.field(name="Description")
    hint: str = msgspec.field(name="Hint", default="")


class Problems(_Wire, frozen=True, kw_only=True):
    """The body of every error (SE-01); 401 and 403 carry `details` (SE-05)."""

    errors: tuple[Problem, ...]
    details: Details | None = None
