"""Which items are a partner's, and by which name each is shown to it (DS-19).

An item is a partner's that has a SKU for it; a vendor's, too, that is mapped to it. One without a SKU is known by its
GTIN in the place of a SKU. Of several SKUs of one item that is shown by which was asked, else the smallest.
"""

from pathlib import Path

import msgspec

from onhand.basics.gtin import format_gtin, parse_gtin
from onhand.store.database import Database, Row, Session
from onhand.store.queries import Queries

_SQL = Queries(Path(__file__).with_name("items.sql"))
NO_ITEM = -1
"""An item id that no item has."""


class PartnerItem(msgspec.Struct, frozen=True, gc=False):
    """An item as its partner knows it."""

    item_id: int
    sku: str

    @property
    def gtin(self) -> str:
        """The 14 digits."""
        return format_gtin(self.item_id)


async def item_by_gtin(reader: Session | Database, partner_id: int, item_id: int) -> PartnerItem | None:
    """The partner's item of that GTIN, at whichever of its nodes; None where it is not its own, or there is none."""
    row = await reader.one(_SQL["item_by_gtin"], partner_id=partner_id, item_id=item_id)
    return partner_item(row) if row else None


async def item_by_sku(reader: Session | Database, partner_id: int, sku: str) -> PartnerItem | None:
    """The partner's item of that SKU, or of the GTIN that stands in its place; None where there is none."""
    row = await reader.one(_SQL["item_by_sku"], partner_id=partner_id, sku=sku, item_id=gtin_in_place_of(sku))
    return partner_item(row) if row else None


async def list_partner_items(session: Session, partner_id: int, *, after: int, rows_max: int) -> list[PartnerItem]:
    """The partner's items in the order of their GTINs, from the one after the item id `after` on."""
    rows = await session.all(_SQL["list_items"], partner_id=partner_id, after=after, rows_max=rows_max)
    return [partner_item(row) for row in rows]


async def count_partner_items(session: Session, partner_id: int) -> int:
    """How many items are the partner's."""
    row = await session.one(_SQL["count_items"], partner_id=partner_id)
    assert row is not None, "a count is always answered"
    return int(row[0])


def gtin_in_place_of(sku: str) -> int:
    """The item that a SKU stands for where it is no SKU: that of its 14 digits, or NO_ITEM."""
    item_id = parse_gtin(sku)
    return NO_ITEM if item_id is None else item_id


def partner_item(row: Row) -> PartnerItem:
    """The item of a row that begins with its id and the SKU to show, NULL where there is none."""
    return PartnerItem(row[0], row[1] or format_gtin(row[0]))
