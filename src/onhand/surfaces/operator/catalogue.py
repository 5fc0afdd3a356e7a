"""Items, who sees them, and what sellers and vendors call them, as the operator tells of them (OP-02)."""

from collections.abc import Awaitable, Callable, Mapping, Sequence
from typing import Any

import msgspec
from starlette.responses import Response

from onhand.basics.clock import Clock
from onhand.basics.gtin import format_gtin
from onhand.catalogue.imports import Source, import_items, import_mappings, import_skus, listed
from onhand.catalogue.items import (
    Item,
    item_by_id,
    list_items,
    list_mappings,
    list_skus,
    remove_mapping,
    remove_sku,
)
from onhand.catalogue.report import ImportReport, RowProblem, SourceRow
from onhand.partners.operators import OperatorClient
from onhand.stock.locations import STORE_NUMBER_MAX
from onhand.store.database import Database
from onhand.surfaces.operator.catalogue_bodies import (
    ImportedBody,
    ItemBody,
    ItemFields,
    ItemRows,
    ItemsPage,
    MappingBody,
    MappingRows,
    MappingsOfItem,
    SkuBody,
    SkuRows,
    SkusPage,
    Warned,
)
from onhand.surfaces.operator.parameters import PAGING, Readings
from onhand.surfaces.operator.problems import NOT_FOUND, REFUSED, Fault, Problem, of_faults
from onhand.surfaces.operator.reading import read_json
from onhand.surfaces.plumbing.call import Call
from onhand.surfaces.plumbing.responses import JsonResponse

Import = Callable[[Database, Clock, Source], Awaitable[ImportReport]]

# An item is mapped once a supplier, and once more for each store where it differs.
_MAPPINGS_SHOWN_MAX = 10_000
# A replacement says of each field what it is to be: one that is left out is cleared.
_CLEARED = dict.fromkeys(field.encode_name for field in msgspec.structs.fields(ItemFields))


class CatalogueHandlers:
    """Answers about the catalogue."""

    def __init__(self, database: Database, clock: Clock, body_bytes_max: int) -> None:
        self._database = database
        self._clock = clock
        self._body_bytes_max = body_bytes_max

    async def add_items(self, call: Call, _: OperatorClient) -> Response | Problem:
        """Add or change items."""
        body = await read_json(Readings(call), ItemRows, self._body_bytes_max)
        return body if isinstance(body, Problem) else await self._import(import_items, body.items, "/items")

    async def add_mappings(self, call: Call, _: OperatorClient) -> Response | Problem:
        """Let suppliers see items."""
        body = await read_json(Readings(call), MappingRows, self._body_bytes_max)
        return body if isinstance(body, Problem) else await self._import(import_mappings, body.mappings, "/mappings")

    async def add_skus(self, call: Call, _: OperatorClient) -> Response | Problem:
        """Say what sellers and vendors call items."""
        body = await read_json(Readings(call), SkuRows, self._body_bytes_max)
        return body if isinstance(body, Problem) else await self._import(import_skus, body.skus, "/skus")

    async def put_item(self, call: Call, _: OperatorClient) -> Response | Problem:
        """Add the item of the path, or replace what is said of it."""
        readings = Readings(call)
        item_id = readings.path_gtin()
        body = await read_json(readings, dict[str, Any], self._body_bytes_max)
        if isinstance(body, Problem):
            return body
        # The path says which item it is; the body may say so too, but not otherwise.
        gtin = format_gtin(item_id)
        if body.get("gtin", gtin) != gtin:
            message = f"The path names {gtin}: leave gtin out of the body."
            return of_faults(REFUSED, [Fault(code="other_gtin", message=message, pointer="/gtin")])
        answered = await self._import(import_items, [{**_CLEARED, **body, "gtin": gtin}], None)
        return answered if isinstance(answered, Problem) else await self._item(item_id)

    async def get_item(self, call: Call, _: OperatorClient) -> Response | Problem:
        """The item of the path."""
        readings = Readings(call)
        item_id = readings.path_gtin()
        return readings.problem() or await self._item(item_id)

    async def list_items(self, call: Call, _: OperatorClient) -> Response | Problem:
        """A page of items."""
        readings = Readings(call)
        after, limit = readings.gtin_page()
        problem = readings.problem(*PAGING)
        if problem:
            return problem
        found = await list_items(self._database, after=after, rows_max=limit + 1)
        shown = [_item_body(item) for item in found[:limit]]
        return JsonResponse(ItemsPage(shown, shown[-1].gtin if len(found) > limit else None))

    async def list_mappings(self, call: Call, _: OperatorClient) -> Response | Problem:
        """Who sees the item of the path."""
        readings = Readings(call)
        item_id = readings.path_gtin()
        problem = readings.problem()
        if problem:
            return problem
        found = await list_mappings(self._database, item_id=item_id, rows_max=_MAPPINGS_SHOWN_MAX)
        bodies = [MappingBody(mapping.gtin, mapping.supplier_code, mapping.store_number) for mapping in found]
        return JsonResponse(MappingsOfItem(bodies))

    async def remove_mapping(self, call: Call, _: OperatorClient) -> Response | Problem:
        """End that a supplier sees the item of the path: at the store of the query, or by its mapping for all."""
        readings = Readings(call)
        item_id, supplier = readings.path_gtin(), readings.path_key("supplier")
        store_number = readings.number("storeNbr", 0, 1, STORE_NUMBER_MAX) or None
        problem = readings.problem("storeNbr")
        if problem:
            return problem
        removed = await remove_mapping(
            self._database, item_id=item_id, supplier_code=supplier, store_number=store_number
        )
        return Response(status_code=204) if removed else _unknown_mapping(item_id, supplier, store_number)

    async def list_skus(self, call: Call, _: OperatorClient) -> Response | Problem:
        """A page of what the seller or vendor of the path calls items."""
        readings = Readings(call)
        seller, (after, limit) = readings.path_key("seller"), readings.page()
        problem = readings.problem(*PAGING)
        if problem:
            return problem
        found = await list_skus(self._database, partner_code=seller, after=after, rows_max=limit + 1)
        shown = [SkuBody(sku.gtin, seller, sku.sku) for sku in found[:limit]]
        return JsonResponse(SkusPage(shown, shown[-1].sku if len(found) > limit else None))

    async def remove_sku(self, call: Call, _: OperatorClient) -> Response | Problem:
        """Forget what the seller or vendor of the path calls an item."""
        readings = Readings(call)
        seller, sku = readings.path_key("seller"), readings.path_key("sku")
        problem = readings.problem()
        if problem:
            return problem
        if await remove_sku(self._database, partner_code=seller, sku=sku):
            return Response(status_code=204)
        listed_at = f"/operator/v1/sellers/{seller}/skus"
        return Problem(NOT_FOUND, f"“{seller}” has no SKU “{sku}”: GET {listed_at} lists those it has.")

    async def _item(self, item_id: int) -> Response | Problem:
        item = await item_by_id(self._database, item_id)
        if item is None:
            return Problem(NOT_FOUND, f"The GTIN {format_gtin(item_id)} is not in the catalogue: add it, or mend it.")
        return JsonResponse(_item_body(item))

    async def _import(self, take: Import, rows: Sequence[Mapping[str, Any]], holder: str | None) -> Response | Problem:
        """Store the rows of a body; `holder` points to their list, None where the body is the only row."""
        source = listed([SourceRow(line, values) for line, values in enumerate(rows, 1)])
        report = await take(self._database, self._clock, source)
        if not report.is_stored:
            return of_faults(REFUSED, [_fault(problem, holder) for problem in report.problems])
        warnings = tuple(Warned(_pointer(warning, holder), warning.message) for warning in report.warnings)
        counts = report.counts
        return JsonResponse(ImportedBody(counts.added, counts.changed, counts.unchanged, warnings))


def _unknown_mapping(item_id: int, supplier: str, store_number: int | None) -> Problem:
    gtin = format_gtin(item_id)
    where = "every store" if store_number is None else f"store {store_number}"
    listed_at = f"/operator/v1/items/{gtin}/mappings"
    said = f"The supplier “{supplier}” has no mapping of {gtin} for {where}: GET {listed_at} lists those there are."
    return Problem(NOT_FOUND, said)


def _fault(problem: RowProblem, holder: str | None) -> Fault:
    shown = "" if problem.value is None else f"{problem.value!r}: "
    return Fault(code=f"invalid_{problem.field}", message=shown + problem.message, pointer=_pointer(problem, holder))


def _pointer(problem: RowProblem, holder: str | None) -> str:
    # Rows are counted from 1 where people read them, and from 0 in a JSON pointer.
    row = "" if holder is None else f"{holder}/{problem.line - 1}"
    return f"{row}/{problem.field}"


def _item_body(item: Item) -> ItemBody:
    return msgspec.convert(item, ItemBody, from_attributes=True)
