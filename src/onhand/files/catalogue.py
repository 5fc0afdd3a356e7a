"""Files of the catalogue (OP-02): items, mappings to suppliers, SKUs; each is taken as a whole or not at all."""

import tempfile
from collections.abc import Callable, Coroutine, Iterator, Mapping
from pathlib import Path
from types import MappingProxyType
from typing import Any

import msgspec

from onhand.basics.clock import Clock
from onhand.basics.nesting import check_nesting
from onhand.basics.refusal import Refusal
from onhand.catalogue.imports import Source, import_items, import_mappings, import_skus
from onhand.catalogue.report import ImportReport, SourceRow
from onhand.files.columns import Column, Shape
from onhand.files.limits import ReadLimits
from onhand.files.reading import InputFile, InputStream, in_windows
from onhand.files.rows import Row
from onhand.store.database import Database

_PART_ROWS = 10_000
_PART_BYTES = 33_554_432
_objects = msgspec.json.Decoder(dict[str, Any])


class CatalogueKind(msgspec.Struct, frozen=True):
    """A kind of catalogue file: the columns of its tables, and what takes its rows."""

    shape: Shape
    take: Callable[[Database, Clock, Source], Coroutine[Any, Any, ImportReport]]


def _texts(*names: str) -> Shape:
    return Shape(
        tuple(Column(name.removesuffix("!"), (name.removesuffix("!"),), required="!" in name) for name in names)
    )


KINDS: Mapping[str, CatalogueKind] = MappingProxyType(
    {
        "items": CatalogueKind(
            _texts("gtin!", "name", "wmItemNbr", "cid", "category", "productType", "taxCode", "publishedStatus"),
            import_items,
        ),
        "mappings": CatalogueKind(_texts("gtin!", "supplier!", "storeNbr"), import_mappings),
        "skus": CatalogueKind(_texts("gtin!", "partner", "seller", "sku!"), import_skus),
    }
)
"""The kinds by the name that a person types. A field that a table leaves empty is absent from its row."""


async def load_catalogue(
    database: Database, clock: Clock, kind: CatalogueKind, file: InputFile, limits: ReadLimits
) -> ImportReport:
    """Take a file of the catalogue; with a single problem in it nothing is stored, and every problem is reported.

    Raises:
        Unreadable: the file can't be read to its end; nothing of it was stored.
    """
    if isinstance(file, InputStream):
        # It is read more than once, which a stream can't be.
        with tempfile.TemporaryDirectory(prefix="onhand-") as directory:
            copy = Path(directory) / "standard-input"
            with copy.open("wb") as opened:
                file.copy_to(opened)
            return await load_catalogue(database, clock, kind, InputFile(copy), limits)

    def parts() -> Iterator[list[SourceRow]]:
        for window in in_windows(file.rows(kind.shape, limits), _PART_ROWS, _PART_BYTES):
            yield [_source_row(row) for row in window]

    return await kind.take(database, clock, parts)


def _source_row(row: Row) -> SourceRow:
    if row.problem:
        return SourceRow(row.number, row.problem)
    try:
        check_nesting(row.line)
        return SourceRow(row.number, _objects.decode(row.line))
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
        return SourceRow(row.number, Refusal("malformed_json", "line", f"Not a JSON object: {error}."))
