"""The monthly reconciliation of a seller's units in fulfilment centres, as a CSV file (WF-01 to WF-06)."""

import asyncio
import re
from collections.abc import AsyncIterator, Sequence
from contextlib import suppress
from datetime import date
from typing import Annotated, Any

import msgspec
from msgspec import Meta
from starlette.responses import Response, StreamingResponse

from onhand.basics.refusal import Refusal
from onhand.fulfilment.reconciliation.asking import (
    Fields,
    Wanted,
    not_refreshed,
    wanted_days,
    wanted_item,
    wanted_month,
)
from onhand.fulfilment.reconciliation.calendar import month_of_day
from onhand.fulfilment.reconciliation.reading import (
    FIRST_PLACE,
    HEADER,
    MonthFile,
    Place,
    month_file,
)
from onhand.fulfilment.reconciliation.refreshes import Refresh, shown_refresh
from onhand.surfaces.gateway.door import Caller, Door
from onhand.surfaces.gateway.errors import (
    CONTENT_NOT_FOUND,
    INVALID_REQUEST_PARAM,
    Fault,
    Refused,
    error_answers,
    refused,
)
from onhand.surfaces.gateway.forms import JSON, accepted_form
from onhand.surfaces.gateway.inventory_names import Query
from onhand.surfaces.gateway.services import GatewayServices
from onhand.surfaces.plumbing.call import Call
from onhand.surfaces.plumbing.operations import Answer, Operation, Parameter

RECONCILIATION_CLASS = "reconciliation"
CSV = "text/csv"
OCTETS = "application/octet-stream"

_PATHS = {
    "/v3/report/wfs/inventory-reconciliation-report": "getInventoryReconciliation",
    "/v3/report/wfs/InventoryReconciliationReport": "getInventoryReconciliationReport",
    "/v3/report/wfs/inventoryReconciliationReport": "getInventoryReconciliationByMonth",
}
# A client that accepts JSON is answered with the file as well: the document's own sample asks so.
_ACCEPTS = (OCTETS, CSV, JSON)
_FIELDS = Fields("startDate", "endDate")
_MONTH = re.compile(r"(0[1-9]|1[0-2])-([0-9]{4})")
_DATE = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")
_SHOWN = 40


class _Span(msgspec.Struct, frozen=True):
    """What a query asks for: a month, or a first and a last day; `item_id` where it names one item."""

    month: int | None
    start: date | None
    end: date | None
    item_id: int | None


class ReconciliationReading:
    """What answers the operations."""

    def __init__(self, services: GatewayServices) -> None:
        self._database = services.database
        self._clock = services.clock

    async def file(self, call: Call, caller: Caller) -> Response | Refused:
        """The file of a month."""
        query = Query(call, [])
        span = _read_span(query)
        shown = await shown_refresh(self._database)
        if shown is None:
            return Refused(400, tuple(query.faults)) if query.faults else _nothing_refreshed(self._clock())
        wanted = _wanted(span, shown, query.faults)
        if wanted is None or query.faults:
            return Refused(400, tuple(query.faults))
        file = await month_file(self._database, caller.partner_id, wanted, shown)
        if wanted.item_id is not None and not await file.has_item(self._database):
            return _no_such_item()
        return await self._streamed(call, file)

    async def _streamed(self, call: Call, file: MonthFile) -> Response:
        # The first piece is read before anything is answered: a database that is away is told as such.
        first, place = await file.piece(self._database, FIRST_PLACE)
        chosen = accepted_form(call.header_bytes.get(b"accept"), _ACCEPTS)
        # A server leaves out the body of an answer to HEAD: the rest of it need not be read.
        left = None if call.scope["method"] == "HEAD" else place
        return StreamingResponse(
            self._pieces(file, first, left),
            media_type=f"{CSV}; charset=utf-8" if chosen == CSV else OCTETS,
            headers={"content-disposition": f"attachment; filename={file.name}"},
        )

    async def _pieces(self, file: MonthFile, first: bytes, place: Place | None) -> AsyncIterator[bytes]:
        yield HEADER + first
        while place is not None:
            # An embedded database is read on the event loop: others have their turn between two pieces.
            await asyncio.sleep(0)
            piece, place = await file.piece(self._database, place)
            yield piece


def month_asked(call: Call, caller: Caller) -> str:
    """Whose limit a call counts against: the seller's, and the month's (WF-06)."""
    span = _read_span(Query(call, []))
    month = month_of_day(span.start) if span.start else span.month
    return f"{caller.partner_id} {month}"


def _read_span(query: Query) -> _Span:
    """What a query asks for; everything that is wrong with it joins its faults."""
    month, start, end = (query.text(name) for name in ("monthYear", "startDate", "endDate"))
    item_id = query.item_id()
    if month is not None and (start is not None or end is not None):
        other = "startDate" if start is not None else "endDate"
        said = f"monthYear and {other} are both given: give either monthYear, or startDate and endDate."
        query.faults.append(Fault(INVALID_REQUEST_PARAM, "monthYear", said))
    elif month is None:
        for name, value in (("startDate", start), ("endDate", end)):
            if value is None:
                what = "first" if name == "startDate" else "last"
                query.missing(name, f"the {what} day of a month as YYYY-MM-DD, or the month alone in monthYear=mm-YYYY")
    return _Span(_month(query, month), _date(query, "startDate", start), _date(query, "endDate", end), item_id)


def _month(query: Query, text: str | None) -> int | None:
    if text is None:
        return None
    match = _MONTH.fullmatch(text)
    if match is None:
        said = f"monthYear is “{text[:_SHOWN]}”: give the month as mm-YYYY, such as 05-2024."
        query.faults.append(Fault(INVALID_REQUEST_PARAM, "monthYear", said))
        return None
    return int(match[2]) * 12 + int(match[1]) - 1


def _date(query: Query, name: str, text: str | None) -> date | None:
    if text is None:
        return None
    if _DATE.fullmatch(text):
        with suppress(ValueError):
            return date.fromisoformat(text)
    said = f"{name} is “{text[:_SHOWN]}”: give a day of the calendar as YYYY-MM-DD, such as 2024-05-01."
    query.faults.append(Fault(INVALID_REQUEST_PARAM, name, said))
    return None


def _wanted(span: _Span, shown: Refresh, faults: list[Fault]) -> Wanted | None:
    """What is asked for, as far as it can be told; what is wrong with it joins `faults`."""
    wanted: Wanted | Sequence[Refusal]
    if span.start is not None and span.end is not None:
        wanted = wanted_days(span.start, span.end, shown, _FIELDS)
    elif span.month is not None:
        wanted = wanted_month(span.month, shown, "monthYear")
    else:
        return None
    if isinstance(wanted, Wanted) and span.item_id is not None:
        wanted = wanted_item(wanted, span.item_id, shown, "gtin")
    if isinstance(wanted, Wanted):
        return wanted
    faults += [Fault(INVALID_REQUEST_PARAM, refusal.field, refusal.message) for refusal in wanted]
    return None


def _nothing_refreshed(now: int) -> Refused:
    refusal = not_refreshed(now)
    return refused(404, CONTENT_NOT_FOUND, refusal.field, refusal.message)


def _no_such_item() -> Refused:
    said = (
        "No fulfilment centre has had units of yours of this GTIN up to the last refresh. "
        "Check its digits, or leave gtin out for all of your items."
    )
    return refused(404, CONTENT_NOT_FOUND, "gtin", said)


def reconciliation_operations(services: GatewayServices, door: Door) -> tuple[Operation, ...]:
    """The operation, on each of its three paths."""
    reading = ReconciliationReading(services)
    return tuple(_operation(reading, door, path, name) for path, name in _PATHS.items())


def _operation(reading: ReconciliationReading, door: Door, path: str, operation_id: str) -> Operation:
    return door.operation(
        reading.file,
        "GET",
        path,
        operation_id,
        "A month's reconciliation of units in fulfilment centres",
        "Reconciliation",
        service="REPORT",
        scope="reports",
        throttle_class=RECONCILIATION_CLASS,
        limit_name=RECONCILIATION_CLASS,
        limited=month_asked,
        counted="answers",
        accepts=_ACCEPTS,
        description=(
            "Give `startDate` and `endDate`, the first and the last day of a month, or `monthYear`. Of the current "
            "month any day up to the last refreshed one may be the last. One row for each SKU and centre; rows that "
            "are all zeros are left out. Refreshed at 07:00 Pacific time; between two refreshes no byte changes. "
            "This and its other spellings are one operation: each month may be retrieved once an hour. What is "
            "refused counts for nothing."
        ),
        parameters=_PARAMETERS,
        answers={
            200: Answer(
                description="The CSV file.",
                type=str,
                media_type=OCTETS,
                other_media_types=(CSV,),
                headers={"Content-Disposition": "The file's name, with the time at which its figures were made."},
                example=_EXAMPLE,
            ),
            **error_answers(404),
        },
    )


_Day = Annotated[str, Meta(pattern="^[0-9]{4}-[0-9]{2}-[0-9]{2}$")]
_PARAMETERS = (
    Parameter(
        name="startDate",
        place="query",
        description="The first day of a month, from 2022-01-01 on.",
        type=_Day,
        example="2024-05-01",
    ),
    Parameter(
        name="endDate",
        place="query",
        description="The last day of that month; of the current month any day up to the last refreshed one.",
        type=_Day,
        example="2024-05-31",
    ),
    Parameter(
        name="monthYear",
        place="query",
        description="A month, in place of the two days; of the current one the days that are known.",
        type=Annotated[str, Meta(pattern="^(0[1-9]|1[0-2])-[0-9]{4}$")],
        example="05-2024",
    ),
    Parameter(
        name="gtin",
        place="query",
        description="Only the item of this GTIN of 14 digits; for the current month. One of 8, 12 or 13 is padded.",
        type=Annotated[str, Meta(pattern="^([0-9]{8}|[0-9]{12,14})$")],
        example="00012345678905",
    ),
)
_EXAMPLE: Any = (
    HEADER.decode() + "2024-05-01,2024-05-31,00012345678905,,OAT-1,Oat drink,Newark 1,12,40,-17,1,-1,0,0,0,-5,0,30\r\n"
)
