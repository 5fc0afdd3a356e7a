"""Rows of a Parquet file, a slice at a time."""

from collections.abc import Iterator
from pathlib import Path

import polars as pl

from onhand.files.columns import Shape
from onhand.files.limits import Unreadable
from onhand.files.rows import Row

_SLICE_ROWS = 50_000


def parquet_rows(path: Path, shape: Shape, after: int) -> Iterator[Row]:
    """The rows of the file from the one after number `after` on; its columns are those of the CSV form.

    Raises:
        Unreadable: it is damaged, or its columns are not those of `shape`.
    """
    try:
        table = pl.scan_parquet(path)
        names = table.collect_schema().names()
    except (pl.exceptions.PolarsError, OSError) as error:
        raise Unreadable("it is not a whole Parquet file: send it again") from error
    lines = shape.of_header(names)
    start = after
    while rows := _slice(table, start):
        for number, values in enumerate(rows, start + 1):
            yield Row(number, lines.line(values))
        start += len(rows)


def _slice(table: pl.LazyFrame, start: int) -> list[tuple[object, ...]]:
    try:
        return table.slice(start, _SLICE_ROWS).collect().rows()
    except (pl.exceptions.PolarsError, OSError) as error:
        raise Unreadable(f"its data is damaged after row {start}: send it again") from error
