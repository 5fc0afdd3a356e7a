"""Reports that are CSV: their rows as values, read one by one, so that a file of any size takes the same memory."""

import csv
import io
import re
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from typing import Generic, TextIO, TypeVar, cast

import msgspec

from onhand.client.errors import Unreadable
from onhand.client.frames import Frames
from onhand.client.results.reports import FileRow

T = TypeVar("T")

# A row of the settlement's file that is none: it says how many there are.
_COUNT_LINE = "Number of Lines in file"
# What programs for tables would run, or would but for apostrophes of its own, is written with one before it (DS-28).
_ESCAPED = re.compile(r"'++[=+\-@\t\r\n]")
_TEXT_SHOWN = 100


class ReportRows(Frames[T], Generic[T]):
    """The rows of a report: iterate over them, or take them as a table.

    `path` is the file, where it was saved to one; `name` is what the server calls it.
    """

    def __init__(self, kind: type[T], opened: Callable[[], TextIO], *, name: str, path: Path | None = None) -> None:
        super().__init__(kind)
        self._opened = opened
        self.name = name
        self.path = path

    def __iter__(self) -> Iterator[T]:
        with self._opened() as lines:
            yield from rows_of(lines, self._kind, self.name)


def rows_in(content: bytes, kind: type[T], name: str) -> ReportRows[T]:
    """The rows of a file that was read."""
    return ReportRows(kind, lambda: io.TextIOWrapper(io.BytesIO(content), "utf-8-sig", newline=""), name=name)


def rows_of_file(path: Path, kind: type[T]) -> ReportRows[T]:
    """The rows of a file that was saved."""
    return ReportRows(kind, lambda: path.open(encoding="utf-8-sig", newline=""), name=path.name, path=path)


def rows_of(lines: Iterable[str], kind: type[T], name: str) -> Iterator[T]:
    """The rows of CSV with a header; columns are found by their names, and empty cells left out.

    Raises:
        Unreadable: a column that a row needs is missing, a cell is not what its column holds, or a line breaks off.
    """
    # A cell has 131,072 characters at most, unless the program says otherwise: csv has one limit for all of a process.
    read = csv.reader(lines)
    try:
        names = _names(next(read, []), kind)
        for cells in read:
            if cells and not (cells[0].startswith(_COUNT_LINE) and not any(cells[1:])):
                yield _row(names, cells, kind)
    except UnicodeDecodeError as error:
        raise Unreadable(f"after line {read.line_num}: it is not UTF-8: {error}", operation=name) from error
    except (csv.Error, ValueError) as error:
        raise Unreadable(f"line {read.line_num}: {error}", operation=name) from error


def _names(columns: list[str], kind: type[object]) -> list[str]:
    if not columns:
        raise ValueError("it is empty, without even a header")
    if kind is FileRow:
        return columns
    names = list(map(attribute_of, columns))
    if not set(names) & set(getattr(kind, "__struct_fields__", names)):
        # All of a row's cells may be left out, so that any text would pass for rows.
        raise ValueError(f"it has no column of a {kind.__name__}: it starts {','.join(columns)[:_TEXT_SHOWN]!r}")
    return names


def _row(names: list[str], cells: list[str], kind: type[T]) -> T:
    if len(cells) < len(names) or any(cells[len(names) :]):
        raise ValueError(f"it has {len(cells)} cells under {len(names)} columns: the file is not whole, or no CSV")
    filled = {name: _cell(cell) for name, cell in zip(names, cells, strict=False) if cell}
    # FileRow itself is what is asked for here, which the type of `kind` can't say.
    return cast("T", FileRow(filled)) if kind is FileRow else msgspec.convert(filled, kind, strict=False)


def attribute_of(column: str) -> str:
    """The attribute that holds a column: `Ship to State` is `ship_to_state`, `Customer Order #` `customer_order`."""
    return re.sub(r"[^a-z0-9]+", "_", column.lower()).strip("_")


def _cell(text: str) -> str:
    return text[1:] if _ESCAPED.match(text) else text
