"""From what went wrong to the bodies of the gateway's errors, in JSON or XML (GW-10 to GW-14)."""

from collections.abc import Mapping
from typing import Any

import msgspec
from starlette.responses import Response

from onhand.surfaces.gateway.forms import JSON, XML, wants_xml, xml_response
from onhand.surfaces.gateway.xml_forms import xml_document
from onhand.surfaces.plumbing.call import Call, RawHeaders
from onhand.surfaces.plumbing.operations import Answer
from onhand.surfaces.plumbing.responses import JsonResponse

GATEWAY = "GATEWAY"
"""The service whose name stands in the codes of what the gateway refuses before an operation is reached."""

INVALID_REQUEST = "INVALID_REQUEST"
INVALID_REQUEST_HEADER = "INVALID_REQUEST_HEADER"
INVALID_REQUEST_PARAM = "INVALID_REQUEST_PARAM"
INVALID_REQUEST_CONTENT = "INVALID_REQUEST_CONTENT"
MISSING_REQUEST_PARAM = "MISSING_REQUEST_PARAM"
MALFORMED_REQUEST_CONTENT = "MALFORMED_REQUEST_CONTENT"
UNAUTHORIZED = "UNAUTHORIZED"
INVALID_TOKEN = "INVALID_TOKEN"  # noqa: S105 - the name of a code
FORBIDDEN = "FORBIDDEN"
CONTENT_NOT_FOUND = "CONTENT_NOT_FOUND"
URI_NOT_FOUND = "URI_NOT_FOUND"
METHOD_NOT_ALLOWED = "METHOD_NOT_ALLOWED"
INVALID_ACCEPT_TYPE = "INVALID_ACCEPT_TYPE"
UNSUPPORTED_MEDIA_TYPE = "UNSUPPORTED_MEDIA_TYPE"
REQUEST_THRESHOLD_VIOLATED = "REQUEST_THRESHOLD_VIOLATED"
INVALID_REPORT_VERSION = "INVALID_REPORT_VERSION"
SYSTEM_ERROR = "SYSTEM_ERROR"

_PATH_SHOWN = 200


class Fault(msgspec.Struct, frozen=True):
    """One thing that was wrong: its code without the service, the field it is about, and how to mend it.

    `service` is that of the operation where none is said.
    """

    code: str
    field: str
    description: str
    info: str = ""
    service: str = ""


class Refused(msgspec.Struct, frozen=True):
    """A no with everything that was wrong; one that does not count against a limit is nobody's mistake."""

    status: int
    faults: tuple[Fault, ...]
    headers: tuple[tuple[bytes, bytes], ...] = ()
    counts: bool = True


class GatewayError(msgspec.Struct, frozen=True, rename="camel"):
    """One error as it is answered (GW-10)."""

    code: str
    field: str
    description: str
    info: str
    severity: str = "ERROR"
    category: str = "DATA"
    causes: tuple[str, ...] = ()
    error_identifiers: dict[str, str] = {}


class GatewayErrors(msgspec.Struct, frozen=True):
    """Every error of a request."""

    error: tuple[GatewayError, ...]


_XML_FIELDS = ("code", "field", "description", "info", "severity", "category")
_INFO = {
    INVALID_REQUEST: "Invalid request",
    INVALID_REQUEST_HEADER: "Invalid or missing request header",
    INVALID_REQUEST_PARAM: "Invalid request parameter",
    MISSING_REQUEST_PARAM: "Missing request parameter",
    INVALID_REQUEST_CONTENT: "Invalid request content",
    MALFORMED_REQUEST_CONTENT: "Malformed request content",
    UNAUTHORIZED: "Unauthorized token or incorrect authorization header",
    INVALID_TOKEN: "Unauthorized token or incorrect authorization header",
    FORBIDDEN: "Insufficient permission",
    CONTENT_NOT_FOUND: "Requested content not found",
    URI_NOT_FOUND: "Requested URI not found",
    METHOD_NOT_ALLOWED: "Method not allowed",
    INVALID_ACCEPT_TYPE: "Invalid accept type",
    UNSUPPORTED_MEDIA_TYPE: "Unsupported media type",
    INVALID_REPORT_VERSION: "Invalid report version",
    REQUEST_THRESHOLD_VIOLATED: "Request threshold violated",
}


def refused(
    status: int, code: str, field: str, description: str, headers: tuple[tuple[bytes, bytes], ...] = ()
) -> Refused:
    """A no with one thing that was wrong."""
    return Refused(status, (Fault(code, field, description),), headers)


def refusal_response(call: Call, refusal: Refused, service: str = GATEWAY) -> Response:
    """A no as the answer to a call, in JSON or where XML was asked for in XML."""
    errors = GatewayErrors(tuple(_error(fault, service) for fault in refusal.faults))
    headers: RawHeaders = list(refusal.headers)
    if not wants_xml(call):
        return JsonResponse(errors, refusal.status, headers)
    rows = [{name: getattr(error, name) for name in _XML_FIELDS} for error in errors.error]
    return xml_response(xml_document("errors", {"error": rows}, ""), refusal.status, headers)


def answer_fault(call: Call, status: int) -> Response:
    """The body of what no operation answers: no such path, too large, out of reach, a defect."""
    return refusal_response(call, Refused(status, (_fault(call, status),)))


def error_answers(*statuses: int) -> Mapping[int, Answer]:
    """The OpenAPI side of the errors with these statuses."""
    return {status: _answer(status) for status in statuses}


def _error(fault: Fault, service: str) -> GatewayError:
    info = fault.info or _INFO.get(fault.code, "")
    return GatewayError(f"{fault.code}.GMP_{fault.service or service}_API", fault.field, fault.description, info)


def _fault(call: Call, status: int) -> Fault:
    method, path = call.scope["method"], call.path[:_PATH_SHOWN]
    if status == 404:
        said = f"There is nothing at {path}. Check it against the OpenAPI document at /openapi.json."
        return Fault(URI_NOT_FOUND, "URI", said)
    if status == 405:
        said = f"{path} does not take {method}. The Allow header of this answer lists the methods that it takes."
        return Fault(METHOD_NOT_ALLOWED, "method", said)
    if status == 413:
        said = "The body has more bytes than are taken here, and nothing of it was stored. Send it in smaller parts."
        return Fault(INVALID_REQUEST_CONTENT, "body", said)
    if status == 503:
        said = "The database is busy or out of reach. Send the same request again after the seconds in Retry-After."
        return Fault(SYSTEM_ERROR, "SYSTEM", said, _correlated(call))
    if status != 500:
        code, meaning = _MEANINGS[status]
        return Fault(code, code, meaning)
    said = "The server failed to answer. Its log has the reason under the correlation id of this answer."
    return Fault(SYSTEM_ERROR, "SYSTEM", said, _correlated(call))


def _correlated(call: Call) -> str:
    return f"Correlation id: {call.correlation_id}"


_MEANINGS: dict[int, tuple[str, str]] = {
    400: (INVALID_REQUEST_PARAM, "A header, a parameter or the body can't be used; every problem is listed."),
    401: (UNAUTHORIZED, "The token is missing, malformed, unknown or expired."),
    403: (FORBIDDEN, "The client may not do this."),
    404: (CONTENT_NOT_FOUND, "There is no such thing, or none of the caller's."),
    406: (INVALID_ACCEPT_TYPE, "The operation answers in none of the media types that Accept names."),
    409: (INVALID_REQUEST, "It conflicts with what stands."),
    413: (INVALID_REQUEST_CONTENT, "The body is larger than is taken."),
    415: (UNSUPPORTED_MEDIA_TYPE, "The body is of a media type that is not taken here."),
    416: (INVALID_REQUEST_HEADER, "The file has none of the bytes that Range asks for."),
    429: (REQUEST_THRESHOLD_VIOLATED, "Too many requests; `Retry-After` says when to come again."),
    500: (SYSTEM_ERROR, "A defect of the server; its log has the correlation id."),
    503: (SYSTEM_ERROR, "The database is busy or away; the same request may be sent again."),
}
_RETRIED = {"Retry-After": "After how many seconds to come again."}


def _answer(status: int) -> Answer:
    code, meaning = _MEANINGS[status]
    example: dict[str, Any] = msgspec.to_builtins(GatewayErrors((_error(Fault(code, "…", meaning), GATEWAY),)))
    headers = _RETRIED if status in {429, 503} else {}
    return Answer(
        description=meaning,
        type=GatewayErrors,
        media_type=JSON,
        other_media_types=(XML,),
        headers=headers,
        example=example,
    )
