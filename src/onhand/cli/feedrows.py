"""Rows of a feed as people keep them: CSV, a JSON list, lines of JSON, or a whole feed's file."""

import csv
import io
from pathlib import Path
from typing import Any

import msgspec

from onhand.cli.answers import Problem
from onhand.client.results.feeds import FeedRow

_COLUMNS = {
    "productid": "productId",
    "gtin": "productId",
    "shipnode": "shipNode",
    "availabilitycode": "availabilityCode",
    "quantity": "quantity",
    "intransitquantity": "inTransitQuantity",
    "intransitdate": "inTransitDate",
}
_FIELDS = {
    name.lower(): name for name in ("productId", "shipNode", "availabilityCode", "quantity", "inTransitInventory")
}
_LIST_KEY = "Inventory"
# What an error report adds to a row; it may stay there.
_TOLD_KEY = "ingestionerrors"


def read_rows(file: Path, content: bytes) -> list[FeedRow]:
    """The rows of a file, whatever its form; what they say is checked when they are sent.

    Raises:
        Problem: they can't be read.
    """
    try:
        # A mark at the beginning is what programs for tables write.
        text = content.decode("utf-8-sig").strip()
        return _of_json(text) if text.startswith(("[", "{")) else _of_table(text)
    except (msgspec.DecodeError, UnicodeDecodeError, csv.Error) as error:
        raise Problem(f"{file} holds no rows of a feed: {error}") from error


def _of_json(text: str) -> list[FeedRow]:
    try:
        whole = msgspec.json.decode(text)
    except msgspec.DecodeError:
        if text.startswith("["):
            raise
        whole = [msgspec.json.decode(line) for line in text.splitlines() if line.strip()]
    rows = whole.get(_LIST_KEY, [whole]) if isinstance(whole, dict) else whole
    return msgspec.convert([_named(row) for row in rows] if isinstance(rows, list) else rows, list[FeedRow])


def _named(row: Any) -> Any:
    """A row with its keys as they are sent, in whatever case they came; one that no row has is not passed over."""
    if not isinstance(row, dict):
        return row
    keys = [key for key in row if key.lower() != _TOLD_KEY]
    strange = next((key for key in keys if key.lower() not in _FIELDS), None)
    if strange is not None:
        raise msgspec.ValidationError(
            f"there is no field {strange!r} in a row: name them {', '.join(_FIELDS.values())}"
        )
    return {_FIELDS[key.lower()]: row[key] for key in keys}


def _of_table(text: str) -> list[FeedRow]:
    table = csv.reader(io.StringIO(text))
    columns = [_column(name) for name in next(table, [])]
    return [_row(dict(zip(columns, cells, strict=False)), table.line_num) for cells in table if any(cells)]


def _column(name: str) -> str:
    known = _COLUMNS.get(name.lower().replace(" ", "").replace("_", ""))
    if known is None:
        raise csv.Error(f"there is no column {name!r} in a feed: name them productId, shipNode, quantity")
    return known


def _row(cells: dict[str, str], line: int) -> FeedRow:
    filled: dict[str, Any] = {name: cell.strip() for name, cell in cells.items() if cell.strip()}
    announced = {"quantity": filled.pop("inTransitQuantity", None)}
    announced["expectedAvailabilityDate"] = filled.pop("inTransitDate", None)
    if any(announced.values()):
        filled["inTransitInventory"] = [announced]
    try:
        return msgspec.convert(filled, FeedRow, strict=False)
    except msgspec.ValidationError as error:
        raise csv.Error(f"line {line}: {error}") from error
