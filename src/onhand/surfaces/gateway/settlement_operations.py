"""The table of the operations on the reconciliation report, as they serve and as OpenAPI shows them."""

from typing import Annotated, Any, Literal

import msgspec
from msgspec import Meta

from onhand.surfaces.gateway.door import Door, GatewayHandler
from onhand.surfaces.gateway.errors import error_answers
from onhand.surfaces.gateway.parts import PART_HEADERS, PARTS_HEADERS, RANGE_PARAMETERS
from onhand.surfaces.gateway.wire_settlement import AvailableReports, ReconPage, ReconRecords
from onhand.surfaces.plumbing.operations import Answer, Operation, Parameter

RECON_CLASS = "settlement_recon"
CSV, OCTET_STREAM = "text/csv", "application/octet-stream"
V1 = "v1"
LIMIT_DEFAULT, LIMIT_MAX, RECORDS_DEFAULT = 500, 2_000, 1_000

_TAG = "Reconciliation report"
_PATH = "/v3/report/reconreport"
_PARTNER = Parameter(
    name="partnerId",
    place="query",
    description="The caller's own partner id; it may be left out.",
    example="10000000001",
)
_DATE = Parameter(
    name="reportDate",
    place="query",
    description="A report date, YYYYMMDD or MMDDYYYY.",
    type=Annotated[str, Meta(pattern="^[0-9]{8}$", min_length=8, max_length=8)],
    required=True,
    example="07282026",
)
_VERSION = Parameter(
    name="reportVersion",
    place="query",
    description="v1; without it the legacy report.",
    type=Literal["v1"],
    example=V1,
)
_V1_ONLY = msgspec.structs.replace(_VERSION, description="v1, which is the only one in JSON.")
_NUMBER_MAX = 1_000_000_000


class ReconHandlers(msgspec.Struct, frozen=True):
    """What answers the operations."""

    available: GatewayHandler
    file: GatewayHandler
    page: GatewayHandler
    records: GatewayHandler


def operations_over(handlers: ReconHandlers, door: Door) -> tuple[Operation, ...]:
    """The operations on the reconciliation report."""
    return (
        door.operation(
            handlers.available,
            "GET",
            f"{_PATH}/availableReconFiles",
            "getAvailableReconFiles",
            "The dates of the reports that there are",
            _TAG,
            description="Newest first. A report is there from its date on; the legacy reports have the same dates.",
            parameters=(_PARTNER, _VERSION),
            answers={200: Answer(description="The dates.", type=AvailableReports), **error_answers(404)},
            **_COMMON,
        ),
        door.operation(
            handlers.file,
            "GET",
            f"{_PATH}/reconFile",
            "getReconFile",
            "A report as a file",
            _TAG,
            description=(
                "A CSV, or with `Accept: application/octet-stream` a ZIP that holds it. The bytes of a report never "
                "change. Of the CSV of v1 a part can be asked for. An unknown date is answered with the nearest ones "
                "that there are."
            ),
            parameters=(_PARTNER, _DATE, _VERSION, *RANGE_PARAMETERS),
            accepts=(CSV, OCTET_STREAM),
            answers={
                200: Answer(
                    description="The file.",
                    type=str,
                    media_type=CSV,
                    other_media_types=(OCTET_STREAM,),
                    headers={"Content-Disposition": "`attachment; filename=…`", **PARTS_HEADERS},
                ),
                206: Answer(
                    description="The part of the v1 CSV that `Range` asked for.",
                    type=str,
                    media_type=CSV,
                    other_media_types=(OCTET_STREAM,),
                    headers={**PARTS_HEADERS, **PART_HEADERS},
                ),
                **error_answers(404, 416),
            },
            **_COMMON,
        ),
        door.operation(
            handlers.page,
            "GET",
            f"{_PATH}/reconFileJSON",
            "getReconFileJSON",
            "A page of a report's rows",
            _TAG,
            description="The rows of the CSV in their order, the one that sums the report up first.",
            parameters=(
                _PARTNER,
                _DATE,
                _V1_ONLY,
                _number("limit", f"Rows of a page, {LIMIT_DEFAULT} unless said.", 1, LIMIT_MAX),
                _number("pageNo", "The page, from 1; past the last one `content` is empty.", 1, _NUMBER_MAX),
            ),
            answers={200: Answer(description="The page.", type=ReconPage), **error_answers(404)},
            **_COMMON,
        ),
        door.operation(
            handlers.records,
            "GET",
            f"{_PATH}/reconFileJson",
            "getReconFileJson",
            "Some of a report's rows, by the names of the CSV's columns",
            _TAG,
            parameters=(
                _PARTNER,
                _DATE,
                _V1_ONLY,
                _number("offset", "How many rows come before them, 0 unless said.", 0, _NUMBER_MAX),
                _number("noOfRecords", f"How many, {RECORDS_DEFAULT} unless said.", 1, LIMIT_MAX),
            ),
            answers={200: Answer(description="The rows.", type=ReconRecords), **error_answers(404)},
            **_COMMON,
        ),
    )


def _number(name: str, description: str, minimum: int, maximum: int) -> Parameter:
    return Parameter(
        name=name, place="query", description=description, type=Annotated[int, Meta(ge=minimum, le=maximum)]
    )


_COMMON: dict[str, Any] = {"service": "REPORT", "scope": "reports", "throttle_class": RECON_CLASS}
