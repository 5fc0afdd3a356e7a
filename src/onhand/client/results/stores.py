"""What the store APIs answer (SI, TH, IA). Times are UTC without a zone; quantities may be fractions of a unit."""

from datetime import datetime
from decimal import Decimal
from typing import Literal

import msgspec

Action = Literal["ARRIVAL", "REMOVAL", "CORRECTION", "BOOTSTRAP"]


class _Wire(msgspec.Struct, frozen=True, kw_only=True, rename="camel"):
    pass


class AreaInventory(_Wire, frozen=True, kw_only=True):
    """The units in one area and state."""

    location_area: str
    state: str
    quantity: Decimal
    last_updated_time: datetime


class StoreInventory(_Wire, frozen=True, kw_only=True):
    """What a store has for sale of one item; `inventory_by_location` where another area holds stock too."""

    supplier: str
    store_nbr: int
    gtin: str
    location_area: str
    state: str
    quantity: Decimal
    last_updated_time: datetime
    inventory_by_location: tuple[AreaInventory, ...] = ()


class CrossReference(_Wire, frozen=True, kw_only=True):
    """Another GTIN of the same consumer item."""

    gtin: str
    inventory_by_location: tuple[AreaInventory, ...] = ()


class StoreItem(_Wire, frozen=True, kw_only=True):
    """One of several items; the CID level is the sum over the GTINs of one consumer item."""

    gtin: str
    wm_item_nbr: str | None = None
    inventory_by_location: tuple[AreaInventory, ...] = ()
    cid_level_inventory: tuple[AreaInventory, ...] = ()
    cross_references: tuple[CrossReference, ...] = ()


class ItemError(_Wire, frozen=True, kw_only=True):
    """Why one of several items is not answered."""

    field_name: str
    value: str
    message: str
    timestamp: datetime | None = None


class StoreStatus(_Wire, frozen=True, kw_only=True):
    """Several items of a store, in the order asked for, and why the others are not among them."""

    supplier: str
    store_nbr: int
    inventory: tuple[StoreItem, ...] = ()
    errors: tuple[ItemError, ...] = ()


class HistoryEvent(_Wire, frozen=True, kw_only=True):
    """One event, and the count after it."""

    event_type: str
    event_qty: Decimal
    event_creation_time: datetime
    aggregated_qty: Decimal


class TransactionHistory(_Wire, frozen=True, kw_only=True):
    """A page of history, newest first."""

    supplier: str
    store_nbr: int
    gtin: str
    event_history: tuple[HistoryEvent, ...]


class ActionLine(_Wire, frozen=True, kw_only=True, omit_defaults=True):
    """One item of a message: the units that came or went, or that were counted."""

    gtin: str
    quantity: int | float
    reason_code: str | None = None


class LineOutcome(_Wire, frozen=True, kw_only=True):
    """What became of one line; `message` says why it was refused."""

    gtin: str
    status: Literal["ACCEPTED", "REFUSED"]
    message: str | None = None


class ActionOutcome(_Wire, frozen=True, kw_only=True):
    """What became of a message, line by line."""

    supplier: str = ""
    store_nbr: int
    message_id: str
    line_info: tuple[LineOutcome, ...]
