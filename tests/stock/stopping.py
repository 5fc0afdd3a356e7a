"""Databases that stop in the middle, as a process does that is killed between two transactions, or that wait there."""

import asyncio
from collections.abc import Awaitable, Callable
from typing import Any

from onhand.store.database import Database, Session


class Stopped(Exception):
    """Nothing more is done."""


class StoppingDatabase:
    """Lets so many writes through, then stops; and tells a test of each read, so that others may come in between."""

    def __init__(
        self, database: Database, *, writes: int | None = None, after_read: Callable[[], Awaitable[None]] | None = None
    ) -> None:
        self._database = database
        self._writes = writes
        self._after_read = after_read
        self.dialect = database.dialect
        self.all, self.one, self.close = database.all, database.one, database.close

    async def read(self, work: Callable[[Session], Awaitable[Any]]) -> Any:
        """Read, and then let the others have their turn."""
        answer = await self._database.read(work)
        if self._after_read is not None:
            await self._after_read()
        return answer

    async def write(self, work: Callable[[Session], Awaitable[Any]], *, one_moment: bool = False) -> Any:
        """Write, if this is not where it stops."""
        if self._writes is not None:
            if self._writes == 0:
                raise Stopped
            self._writes -= 1
        return await self._database.write(work, one_moment=one_moment)


class WaitingDatabase:
    """Lets so many writes through, then waits before the next one until it is told to go on.

    `waits` is set as soon as it does, and `goes_on` is what a test sets.
    """

    def __init__(self, database: Database, *, writes: int) -> None:
        self._database = database
        self._writes = writes
        self.waits, self.goes_on = asyncio.Event(), asyncio.Event()
        self.dialect = database.dialect
        self.all, self.one, self.read, self.close = database.all, database.one, database.read, database.close

    async def write(self, work: Callable[[Session], Awaitable[Any]], *, one_moment: bool = False) -> Any:
        """Write, as soon as it goes on."""
        if self._writes == 0:
            self.waits.set()
            await self.goes_on.wait()
        self._writes -= 1
        return await self._database.write(work, one_moment=one_moment)
