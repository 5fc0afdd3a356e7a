"""A server of PostgreSQL that goes away and comes back."""

import asyncio
import time

import psycopg

from onhand.store.postgresql import PostgresqlDatabase
from onhand.store.queries import Query

_SLOWLY = "SELECT 1 FROM pg_sleep(0.2)"
_OTHERS = "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = current_database() AND pid <> %s"
_OTHERS_ALIVE = "SELECT pid FROM pg_stat_activity WHERE datname = current_database() AND pid <> %s"
_CONNECTIONS, _BUSY_SECONDS = 24, 5.0


async def test_a_restarted_server_is_asked_anew_however_many_connections_it_took(postgresql_url: str) -> None:
    query = Query("slowly", _SLOWLY, _SLOWLY)
    opened = await PostgresqlDatabase.open(postgresql_url, connections_max=_CONNECTIONS, busy_seconds=_BUSY_SECONDS)
    try:
        await asyncio.gather(*(opened.all(query) for _ in range(2 * _CONNECTIONS)))
        with psycopg.connect(postgresql_url, autocommit=True) as other:
            lost = other.execute(_OTHERS, [other.info.backend_pid]).fetchall()
        assert len(lost) == _CONNECTIONS
        began = time.monotonic()
        assert await opened.all(query) == [(1,)]
        assert time.monotonic() - began < _BUSY_SECONDS / 2
    finally:
        await opened.close()


async def test_a_connection_that_the_server_ended_for_being_idle_is_replaced(postgresql_url: str) -> None:
    query = Query("quickly", "SELECT 1", "SELECT 1")
    with psycopg.connect(postgresql_url, autocommit=True) as other:
        name = other.info.dbname
        other.execute(f'ALTER DATABASE "{name}" SET idle_session_timeout = 100')
        opened = await PostgresqlDatabase.open(postgresql_url, connections_max=2, busy_seconds=_BUSY_SECONDS)
        try:
            async with asyncio.timeout(10):
                while other.execute(_OTHERS_ALIVE, [other.info.backend_pid]).fetchall():
                    await asyncio.sleep(0.05)
            assert await opened.all(query) == [(1,)]
        finally:
            await opened.close()
