"""Stores, as the operator adds and lists them (OP-01)."""

from collections.abc import Sequence
from typing import Annotated

import msgspec
from msgspec import Meta
from starlette.responses import Response

from onhand.basics.clock import Clock
from onhand.basics.refusal import Refusal
from onhand.partners.operators import OperatorClient
from onhand.stock.locations import STORE, Location, Locations, NewStore, add_stores
from onhand.store.database import Database
from onhand.surfaces.operator.access import Access
from onhand.surfaces.operator.parameters import (
    AFTER_MAX,
    PAGE_ROWS_MAX,
    PAGING,
    STORE_NUMBER,
    Number,
    Readings,
    StoreNumber,
    paging,
)
from onhand.surfaces.operator.problems import CONFLICT, Problem, of_refusal
from onhand.surfaces.operator.reading import read_json
from onhand.surfaces.plumbing.call import Call
from onhand.surfaces.plumbing.operations import Answer, Body, Operation
from onhand.surfaces.plumbing.responses import JsonResponse

TAG = "Stores"
_STORES_MAX = 10_000

_Name = Annotated[str, Meta(min_length=1, max_length=200, description="A name to show, of printable characters.")]


class StoreBody(msgspec.Struct, frozen=True, rename="camel"):
    """A store: its number and its name."""

    store_nbr: StoreNumber
    name: _Name


class StoreName(msgspec.Struct, frozen=True, rename="camel"):
    """What is said of a store whose number is in the path."""

    name: _Name


class StoresBody(msgspec.Struct, frozen=True, rename="camel"):
    """Stores to add, all or none of them."""

    stores: Annotated[list[StoreBody], Meta(min_length=1, max_length=_STORES_MAX)]


class StoresAddedBody(msgspec.Struct, frozen=True, rename="camel"):
    """How many of the stores sent are new, and how many were known by the same name already."""

    added: int
    known: int


class StoresPage(msgspec.Struct, frozen=True, rename="camel", omit_defaults=True):
    """Some stores in the order in which they were added, and where the next ones begin."""

    stores: list[StoreBody]
    next_after: Annotated[int | None, Meta(description="The `after` of the next page; absent on the last.")] = None


_EXAMPLE = StoreBody(45, "Main Street")


class StoreHandlers:
    """Answers about stores."""

    def __init__(self, database: Database, locations: Locations, clock: Clock, body_bytes_max: int) -> None:
        self._database = database
        self._locations = locations
        self._clock = clock
        self._body_bytes_max = body_bytes_max

    async def add(self, call: Call, _: OperatorClient) -> Response | Problem:
        """Add many stores."""
        body = await read_json(Readings(call), StoresBody, self._body_bytes_max)
        if isinstance(body, Problem):
            return body
        added = await self._add([NewStore(store.store_nbr, store.name) for store in body.stores])
        return added if isinstance(added, Problem) else JsonResponse(added)

    async def put(self, call: Call, _: OperatorClient) -> Response | Problem:
        """Add the store of the path."""
        readings = Readings(call)
        number = readings.store_number()
        body = await read_json(readings, StoreName, self._body_bytes_max)
        if isinstance(body, Problem):
            return body
        added = await self._add([NewStore(number, body.name)])
        return added if isinstance(added, Problem) else JsonResponse(StoreBody(number, body.name))

    async def list(self, call: Call, _: OperatorClient) -> Response | Problem:
        """A page of stores."""
        readings = Readings(call)
        after = readings.number("after", 0, 0, AFTER_MAX)
        limit = readings.number("limit", PAGE_ROWS_MAX, 1, PAGE_ROWS_MAX)
        problem = readings.problem(*PAGING)
        if problem:
            return problem
        found = await self._locations.list(STORE, after, limit + 1)
        return JsonResponse(_page(found, limit))

    async def _add(self, stores: Sequence[NewStore]) -> StoresAddedBody | Problem:
        added = await add_stores(self._database, self._clock, stores)
        return of_refusal(added) if isinstance(added, Refusal) else StoresAddedBody(added.added, added.known)


def _page(found: Sequence[Location], limit: int) -> StoresPage:
    shown = found[:limit]
    stores = [StoreBody(int(store.code), store.name) for store in shown]
    return StoresPage(stores, shown[-1].location_id if len(found) > limit else None)


def store_operations(handlers: StoreHandlers, access: Access) -> tuple[Operation, ...]:
    """The operations on stores."""
    return (
        access.operation(
            handlers.add,
            "POST",
            "/stores",
            "addStores",
            "Add stores",
            TAG,
            description="All or none. A store that is known by the same name is left as it is.",
            body=Body(description="The stores.", type=StoresBody, example=StoresBody([_EXAMPLE])),
            answers={
                200: Answer(description="They are known now.", type=StoresAddedBody, example=StoresAddedBody(1, 0))
            },
            problems=(CONFLICT,),
        ),
        access.operation(
            handlers.put,
            "PUT",
            "/stores/{storeNbr}",
            "putStore",
            "Add one store",
            TAG,
            description="A store keeps its name: another name for a known number is a conflict.",
            parameters=(STORE_NUMBER,),
            body=Body(description="Its name.", type=StoreName, example=StoreName(_EXAMPLE.name)),
            answers={200: Answer(description="It is known now.", type=StoreBody, example=_EXAMPLE)},
            problems=(CONFLICT,),
        ),
        access.operation(
            handlers.list,
            "GET",
            "/stores",
            "listStores",
            "List stores",
            TAG,
            parameters=paging(Number),
            answers={200: Answer(description="A page of them.", type=StoresPage, example=StoresPage([_EXAMPLE], 1000))},
        ),
    )
