"""Requests of the operator's API, which all look alike: under /operator/v1, with a bearer token (OP)."""

from collections.abc import Callable
from typing import Any, TypeVar

from onhand.client.caller import Caller, json_body
from onhand.client.gateway import Parameters, query_of
from onhand.client.operations import Page, Walk
from onhand.client.steps import Exchange, Headers, Request

T = TypeVar("T")
P = TypeVar("P")

_PREFIX = "/operator/v1"
_JSON: Headers = (("Content-Type", "application/json"),)


def asked(
    operation: str, path: str, parameters: Parameters | None = None, body: Any = None, *, repeatable: bool = True
) -> Request:
    """A request; `operation` names its method and its path without the prefix. Its writes are known by their ids."""
    return Request(
        operation=operation,
        method=operation.partition(" ")[0],
        path=_PREFIX + path,
        door="operator",
        query=query_of(parameters or {}),
        headers=_JSON if body is not None else (),
        body=json_body(body) if body is not None else None,
        repeatable=repeatable,
    )


def walk_after(
    caller: Caller,
    operation: str,
    path: str,
    parameters: Parameters,
    kind: type[P],
    read: Callable[[P], tuple[tuple[T, ...], object]],
    *,
    place_name: str = "after",
) -> Walk[T]:
    """A walk over a list whose pages tell where the next one begins; `read` takes rows and that place from a page."""

    def page(place: str | None) -> Exchange[Page[T]]:
        request = asked(operation, path, {**parameters, place_name: place})
        rows, following = read((yield from caller.result(request, kind)))
        return Page(rows, None if following is None else str(following))

    return page
