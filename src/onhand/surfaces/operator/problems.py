"""What the operator's API answers where it says no: problem details (RFC 9457), every fault in one answer."""

from collections.abc import Iterable, Mapping
from typing import Annotated

import msgspec
from msgspec import Meta
from starlette.responses import Response

from onhand.basics.refusal import Refusal
from onhand.surfaces.plumbing.call import Call, RawHeaders
from onhand.surfaces.plumbing.operations import Answer
from onhand.surfaces.plumbing.responses import JsonResponse

MEDIA_TYPE = "application/problem+json"
TYPES_PATH = "/operator/v1/problems/"
# A body of ten thousand bad rows is not answered with ten thousand sentences.
_FAULTS_SHOWN_MAX = 100


class ProblemType(msgspec.Struct, frozen=True):
    """One kind of no: the last piece of its `type`, its status, its title, and what to do about it."""

    name: str
    status: int
    title: str
    mend: str


BAD_PARAMETERS = ProblemType(
    "bad-parameters",
    400,
    "A parameter of the request can't be used",
    "Each of `errors` names a parameter of the path or the query and says what it takes.",
)
UNREADABLE_BODY = ProblemType(
    "unreadable-body",
    400,
    "The body can't be read",
    "Send JSON in UTF-8, whole, and compressed only as the Content-Encoding header says.",
)
UNAUTHORIZED = ProblemType(
    "unauthorized",
    401,
    "A token of an operator client is needed",
    "Send `Authorization: Bearer <token>` with the token that was shown when the client was added.",
)
NOT_FOUND = ProblemType(
    "not-found",
    404,
    "There is nothing at this path",
    "Check the path against the OpenAPI document at /openapi.json, and whether what it names has been added.",
)
METHOD_NOT_ALLOWED = ProblemType(
    "method-not-allowed", 405, "This path does not take that method", "The Allow header lists the methods it takes."
)
CONFLICT = ProblemType(
    "conflict",
    409,
    "It is known already, with other content",
    "What was added first stands. Send the same content again, or choose another key.",
)
TOO_LARGE = ProblemType(
    "too-large",
    413,
    "The request is larger than is taken",
    "Send it in smaller parts; what was accepted before stands.",
)
UNSUPPORTED_MEDIA_TYPE = ProblemType(
    "unsupported-media-type",
    415,
    "The body is of a type that is not taken here",
    "Send a Content-Type and a Content-Encoding that the Accept and Accept-Encoding headers of this answer list.",
)
REFUSED = ProblemType(
    "refused",
    422,
    "The content of the body was refused",
    "Nothing was stored. Each of `errors` points to a place in the body and says how to mend it.",
)
TOO_MANY_REQUESTS = ProblemType(
    "too-many-requests", 429, "Too many requests", "Come again after the seconds in the Retry-After header."
)
INTERNAL_ERROR = ProblemType(
    "internal-error",
    500,
    "The server failed to answer",
    "The log has the reason under the correlation id of this answer. The same request may be sent again.",
)
UNAVAILABLE = ProblemType(
    "unavailable",
    503,
    "The database is busy or out of reach",
    "Send the same request again after the seconds in the Retry-After header: every write may be repeated.",
)

PROBLEM_TYPES = (
    BAD_PARAMETERS,
    UNREADABLE_BODY,
    UNAUTHORIZED,
    NOT_FOUND,
    METHOD_NOT_ALLOWED,
    CONFLICT,
    TOO_LARGE,
    UNSUPPORTED_MEDIA_TYPE,
    REFUSED,
    TOO_MANY_REQUESTS,
    INTERNAL_ERROR,
    UNAVAILABLE,
)
_FORBIDDEN = ProblemType("forbidden", 403, "This is not allowed", "Ask the operator for a client that may do it.")
_OF_FAULTS = {problem_type.status: problem_type for problem_type in (_FORBIDDEN, *PROBLEM_TYPES)}


class Fault(msgspec.Struct, frozen=True, omit_defaults=True, kw_only=True):
    """One thing that was wrong: where, a stable code, and how to mend it."""

    code: str
    message: str
    pointer: Annotated[str | None, Meta(description="JSON pointer to the place in the body.")] = None
    parameter: Annotated[str | None, Meta(description="The parameter of the path, the query or the headers.")] = None


class ProblemDetails(msgspec.Struct, frozen=True, omit_defaults=True, rename="camel"):
    """A refusal as it is answered (RFC 9457)."""

    type: Annotated[str, Meta(description="A path that answers with what this kind of problem means.")]
    title: str
    status: int
    detail: str
    instance: Annotated[str, Meta(description="The path that was asked.")]
    correlation_id: str
    errors: tuple[Fault, ...] = ()


class Problem(msgspec.Struct, frozen=True):
    """A no as a value, before it is an answer."""

    type: ProblemType
    detail: str
    faults: tuple[Fault, ...] = ()
    headers: tuple[tuple[bytes, bytes], ...] = ()


def of_faults(problem_type: ProblemType, faults: Iterable[Fault]) -> Problem:
    """The problem that lists these faults, the first hundred of them."""
    found = tuple(faults)
    shown = found[:_FAULTS_SHOWN_MAX]
    detail = found[0].message if len(found) == 1 else f"{len(found)} things were wrong; see errors."
    if len(shown) < len(found):
        detail = f"{len(found)} things were wrong; errors has the first {len(shown)}."
    return Problem(problem_type, detail, shown)


def of_refusals(refusals: Iterable[tuple[str, Refusal]]) -> Problem:
    """The problem that refusals make, each with the JSON pointer to what holds the field it is about.

    A conflict is answered as such only where nothing else was wrong.
    """
    found = list(refusals)
    conflict = all(refusal.code == "conflict" for _, refusal in found)
    faults = [
        Fault(code=refusal.code, message=refusal.message, pointer=_pointer(holder, refusal.field))
        for holder, refusal in found
    ]
    return of_faults(CONFLICT if conflict else REFUSED, faults)


def of_refusal(refusal: Refusal) -> Problem:
    """The problem that a refusal of the whole body makes."""
    return of_refusals([("", refusal)])


def _pointer(holder: str, field: str) -> str:
    return f"{holder}/{field}" if field else holder


def problem_response(call: Call, problem: Problem) -> Response:
    """A problem as the answer to a call."""
    kind = problem.type
    body = ProblemDetails(
        TYPES_PATH + kind.name, kind.title, kind.status, problem.detail, call.path, call.correlation_id, problem.faults
    )
    headers: RawHeaders = list(problem.headers)
    return JsonResponse(body, kind.status, headers, MEDIA_TYPE.encode())


def answer_fault(call: Call, status: int) -> Response:
    """The body of a fault that no operation answers: no such path, too large, out of reach, a bug."""
    kind = _OF_FAULTS[status]
    return problem_response(call, Problem(kind, kind.mend))


def problem_answers(*problem_types: ProblemType) -> Mapping[int, Answer]:
    """The OpenAPI side of the problems that an operation may answer, with those that any of them may."""
    everywhere = (UNAUTHORIZED, TOO_MANY_REQUESTS, INTERNAL_ERROR, UNAVAILABLE)
    by_status: dict[int, list[ProblemType]] = {}
    for kind in PROBLEM_TYPES:
        if kind in problem_types or kind in everywhere:
            by_status.setdefault(kind.status, []).append(kind)
    return {status: _answer(kinds) for status, kinds in by_status.items()}


def _answer(kinds: list[ProblemType]) -> Answer:
    kind = kinds[0]
    example = ProblemDetails(
        TYPES_PATH + kind.name, kind.title, kind.status, kind.mend, "/operator/v1/…", "3f0c8e8d1b6a4f59"
    )
    headers = {}
    if kind is UNAUTHORIZED:
        headers = {"WWW-Authenticate": "The scheme that is asked for: Bearer."}
    elif kind in (TOO_MANY_REQUESTS, UNAVAILABLE):
        headers = {"Retry-After": "After how many seconds to come again."}
    titles = ". ".join(each.title for each in kinds)
    return Answer(description=titles, type=ProblemDetails, media_type=MEDIA_TYPE, headers=headers, example=example)
