"""The database that a command works on: the one of the settings, opened for as long as the command takes."""

import asyncio
import os
from collections.abc import Awaitable, Callable
from typing import TypeVar

from onhand.settings import Settings
from onhand.store.database import Database
from onhand.wiring.databases import open_database

T = TypeVar("T")


def environment_settings() -> Settings:
    """The settings of this process.

    Raises:
        BadSetting: a variable holds what its setting does not accept.
    """
    return Settings.from_environment(os.environ)


def with_database(work: Callable[[Database, Settings], Awaitable[T]]) -> T:
    """Run `work` on the database of the settings."""
    settings = environment_settings()

    async def opened() -> T:
        database = await open_database(settings)
        try:
            return await work(database, settings)
        finally:
            await database.close()

    return asyncio.run(opened())
