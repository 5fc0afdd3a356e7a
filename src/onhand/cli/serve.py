"""`onhand serve`: the APIs over HTTP."""

import logging
import os
import socket
from collections.abc import Callable
from typing import Annotated

import msgspec
import typer

from onhand.basics.clock import system_clock
from onhand.cli.answers import Problem
from onhand.cli.listening import listen, refusal_of_plain_http, url_of
from onhand.cli.opened import environment_settings
from onhand.cli.options import NoThrottle, ServerHost, ServerPort
from onhand.cli.processes import serve_by_processes
from onhand.cli.server import Visit, log_to_stderr, serve_until_stopped
from onhand.sandbox.credentials import PUBLISHED
from onhand.settings import Settings, misspelt
from onhand.surfaces.plumbing.shared_buckets import SharedBuckets
from onhand.surfaces.plumbing.shared_counts import SharedCounts
from onhand.wiring.serving import running_server

app = typer.Typer()
logger = logging.getLogger(__name__)


@app.command()
def serve(
    host: ServerHost = None,
    port: ServerPort = None,
    workers: Annotated[
        int | None,
        typer.Option(
            "--workers", min=1, max=64, help="How many processes serve. (default: ONHAND_SERVER_PROCESSES, which is 1)"
        ),
    ] = None,
    no_throttle: NoThrottle = False,
    behind_tls_proxy: Annotated[
        bool, typer.Option("--behind-tls-proxy", help="A proxy before this server terminates TLS: plain HTTP is meant.")
    ] = False,
) -> None:
    """Serve the store APIs, the gateway and the operator's API until stopped; logs are JSON lines on stderr.

    An embedded database is created or brought forward on the way; a server's needs `onhand database upgrade`.

    Example: `ONHAND_DATABASE_URL=sqlite:///shop.db onhand serve --port 8080`
    """
    settings = _with_options(environment_settings(), host, port, workers, no_throttle, behind_tls_proxy)
    if (refusal := refusal_of_plain_http(settings)) is not None:
        raise Problem(refusal)
    log_to_stderr(settings)
    for name, meant in misspelt(os.environ).items():
        logger.warning("no setting is called %s; was %s meant?", name, meant)
    listening = listen(settings.host, settings.port)
    url = url_of(listening, settings)
    processes = settings.server_processes
    said = {"url": url} if processes == 1 else {"url": url, "processes": processes}
    _serve(settings, listening, lambda: logger.info("serving", extra=said))


def _serve(settings: Settings, listening: socket.socket, on_ready: Callable[[], None]) -> None:
    processes = settings.server_processes
    if processes == 1:
        running = running_server(settings, system_clock, published=PUBLISHED)
        serve_until_stopped(running, settings, listening, on_ready)
        return
    buckets, counts = SharedBuckets(), SharedCounts(processes)

    def serve_one(place: int, on_ready: Callable[[], None], visit: Visit) -> None:
        running = running_server(
            settings, system_clock, published=PUBLISHED, buckets=buckets, counts=counts.place(place)
        )
        serve_until_stopped(running, settings, listening, on_ready, visit)

    serve_by_processes(serve_one, processes, listening, on_ready, shutdown_seconds=settings.shutdown_seconds)


def _with_options(
    settings: Settings,
    host: str | None,
    port: int | None,
    workers: int | None,
    no_throttle: bool,
    behind_tls_proxy: bool,
) -> Settings:
    return msgspec.structs.replace(
        settings,
        host=host or settings.host,
        port=settings.port if port is None else port,
        server_processes=workers or settings.server_processes,
        throttle=settings.throttle and not no_throttle,
        behind_tls_proxy=settings.behind_tls_proxy or behind_tls_proxy,
    )
