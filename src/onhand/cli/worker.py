"""`onhand worker`: doing what is due, apart from the servers."""

import asyncio
import logging
import signal
from contextlib import suppress
from typing import Annotated

import typer
import uvloop

from onhand.basics.clock import system_clock
from onhand.cli.opened import environment_settings
from onhand.cli.server import log_to_stderr
from onhand.settings import Settings
from onhand.stock.locations import Locations
from onhand.wiring.databases import open_database
from onhand.wiring.storage import open_objects
from onhand.wiring.working import begin_periodics, build_worker

app = typer.Typer()
logger = logging.getLogger(__name__)


@app.command()
def worker(
    once: Annotated[bool, typer.Option("--once", help="Do what is due now, and end.")] = False,
) -> None:
    """Process feeds, build reports and do what else is due, until stopped; logs are JSON lines on stderr.

    Any number of workers may run on one database, on any number of machines: each piece of work is done by one of them,
    and what one leaves undone another takes over after ONHAND_WORKER_LEASE_SECONDS. A server works, too, unless
    ONHAND_WORKER_IN_SERVER is false.

    Example: `ONHAND_DATABASE_URL=postgresql://onhand@db/onhand onhand worker`
    """
    settings = environment_settings()
    log_to_stderr(settings)
    with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
        runner.run(_work_once(settings) if once else _work_until_stopped(settings))


async def _work_once(settings: Settings) -> None:
    database = await open_database(settings)
    try:
        parts = (settings, database, open_objects(settings), Locations(database), system_clock)
        done = await build_worker(*parts).run_due()
        logger.info("worked", extra={"lanes": done})
    finally:
        await database.close()


async def _work_until_stopped(settings: Settings) -> None:
    database = await open_database(settings)
    try:
        parts = (settings, database, open_objects(settings), Locations(database), system_clock)
        working = asyncio.create_task(build_worker(*parts).run())
        for number in (signal.SIGINT, signal.SIGTERM):
            asyncio.get_running_loop().add_signal_handler(number, working.cancel)
        await begin_periodics(*parts)
        logger.info("working")
        with suppress(asyncio.CancelledError):
            await working
        logger.info("stopped")
    finally:
        await database.close()
