"""What a seller's units in a fulfilment centre are and were, and how they came to be (OP-08)."""

import msgspec
from starlette.responses import Response

from onhand.basics.gtin import format_gtin
from onhand.partners.onboarding import Partner, partner_by_code
from onhand.partners.operators import OperatorClient
from onhand.stock.history import HistoryQuery, history_page
from onhand.stock.known import SELLER
from onhand.stock.locations import FULFILMENT_CENTRE, Location, Locations
from onhand.stock.onhand import stock_as_of
from onhand.stock.streams import Stream
from onhand.stock.vocabulary import CENTRE_EVENT_TYPE_BY_NAME, STATE_BY_NAME, Area
from onhand.store.database import Database
from onhand.surfaces.operator.access import Access
from onhand.surfaces.operator.as_of import StateName, StockBody, stock_body, time_text
from onhand.surfaces.operator.centres import CENTRE, TAG
from onhand.surfaces.operator.parameters import AS_OF, GTIN, KNOWN_AT, Readings, Time
from onhand.surfaces.operator.partners import Code
from onhand.surfaces.operator.problems import NOT_FOUND, Problem
from onhand.surfaces.operator.walks import (
    ALL,
    WALK_ACCEPTED,
    HistoryRowBody,
    Walk,
    cursor_of,
    read_walk,
    row_body,
    walk_parameters,
)
from onhand.surfaces.plumbing.call import Call
from onhand.surfaces.plumbing.operations import Answer, Operation, Parameter
from onhand.surfaces.plumbing.responses import JsonResponse


class CentreStockBody(msgspec.Struct, frozen=True, rename="camel", omit_defaults=True):
    """A seller's units of an item at a centre: those there, and those that it sent to other centres (IN_TRANSIT)."""

    node: str
    partner_id: str
    gtin: str
    stock: list[StockBody]
    as_of: Time | None = None
    known_at: Time | None = None


class CentreHistoryBody(msgspec.Struct, frozen=True, rename="camel", omit_defaults=True):
    """A page of history, newest first; `cursor` asks for the next page and is absent on the last."""

    node: str
    partner_id: str
    gtin: str
    state: StateName
    history: list[HistoryRowBody]
    cursor: str | None = None


class CentreReadingHandlers:
    """Reads a seller's streams at centres."""

    def __init__(self, database: Database, locations: Locations, cursor_secret: bytes) -> None:
        self._database = database
        self._locations = locations
        self._cursor_secret = cursor_secret

    async def stock(self, call: Call, _: OperatorClient) -> Response | Problem:
        """What was there."""
        readings = Readings(call)
        item_id, as_of, known_at = readings.path_gtin(), readings.time("asOf"), readings.time("knownAt")
        found = await self._found(readings, "asOf", "knownAt")
        if isinstance(found, Problem):
            return found
        centre, seller = found
        owner_id = seller.partner_id
        stocks = await stock_as_of(
            self._database, location=centre, item_id=item_id, owner_id=owner_id, as_of=as_of, known_at=known_at
        )
        shown = [stock_body(stock) for stock in stocks]
        gtin = format_gtin(item_id)
        return JsonResponse(
            CentreStockBody(centre.code, seller.code, gtin, shown, time_text(as_of), time_text(known_at))
        )

    async def history(self, call: Call, _: OperatorClient) -> Response | Problem:
        """A page of a stream's history."""
        readings = Readings(call)
        item_id = readings.path_gtin()
        walk = read_walk(call, readings, CENTRE_EVENT_TYPE_BY_NAME, self._cursor_secret)
        found = await self._found(readings, *WALK_ACCEPTED)
        if isinstance(found, Problem):
            return found
        centre, seller = found
        page = await history_page(self._database, _query(centre, seller, item_id, walk), walk.after)
        assert page is not None, "the operator sees every item"
        rows = [row_body(row) for row in page.rows]
        cursor = cursor_of(call, page.next, self._cursor_secret)
        return JsonResponse(CentreHistoryBody(centre.code, seller.code, format_gtin(item_id), walk.state, rows, cursor))

    async def _found(self, readings: Readings, *accepted: str) -> tuple[Location, Partner] | Problem:
        """The centre and the seller of the path, where everything else in the call could be read too."""
        node, code = readings.path_key("node"), readings.path_key("code")
        problem = readings.problem(*accepted)
        if problem:
            return problem
        centre = await self._locations.find(FULFILMENT_CENTRE, node)
        if centre is None:
            return Problem(NOT_FOUND, f"The fulfilment centre {node} is not known: add it first, or mend the code.")
        seller = await partner_by_code(self._database, code)
        if seller is None or seller.kind != SELLER:
            return Problem(NOT_FOUND, f"There is no seller {code}: add it first, or mend the code.")
        return centre, seller


def _query(centre: Location, seller: Partner, item_id: int, walk: Walk) -> HistoryQuery:
    types = None if walk.event_type == ALL else frozenset({CENTRE_EVENT_TYPE_BY_NAME[walk.event_type].code})
    stream = Stream(item_id, seller.partner_id, Area.STORE, STATE_BY_NAME[walk.state])
    return HistoryQuery(None, centre, stream, walk.since, walk.until, types, walk.known_at, walk.rows_max)


_SELLER = Parameter(name="code", place="path", description="The seller's code.", type=Code, example="10000000001")
_PATH = "/fulfilment-centres/{node}/sellers/{code}/items/{gtin}"
_STOCK = CentreStockBody(
    "LAX1", "10000000001", "00012345678905", [StockBody("STORE", "AVAILABLE", 12, "2026-03-05T11:58:00Z")]
)
_ROW = HistoryRowBody("SOLD", -2, "2026-03-05T11:58:00Z", 12, "wms-000123", "wms", "2026-03-05T11:58:01.250000Z")
_HISTORY = CentreHistoryBody("LAX1", "10000000001", "00012345678905", "AVAILABLE", [_ROW])


def centre_reading_operations(handlers: CentreReadingHandlers, access: Access) -> tuple[Operation, ...]:
    """The operations that read a seller's streams."""
    return (
        access.operation(
            handlers.stock,
            "GET",
            f"{_PATH}/stock",
            "getCentreStock",
            "What a seller has in a fulfilment centre, or had",
            TAG,
            description="`asOf` is a moment of the world and `knownAt` one of the ledger; either may be left out.",
            parameters=(CENTRE, _SELLER, GTIN, AS_OF, KNOWN_AT),
            answers={200: Answer(description="The stock.", type=CentreStockBody, example=_STOCK)},
            problems=(NOT_FOUND,),
        ),
        access.operation(
            handlers.history,
            "GET",
            f"{_PATH}/history",
            "getCentreHistory",
            "How a seller's units in a fulfilment centre came to be",
            TAG,
            description=(
                "Newest first. Each balance is the older row's plus its own quantity. The state IN_TRANSIT shows what "
                "the centre sent to others."
            ),
            parameters=(CENTRE, _SELLER, GTIN, *walk_parameters(CENTRE_EVENT_TYPE_BY_NAME)),
            answers={200: Answer(description="A page of it.", type=CentreHistoryBody, example=_HISTORY)},
            problems=(NOT_FOUND,),
        ),
    )
