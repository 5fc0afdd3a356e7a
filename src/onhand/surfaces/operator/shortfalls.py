"""Where partners declared fewer units than orders held, as the operator reads it (DS-12)."""

from typing import Annotated

import msgspec
from msgspec import Meta
from starlette.responses import Response

from onhand.basics.clock import format_micros
from onhand.basics.gtin import format_gtin
from onhand.basics.quantity import SCALE
from onhand.dropship.shortfalls import AFTER_ALL, Shortfall, ShortfallKey, list_shortfalls
from onhand.partners.operators import OperatorClient
from onhand.stock.locations import Locations
from onhand.store.database import Database
from onhand.surfaces.operator.access import Access
from onhand.surfaces.operator.order_reading import NODE, node_of
from onhand.surfaces.operator.orders import TAG
from onhand.surfaces.operator.parameters import PAGE_ROWS_MAX, Gtin, Readings, Time
from onhand.surfaces.operator.problems import NOT_FOUND, Problem
from onhand.surfaces.plumbing.call import Call
from onhand.surfaces.plumbing.operations import Answer, Operation, Parameter
from onhand.surfaces.plumbing.responses import JsonResponse
from onhand.surfaces.plumbing.sealing import opened, sealed

_ACCEPTED = ("cursor", "limit")
_keys = msgspec.json.Decoder(ShortfallKey)


class ShortfallBody(msgspec.Struct, frozen=True, rename="camel", gc=False):
    """What was declared and what orders held at that moment, and how the item stands now."""

    gtin: Gtin
    declared_at: Time
    declared: int
    reserved: int
    on_hand_now: int
    reserved_now: int
    still_short: Annotated[bool, Meta(description="Whether orders hold more now than there is.")]


class ShortfallsPage(msgspec.Struct, frozen=True, rename="camel", omit_defaults=True):
    """Some shortfalls, the newest first; `cursor` asks for the next page and is absent on the last."""

    shortfalls: list[ShortfallBody]
    cursor: str | None = None


class ShortfallHandlers:
    """Answers about shortfalls."""

    def __init__(self, database: Database, locations: Locations, cursor_secret: bytes) -> None:
        self._database = database
        self._locations = locations
        self._cursor_secret = cursor_secret

    async def list(self, call: Call, _: OperatorClient) -> Response | Problem:
        """A page of shortfalls."""
        readings = Readings(call)
        limit = readings.number("limit", PAGE_ROWS_MAX, 1, PAGE_ROWS_MAX)
        before = self._before(call, readings)
        node = await node_of(readings, self._locations, *_ACCEPTED)
        if isinstance(node, Problem):
            return node
        found = await list_shortfalls(self._database, node, before=before, rows_max=limit + 1)
        shown = found[:limit]
        cursor = self._cursor(call, shown[-1].key) if len(found) > limit else None
        return JsonResponse(ShortfallsPage([_body(shortfall) for shortfall in shown], cursor))

    def _before(self, call: Call, readings: Readings) -> ShortfallKey:
        cursor = call.query_params.get("cursor")
        if not cursor:
            return AFTER_ALL
        try:
            return _keys.decode(opened(cursor, _scope(call), self._cursor_secret) or b"")
        except msgspec.DecodeError:
            readings.refuse("cursor", "This cursor is not one of this list: send it as it was answered.")
            return AFTER_ALL

    def _cursor(self, call: Call, key: ShortfallKey) -> str:
        return sealed(msgspec.json.encode(key), _scope(call), self._cursor_secret)


def _scope(call: Call) -> bytes:
    return b"shortfalls " + call.path.encode()


def _body(shortfall: Shortfall) -> ShortfallBody:
    return ShortfallBody(
        format_gtin(shortfall.item_id),
        format_micros(shortfall.occurred_at),
        shortfall.declared // SCALE,
        shortfall.reserved // SCALE,
        shortfall.on_hand_now // SCALE,
        shortfall.reserved_now // SCALE,
        bool(shortfall.stands),
    )


_EXAMPLE = ShortfallBody("00012345678905", "2026-03-05T12:00:00Z", 3, 5, 3, 4, still_short=True)


def shortfall_operations(handlers: ShortfallHandlers, access: Access) -> tuple[Operation, ...]:
    """The operation that reads shortfalls."""
    return (
        access.operation(
            handlers.list,
            "GET",
            "/ship-nodes/{node}/shortfalls",
            "listShortfalls",
            "Where less was declared than orders hold",
            TAG,
            description="The newest first, each with what is on hand and reserved now: while an item is still short, "
            "some of its orders have to be cancelled.",
            parameters=(
                NODE,
                Parameter(name="cursor", place="query", description="Where the page before ended: its `cursor`."),
                Parameter(
                    name="limit",
                    place="query",
                    description=f"Rows of a page; {PAGE_ROWS_MAX} unless said.",
                    type=Annotated[int, Meta(ge=1, le=PAGE_ROWS_MAX)],
                ),
            ),
            answers={
                200: Answer(description="A page of them.", type=ShortfallsPage, example=ShortfallsPage([_EXAMPLE]))
            },
            problems=(NOT_FOUND,),
        ),
    )
