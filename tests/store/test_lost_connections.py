"""A server of PostgreSQL that goes away and comes back."""

import asyncio

import psycopg

from onhand.store.database import Session
from onhand.store.postgresql import PostgresqlDatabase
from onhand.store.queries import Query

_OTHERS = "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = current_database() AND pid <> %s"
_OTHERS_ALIVE = "SELECT pid FROM pg_stat_activity WHERE datname = current_database() AND pid <> %s"
_ONE = Query("one", "SELECT 1", "SELECT 1")
_CONNECTIONS, _BUSY_SECONDS = 24, 5.0


async def test_a_restarted_server_is_asked_anew_however_many_connections_it_took(postgresql_url: str) -> None:
    together = asyncio.Barrier(_CONNECTIONS)

    async def work(_: Session) -> None:
        await together.wait()

    opened = await PostgresqlDatabase.open(postgresql_url, connections_max=_CONNECTIONS, busy_seconds=_BUSY_SECONDS)
    try:
        await asyncio.gather(*(opened.read(work) for _ in range(_CONNECTIONS)))
        with psycopg.connect(postgresql_url, autocommit=True) as other:
            lost = other.execute(_OTHERS, [other.info.backend_pid]).fetchall()
        assert len(lost) == _CONNECTIONS
        assert await opened.all(_ONE) == [(1,)]
    finally:
        await opened.close()


async def test_a_connection_that_the_server_ended_for_being_idle_is_replaced(postgresql_url: str) -> None:
    with psycopg.connect(postgresql_url, autocommit=True) as other:
        name = other.info.dbname
        other.execute(f'ALTER DATABASE "{name}" SET idle_session_timeout = 100')
        opened = await PostgresqlDatabase.open(postgresql_url, connections_max=2, busy_seconds=_BUSY_SECONDS)
        try:
            async with asyncio.timeout(10):
                while other.execute(_OTHERS_ALIVE, [other.info.backend_pid]).fetchall():  # noqa: ASYNC110
                    await asyncio.sleep(0.05)
            assert await opened.all(_ONE) == [(1,)]
        finally:
            await opened.close()
