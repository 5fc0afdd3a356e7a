"""What sellers read of their units in fulfilment centres: the inventory log, and what is there (WF-10)."""

import re
from datetime import date, timedelta
from typing import Annotated, Any

from msgspec import Meta
from starlette.responses import Response

from onhand.basics.clock import TIME_MAX, TIME_MIN, day_start
from onhand.basics.gtin import format_gtin
from onhand.fulfilment.inventory import ItemUnits, seller_inventory, seller_inventory_of_sku
from onhand.fulfilment.log import LogQuery, inventory_log
from onhand.fulfilment.vocabulary import COLUMNS
from onhand.stock.locations import CENTRE_ZONE
from onhand.surfaces.gateway.door import Caller, Door
from onhand.surfaces.gateway.errors import (
    CONTENT_NOT_FOUND,
    INVALID_REQUEST_PARAM,
    Fault,
    Refused,
    error_answers,
    refused,
)
from onhand.surfaces.gateway.inventory import SKU
from onhand.surfaces.gateway.inventory_names import ItemName, Query, unknown_item
from onhand.surfaces.gateway.services import GatewayServices
from onhand.surfaces.gateway.wire_fulfilment import (
    INVENTORY_EXAMPLE,
    LOG_EXAMPLE,
    ColumnName,
    FulfilledInventory,
    FulfilledItems,
    InventoryLog,
    ListHeaders,
    fulfilled_item,
    log_row,
)
from onhand.surfaces.plumbing.call import Call
from onhand.surfaces.plumbing.operations import Answer, Operation, Parameter
from onhand.surfaces.plumbing.responses import JsonResponse

LOG_CLASS, INVENTORY_CLASS = "fulfilment_log", "fulfilment_inventory"
TAG = "Fulfilment"
SERVICE = "FULFILLMENT"
LIMIT_DEFAULT, LIMIT_MAX = 10, 300
OFFSET_MAX = 10_000
"""The log is walked from its newest entry, so that what lies far back is asked for by its dates."""

_FIRST_YEAR, _LAST_YEAR = 1970, 9998
_DATE = re.compile(r"\d{4}-\d{2}-\d{2}", re.ASCII)
_WHOLE_DIGITS_MAX = 9


class FulfilmentReading:
    """What answers reads of fulfilment centres."""

    def __init__(self, services: GatewayServices) -> None:
        self._database = services.database

    async def log(self, call: Call, caller: Caller) -> Response | Refused:
        """A page of the log of one item."""
        query = Query(call, [])
        asked = _log_query(query, caller)
        if asked is None or query.faults:
            return Refused(400, tuple(query.faults))
        entries = await inventory_log(self._database, asked)
        if entries is None:
            said = f"“{format_gtin(asked.item_id)}” is no item of yours here: check it, or have the item set up first."
            return refused(404, CONTENT_NOT_FOUND, "gtin", said)
        return JsonResponse(InventoryLog([log_row(entry) for entry in entries]))

    async def inventory(self, call: Call, caller: Caller) -> Response | Refused:
        """What is there of one item or of all."""
        query = Query(call, [])
        sku, limit = query.sku(), _whole(query, "limit", LIMIT_DEFAULT, 1, LIMIT_MAX)
        offset = _whole(query, "offset", 0, 0, 10**_WHOLE_DIGITS_MAX)
        if query.faults:
            return Refused(400, tuple(query.faults))
        if sku is not None:
            return await self._of_sku(caller, sku, limit, offset)
        page = await seller_inventory(self._database, caller.partner_id, offset=offset, limit=limit)
        return _inventory(page.items, ListHeaders(page.total, limit, offset))

    async def _of_sku(self, caller: Caller, sku: str, limit: int, offset: int) -> Response | Refused:
        found = await seller_inventory_of_sku(self._database, caller.partner_id, sku)
        if found is None:
            return Refused(404, (unknown_item(ItemName(sku, None, "sku")),))
        units = (found,) if isinstance(found, ItemUnits) else ()
        return _inventory(units[offset : offset + limit], ListHeaders(len(units), limit, offset))


def _inventory(units: tuple[ItemUnits, ...], headers: ListHeaders) -> Response:
    return JsonResponse(FulfilledInventory(headers, FulfilledItems([fulfilled_item(each) for each in units])))


def _log_query(query: Query, caller: Caller) -> LogQuery | None:
    """What a call asks of the log, None where it names no item; whatever is wrong is noted."""
    faults_before = len(query.faults)
    item_id = query.item_id()
    if item_id is None and len(query.faults) == faults_before:
        query.missing("gtin", "the item's GTIN of 14 digits")
    first, last = _day(query, "startDate"), _day(query, "endDate")
    if first is not None and last is not None and first > last:
        said = "startDate is after endDate: exchange them."
        query.faults.append(Fault(INVALID_REQUEST_PARAM, "startDate", said))
    column = query.text("transactionType")
    if column is not None and column not in COLUMNS:
        said = f"transactionType is “{_shown(column)}”: give one of {', '.join(COLUMNS)}, or leave it out for all."
        query.faults.append(Fault(INVALID_REQUEST_PARAM, "transactionType", said))
    offset = _whole(query, "offset", 0, 0, OFFSET_MAX)
    limit = _whole(query, "limit", LIMIT_DEFAULT, 1, LIMIT_MAX)
    if item_id is None:
        return None
    since = TIME_MIN if first is None else day_start(first, CENTRE_ZONE)
    until = TIME_MAX if last is None else day_start(last + timedelta(days=1), CENTRE_ZONE)
    return LogQuery(caller.partner_id, item_id, since, until, column, offset, limit)


def _day(query: Query, name: str) -> date | None:
    text = query.text(name)
    if text is None:
        return None
    try:
        day = date.fromisoformat(text) if _DATE.fullmatch(text) else None
    except ValueError:
        day = None
    if day is not None and _FIRST_YEAR <= day.year <= _LAST_YEAR:
        return day
    said = f"{name} is “{_shown(text)}”: give a day as 2024-05-31, from {_FIRST_YEAR}-01-01 on."
    query.faults.append(Fault(INVALID_REQUEST_PARAM, name, said))
    return None


def _whole(query: Query, name: str, default: int, least: int, most: int) -> int:
    text = query.text(name)
    if text is None:
        return default
    # As many zeros as anybody likes may come first.
    digits = text.lstrip("0") or text[:1]
    if text.isascii() and text.isdigit() and len(digits) <= len(str(most)) and least <= int(digits) <= most:
        return int(digits)
    said = f"{name} is “{_shown(text)}”: give a whole number from {least} to {most}."
    if name == "offset":
        said += " What lies further back is asked for by its dates." if most == OFFSET_MAX else ""
    query.faults.append(Fault(INVALID_REQUEST_PARAM, name, said))
    return default


def _shown(text: str) -> str:
    return "".join(character if character.isprintable() else "\ufffd" for character in text[:80])


def fulfilment_operations(services: GatewayServices, door: Door) -> tuple[Operation, ...]:
    """The operations that read fulfilment centres."""
    reading = FulfilmentReading(services)
    return (
        door.operation(
            reading.log,
            "GET",
            "/v3/fulfillment/inventory-log",
            "getFulfillmentInventoryLog",
            "Every movement of an item's units in fulfilment centres",
            TAG,
            description=(
                "Newest first, over all centres; those of one moment in an order that stays. Days are Pacific, times "
                "UTC. The entries of a type are those that its column of the reconciliation sums; counts, and what "
                "they set right, are ADJUSTED, and their reason tells which they are."
            ),
            parameters=(_GTIN, _day_parameter("startDate", "first"), _day_parameter("endDate", "last"), _TYPE, *_PAGE),
            throttle_class=LOG_CLASS,
            answers={
                200: Answer(description="A page of the log.", type=InventoryLog, example=LOG_EXAMPLE),
                **error_answers(404),
            },
            **_COMMON,
        ),
        door.operation(
            reading.inventory,
            "GET",
            "/v3/fulfillment/inventory",
            "getFulfillmentInventory",
            "What is in fulfilment centres",
            TAG,
            description=(
                "Items that were ever in a centre, in the order of their GTINs, each with the sum over all centres. A "
                "centre below 0 counts as empty in what is available to sell."
            ),
            parameters=(SKU, _PAGE[0], _whole_parameter("offset", "Items to pass over.", 0, 10**_WHOLE_DIGITS_MAX)),
            throttle_class=INVENTORY_CLASS,
            answers={
                200: Answer(description="A page of items.", type=FulfilledInventory, example=INVENTORY_EXAMPLE),
                **error_answers(404),
            },
            **_COMMON,
        ),
    )


def _day_parameter(name: str, which: str) -> Parameter:
    spoken = Annotated[str, Meta(pattern="^[0-9]{4}-[0-9]{2}-[0-9]{2}$", extra_json_schema={"format": "date"})]
    said = f"The {which} day, Pacific time; no bound unless said."
    return Parameter(name=name, place="query", description=said, type=spoken, example="2024-05-31")


def _whole_parameter(name: str, description: str, least: int, most: int) -> Parameter:
    return Parameter(name=name, place="query", description=description, type=Annotated[int, Meta(ge=least, le=most)])


_COMMON: dict[str, Any] = {"service": SERVICE, "scope": "inventory"}
_GTIN = Parameter(
    name="gtin",
    place="query",
    description="The item's GTIN of 14 digits; one of 8, 12 or 13 is padded with zeros.",
    type=Annotated[str, Meta(pattern="^([0-9]{8}|[0-9]{12,14})$")],
    required=True,
    example="00012345678905",
)
_TYPE = Parameter(
    name="transactionType", place="query", description="Movements of one column of the reconciliation.", type=ColumnName
)
_PAGE = (
    _whole_parameter("limit", f"Rows of a page, {LIMIT_DEFAULT} by default.", 1, LIMIT_MAX),
    _whole_parameter("offset", "Entries to pass over.", 0, OFFSET_MAX),
)
