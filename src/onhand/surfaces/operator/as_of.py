"""What is and was on hand at a store, as of any time and as it was known at any time (OP-08)."""

from typing import Annotated

import msgspec
from msgspec import Meta
from starlette.responses import Response

from onhand.basics.clock import format_micros
from onhand.basics.gtin import format_gtin
from onhand.basics.quantity import as_number
from onhand.partners.operators import OperatorClient
from onhand.stock.locations import Locations
from onhand.stock.onhand import AreaStock, stock_as_of
from onhand.stock.vocabulary import AREA_BY_NAME, STATE_BY_NAME
from onhand.store.database import Database
from onhand.surfaces.operator.access import Access
from onhand.surfaces.operator.parameters import AS_OF, GTIN, KNOWN_AT, STORE_NUMBER, Readings, Time, unknown_store
from onhand.surfaces.operator.problems import NOT_FOUND, Problem
from onhand.surfaces.plumbing.call import Call
from onhand.surfaces.plumbing.operations import Answer, Operation
from onhand.surfaces.plumbing.responses import JsonResponse

TAG = "Ledger"

AreaName = Annotated[str, Meta(extra_json_schema={"enum": list(AREA_BY_NAME)})]
StateName = Annotated[str, Meta(extra_json_schema={"enum": list(STATE_BY_NAME)})]


class StockBody(msgspec.Struct, frozen=True, rename="camel"):
    """The units in one area and state; `lastUpdatedTime` is when the newest event happened."""

    location_area: AreaName
    state: StateName
    quantity: int | float
    last_updated_time: Time


class ItemStockBody(msgspec.Struct, frozen=True, rename="camel", omit_defaults=True):
    """The stock of an item at a store: every area and state of which anything was known."""

    store_nbr: int
    gtin: str
    stock: list[StockBody]
    as_of: Time | None = None
    known_at: Time | None = None


class AsOfHandlers:
    """Reads the stock of a moment."""

    def __init__(self, database: Database, locations: Locations) -> None:
        self._database = database
        self._locations = locations

    async def stock(self, call: Call, _: OperatorClient) -> Response | Problem:
        """What was on hand."""
        readings = Readings(call)
        number, item_id = readings.store_number(), readings.path_gtin()
        as_of, known_at = readings.time("asOf"), readings.time("knownAt")
        problem = readings.problem("asOf", "knownAt")
        if problem:
            return problem
        store = await self._locations.store(number)
        if store is None:
            return unknown_store(number)
        stocks = await stock_as_of(self._database, location=store, item_id=item_id, as_of=as_of, known_at=known_at)
        shown = [stock_body(stock) for stock in stocks]
        return JsonResponse(ItemStockBody(number, format_gtin(item_id), shown, time_text(as_of), time_text(known_at)))


def stock_body(stock: AreaStock) -> StockBody:
    """The stock of an area and state as it is shown."""
    newest = format_micros(stock.newest_occurred_at)
    return StockBody(stock.area.name, stock.state.name, as_number(stock.quantity), newest)


def time_text(moment: int | None) -> str | None:
    """A moment as it is shown, None where there is none."""
    return None if moment is None else format_micros(moment)


_EXAMPLE = ItemStockBody(45, "00012345678905", [StockBody("STORE", "AVAILABLE", 12, "2026-03-05T11:58:00Z")])


def as_of_operations(handlers: AsOfHandlers, access: Access) -> tuple[Operation, ...]:
    """The operation that reads stock."""
    return (
        access.operation(
            handlers.stock,
            "GET",
            "/stores/{storeNbr}/items/{gtin}/stock",
            "getStock",
            "What is on hand, or was",
            TAG,
            description=(
                "`asOf` is a moment of the world and `knownAt` one of the ledger; either may be left out. An item of "
                "which nothing was known at the store has an empty list."
            ),
            parameters=(STORE_NUMBER, GTIN, AS_OF, KNOWN_AT),
            answers={200: Answer(description="The stock.", type=ItemStockBody, example=_EXAMPLE)},
            problems=(NOT_FOUND,),
        ),
    )
