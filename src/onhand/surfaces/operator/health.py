"""Whether the server is alive and ready, its metrics, and what each kind of problem means (OP-09).

None of it needs a token of an operator client. The metrics say how much business is done, so that they have a door of
their own: whoever collects them need not be able to do anything else.
"""

import hmac
from collections.abc import Awaitable, Callable
from typing import Literal

import msgspec
from prometheus_client import CollectorRegistry
from starlette.responses import Response

from onhand.store.database import Unavailable
from onhand.store.schema import newest_revision
from onhand.surfaces.operator.problems import (
    INTERNAL_ERROR,
    MEDIA_TYPE,
    NOT_FOUND,
    PROBLEM_TYPES,
    TYPES_PATH,
    UNAUTHORIZED,
    UNAVAILABLE,
    Problem,
    ProblemDetails,
    problem_response,
)
from onhand.surfaces.plumbing.call import Call
from onhand.surfaces.plumbing.metrics import metrics_response
from onhand.surfaces.plumbing.operations import Answer, Operation, Parameter
from onhand.surfaces.plumbing.responses import JsonResponse

TAG = "Health"
RevisionOf = Callable[[], Awaitable[str | None]]
"""Gives the revision that the database's schema stands at, None where there is none; raises Unavailable."""

_CLOSED = Problem(
    UNAUTHORIZED,
    "Metrics are shown to whoever sends `Authorization: Bearer <token>` with the token of ONHAND_METRICS_TOKEN, and to "
    "nobody where that is not set; to anybody where ONHAND_METRICS_OPEN is.",
    headers=((b"www-authenticate", b"Bearer"),),
)
_TYPE_BY_NAME = {problem_type.name: problem_type for problem_type in PROBLEM_TYPES}


class Alive(msgspec.Struct, frozen=True):
    """The process answers."""

    status: Literal["alive"] = "alive"


class Ready(msgspec.Struct, frozen=True):
    """The database answers, and its schema is the one that this program needs."""

    revision: str
    status: Literal["ready"] = "ready"


class ProblemMeaning(msgspec.Struct, frozen=True):
    """What a kind of problem means, and what to do about it."""

    type: str
    status: int
    title: str
    mend: str


class MetricsDoor(msgspec.Struct, frozen=True):
    """Who may see the metrics: anybody where it `is_open`, else who shows the token; nobody where there is none."""

    is_open: bool = False
    token: str = ""

    def lets_in(self, call: Call) -> bool:
        """Whether who calls may see them."""
        scheme, _, shown = call.header_bytes.get(b"authorization", b"").partition(b" ")
        is_shown = scheme.lower() == b"bearer" and hmac.compare_digest(shown.strip(), self.token.encode())
        return self.is_open or (bool(self.token) and is_shown)


class HealthHandlers:
    """Answers about the server itself."""

    def __init__(self, revision_of: RevisionOf, registry: CollectorRegistry, metrics_door: MetricsDoor) -> None:
        self._revision_of = revision_of
        self._registry = registry
        self._metrics_door = metrics_door

    async def alive(self, _: Call) -> Response:
        """The process answers; nothing else is looked at."""
        return JsonResponse(Alive())

    async def ready(self, call: Call) -> Response:
        """Whether requests may be sent here."""
        try:
            revision = await self._revision_of()
        except Unavailable as error:
            return _not_ready(call, f"The database does not answer: {error}.")
        needed = newest_revision()
        if revision != needed:
            return _not_ready(call, _mismatch(revision, needed))
        return JsonResponse(Ready(needed))

    async def metrics(self, call: Call) -> Response:
        """Every metric, as Prometheus reads them."""
        if not self._metrics_door.lets_in(call):
            return problem_response(call, _CLOSED)
        return metrics_response(self._registry)

    async def problem(self, call: Call) -> Response:
        """What a kind of problem means."""
        kind = _TYPE_BY_NAME.get(call.path_params["name"])
        if kind is None:
            said = f"There is no such kind of problem; there are {', '.join(_TYPE_BY_NAME)}."
            return problem_response(call, Problem(NOT_FOUND, said))
        return JsonResponse(ProblemMeaning(TYPES_PATH + kind.name, kind.status, kind.title, kind.mend))


def _mismatch(revision: str | None, needed: str) -> str:
    if revision is not None and revision > needed:
        return f"The schema is at revision {revision}; this program is older and knows {needed}: install the newer one."
    stands = f"at revision {revision}" if revision else "empty"
    return f"The schema is {stands}, and {needed} is needed: run `onhand database upgrade`."


def _not_ready(call: Call, reason: str) -> Response:
    return problem_response(call, Problem(UNAVAILABLE, reason, headers=((b"retry-after", b"1"),)))


def health_operations(handlers: HealthHandlers) -> tuple[Operation, ...]:
    """The operations that need no token."""
    meaning = ProblemMeaning(TYPES_PATH + NOT_FOUND.name, NOT_FOUND.status, NOT_FOUND.title, NOT_FOUND.mend)
    internal = Answer(description=INTERNAL_ERROR.title, type=ProblemDetails, media_type=MEDIA_TYPE)
    not_found = Answer(description="There is no such kind.", type=ProblemDetails, media_type=MEDIA_TYPE)
    not_ready = Answer(
        description="It is not ready; `detail` says why.",
        type=ProblemDetails,
        media_type=MEDIA_TYPE,
        headers={"Retry-After": "After how many seconds to ask again."},
    )
    closed = Answer(
        description="The server asks for its token of metrics.",
        type=ProblemDetails,
        media_type=MEDIA_TYPE,
        headers={"WWW-Authenticate": "The scheme that is asked for: Bearer."},
    )
    name = Parameter(
        name="name", place="path", description="The last piece of the problem's `type`.", example=NOT_FOUND.name
    )
    return (
        Operation(
            method="GET",
            path="/healthz",
            operation_id="getHealth",
            summary="Whether the process is alive",
            tag=TAG,
            handler=handlers.alive,
            answers={200: Answer(description="It is.", type=Alive, example=Alive()), 500: internal},
        ),
        Operation(
            method="GET",
            path="/readyz",
            operation_id="getReadiness",
            summary="Whether the database answers with the schema that is needed",
            tag=TAG,
            handler=handlers.ready,
            answers={
                200: Answer(description="It is ready.", type=Ready, example=Ready("0001")),
                500: internal,
                503: not_ready,
            },
        ),
        Operation(
            method="GET",
            path="/metrics",
            operation_id="getMetrics",
            summary="Metrics for Prometheus",
            description="Counts and times by surface, operation and status. No label ever names a partner or an item. "
            "A server may ask for a bearer token of its own here.",
            tag=TAG,
            handler=handlers.metrics,
            answers={
                200: Answer(description="The metrics.", type=str, media_type="text/plain"),
                401: closed,
                500: internal,
            },
        ),
        Operation(
            method="GET",
            path=TYPES_PATH + "{name}",
            operation_id="getProblemMeaning",
            summary="What a kind of problem means",
            tag=TAG,
            handler=handlers.problem,
            parameters=(name,),
            answers={
                200: Answer(description="Its meaning.", type=ProblemMeaning, example=meaning),
                404: not_found,
                500: internal,
            },
        ),
    )
