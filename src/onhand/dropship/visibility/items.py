"""A partner's items for a report, page by page, in the order of their GTINs, as the reads list them (DS-05)."""

from collections.abc import AsyncIterator, Sequence
from pathlib import Path

import msgspec

from onhand.dropship.items import NO_ITEM, PartnerItem, list_partner_items
from onhand.store.database import Session
from onhand.store.queries import Queries, json_list

_SQL = Queries(Path(__file__).with_name("items.sql"))
_ITEMS_MIN, _ITEMS_MAX = 20, 2_000
_GROWTH_MAX = 4


class ReportItem(msgspec.Struct, frozen=True, gc=False):
    """An item of a report, with the SKU that it is shown by.

    `is_mapped` where it is mapped to the partner everywhere, `mapped_at` the ids of the places where it is otherwise:
    there it is configured for its partner (DS-27).
    """

    item_id: int
    sku: str
    gtin: str
    number: str
    name: str
    published_status: str
    is_mapped: bool
    mapped_at: frozenset[int] = frozenset()


class ItemPages:
    """Reads the items of a partner page by page, with so many on a page that it has about `rows` rows of a report.

    How many nodes hold an item is seen by the page before: `counted` tells how many rows that had.
    """

    def __init__(self, session: Session, partner_id: int, rows: int) -> None:
        self._session = session
        self._partner_id = partner_id
        self._rows = rows
        self._items_max = _ITEMS_MIN

    async def pages(self) -> AsyncIterator[list[ReportItem]]:
        """Every page."""
        after = NO_ITEM
        while True:
            found = await list_partner_items(self._session, self._partner_id, after=after, rows_max=self._items_max)
            if not found:
                return
            after = found[-1].item_id
            yield await self._described(found)

    def counted(self, items: int, rows: int) -> None:
        """So many rows the page had: the next one has more items, or fewer."""
        fitting = items * self._rows // max(1, rows)
        self._items_max = max(_ITEMS_MIN, min(fitting, items * _GROWTH_MAX, _ITEMS_MAX))

    async def _described(self, found: Sequence[PartnerItem]) -> list[ReportItem]:
        listed = json_list(item.item_id for item in found)
        rows = await self._session.all(_SQL["details_of_items"], partner_id=self._partner_id, item_ids=listed)
        details = {row[0]: row for row in rows}
        mapped_at = await self._mapped_at([row[0] for row in rows if row[4] is None])
        described = []
        for item in found:
            _, number, name, status, mapped = details[item.item_id]
            places = mapped_at.get(item.item_id, frozenset())
            described.append(
                ReportItem(item.item_id, item.sku, item.gtin, number or "", name, status, mapped is not None, places)
            )
        return described

    async def _mapped_at(self, item_ids: Sequence[int]) -> dict[int, frozenset[int]]:
        if not item_ids:
            return {}
        listed = json_list(item_ids)
        rows = await self._session.all(_SQL["mapped_places"], partner_id=self._partner_id, item_ids=listed)
        places: dict[int, set[int]] = {}
        for item_id, location_id in rows:
            places.setdefault(item_id, set()).add(location_id)
        return {item_id: frozenset(found) for item_id, found in places.items()}
