"""How uvicorn serves here, and a server of it that says when it is ready."""

import socket
from collections.abc import Callable

import uvicorn
from starlette.types import ASGIApp

from onhand.serving.bounds import Bounds
from onhand.serving.transport import protocol_of


def configuration(
    application: ASGIApp,
    *,
    shutdown_seconds: float,
    bounds: Bounds,
    dates_itself: bool = False,
    tls_certificate: str = "",
    tls_key: str = "",
) -> uvicorn.Config:
    """What uvicorn is told.

    Requests at hand have `shutdown_seconds` to end. Connections keep to their `bounds`. An application that
    `dates_itself` puts a Date header on its answers. HTTPS is served where a certificate (the chain,
    PEM) and its key are named.
    """
    return uvicorn.Config(
        application,
        http=protocol_of(bounds),
        ws="none",
        lifespan="on",
        log_config=None,
        access_log=False,
        server_header=False,
        date_header=not dates_itself,
        ssl_certfile=tls_certificate or None,
        ssl_keyfile=tls_key or None,
        timeout_graceful_shutdown=round(shutdown_seconds),
    )


class ReadyServer(uvicorn.Server):
    """A server that says when it is ready."""

    def __init__(self, config: uvicorn.Config, on_ready: Callable[[], None]) -> None:
        super().__init__(config)
        self._on_ready = on_ready

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        """Begin to serve, then say so."""
        await super().startup(sockets)
        if self.started:
            self._on_ready()
