"""How a store's stock came to be, with who told of each event and when (OP-08)."""

import msgspec
from starlette.responses import Response

from onhand.basics.gtin import format_gtin
from onhand.partners.operators import OperatorClient
from onhand.stock.history import HistoryQuery, history_page
from onhand.stock.locations import Locations
from onhand.stock.streams import Stream
from onhand.stock.vocabulary import AREA_BY_NAME, EVENT_TYPE_BY_NAME, RETAILER_ID, STATE_BY_NAME, codes_matching
from onhand.store.database import Database
from onhand.surfaces.operator.access import Access
from onhand.surfaces.operator.as_of import TAG, AreaName, StateName
from onhand.surfaces.operator.parameters import GTIN, STORE_NUMBER, Readings, unknown_store
from onhand.surfaces.operator.problems import NOT_FOUND, Problem
from onhand.surfaces.operator.walks import (
    ALL,
    WALK_ACCEPTED,
    HistoryRowBody,
    Walk,
    cursor_of,
    query_parameter,
    read_walk,
    row_body,
    walk_parameters,
)
from onhand.surfaces.plumbing.call import Call
from onhand.surfaces.plumbing.operations import Answer, Operation
from onhand.surfaces.plumbing.responses import JsonResponse


class HistoryBody(msgspec.Struct, frozen=True, rename="camel", omit_defaults=True):
    """A page of history, newest first; `cursor` asks for the next page and is absent on the last."""

    store_nbr: int
    gtin: str
    location_area: AreaName
    state: StateName
    history: list[HistoryRowBody]
    cursor: str | None = None


class _Question(msgspec.Struct, frozen=True):
    store_number: int
    item_id: int
    area: str
    walk: Walk


class HistoryHandlers:
    """Reads histories."""

    def __init__(self, database: Database, locations: Locations, cursor_secret: bytes) -> None:
        self._database = database
        self._locations = locations
        self._cursor_secret = cursor_secret

    async def history(self, call: Call, _: OperatorClient) -> Response | Problem:
        """A page of a stream's history."""
        question = self._question(call)
        if isinstance(question, Problem):
            return question
        query = await self._query(question)
        if isinstance(query, Problem):
            return query
        page = await history_page(self._database, query, question.walk.after)
        assert page is not None, "the operator sees every item"
        cursor = cursor_of(call, page.next, self._cursor_secret)
        rows = [row_body(row) for row in page.rows]
        gtin, state = format_gtin(question.item_id), question.walk.state
        return JsonResponse(HistoryBody(question.store_number, gtin, question.area, state, rows, cursor))

    def _question(self, call: Call) -> _Question | Problem:
        readings = Readings(call)
        question = _Question(
            readings.store_number(),
            readings.path_gtin(),
            readings.word("locationArea", AREA_BY_NAME, "STORE"),
            read_walk(call, readings, EVENT_TYPE_BY_NAME, self._cursor_secret),
        )
        return readings.problem("locationArea", *WALK_ACCEPTED) or question

    async def _query(self, question: _Question) -> HistoryQuery | Problem:
        store = await self._locations.store(question.store_number)
        if store is None:
            return unknown_store(question.store_number)
        walk = question.walk
        types = None if walk.event_type == ALL else codes_matching(walk.event_type)
        area, state = AREA_BY_NAME[question.area], STATE_BY_NAME[walk.state]
        stream = Stream(question.item_id, RETAILER_ID, area, state)
        return HistoryQuery(None, store, stream, walk.since, walk.until, types, walk.known_at, walk.rows_max)


_PARAMETERS = (
    STORE_NUMBER,
    GTIN,
    query_parameter("locationArea", "The area; STORE unless said.", AreaName),
    *walk_parameters(EVENT_TYPE_BY_NAME),
)
_EXAMPLE_ROW = HistoryRowBody(
    "SALES", -2, "2026-03-05T11:58:00Z", 12, "till-7-000123", "tills", "2026-03-05T11:58:01.250000Z"
)
_EXAMPLE = HistoryBody(45, "00012345678905", "STORE", "AVAILABLE", [_EXAMPLE_ROW])


def history_operations(handlers: HistoryHandlers, access: Access) -> tuple[Operation, ...]:
    """The operation that reads history."""
    return (
        access.operation(
            handlers.history,
            "GET",
            "/stores/{storeNbr}/items/{gtin}/history",
            "getHistory",
            "How the stock came to be",
            TAG,
            description=(
                "Newest first. Each balance is the older row's plus its own quantity. A walk over the pages shows the "
                "ledger as it was known at the first, whatever arrives meanwhile."
            ),
            parameters=_PARAMETERS,
            answers={200: Answer(description="A page of it.", type=HistoryBody, example=_EXAMPLE)},
            problems=(NOT_FOUND,),
        ),
    )
