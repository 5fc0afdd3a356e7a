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
# What programs for tables would run is written with an apostrophe before it (DS-28).
_ESCAPED = re.compile(r"'[=+\-@\t\r\n]")
# Wider than any cell of the contract, far narrower than what would fill the memory.
_CELL_CHARACTERS_MAX = 1_000_000


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
        Unreadable: a column that a row needs is missing, or a cell is not what its column holds.
    """
    csv.field_size_limit(_CELL_CHARACTERS_MAX)
    read = csv.reader(lines)
    columns = next(read, None)
    if columns is None:
        return
    names = columns if kind is FileRow else list(map(attribute_of, columns))
    for cells in read:
        if not cells or cells[0].startswith(_COUNT_LINE):
            continue
        filled = {name: _cell(cell) for name, cell in zip(names, cells, strict=False) if cell}
        try:
            # FileRow itself is what is asked for here, which the type of `kind` can't say.
            row = cast("T", FileRow(filled)) if kind is FileRow else msgspec.convert(filled, kind, strict=False)
        except msgspec.ValidationError as error:
            raise Unreadable(f"line {read.line_num}: {error}", operation=name) from error
        yield row


def attribute_of(column: str) -> str:
    """The attribute that holds a column: `Ship to State` is `ship_to_state`, `Customer Order #` `customer_order`."""
    return re.sub(r"[^a-z0-9]+", "_", column.lower()).strip("_")


def _cell(text: str) -> str:
    return text[1:] if _ESCAPED.match(text) else text
