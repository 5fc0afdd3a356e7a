"""Updating inventory: one item at a node, or at several nodes (DS-07 to DS-12)."""

from collections.abc import Sequence
from typing import Any

import msgspec
from starlette.responses import Response

from onhand.dropship.availability import OwnNodes, stocks_of_items
from onhand.dropship.declaring import declare, hold_item
from onhand.dropship.items import PartnerItem
from onhand.dropship.nodes import default_node, nodes_of
from onhand.stock.locations import Location
from onhand.store.database import Session
from onhand.surfaces.gateway.door import Caller, Door
from onhand.surfaces.gateway.errors import INVALID_REQUEST_CONTENT, Fault, Refused, error_answers
from onhand.surfaces.gateway.forms import JSON, XML, respond
from onhand.surfaces.gateway.inventory import (
    GTIN,
    ITEM_ID,
    ITEM_ROOT,
    PRODUCT_ID_TYPE,
    SERVICE,
    SHIP_NODE,
    SKU,
    TAG,
)
from onhand.surfaces.gateway.inventory_names import (
    ItemName,
    Query,
    is_seller,
    item_at_node,
    item_of,
    names_differ,
    not_found,
    read_path_item,
    unknown_item,
    unknown_node,
)
from onhand.surfaces.gateway.once import IDEMPOTENCY_KEY, key_faults, write_once
from onhand.surfaces.gateway.services import GatewayServices
from onhand.surfaces.gateway.tags import (
    ETAG_HEADER,
    IF_MATCH_PARAMETER,
    Expected,
    nodes_tag,
    read_expected,
    stale,
    tag_headers,
    units_tag,
)
from onhand.surfaces.gateway.update_bodies import (
    Declared,
    NodeEntry,
    read_content,
    read_declared,
    read_named_again,
    read_named_item,
    read_nodes,
)
from onhand.surfaces.gateway.wire_inventory import (
    INVENTORY_EXAMPLE,
    UPDATE_EXAMPLE,
    Inventory,
    ItemOutcome,
    NodeError,
    NodeOutcome,
    NodesUpdateBody,
    UpdateBody,
    inventory_of,
    quantity_of,
)
from onhand.surfaces.plumbing.call import Call
from onhand.surfaces.plumbing.operations import Answer, Body, Operation

UPDATE_CLASS = "inventory_update"

_FORMS = (JSON, XML)


class _Update(msgspec.Struct, frozen=True):
    """An update of one item at one node; `code` is None for a seller's default node."""

    name: ItemName
    declared: Declared
    code: str | None
    node: Location | None
    expected: Expected | None


class _NodesUpdate(msgspec.Struct, frozen=True):
    """An update of one item at several nodes."""

    name: ItemName
    entries: Sequence[NodeEntry]
    expected: Expected | None


class InventoryUpdates:
    """What answers updates."""

    def __init__(self, services: GatewayServices) -> None:
        self._services = services
        self._nodes = OwnNodes(services.database)

    async def one(self, call: Call, caller: Caller) -> Response | Refused:
        """Declare one item at one node."""
        body = await call.read_body(self._services.body_bytes_max)
        update = await self._read_update(call, caller, body)
        if isinstance(update, Refused):
            return update
        return await write_once(
            self._services, call, caller, body, lambda session: self._update(session, call, caller, update)
        )

    async def _read_update(self, call: Call, caller: Caller, body: bytes) -> _Update | Refused:
        faults: list[Fault] = []
        query = Query(call, faults)
        code = query.ship_node(required=not is_seller(caller))
        content = read_content(call, body, faults)
        name = read_named_item(query, content, caller)
        by_gtin = content is not None and content.get("gtin") is not None and not is_seller(caller)
        declared = read_declared(content, "quantity", faults, code_required=by_gtin) if content is not None else None
        expected = read_expected(call, faults)
        faults += key_faults(call)
        if faults or name is None or declared is None:
            return Refused(400, tuple(faults))
        if code is None:
            node = await default_node(self._services.database, caller.partner_id)
        else:
            node = await self._nodes.find(caller.partner_id, code)
        return _Update(name, declared, code, node, expected)

    async def _update(self, session: Session, call: Call, caller: Caller, update: _Update) -> Response | Refused:
        partner_id, node, name = caller.partner_id, update.node, update.name
        found = await item_at_node(session, partner_id, node, name)
        if node is None or found is None:
            return not_found(name if found is None else None, (update.code or "") if node is None else None)
        item = found.item
        if name.differs_from(item):
            return names_differ()
        addressed = [node] if update.code is not None else await nodes_of(session, partner_id)
        if update.expected is not None:
            await hold_item(session, partner_id, addressed, item.item_id, self._services.clock())
            stands = await _units_tag(session, partner_id, addressed, item, is_sum=update.code is None)
            if not update.expected.holds(stands):
                return stale()
        await self._declare(session, node, item, update.declared, self._services.new_id())
        tag = await _units_tag(session, partner_id, addressed, item, is_sum=update.code is None)
        units = inventory_of(item, quantity_of(update.declared.units), with_gtin=not is_seller(caller))
        return respond(call, units, root=ITEM_ROOT, headers=tag_headers(tag or ""))

    async def nodes(self, call: Call, caller: Caller) -> Response | Refused:
        """Declare one item at several nodes, each for itself."""
        body = await call.read_body(self._services.body_bytes_max)
        faults: list[Fault] = []
        name = read_path_item(call, Query(call, faults), default="sku")
        content = read_content(call, body, faults)
        if name is not None and content is not None:
            name = read_named_again(name, content, faults)
        entries = read_nodes(content, faults) if content is not None else []
        expected = read_expected(call, faults)
        faults += key_faults(call)
        if faults or name is None:
            return Refused(400, tuple(faults))
        update = _NodesUpdate(name, entries, expected)
        return await write_once(
            self._services, call, caller, body, lambda session: self._update_nodes(session, call, caller, update)
        )

    async def _update_nodes(
        self, session: Session, call: Call, caller: Caller, update: _NodesUpdate
    ) -> Response | Refused:
        partner_id = caller.partner_id
        item = await item_of(session, partner_id, update.name)
        if item is None:
            return not_found(update.name, None)
        if update.name.differs_from(item):
            return names_differ()
        own = await nodes_of(session, partner_id)
        if update.expected is not None:
            await hold_item(session, partner_id, own, item.item_id, self._services.clock())
            if not update.expected.holds(await _nodes_tag(session, partner_id, own, item)):
                return stale()
        outcomes = await self._declare_entries(session, partner_id, item, update, own)
        tag = await _nodes_tag(session, partner_id, own, item)
        return respond(call, ItemOutcome(item.sku, outcomes), root=ITEM_ROOT, headers=tag_headers(tag))

    async def _declare_entries(
        self, session: Session, partner_id: int, item: PartnerItem, update: _NodesUpdate, own: Sequence[Location]
    ) -> list[NodeOutcome]:
        """Declare what is right, in the order of the nodes' ids, in which everybody locks."""
        nodes = {node.code: node for node in own}
        faults = _faults_of(update.entries, nodes.keys())
        event_id = self._services.new_id()
        right = [place for place, found in enumerate(faults) if not found]
        for place in sorted(right, key=lambda place: nodes[update.entries[place].node].location_id):
            entry = update.entries[place]
            node, declared = nodes[entry.node], entry.declared
            assert declared is not None, "what can't be read has a fault"
            if await item_at_node(session, partner_id, node, update.name) is None:
                faults[place] = (unknown_item(update.name),)
            else:
                await self._declare(session, node, item, declared, event_id)
        return [_outcome(entry.node, found) for entry, found in zip(update.entries, faults, strict=True)]

    async def _declare(
        self, session: Session, node: Location, item: PartnerItem, declared: Declared, event_id: str
    ) -> None:
        await declare(
            session,
            node,
            partner_id=node.partner_id,
            item_id=item.item_id,
            event_id=event_id,
            code=declared.code,
            units=declared.units,
            now=self._services.clock(),
        )


def _faults_of(entries: Sequence[NodeEntry], own: Any) -> list[tuple[Fault, ...]]:
    """What is wrong with each entry for itself, and with one whose node came before."""
    found: list[tuple[Fault, ...]] = []
    seen: set[str] = set()
    for entry in entries:
        faults = entry.faults
        if entry.node not in own:
            faults += (unknown_node(entry.node),)
        elif entry.node in seen:
            said = f"Ship node “{entry.node}” came before in this update: what was said first stands. Name it once."
            faults += (Fault(INVALID_REQUEST_CONTENT, "shipNode", said),)
        seen.add(entry.node)
        found.append(faults)
    return found


def _outcome(node: str, faults: Sequence[Fault]) -> NodeOutcome:
    if not faults:
        return NodeOutcome(node, "Success")
    errors = [NodeError(f"{fault.code}.GMP_{SERVICE}_API", fault.field, fault.description) for fault in faults]
    return NodeOutcome(node, "Failure", errors)


async def _units_tag(
    session: Session, partner_id: int, nodes: Sequence[Location], item: PartnerItem, *, is_sum: bool
) -> str | None:
    """The tag of a read of one item's units; None where such a read finds nothing."""
    stocks = (await stocks_of_items(session, partner_id, nodes, [item.item_id]))[item.item_id]
    return units_tag(item.item_id, stocks) if stocks or is_sum else None


async def _nodes_tag(session: Session, partner_id: int, nodes: Sequence[Location], item: PartnerItem) -> str:
    stocks = (await stocks_of_items(session, partner_id, nodes, [item.item_id]))[item.item_id]
    return nodes_tag(item.item_id, stocks)


_ONE_DESCRIPTION = (
    "AC declares the units that are there, reserved ones included; AA infinite availability. The item is named in the "
    "body or the query. A drop-ship vendor names the ship node; where a seller names none, its default node is meant."
)
_HEADERS = (IDEMPOTENCY_KEY, IF_MATCH_PARAMETER)


def update_operations(services: GatewayServices, door: Door) -> tuple[Operation, ...]:
    """The operations that change inventory."""
    updates = InventoryUpdates(services)
    common: dict[str, Any] = {
        "service": SERVICE,
        "scope": "inventory",
        "throttle_class": UPDATE_CLASS,
        "accepts": _FORMS,
        "takes": _FORMS,
    }
    declared = Answer(description="It is declared.", type=Inventory, headers=ETAG_HEADER, example=INVENTORY_EXAMPLE)
    ones = tuple(
        door.operation(
            updates.one,
            "PUT",
            path,
            operation_id,
            "Declare the units of one item at a ship node",
            TAG,
            description=_ONE_DESCRIPTION,
            parameters=(SKU, GTIN, SHIP_NODE, *_HEADERS),
            body=Body(description="What is there.", type=UpdateBody, example=UPDATE_EXAMPLE),
            answers={200: declared, **error_answers(404, 409)},
            **common,
        )
        for path, operation_id in (("/v3/inventory/update", "updateInventory"), ("/v3/inventory", "putInventory"))
    )
    several = door.operation(
        updates.nodes,
        "PUT",
        "/v3/inventories/{id}",
        "putItemInventory",
        "Declare the units of one item at several ship nodes",
        TAG,
        description="Each node is judged for itself: good ones are declared although others fail.",
        parameters=(ITEM_ID, PRODUCT_ID_TYPE, *_HEADERS),
        body=Body(description="What is at each node.", type=NodesUpdateBody, example=_NODES_EXAMPLE),
        answers={
            200: Answer(
                description="What became of each node.", type=ItemOutcome, headers=ETAG_HEADER, example=_OUTCOME_EXAMPLE
            ),
            **error_answers(404, 409),
        },
        **common,
    )
    return (*ones, several)


_NODES_EXAMPLE = {
    "inventories": {"nodes": [{"shipNode": "123456701", "inputQty": {"unit": "EACH", "amount": 23}}]},
}
_OUTCOME_EXAMPLE = {"sku": INVENTORY_EXAMPLE["sku"], "nodes": [{"shipNode": "123456701", "status": "Success"}]}
