"""What the operator's API answers (OP). Times are texts, UTC."""

from decimal import Decimal
from typing import Any, Literal

import msgspec

Outcome = Literal["accepted", "duplicate", "refused"]


class _Wire(msgspec.Struct, frozen=True, kw_only=True, rename="camel"):
    pass


class EventResult(_Wire, frozen=True, kw_only=True):
    """What became of one event; a refusal says why, in which field, and how to mend it."""

    position: int
    status: Outcome
    event_id: str | None = None
    code: str | None = None
    field: str | None = None
    message: str | None = None


class BatchResult(_Wire, frozen=True, kw_only=True):
    """What became of a batch of events, each for itself."""

    accepted: int
    duplicate: int
    refused: int
    results: tuple[EventResult, ...]


class Units(_Wire, frozen=True, kw_only=True):
    """Whole units of an item."""

    gtin: str
    quantity: int


class Shortage(_Wire, frozen=True, kw_only=True):
    """An item of which less is to be had than was asked for."""

    gtin: str
    asked: int
    available: int


class Left(_Wire, frozen=True, kw_only=True):
    """An item of which the order holds less than was to be shipped."""

    gtin: str
    asked: int
    reserved: int


class OrderLine(_Wire, frozen=True, kw_only=True):
    """One item of an order: what was ordered is the sum of the rest."""

    gtin: str
    ordered: int
    reserved: int
    shipped: int
    cancelled: int
    expired: int


class Order(_Wire, frozen=True, kw_only=True):
    """An order at its ship node; it is open while it holds units."""

    order_id: str
    status: Literal["open", "closed"]
    reserved_at: str
    lines: tuple[OrderLine, ...]
    expires_at: str | None = None
    closed_at: str | None = None


class OrderResult(_Wire, frozen=True, kw_only=True):
    """What became of one entry; of a refusal, with what fell short."""

    position: int
    status: Outcome
    event_id: str | None = None
    order_id: str | None = None
    code: str | None = None
    field: str | None = None
    message: str | None = None
    shortages: tuple[Shortage, ...] = ()
    left: tuple[Left, ...] = ()
    shipped: tuple[Units, ...] = ()
    released: tuple[Units, ...] = ()
    order: Order | None = None


class OrderResults(_Wire, frozen=True, kw_only=True):
    """What became of a request about orders, entry by entry."""

    accepted: int
    duplicate: int
    refused: int
    results: tuple[OrderResult, ...]


class OrdersPage(_Wire, frozen=True, kw_only=True):
    """Some orders of a ship node, and where the next ones begin."""

    orders: tuple[Order, ...]
    next_after: str | None = None


class Shortfall(_Wire, frozen=True, kw_only=True):
    """Where less was declared than orders held, and how it stands now."""

    gtin: str
    declared_at: str
    declared: int
    reserved: int
    on_hand_now: int
    reserved_now: int
    still_short: bool


class ShortfallsPage(_Wire, frozen=True, kw_only=True):
    """Some shortfalls, the newest first."""

    shortfalls: tuple[Shortfall, ...]
    cursor: str | None = None


class Item(_Wire, frozen=True, kw_only=True, omit_defaults=True):
    """An item by its GTIN; a field that is left out of an import stays as it stands."""

    gtin: str
    name: str
    wm_item_nbr: str | None = None
    cid: str | None = None
    category: str | None = None
    product_type: str | None = None
    tax_code: str | None = None
    published_status: Literal["PUBLISHED", "UNPUBLISHED"] | None = None


class Mapping(_Wire, frozen=True, kw_only=True, omit_defaults=True):
    """That a supplier sees an item: at one store, or at every store where none is named."""

    gtin: str
    supplier: str
    store_nbr: int | None = None


class Sku(_Wire, frozen=True, kw_only=True):
    """What a seller or a drop-ship vendor calls an item."""

    gtin: str
    seller: str
    sku: str


class Warned(_Wire, frozen=True, kw_only=True):
    """Something to look at, though it was taken."""

    pointer: str
    message: str


class Imported(_Wire, frozen=True, kw_only=True):
    """What became of rows; all of them were stored."""

    added: int
    changed: int
    unchanged: int
    warnings: tuple[Warned, ...] = ()


class ItemsPage(_Wire, frozen=True, kw_only=True):
    """Some items, and where the next ones begin."""

    items: tuple[Item, ...]
    next_after: str | None = None


class Mappings(_Wire, frozen=True, kw_only=True):
    """Who sees an item, and where."""

    mappings: tuple[Mapping, ...]


class SkusPage(_Wire, frozen=True, kw_only=True):
    """Some SKUs, and where the next ones begin."""

    skus: tuple[Sku, ...]
    next_after: str | None = None


class Partner(_Wire, frozen=True, kw_only=True):
    """A partner: what it is, the code that others name it by, and its name."""

    kind: Literal["supplier", "seller", "provider"]
    code: str
    name: str


class PartnersPage(_Wire, frozen=True, kw_only=True):
    """Some partners, and where the next ones begin."""

    partners: tuple[Partner, ...]
    next_after: str | None = None


class Consumer(_Wire, frozen=True, kw_only=True):
    """The id that a supplier or a service provider signs its requests by."""

    partner: str
    consumer_id: str


class ConsumerKey(_Wire, frozen=True, kw_only=True):
    """A version of a consumer's public key."""

    consumer_id: str
    key_version: str
    public_key: str
    created_at: str | None = None
    revoked_at: str | None = None


class KnownClient(_Wire, frozen=True, kw_only=True):
    """A program of a partner at the gateway; its secret is told once."""

    client_id: str
    partner: str
    kind: str = ""
    scopes: dict[str, str] = msgspec.field(default_factory=dict)
    channel_type: str | None = None
    secret: str | None = None
    created_at: str | None = None
    revoked_at: str | None = None


class Code(_Wire, frozen=True, kw_only=True):
    """A code that a provider's client may show once."""

    client_id: str
    partner: str
    code: str
    expires_at: str


class Store(_Wire, frozen=True, kw_only=True):
    """A store: its number and its name."""

    store_nbr: int
    name: str


class StoresPage(_Wire, frozen=True, kw_only=True):
    """Some stores, and where the next ones begin."""

    stores: tuple[Store, ...]
    next_after: int | None = None


class ShipNode(_Wire, frozen=True, kw_only=True, omit_defaults=True):
    """A ship node: its code, its name, and whose it is."""

    node: str
    name: str
    partner: str
    default: bool = False


class ShipNodesPage(_Wire, frozen=True, kw_only=True):
    """Some ship nodes, and where the next ones begin."""

    nodes: tuple[ShipNode, ...]
    next_after: str | None = None


class Added(_Wire, frozen=True, kw_only=True):
    """How many are new, and how many were known already."""

    added: int
    known: int


class AreaStock(_Wire, frozen=True, kw_only=True):
    """The units in one area and state."""

    location_area: str
    state: str
    quantity: Decimal
    last_updated_time: str


class ItemStock(_Wire, frozen=True, kw_only=True):
    """The stock of an item at a store, as of a moment and as it was known at one."""

    store_nbr: int
    gtin: str
    stock: tuple[AreaStock, ...]
    as_of: str | None = None
    known_at: str | None = None


class LedgerRow(_Wire, frozen=True, kw_only=True):
    """One row of a stream's history, with the balance after it and who told of it."""

    event_type: str
    quantity: Decimal
    occurred_at: str
    balance: Decimal
    event_id: str
    source: str
    recorded_at: str


class LedgerHistory(_Wire, frozen=True, kw_only=True):
    """A page of a stream's history, newest first."""

    store_nbr: int
    gtin: str
    location_area: str
    state: str
    history: tuple[LedgerRow, ...]
    cursor: str | None = None


class Raised(_Wire, frozen=True, kw_only=True):
    """How many rows a command raised; 0 where it had been carried out before."""

    raised: int


class HousekeepingPass(_Wire, frozen=True, kw_only=True):
    """What a pass of housekeeping raised, by event type, and how many moves between locations it finished."""

    timebound_state: int
    cid_gtin_balance: int
    pcid: int
    transfers_finished: int


Told = dict[str, Any]
