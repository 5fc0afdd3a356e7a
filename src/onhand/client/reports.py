"""On-request reports: asked for, waited for, downloaded, unpacked (DS-23 to DS-29, WF-09)."""

from collections.abc import Callable, Sequence
from datetime import date
from pathlib import Path
from typing import TypedDict, TypeVar, Unpack
from urllib.parse import parse_qsl, quote, urlsplit

from onhand.client.caller import Caller, json_body
from onhand.client.csvs import ReportRows, rows_of_file
from onhand.client.downloads import SECONDS_MAX, Arrived, downloaded, file_sink, unpacked
from onhand.client.errors import Failed, Forbidden, Unfinished
from onhand.client.gateway import read, write
from onhand.client.operations import Awaiting, Blocking, Group, Page, Walk, listing, operation
from onhand.client.policy import Polling
from onhand.client.polling import polled
from onhand.client.results.fulfilment import ReconciliationRow
from onhand.client.results.reports import (
    FileRow,
    ReportLink,
    ReportRequest,
    ReportRequests,
    RowFilter,
    SellerInventoryRow,
    VisibilityRow,
)
from onhand.client.steps import Exchange, Request, done

T = TypeVar("T")
Told = Callable[[ReportRequest], object]

VERSION = "v1"
_LISTED = "/v3/reports/reportRequests"


class Waiting(TypedDict, total=False):
    """How a report is waited for and fetched: for how long, how often it is asked after, and who hears of it.

    `told` hears of every status on the way, `arrived` of the file's bytes.
    """

    seconds_max: float
    polling: Polling | None
    told: Told | None
    arrived: Arrived | None


class ReportOperations(Group):
    """Reports, from asking to rows."""

    @operation
    def request(
        self,
        report_type: str,
        *,
        report_version: str = VERSION,
        filters: Sequence[RowFilter] = (),
        start_date: date | None = None,
        end_date: date | None = None,
        idempotency_key: str | None = None,
    ) -> Exchange[ReportRequest]:
        """Ask for a report; dates where it is about a period."""
        body = _body(filters, start_date, end_date)
        return _requested(self._caller, report_type, body, report_version, idempotency_key)

    @operation
    def status(self, request_id: str, *, report_type: str, report_version: str = VERSION) -> Exchange[ReportRequest]:
        """How far a report of the last 30 days is."""
        return _status(self._caller, request_id, report_type, report_version)

    @operation
    def wait(
        self,
        request_id: str,
        *,
        report_type: str,
        report_version: str = VERSION,
        seconds_max: float = SECONDS_MAX,
        polling: Polling | None = None,
        told: Told | None = None,
    ) -> Exchange[ReportRequest]:
        """How a report ended; `told` hears of every status on the way. Unfinished where it takes longer."""
        patience = (polling or self._caller.polling, seconds_max, told)
        return _ended(self._caller, request_id, report_type, report_version, patience)

    @listing(ReportRequest)
    def list(self, *, report_type: str, report_version: str = VERSION, page_size: int = 10) -> Walk[ReportRequest]:
        """The reports of a type that were asked for, over all pages."""
        first = {"reportType": report_type, "reportVersion": report_version, "limit": page_size}

        def page(place: str | None) -> Exchange[Page[ReportRequest]]:
            named = dict(parse_qsl(place.lstrip("?"))) if place else first
            found = yield from self._caller.result(read(f"GET {_LISTED}", _LISTED, named), ReportRequests)
            following = (found.next_cursor or None) if found.requests else None
            return Page(found.requests, following, found.total_count)

        return page

    @operation
    def link(self, request_id: str) -> Exchange[ReportLink]:
        """The link to a report's file, which expires soon; none while the report is not ready."""
        return _link(self._caller, request_id)

    @operation
    def download(
        self,
        request_id: str,
        folder: Path,
        *,
        seconds_max: float = SECONDS_MAX,
        arrived: Arrived | None = None,
    ) -> Exchange[Path]:
        """Save the file of a report that is ready, unpacked, in a folder; its path. `arrived` hears of its bytes.

        What an earlier call left there of the same report is gone on with. A link that has expired is asked for anew,
        once. Failed where the report is not ready.
        """
        return _saved(self._caller, request_id, folder, seconds_max, arrived)

    @operation
    def request_and_download(
        self,
        report_type: str,
        folder: Path,
        *,
        filters: Sequence[RowFilter] = (),
        start_date: date | None = None,
        end_date: date | None = None,
        **waiting: Unpack[Waiting],
    ) -> Exchange[ReportRows[FileRow]]:
        """Ask for a report of any type, wait for it, and save it in a folder; its rows as cells by column.

        Raises:
            Unfinished: it takes longer than `seconds_max`; the report goes on.
            Failed: it ended as an error.
        """
        body = _body(filters, start_date, end_date)
        return _whole(self._caller, report_type, body, folder, waiting, FileRow)

    @operation
    def visibility(
        self,
        folder: Path,
        *,
        filters: Sequence[RowFilter] = (),
        **waiting: Unpack[Waiting],
    ) -> Exchange[ReportRows[VisibilityRow]]:
        """A drop-ship vendor's inventory report, waited for and saved in a folder."""
        return _whole(self._caller, "DSV_INVENTORY", _body(filters), folder, waiting, VisibilityRow)

    @operation
    def inventory(self, folder: Path, **waiting: Unpack[Waiting]) -> Exchange[ReportRows[SellerInventoryRow]]:
        """A marketplace seller's inventory report, waited for and saved in a folder."""
        return _whole(self._caller, "INVENTORY", _body(), folder, waiting, SellerInventoryRow)

    @operation
    def reconciliation(
        self,
        folder: Path,
        *,
        start_date: date,
        end_date: date,
        **waiting: Unpack[Waiting],
    ) -> Exchange[ReportRows[ReconciliationRow]]:
        """The reconciliation of fulfilled stock as a report, waited for and saved in a folder."""
        body = _body((), start_date, end_date)
        return _whole(self._caller, "INVENTORY_RECON", body, folder, waiting, ReconciliationRow)


class Reports(ReportOperations, Blocking):
    """Reports, blocking."""


class AsyncReports(ReportOperations, Awaiting):
    """Reports, awaited."""


_Patience = tuple[Polling, float, Told | None]


def _body(filters: Sequence[RowFilter] = (), start_date: date | None = None, end_date: date | None = None) -> bytes:
    body: dict[str, object] = {"rowFilters": tuple(filters)} if filters else {}
    if start_date is not None:
        body["dataStartTime"] = f"{start_date}T00:00:00Z"
    if end_date is not None:
        body["dataEndTime"] = f"{end_date}T23:59:59Z"
    return json_body(body)


def _requested(
    caller: Caller, report_type: str, body: bytes, report_version: str, idempotency_key: str | None
) -> Exchange[ReportRequest]:
    named = {"reportType": report_type, "reportVersion": report_version}
    # Each type has a limit of its own.
    operation_name = f"POST /v3/reports {report_type}"
    request = write(caller, operation_name, "/v3/reports", body, named, idempotency_key=idempotency_key)
    return caller.result(request, ReportRequest)


def _status(caller: Caller, request_id: str, report_type: str, report_version: str) -> Exchange[ReportRequest]:
    named = {"reportType": report_type, "reportVersion": report_version}
    return caller.result(
        read(f"GET {_LISTED}/{{requestId}}", f"{_LISTED}/{quote(request_id, safe='')}", named), ReportRequest
    )


def _ended(
    caller: Caller, request_id: str, report_type: str, report_version: str, patience: _Patience
) -> Exchange[ReportRequest]:
    polling, seconds_max, told = patience
    ended = yield from polled(
        caller,
        lambda asker: _status(asker, request_id, report_type, report_version),
        lambda seen: seen.is_over,
        polling,
        seconds_max,
        told,
        what=f"report {request_id}",
    )
    if not ended.is_over:
        raise Unfinished("report", request_id, ended.request_status, seconds_max)
    return ended


def _link(caller: Caller, request_id: str) -> Exchange[ReportLink]:
    path = "/v3/reports/downloadReport"
    return caller.result(read(f"GET {path}", path, {"requestId": request_id}), ReportLink)


def _saved(
    caller: Caller, request_id: str, folder: Path, seconds_max: float, arrived: Arrived | None
) -> Exchange[Path]:
    until = caller.around.monotonic() + seconds_max
    for is_last in (False, True):
        found = yield from _link(caller, request_id)
        if found.download_url is None:
            raise Failed(f"report ({found.request_status}, so that there is no file yet)", request_id)
        name = Path(urlsplit(found.download_url).path).name or "report.zip"
        try:
            left = until - caller.around.monotonic()
            yield from downloaded(
                caller, _file_request(found.download_url), file_sink(caller, folder / name, arrived), left
            )
        except Forbidden:
            if is_last:
                raise
        else:
            break
    archive = folder / name
    path = yield from done(lambda: unpacked(archive, caller.policy.file_bytes_max))
    if path != archive:
        archive.unlink()
    return path


def _file_request(url: str) -> Request:
    return Request(operation="GET the report's file", method="GET", path=url, door="open")


def _whole(
    caller: Caller,
    report_type: str,
    body: bytes,
    folder: Path,
    waiting: Waiting,
    kind: type[T],
) -> Exchange[ReportRows[T]]:
    asked = yield from _requested(caller, report_type, body, VERSION, None)
    identifier, version = asked.request_id, asked.report_version or VERSION
    seconds_max = waiting.get("seconds_max", SECONDS_MAX)
    patience = (waiting.get("polling") or caller.polling, seconds_max, waiting.get("told"))
    ended = yield from _ended(caller, identifier, report_type, version, patience)
    if ended.request_status == "ERROR":
        raise Failed("report", identifier)
    path = yield from _saved(caller, identifier, folder, seconds_max, waiting.get("arrived"))
    return rows_of_file(path, kind)
