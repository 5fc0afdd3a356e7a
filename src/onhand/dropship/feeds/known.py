"""Which items a feed's rows name, for thousands of names at once (DS-19).

A feed names few items that are not its sender's, so what is asked for by GTIN are those few, not the thousands.
"""

from collections.abc import Collection, Sequence
from pathlib import Path

import msgspec

from onhand.basics.gtin import format_gtin, parse_gtin
from onhand.stock.locations import Location
from onhand.store.database import Session, Value
from onhand.store.queries import Queries, json_list

_SQL = Queries(Path(__file__).with_name("known.sql"))
_VENDOR = "supplier"
# In the mapping of items to suppliers.
_EVERYWHERE = 0


class Owner(msgspec.Struct, frozen=True):
    """The partner whose feed it is: a drop-ship vendor (`supplier`) or a seller."""

    partner_id: int
    kind: str


async def known_skus(session: Session, owner: Owner, node: Location, skus: Sequence[str]) -> dict[str, int]:
    """The items that SKUs stand for; an item without a SKU of the partner's is known by its GTIN instead."""
    found = await items_of_skus(session, owner, skus)
    # The rest may be GTINs in the place of SKUs: of items that are the caller's and have none.
    gtins = {item_id: sku for sku in skus if sku not in found and (item_id := parse_gtin(sku)) is not None}
    if gtins:
        shown = await skus_of_items(session, owner, gtins)
        unknown = await strange_items(session, owner, gtins, node)
        found |= {sku: item_id for item_id, sku in gtins.items() if item_id not in unknown and shown[item_id] == sku}
    return found


async def strange_items(
    session: Session, owner: Owner, item_ids: Collection[int], node: Location | None = None
) -> set[int]:
    """Those of the items that are not the partner's at a node; without one, those that may not be at some node."""
    if not item_ids:
        return set()
    named: dict[str, Value] = {"partner_id": owner.partner_id, "names": json_list(sorted(item_ids))}
    if owner.kind == _VENDOR:
        location_id = node.location_id if node else _EVERYWHERE
        rows = await session.all(_SQL["not_items_of_vendor"], location_id=location_id, **named)
    else:
        rows = await session.all(_SQL["not_items_of_seller"], **named)
    return {row[0] for row in rows}


async def items_of_skus(session: Session, owner: Owner, skus: Collection[str]) -> dict[str, int]:
    """The item of each SKU that the partner has given to one."""
    rows = await session.all(_SQL["items_of_skus"], partner_id=owner.partner_id, names=json_list(skus))
    return dict(rows)


async def skus_of_items(session: Session, owner: Owner, item_ids: Collection[int]) -> dict[int, str]:
    """The SKU by which each item is shown: the partner's smallest, or the GTIN where it has none."""
    rows = await session.all(_SQL["skus_of_items"], partner_id=owner.partner_id, names=json_list(item_ids))
    return {item_id: format_gtin(item_id) for item_id in item_ids} | dict(rows)
