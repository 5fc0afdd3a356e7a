"""PostgreSQL by psycopg 3: a pool of connections, prepared statements, whole sets as one JSON parameter."""

import asyncio
import random
import time
from collections.abc import Awaitable, Callable, Sequence

import msgspec
import psycopg
from psycopg import AsyncConnection, IsolationLevel
from psycopg.pq import PGconn, Ping
from psycopg_pool import AsyncConnectionPool, PoolTimeout

from onhand.store.database import Dialect, Row, RunAgain, T, Unavailable, Value
from onhand.store.queries import Query

# After these the outcome is unknown or nothing happened; the whole transaction is run again (its keys make that safe).
_REPEATED_STATES = frozenset({"40001", "40P01", "08000", "08003", "08006", "57P01", "57P02", "57P03", "XX000"})
_PAUSE_SECONDS = (0.005, 0.02, 0.08, 0.3, 1.0)
_OPENING_SECONDS_MIN = 0.1


class PostgresqlSession:
    """Statements on one connection."""

    def __init__(self, connection: AsyncConnection[Row]) -> None:
        self._connection = connection

    async def all(self, query: Query, **parameters: Value) -> list[Row]:
        """Every row of the answer."""
        return await (await self._connection.execute(query.postgresql, parameters)).fetchall()

    async def one(self, query: Query, **parameters: Value) -> Row | None:
        """The first row of the answer, or None."""
        return await (await self._connection.execute(query.postgresql, parameters)).fetchone()

    async def run(self, query: Query, **parameters: Value) -> int:
        """Run a statement that changes rows; how many it changed."""
        return (await self._connection.execute(query.postgresql, parameters)).rowcount

    async def insert(self, query: Query, **parameters: Value) -> int:
        """Run a statement whose keys another writer may be taking; how many rows it changed.

        Raises:
            RunAgain: another writer was quicker with one of them.
        """
        try:
            return await self.run(query, **parameters)
        except psycopg.errors.UniqueViolation as error:
            raise RunAgain from error

    async def run_rows(self, query: Query, rows: Sequence[msgspec.Struct]) -> int:
        """Run a statement over the whole set at once; how many rows it changed."""
        if not rows:
            return 0
        if query.postgresql.startswith("COPY"):
            return await self._copy(query, rows)
        parameters = {"rows": msgspec.json.encode(rows).decode()}
        return (await self._connection.execute(query.postgresql, parameters)).rowcount

    async def _copy(self, query: Query, rows: Sequence[msgspec.Struct]) -> int:
        try:
            async with self._connection.cursor() as cursor:
                async with cursor.copy(query.postgresql) as copy:
                    for row in rows:
                        await copy.write_row(msgspec.structs.astuple(row))
                return cursor.rowcount
        except psycopg.errors.UniqueViolation as error:
            raise RunAgain from error


class PostgresqlDatabase:
    """A PostgreSQL database and a pool of connections to it."""

    dialect: Dialect = "postgresql"

    def __init__(self, pool: AsyncConnectionPool[AsyncConnection[Row]], *, busy_seconds: float) -> None:
        self._pool = pool
        self._busy_seconds = busy_seconds
        self._replacing = False

    @classmethod
    async def open(cls, url: str, *, connections_max: int, busy_seconds: float) -> "PostgresqlDatabase":
        """Open a pool on `url`; its `options` reach the server as they stand.

        Raises:
            Unavailable: the server refuses, or no connection could be made within `busy_seconds`.
        """
        deadline = time.monotonic() + busy_seconds
        await _first_connection(url, busy_seconds)
        pool: AsyncConnectionPool[AsyncConnection[Row]] = AsyncConnectionPool(
            url, min_size=1, max_size=connections_max, timeout=busy_seconds, open=False, kwargs={"autocommit": True}
        )
        try:
            await pool.open(wait=True, timeout=max(deadline - time.monotonic(), _OPENING_SECONDS_MIN))
        except PoolTimeout as error:
            await pool.close()
            raise _unanswered(busy_seconds, "no connection to spare") from error
        return cls(pool, busy_seconds=busy_seconds)

    async def all(self, query: Query, **parameters: Value) -> list[Row]:
        """Every row of the answer of a single reading statement."""

        async def work(connection: AsyncConnection[Row]) -> list[Row]:
            return await PostgresqlSession(connection).all(query, **parameters)

        return await self._repeated(work)

    async def one(self, query: Query, **parameters: Value) -> Row | None:
        """The first row of the answer of a single reading statement, or None."""

        async def work(connection: AsyncConnection[Row]) -> Row | None:
            return await PostgresqlSession(connection).one(query, **parameters)

        return await self._repeated(work)

    async def read(self, work: Callable[[PostgresqlSession], Awaitable[T]]) -> T:
        """Run `work` over one moment of the database.

        Raises:
            Unavailable: the database stayed out of reach.
        """
        return await self._repeated(_in_one_moment(work))

    async def write(
        self, work: Callable[[PostgresqlSession], Awaitable[T]], *, one_moment: bool = False, durable: bool = True
    ) -> T:
        """Run `work` as one transaction, again as a whole after a deadlock or a lost connection.

        In `one_moment` it is also run again where another writer changed a row first that it wants to change.

        Raises:
            Unavailable: the database stayed busy or out of reach.
        """

        async def transaction(connection: AsyncConnection[Row]) -> T:
            async with connection.transaction():
                if not durable:
                    await connection.execute("SET LOCAL synchronous_commit = off")
                return await work(PostgresqlSession(connection))

        return await self._repeated(_in_one_moment(work) if one_moment else transaction)

    async def _repeated(self, work: Callable[[AsyncConnection[Row]], Awaitable[T]]) -> T:
        deadline = time.monotonic() + self._busy_seconds
        attempt = 0
        while True:
            connection: AsyncConnection[Row] | None = None
            try:
                async with self._pool.connection() as connection:
                    return await work(connection)
            except (psycopg.OperationalError, psycopg.InternalError, psycopg.InterfaceError, PoolTimeout) as error:
                # Whatever the server said last: idle for too long, a proxy that closes, an administrator.
                is_lost = connection is not None and connection.closed
                if not (is_lost or _is_repeated(error)) or time.monotonic() > deadline:
                    raise Unavailable(f"PostgreSQL: {error}") from error
                if is_lost:
                    await self._replace_lost()
            except RunAgain as error:
                if time.monotonic() > deadline:
                    raise Unavailable("other writers were quicker each time: repeat the request") from error
            pause = _PAUSE_SECONDS[min(attempt, len(_PAUSE_SECONDS) - 1)]
            # Jitter keeps the victims of one deadlock from meeting again; it decides nothing that anybody reads.
            await asyncio.sleep(pause * (0.5 + random.random()))  # noqa: S311
            attempt += 1

    async def _replace_lost(self) -> None:
        """Replace every idle connection that was lost: a server that restarts takes them all at once.

        Otherwise each of them would be found out by an attempt of its own, and the time be over before the last.
        """
        if self._replacing:
            return
        self._replacing = True
        try:
            await self._pool.check()
        finally:
            self._replacing = False

    async def close(self) -> None:
        """Close the pool."""
        await self._pool.close()


def _in_one_moment(work: Callable[[PostgresqlSession], Awaitable[T]]) -> Callable[[AsyncConnection[Row]], Awaitable[T]]:
    """A transaction all of whose statements see what the first one saw."""

    async def transaction(connection: AsyncConnection[Row]) -> T:
        await connection.set_isolation_level(IsolationLevel.REPEATABLE_READ)
        try:
            async with connection.transaction():
                return await work(PostgresqlSession(connection))
        finally:
            if not connection.closed:
                await connection.set_isolation_level(None)

    return transaction


async def _first_connection(url: str, busy_seconds: float) -> None:
    """Connect once, which the pool would try until its time is over without ever saying what is wrong.

    A server that refuses will do so again; one that is away or just starting is waited for.
    """
    reason = "nothing came back"
    try:
        async with asyncio.timeout(busy_seconds):
            while True:
                try:
                    connection = await AsyncConnection.connect(url)
                except psycopg.Error as error:
                    reason = _first_line(error)
                    if not await _is_away(url):
                        raise Unavailable(f"PostgreSQL: {reason}") from error
                else:
                    await connection.close()
                    return
                await asyncio.sleep(_PAUSE_SECONDS[-2])
    except TimeoutError as error:
        raise _unanswered(busy_seconds, reason) from error


async def _is_away(url: str) -> bool:
    answer = await asyncio.to_thread(PGconn.ping, url.encode())
    return answer in (Ping.NO_RESPONSE, Ping.REJECT)


def _unanswered(busy_seconds: float, reason: str) -> Unavailable:
    return Unavailable(f"PostgreSQL did not answer within {busy_seconds:g} s: {reason}; check the database URL")


def _first_line(error: Exception) -> str:
    """What an error of the driver says, without the hints that follow."""
    return next(iter(str(error).splitlines()), type(error).__name__)


def _is_repeated(error: psycopg.Error) -> bool:
    # A connection that broke without a word from the server carries no state at all.
    return error.sqlstate is None or error.sqlstate in _REPEATED_STATES
