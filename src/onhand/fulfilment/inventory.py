"""What a seller has in all fulfilment centres together, item by item (WF-10).

Each statement names one centre. A page costs the seller's own items at each centre, whatever others keep there.
"""

from collections import defaultdict
from collections.abc import Iterable
from pathlib import Path

import msgspec

from onhand.fulfilment.centres import all_centres
from onhand.fulfilment.items import SellerItem, has_sku, item_in_place_of, item_of_sku, named
from onhand.fulfilment.log import is_sellers
from onhand.stock.locations import Location
from onhand.store.database import Database, Session
from onhand.store.queries import Queries, json_list

_SQL = Queries(Path(__file__).with_name("inventory.sql"))


class ItemUnits(msgspec.Struct, frozen=True, gc=False):
    """A seller's units of an item, in 1/10,000 unit, and when the newest movement of them happened.

    `on_hand` sums what the ledger says of each centre; `available` counts one that is below 0 as empty.
    """

    item: SellerItem
    on_hand: int
    available: int
    newest_occurred_at: int


class InventoryPage(msgspec.Struct, frozen=True):
    """Some items in the order of their GTINs, of `total` that were ever in a centre."""

    items: tuple[ItemUnits, ...]
    total: int


async def seller_inventory(database: Database, seller_id: int, *, offset: int, limit: int) -> InventoryPage:
    """A page of what a seller has in the centres."""

    async def work(session: Session) -> InventoryPage:
        centres = await all_centres(session)
        found: set[int] = set()
        for centre in centres:
            rows = await session.all(_SQL["items_of_owner"], location_id=centre.location_id, owner_id=seller_id)
            found.update(item_id for (item_id,) in rows)
        shown = sorted(found)[offset : offset + limit]
        return InventoryPage(await _units(session, centres, seller_id, shown), len(found))

    return await database.read(work)


async def seller_inventory_of_sku(database: Database, seller_id: int, sku: str) -> ItemUnits | int | None:
    """What a seller has of the item of a SKU, or of the GTIN of an item that has none.

    The item's id where it never was in a centre, None where the seller has no such SKU.
    """

    async def work(session: Session) -> ItemUnits | int | None:
        centres = await all_centres(session)
        item_id = await item_of_sku(session, seller_id, sku)
        if item_id is None:
            item_id = item_in_place_of(sku)
            if item_id is None or await has_sku(session, seller_id, item_id):
                return None
            if not await is_sellers(session, centres, seller_id, item_id):
                return None
        units = await _units(session, centres, seller_id, [item_id])
        return msgspec.structs.replace(units[0], item=SellerItem(item_id, sku)) if units else item_id

    return await database.read(work)


async def _units(
    session: Session, centres: Iterable[Location], seller_id: int, item_ids: list[int]
) -> tuple[ItemUnits, ...]:
    listed, held = json_list(item_ids), defaultdict[int, list[tuple[int, int]]](list)
    for centre in centres:
        rows = await session.all(
            _SQL["units_of_items"], location_id=centre.location_id, owner_id=seller_id, item_ids=listed
        )
        for item_id, quantity, newest in rows:
            held[item_id].append((quantity, newest))
    return tuple(
        ItemUnits(
            item,
            sum(quantity for quantity, _ in held[item.item_id]),
            sum(max(0, quantity) for quantity, _ in held[item.item_id]),
            max(newest for _, newest in held[item.item_id]),
        )
        for item in await named(session, seller_id, [item_id for item_id in item_ids if item_id in held])
    )
