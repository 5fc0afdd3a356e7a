"""`onhand tour`: a year of real sales in a ledger, and signed requests about it shown as tables."""

import asyncio
import time
from datetime import datetime
from pathlib import Path
from typing import Annotated

import msgspec
import typer
from rich.console import Console

from onhand.basics.clock import system_clock
from onhand.cli.answers import Problem
from onhand.cli.listening import listen, url_of
from onhand.cli.opened import environment_settings
from onhand.cli.options import ServerPort
from onhand.cli.progress import counting_bar
from onhand.cli.server import log_to_stderr, serve_until_stopped
from onhand.completejourney.catalogue import Conflict
from onhand.completejourney.package import NotInstalled
from onhand.completejourney.streaming import Part
from onhand.sandbox.credentials import PUBLISHED
from onhand.settings import Settings
from onhand.tour.demo import DemoData, prepare, take_tour
from onhand.wiring.serving import running_server

app = typer.Typer()


@app.command()
def tour(
    data: Annotated[Path, typer.Option(metavar="DIR", help="Where the demo's ledger is kept.")] = Path("demo-data"),
    stores: Annotated[
        int | None, typer.Option(min=1, help="Only so many of the busiest stores. (default: all)")
    ] = None,
    until: Annotated[
        datetime | None, typer.Option(formats=["%Y-%m-%d"], help="Only what happened before this day. (default: all)")
    ] = None,
    port: ServerPort = None,
    once: Annotated[bool, typer.Option("--once", help="End after the tour instead of serving on.")] = False,
) -> None:
    """Load a grocery chain's year of register lines, serve it, and ask about it as a supplier would.

    The ledger is loaded the first time only; the tour is taken each time. Needs `pip install 'onhand[demo]'`.

    Example: `onhand tour --stores 20 --once`
    """
    settings = _settings(environment_settings(), data, port)
    log_to_stderr(settings)
    console = Console()
    # Before the minutes of loading: a port that is taken is better known at once.
    listening = listen(settings.host, settings.port, options="--port")
    url = url_of(listening, settings)
    loaded = _loaded(settings, data, Part(stores, until) if until else Part(stores), console)

    async def visit() -> bool:
        await take_tour(settings, system_clock, loaded, url, console)
        if not once:
            console.print(f"It goes on serving at {url} until Ctrl+C.", highlight=False)
        return not once

    running = running_server(settings, system_clock, published=PUBLISHED)
    serve_until_stopped(running, settings, listening, lambda: console.print(f"Serving at {url}"), visit)


def _loaded(settings: Settings, data: Path, part: Part, console: Console) -> DemoData:
    _make_directory(data)
    console.print(
        "A grocery chain's register lines go into a ledger, with opening counts and deliveries that are simulated. "
        "All of the year takes some minutes, the first time only.",
        highlight=False,
    )
    started = time.monotonic()
    try:
        with counting_bar("loading", shown=True) as progress:
            loaded = asyncio.run(prepare(settings, system_clock, data, part, progress))
    except (NotInstalled, Conflict) as problem:
        raise Problem(str(problem)) from problem
    took = time.monotonic() - started
    console.print(f"{loaded.events:,} events are in {data / 'onhand.db'} ({took:.0f} s).", highlight=False)
    return loaded


def _make_directory(data: Path) -> None:
    try:
        data.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        reason = "it is a file" if data.is_file() else error.strerror
        raise Problem(f"can't keep data in {data}: {reason}; choose another folder with --data") from error


def _settings(settings: Settings, data: Path, port: int | None) -> Settings:
    return msgspec.structs.replace(
        settings,
        database_url=f"sqlite:///{data / 'onhand.db'}",
        data_directory=str(data),
        object_store_url="",
        host="127.0.0.1",
        port=settings.port if port is None else port,
        # What is set for a real server on this machine is not meant for the demo.
        public_base_url="",
        tls_certificate="",
        tls_key="",
        log_level="warning" if settings.log_level == "info" else settings.log_level,
    )
