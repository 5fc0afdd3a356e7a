"""Making the data set's stores, suppliers and items known."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import islice
from pathlib import Path

import polars as pl

from onhand.basics.clock import Clock
from onhand.basics.refusal import Refusal
from onhand.catalogue.imports import import_items, import_mappings
from onhand.catalogue.report import ImportReport, SourceRow
from onhand.completejourney.numbering import gtin_of, supplier_code_of, supplier_name_of, wm_item_nbr_of
from onhand.completejourney.products import products
from onhand.partners.onboarding import add_partner
from onhand.stock.locations import NewStore, add_stores
from onhand.store.database import Database

_PART_ROWS = 10_000
_Rows = Iterator[list[SourceRow]]


class Conflict(Exception):
    """A store, partner or item of the data set is known in this database as something else; the message says which."""


async def onboard(database: Database, clock: Clock, directory: Path, stores: Sequence[int]) -> None:
    """Make the stores, every manufacturer as a supplier, and every product as an item of its manufacturer known.

    Raises:
        Conflict: one is known already as something else.
    """
    _check(await add_stores(database, clock, [NewStore(number, f"Store {number}") for number in stores]))
    listed = products(directory)
    for manufacturer in listed["manufacturer"].drop_nulls().unique().sort():
        code, name = supplier_code_of(manufacturer), supplier_name_of(manufacturer)
        _check(await add_partner(database, clock, kind="supplier", code=code, name=name))
    _check(await import_items(database, clock, lambda: _items(listed)))
    _check(await import_mappings(database, clock, lambda: _mappings(listed)))


def item_name(product: int, kind: str | None, size: str | None) -> str:
    """What an item is called: its type and its package size, as far as the data set tells them."""
    return " ".join(filter(None, (kind, size))) or f"Product {product}, not in the data set's list"


def _items(listed: pl.DataFrame) -> _Rows:
    columns = ("product", "category", "type", "size")
    return _parts(
        {
            "gtin": gtin_of(product),
            "wmItemNbr": wm_item_nbr_of(product),
            "name": item_name(product, kind or category, size),
            "category": category,
            "productType": kind,
        }
        for product, category, kind, size in listed.select(columns).iter_rows()
    )


def _mappings(listed: pl.DataFrame) -> _Rows:
    mapped = listed.select("product", "manufacturer").drop_nulls()
    return _parts(
        {"gtin": gtin_of(product), "supplier": supplier_code_of(manufacturer)}
        for product, manufacturer in mapped.iter_rows()
    )


def _parts(rows: Iterable[Mapping[str, object]]) -> _Rows:
    numbered = (SourceRow(number, row) for number, row in enumerate(rows, 1))
    while part := list(islice(numbered, _PART_ROWS)):
        yield part


def _check(answer: object) -> None:
    if isinstance(answer, Refusal):
        raise Conflict(answer.message)
    if isinstance(answer, ImportReport) and not answer.is_stored:
        problem = answer.problems[0]
        raise Conflict(f"{problem.field} {problem.value}: {problem.message}")
