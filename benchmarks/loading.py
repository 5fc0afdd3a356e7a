"""Loading events from a file, everything on, against the bare insertion of the same rows.

The floor's table has the columns of a leg and the same three trees over them: the order of a stream, the number within
it, and the event's key. Its rows stand ready in memory, in the file's order; nothing is checked, nothing else kept.
"""

import sqlite3
import time
from collections import defaultdict
from collections.abc import Callable, Iterator
from contextlib import asynccontextmanager, closing
from pathlib import Path
from typing import Any

import psycopg

from benchmarks import events
from benchmarks.databases import CACHE_BYTES, postgresql_database, sqlite_database
from benchmarks.figures import Figure, at_least, median_ratio
from onhand.basics.clock import from_datetime, system_clock
from onhand.files.loading import LoadOptions, load_events
from onhand.files.reading import InputFile
from onhand.settings import Settings
from onhand.stock.streams import LegRow
from onhand.stock.vocabulary import EVENT_TYPE_BY_NAME
from onhand.store.database import Database
from onhand.store.schema import statements_of
from onhand.wiring.intake import build_intake

COLUMNS = LegRow.__struct_fields__
_INSERT = f"INSERT INTO floor ({', '.join(COLUMNS)}) VALUES ({', '.join('?' * len(COLUMNS))})"
_COPY = f"COPY floor ({', '.join(COLUMNS)}) FROM STDIN"
_ROWS_A_TRANSACTION = 10_000
_SALES = EVENT_TYPE_BY_NAME["SALES"].code
_PART = "Loading events from a file"

Row = tuple[Any, ...]
Floor = Callable[[list[Row]], float]


async def figures(directory: Path, server_url: str, *, events_each: int, rounds: int, preload: int) -> list[Figure]:
    """The ratios on both databases, empty and with `preload` events in them."""
    found: list[Figure] = []
    for target, opened in ((0.3, _sqlite(directory)), (0.2, _postgresql(server_url))):
        async with opened as (name, database, floor, fill_floor):
            await events.make_known(database, system_clock)
            loader = _Loader(database, directory)
            found.append(await loader.compare(f"{name}, empty at first", floor, target, events_each, rounds))
            await loader.preload(preload)
            fill_floor()
            what = f"{name}, {preload / 1e6:g} million events there"
            found.append(await loader.compare(what, floor, target, events_each, rounds))
    return found


class _Loader:
    """Loads one part of the events after the other into the ledger."""

    def __init__(self, database: Database, directory: Path) -> None:
        self._intake = build_intake(database, Settings(), system_clock)
        self._file = directory / "events.ndjson"
        self._loaded = 0
        self._seqs: defaultdict[tuple[int, int], int] = defaultdict(int)

    async def compare(self, what: str, floor: Floor, target: float, count: int, rounds: int) -> Figure:
        """Load parts into the ledger and into the floor in turn."""
        pairs = []
        for _ in range(rounds):
            rows = list(self._rows(count))
            seconds = await self._load(count)
            pairs.append((floor(rows) / seconds, 1.0))
        last = count / seconds
        return at_least(
            _PART,
            f"Events a second / rows a second of the floor: {what}",
            median_ratio(pairs),
            target,
            f" ({last:,.0f} events/s in the last round)",
        )

    async def preload(self, total: int) -> None:
        """Load until so many events are there."""
        while self._loaded < total:
            await self._load(min(500_000, total - self._loaded))

    async def _load(self, count: int) -> float:
        events.write_file(self._file, count, first=self._loaded)
        self._loaded += count
        started = time.perf_counter()
        summary = await load_events(self._intake, "register", [InputFile(self._file)], LoadOptions(), lambda _: None)
        seconds = time.perf_counter() - started
        assert summary.accepted == count, summary
        return seconds

    def _rows(self, count: int) -> Iterator[Row]:
        for event_id, store, item, at in events.lines(count, first=self._loaded):
            self._seqs[store, item] += 1
            # Numbered apart from the ledger's own, which are copied into the floor before the second comparison.
            seq = 10**9 + self._loaded + self._seqs[store, item]
            yield (
                store,
                item,
                1,
                0,
                0,
                from_datetime(at),
                0,
                "floor",
                event_id,
                0,
                seq,
                _SALES,
                -10_000,
                None,
                0,
                None,
                0,
            )


@asynccontextmanager
async def _sqlite(directory: Path) -> Any:
    async with sqlite_database(directory) as (database, path):
        with closing(sqlite3.connect(directory / "floor.db", isolation_level=None)) as connection:
            connection.execute("PRAGMA journal_mode = WAL")
            connection.execute("PRAGMA synchronous = FULL")
            connection.execute(f"PRAGMA cache_size = -{CACHE_BYTES // 1024}")
            connection.execute("PRAGMA wal_autocheckpoint = 4000")
            for statement in _floor_statements("sqlite"):
                connection.execute(statement)

            def insert(rows: list[Row]) -> float:
                started = time.perf_counter()
                for start in range(0, len(rows), _ROWS_A_TRANSACTION):
                    connection.execute("BEGIN IMMEDIATE")
                    connection.executemany(_INSERT, rows[start : start + _ROWS_A_TRANSACTION])
                    connection.execute("COMMIT")
                return time.perf_counter() - started

            def fill() -> None:
                connection.execute("DELETE FROM floor")
                connection.execute("ATTACH ? AS ledger", (str(path),))
                named = ", ".join(COLUMNS)
                connection.execute(f"INSERT INTO floor ({named}) SELECT {named} FROM ledger.leg")
                connection.execute("DETACH ledger")

            yield "SQLite", database, insert, fill


@asynccontextmanager
async def _postgresql(server_url: str) -> Any:
    async with postgresql_database(server_url, "loading") as (database, url):
        with psycopg.connect(url, autocommit=True) as connection:
            for statement in _floor_statements("postgresql"):
                connection.execute(statement)

            def copy(rows: list[Row]) -> float:
                started = time.perf_counter()
                for start in range(0, len(rows), _ROWS_A_TRANSACTION):
                    with connection.cursor().copy(_COPY) as copying:
                        for row in rows[start : start + _ROWS_A_TRANSACTION]:
                            copying.write_row(row)
                return time.perf_counter() - started

            def fill() -> None:
                connection.execute("TRUNCATE floor")
                named = ", ".join(COLUMNS)
                connection.execute(f"INSERT INTO floor ({named}) SELECT {named} FROM leg")
                connection.execute("ANALYZE")

            yield "PostgreSQL", database, copy, fill


def _floor_statements(dialect: Any) -> list[str]:
    """The table of legs under another name, and the index that the event's key is kept in."""
    (table,) = [text for text in statements_of("0001_units", dialect) if text.startswith("CREATE TABLE leg ")]
    return [
        table.replace("TABLE leg ", "TABLE floor "),
        "CREATE UNIQUE INDEX floor_by_seq ON floor (location_id, item_id, owner_id, area, state, seq)",
        "CREATE UNIQUE INDEX floor_by_event ON floor (location_id, source, event_id)",
    ]
