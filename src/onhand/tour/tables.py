"""Answers of the store APIs as tables."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from rich.table import Table

_NEW = "bold yellow"
_ROWS_MAX = 14

HistoryRow = Mapping[str, Any]


def shelf_table(answer: Mapping[str, Any]) -> Table:
    """One item's stock (SI-01)."""
    table = Table("area", "state", "quantity", "last updated (UTC)")
    _add_shelf(table, answer)
    return table


def items_table(answer: Mapping[str, Any]) -> Table:
    """Several items, and the errors in their midst (SI-03, SI-04)."""
    table = Table("GTIN", "area", "state", "quantity", "last updated (UTC)", "error")
    for item in answer.get("inventory", ()):
        for shelf in item["inventoryByLocation"]:
            _add_shelf(table, shelf, item["gtin"])
    for error in answer.get("errors", ()):
        table.add_row(error["value"], "", "", "", "", f"[red]{error['message']}[/red]")
    return table


def history_table(
    rows: Sequence[HistoryRow],
    origin_of: Callable[[HistoryRow], str],
    known_before: Sequence[HistoryRow] | None = None,
) -> Table:
    """The newest rows of a history (TH-01): each says where it came from, what is other than before stands out."""
    table = Table("event", "quantity", "happened (UTC)", "on hand after it", "where from")
    for row in rows[:_ROWS_MAX]:
        is_new = known_before is not None and row not in known_before
        cells = (row["eventType"], f"{row['eventQty']:+g}", row["eventCreationTime"], f"{row['aggregatedQty']:g}")
        table.add_row(*cells, origin_of(row), style=_NEW if is_new else None)
    if len(rows) > _ROWS_MAX:
        table.caption = f"and {len(rows) - _ROWS_MAX} older rows on this page"
    return table


def _add_shelf(table: Table, shelf: Mapping[str, Any], *before: str) -> None:
    cells = (shelf["locationArea"], shelf["state"], f"{shelf['quantity']:g}", shelf["lastUpdatedTime"])
    table.add_row(*before, *cells)
