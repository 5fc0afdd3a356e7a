"""Running an application until the process is told to stop: uvicorn on uvloop and httptools."""

import asyncio
import gc
import logging
import signal
import socket
import ssl
import sys
from collections.abc import Awaitable, Callable
from contextlib import AbstractAsyncContextManager, suppress
from pathlib import Path
from typing import NoReturn

import uvicorn
import uvloop
from starlette.types import ASGIApp

from onhand.cli.answers import Problem
from onhand.serving.bounds import Bounds
from onhand.serving.configuration import ReadyServer, configuration
from onhand.settings import Settings
from onhand.surfaces.plumbing.correlation import JsonLines

Visit = Callable[[], Awaitable[bool]]
"""What is done once a server is ready; whether it goes on serving afterwards."""


class _Server(ReadyServer):
    """A server that says when it is ready, and lets somebody visit it then."""

    def __init__(self, config: uvicorn.Config, on_ready: Callable[[], None], visit: Visit | None) -> None:
        super().__init__(config, on_ready)
        self._visit = visit
        self._visiting: asyncio.Task[None] | None = None

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        """Begin to serve, then let the visitor in."""
        await super().startup(sockets)
        if self.started and self._visit:
            self._visiting = asyncio.create_task(self._receive(self._visit))

    async def _receive(self, visit: Visit) -> None:
        goes_on = False
        try:
            goes_on = await visit()
        finally:
            self.should_exit = self.should_exit or not goes_on

    async def end_visit(self) -> None:
        """Send the visitor away who is still there; raise what ended the visit, if anything did."""
        if self._visiting:
            self._visiting.cancel()
            with suppress(asyncio.CancelledError):
                await self._visiting


def serve_until_stopped(
    running: AbstractAsyncContextManager[ASGIApp],
    settings: Settings,
    listening: socket.socket,
    on_ready: Callable[[], None],
    visit: Visit | None = None,
    *,
    dates_itself: bool = False,
) -> None:
    """Serve the application that `running` gives until SIGINT or SIGTERM, then finish the requests at hand.

    One that `dates_itself` puts a Date header on its answers, by a clock of its own.
    """
    for number in (signal.SIGINT, signal.SIGTERM):
        # uvicorn stops gracefully at the signal and raises it once more at the end, when nothing is left to do.
        signal.signal(number, _end)

    async def serve() -> None:
        async with running as application:
            # What has been built stays for good: the collector need not look through it again and again.
            gc.collect()
            gc.freeze()
            server = _Server(_configuration(application, settings, dates_itself), on_ready, visit)
            try:
                await server.serve([listening])
            finally:
                await server.end_visit()

    with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
        runner.run(serve())


def log_to_stderr(settings: Settings) -> None:
    """Write the log as JSON lines on stderr."""
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(JsonLines())
    logging.basicConfig(handlers=[handler], level=settings.log_level.upper(), force=True)
    # Its starts and stops are told by the commands themselves, with the URL.
    logging.getLogger("uvicorn").setLevel(logging.WARNING)


def _configuration(application: ASGIApp, settings: Settings, dates_itself: bool) -> uvicorn.Config:
    if settings.tls_certificate:
        _check_certificate(settings.tls_certificate, settings.tls_key)
    return configuration(
        application,
        shutdown_seconds=settings.shutdown_seconds,
        bounds=Bounds.of(settings),
        dates_itself=dates_itself,
        tls_certificate=settings.tls_certificate,
        tls_key=settings.tls_key,
    )


def _check_certificate(certificate: str, key: str) -> None:
    for path in (certificate, key):
        if not Path(path).is_file():
            raise Problem(f"there is no file {path}: ONHAND_TLS_CERTIFICATE and ONHAND_TLS_KEY name PEM files")
    try:
        # The password keeps OpenSSL from asking for one at the terminal, where a service has nobody to answer.
        ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER).load_cert_chain(certificate, key, password=lambda: "")
    except OSError as error:
        raise Problem(
            f"can't serve HTTPS with {certificate} and {key}: {error.strerror or error}; ONHAND_TLS_CERTIFICATE names "
            "the certificate chain and ONHAND_TLS_KEY its private key, without a password, both in PEM"
        ) from error


def _end(_number: int, _frame: object) -> NoReturn:
    sys.exit(0)
