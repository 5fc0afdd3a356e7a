"""Files that say what sellers and drop-ship vendors call items (OP-02).

Whose SKU it is stands in `partner`, or in `seller`, which is taken in its place.
"""

from collections.abc import Iterable, Mapping, Sequence

import msgspec

from onhand.catalogue.fields import GTIN, code_field, text_field
from onhand.catalogue.item_rows import items_with_ids
from onhand.catalogue.kinds import SQL, partner_ids
from onhand.catalogue.mapping_rows import note_unknown_item
from onhand.catalogue.repeats import Key
from onhand.catalogue.report import Counts, Findings
from onhand.store.database import Session
from onhand.store.queries import json_list

_PARTNER = code_field("partner")
_SELLER = code_field("seller")
_KINDS = ("seller", "supplier")
_SKU = text_field("sku", 50)


class SkuRow(msgspec.Struct, frozen=True, gc=False):
    """A row that was read; `partner_field` is the one that names the partner."""

    line: int
    item_id: int
    partner: str
    sku: str
    partner_field: str


class SkuChange(msgspec.Struct, frozen=True, gc=False):
    """The item of a partner's SKU before and after a row; `before` is None for a new SKU."""

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
    """SKUs to items, per partner. A SKU that is known is given to the item that the row names."""

    fields = frozenset({GTIN.name, _PARTNER.name, _SELLER.name, _SKU.name})

    def read(self, values: Mapping[str, object], line: int, findings: Findings) -> SkuRow | None:
        """The row, or None where a field is not accepted, which is noted."""
        gtin = GTIN.required(values, line, findings)
        named = _SELLER if _SELLER.name in values else _PARTNER
        if named is _SELLER and values.get(_PARTNER.name) is not None:
            findings.problem(line, _SELLER.name, values[_SELLER.name], "Give partner or seller, not both.")
            return None
        partner = named.required(values, line, findings)
        sku = _SKU.required(values, line, findings)
        return SkuRow(line, int(gtin), partner, sku, named.name) if gtin and partner and sku else None

    def keys(self, row: SkuRow) -> Iterable[Key]:
        """A partner's SKU stands once in a file."""
        yield _SKU.name, f"{row.partner}/{row.sku}"

    async def settle(self, session: Session, rows: Sequence[SkuRow], findings: Findings) -> list[SkuChange]:
        """What each row makes of its SKU; items and partners that are unknown are noted."""
        items = {item.item_id for item in await items_with_ids(session, {row.item_id for row in rows})}
        codes = {row.partner for row in rows}
        partners: dict[str, int] = {}
        for kind in _KINDS:
            partners |= await partner_ids(session, kind, codes)
        known = await _items_of_skus(session, partners.values(), rows)
        settled = []
        for row in rows:
            partner_id = partners.get(row.partner)
            if row.item_id not in items:
                note_unknown_item(row.line, row.item_id, findings)
            if partner_id is None:
                message = "There is no such seller or supplier: add it first."
                findings.problem(row.line, row.partner_field, row.partner, message)
            else:
                settled.append(SkuChange(partner_id, row.sku, known.get((partner_id, row.sku)), row.item_id))
        return settled

    async def write(self, session: Session, settled: list[SkuChange], now: int) -> Counts:
        """Store the SKUs that are new or were another item's."""
        added = [change for change in settled if change.before is None]
        changed = [change for change in settled if change.before not in {None, change.after}]
        rows = [_SkuColumns(change.partner_id, change.sku, change.after, now) for change in (*added, *changed)]
        await session.run_rows(SQL["put_skus"], rows)
        return Counts(len(added), len(changed), len(settled) - len(rows))


async def _items_of_skus(
    session: Session, partner_ids_known: Iterable[int], rows: Sequence[SkuRow]
) -> dict[tuple[int, str], int]:
    found = await session.all(
        SQL["skus_known"], partner_ids=json_list(partner_ids_known), skus=json_list({row.sku for row in rows})
    )
    return {(partner_id, sku): item_id for partner_id, sku, item_id in found}
