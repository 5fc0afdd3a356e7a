"""The reconciliation of 100,000 SKUs in three centres: daily refreshes over small and large ledgers, a closed month.

What DuckDB does is the least there is to do: sum the same movements from a Parquet file and write the same file.
"""

import statistics
import time
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from pathlib import Path

import duckdb
import msgspec
import psycopg

from benchmarks.databases import postgresql_database, sqlite_database
from benchmarks.figures import Figure, at_most, median_ratio
from benchmarks.movements import MONTH, MONTHS, SKUS, Filled, clock_at, fill, move, settle
from onhand.basics.clock import month_start
from onhand.fulfilment.reconciliation.asking import Wanted, wanted_month
from onhand.fulfilment.reconciliation.calendar import PACIFIC, first_day, last_day
from onhand.fulfilment.reconciliation.reading import COLUMNS, month_file
from onhand.fulfilment.reconciliation.refreshes import shown_refresh
from onhand.fulfilment.reconciliation.refreshing import Refresher
from onhand.store.database import Database

_PART = "Reconciliation"
_TABLES = ("leg", "stock", "month_flow_kept", "reconciliation_day", "reconciliation_seen", "reconciliation_month")
_FLOORS = 3


class _Ledger(msgspec.Struct, frozen=True):
    """A ledger of so many older movements."""

    database: Database
    filled: Filled
    url: str


async def figures(
    directory: Path, server_url: str, *, sizes: Sequence[int], server_sizes: Sequence[int], days: int
) -> list[Figure]:
    """The ratios on both databases; the largest ledgers may be kept to one of them."""
    own = directory / "reconciliation"
    own.mkdir()
    found: list[Figure] = []
    for name, wanted in (("SQLite", sizes), ("PostgreSQL", server_sizes)):
        daily: dict[int, list[float]] = {}
        for size in wanted:
            async with _opened(name, own, server_url, size) as ledger:
                seconds = await _from_scratch(ledger, own)
                if size > min(wanted):
                    floors = [_duckdb_seconds(ledger.filled, own) for _ in range(_FLOORS)]
                    what = f"A closed month from scratch, {size:,} movements / DuckDB's sum and CSV: {name}"
                    shown = f" ({seconds:.1f} s)"
                    found.append(at_most(_PART, what, seconds / statistics.median(floors), 5, shown))
                daily[size] = [await _day(ledger, day) for day in range(1, days + 1)]
        found += _daily_figures(name, daily)
    return found


def _daily_figures(name: str, daily: dict[int, list[float]]) -> list[Figure]:
    smallest, *larger = sorted(daily)
    typical = sorted(daily[smallest])[len(daily[smallest]) // 2]
    found = [Figure(_PART, f"Daily refresh over {smallest:,} older movements, s: {name}", f"{typical:.2f}")]
    for size in larger:
        ratio = median_ratio(list(zip(daily[size], daily[smallest], strict=True)))
        what = f"Daily refresh over {size:,} older movements / over {smallest:,}: {name}"
        found.append(at_most(_PART, what, ratio, 1.3))
    return found


async def _from_scratch(ledger: _Ledger, directory: Path) -> float:
    """From a ledger and nothing else to the file of the last closed month."""
    started = time.perf_counter()
    await Refresher(ledger.database, lambda: clock_at(1)).run_due()
    shown = await shown_refresh(ledger.database)
    assert shown is not None
    wanted = wanted_month(MONTHS[1], shown, "month")
    assert isinstance(wanted, Wanted)
    file = await month_file(ledger.database, ledger.filled.seller_id, wanted, shown)
    path = directory / "ours.csv"
    with path.open("wb") as out:
        async for piece in file.pieces(ledger.database):
            out.write(piece)
    seconds = time.perf_counter() - started
    assert path.read_bytes().count(b"\r\n") == SKUS * len(ledger.filled.location_ids) + 1
    return seconds


async def _day(ledger: _Ledger, day: int) -> float:
    """The refresh of the morning after a day on which every third stream sold a unit."""
    await move(ledger.database, ledger.filled, day)
    await settle(ledger.database)
    started = time.perf_counter()
    done = await Refresher(ledger.database, lambda: clock_at(day + 1)).run_due()
    seconds = time.perf_counter() - started
    assert len(done) == 1
    return seconds


@asynccontextmanager
async def _opened(name: str, directory: Path, server_url: str, size: int) -> AsyncIterator[_Ledger]:
    if name == "SQLite":
        own = directory / str(size)
        own.mkdir()
        async with sqlite_database(own) as (database, path):
            yield _Ledger(database, await fill(database, size), "")
        path.unlink()
        return
    database_name = f"reconciliation_{size}"
    async with postgresql_database(server_url, database_name) as (database, url):
        filled = await fill(database, size)
        with psycopg.connect(url, autocommit=True) as connection:
            for table in _TABLES:
                connection.execute(f"VACUUM ANALYZE {table}")
            connection.execute("CHECKPOINT")
        yield _Ledger(database, filled, url)
    with psycopg.connect(server_url, autocommit=True) as connection:
        connection.execute(f"DROP DATABASE {database_name} WITH (FORCE)")


def _duckdb_seconds(filled: Filled, directory: Path) -> float:
    """Sum the movements of a Parquet file and write the rows of the closed month."""
    movements, names = directory / f"{filled.movements}.parquet", directory / "names.parquet"
    connection = duckdb.connect()
    try:
        if not movements.exists():
            _write_parquet(connection, filled, movements, names)
        started = time.perf_counter()
        connection.execute(_summing(movements, names, directory / "duckdb.csv"))
        return time.perf_counter() - started
    finally:
        connection.close()


def _write_parquet(connection: duckdb.DuckDBPyConnection, filled: Filled, movements: Path, names: Path) -> None:
    """The movements in the order in which they happened, as `movements.sql` makes them."""
    count, half = filled.per_stream, filled.per_stream // 2
    first, second = (month_start(month, PACIFIC) for month in MONTHS)
    connection.execute(
        f"""
        COPY (SELECT location_id, item_id, n * 1000000
                     + CASE WHEN n <= {half} THEN {first} ELSE {second} END AS happened,
                     CASE WHEN n = 1 THEN 43 WHEN n % 50 = 0 THEN 46 WHEN n % 20 = 0 THEN 49 ELSE 44 END AS event_type,
                     CASE WHEN n = 1 THEN {count + 50} ELSE -1 END AS quantity
                FROM range(1, {count + 1}) AS numbers (n)
               CROSS JOIN range(1, {SKUS + 1}) AS items (item_id)
               CROSS JOIN (SELECT unnest({list(filled.location_ids)}) AS location_id) AS locations)
          TO '{movements}' (FORMAT parquet)
        """
    )
    connection.execute(
        f"""
        COPY (SELECT item_id, printf('%014d', item_id) AS gtin, 'SKU-' || printf('%08d', item_id) AS sku,
                     'Item ' || printf('%014d', item_id) AS name
                FROM range(1, {SKUS + 1}) AS items (item_id))
          TO '{names}' (FORMAT parquet)
        """
    )


def _summing(movements: Path, names: Path, target: Path) -> str:
    start = month_start(MONTHS[1], PACIFIC)
    moved = ", ".join(
        f"SUM(CASE WHEN happened >= {start} AND event_type = {code} THEN quantity ELSE 0 END)" for code in range(43, 52)
    )
    columns = ", ".join(f'"{column}"' for column in COLUMNS)
    return f"""
        COPY (SELECT *
                FROM (SELECT '{first_day(MONTHS[1])}', '{last_day(MONTHS[1])}', gtin, '', sku, name,
                             'Centre ' || location_id, summed.* EXCLUDE (item_id, location_id)
                FROM (SELECT item_id, location_id, SUM(CASE WHEN happened < {start} THEN quantity ELSE 0 END), {moved},
                             SUM(quantity)
                        FROM '{movements}'
                       WHERE happened < {month_start(MONTH, PACIFIC)}
                       GROUP BY item_id, location_id) AS summed
                JOIN '{names}' AS named USING (item_id)
               ORDER BY sku, location_id) AS rows ({columns}))
          TO '{target}' (FORMAT csv, HEADER)
        """
