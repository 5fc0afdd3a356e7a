"""The reconciliation report at the gateway: which there are, and each as CSV, ZIP or JSON (RC-01 to RC-07)."""

from datetime import date

from starlette.responses import Response, StreamingResponse

from onhand.basics.clock import to_datetime
from onhand.reports.zipped import zipped
from onhand.settlement.calendar import format_report_date, parse_report_date
from onhand.settlement.legacy import legacy_csv
from onhand.settlement.paging import rows_at
from onhand.settlement.publishing import published_statement
from onhand.settlement.reading import published_days
from onhand.settlement.statement import Statement
from onhand.surfaces.gateway.door import Caller, Door
from onhand.surfaces.gateway.errors import (
    CONTENT_NOT_FOUND,
    FORBIDDEN,
    INVALID_REPORT_VERSION,
    INVALID_REQUEST_PARAM,
    Fault,
    Refused,
    refused,
)
from onhand.surfaces.gateway.forms import chosen_form
from onhand.surfaces.gateway.inventory_names import Query
from onhand.surfaces.gateway.parts import file_answer
from onhand.surfaces.gateway.services import GatewayServices
from onhand.surfaces.gateway.settlement_operations import (
    CSV,
    LIMIT_DEFAULT,
    LIMIT_MAX,
    OCTET_STREAM,
    RECORDS_DEFAULT,
    V1,
    ReconHandlers,
    operations_over,
)
from onhand.surfaces.gateway.wire_settlement import AvailableReports, recon_page, recon_records
from onhand.surfaces.plumbing.call import Call
from onhand.surfaces.plumbing.operations import Operation
from onhand.surfaces.plumbing.ranges import bytes_within
from onhand.surfaces.plumbing.responses import JsonResponse

_SHOWN = 80
_NUMBER_MAX = 1_000_000_000


class ReconReading:
    """Answers about the caller's own reports."""

    def __init__(self, services: GatewayServices) -> None:
        self._database = services.database
        self._clock = services.clock
        self._octet_stream_is_csv = services.octet_stream_is_csv

    async def available(self, call: Call, caller: Caller) -> Response | Refused:
        """The dates of the caller's reports; the legacy ones are those of the same periods."""
        query = Query(call, [])
        problem = _refused_caller(query, caller) or _refused_version(query)
        if problem:
            return problem
        if query.faults:
            return Refused(400, tuple(query.faults))
        days = await published_days(self._database, caller.partner_id, self._clock())
        return JsonResponse(AvailableReports([format_report_date(day) for day in days]))

    async def file(self, call: Call, caller: Caller) -> Response | Refused:
        """A report as a file, written while it is sent."""
        query = Query(call, [])
        statement = await self._statement(query, caller)
        if isinstance(statement, Refused):
            return statement
        is_v1 = query.text("reportVersion") is not None
        as_csv = chosen_form(call) != OCTET_STREAM or self._octet_stream_is_csv
        if is_v1 and as_csv:
            return await self._v1_csv(call, caller, statement)
        content = statement.csv(self._database) if is_v1 else legacy_csv(statement, self._database)
        if as_csv:
            return StreamingResponse(
                content, media_type=_csv_type(call), headers=_attachment(_named(caller, statement, "csv"))
            )
        moment = statement.period.published_at or 0
        archive = zipped(_named(caller, statement, "csv"), moment, content)
        headers = _attachment(_named(caller, statement, "zip"))
        return StreamingResponse(archive, media_type=OCTET_STREAM, headers=headers)

    async def _v1_csv(self, call: Call, caller: Caller, statement: Statement) -> Response | Refused:
        """The v1 file, of which size and digest are kept, so that a part of it can be asked for."""
        media_type = _csv_type(call)
        own = {
            "content-type": f"{media_type}; charset=utf-8" if media_type == CSV else media_type,
            **_attachment(_named(caller, statement, "csv")),
            "etag": f'"{statement.period.v1_digest}"',
        }
        headers = [(name.lower().encode("ascii"), value.encode("ascii")) for name, value in own.items()]
        return await file_answer(
            call,
            statement.period.v1_bytes or 0,
            headers,
            lambda span: bytes_within(statement.csv(self._database), span),
        )

    async def page(self, call: Call, caller: Caller) -> Response | Refused:
        """A page of a report's rows, with the document's names."""
        query = Query(call, [])
        limit = _number(query, "limit", LIMIT_DEFAULT, 1, LIMIT_MAX)
        page = _number(query, "pageNo", 1, 1, _NUMBER_MAX)
        statement = await self._statement(query, caller)
        if isinstance(statement, Refused):
            return statement
        rows = await rows_at(self._database, statement, (page - 1) * limit, limit, document_words=True)
        size = statement.period.v1_bytes or 0
        return JsonResponse(recon_page(rows, total=statement.period.rows, page=page, limit=limit, file_size=size))

    async def records(self, call: Call, caller: Caller) -> Response | Refused:
        """Some of a report's rows, with the names of the CSV's columns."""
        query = Query(call, [])
        offset = _number(query, "offset", 0, 0, _NUMBER_MAX)
        rows_max = _number(query, "noOfRecords", RECORDS_DEFAULT, 1, LIMIT_MAX)
        statement = await self._statement(query, caller)
        if isinstance(statement, Refused):
            return statement
        words = statement.form.document_words
        rows = await rows_at(self._database, statement, offset, rows_max, document_words=words)
        return JsonResponse(recon_records(rows, total=statement.period.rows, offset=offset))

    async def _statement(self, query: Query, caller: Caller) -> Statement | Refused:
        """The published report that a query names, or what is wrong with that."""
        day = _report_date(query)
        problem = _refused_caller(query, caller) or _refused_version(query)
        if problem:
            return problem
        if query.faults or day is None:
            return Refused(400, tuple(query.faults))
        statement = await published_statement(self._database, caller.partner_id, day, self._clock())
        if statement is None:
            return _unknown(day, await published_days(self._database, caller.partner_id, self._clock()))
        return statement


def recon_operations(services: GatewayServices, door: Door) -> tuple[Operation, ...]:
    """The operations of the reconciliation report."""
    reading = ReconReading(services)
    return operations_over(ReconHandlers(reading.available, reading.file, reading.page, reading.records), door)


def _report_date(query: Query) -> date | None:
    sent = query.text("reportDate")
    if sent is None:
        query.missing("reportDate", "a report date, YYYYMMDD or MMDDYYYY, that availableReconFiles lists")
        return None
    day = parse_report_date(sent)
    if day is None:
        said = f"reportDate is “{sent[:_SHOWN]}”: write it YYYYMMDD or MMDDYYYY, as availableReconFiles lists it."
        query.faults.append(Fault(INVALID_REQUEST_PARAM, "reportDate", said))
    return day


def _refused_caller(query: Query, caller: Caller) -> Refused | None:
    """What is said where partnerId is not the caller's: 403, or 400 for the `?` of a sample of the document (RC-02)."""
    sent = query.text("partnerId")
    if sent is None or sent == caller.partner_code or query.is_ambiguous("partnerId"):
        return None
    if "?" in sent:
        said = f"partnerId is “{sent[:_SHOWN]}”: between two parameters stands &, not ?, as in partnerId=…&reportDate=…"
        return refused(400, INVALID_REQUEST_PARAM, "partnerId", said)
    said = f"This token is partner {caller.partner_code}'s: leave partnerId out, or give that one."
    return Refused(403, (Fault(FORBIDDEN, "partnerId", said),))


def _refused_version(query: Query) -> Refused | None:
    sent = query.text("reportVersion")
    if sent is None or sent == V1 or query.is_ambiguous("reportVersion"):
        return None
    said = f"reportVersion is “{sent[:_SHOWN]}”: give v1, or leave it out for the legacy report."
    return refused(404, INVALID_REPORT_VERSION, "reportVersion", said)


def _unknown(day: date, published: list[date]) -> Refused:
    """404, with the published dates next to the one that was asked for."""
    earlier = next((each for each in published if each < day), None)
    later = next((each for each in reversed(published) if each > day), None)
    near = " and ".join(format_report_date(each) for each in (earlier, later) if each is not None)
    hint = f"The nearest that there are: {near}." if near else "None is published yet."
    said = f"There is no report of {format_report_date(day)}. {hint}"
    return refused(404, CONTENT_NOT_FOUND, "reportDate", said)


def _number(query: Query, name: str, default: int, minimum: int, maximum: int) -> int:
    sent = query.text(name)
    if sent is None:
        return default
    # The length is looked at first: reading a number of a million digits takes a while.
    readable = sent.isascii() and sent.isdigit() and len(sent) <= len(str(_NUMBER_MAX))
    if readable and minimum <= int(sent) <= maximum:
        return int(sent)
    said = f"{name} is “{sent[:_SHOWN]}”: give a whole number from {minimum} to {maximum}, or none for {default}."
    query.faults.append(Fault(INVALID_REQUEST_PARAM, name, said))
    return default


def _named(caller: Caller, statement: Statement, ending: str) -> str:
    """The name of a file: the partner and the moment at which its report was published."""
    published = to_datetime(statement.period.published_at or 0)
    return f"{caller.partner_code}_{published:%Y%m%d%H%M%S}.{ending}"


def _csv_type(call: Call) -> str:
    return CSV if chosen_form(call) != OCTET_STREAM else OCTET_STREAM


def _attachment(name: str) -> dict[str, str]:
    # A partner's code may hold what a header may not.
    plain = "".join(c if c.isascii() and (c.isalnum() or c in "._-") else "_" for c in name)
    return {"Content-Disposition": f"attachment; filename={plain}"}
