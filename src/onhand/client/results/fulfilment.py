"""What the gateway answers about units in fulfilment centres (WF)."""

import msgspec


class ReconciliationRow(msgspec.Struct, frozen=True, kw_only=True):
    """One SKU in one centre over a period: what was there, what moved (signed), what is there at its end (WF-07)."""

    start_date: str
    end_date: str
    gtin: str
    item_id: str | None = None
    vendor_seller_sku: str | None = None
    product_name: str | None = None
    fulfillment_center: str | None = None
    starting_quantity: int
    received: int = 0
    sold: int = 0
    returned: int = 0
    lost: int = 0
    found: int = 0
    damaged: int = 0
    removed: int = 0
    transferred: int = 0
    adjusted: int = 0
    ending_quantity: int


class LogEntry(msgspec.Struct, frozen=True, kw_only=True, rename="camel"):
    """One movement behind the figures of a reconciliation (WF-10)."""

    id: str
    changed_units: int
    transaction_time: str
    transaction_type: str | None = None
    transaction_location: str | None = None
    transaction_reason_code: str | None = None
    transaction_reason_desc: str | None = None
    fc_name: str | None = None
    shipment_id: str | None = None


class InventoryLog(msgspec.Struct, frozen=True, kw_only=True, rename="camel"):
    """A page of the inventory log."""

    inventory_log: tuple[LogEntry, ...] = ()


class CentreNode(msgspec.Struct, frozen=True, kw_only=True, rename="camel"):
    """What the centres hold of an item; fields that a service leaves out are None."""

    ship_node_type: str | None = None
    avail_to_sell_qty: int | None = None
    on_hand_qty: int | None = None
    modified_date: str | None = None


class CentreItem(msgspec.Struct, frozen=True, kw_only=True, rename="camel"):
    """An item in fulfilment centres."""

    sku: str
    ship_nodes: tuple[CentreNode, ...] = ()


class CentrePageHeaders(msgspec.Struct, frozen=True, kw_only=True, rename="camel"):
    """Where a page stands among all."""

    total_count: int = 0
    offset: int = 0
    limit: int = 0


class CentrePagePayload(msgspec.Struct, frozen=True, kw_only=True):
    """The items of a page."""

    inventory: tuple[CentreItem, ...] = ()


class CentrePage(msgspec.Struct, frozen=True, kw_only=True):
    """A page of items in fulfilment centres."""

    headers: CentrePageHeaders = CentrePageHeaders()
    payload: CentrePagePayload = CentrePagePayload()
