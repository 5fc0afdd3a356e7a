"""How sellers name their items: each is shown by its smallest SKU, or by its GTIN where it has none."""

from collections.abc import Sequence
from pathlib import Path

import msgspec

from onhand.basics.gtin import format_gtin, parse_gtin
from onhand.store.database import Session
from onhand.store.queries import Queries, json_list

_SQL = Queries(Path(__file__).with_name("items.sql"))


class SellerItem(msgspec.Struct, frozen=True, gc=False):
    """An item as its seller knows it."""

    item_id: int
    sku: str


async def item_of_sku(session: Session, seller_id: int, sku: str) -> int | None:
    """The item of a seller's SKU; None where it has no such SKU."""
    row = await session.one(_SQL["item_of_sku"], partner_id=seller_id, sku=sku)
    return int(row[0]) if row else None


async def has_sku(session: Session, seller_id: int, item_id: int) -> bool:
    """Whether a seller has a SKU for an item."""
    return await session.one(_SQL["has_sku"], partner_id=seller_id, item_id=item_id) is not None


async def named(session: Session, seller_id: int, item_ids: Sequence[int]) -> list[SellerItem]:
    """Items by the names that their seller gave them, in the order given."""
    rows = await session.all(_SQL["skus_of_items"], partner_id=seller_id, item_ids=json_list(item_ids))
    skus = dict[int, str](rows)
    return [SellerItem(item_id, skus.get(item_id) or format_gtin(item_id)) for item_id in item_ids]


def item_in_place_of(sku: str) -> int | None:
    """The item that a SKU stands for where it is no SKU: that of its 14 digits."""
    return parse_gtin(sku)
