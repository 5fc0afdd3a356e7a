"""The orders of a ship node, as the operator reads them (DS-30)."""

from typing import Literal

from starlette.responses import Response

from onhand.dropship.orders.reading import list_orders, order_by_id
from onhand.partners.operators import OperatorClient
from onhand.stock.locations import SHIP_NODE, Location, Locations
from onhand.store.database import Database
from onhand.surfaces.operator.access import Access
from onhand.surfaces.operator.order_bodies import OrderBody, OrderLineBody, OrdersPage, order_body
from onhand.surfaces.operator.orders import TAG
from onhand.surfaces.operator.parameters import PAGING, Key, Readings, paging
from onhand.surfaces.operator.partners import Code
from onhand.surfaces.operator.problems import NOT_FOUND, Problem
from onhand.surfaces.plumbing.call import Call
from onhand.surfaces.plumbing.operations import Answer, Operation, Parameter
from onhand.surfaces.plumbing.responses import JsonResponse

NODE = Parameter(name="node", place="path", description="The code of the ship node.", type=Code, example="722222222")
_ORDER = Parameter(
    name="orderId", place="path", description="The order, a slash in it written as %2F.", type=Key, example="1001"
)
_OPEN = Parameter(
    name="open",
    place="query",
    description="`true` for orders that hold units; all unless said.",
    type=Literal["true", "false"],
)


async def node_of(readings: Readings, locations: Locations, *accepted: str) -> Location | Problem:
    """The ship node of a path, where everything else in the call could be read too."""
    code = readings.path_key("node")
    problem = readings.problem(*accepted)
    if problem:
        return problem
    node = await locations.find(SHIP_NODE, code)
    return node or Problem(NOT_FOUND, f"The ship node {code} is not known: add it first, or mend the code.")


class OrderReadingHandlers:
    """Answers about orders."""

    def __init__(self, database: Database, locations: Locations) -> None:
        self._database = database
        self._locations = locations

    async def get(self, call: Call, _: OperatorClient) -> Response | Problem:
        """The order of the path."""
        readings = Readings(call)
        order_id = readings.path_key("orderId")
        node = await node_of(readings, self._locations)
        if isinstance(node, Problem):
            return node
        found = await order_by_id(self._database, node, order_id)
        if found is None:
            return Problem(NOT_FOUND, f"There is no order {order_id} at the ship node {node.code}: mend one of them.")
        return JsonResponse(order_body(found))

    async def list(self, call: Call, _: OperatorClient) -> Response | Problem:
        """A page of orders."""
        readings = Readings(call)
        after, limit = readings.page()
        open_only = readings.word("open", ("true", "false"), "false") == "true"
        node = await node_of(readings, self._locations, "open", *PAGING)
        if isinstance(node, Problem):
            return node
        found = await list_orders(self._database, node, open_only=open_only, after=after, rows_max=limit + 1)
        shown = [order_body(order) for order in found[:limit]]
        return JsonResponse(OrdersPage(shown, shown[-1].order_id if len(found) > limit else None))


_EXAMPLE = OrderBody(
    "1001", "open", "2026-03-05T12:00:00Z", [OrderLineBody("00012345678905", 2, 2, 0, 0, 0)], "2026-03-05T12:15:00Z"
)


def order_reading_operations(handlers: OrderReadingHandlers, access: Access) -> tuple[Operation, ...]:
    """The operations that read orders."""
    return (
        access.operation(
            handlers.get,
            "GET",
            "/ship-nodes/{node}/orders/{orderId}",
            "getOrder",
            "One order of a ship node",
            TAG,
            parameters=(NODE, _ORDER),
            answers={200: Answer(description="The order.", type=OrderBody, example=_EXAMPLE)},
            problems=(NOT_FOUND,),
        ),
        access.operation(
            handlers.list,
            "GET",
            "/ship-nodes/{node}/orders",
            "listOrders",
            "The orders of a ship node",
            TAG,
            parameters=(NODE, _OPEN, *paging(Key)),
            answers={200: Answer(description="A page of them.", type=OrdersPage, example=OrdersPage([_EXAMPLE]))},
            problems=(NOT_FOUND,),
        ),
    )
