"""What requests for reports look like on the wire (DS-23 to DS-25)."""

from typing import Annotated, Any, Literal

import msgspec
from msgspec import UNSET, Meta, UnsetType

from onhand.basics.clock import format_seconds
from onhand.reports.links import Link
from onhand.reports.requests import ReportRequest, Status


class ReportAnswer(msgspec.Struct, frozen=True, rename="camel", kw_only=True):
    """A request: `reportGenerationDate` when its file is ready, `errorDescription` when there will be none (ERROR)."""

    request_id: str
    request_status: Status
    request_submission_date: str
    report_type: str
    report_version: str
    report_generation_date: str | UnsetType = UNSET
    error_description: str | UnsetType = UNSET


class ReportDownload(ReportAnswer, frozen=True, rename="camel", kw_only=True):
    """A request with the link to its file once that is ready, and until when the link opens it."""

    download_url: str | UnsetType = msgspec.field(default=UNSET, name="downloadURL")
    download_url_expiration_time: str | UnsetType = msgspec.field(default=UNSET, name="downloadURLExpirationTime")


class ReportList(msgspec.Struct, frozen=True, rename="camel"):
    """A page of requests, newest first; `nextCursor` is the query string of the next page, absent on the last."""

    page: int
    total_count: int
    limit: int
    requests: list[ReportAnswer]
    next_cursor: str | UnsetType = UNSET


class RowFilter(msgspec.Struct, rename="camel"):
    """Rows with one of the values in a column."""

    type: Literal["enumFilter"]
    column_name: str
    values: Annotated[list[str], Meta(min_length=1)]


class ReportBody(msgspec.Struct, rename="camel"):
    """What is asked of a report beside its type."""

    row_filters: list[RowFilter] | UnsetType = UNSET


def report_answer(request: ReportRequest) -> ReportAnswer:
    """A request as it is answered."""
    return ReportAnswer(**_told(request))


def report_download(request: ReportRequest, link: Link | None) -> ReportDownload:
    """A request with the link to its file, where it has one."""
    if link is None:
        return ReportDownload(**_told(request))
    expires = time_text(link.expires_at)
    return ReportDownload(**_told(request), download_url=link.url, download_url_expiration_time=expires)


def time_text(moment: int) -> str:
    """`2023-08-28T13:34:54Z`."""
    return f"{format_seconds(moment)}Z"


def _told(request: ReportRequest) -> dict[str, Any]:
    generated = request.finished_at is not None and request.status == "READY"
    return {
        "request_id": request.request_id,
        "request_status": request.status,
        "request_submission_date": time_text(request.requested_at),
        "report_type": request.report_type,
        "report_version": request.report_version,
        "report_generation_date": time_text(request.finished_at or 0) if generated else UNSET,
        "error_description": request.reason if request.reason is not None else UNSET,
    }


REQUEST_EXAMPLE: dict[str, Any] = {
    "requestId": "4406b7c3-674e-41e4-a18a-5fd6f123479f",
    "requestStatus": "RECEIVED",
    "requestSubmissionDate": "2023-08-28T13:34:54Z",
    "reportType": "DSV_INVENTORY",
    "reportVersion": "v1",
}
DOWNLOAD_EXAMPLE: dict[str, Any] = {
    **REQUEST_EXAMPLE,
    "requestStatus": "READY",
    "reportGenerationDate": "2023-08-28T13:35:02Z",
    "downloadURL": (
        "https://api.example.com/v3/reports/getReport/inventory-dsv-report/"
        "InventoryDSVReport_721555_2023-08-28T133454.000000.zip?sv=2025-08-24&se=2023-08-28T14%3A36%3A10Z&sr=b&sp=r&sig=…"
    ),
    "downloadURLExpirationTime": "2023-08-28T14:36:10Z",
}
FILTERS_EXAMPLE: dict[str, Any] = {
    "rowFilters": [{"type": "enumFilter", "columnName": "Published Status", "values": ["UNPUBLISHED"]}]
}
