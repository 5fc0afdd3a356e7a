"""The forms in which sellers read what they have in fulfilment centres (WF-10)."""

from typing import Annotated, Literal

import msgspec
from msgspec import Meta

from onhand.basics.clock import format_micros
from onhand.basics.quantity import SCALE
from onhand.fulfilment.inventory import ItemUnits
from onhand.fulfilment.log import LogEntry
from onhand.fulfilment.vocabulary import COLUMNS, REASON_BY_CODE

ColumnName = Annotated[str, Meta(extra_json_schema={"enum": list(COLUMNS)})]
_ReasonCode = Annotated[str, Meta(extra_json_schema={"enum": [reason.code for reason in REASON_BY_CODE.values()]})]
_Time = Annotated[str, Meta(extra_json_schema={"format": "date-time"})]
NodeType = Literal["WFSFulfilled"]


class LogRow(msgspec.Struct, frozen=True, rename="camel", gc=False):
    """One movement at a fulfilment centre. `transactionLocation` is the centre's code, `fcName` its name."""

    id: str
    fc_name: str
    changed_units: int
    transaction_time: _Time
    transaction_location: str
    transaction_reason_code: _ReasonCode
    transaction_reason_desc: str
    transaction_type: Annotated[ColumnName, Meta(description="The column of the reconciliation that it counts in.")]
    shipment_id: Annotated[str | None, Meta(description="What the movement refers to, where it was told.")]


class InventoryLog(msgspec.Struct, frozen=True, rename="camel"):
    """A page of an item's log, newest first."""

    inventory_log: list[LogRow]


class ListHeaders(msgspec.Struct, frozen=True, rename="camel"):
    """Which part of how many items this is."""

    total_count: int
    limit: int
    offset: int


class FulfilledUnits(msgspec.Struct, frozen=True, rename="camel", gc=False):
    """The units of an item in all centres together, and when the newest movement of them happened."""

    modified_date: _Time
    avail_to_sell_qty: int
    on_hand_qty: int
    ship_node_type: NodeType = "WFSFulfilled"


class FulfilledItem(msgspec.Struct, frozen=True, rename="camel", gc=False):
    """One item by its SKU, or by its GTIN where it has none."""

    sku: str
    ship_nodes: list[FulfilledUnits]


class FulfilledItems(msgspec.Struct, frozen=True):
    """Some items."""

    inventory: list[FulfilledItem]


class FulfilledInventory(msgspec.Struct, frozen=True):
    """A page of what a seller has in fulfilment centres."""

    headers: ListHeaders
    payload: FulfilledItems


def log_row(entry: LogEntry) -> LogRow:
    """A movement as it is shown."""
    return LogRow(
        entry.entry_id,
        entry.centre.name,
        entry.quantity // SCALE,
        format_micros(entry.occurred_at),
        entry.centre.code,
        entry.reason.code,
        entry.reason.description,
        entry.reason.column,
        entry.reference,
    )


def fulfilled_item(units: ItemUnits) -> FulfilledItem:
    """An item as it is shown."""
    summed = FulfilledUnits(format_micros(units.newest_occurred_at), units.available // SCALE, units.on_hand // SCALE)
    return FulfilledItem(units.item.sku, [summed])


LOG_EXAMPLE = InventoryLog(
    [
        LogRow(
            "LAX1/wms/ship-000123",
            "Los Angeles 1",
            -2,
            "2024-05-14T17:02:11Z",
            "LAX1",
            "SOLD",
            "Sold and shipped to a customer",
            "SOLD",
            "1084701",
        )
    ]
)
INVENTORY_EXAMPLE = FulfilledInventory(
    ListHeaders(1, 10, 0), FulfilledItems([FulfilledItem("OAT-1L", [FulfilledUnits("2024-05-14T17:02:11Z", 40, 40)])])
)
