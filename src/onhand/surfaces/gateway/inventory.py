"""Reading inventory: one item at a node, at all nodes, and every item of the caller's (DS-01 to DS-06)."""

from typing import Annotated, Any, Literal

from msgspec import Meta
from starlette.responses import Response

from onhand.dropship.availability import NodeStock, OwnNodes, stocks_of_items, sum_of
from onhand.dropship.items import NO_ITEM, PartnerItem, count_partner_items, list_partner_items
from onhand.dropship.nodes import nodes_of
from onhand.store.database import Session
from onhand.surfaces.gateway.door import Caller, Door
from onhand.surfaces.gateway.errors import INVALID_REQUEST_PARAM, Fault, Refused, error_answers
from onhand.surfaces.gateway.forms import JSON, XML, respond
from onhand.surfaces.gateway.inventory_names import (
    ItemName,
    Query,
    is_seller,
    item_at_node,
    item_of,
    names_differ,
    not_found,
    nothing_there,
    read_path_item,
    read_queried_item,
)
from onhand.surfaces.gateway.services import GatewayServices
from onhand.surfaces.gateway.tags import ETAG_HEADER, nodes_tag, tag_headers, units_tag
from onhand.surfaces.gateway.wire_inventory import (
    INVENTORY_EXAMPLE,
    NODE_EXAMPLE,
    Inventory,
    InventoryList,
    ItemInventory,
    ListedInventory,
    ListElements,
    ListMeta,
    inventory_of,
    nodes_of_item,
    on_hand_of,
    quantity_of,
)
from onhand.surfaces.plumbing.call import Call
from onhand.surfaces.plumbing.operations import Answer, Operation, Parameter
from onhand.surfaces.plumbing.sealing import opened, sealed

READ_CLASS = "inventory_read"
TAG = "Inventory"
SERVICE = "INVENTORY"
LIMIT_DEFAULT, LIMIT_MAX = 10, 50
ITEM_ROOT, LIST_ROOT = "inventory", "inventories"

_ACCEPTS = (JSON, XML)


class InventoryReading:
    """What answers reads."""

    def __init__(self, services: GatewayServices) -> None:
        self._database = services.database
        self._nodes = OwnNodes(services.database)
        self._secret = services.cursor_secret

    async def units(self, call: Call, caller: Caller) -> Response | Refused:
        """The units of one item at a node, or of a seller's at all of its nodes."""
        query = Query(call, [])
        name, code = read_queried_item(query, caller), query.ship_node(required=not is_seller(caller))
        if query.faults or name is None:
            return Refused(400, tuple(query.faults))
        if code is None:
            return await self._sum(call, caller, name)
        node = await self._nodes.find(caller.partner_id, code)
        found = await item_at_node(self._database, caller.partner_id, node, name)
        if node is None or found is None:
            return not_found(name if found is None else None, code if node is None else None)
        if name.differs_from(found.item):
            return names_differ()
        if found.stock is None:
            return nothing_there(name, code)
        units = inventory_of(found.item, on_hand_of(found.stock), with_gtin=not is_seller(caller))
        tag = units_tag(found.item.item_id, [found.stock])
        return respond(call, units, root=ITEM_ROOT, headers=tag_headers(tag))

    async def _sum(self, call: Call, caller: Caller, name: ItemName) -> Response | Refused:
        found = await self._database.read(lambda session: _everywhere(session, caller.partner_id, name))
        if found is None:
            return not_found(name, None)
        item, stocks = found
        if name.differs_from(item):
            return names_differ()
        units = inventory_of(item, quantity_of(sum_of(stocks)), with_gtin=False)
        return respond(call, units, root=ITEM_ROOT, headers=tag_headers(units_tag(item.item_id, stocks)))

    async def item(self, call: Call, caller: Caller) -> Response | Refused:
        """One item at all nodes that have anything of it, or at one of them."""
        query = Query(call, [])
        name = read_path_item(call, query, default="sku" if is_seller(caller) else None)
        code = query.ship_node(required=False)
        if query.faults or name is None:
            return Refused(400, tuple(query.faults))
        node = await self._nodes.find(caller.partner_id, code) if code is not None else None
        if code is not None:
            at_node = await item_at_node(self._database, caller.partner_id, node, name)
            if node is None or at_node is None:
                return not_found(name if at_node is None else None, code if node is None else None)
            item, stocks = at_node.item, [at_node.stock] if at_node.stock else []
        else:
            found = await self._database.read(lambda session: _everywhere(session, caller.partner_id, name))
            if found is None:
                return not_found(name, None)
            item, stocks = found
        shown = ItemInventory(item.sku, item.gtin, nodes_of_item(stocks))
        return respond(call, shown, root=ITEM_ROOT, headers=tag_headers(nodes_tag(item.item_id, stocks)))

    async def items(self, call: Call, caller: Caller) -> Response | Refused:
        """A page of the caller's items."""
        query = Query(call, [])
        limit, after = _limit(query), self._after(query, caller)
        if query.faults:
            return Refused(400, tuple(query.faults))
        partner_id = caller.partner_id

        async def work(session: Session) -> tuple[list[PartnerItem], int, dict[int, list[NodeStock]]]:
            items = await list_partner_items(session, partner_id, after=after, rows_max=limit + 1)
            ids = [item.item_id for item in items[:limit]]
            stocks = await stocks_of_items(session, partner_id, await nodes_of(session, partner_id), ids)
            return items, await count_partner_items(session, partner_id), stocks

        items, total, stocks = await self._database.read(work)
        meta = ListMeta(total)
        if len(items) > limit:
            cursor = sealed(b"%d" % items[limit - 1].item_id, _scope(caller), self._secret)
            meta = ListMeta(total, cursor)
        shown = [ListedInventory(item.sku, nodes_of_item(stocks[item.item_id])) for item in items[:limit]]
        return respond(call, InventoryList(meta, ListElements(shown)), root=LIST_ROOT)

    def _after(self, query: Query, caller: Caller) -> int:
        cursor = query.text("nextCursor")
        if cursor is None:
            return NO_ITEM
        content = opened(cursor, _scope(caller), self._secret)
        if content is None or not content.isdigit():
            said = "nextCursor is not one that this list gave you: give it as it came, or leave it out."
            query.faults.append(Fault(INVALID_REQUEST_PARAM, "nextCursor", said))
            return NO_ITEM
        return int(content)


async def _everywhere(session: Session, partner_id: int, name: ItemName) -> tuple[PartnerItem, list[NodeStock]] | None:
    item = await item_of(session, partner_id, name)
    item_id = item.item_id if item else NO_ITEM
    stocks = await stocks_of_items(session, partner_id, await nodes_of(session, partner_id), [item_id])
    return (item, stocks[item_id]) if item else None


def _limit(query: Query) -> int:
    sent = query.text("limit")
    if sent is None:
        return LIMIT_DEFAULT
    digits = sent.lstrip("0")
    if sent.isascii() and digits.isdigit() and len(digits) <= len(str(LIMIT_MAX)) and int(digits) <= LIMIT_MAX:
        return int(digits)
    said = f"limit is “{sent[:80]}”: give a whole number from 1 to {LIMIT_MAX}, or none for {LIMIT_DEFAULT}."
    query.faults.append(Fault(INVALID_REQUEST_PARAM, "limit", said))
    return LIMIT_DEFAULT


def _scope(caller: Caller) -> bytes:
    return b"inventories:%d" % caller.partner_id


def inventory_operations(services: GatewayServices, door: Door) -> tuple[Operation, ...]:
    """The operations that read inventory."""
    reading = InventoryReading(services)
    return (_units_operation(reading, door), _item_operation(reading, door), _items_operation(reading, door))


def _units_operation(reading: InventoryReading, door: Door) -> Operation:
    return door.operation(
        reading.units,
        "GET",
        "/v3/inventory",
        "getInventory",
        "The units of one item at a ship node",
        TAG,
        description=(
            "A drop-ship vendor gives `gtin` or `sku` and `shipNode`. A seller gives `sku`; without `shipNode` it "
            "gets the sum over its nodes, those with infinite availability left out, and no `gtin`."
        ),
        parameters=(SKU, GTIN, SHIP_NODE),
        answers={
            200: Answer(description="Its units.", type=Inventory, headers=ETAG_HEADER, example=INVENTORY_EXAMPLE),
            **error_answers(404),
        },
        **_COMMON,
    )


def _item_operation(reading: InventoryReading, door: Door) -> Operation:
    return door.operation(
        reading.item,
        "GET",
        "/v3/inventories/{id}",
        "getItemInventory",
        "One item at all ship nodes",
        TAG,
        description="Nodes at which nothing of it was ever declared are left out.",
        parameters=(ITEM_ID, PRODUCT_ID_TYPE, SHIP_NODE),
        answers={
            200: Answer(description="Its nodes.", type=ItemInventory, headers=ETAG_HEADER, example=_ITEM_EXAMPLE),
            **error_answers(404),
        },
        **_COMMON,
    )


def _items_operation(reading: InventoryReading, door: Door) -> Operation:
    return door.operation(
        reading.items,
        "GET",
        "/v3/inventories",
        "listInventories",
        "Every item of the caller's at all ship nodes",
        TAG,
        description="In the order of their GTINs. The cursor holds its place while others write.",
        parameters=(_LIMIT, _CURSOR),
        answers={200: Answer(description="A page of items.", type=InventoryList, example=_LIST_EXAMPLE)},
        **_COMMON,
    )


_COMMON: dict[str, Any] = {
    "service": SERVICE,
    "scope": "inventory",
    "throttle_class": READ_CLASS,
    "accepts": _ACCEPTS,
}
SKU = Parameter(name="sku", place="query", description="Your SKU of the item.", example="RG-IRAE-79VD")
GTIN = Parameter(
    name="gtin",
    place="query",
    description="The item's GTIN of 14 digits; one of 8, 12 or 13 is padded with zeros.",
    type=Annotated[str, Meta(pattern="^([0-9]{8}|[0-9]{12,14})$")],
    example="00012947218283",
)
SHIP_NODE = Parameter(name="shipNode", place="query", description="One of your ship nodes.", example="123456701")
ITEM_ID = Parameter(
    name="id",
    place="path",
    description="The item by its SKU or its GTIN; a slash in a SKU is sent as %2F.",
    required=True,
    example="00012947218283",
)
PRODUCT_ID_TYPE = Parameter(
    name="productIdType",
    place="query",
    description="What stands in the path. Drop-ship vendors have to say it to read; otherwise it is sku.",
    type=Literal["sku", "gtin"],
    example="gtin",
)
_LIMIT = Parameter(
    name="limit",
    place="query",
    description=f"Items of a page, {LIMIT_DEFAULT} by default.",
    type=Annotated[int, Meta(ge=1, le=LIMIT_MAX)],
)
_CURSOR = Parameter(name="nextCursor", place="query", description="The `nextCursor` of the page before.")
_ITEM_EXAMPLE = {"sku": INVENTORY_EXAMPLE["sku"], "gtin": INVENTORY_EXAMPLE["gtin"], "nodes": [NODE_EXAMPLE]}
_LIST_EXAMPLE = {
    "meta": {"totalCount": 1},
    "elements": {"inventories": [{"sku": INVENTORY_EXAMPLE["sku"], "nodes": [NODE_EXAMPLE]}]},
}
