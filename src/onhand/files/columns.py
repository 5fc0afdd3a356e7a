"""What the columns of a table mean: a row of values becomes the JSON line that would say the same.

So that every format is checked and reported in one place, tables are read as if their rows had been sent as NDJSON.
"""

import math
import re
from collections.abc import Sequence
from datetime import datetime
from typing import Any, Literal

import msgspec

from onhand.files.limits import Unreadable

_JSON_NUMBER = re.compile(r"-?(0|[1-9]\d*)(\.\d+)?([eE][+-]?\d+)?", re.ASCII)
_PADDED_INTEGER = re.compile(r"0+\d+", re.ASCII)


class Column(msgspec.Struct, frozen=True):
    """A column: its name, the field of the JSON object it fills (`to.storeNbr` within another), and what it holds."""

    name: str
    path: tuple[str, ...]
    kind: Literal["text", "number", "flag"] = "text"
    required: bool = False


class Shape(msgspec.Struct, frozen=True):
    """The columns that a table of some kind may have."""

    columns: tuple[Column, ...]

    def of_header(self, names: Sequence[str]) -> "TableRows":
        """How to read the rows under a header.

        Raises:
            Unreadable: a column is unknown, stands twice or is missing; the message names them all.
        """
        known = {column.name: column for column in self.columns}
        problems = [f"the column `{name}` is unknown" for name in names if name not in known]
        problems += [f"the column `{name}` stands twice" for name in sorted(known) if list(names).count(name) > 1]
        missing = (column.name for column in self.columns if column.required and column.name not in names)
        problems += [f"the column `{name}` is missing" for name in missing]
        if problems:
            raise Unreadable(f"{'; '.join(problems)}. The columns are: {', '.join(known)}")
        return TableRows([known[name] for name in names])


class TableRows:
    """Rows of values under given columns, as JSON lines."""

    def __init__(self, columns: Sequence[Column]) -> None:
        self._columns = columns
        self._encode = msgspec.json.Encoder(decimal_format="number").encode

    @property
    def width(self) -> int:
        """How many values a row has."""
        return len(self._columns)

    @property
    def header(self) -> str:
        """The columns as the first line of a CSV file."""
        return ",".join(column.name for column in self._columns)

    def line(self, values: Sequence[Any]) -> bytes:
        """The JSON object of a row; fields without a value are left out."""
        fields: dict[str, Any] = {}
        for column, value in zip(self._columns, values, strict=True):
            if value is None or value == "" or (column.kind == "flag" and _flag(value) is False):
                continue
            inside = fields
            for name in column.path[:-1]:
                inside = inside.setdefault(name, {})
            inside[column.path[-1]] = _VALUES[column.kind](value)
        return self._encode(fields)


def _number(value: Any) -> Any:
    """A number as it was written; what is none stays a text, which is refused where the field is checked."""
    if isinstance(value, str):
        if _JSON_NUMBER.fullmatch(value):
            return msgspec.Raw(value)
        # Its zeros are taken off as a text: Python makes no number of thousands of digits.
        return msgspec.Raw(value.lstrip("0") or "0") if _PADDED_INTEGER.fullmatch(value) else value
    if isinstance(value, float) and not math.isfinite(value):
        return str(value)
    return value


def _text(value: Any) -> Any:
    if isinstance(value, bytes):
        # Older writers of Parquet leave it open that a column holds texts.
        return _text_of_bytes(value)
    # What has parts is no text and is refused where the field is checked.
    if isinstance(value, str | dict | list):
        return value
    return value.isoformat() if isinstance(value, datetime) else str(value)


def _text_of_bytes(value: bytes) -> str | list[int]:
    """The text that the bytes are in UTF-8; what is none goes on as a list, to be refused where texts are checked."""
    try:
        return value.decode()
    except UnicodeDecodeError:
        return list(value)


def _flag(value: Any) -> Any:
    """A truth value; what is none stays a text, which is refused where the field is checked."""
    return _FLAGS.get(str(value).lower(), str(value))


_FLAGS = {"true": True, "false": False}
_VALUES = {"text": _text, "number": _number, "flag": _flag}
