"""Reports at the gateway: asking for them, what became of each, and the links to their files (DS-23 to DS-25)."""

import logging
from collections.abc import Sequence

from starlette.responses import Response

from onhand.basics.clock import TIME_MAX
from onhand.basics.refusal import Refusal
from onhand.fulfilment.reconciliation.asking import NOT_REFRESHED
from onhand.reports.links import Link
from onhand.reports.requests import READY, ReportRequest, request_id_of, take_request
from onhand.store.database import Session
from onhand.store.objects import StorageUnavailable
from onhand.surfaces.gateway.door import Caller, Door
from onhand.surfaces.gateway.downloads import download_link, storage_unavailable_response
from onhand.surfaces.gateway.errors import (
    CONTENT_NOT_FOUND,
    INVALID_REQUEST_CONTENT,
    INVALID_REQUEST_PARAM,
    Fault,
    Refused,
    refused,
)
from onhand.surfaces.gateway.forms import respond
from onhand.surfaces.gateway.inventory_names import Query
from onhand.surfaces.gateway.once import answer_to_repeat, key_faults, write_once
from onhand.surfaces.gateway.report_operations import ReportHandlers, operations_over
from onhand.surfaces.gateway.report_parameters import (
    AskedReport,
    cursor_after,
    known_type,
    read_asked,
    read_page,
    whole_query,
)
from onhand.surfaces.gateway.services import GatewayServices
from onhand.surfaces.gateway.update_bodies import read_content
from onhand.surfaces.gateway.wire_reports import ReportList, report_answer, report_download
from onhand.surfaces.plumbing.call import Call
from onhand.surfaces.plumbing.operations import Operation

_CODES = {NOT_REFRESHED: CONTENT_NOT_FOUND}
_ROOT, _LIST_ROOT = "reportRequest", "reportRequests"

logger = logging.getLogger(__name__)


class Reports:
    """Answers what is asked about reports."""

    def __init__(self, services: GatewayServices) -> None:
        self._services = services
        self._kinds = services.report_kinds
        self._requests = services.report_requests

    def limited(self, call: Call, caller: Caller) -> str:
        """A limit for each client and kind of report: what is asked for under no known name shares one (GW-16)."""
        return f"{caller.client_id} {known_type(call, caller, self._kinds)}"

    async def repeated(self, call: Call, caller: Caller) -> Response | None:
        """The first answer to a request that is made again under its key."""
        return await answer_to_repeat(self._services, call, caller, self._body)

    async def _body(self, call: Call) -> bytes:
        return await call.read_body(self._services.body_bytes_max)

    async def submit(self, call: Call, caller: Caller) -> Response | Refused:
        """Take a request: it is stored, and the report built afterwards."""
        query = Query(call, [])
        asked, faults = read_asked(query, caller, self._kinds), query.faults
        faults += key_faults(call)
        body = await self._body(call)
        terms = await self._terms(call, caller, asked, body, faults)
        if asked is None or terms is None or faults:
            return _refused(faults)
        answer = await write_once(
            self._services, call, caller, body, lambda session: self._take(session, call, caller, asked, terms)
        )
        self._services.wake_worker()
        return answer

    async def _terms(
        self, call: Call, caller: Caller, asked: AskedReport | None, body: bytes, faults: list[Fault]
    ) -> str | None:
        """What a request's body says, as its kind keeps it; what is wrong with it joins `faults`."""
        content = read_content(call, body, faults) if body.strip() else {}
        if asked is None or content is None:
            return None
        read = await asked.kind.read_terms(self._services.database, caller.partner_id, content, self._services.clock())
        if isinstance(read, str):
            return read
        faults += _faults(read)
        return None

    async def _take(
        self, session: Session, call: Call, caller: Caller, asked: AskedReport, terms: str
    ) -> Response | Refused:
        request = await take_request(
            session,
            caller.partner_id,
            request_id=request_id_of(self._services.new_id()),
            report_type=asked.name,
            report_version=asked.version,
            terms=terms,
            now=self._services.clock(),
        )
        return respond(call, report_answer(request), root=_ROOT)

    async def status(self, call: Call, caller: Caller) -> Response | Refused:
        """What became of a request."""
        query = Query(call, [])
        asked = read_asked(query, caller, self._kinds)
        if asked is None or query.faults:
            return Refused(400, tuple(query.faults))
        request = await self._own(caller, call.path_params["requestId"])
        if isinstance(request, Refused):
            return request
        if request.report_type not in asked.kind.names or request.report_version != asked.version:
            return _not_its_own(request, asked)
        return respond(call, report_answer(request), root=_ROOT)

    async def requests(self, call: Call, caller: Caller) -> Response | Refused:
        """The caller's requests of a type, newest first."""
        query = whole_query(call)
        asked = read_asked(query, caller, self._kinds, version_required=False)
        scope = f"reports:{caller.partner_id}"
        page = read_page(query, scope, self._services.cursor_secret)
        if asked is None or query.faults:
            return Refused(400, tuple(query.faults))
        total, found = await self._requests.newest(
            caller.partner_id,
            asked.kind.names,
            page.statuses,
            before=TIME_MAX if page.before is None else page.before,
            rows_max=page.limit + 1,
            now=self._services.clock(),
        )
        shown = [report_answer(request) for request in found[: page.limit]]
        listed = ReportList(page.number, total, page.limit, shown)
        if len(found) > page.limit:
            last = found[page.limit - 1].requested_at
            cursor = cursor_after(query, page, last, scope, self._services.cursor_secret)
            listed = ReportList(page.number, total, page.limit, shown, cursor)
        return respond(call, listed, root=_LIST_ROOT)

    async def download(self, call: Call, caller: Caller) -> Response | Refused:
        """A request with the link to its file, where that is ready."""
        query = Query(call, [])
        request_id = query.text("requestId")
        if request_id is None:
            query.missing("requestId", "the one that the request for the report was answered")
        if request_id is None or query.faults:
            return Refused(400, tuple(query.faults))
        request = await self._own(caller, request_id)
        if isinstance(request, Refused):
            return request
        try:
            link = await self._link(call, request)
        except StorageUnavailable as error:
            logger.warning("a link can't be made: %s", error)
            return storage_unavailable_response(call)
        return respond(call, report_download(request, link), root=_ROOT)

    async def _link(self, call: Call, request: ReportRequest) -> Link | None:
        kind = self._kinds.named(request.report_type)
        if request.status != READY or request.file_name is None or kind is None:
            return None
        return await download_link(self._services, call, kind.folder, request.file_name)

    async def _own(self, caller: Caller, request_id: str) -> ReportRequest | Refused:
        """The caller's request of that id; somebody else's is looked for and answered as one that never was (GW-18)."""
        found = await self._requests.by_id(caller.partner_id, request_id, self._services.clock())
        if found is not None:
            return found
        days = self._requests.days
        said = (
            f"You have no request “{request_id[:80]}” of the last {days} days: give a requestId that you were answered."
        )
        return refused(404, CONTENT_NOT_FOUND, "requestId", said)


def report_operations(services: GatewayServices, door: Door) -> tuple[Operation, ...]:
    """The operations on reports."""
    reports = Reports(services)
    handlers = ReportHandlers(
        submit=reports.submit,
        limited=reports.limited,
        repeated=reports.repeated,
        status=reports.status,
        requests=reports.requests,
        download=reports.download,
    )
    return operations_over(handlers, door)


def _faults(refusals: Sequence[Refusal]) -> list[Fault]:
    return [
        Fault(_CODES.get(refusal.code, INVALID_REQUEST_CONTENT), refusal.field, refusal.message) for refusal in refusals
    ]


def _refused(faults: Sequence[Fault]) -> Refused:
    """What is wrong with a request; that there is nothing yet to be asked for is no mistake, and counts for nothing."""
    if any(fault.code != CONTENT_NOT_FOUND for fault in faults):
        return Refused(400, tuple(faults))
    return Refused(404, tuple(faults), counts=False)


def _not_its_own(request: ReportRequest, asked: AskedReport) -> Refused:
    own = [
        ("reportType", asked.name, request.report_type, request.report_type in asked.kind.names),
        ("reportVersion", asked.version, request.report_version, request.report_version == asked.version),
    ]
    return Refused(
        400,
        tuple(
            Fault(INVALID_REQUEST_PARAM, name, f"{name} is “{sent}”, and the request's own is {is_}: give that.")
            for name, sent, is_, agrees in own
            if not agrees
        ),
    )
