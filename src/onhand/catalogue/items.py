"""Reading the catalogue as the operator sees it: items, mappings and SKUs, page by page; ending a mapping or a SKU."""

from pathlib import Path

import msgspec

from onhand.basics.gtin import format_gtin
from onhand.store.database import Database, Session
from onhand.store.queries import Queries

_SQL = Queries(Path(__file__).with_name("items.sql"))
PUBLISHED = "PUBLISHED"
EVERY_STORE = 0
_ITEM_ID_MAX = 10**14 - 1


class Item(msgspec.Struct, frozen=True):
    """An item as it is sold; its id is the GTIN as a number. A CID groups the items that are one to a consumer."""

    item_id: int
    name: str
    wm_item_nbr: str | None = None
    cid: str | None = None
    category: str | None = None
    product_type: str | None = None
    tax_code: str | None = None
    published_status: str = PUBLISHED

    @property
    def gtin(self) -> str:
        """The 14 digits."""
        return format_gtin(self.item_id)


class MappingKey(msgspec.Struct, frozen=True):
    """The place of a mapping in the order of mappings."""

    item_id: int
    partner_id: int
    location_id: int


class Mapping(msgspec.Struct, frozen=True):
    """That a supplier sees an item at a store, or at every store where `store_number` is None."""

    key: MappingKey
    supplier_code: str
    store_number: int | None

    @property
    def gtin(self) -> str:
        """The 14 digits of the item."""
        return format_gtin(self.key.item_id)


class Sku(msgspec.Struct, frozen=True):
    """What a seller or a drop-ship vendor calls an item."""

    sku: str
    item_id: int

    @property
    def gtin(self) -> str:
        """The 14 digits of the item."""
        return format_gtin(self.item_id)


async def item_by_id(database: Database, item_id: int) -> Item | None:
    """The item of that GTIN."""
    row = await database.one(_SQL["item_by_id"], item_id=item_id)
    return Item(*row) if row else None


async def list_items(database: Database, *, after: int = -1, rows_max: int = 1000) -> list[Item]:
    """Items in the order of their GTINs, from the one after the item id `after` on."""
    rows = await database.all(_SQL["list_items"], after=after, rows_max=rows_max)
    return [Item(*row) for row in rows]


async def list_mappings(
    database: Database, *, item_id: int | None = None, after: MappingKey | None = None, rows_max: int = 1000
) -> list[Mapping]:
    """Mappings of one item or of all, in the order of their keys, from the one after `after` on."""
    start = after or MappingKey(item_id if item_id is not None else -1, -1, -1)
    rows = await database.all(
        _SQL["list_mappings"],
        item_id=start.item_id,
        partner_id=start.partner_id,
        location_id=start.location_id,
        item_id_max=item_id if item_id is not None else _ITEM_ID_MAX,
        rows_max=rows_max,
    )
    return [Mapping(MappingKey(*row[:3]), row[3], int(row[4]) if row[4] is not None else None) for row in rows]


async def list_skus(database: Database, *, partner_code: str, after: str = "", rows_max: int = 1000) -> list[Sku]:
    """A partner's SKUs in their order, from the one after `after` on."""
    rows = await database.all(_SQL["list_skus"], partner_code=partner_code, after=after, rows_max=rows_max)
    return [Sku(*row) for row in rows]


async def remove_mapping(
    database: Database, *, item_id: int, supplier_code: str, store_number: int | None = None
) -> bool:
    """End the mapping for one store, or the one for every store; whether there was one.

    Ending the one for every store leaves those for named stores as they are.
    """

    async def work(session: Session) -> bool:
        location_id = EVERY_STORE
        if store_number is not None:
            row = await session.one(_SQL["store_by_code"], code=str(store_number))
            if row is None:
                return False
            location_id = row[0]
        key = {"item_id": item_id, "location_id": location_id}
        return await session.run(_SQL["delete_mapping"], supplier_code=supplier_code, **key) > 0

    return await database.write(work)


async def remove_sku(database: Database, *, partner_code: str, sku: str) -> bool:
    """Forget what a partner calls an item; whether it was known."""

    async def work(session: Session) -> bool:
        return await session.run(_SQL["delete_sku"], partner_code=partner_code, sku=sku) > 0

    return await database.write(work)
