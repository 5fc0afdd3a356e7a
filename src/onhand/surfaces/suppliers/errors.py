"""From what went wrong to the bodies of the store APIs' errors (SE)."""

from collections.abc import Sequence

import msgspec
from starlette.responses import Response

from onhand.basics.clock import Clock, format_seconds
from onhand.partners.signatures import Denial, DenialCode
from onhand.surfaces.plumbing.call import Call
from onhand.surfaces.plumbing.operations import AnswerFault
from onhand.surfaces.plumbing.responses import JsonResponse
from onhand.surfaces.suppliers.wire import Details, Problem, Problems

NOT_MAPPED = "The requested GTIN is not mapped to the Supplier."
NO_DATA = "Data not found for the given request parameters."

_STATUS_WORDS = {
    400: "BAD_REQUEST",
    401: "UNAUTHORIZED",
    403: "FORBIDDEN",
    404: "NOT_FOUND",
    405: "METHOD_NOT_ALLOWED",
    409: "CONFLICT",
    413: "PAYLOAD_TOO_LARGE",
    429: "TOO_MANY_REQUESTS",
    500: "INTERNAL_SERVER_ERROR",
    503: "SERVICE_UNAVAILABLE",
}
_TOO_MANY_REQUESTS = "Too many requests, please retry after some time."
_FAULT_MESSAGES = {
    400: "Bad request.",
    401: "Unauthorized.",
    403: "Forbidden.",
    404: "Not found.",
    405: "Method not allowed.",
    409: "Conflict.",
    413: "The request body is too large, please send fewer lines or values.",
    429: _TOO_MANY_REQUESTS,
    500: "Internal server error.",
    503: "Service unavailable, please retry after some time.",
}
_STATUS_BY_DENIAL: dict[DenialCode, int] = {
    "no_consumer_id": 401,
    "headers_missing": 403,
    "consumer_unknown": 403,
    "timestamp_expired": 401,
    "signature_invalid": 401,
}


class FieldProblem(msgspec.Struct, frozen=True):
    """What is wrong with one field of a request."""

    field: str
    message: str


NO_ASSOCIATION = FieldProblem("wm_context_identifier", "Association not present with provided context supplier.")


def bad_request(clock: Clock, problems: Sequence[FieldProblem]) -> Response:
    """400 with every problem (SE-06)."""
    moment = format_seconds(clock())
    listed = tuple(
        Problem(field_name=problem.field, message=problem.message, status=_STATUS_WORDS[400], timestamp=moment)
        for problem in problems
    )
    return JsonResponse(Problems(errors=listed), 400)


def refused(call: Call, clock: Clock, status: int, message: str, details: Details | None = None) -> Response:
    """Any other error, with the path that it happened at."""
    problem = Problem(
        instance=call.path, message=message, status=_STATUS_WORDS[status], timestamp=format_seconds(clock())
    )
    return JsonResponse(Problems(errors=(problem,), details=details), status)


def denied(call: Call, clock: Clock, denial: Denial) -> Response:
    """401 or 403, in the words of SG-05."""
    details = Details(description=denial.message, hint=denial.hint)
    return refused(call, clock, _STATUS_BY_DENIAL[denial.code], denial.message, details)


def too_many_requests(call: Call, clock: Clock) -> Response:
    """429 (SE-04)."""
    return refused(call, clock, 429, _TOO_MANY_REQUESTS)


def fault_table(clock: Clock) -> AnswerFault:
    """The bodies of what no handler answers."""

    def answer(call: Call, status: int) -> Response:
        return refused(call, clock, status, _FAULT_MESSAGES[status])

    return answer
