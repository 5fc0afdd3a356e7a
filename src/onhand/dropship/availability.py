"""What ship nodes hold of items: at one node, at all of a partner's, and their sum (DS-01 to DS-05).

Each statement names one node. What is somebody else's is asked for by the same statements as what there is not.
"""

from collections.abc import Iterable, Sequence
from pathlib import Path

import msgspec

from onhand.basics.quantity import SCALE
from onhand.dropship.items import PartnerItem, gtin_in_place_of, partner_item
from onhand.stock.locations import Location
from onhand.store.database import Database, Row, Session
from onhand.store.queries import Queries, json_list

_SQL = Queries(Path(__file__).with_name("availability.sql"))
NOWHERE = 0
"""The location id of no node: nothing ever lies there."""


class NodeStock(msgspec.Struct, frozen=True, gc=False):
    """What one node holds of one item, in whole units; `on_hand` has the reserved units in it.

    `endless` is infinite availability (AA). `versions` change with what is known of the node: with its infinite
    availability, with what is on hand, with what is reserved.
    """

    node: str
    endless: bool
    on_hand: int
    reserved: int
    versions: tuple[int, int, int]

    @property
    def available(self) -> int:
        """What may still be sold, where that is a number."""
        return max(0, self.on_hand - self.reserved)


class ItemAtNode(msgspec.Struct, frozen=True, gc=False):
    """An item and what a node holds of it; `stock` is None where nothing of it was ever declared or moved there."""

    item: PartnerItem
    stock: NodeStock | None


class OwnNodes:
    """Finds a partner's ship nodes by their codes, and remembers those that it found: a node keeps its owner."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._found: dict[tuple[int, str], Location] = {}

    async def find(self, partner_id: int, code: str) -> Location | None:
        """The partner's node of that code; None where there is none, or it is somebody else's."""
        key = (partner_id, code)
        found = self._found.get(key)
        if found is None:
            row = await self._database.one(_SQL["own_node"], partner_id=partner_id, code=code)
            if row is None:
                return None
            found = self._found[key] = Location(*row)
        return found


async def at_node_by_gtin(
    reader: Session | Database, partner_id: int, node: Location | None, item_id: int
) -> ItemAtNode | None:
    """What a node holds of the partner's item of that GTIN; None where it is not its item there.

    A node that is not the partner's is None.
    """
    location_id = node.location_id if node else NOWHERE
    row = await reader.one(_SQL["of_gtin_at_node"], partner_id=partner_id, location_id=location_id, item_id=item_id)
    return _item_at_node(row, node) if row else None


async def at_node_by_sku(
    reader: Session | Database, partner_id: int, node: Location | None, sku: str
) -> ItemAtNode | None:
    """What a node holds of the partner's item of that SKU; None where it is not its item there.

    A node that is not the partner's is None.
    """
    row = await reader.one(
        _SQL["of_sku_at_node"],
        partner_id=partner_id,
        location_id=node.location_id if node else NOWHERE,
        sku=sku,
        item_id=gtin_in_place_of(sku),
    )
    return _item_at_node(row, node) if row else None


async def stocks_of_items(
    session: Session, partner_id: int, nodes: Sequence[Location], item_ids: Iterable[int]
) -> dict[int, list[NodeStock]]:
    """What nodes hold of items, by item, in the order of the nodes; where nothing ever was, nothing is listed."""
    found: dict[int, list[NodeStock]] = {item_id: [] for item_id in item_ids}
    listed = json_list(found)
    for node in nodes:
        rows = await session.all(
            _SQL["stocks_at_node"], partner_id=partner_id, location_id=node.location_id, item_ids=listed
        )
        for row in rows:
            stock = _stock(row, node)
            if stock is not None:
                found[row[0]].append(stock)
    return found


def sum_of(stocks: Sequence[NodeStock]) -> int | None:
    """The units on hand at nodes, those left out that have infinite availability; None where all of them have it."""
    counted = [stock.on_hand for stock in stocks if not stock.endless]
    return None if stocks and not counted else sum(counted)


def is_endless(declared_at: int | None, counted_at: int | None) -> bool:
    """Whether availability is infinite: declared so, and no units since (AA, AC)."""
    return declared_at is not None and (counted_at is None or declared_at > counted_at)


def _item_at_node(row: Row, node: Location | None) -> ItemAtNode:
    return ItemAtNode(partner_item(row), _stock(row, node) if node else None)


def _stock(row: Row, node: Location) -> NodeStock | None:
    _, _, declared_at, on_hand, counted_at, last_seq, reserved, last_reserved = row
    if declared_at is None and on_hand is None and reserved is None:
        return None
    endless = is_endless(declared_at, counted_at)
    versions = (declared_at if endless else 0, last_seq or 0, last_reserved or 0)
    return NodeStock(node.code, endless, (on_hand or 0) // SCALE, (reserved or 0) // SCALE, versions)
