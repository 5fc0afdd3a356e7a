"""Rows as a table of whichever library is installed: Arrow, pandas, Polars. None of them is needed otherwise.

Columns are named as the fields of the rows. Identifiers stay texts, so that no leading zero is lost; money stays exact
(decimals).
"""

from abc import ABC, abstractmethod
from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, Any, Generic, TypeVar

import msgspec

from onhand.client.errors import BadSetup
from onhand.client.results.reports import FileRow

if TYPE_CHECKING:
    import pandas as pd
    import polars as pl
    import pyarrow as pa

T = TypeVar("T")


class Frames(ABC, Generic[T]):
    """Rows that can be had as a table."""

    def __init__(self, kind: type[T]) -> None:
        self._kind = kind

    @abstractmethod
    def __iter__(self) -> Iterator[T]:
        """The rows."""

    def to_list(self) -> list[T]:
        """All rows."""
        return list(self)

    def to_columns(self) -> dict[str, list[Any]]:
        """All rows, as one list for each field."""
        return columns_of(self, self._kind)

    def to_arrow(self) -> "pa.Table":
        """All rows as an Arrow table (needs pyarrow)."""
        return _library("pyarrow").table(self.to_columns())

    def to_pandas(self) -> "pd.DataFrame":
        """All rows as a data frame of pandas."""
        return _library("pandas").DataFrame(self.to_columns())

    def to_polars(self) -> "pl.DataFrame":
        """All rows as a data frame of Polars."""
        frame: pl.DataFrame = _library("polars").DataFrame(self.to_columns())
        return frame


def columns_of(rows: Frames[T], kind: type[T]) -> dict[str, list[Any]]:
    """One list for each field of the rows, None where a row has none; what is itself a row becomes a mapping."""
    fields: tuple[str, ...] = () if kind is FileRow else getattr(kind, "__struct_fields__", ())
    columns: dict[str, list[Any]] = {name: [] for name in fields}
    for number, row in enumerate(rows):
        cells = _cells(row)
        for name in cells:
            if name not in columns:
                columns[name] = [None] * number
        for name, column in columns.items():
            column.append(_plain(cells.get(name)))
    return columns


def _cells(row: object) -> Mapping[str, Any]:
    if isinstance(row, FileRow):
        return row.cells
    if isinstance(row, Mapping):
        return row
    return {name: getattr(row, name) for name in getattr(row, "__struct_fields__", ())}


def _plain(value: Any) -> Any:
    if isinstance(value, msgspec.Struct):
        return {name: _plain(getattr(value, name)) for name in value.__struct_fields__}
    return list(map(_plain, value)) if isinstance(value, tuple | list) else value


def _library(name: str) -> Any:
    try:
        return __import__(name)
    except ImportError as error:
        raise BadSetup(f"{name} is not installed: install it, or read the rows one by one") from error
