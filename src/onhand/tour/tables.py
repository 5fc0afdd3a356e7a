"""Answers of the store APIs as tables."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from rich.table import Column, Table

_NEW = "bold yellow"
_ROWS_MAX = 14

HistoryRow = Mapping[str, Any]


def shelf_table(answer: Mapping[str, Any]) -> Table:
    """One item's stock (SI-01)."""
    table = Table("area", "state", "quantity", "last updated (UTC)")
    table.add_row(answer["locationArea"], answer["state"], f"{answer['quantity']:g}", answer["lastUpdatedTime"])
    return table


def items_table(answer: Mapping[str, Any]) -> Table:
    """Several items, and the errors in their midst (SI-03, SI-04)."""
    table = Table(_whole("GTIN"), "area and state, or error", "quantity", _whole("last updated (UTC)"))
    for item in answer.get("inventory", ()):
        for shelf in item["inventoryByLocation"]:
            place = f"{shelf['locationArea']} {shelf['state']}"
            table.add_row(item["gtin"], place, f"{shelf['quantity']:g}", shelf["lastUpdatedTime"])
    for error in answer.get("errors", ()):
        table.add_row(error["value"], f"[red]{error['message']}[/red]", "", "")
    return table


def history_table(
    rows: Sequence[HistoryRow],
    origin_of: Callable[[HistoryRow], str],
    known_before: Sequence[HistoryRow] | None = None,
) -> Table:
    """The newest rows of a history (TH-01): each says where it came from, what is other than before stands out."""
    table = Table("event", "quantity", _whole("happened (UTC)"), "on hand after it", "where from")
    for row in rows[:_ROWS_MAX]:
        is_new = known_before is not None and row not in known_before
        cells = (row["eventType"], f"{row['eventQty']:+g}", row["eventCreationTime"], f"{row['aggregatedQty']:g}")
        table.add_row(*cells, origin_of(row), style=_NEW if is_new else None)
    if len(rows) > _ROWS_MAX:
        table.caption = f"and {len(rows) - _ROWS_MAX} older rows on this page"
    return table


def nodes_table(answer: Mapping[str, Any]) -> Table:
    """What an item has at each ship node (DS-04)."""
    table = Table("ship node", "on hand", "reserved by orders", "available to sell")
    for node in answer["nodes"]:
        amounts = (node[name].get("amount") for name in ("inputQty", "reservedQty", "availToSellQty"))
        table.add_row(node["shipNode"], *("without end" if amount is None else f"{amount:,}" for amount in amounts))
    return table


def failed_rows_table(feed: Mapping[str, Any]) -> Table:
    """The rows of a feed that were refused, with the reasons."""
    table = Table(_whole("GTIN"), _whole("ship node"), "why")
    for row in feed["Inventory"]:
        errors = row["ingestionErrors"]
        why = "; ".join(f"{error['code']}: {error['description']}" for error in errors)
        table.add_row(row["productId"], row["shipNode"], f"[red]{why}[/red]")
    return table


def centres_table(answer: Mapping[str, Any]) -> Table:
    """What a seller has in all fulfilment centres together (WF-10)."""
    table = Table("SKU", "on hand", "available to sell", _whole("last moved (UTC)"))
    for item in answer["payload"]["inventory"]:
        for units in item["shipNodes"]:
            table.add_row(item["sku"], f"{units['onHandQty']:,}", f"{units['availToSellQty']:,}", units["modifiedDate"])
    return table


def log_table(answer: Mapping[str, Any]) -> Table:
    """The newest movements of an item in fulfilment centres, each with where the demo has it from (WF-10)."""
    table = Table("centre", "movement", "units", _whole("happened (UTC)"), "refers to", "where from")
    for row in answer["inventoryLog"]:
        origin = "register" if row["transactionType"] == "SOLD" else "simulated"
        cells = (row["transactionType"], f"{row['changedUnits']:+,}", row["transactionTime"], row["shipmentId"] or "")
        table.add_row(row["transactionLocation"], *cells, origin)
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
