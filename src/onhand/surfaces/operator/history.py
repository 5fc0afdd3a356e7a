"""How a stream's stock came to be, with who told of each event and when (OP-08)."""

from typing import Annotated

import msgspec
from msgspec import Meta
from starlette.responses import Response

from onhand.basics.clock import format_micros
from onhand.basics.gtin import format_gtin
from onhand.basics.quantity import as_number
from onhand.partners.operators import OperatorClient
from onhand.stock.history import HistoryQuery, HistoryRow, Position, history_page
from onhand.stock.locations import Locations
from onhand.stock.streams import Stream
from onhand.stock.vocabulary import AREA_BY_NAME, EVENT_TYPE_BY_NAME, RETAILER_ID, STATE_BY_NAME, codes_matching
from onhand.store.database import Database
from onhand.surfaces.operator.access import Access
from onhand.surfaces.operator.as_of import TAG, AreaName, StateName
from onhand.surfaces.operator.parameters import GTIN, KNOWN_AT, STORE_NUMBER, Readings, Time, unknown_store
from onhand.surfaces.operator.problems import NOT_FOUND, Problem
from onhand.surfaces.plumbing.call import Call
from onhand.surfaces.plumbing.operations import Answer, Operation, Parameter
from onhand.surfaces.plumbing.responses import JsonResponse
from onhand.surfaces.plumbing.sealing import opened, sealed

_ALL = "ALL"
_ROWS_DEFAULT = 100
_ROWS_MAX = 1_000
# What may change from page to page without making it another walk.
_NOT_OF_THE_WALK = ("cursor", "limit")
_ACCEPTED = ("locationArea", "state", "startTime", "endTime", "eventType", "knownAt", "cursor", "limit")
_positions = msgspec.json.Decoder(Position)

_EventTypeName = Annotated[str, Meta(extra_json_schema={"enum": [_ALL, *EVENT_TYPE_BY_NAME]})]


class HistoryRowBody(msgspec.Struct, frozen=True, rename="camel", gc=False):
    """One row with the balance after it, its event, who told of that, and when the ledger learned of it."""

    event_type: str
    quantity: int | float
    occurred_at: Time
    balance: int | float
    event_id: str
    source: str
    recorded_at: Time


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
    state: str
    since: int | None
    until: int | None
    event_type: str
    known_at: int | None
    rows_max: int
    after: Position | None


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
        page = await history_page(self._database, query, question.after)
        assert page is not None, "the operator sees every item"
        cursor = self._cursor(call, page.next) if page.next else None
        rows = [_row_body(row) for row in page.rows]
        gtin = format_gtin(question.item_id)
        return JsonResponse(HistoryBody(question.store_number, gtin, question.area, question.state, rows, cursor))

    def _question(self, call: Call) -> _Question | Problem:
        readings = Readings(call)
        question = _Question(
            readings.store_number(),
            readings.path_gtin(),
            readings.word("locationArea", AREA_BY_NAME, "STORE"),
            readings.word("state", STATE_BY_NAME, "AVAILABLE"),
            readings.time("startTime"),
            readings.time("endTime"),
            readings.word("eventType", (_ALL, *EVENT_TYPE_BY_NAME), _ALL),
            readings.time("knownAt"),
            readings.number("limit", _ROWS_DEFAULT, 1, _ROWS_MAX),
            self._position(call, readings),
        )
        if question.since is not None and question.until is not None and question.since > question.until:
            readings.refuse("startTime", "startTime is after endTime: exchange them.")
        return readings.problem(*_ACCEPTED) or question

    async def _query(self, question: _Question) -> HistoryQuery | Problem:
        store = await self._locations.store(question.store_number)
        if store is None:
            return unknown_store(question.store_number)
        types = None if question.event_type == _ALL else codes_matching(question.event_type)
        area, state = AREA_BY_NAME[question.area], STATE_BY_NAME[question.state]
        stream = Stream(question.item_id, RETAILER_ID, area, state)
        return HistoryQuery(
            None, store, stream, question.since, question.until, types, question.known_at, question.rows_max
        )

    def _position(self, call: Call, readings: Readings) -> Position | None:
        cursor = call.query_params.get("cursor")
        if not cursor:
            return None
        content = opened(cursor, _scope(call), self._cursor_secret)
        try:
            return _positions.decode(content or b"")
        except msgspec.DecodeError:
            message = "This cursor is not one of this walk: send it as it was answered, with the same path and filters."
            readings.refuse("cursor", message)
            return None

    def _cursor(self, call: Call, position: Position) -> str:
        return sealed(msgspec.json.encode(position), _scope(call), self._cursor_secret)


def _scope(call: Call) -> bytes:
    filters = sorted(pair for pair in call.query_params.multi_items() if pair[0] not in _NOT_OF_THE_WALK)
    return msgspec.json.encode([call.path, filters])


def _row_body(row: HistoryRow) -> HistoryRowBody:
    return HistoryRowBody(
        row.event_type,
        as_number(row.quantity),
        format_micros(row.occurred_at),
        as_number(row.balance),
        row.event_id,
        row.source,
        format_micros(row.recorded_at),
    )


def _query_parameter(name: str, description: str, spoken: object = str) -> Parameter:
    return Parameter(name=name, place="query", description=description, type=spoken)


_PARAMETERS = (
    STORE_NUMBER,
    GTIN,
    _query_parameter("locationArea", "The area; STORE unless said.", AreaName),
    _query_parameter("state", "The state; AVAILABLE unless said.", StateName),
    _query_parameter("startTime", "From this moment on, it included.", Time),
    _query_parameter("endTime", "Before this moment.", Time),
    _query_parameter("eventType", "Events of this type; LP matches SALES and RETURNS too.", _EventTypeName),
    KNOWN_AT,
    _query_parameter("cursor", "Where the page before ended: its `cursor`."),
    _query_parameter(
        "limit", f"Rows of a page; {_ROWS_DEFAULT} unless said.", Annotated[int, Meta(ge=1, le=_ROWS_MAX)]
    ),
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
