"""Files of items (OP-02)."""

from collections.abc import Iterable, Mapping, Sequence

import msgspec
from msgspec import UNSET

from onhand.basics.gtin import check_digit, format_gtin, has_valid_check_digit
from onhand.catalogue.fields import GTIN, PUBLISHED_STATUS, WM_ITEM_NBR, Given, text_field
from onhand.catalogue.items import PUBLISHED, Item
from onhand.catalogue.kinds import SQL
from onhand.catalogue.repeats import Key
from onhand.catalogue.report import Counts, Findings
from onhand.store.database import Session
from onhand.store.queries import json_list

_NAME = text_field("name", 500)
_OPTIONAL = {
    "wm_item_nbr": WM_ITEM_NBR,
    "cid": text_field("cid", 64),
    "category": text_field("category", 200),
    "product_type": text_field("productType", 200),
    "tax_code": text_field("taxCode", 64),
    "published_status": PUBLISHED_STATUS,
}


class ItemRow(msgspec.Struct, frozen=True, gc=False):
    """A row that was read: the columns that it gives, by name. What it leaves out stays as it stands."""

    line: int
    item_id: int
    given: dict[str, str | None]


class ItemChange(msgspec.Struct, frozen=True, gc=False):
    """An item before and after a row; `before` is None for a new one."""

    before: Item | None
    after: Item


class _ItemColumns(msgspec.Struct, frozen=True, gc=False):
    item_id: int
    name: str
    wm_item_nbr: str | None
    cid: str | None
    category: str | None
    product_type: str | None
    tax_code: str | None
    published_status: str
    created_at: int
    updated_at: int


class _CidChangeColumns(msgspec.Struct, frozen=True, gc=False):
    item_id: int
    changed_at: int
    from_cid: str | None
    to_cid: str | None


class ItemRows:
    """Items by GTIN. An absent field leaves what stands, null clears it; a new item needs a name."""

    fields = frozenset({GTIN.name, _NAME.name, *(field.name for field in _OPTIONAL.values())})

    def read(self, values: Mapping[str, object], line: int, findings: Findings) -> ItemRow | None:
        """The row, or None where a field is not accepted, which is noted."""
        problems_before = findings.problems_total
        gtin = GTIN.required(values, line, findings)
        columns: dict[str, Given] = {
            column: field.of(values, line, findings) for column, field in _OPTIONAL.items() if field.name in values
        }
        if _NAME.name in values:
            columns["name"] = _NAME.required(values, line, findings)
        if gtin is None or findings.problems_total > problems_before:
            return None
        if columns.get("published_status", UNSET) is None:
            columns["published_status"] = PUBLISHED
        item_id = int(gtin)
        _warn_of_check_digit(item_id, line, findings)
        return ItemRow(line, item_id, {column: given for column, given in columns.items() if given is not UNSET})

    def keys(self, row: ItemRow) -> Iterable[Key]:
        """A GTIN and an item number stand once in a file."""
        yield GTIN.name, format_gtin(row.item_id)
        number = row.given.get("wm_item_nbr")
        if number is not None:
            yield WM_ITEM_NBR.name, number

    async def settle(self, session: Session, rows: Sequence[ItemRow], findings: Findings) -> list[ItemChange]:
        """What each row makes of its item; an item number that is another item's is noted."""
        known = {item.item_id: item for item in await items_with_ids(session, (row.item_id for row in rows))}
        holders = await _holders(session, rows)
        changes = []
        for row in rows:
            _note_taken_number(row, holders, findings)
            before = known.get(row.item_id)
            if before is not None:
                changes.append(ItemChange(before, msgspec.structs.replace(before, **row.given)))
            elif "name" in row.given:
                changes.append(ItemChange(None, msgspec.convert({"item_id": row.item_id, **row.given}, Item)))
            else:
                message = f"It is missing, and the item is new. {_NAME.accepted}."
                findings.problem(row.line, _NAME.name, None, message)
        return changes

    async def write(self, session: Session, settled: list[ItemChange], now: int) -> Counts:
        """Store what is new or other than it was; a change of CID is left for the ledger to tell of (TH-09)."""
        new = [change.after for change in settled if change.before is None]
        changed = [change for change in settled if change.before is not None and change.before != change.after]
        rows = [*new, *(change.after for change in changed)]
        await session.run_rows(SQL["put_items"], [_columns(item, now) for item in rows])
        await session.run_rows(SQL["insert_cid_changes"], _cid_changes(changed, now))
        return Counts(len(new), len(changed), len(settled) - len(rows))


async def items_with_ids(session: Session, item_ids: Iterable[int]) -> list[Item]:
    """The items that are known among those ids."""
    return [Item(*row) for row in await session.all(SQL["items_with_ids"], item_ids=json_list(item_ids))]


async def _holders(session: Session, rows: Sequence[ItemRow]) -> dict[str, int]:
    numbers = [number for row in rows if (number := row.given.get("wm_item_nbr")) is not None]
    found = await session.all(SQL["holders_of_wm_item_nbrs"], wm_item_nbrs=json_list(numbers))
    return dict(found)


def _note_taken_number(row: ItemRow, holders: Mapping[str, int], findings: Findings) -> None:
    number = row.given.get("wm_item_nbr")
    holder = holders.get(number) if number is not None else None
    if holder is not None and holder != row.item_id:
        message = f"The item {format_gtin(holder)} has this number: take it from that one first, in a file before this."
        findings.problem(row.line, WM_ITEM_NBR.name, number, message)


def _warn_of_check_digit(item_id: int, line: int, findings: Findings) -> None:
    if not has_valid_check_digit(item_id):
        message = f"The check digit would be {check_digit(item_id // 10)}; the GTIN was taken as it is."
        findings.warning(line, GTIN.name, format_gtin(item_id), message)


def _columns(item: Item, now: int) -> _ItemColumns:
    return _ItemColumns(**msgspec.structs.asdict(item), created_at=now, updated_at=now)


def _cid_changes(changed: Iterable[ItemChange], now: int) -> list[_CidChangeColumns]:
    return [
        _CidChangeColumns(change.after.item_id, now, change.before.cid, change.after.cid)
        for change in changed
        if change.before is not None and change.before.cid != change.after.cid
    ]
