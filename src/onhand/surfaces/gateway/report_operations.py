"""The table of the operations on reports, as they serve and as OpenAPI shows them."""

from typing import Annotated, Any, Literal

import msgspec
from msgspec import Meta

from onhand.reports.requests import STATUSES
from onhand.surfaces.gateway.door import Door, GatewayHandler, Limited, Repeated
from onhand.surfaces.gateway.errors import error_answers
from onhand.surfaces.gateway.once import IDEMPOTENCY_KEY
from onhand.surfaces.gateway.report_parameters import LIMIT_DEFAULT, LIMIT_MAX
from onhand.surfaces.gateway.wire_reports import (
    DOWNLOAD_EXAMPLE,
    FILTERS_EXAMPLE,
    REQUEST_EXAMPLE,
    ReportAnswer,
    ReportBody,
    ReportDownload,
    ReportList,
)
from onhand.surfaces.plumbing.operations import Answer, Body, Operation, Parameter

REQUEST_CLASS = "report_request"
STATUS_CLASS = "report_status"
LIST_CLASS = "report_list"
DOWNLOAD_CLASS = "report_download"

_TAG = "Reports"
_COMMON: dict[str, Any] = {"service": "REPORT", "scope": "reports"}
_TYPE = Parameter(
    name="reportType",
    place="query",
    description="A vendor's visibility report is DSV_INVENTORY or INVENTORY_DSV, a seller's inventory INVENTORY.",
    required=True,
    example="DSV_INVENTORY",
)
_VERSION = Parameter(
    name="reportVersion",
    place="query",
    description="The version of the type.",
    type=Literal["v1"],
    required=True,
    example="v1",
)
_REQUEST_ID = Parameter(
    name="requestId",
    place="path",
    description="The id that the request was given.",
    required=True,
    example=REQUEST_EXAMPLE["requestId"],
)
_STATUS = Parameter(
    name="requestStatus",
    place="query",
    description="Only requests that stand so.",
    type=Literal["RECEIVED", "INPROGRESS", "READY", "ERROR"],
)
_LIMIT = Parameter(
    name="limit",
    place="query",
    description=f"Requests of a page, {LIMIT_DEFAULT} by default; more than {LIMIT_MAX} are answered as {LIMIT_MAX}.",
    type=Annotated[int, Meta(ge=1, le=1_000_000_000)],
)
_CURSOR = Parameter(
    name="nextCursor",
    place="query",
    description="The `nextCursor` of the page before: a whole query string, sent in the place of the query or as this.",
)


class ReportHandlers(msgspec.Struct, frozen=True, kw_only=True):
    """What answers the operations.

    `limited` says whose limit a request counts against, `repeated` knows those that count against none.
    """

    submit: GatewayHandler
    limited: Limited
    repeated: Repeated
    status: GatewayHandler
    requests: GatewayHandler
    download: GatewayHandler


def operations_over(handlers: ReportHandlers, door: Door) -> tuple[Operation, ...]:
    """The operations on reports."""
    return (
        _submit(handlers, door, "/v3/reports", "requestReport", "Ask for a report"),
        _submit(
            handlers, door, "/v3/reports/reportRequests", "createReportRequest", "Ask for a report by another path"
        ),
        door.operation(
            handlers.requests,
            "GET",
            "/v3/reports/reportRequests",
            "listReportRequests",
            "The caller's requests for reports of a type, newest first",
            _TAG,
            throttle_class=LIST_CLASS,
            parameters=(_TYPE, msgspec.structs.replace(_VERSION, required=False), _STATUS, _LIMIT, _CURSOR),
            answers={200: Answer(description="A page of requests.", type=ReportList)},
            **_COMMON,
        ),
        door.operation(
            handlers.status,
            "GET",
            "/v3/reports/reportRequests/{requestId}",
            "getReportRequest",
            "What became of a request for a report",
            _TAG,
            throttle_class=STATUS_CLASS,
            description=f"It is one of {', '.join(STATUSES)}. Requests are kept for some days, 30 by default.",
            parameters=(_REQUEST_ID, _TYPE, _VERSION),
            answers={
                200: Answer(description="The request.", type=ReportAnswer, example=REQUEST_EXAMPLE),
                **error_answers(404),
            },
            **_COMMON,
        ),
        door.operation(
            handlers.download,
            "GET",
            "/v3/reports/downloadReport",
            "getReportDownload",
            "The link to the file of a report",
            _TAG,
            throttle_class=DOWNLOAD_CLASS,
            description=(
                "While the report is not ready the answer has no link. The link needs no header, and expires: ask for "
                "another then."
            ),
            parameters=(msgspec.structs.replace(_REQUEST_ID, place="query"),),
            answers={
                200: Answer(description="The request.", type=ReportDownload, example=DOWNLOAD_EXAMPLE),
                **error_answers(404),
            },
            **_COMMON,
        ),
    )


def _submit(handlers: ReportHandlers, door: Door, path: str, operation_id: str, summary: str) -> Operation:
    return door.operation(
        handlers.submit,
        "POST",
        path,
        operation_id,
        summary,
        _TAG,
        throttle_class=REQUEST_CLASS,
        limited=handlers.limited,
        repeated=handlers.repeated,
        limit_name="requestReport",
        description=(
            "The report is built afterwards, a partner's in the order in which they were asked for, each as of one "
            "moment. A row has to pass every filter by one of its values."
        ),
        parameters=(_TYPE, _VERSION, IDEMPOTENCY_KEY),
        body=Body(
            description="Which rows are asked for; all of them without a body.",
            type=ReportBody,
            example=FILTERS_EXAMPLE,
            required=False,
        ),
        answers={
            200: Answer(description="The request is stored.", type=ReportAnswer, example=REQUEST_EXAMPLE),
            **error_answers(404, 409),
        },
        **_COMMON,
    )
