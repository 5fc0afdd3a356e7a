"""Rows of text in any format, each as a line of JSON with its number."""

import csv
from collections.abc import Iterable, Iterator
from itertools import chain

import msgspec

from onhand.basics.refusal import Refusal
from onhand.files.columns import Shape, TableRows
from onhand.files.limits import ReadLimits, Unreadable
from onhand.files.lines import Line, TooLong, lines_in_blocks

BYTE_ORDER_MARK = b"\xef\xbb\xbf"
_UTF16_MARKS = (b"\xff\xfe", b"\xfe\xff")
_PARQUET = b"PAR1"
_TOO_LONG = Refusal("line_too_long", "line", "The line is longer than is allowed: give one row a line.")


class Row(msgspec.Struct, frozen=True, gc=False):
    """A row: the number of its line, the JSON object it says, and why it can't be read where it can't.

    Where there is a problem, `line` is the text as it stood, as far as it was kept, and `header` the columns under
    which it stood in a CSV file.
    """

    number: int
    line: bytes
    problem: Refusal | None = None
    header: str | None = None


def text_rows(pieces: Iterable[bytes], shape: Shape, limits: ReadLimits) -> Iterator[Row]:
    """The rows of NDJSON or CSV, told apart by their first character; blank lines are passed over.

    Raises:
        Unreadable: it is neither, or the header of the CSV is not one of `shape`.
    """
    numbered = _numbered(lines_in_blocks(pieces, limits.line_bytes_max))
    first = next(numbered, None)
    if first is None:
        return
    line = first[1]
    start = line.start if isinstance(line, TooLong) else line.lstrip()
    if start.startswith(b"{"):
        yield from map(_json_row, chain([first], numbered))
    else:
        table = _header(start, shape)
        yield from (_csv_row(numbered_line, table) for numbered_line in numbered)


def json_rows(pieces: Iterable[bytes], limits: ReadLimits) -> Iterator[Row]:
    """The rows of NDJSON; blank lines are passed over."""
    return map(_json_row, _numbered(lines_in_blocks(pieces, limits.line_bytes_max)))


def row_under(header: str, number: int, line: bytes, shape: Shape) -> Row:
    """The row that one line says under the header of a CSV file, or as the JSON object that it may be as well.

    Raises:
        Unreadable: the header is not one of `shape`.
    """
    table = _header(header.encode(), shape)
    return _json_row((number, line)) if line.lstrip().startswith(b"{") else _csv_row((number, line), table)


def _numbered(blocks: Iterable[list[Line]]) -> Iterator[tuple[int, Line]]:
    number = 0
    for block in blocks:
        for line in block:
            number += 1
            if number == 1 and isinstance(line, bytes):
                line = line.removeprefix(BYTE_ORDER_MARK)  # noqa: PLW2901
            if isinstance(line, TooLong) or not (not line or line.isspace()):
                yield number, line


def _json_row(numbered_line: tuple[int, Line]) -> Row:
    number, line = numbered_line
    if isinstance(line, TooLong):
        return Row(number, line.start, _TOO_LONG)
    return Row(number, line) if line.isascii() else Row(number, line, _utf8_problem(line))


def _utf8_problem(line: bytes) -> Refusal | None:
    try:
        line.decode()
    except UnicodeDecodeError as error:
        message = f"Byte {error.start + 1} of the line is not UTF-8: save the file as UTF-8."
        return Refusal("not_utf8", "line", message)
    return None


def _header(start: bytes, shape: Shape) -> TableRows:
    if start.startswith(_UTF16_MARKS):
        raise Unreadable("it is UTF-16: save it as UTF-8")
    if start.startswith(_PARQUET):
        raise Unreadable("it is a Parquet file within compressed data or a stream: give it as a file, as it is")
    if start.startswith(b"["):
        raise Unreadable("it is a JSON list: give one object a line (NDJSON), as `jq -c '.[]'` makes of it")
    try:
        names = next(csv.reader([start.decode()], strict=True))
    except (UnicodeDecodeError, csv.Error) as error:
        raise Unreadable("its first line is neither a JSON object nor the header of a CSV file") from error
    return shape.of_header([name.strip() for name in names])


def _csv_row(numbered_line: tuple[int, Line], table: TableRows) -> Row:
    row = _json_row(numbered_line)
    if row.problem is not None:
        return Row(row.number, row.line, row.problem, table.header)
    values = _values(row.line)
    if values is not None and len(values) == table.width:
        return Row(row.number, table.line(values))
    return Row(row.number, row.line, _csv_problem(values, table.width), table.header)


def _values(line: bytes) -> list[str] | None:
    # Without quotes a line of CSV is its parts, which is several times quicker than asking the reader for one line.
    if b'"' not in line:
        return line.decode().rstrip("\r").split(",")
    try:
        return next(csv.reader([line.decode()], strict=True))
    except csv.Error:
        return None


def _csv_problem(values: list[str] | None, width: int) -> Refusal:
    if values is None:
        return Refusal("malformed_csv", "line", "A quote is not closed on its line: close it, and double those within.")
    message = (
        f"The line has {len(values)} values where the header has {width} columns: put values with commas in quotes."
    )
    return Refusal("malformed_csv", "line", message)
