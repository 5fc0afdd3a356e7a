"""Fulfilment centres, as the operator adds and lists them (OP-01)."""

from collections.abc import Sequence
from typing import Annotated

import msgspec
from msgspec import Meta
from starlette.responses import Response

from onhand.basics.clock import Clock
from onhand.basics.refusal import Refusal
from onhand.fulfilment.centres import NewCentre, add_centres, list_centres
from onhand.partners.operators import OperatorClient
from onhand.stock.locations import CENTRE_ZONE, Location
from onhand.store.database import Database
from onhand.surfaces.operator.access import Access
from onhand.surfaces.operator.parameters import PAGING, Key, Readings, paging
from onhand.surfaces.operator.partners import Code
from onhand.surfaces.operator.problems import CONFLICT, Problem, of_refusal
from onhand.surfaces.operator.reading import read_json
from onhand.surfaces.plumbing.call import Call
from onhand.surfaces.plumbing.operations import Answer, Body, Operation, Parameter
from onhand.surfaces.plumbing.responses import JsonResponse

TAG = "Fulfilment centres"
_CENTRES_MAX = 1_000

_Name = Annotated[str, Meta(min_length=1, max_length=200, description="What sellers read, of printable characters.")]


class NewCentreBody(msgspec.Struct, frozen=True):
    """A fulfilment centre: its code, as events name it, and its name."""

    node: Code
    name: _Name


class CentreName(msgspec.Struct, frozen=True):
    """The name of a fulfilment centre whose code is in the path."""

    name: _Name


class CentresBody(msgspec.Struct, frozen=True):
    """Fulfilment centres to add, all or none of them."""

    centres: Annotated[list[NewCentreBody], Meta(min_length=1, max_length=_CENTRES_MAX)]


class CentresAddedBody(msgspec.Struct, frozen=True):
    """How many of the centres sent are new, and how many were known by the same name already."""

    added: int
    known: int


class CentreBody(msgspec.Struct, frozen=True, rename="camel"):
    """A fulfilment centre as it is known, with the zone of its days and months."""

    node: str
    name: str
    reporting_zone: str


class CentresPage(msgspec.Struct, frozen=True, rename="camel", omit_defaults=True):
    """Some fulfilment centres in the order of their codes, and where the next ones begin."""

    centres: list[CentreBody]
    next_after: Annotated[str | None, Meta(description="The `after` of the next page; absent on the last.")] = None


_EXAMPLE = NewCentreBody("LAX1", "Los Angeles 1")
_SHOWN = CentreBody(_EXAMPLE.node, _EXAMPLE.name, CENTRE_ZONE)
CENTRE = Parameter(
    name="node", place="path", description="The code of the fulfilment centre.", type=Code, example=_EXAMPLE.node
)


class CentreHandlers:
    """Answers about fulfilment centres."""

    def __init__(self, database: Database, clock: Clock, body_bytes_max: int) -> None:
        self._database = database
        self._clock = clock
        self._body_bytes_max = body_bytes_max

    async def add(self, call: Call, _: OperatorClient) -> Response | Problem:
        """Add many fulfilment centres."""
        body = await read_json(Readings(call), CentresBody, self._body_bytes_max)
        if isinstance(body, Problem):
            return body
        added = await self._add([NewCentre(centre.node, centre.name) for centre in body.centres])
        return added if isinstance(added, Problem) else JsonResponse(added)

    async def put(self, call: Call, _: OperatorClient) -> Response | Problem:
        """Add the fulfilment centre of the path."""
        readings = Readings(call)
        code = readings.path_key("node")
        body = await read_json(readings, CentreName, self._body_bytes_max)
        if isinstance(body, Problem):
            return body
        added = await self._add([NewCentre(code, body.name)])
        return added if isinstance(added, Problem) else JsonResponse(CentreBody(code, body.name, CENTRE_ZONE))

    async def list(self, call: Call, _: OperatorClient) -> Response | Problem:
        """A page of fulfilment centres."""
        readings = Readings(call)
        after, limit = readings.page()
        problem = readings.problem(*PAGING)
        if problem:
            return problem
        return JsonResponse(_page(await list_centres(self._database, after=after, rows_max=limit + 1), limit))

    async def _add(self, centres: Sequence[NewCentre]) -> CentresAddedBody | Problem:
        added = await add_centres(self._database, self._clock, centres)
        return of_refusal(added) if isinstance(added, Refusal) else CentresAddedBody(added.added, added.known)


def _page(found: Sequence[Location], limit: int) -> CentresPage:
    shown = found[:limit]
    centres = [CentreBody(centre.code, centre.name, centre.reporting_zone) for centre in shown]
    return CentresPage(centres, shown[-1].code if len(found) > limit else None)


def centre_operations(handlers: CentreHandlers, access: Access) -> tuple[Operation, ...]:
    """The operations on fulfilment centres."""
    return (
        access.operation(
            handlers.add,
            "POST",
            "/fulfilment-centres",
            "addFulfilmentCentres",
            "Add fulfilment centres",
            TAG,
            description="All or none. A centre that is known by the same name is left as it is.",
            body=Body(description="The centres.", type=CentresBody, example=CentresBody([_EXAMPLE])),
            answers={
                200: Answer(description="They are known now.", type=CentresAddedBody, example=CentresAddedBody(1, 0))
            },
            problems=(CONFLICT,),
        ),
        access.operation(
            handlers.put,
            "PUT",
            "/fulfilment-centres/{node}",
            "putFulfilmentCentre",
            "Add one fulfilment centre",
            TAG,
            description="A centre keeps its name: another name for a known code is a conflict.",
            parameters=(CENTRE,),
            body=Body(description="Its name.", type=CentreName, example=CentreName(_EXAMPLE.name)),
            answers={200: Answer(description="It is known now.", type=CentreBody, example=_SHOWN)},
            problems=(CONFLICT,),
        ),
        access.operation(
            handlers.list,
            "GET",
            "/fulfilment-centres",
            "listFulfilmentCentres",
            "List fulfilment centres",
            TAG,
            parameters=paging(Key),
            answers={200: Answer(description="A page of them.", type=CentresPage, example=CentresPage([_SHOWN]))},
        ),
    )
