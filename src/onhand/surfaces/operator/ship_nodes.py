"""Ship nodes, as the operator adds and lists them, and the one that a seller means where it names none (OP-01)."""

from collections.abc import Sequence
from typing import Annotated

import msgspec
from msgspec import Meta
from starlette.responses import Response

from onhand.basics.clock import Clock
from onhand.basics.refusal import Refusal
from onhand.dropship.nodes import NewShipNode, ShipNode, add_ship_nodes, list_ship_nodes, set_default_node
from onhand.partners.operators import OperatorClient
from onhand.store.database import Database
from onhand.surfaces.operator.access import Access
from onhand.surfaces.operator.parameters import PAGING, Key, Readings, paging
from onhand.surfaces.operator.partners import Code
from onhand.surfaces.operator.problems import CONFLICT, Problem, of_refusal
from onhand.surfaces.operator.reading import read_json
from onhand.surfaces.plumbing.call import Call
from onhand.surfaces.plumbing.operations import Answer, Body, Operation, Parameter
from onhand.surfaces.plumbing.responses import JsonResponse

TAG = "Ship nodes"
_NODES_MAX = 10_000

_Name = Annotated[str, Meta(min_length=1, max_length=200, description="A name to show, of printable characters.")]
_Owner = Annotated[Code, Meta(description="The code of the supplier or seller whose node it is.")]


class NewNodeBody(msgspec.Struct, frozen=True):
    """A ship node: its code, its name, and whose it is."""

    node: Code
    name: _Name
    partner: _Owner


class NodeWords(msgspec.Struct, frozen=True):
    """What is said of a ship node whose code is in the path."""

    name: _Name
    partner: _Owner


class NodesBody(msgspec.Struct, frozen=True):
    """Ship nodes to add, all or none of them."""

    nodes: Annotated[list[NewNodeBody], Meta(min_length=1, max_length=_NODES_MAX)]


class NodesAddedBody(msgspec.Struct, frozen=True):
    """How many of the nodes sent are new, and how many were known in the same words already."""

    added: int
    known: int


class NodeBody(msgspec.Struct, frozen=True):
    """A ship node as it is known."""

    node: str
    name: str
    partner: str
    default: Annotated[bool, Meta(description="Whether its seller's calls mean it where they name none.")]


class NodesPage(msgspec.Struct, frozen=True, rename="camel", omit_defaults=True):
    """Some ship nodes in the order of their codes, and where the next ones begin."""

    nodes: list[NodeBody]
    next_after: Annotated[str | None, Meta(description="The `after` of the next page; absent on the last.")] = None


class DefaultNodeBody(msgspec.Struct, frozen=True):
    """The ship node that a seller's calls mean where they name none."""

    node: Code


_EXAMPLE = NewNodeBody("722222222", "Warehouse East", "awesome-company")
_SHOWN = NodeBody(_EXAMPLE.node, _EXAMPLE.name, _EXAMPLE.partner, default=False)
_DEFAULT = DefaultNodeBody("722222222")
_NODE = Parameter(name="node", place="path", description="The code of the ship node.", type=Code, example=_EXAMPLE.node)
_SELLER = Parameter(name="code", place="path", description="The seller's code.", type=Code, example="10000000001")
_PARTNER = Parameter(name="partner", place="query", description="Nodes of the partner of this code only.", type=Key)


class ShipNodeHandlers:
    """Answers about ship nodes."""

    def __init__(self, database: Database, clock: Clock, body_bytes_max: int) -> None:
        self._database = database
        self._clock = clock
        self._body_bytes_max = body_bytes_max

    async def add(self, call: Call, _: OperatorClient) -> Response | Problem:
        """Add many ship nodes."""
        body = await read_json(Readings(call), NodesBody, self._body_bytes_max)
        if isinstance(body, Problem):
            return body
        added = await self._add([NewShipNode(node.node, node.name, node.partner) for node in body.nodes])
        return added if isinstance(added, Problem) else JsonResponse(added)

    async def put(self, call: Call, _: OperatorClient) -> Response | Problem:
        """Add the ship node of the path."""
        readings = Readings(call)
        code = readings.path_key("node")
        body = await read_json(readings, NodeWords, self._body_bytes_max)
        if isinstance(body, Problem):
            return body
        added = await self._add([NewShipNode(code, body.name, body.partner)])
        return added if isinstance(added, Problem) else JsonResponse(NewNodeBody(code, body.name, body.partner))

    async def list(self, call: Call, _: OperatorClient) -> Response | Problem:
        """A page of ship nodes."""
        readings = Readings(call)
        partner, (after, limit) = readings.key("partner"), readings.page()
        problem = readings.problem("partner", *PAGING)
        if problem:
            return problem
        found = await list_ship_nodes(self._database, partner_code=partner or None, after=after, rows_max=limit + 1)
        return JsonResponse(_page(found, limit))

    async def set_default(self, call: Call, _: OperatorClient) -> Response | Problem:
        """Choose the node that the seller of the path means where it names none."""
        readings = Readings(call)
        seller = readings.path_key("code")
        body = await read_json(readings, DefaultNodeBody, self._body_bytes_max)
        if isinstance(body, Problem):
            return body
        refusal = await set_default_node(self._database, partner_code=seller, code=body.node)
        return of_refusal(refusal) if refusal else JsonResponse(body)

    async def _add(self, nodes: Sequence[NewShipNode]) -> NodesAddedBody | Problem:
        added = await add_ship_nodes(self._database, self._clock, nodes)
        return of_refusal(added) if isinstance(added, Refusal) else NodesAddedBody(added.added, added.known)


def _page(found: Sequence[ShipNode], limit: int) -> NodesPage:
    shown = found[:limit]
    nodes = [NodeBody(node.code, node.name, node.partner_code, node.is_default) for node in shown]
    return NodesPage(nodes, shown[-1].code if len(found) > limit else None)


def ship_node_operations(handlers: ShipNodeHandlers, access: Access) -> tuple[Operation, ...]:
    """The operations on ship nodes."""
    return (
        access.operation(
            handlers.add,
            "POST",
            "/ship-nodes",
            "addShipNodes",
            "Add ship nodes",
            TAG,
            description="All or none. A node that is known in the same words is left as it is. "
            "The first one of a seller becomes its default.",
            body=Body(description="The ship nodes.", type=NodesBody, example=NodesBody([_EXAMPLE])),
            answers={200: Answer(description="They are known now.", type=NodesAddedBody, example=NodesAddedBody(1, 0))},
            problems=(CONFLICT,),
        ),
        access.operation(
            handlers.put,
            "PUT",
            "/ship-nodes/{node}",
            "putShipNode",
            "Add one ship node",
            TAG,
            description="A node keeps its name and its owner: others for a known code are a conflict.",
            parameters=(_NODE,),
            body=Body(
                description="Its name, and whose it is.",
                type=NodeWords,
                example=NodeWords(_EXAMPLE.name, _EXAMPLE.partner),
            ),
            answers={200: Answer(description="It is known now.", type=NewNodeBody, example=_EXAMPLE)},
            problems=(CONFLICT,),
        ),
        access.operation(
            handlers.list,
            "GET",
            "/ship-nodes",
            "listShipNodes",
            "List ship nodes",
            TAG,
            parameters=(_PARTNER, *paging(Key)),
            answers={200: Answer(description="A page of them.", type=NodesPage, example=NodesPage([_SHOWN]))},
        ),
        access.operation(
            handlers.set_default,
            "PUT",
            "/partners/{code}/default-node",
            "setDefaultNode",
            "Choose the ship node that a seller means where it names none",
            TAG,
            parameters=(_SELLER,),
            body=Body(description="One of its nodes.", type=DefaultNodeBody, example=_DEFAULT),
            answers={200: Answer(description="It is the default now.", type=DefaultNodeBody, example=_DEFAULT)},
        ),
    )
