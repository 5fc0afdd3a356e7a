"""Operations: one table of them serves requests and is written out as OpenAPI, so the two cannot differ."""

from collections.abc import Awaitable, Callable, Mapping
from typing import Any, Literal

import msgspec
from starlette.responses import Response

from onhand.surfaces.plumbing.call import Call

Handler = Callable[[Call], Awaitable[Response]]
AnswerFault = Callable[[Call, int], Response]
"""Gives the body of 404 and 405 where no operation stands, of 413, 500 and 503 wherever they happen, and of any other
status that a sandbox is told to answer."""


class Parameter(msgspec.Struct, frozen=True, kw_only=True):
    """A value that a request carries outside its body; `type` is any type that msgspec can describe."""

    name: str
    place: Literal["path", "query", "header"]
    description: str
    type: Any = str
    required: bool = False
    example: Any = None


class Body(msgspec.Struct, frozen=True, kw_only=True):
    """What the body of a request holds, and in which media types it may come; one not `required` may be left out."""

    description: str
    type: Any = None
    media_types: tuple[str, ...] = ("application/json",)
    example: Any = None
    required: bool = True


class Answer(msgspec.Struct, frozen=True, kw_only=True):
    """What is answered with one status; `headers` are their names with a description each.

    `other_media_types` are those in which the same may be answered where the caller asks for them.
    """

    description: str
    type: Any = None
    media_type: str = "application/json"
    other_media_types: tuple[str, ...] = ()
    headers: Mapping[str, str] = {}
    example: Any = None


class Operation(msgspec.Struct, frozen=True, kw_only=True):
    """One method on one path.

    `path` has its parameters in braces, each a whole segment or part of one. `security` names schemes of the surface,
    all needed together. `throttle_class` names the rate that holds for it; None is never throttled. Operations with one
    `limit_name` share a limit; without it each has its own.
    """

    method: Literal["GET", "POST", "PUT", "PATCH", "DELETE"]
    path: str
    operation_id: str
    summary: str
    handler: Handler
    answers: Mapping[int, Answer]
    tag: str
    description: str = ""
    parameters: tuple[Parameter, ...] = ()
    body: Body | None = None
    security: tuple[str, ...] = ()
    throttle_class: str | None = None
    limit_name: str | None = None


class Surface(msgspec.Struct, frozen=True, kw_only=True):
    """A contract's operations with its own table from faults to bodies.

    A path that no operation has is answered by the surface with the longest `prefix` of it. `security_schemes` are
    OpenAPI's, by name.
    """

    name: str
    prefix: str
    operations: tuple[Operation, ...]
    answer_fault: AnswerFault
    security_schemes: Mapping[str, Mapping[str, Any]] = {}
