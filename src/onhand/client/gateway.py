"""Requests of the gateway, which all look alike: under /v3, with a token, writes with a key of their own (DS-11)."""

from collections.abc import Mapping

from onhand.client.caller import Caller
from onhand.client.steps import Headers, Request

Parameters = Mapping[str, object]


def read(
    operation: str, path: str, parameters: Parameters | None = None, *, accept: str = "application/json"
) -> Request:
    """A read; parameters that are None are left out."""
    method = operation.partition(" ")[0]
    query = query_of(parameters or {})
    return Request(operation=operation, method=method, path=path, door="gateway", query=query, accept=accept)


def write(
    caller: Caller,
    operation: str,
    path: str,
    body: bytes,
    parameters: Parameters | None = None,
    *,
    if_match: str | None = None,
    idempotency_key: str | None = None,
) -> Request:
    """A write under an Idempotency-Key, made here unless one is given: sent twice, it is done once."""
    headers: Headers = (
        ("Content-Type", "application/json"),
        ("Idempotency-Key", idempotency_key or caller.around.new_id()),
        *((("If-Match", if_match),) if if_match else ()),
    )
    return Request(
        operation=operation,
        method=operation.partition(" ")[0],
        path=path,
        door="gateway",
        query=query_of(parameters or {}),
        headers=headers,
        body=body,
    )


def query_of(parameters: Parameters) -> Headers:
    """The parameters of a query that have a value; true and false as the contract writes them."""
    return tuple(
        (name, str(value).lower() if isinstance(value, bool) else str(value))
        for name, value in parameters.items()
        if value is not None
    )
