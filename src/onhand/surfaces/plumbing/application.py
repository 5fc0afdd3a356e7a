"""The whole of what is served, as one ASGI application.

Correlation, dispatch, faults, metrics and the request log are one wrapper rather than a stack of middleware: each layer
of a stack costs every request about as much as the database does.
"""

import logging
import time
from collections.abc import Awaitable, Callable, Sequence
from contextlib import AbstractAsyncContextManager
from typing import Any

from starlette.requests import ClientDisconnect
from starlette.responses import Response
from starlette.routing import Router
from starlette.types import ASGIApp, Receive, Scope, Send

from onhand.store.database import Unavailable
from onhand.surfaces.plumbing.call import BodyTooLarge, Call
from onhand.surfaces.plumbing.correlation import (
    CORRELATION_HEADER,
    accepted_correlation_id,
    current_correlation_id,
    new_correlation_id,
)
from onhand.surfaces.plumbing.documentation import documentation_surface
from onhand.surfaces.plumbing.metrics import RequestMetrics
from onhand.surfaces.plumbing.operations import Handler, Surface
from onhand.surfaces.plumbing.routing import Routes

Lifespan = Callable[[Any], AbstractAsyncContextManager[Any]]
Intercept = Callable[[Call, Surface], Awaitable[Response | None]]
"""Sees each call before its operation does; what it gives is answered in the operation's place."""

_requests = logging.getLogger("onhand.requests")
_faults = logging.getLogger("onhand.faults")
# Nobody is there to read it; it is counted and logged as what proxies call it.
_CLIENT_CLOSED_REQUEST = 499
_FIRST_PROBLEM = 400
_UNAVAILABLE_RETRY_SECONDS = b"1"
_TITLE = "Onhand"
_DESCRIPTION = "Retail inventory: what stores and ship nodes hold and what happened to it."


class Application:
    """An ASGI application over some surfaces."""

    def __init__(
        self,
        surfaces: Sequence[Surface],
        metrics: RequestMetrics,
        *,
        lifespan: Lifespan | None = None,
        logs_every_request: bool = False,
        intercept: Intercept | None = None,
        correlation_ids: Callable[[], str] = new_correlation_id,
        stopwatch: Callable[[], float] = time.perf_counter,
    ) -> None:
        self._routes = Routes(surfaces)
        self._metrics = metrics
        self._logs_every_request = logs_every_request
        self._intercept = intercept
        # Starting, stopping and whatever is not HTTP is left to Starlette.
        self._elsewhere: ASGIApp = Router(lifespan=lifespan)
        self._correlation_ids = correlation_ids
        self._stopwatch = stopwatch

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request."""
        if scope["type"] != "http":
            await self._elsewhere(scope, receive, send)
            return
        started = self._stopwatch()
        call = Call(scope, receive)
        correlation_id = accepted_correlation_id(call.header_bytes.get(CORRELATION_HEADER)) or self._correlation_ids()
        call.correlation_id = correlation_id
        call.answer_headers.append((CORRELATION_HEADER, correlation_id.encode("ascii")))
        token = current_correlation_id.set(correlation_id)
        try:
            await self._answer(call, send, started)
        finally:
            current_correlation_id.reset(token)

    async def _answer(self, call: Call, send: Send, started: float) -> None:
        surface, handle = self._find(call)
        status = _CLIENT_CLOSED_REQUEST
        try:
            intercepted = await self._intercept(call, surface) if self._intercept else None
            response = await _handled(call, surface, handle) if intercepted is None else intercepted
            status = response.status_code
            response.raw_headers += call.answer_headers
            await response(call.scope, call.receive, send)
        except ClientDisconnect:
            pass
        finally:
            self._record(call, surface, status, self._stopwatch() - started)

    def _find(self, call: Call) -> tuple[Surface, Handler]:
        found = self._routes.find(call.path, call.scope.get("raw_path") or b"")
        if found is None:
            surface = self._routes.surface_of(call.path)
            return surface, _fault_handler(surface, 404)
        place, call.scope["path_params"] = found
        method = call.scope["method"]
        # A server leaves out the body of an answer to HEAD.
        operation = place.operations.get("GET" if method == "HEAD" else method)
        if operation is None:
            call.answer_headers.append((b"allow", place.allowed.encode("ascii")))
            return place.surface, _fault_handler(place.surface, 405)
        call.operation = operation
        return place.surface, operation.handler

    def _record(self, call: Call, surface: Surface, status: int, seconds: float) -> None:
        # What nobody declared is one name, so that made-up paths can't fill the memory of the metrics.
        operation = call.operation.operation_id if call.operation else "none"
        self._metrics.observe(surface.name, operation, status, seconds)
        if (self._logs_every_request or status >= _FIRST_PROBLEM) and _requests.isEnabledFor(logging.INFO):
            fields = {"method": call.scope["method"], "path": call.path, "operation": operation, "status": status}
            _requests.info("answered", extra={**fields, "milliseconds": round(seconds * 1000, 3)})


async def _handled(call: Call, surface: Surface, handle: Handler) -> Response:
    try:
        return await handle(call)
    except BodyTooLarge:
        # The rest of the body is still on its way; the connection can't be used for another request.
        call.answer_headers.append((b"connection", b"close"))
        return surface.answer_fault(call, 413)
    except Unavailable as error:
        _faults.warning("the database is unavailable: %s", error)
        call.answer_headers.append((b"retry-after", _UNAVAILABLE_RETRY_SECONDS))
        return surface.answer_fault(call, 503)
    except ClientDisconnect:
        raise
    except Exception:  # noqa: BLE001 - the edge: whatever was not foreseen is logged and answered here
        _faults.exception("unhandled error in %s %s", call.scope["method"], call.path)
        return surface.answer_fault(call, 500)


def _fault_handler(surface: Surface, status: int) -> Handler:
    async def answer(call: Call) -> Response:
        return surface.answer_fault(call, status)

    return answer


def build_application(
    surfaces: Sequence[Surface],
    *,
    metrics: RequestMetrics,
    version: str,
    lifespan: Lifespan | None = None,
    logs_every_request: bool = False,
    intercept: Intercept | None = None,
) -> Application:
    """The application over `surfaces`, with their OpenAPI document at `/openapi.json` and its page at `/docs`.

    Where several surfaces could answer a fault of the documentation's own, the first one does.
    """
    documentation = documentation_surface(
        surfaces, surfaces[0].answer_fault, title=_TITLE, version=version, description=_DESCRIPTION
    )
    return Application(
        [*surfaces, documentation],
        metrics,
        lifespan=lifespan,
        logs_every_request=logs_every_request,
        intercept=intercept,
    )
