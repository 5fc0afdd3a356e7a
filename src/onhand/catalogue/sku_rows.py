"""Files that say what sellers call items (OP-02)."""

from collections.abc import Iterable, Mapping, Sequence

import msgspec

from onhand.catalogue.fields import GTIN, code_field, text_field
from onhand.catalogue.item_rows import items_with_ids
from onhand.catalogue.kinds import SQL, json_list, partner_ids
from onhand.catalogue.mapping_rows import note_unknown_item
from onhand.catalogue.repeats import Key
from onhand.catalogue.report import Counts, Findings
from onhand.store.database import Session

_SELLER = code_field("seller")
_SKU = text_field("sku", 50)


class SkuRow(msgspec.Struct, frozen=True, gc=False):
    """A row that was read."""

    line: int
    item_id: int
    seller: str
    sku: str


class SkuChange(msgspec.Struct, frozen=True, gc=False):
    """The item of a seller's SKU before and after a row; `before` is None for a new SKU."""

    partner_id: int
    sku: str
    before: int | None
    after: int


class _SkuColumns(msgspec.Struct, frozen=True, gc=False):
    partner_id: int
    sku: str
    item_id: int
    created_at: int


class SkuRows:
    """SKUs to items, per seller. A SKU that is known is given to the item that the row names."""

    fields = frozenset({GTIN.name, _SELLER.name, _SKU.name})

    def read(self, values: Mapping[str, object], line: int, findings: Findings) -> SkuRow | None:
        """The row, or None where a field is not accepted, which is noted."""
        gtin = GTIN.required(values, line, findings)
        seller = _SELLER.required(values, line, findings)
        sku = _SKU.required(values, line, findings)
        return SkuRow(line, int(gtin), seller, sku) if gtin and seller and sku else None

    def keys(self, row: SkuRow) -> Iterable[Key]:
        """A seller's SKU stands once in a file."""
        yield _SKU.name, f"{row.seller}/{row.sku}"

    async def settle(self, session: Session, rows: Sequence[SkuRow], findings: Findings) -> list[SkuChange]:
        """What each row makes of its SKU; items and sellers that are unknown are noted."""
        items = {item.item_id for item in await items_with_ids(session, {row.item_id for row in rows})}
        sellers = await partner_ids(session, "seller", {row.seller for row in rows})
        known = await _items_of_skus(session, sellers.values(), rows)
        settled = []
        for row in rows:
            seller_id = sellers.get(row.seller)
            if row.item_id not in items:
                note_unknown_item(row.line, row.item_id, findings)
            if seller_id is None:
                findings.problem(row.line, _SELLER.name, row.seller, "There is no such seller: add it first.")
            else:
                settled.append(SkuChange(seller_id, row.sku, known.get((seller_id, row.sku)), row.item_id))
        return settled

    async def write(self, session: Session, settled: list[SkuChange], now: int) -> Counts:
        """Store the SKUs that are new or were another item's."""
        added = [change for change in settled if change.before is None]
        changed = [change for change in settled if change.before not in {None, change.after}]
        rows = [_SkuColumns(change.partner_id, change.sku, change.after, now) for change in (*added, *changed)]
        await session.run_rows(SQL["put_skus"], rows)
        return Counts(len(added), len(changed), len(settled) - len(rows))


async def _items_of_skus(
    session: Session, seller_ids: Iterable[int], rows: Sequence[SkuRow]
) -> dict[tuple[int, str], int]:
    found = await session.all(
        SQL["skus_known"], partner_ids=json_list(seller_ids), skus=json_list({row.sku for row in rows})
    )
    return {(partner_id, sku): item_id for partner_id, sku, item_id in found}
