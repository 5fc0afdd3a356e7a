"""SQLite, the embedded default: reads inline on the event loop, one writer.

A point read takes microseconds, so it is not worth a thread. Writing transactions take turns within the process by a
lock and between processes by `BEGIN IMMEDIATE`, which is asked for again after a short pause rather than waited for,
so that a busy file never holds up the event loop. What was written is moved from the write-ahead log into the file by a
thread, a while after it was committed: a commit that has to do it as well takes several times as long.
"""

import asyncio
import sqlite3
import time
from collections.abc import Awaitable, Callable, Sequence
from contextlib import closing, suppress
from pathlib import Path

import msgspec

from onhand.store.database import Dialect, Row, RunAgain, T, Unavailable, Value
from onhand.store.queries import Query

_BUSY_PAUSE_SECONDS = 0.005
_CHECKPOINT_AFTER_SECONDS = 1.0
# A commit does it itself where the log has grown to this, as it may within a second of loading: 128 MB.
_CHECKPOINT_PAGES = 32_000
# WAL with FULL waits for the disk at every commit: an acknowledged write survives a loss of power. With NORMAL it may
# be lost then, together with all that came after it.
_FULL, _NORMAL, _OFF = "FULL", "NORMAL", "OFF"


class SqliteSession:
    """Statements on one connection."""

    def __init__(self, connection: sqlite3.Connection) -> None:
        self._connection = connection

    async def all(self, query: Query, **parameters: Value) -> list[Row]:
        """Every row of the answer."""
        return self._connection.execute(query.sqlite, parameters).fetchall()

    async def one(self, query: Query, **parameters: Value) -> Row | None:
        """The first row of the answer, or None."""
        row: Row | None = self._connection.execute(query.sqlite, parameters).fetchone()
        return row

    async def run(self, query: Query, **parameters: Value) -> int:
        """Run a statement that changes rows, or several; how many the last of them changed."""
        changed = 0
        for statement in query.sqlite_statements:
            changed = self._connection.execute(statement, parameters).rowcount
        return changed

    async def insert(self, query: Query, **parameters: Value) -> int:
        """Run a statement that inserts rows; how many it changed. One writer at a time is never beaten to a key."""
        return await self.run(query, **parameters)

    async def run_rows(self, query: Query, rows: Sequence[msgspec.Struct]) -> int:
        """Run a statement once a row; how many rows were changed altogether."""
        if not rows:
            return 0
        return self._connection.executemany(query.sqlite, map(msgspec.structs.astuple, rows)).rowcount


class SqliteDatabase:
    """A file of SQLite in write-ahead mode."""

    dialect: Dialect = "sqlite"

    def __init__(self, path: Path, *, cache_bytes: int, busy_seconds: float, durable: bool = True) -> None:
        self._path = path
        self._cache_kibibytes = cache_bytes // 1024
        self._busy_seconds = busy_seconds
        self._durable = durable
        self._writer = self._connect()
        self._readers: list[sqlite3.Connection] = []
        self._turn = asyncio.Lock()
        self._checkpointing: asyncio.Task[None] | None = None
        self._moving: set[asyncio.Task[None]] = set()

    def _connect(self) -> sqlite3.Connection:
        connection = sqlite3.connect(self._path, isolation_level=None, cached_statements=256, check_same_thread=False)
        connection.execute("PRAGMA busy_timeout = 5000")
        connection.execute("PRAGMA journal_mode = WAL")
        connection.execute(f"PRAGMA synchronous = {_FULL if self._durable else _OFF}")
        connection.execute(f"PRAGMA cache_size = -{self._cache_kibibytes}")
        connection.execute(f"PRAGMA wal_autocheckpoint = {_CHECKPOINT_PAGES}")
        connection.execute("PRAGMA foreign_keys = ON")
        return connection

    async def all(self, query: Query, **parameters: Value) -> list[Row]:
        """Every row of the answer of a single reading statement."""
        reader = self._take_reader()
        try:
            return reader.execute(query.sqlite, parameters).fetchall()
        finally:
            self._readers.append(reader)

    async def one(self, query: Query, **parameters: Value) -> Row | None:
        """The first row of the answer of a single reading statement, or None."""
        reader = self._take_reader()
        try:
            row: Row | None = reader.execute(query.sqlite, parameters).fetchone()
            return row
        finally:
            self._readers.append(reader)

    async def read(self, work: Callable[[SqliteSession], Awaitable[T]]) -> T:
        """Run `work` over one moment of the file."""
        reader = self._take_reader()
        reader.execute("BEGIN")
        try:
            return await work(SqliteSession(reader))
        finally:
            reader.execute("ROLLBACK")
            self._readers.append(reader)

    async def write(
        self, work: Callable[[SqliteSession], Awaitable[T]], *, one_moment: bool = False, durable: bool = True
    ) -> T:
        """Run `work` as one transaction; nobody else writes meanwhile, so that it sees one moment in any case.

        Raises:
            Unavailable: another process kept the file for longer than `busy_seconds`.
        """
        del one_moment
        deadline = time.monotonic() + self._busy_seconds
        while True:
            try:
                return await self._transaction(work, deadline, durable=durable)
            except RunAgain as error:
                if time.monotonic() > deadline:
                    raise Unavailable("other writers were quicker each time: repeat the request") from error
            await asyncio.sleep(_BUSY_PAUSE_SECONDS)

    async def _transaction(self, work: Callable[[SqliteSession], Awaitable[T]], deadline: float, *, durable: bool) -> T:
        async with self._turn:
            if self._durable:
                self._writer.execute(f"PRAGMA synchronous = {_FULL if durable else _NORMAL}")
            await self._begin(deadline)
            try:
                answer = await work(SqliteSession(self._writer))
                self._writer.execute("COMMIT")
            except BaseException:
                if self._writer.in_transaction:
                    self._writer.execute("ROLLBACK")
                raise
            if self._checkpointing is None:
                self._checkpointing = asyncio.create_task(self._checkpoint())
            return answer

    async def _checkpoint(self) -> None:
        """Move what was committed into the file, while reading and writing go on."""
        await asyncio.sleep(_CHECKPOINT_AFTER_SECONDS)
        # From here on a commit has a checkpoint of its own to come.
        self._checkpointing = None
        moving = asyncio.create_task(asyncio.to_thread(self._move_log))
        self._moving.add(moving)
        moving.add_done_callback(self._moving.discard)
        await moving

    def _move_log(self) -> None:
        # What can't be moved now stays in the log, where it is as safe, for the next time.
        with suppress(sqlite3.OperationalError), closing(self._connect()) as connection:
            connection.execute("PRAGMA wal_checkpoint(PASSIVE)")

    async def _begin(self, deadline: float) -> None:
        self._writer.execute("PRAGMA busy_timeout = 0")
        while True:
            try:
                self._writer.execute("BEGIN IMMEDIATE")
            except sqlite3.OperationalError as error:
                if error.sqlite_errorcode & 0xFF != sqlite3.SQLITE_BUSY:
                    raise
                if time.monotonic() > deadline:
                    message = f"{self._path.name} is kept busy by another process for over {self._busy_seconds} s"
                    raise Unavailable(message) from error
                await asyncio.sleep(_BUSY_PAUSE_SECONDS)
            else:
                return

    def _take_reader(self) -> sqlite3.Connection:
        return self._readers.pop() if self._readers else self._connect()

    async def close(self) -> None:
        """Close every connection to the file."""
        if self._checkpointing is not None:
            self._checkpointing.cancel()
        await asyncio.gather(*self._moving, return_exceptions=True)
        for connection in (self._writer, *self._readers):
            connection.close()
        self._readers.clear()
