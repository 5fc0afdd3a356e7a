"""Files that say which supplier sees which item, at every store or at named ones (OP-02)."""

from collections.abc import Iterable, Mapping, Sequence

import msgspec

from onhand.basics.gtin import format_gtin
from onhand.catalogue.fields import GTIN, STORE_NUMBER, code_field
from onhand.catalogue.item_rows import items_with_ids
from onhand.catalogue.items import EVERY_STORE
from onhand.catalogue.kinds import SQL, partner_ids
from onhand.catalogue.repeats import Key
from onhand.catalogue.report import Counts, Findings
from onhand.store.database import Session
from onhand.store.queries import json_list

_SUPPLIER = code_field("supplier")


class MappingRow(msgspec.Struct, frozen=True, gc=False):
    """A row that was read; `store` is None for every store."""

    line: int
    item_id: int
    supplier: str
    store: str | None


class _MappingColumns(msgspec.Struct, frozen=True, gc=False):
    item_id: int
    partner_id: int
    location_id: int
    created_at: int


class MappingRows:
    """Items to suppliers. A row without a store number is for every store; a mapping said again is unchanged."""

    fields = frozenset({GTIN.name, _SUPPLIER.name, STORE_NUMBER.name})

    def read(self, values: Mapping[str, object], line: int, findings: Findings) -> MappingRow | None:
        """The row, or None where a field is not accepted, which is noted."""
        gtin = GTIN.required(values, line, findings)
        supplier = _SUPPLIER.required(values, line, findings)
        problems_before = findings.problems_total
        store = STORE_NUMBER.of(values, line, findings)
        if gtin is None or supplier is None or findings.problems_total > problems_before:
            return None
        return MappingRow(line, int(gtin), supplier, store if isinstance(store, str) else None)

    def keys(self, row: MappingRow) -> Iterable[Key]:  # noqa: ARG002
        """Nothing: a mapping that stands twice says the same twice."""
        return ()

    async def settle(
        self, session: Session, rows: Sequence[MappingRow], findings: Findings
    ) -> list[tuple[int, int, int]]:
        """The keys of the mappings; items, suppliers and stores that are unknown are noted."""
        items = {item.item_id for item in await items_with_ids(session, {row.item_id for row in rows})}
        suppliers = await partner_ids(session, "supplier", {row.supplier for row in rows})
        stores = await _location_ids(session, {row.store for row in rows if row.store is not None})
        settled = []
        for row in rows:
            location_id = EVERY_STORE if row.store is None else stores.get(row.store)
            supplier_id = suppliers.get(row.supplier)
            if row.item_id not in items:
                note_unknown_item(row.line, row.item_id, findings)
            if supplier_id is None:
                findings.problem(row.line, _SUPPLIER.name, row.supplier, "There is no such supplier: add it first.")
            if location_id is None:
                findings.problem(row.line, STORE_NUMBER.name, row.store, "There is no such store: add it first.")
            if supplier_id is not None and location_id is not None:
                settled.append((row.item_id, supplier_id, location_id))
        return settled

    async def write(self, session: Session, settled: list[tuple[int, int, int]], now: int) -> Counts:
        """Store the mappings that are new."""
        rows = [_MappingColumns(*key, created_at=now) for key in settled]
        added = await session.run_rows(SQL["insert_mappings"], rows)
        return Counts(added=added, unchanged=len(rows) - added)


def note_unknown_item(line: int, item_id: int, findings: Findings) -> None:
    """Note that a row names an item that is not in the catalogue."""
    findings.problem(line, GTIN.name, format_gtin(item_id), "There is no such item: import the items first.")


async def _location_ids(session: Session, store_codes: Iterable[str]) -> dict[str, int]:
    found = await session.all(SQL["stores_with_codes"], codes=json_list(store_codes))
    return dict(found)
