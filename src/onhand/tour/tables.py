"""Answers of the store APIs and of the gateway as tables."""

from collections.abc import Callable, Mapping, Sequence
from decimal import Decimal
from typing import Any

from rich.table import Column, Table

from onhand.client.results.fulfilment import CentreItem, LogEntry, ReconciliationRow
from onhand.client.results.inventory import ItemInventory, Quantity
from onhand.client.results.stores import HistoryEvent, StoreInventory, StoreStatus

_NEW = "bold yellow"
_ROWS_MAX = 14


def plain_number(quantity: Decimal) -> int | float:
    """A quantity as it is shown: whole where it is."""
    return int(quantity) if quantity == quantity.to_integral_value() else float(quantity)


def shelf_table(answer: StoreInventory) -> Table:
    """One item's stock (SI-01)."""
    table = Table("area", "state", "quantity", "last updated (UTC)")
    shown = f"{plain_number(answer.quantity):g}"
    table.add_row(answer.location_area, answer.state, shown, answer.last_updated_time.isoformat())
    return table


def items_table(answer: StoreStatus) -> Table:
    """Several items, and the errors in their midst (SI-03, SI-04)."""
    table = Table(_whole("GTIN"), "area and state, or error", "quantity", _whole("last updated (UTC)"))
    for item in answer.inventory:
        for shelf in item.inventory_by_location:
            place, shown = f"{shelf.location_area} {shelf.state}", f"{plain_number(shelf.quantity):g}"
            table.add_row(item.gtin, place, shown, shelf.last_updated_time.isoformat())
    for error in answer.errors:
        table.add_row(error.value, f"[red]{error.message}[/red]", "", "")
    return table


def history_table(
    rows: Sequence[HistoryEvent],
    origin_of: Callable[[HistoryEvent], str],
    known_before: Sequence[HistoryEvent] | None = None,
) -> Table:
    """The newest rows of a history (TH-01): each says where it came from, what is other than before stands out."""
    table = Table("event", "quantity", _whole("happened (UTC)"), "on hand after it", "where from")
    for row in rows[:_ROWS_MAX]:
        is_new = known_before is not None and row not in known_before
        quantity, after = f"{plain_number(row.event_qty):+g}", f"{plain_number(row.aggregated_qty):g}"
        cells = (row.event_type, quantity, row.event_creation_time.isoformat(), after)
        table.add_row(*cells, origin_of(row), style=_NEW if is_new else None)
    if len(rows) > _ROWS_MAX:
        table.caption = f"and {len(rows) - _ROWS_MAX} older rows on this page"
    return table


def nodes_table(answer: ItemInventory) -> Table:
    """What an item has at each ship node (DS-04)."""
    table = Table("ship node", "on hand", "reserved by orders", "available to sell")
    for node in answer.nodes:
        table.add_row(node.ship_node, *map(_units, (node.input_qty, node.reserved_qty, node.avail_to_sell_qty)))
    return table


def _units(quantity: Quantity | None) -> str:
    return "without end" if quantity is None or quantity.amount is None else f"{quantity.amount:,}"


def failed_rows_table(feed: Mapping[str, Any]) -> Table:
    """The rows of a feed that were refused, with the reasons."""
    table = Table(_whole("GTIN"), _whole("ship node"), "why")
    for row in feed["Inventory"]:
        errors = row["ingestionErrors"]
        why = "; ".join(f"{error['code']}: {error['description']}" for error in errors)
        table.add_row(row["productId"], row["shipNode"], f"[red]{why}[/red]")
    return table


def centres_table(items: Sequence[CentreItem]) -> Table:
    """What a seller has in all fulfilment centres together (WF-10)."""
    table = Table("SKU", "on hand", "available to sell", _whole("last moved (UTC)"))
    for item in items:
        for units in item.ship_nodes:
            table.add_row(item.sku, f"{units.on_hand_qty:,}", f"{units.avail_to_sell_qty:,}", units.modified_date)
    return table


def log_table(entries: Sequence[LogEntry]) -> Table:
    """The newest movements of an item in fulfilment centres, each with where the demo has it from (WF-10)."""
    table = Table("centre", "movement", "units", _whole("happened (UTC)"), "refers to", "where from")
    for row in entries:
        origin = "register" if row.transaction_type == "SOLD" else "simulated"
        cells = (row.transaction_type, f"{row.changed_units:+,}", row.transaction_time, row.shipment_id or "")
        table.add_row(row.transaction_location, *cells, origin)
    return table


def reconciliation_table(rows: Sequence[ReconciliationRow]) -> Table:
    """Rows of a month's reconciliation, without the columns in which the demo has nothing (WF-07)."""
    table = Table("GTIN", "centre", "starting", "received", "sold", "adjusted", "ending")
    for row in rows:
        moved = (f"{row.received:+,}", f"{row.sold:+,}", f"{row.adjusted:+,}")
        table.add_row(
            row.gtin, row.fulfillment_center, f"{row.starting_quantity:,}", *moved, f"{row.ending_quantity:,}"
        )
    return table


_REPORT_COLUMNS = (
    "GTIN",
    "Product Name",
    "Ship Node",
    "Availability Code",
    "Input Quantity",
    "Reserved Quantity",
    "Available To Sell Quantity",
)
_REPORT_ROWS_MAX = 6


def report_table(rows: Sequence[Sequence[str]]) -> Table:
    """The head of a visibility report (DS-27), with some of its columns."""
    header, *body = rows
    places = [header.index(name) for name in _REPORT_COLUMNS]
    table = Table(*(_whole(name) if name == "GTIN" else name for name in _REPORT_COLUMNS))
    for row in body[:_REPORT_ROWS_MAX]:
        table.add_row(*(row[place] for place in places))
    if len(body) > _REPORT_ROWS_MAX:
        table.caption = f"and {len(body) - _REPORT_ROWS_MAX:,} more rows"
    return table


def _whole(name: str) -> Column:
    """A column whose cells are never cut, however narrow the terminal is."""
    return Column(name, no_wrap=True, overflow="fold")
