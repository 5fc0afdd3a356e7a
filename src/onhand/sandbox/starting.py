"""A sandbox as a running application: the seeded database in a folder, and the server's parts on it."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import msgspec
from starlette.types import ASGIApp

from onhand.basics.clock import Clock
from onhand.sandbox.seeding import seed
from onhand.settings import Settings
from onhand.wiring.databases import open_database
from onhand.wiring.intake import build_intake
from onhand.wiring.published import NOTHING_PUBLISHED
from onhand.wiring.serving import running_server

_DATABASE = "sandbox.db"


@asynccontextmanager
async def running_sandbox(directory: Path, settings: Settings, clock: Clock) -> AsyncIterator[ASGIApp]:
    """The application of a sandbox whose data stand in `directory`; it is seeded where nothing stands there yet."""
    path = directory / _DATABASE
    if not path.exists():
        await _make_seeded(path, settings, clock)
    running = running_server(settings_of_sandbox(settings, path), clock, published=NOTHING_PUBLISHED, durable=False)
    async with running as application:
        yield application


def settings_of_sandbox(settings: Settings, path: Path) -> Settings:
    """The settings as far as they hold for a sandbox: it has its own database, and no passes that change its data."""
    return msgspec.structs.replace(
        settings,
        database_url=f"sqlite:///{path}",
        # Its files are its own too, and go where its database goes.
        data_directory=str(path.parent),
        object_store_url="",
        housekeeping_seconds=0.0,
    )


async def _make_seeded(path: Path, settings: Settings, clock: Clock) -> None:
    # Seeded beside its name, so that a sandbox that was killed meanwhile leaves no half data set behind.
    growing = path.with_name(f"{_DATABASE}.part")
    for left_over in path.parent.glob(f"{growing.name}*"):
        left_over.unlink()
    own = settings_of_sandbox(settings, growing)
    database = await open_database(own, durable=False)
    try:
        await seed(database, build_intake(database, own, clock), clock)
    finally:
        await database.close()
    growing.replace(path)
