"""Feeds over HTTP from POST to PROCESSED, against parsing the same body and upserting its rows in bulk.

And what the server holds while it takes and processes ten times as many rows, and what a poll of the status costs at
the beginning and at the end of a feed.
"""

import asyncio
import sqlite3
import subprocess
import time
from collections.abc import AsyncIterator, Iterator
from contextlib import AbstractAsyncContextManager, asynccontextmanager, closing, contextmanager
from pathlib import Path

import msgspec
import psycopg
from msgspec.structs import astuple

from benchmarks.databases import (
    CACHE_BYTES,
    ONHAND,
    free_port,
    listening,
    peak_bytes,
    postgresql_database,
    sqlite_database,
)
from benchmarks.figures import Figure, at_most, median_ratio
from benchmarks.requests import requests_per_second
from benchmarks.vendor import FeedRow, Vendor, feed, make_known
from onhand.store.database import Database

_PART = "Feeds"
_PAUSE_SECONDS = 0.01
_BARE = (
    "CREATE TABLE IF NOT EXISTS bare (product_id TEXT NOT NULL, ship_node TEXT NOT NULL, code TEXT NOT NULL, "
    "quantity BIGINT NOT NULL, PRIMARY KEY (product_id, ship_node))"
)
_UPSERT = "ON CONFLICT (product_id, ship_node) DO UPDATE SET code = excluded.code, quantity = excluded.quantity"


class _Body(msgspec.Struct):
    rows: list[FeedRow] = msgspec.field(name="Inventory")


async def figures(directory: Path, server_url: str, *, rows: int, rounds: int, polls: int) -> list[Figure]:
    """The ratios on both databases, and the server's memory."""
    found: list[Figure] = []
    own = directory / "feeds"
    own.mkdir()
    for name, opened in (("SQLite", _sqlite(own)), ("PostgreSQL", _postgresql(server_url))):
        async with opened as (database, url):
            await make_known(database, rows * 10 // 2)
            found += await asyncio.to_thread(_on, name, url, _Floor(url), rows, rounds, polls)
    return found


def _on(name: str, url: str, floor: "_Floor", rows: int, rounds: int, polls: int) -> list[Figure]:
    pairs: list[tuple[float, float]] = []
    with _serving(url) as (_, vendor):
        # The first feed opens every stream, which no later one does.
        first = (_feed_seconds(vendor, feed(rows // 2, 0))[0], floor.seconds(feed(rows // 2, 0)))
        for number in range(1, rounds + 1):
            body = feed(rows // 2, number)
            took, feed_id = _feed_seconds(vendor, body)
            pairs.append((took, floor.seconds(body)))
        polled = _polling(name, vendor, feed_id, rows, polls)
    shown = f" ({pairs[-1][0] * 1000:,.0f} ms of {pairs[-1][1] * 1000:,.0f} ms)"
    what = f"A feed of {rows:,} rows from POST to PROCESSED / parsing and upserting its rows: {name}"
    return [
        at_most(_PART, what, median_ratio(pairs), 3.0, shown),
        Figure(_PART, f"The same for the first feed ever: {name}", f"{first[0] / first[1]:.2f}"),
        polled,
        _memory(name, url, rows),
    ]


def _memory(name: str, url: str, rows: int) -> Figure:
    """How much more a fresh server holds at its highest for ten times the rows."""
    held = []
    for count in (rows, rows * 10):
        with _serving(url, ONHAND_FEED_ROWS_MAX=str(rows * 20), ONHAND_FEED_BYTES_MAX="200000000") as (server, vendor):
            _feed_seconds(vendor, feed(count // 2, 99))
            held.append(peak_bytes(server) / 1e6)
    shown = f" ({held[1]:.0f} less {held[0]:.0f})"
    what = f"Peak of a server's memory for {rows * 10:,} rows less that for {rows:,}, MB: {name}"
    return at_most(_PART, what, held[1] - held[0], 60, shown)


def _polling(name: str, vendor: Vendor, feed_id: str, rows: int, polls: int) -> Figure:
    """What a poll with details costs where the feed ends, in polls where it begins."""
    near, far = (_request_at(vendor, feed_id, row) for row in (100, rows - 100))
    pairs = []
    for _ in range(7):
        at_end = requests_per_second(vendor.port, [far] * polls, connections=1)
        at_start = requests_per_second(vendor.port, [near] * polls, connections=1)
        pairs.append((at_start, at_end))
    what = f"A poll of the status with details at row {rows:,} / at row 100: {name}"
    shown = f" ({pairs[-1][1]:,.0f} and {pairs[-1][0]:,.0f} polls/s)"
    return at_most(_PART, what, median_ratio(pairs), 1.5, shown)


def _request_at(vendor: Vendor, feed_id: str, row: int) -> bytes:
    """The request for the page of details that begins at a row."""
    path = f"/v3/feeds/{feed_id}?includeDetails=true&limit=100"
    cursor: object = None
    for _ in range(row // 100):
        cursor = vendor.get(path if cursor is None else f"{path}&nextCursor={cursor}")["nextCursor"]
    return vendor.raw_get(f"{path}&nextCursor={cursor}")


def _feed_seconds(vendor: Vendor, body: bytes) -> tuple[float, str]:
    started = time.perf_counter()
    feed_id = str(vendor.post("/v3/feeds?feedType=DSV_INVENTORY", body)["feedId"])
    while True:
        status = vendor.get(f"/v3/feeds/{feed_id}")
        if status["feedStatus"] == "PROCESSED":
            took = time.perf_counter() - started
            assert status["itemsReceived"] == status["itemsSucceeded"], status
            return took, feed_id
        assert status["feedStatus"] != "ERROR", status
        time.sleep(_PAUSE_SECONDS)


@contextmanager
def _serving(url: str, **environment: str) -> Iterator[tuple[subprocess.Popen[bytes], Vendor]]:
    port = free_port()
    command = [*ONHAND, "serve", "--no-throttle", "--port", str(port)]
    with listening(command, port, ONHAND_DATABASE_URL=url, **environment) as server:
        yield server, Vendor(port)


class _Floor:
    """Parsing a body and upserting its rows in bulk, the way that each database does it fastest."""

    def __init__(self, url: str) -> None:
        self._url = url

    def seconds(self, body: bytes) -> float:
        """How long it takes on a connection that is open already."""
        return self._sqlite(body) if self._url.startswith("sqlite") else self._postgresql(body)

    def _sqlite(self, body: bytes) -> float:
        path = self._url.removeprefix("sqlite:///") + ".bare"
        with closing(sqlite3.connect(path, isolation_level=None)) as connection:
            connection.execute("PRAGMA journal_mode = WAL")
            connection.execute("PRAGMA synchronous = FULL")
            connection.execute(f"PRAGMA cache_size = -{CACHE_BYTES // 1024}")
            connection.execute(f"{_BARE} WITHOUT ROWID")
            started = time.perf_counter()
            rows = msgspec.json.decode(body, type=_Body).rows
            connection.execute("BEGIN IMMEDIATE")
            connection.executemany(f"INSERT INTO bare VALUES (?, ?, ?, ?) {_UPSERT}", map(astuple, rows))
            connection.execute("COMMIT")
            return time.perf_counter() - started

    def _postgresql(self, body: bytes) -> float:
        with psycopg.connect(self._url, autocommit=True) as connection:
            connection.execute(_BARE)
            connection.execute("CREATE TEMPORARY TABLE staged (LIKE bare)")
            started = time.perf_counter()
            rows = msgspec.json.decode(body, type=_Body).rows
            with connection.transaction(), connection.cursor() as cursor:
                cursor.execute("TRUNCATE staged")
                with cursor.copy("COPY staged FROM STDIN") as copy:
                    for row in rows:
                        copy.write_row(astuple(row))
                cursor.execute(f"INSERT INTO bare SELECT * FROM staged {_UPSERT}")
            return time.perf_counter() - started


@asynccontextmanager
async def _sqlite(directory: Path) -> AsyncIterator[tuple[Database, str]]:
    async with sqlite_database(directory) as (database, path):
        yield database, f"sqlite:///{path}"


def _postgresql(server_url: str) -> AbstractAsyncContextManager[tuple[Database, str]]:
    return postgresql_database(server_url, "feeds")
