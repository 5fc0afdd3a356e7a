"""A seller's million rows: posting them, closing the period and writing its report, and pages from its middle.

The floors are measured in the same run: a bulk insert of as many rows, and an export of the same 30 columns by Polars
from one flat table of the same database.
"""

import asyncio
import csv
import os
import sqlite3
import subprocess
import sys
import time
from collections.abc import Iterator, Sequence
from contextlib import suppress
from decimal import Decimal
from pathlib import Path

import psycopg

from benchmarks.bare_settlement import COLUMN_NAMES
from benchmarks.databases import ONHAND, peak_bytes, postgresql_database, sqlite_database
from benchmarks.figures import Figure, at_least, at_most, median_ratio
from onhand.basics.clock import parse_time, system_clock
from onhand.partners.onboarding import Partner, add_partner
from onhand.settlement.calendar import SettlementCalendar
from onhand.settlement.entries import SaleEntry
from onhand.settlement.intake import SettlementIntake
from onhand.settlement.paging import rows_at
from onhand.settlement.publishing import published_statement
from onhand.store.database import Database

_PART = "Settlement"
_SELLER = "10000000001"
_ROWS_OF_A_SALE = 8
_ENTRIES = 5_000
_PAGE_ROWS = 1_000
_MEGABYTE = 2**20
_LOOK_SECONDS = 0.01
_SOLD_AT = parse_time("2024-03-05T12:00:00") or 0
_CALENDAR = SettlementCalendar()
_DAY = _CALENDAR.period_of(_SOLD_AT).reports_on
_LINE = "partner_id, period, line_no, posting_no, amount_type, amount, commission_rate"


async def figures(directory: Path, server_url: str, *, rows: int, rounds: int) -> list[Figure]:
    """Posting, writing and paging on both databases."""
    own = directory / "settlement"
    own.mkdir()
    found: list[Figure] = []
    async with sqlite_database(own) as (database, path):
        found += await _measure("SQLite", own, database, f"sqlite:///{path}", rows, rounds)
    async with postgresql_database(server_url, "settlement") as (database, url):
        found += await _measure("PostgreSQL", own, database, url, rows, rounds)
    return found


async def _measure(name: str, directory: Path, database: Database, url: str, rows: int, rounds: int) -> list[Figure]:
    seller = await add_partner(database, lambda: _SOLD_AT, kind="seller", code=_SELLER, name="Seller")
    assert isinstance(seller, Partner)
    posted = await _post(database, url, rows, rounds)
    written = directory / f"{name}.csv"
    close = [*ONHAND, "settlement", "close"]
    file = [*ONHAND, "settlement", "file", _DAY.isoformat(), "--seller", _SELLER, "--output", str(written)]
    closing, closing_peak = await asyncio.to_thread(_timed, close, url)
    writing, writing_peak = await asyncio.to_thread(_timed, file, url)
    _fill_bare(url, written)
    plain = directory / f"{name}-bare.csv"
    bare_command = [sys.executable, "-m", "benchmarks.bare_settlement", _plain(url), str(plain)]
    pairs = []
    for number in range(rounds):
        if number:
            writing, writing_peak = await asyncio.to_thread(_timed, file, url)
        pairs.append((closing + writing, (await asyncio.to_thread(_timed, bare_command, url))[0]))
    shown = f" ({pairs[-1][0]:.1f} s and {pairs[-1][1]:.1f} s)"
    peak = max(closing_peak, writing_peak) / _MEGABYTE
    pages = await _pages(database, seller.partner_id, rows, rounds)
    of = f"{rows:,} rows: {name}"
    return [
        at_least(_PART, f"Rows/s posted by sales / rows/s of a bulk insert: {name}", median_ratio(posted), 0.05),
        at_most(
            _PART, f"Closing, publishing and writing v1 / bare export by Polars, {of}", median_ratio(pairs), 3, shown
        ),
        at_most(_PART, f"Peak memory of closing and writing in MB, {of}", peak, 200),
        at_most(_PART, f"A JSON page from the middle / one from the start, {of}", median_ratio(pages), 1.5),
    ]


async def _post(database: Database, url: str, rows: int, rounds: int) -> list[tuple[float, float]]:
    """Rows a second of ours and of a bulk insert, in turn."""
    intake = SettlementIntake(database, lambda: _SOLD_AT, _CALENDAR)
    each = rows // _ROWS_OF_A_SALE // rounds
    pairs = []
    for number in range(rounds):
        entries = [_sale(number * each + place) for place in range(each)]
        started = time.perf_counter()
        for start in range(0, each, _ENTRIES):
            outcomes = await intake.take("sale", "shop", entries[start : start + _ENTRIES])
            assert all(outcome.status == "accepted" for outcome in outcomes)
        ours = each * _ROWS_OF_A_SALE / (time.perf_counter() - started)
        pairs.append((ours, await asyncio.to_thread(_bulk_insert, url, each * _ROWS_OF_A_SALE)))
    return pairs


def _sale(number: int) -> SaleEntry:
    return SaleEntry(
        event_id=f"sale-{number}",
        partner=_SELLER,
        customer_order=f"{200_000_000 + number}",
        customer_order_line="1",
        purchase_order=f"{100_000_000 + number}",
        purchase_order_line="1",
        contract_category="Home & Garden",
        quantity=1,
        product_price=Decimal(1_000 + number % 9_000) / 100,
        shipping=Decimal("5.00"),
        product_tax=Decimal("4.00"),
        shipping_tax=Decimal("0.40"),
        sku=f"SKU-{number % 1_000}",
        gtin="00614141100026",
        item_name=f"Desk lamp, LED, number {number % 1_000}",
        tax_code="2038710",
        product_type="Desk Lamps",
        shipping_method="Marketplace standard",
        ship_to_state="CA",
        ship_to_city="Fresno",
        ship_to_zip="93650",
    )


def _bulk_insert(url: str, rows: int) -> float:
    """Rows a second into a table with the columns and the key of a report's rows."""
    data = [(1, 20240224, number, number // 8, "Product Price", 5_000, "") for number in range(rows)]
    table = f"({_LINE.replace(',', ' BIGINT,').replace('amount_type BIGINT', 'amount_type TEXT')} TEXT, "
    key = "PRIMARY KEY (partner_id, period, line_no))"
    if url.startswith("postgres"):
        with psycopg.connect(url) as server:
            server.execute("DROP TABLE IF EXISTS bulk")
            server.execute(f"CREATE TABLE bulk {table}{key}".encode())
            server.commit()
            started = time.perf_counter()
            with server.cursor() as cursor, cursor.copy(f"COPY bulk ({_LINE}) FROM STDIN".encode()) as copy:
                for row in data:
                    copy.write_row(row)
            server.commit()
            return rows / (time.perf_counter() - started)
    connection = sqlite3.connect(_plain(url), isolation_level=None)
    connection.execute("PRAGMA synchronous = FULL")
    connection.execute("DROP TABLE IF EXISTS bulk")
    connection.execute(f"CREATE TABLE bulk {table}{key} WITHOUT ROWID")
    started = time.perf_counter()
    connection.execute("BEGIN")
    connection.executemany("INSERT INTO bulk VALUES (?, ?, ?, ?, ?, ?, ?)", data)
    connection.execute("COMMIT")
    took = time.perf_counter() - started
    connection.close()
    return rows / took


def _fill_bare(url: str, written: Path) -> None:
    """The rows of a report in one flat table."""
    columns = ", ".join(f"{name} TEXT" for name in COLUMN_NAMES)
    if url.startswith("postgres"):
        with psycopg.connect(url) as server:
            server.execute(f"CREATE TABLE bare ({columns})".encode())
            with server.cursor() as cursor, cursor.copy(b"COPY bare FROM STDIN") as copy:
                for row in _rows(written):
                    copy.write_row(row)
        return
    connection = sqlite3.connect(_plain(url), isolation_level=None)
    connection.execute(f"CREATE TABLE bare ({columns})")
    connection.execute("BEGIN")
    marks = ", ".join("?" * len(COLUMN_NAMES))
    connection.executemany(f"INSERT INTO bare VALUES ({marks})", _rows(written))
    connection.execute("COMMIT")
    connection.close()


def _rows(written: Path) -> Iterator[Sequence[str]]:
    with written.open(encoding="utf-8", newline="") as file:
        reader = csv.reader(file)
        next(reader)
        next(reader)
        yield from reader


async def _pages(database: Database, partner_id: int, rows: int, rounds: int) -> list[tuple[float, float]]:
    statement = await published_statement(database, partner_id, _DAY, system_clock())
    assert statement is not None
    pairs = []
    for _ in range(max(rounds, 5) * 4):
        took = []
        for offset in (rows // 2, 1):
            started = time.perf_counter()
            page = await rows_at(database, statement, offset, _PAGE_ROWS)
            took.append(time.perf_counter() - started)
            assert len(page) == _PAGE_ROWS
        pairs.append((took[0], took[1]))
    return pairs


def _timed(command: list[str], url: str) -> tuple[float, int]:
    """How long a process takes, and the most memory that it held."""
    started = time.perf_counter()
    process = subprocess.Popen(command, stdout=subprocess.DEVNULL, env=os.environ | {"ONHAND_DATABASE_URL": url})
    peak = 0
    while process.poll() is None:
        # What the kernel tells of a process that has ended counts the memory of the one that started it.
        with suppress(OSError, RuntimeError):
            peak = max(peak, peak_bytes(process))
        time.sleep(_LOOK_SECONDS)
    assert process.returncode == 0, command
    return time.perf_counter() - started, peak


def _plain(url: str) -> str:
    return url.removeprefix("sqlite:///")
