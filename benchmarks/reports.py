"""The visibility report over HTTP from the request to READY, against the database's own fastest export of its rows.

The export is one statement that joins everything, in whatever order it likes: on PostgreSQL COPY to CSV, on SQLite
lines that are put together in SQL. Both are compressed by the same library at the same level. And what the server
holds at its highest while it builds a tenth of the rows, and all of them.
"""

import asyncio
import sqlite3
import subprocess
import time
from collections.abc import AsyncIterator, Iterator
from contextlib import AbstractAsyncContextManager, asynccontextmanager, closing, contextmanager
from pathlib import Path

import psycopg
from isal import isal_zlib

from benchmarks.databases import (
    ONHAND,
    free_port,
    listening,
    peak_bytes,
    postgresql_database,
    sqlite_database,
)
from benchmarks.figures import Figure, at_most, median_ratio
from benchmarks.vendor import CLIENT, SECRET, Vendor
from onhand.basics.clock import system_clock
from onhand.dropship.nodes import add_ship_node
from onhand.partners.clients import Scopes, add_gateway_client
from onhand.partners.onboarding import Partner, add_partner
from onhand.store.database import Database, Session
from onhand.store.queries import Query

_PART = "Reports"
_NODES = ("123456701", "123456702", "123456703", "123456704")
_REPORT = "reportType=DSV_INVENTORY&reportVersion=v1"
_PAUSE_SECONDS = 0.01
_PIECE_BYTES = 2**18
_LEVEL = 2
_MEMORY_MAX = 150


async def figures(directory: Path, server_url: str, *, rows: int, rounds: int) -> list[Figure]:
    """The ratios on both databases, and the server's memory."""
    found: list[Figure] = []
    own = directory / "reports"
    own.mkdir()
    for name in ("SQLite", "PostgreSQL"):
        seconds: list[tuple[float, float]] = []
        peaks = []
        for count in (rows // 10, rows):
            folder = own / f"{name}-{count}"
            folder.mkdir()
            opened = _sqlite(folder) if name == "SQLite" else _postgresql(server_url, f"reports_{count}")
            async with opened as (database, url):
                await _make_known(database, count // len(_NODES))
                with _serving(url, folder) as (server, vendor):
                    for _ in range(rounds if count == rows else 1):
                        took = await asyncio.to_thread(_report_seconds, vendor)
                        seconds.append((took, await asyncio.to_thread(_export_seconds, url)))
                    peaks.append(peak_bytes(server) / 1e6)
        pairs = seconds[1:]
        shown = f" ({pairs[-1][0]:.1f} s of {pairs[-1][1]:.1f} s)"
        what = f"A visibility report of {rows:,} rows from request to READY / its export and compression: {name}"
        found.append(at_most(_PART, what, median_ratio(pairs), 2.0, shown))
        shown = f" (a tenth of the rows: {peaks[0]:.0f})"
        what = f"Peak of a server's memory while it builds a report of {rows:,} rows, MB: {name}"
        found.append(at_most(_PART, what, peaks[1], _MEMORY_MAX, shown))
    return found


def _report_seconds(vendor: Vendor) -> float:
    started = time.perf_counter()
    request_id = vendor.post(f"/v3/reports?{_REPORT}", b"{}")["requestId"]
    while True:
        status = vendor.get(f"/v3/reports/reportRequests/{request_id}?{_REPORT}")["requestStatus"]
        if status == "READY":
            return time.perf_counter() - started
        assert status != "ERROR", status
        time.sleep(_PAUSE_SECONDS)


def _export_seconds(url: str) -> float:
    started = time.perf_counter()
    compressor = isal_zlib.compressobj(_LEVEL, isal_zlib.DEFLATED, -15)
    for piece in _sqlite_export(url) if url.startswith("sqlite") else _postgresql_export(url):
        compressor.compress(piece)
    compressor.flush()
    return time.perf_counter() - started


def _sqlite_export(url: str) -> Iterator[bytes]:
    with closing(sqlite3.connect(url.removeprefix("sqlite:///"))) as connection:
        cursor = connection.execute(_SQLITE_EXPORT)
        while rows := cursor.fetchmany(2_000):
            yield "".join(line for (line,) in rows).encode()


def _postgresql_export(url: str) -> Iterator[bytes]:
    with psycopg.connect(url) as connection, connection.cursor() as cursor, cursor.copy(_POSTGRESQL_EXPORT) as copy:
        held, size = [], 0
        for line in copy:
            held.append(bytes(line))
            size += len(line)
            if size >= _PIECE_BYTES:
                yield b"".join(held)
                held, size = [], 0
        yield b"".join(held)


@contextmanager
def _serving(url: str, folder: Path) -> Iterator[tuple[subprocess.Popen[bytes], Vendor]]:
    port = free_port()
    command = [*ONHAND, "serve", "--no-throttle", "--port", str(port)]
    environment = {"ONHAND_DATABASE_URL": url, "ONHAND_OBJECT_STORE_URL": (folder / "objects").as_uri()}
    with listening(command, port, **environment) as server:
        yield server, Vendor(port)


@asynccontextmanager
async def _sqlite(directory: Path) -> AsyncIterator[tuple[Database, str]]:
    async with sqlite_database(directory) as (database, path):
        yield database, f"sqlite:///{path}"


def _postgresql(server_url: str, name: str) -> AbstractAsyncContextManager[tuple[Database, str]]:
    return postgresql_database(server_url, name)


async def _make_known(database: Database, items: int) -> None:
    """A vendor whose items all lie at four nodes: some reserved, some on their way, some of infinite availability."""
    partner = await add_partner(database, system_clock, kind="supplier", code="vendor", name="Vendor")
    assert isinstance(partner, Partner)
    scopes = Scopes("full_access", "full_access", "full_access")
    await add_gateway_client(
        database, system_clock, client_id=CLIENT, partner_code="vendor", secret=SECRET, scopes=scopes
    )
    for code in _NODES:
        await add_ship_node(database, system_clock, code=code, name=f"Warehouse {code}", partner_code="vendor")

    async def work(session: Session) -> None:
        for text in _FILLING:
            await session.run(_numbered(text), items=items, partner_id=partner.partner_id)
        await session.run(Query("analyse", "ANALYZE", "ANALYZE"))

    await database.write(work)


def _numbered(text: str) -> Query:
    """A statement over the numbers from 0 on, as `s.n`."""
    numbers = "WITH RECURSIVE s (n) AS (SELECT 0 UNION ALL SELECT n + 1 FROM s WHERE n + 1 < :items) "
    series = "generate_series(0::bigint, %(items)s::bigint - 1) AS s (n)"
    insert, _, select = text.partition("\n")
    sqlite = f"{insert} {numbers}{select}".replace("{numbers}", "s").replace("{word}", _WORD)
    server = select.replace("{numbers}", series).replace("{word}", _WORD).replace("%", "%%").replace("%%(", "%(")
    server = f"{insert} {server.replace(':partner_id', '%(partner_id)s')}"
    return Query("filling", sqlite, server)


# Words that repeat as those of real names do.
_WORD = (
    "CASE s.n * 31 % 7 WHEN 0 THEN 'Kitchen towel' WHEN 1 THEN 'Garden chair, folding' WHEN 2 THEN 'Desk lamp'"
    " WHEN 3 THEN 'Coffee table, oak' WHEN 4 THEN 'Mug' WHEN 5 THEN 'Storage box with lid' ELSE 'Wall clock' END"
)
_ITEM = "10000000000 + s.n * 7"
_NODE = "FROM {numbers} CROSS JOIN location AS l WHERE l.partner_id = :partner_id"
_MOMENT = "1700000000000000 + s.n * 97000003"
_FILLING = (
    (
        f"INSERT INTO item (item_id, wm_item_nbr, name, published_status, created_at, updated_at)\nSELECT {_ITEM},"
        " CAST(900000000 + s.n AS TEXT), {word} || ', ' || (s.n * 7919 % 100003) || ' g',"
        " CASE WHEN s.n % 10 = 0 THEN 'UNPUBLISHED' ELSE 'PUBLISHED' END, 0, 0 FROM {numbers}"
    ),
    (
        "INSERT INTO item_supplier (item_id, partner_id, location_id, created_at)\n"
        f"SELECT {_ITEM}, :partner_id, 0, 0 FROM {{numbers}}"
    ),
    (
        "INSERT INTO sku (partner_id, sku, item_id, created_at)\n"
        f"SELECT :partner_id, 'V-' || (s.n * 7919 % 1000003) || '-' || s.n, {_ITEM}, 0 FROM {{numbers}}"
    ),
    (
        "INSERT INTO stock (location_id, item_id, owner_id, area, state, quantity, last_seq, newest_occurred_at,"
        f" last_recorded_at, count_occurred_at, count_source, count_event_id)\nSELECT l.location_id, {_ITEM},"
        f" :partner_id, 0, 0, (s.n * 31 + l.location_id) % 500 * 10000, 1, {_MOMENT}, {_MOMENT}, {_MOMENT},"
        f" 'partner', 'e' {_NODE}"
    ),
    (
        "INSERT INTO stock (location_id, item_id, owner_id, area, state, quantity, last_seq, newest_occurred_at,"
        f" last_recorded_at)\nSELECT l.location_id, {_ITEM}, :partner_id, 0, 2, s.n % 7 * 10000, 1, {_MOMENT},"
        f" {_MOMENT} {_NODE} AND s.n % 10 = 1"
    ),
    (
        "INSERT INTO endless (location_id, item_id, declared_at)\n"
        f"SELECT l.location_id, {_ITEM}, {_MOMENT} + 1 {_NODE} AND s.n % 50 = 3"
    ),
    (
        "INSERT INTO in_transit (location_id, item_id, declared_at, content)\n"
        f"SELECT l.location_id, {_ITEM}, {_MOMENT},"
        ' \'[{"quantity":\' || (s.n % 40) || \',"expectedAvailabilityDate":"2026-04-01"}]\''
        f" {_NODE} AND s.n % 30 = 4"
    ),
)
_JOINED = """
  FROM location AS l
  JOIN stock AS h ON h.location_id = l.location_id AND h.owner_id = l.partner_id AND h.area = 0 AND h.state = 0
  JOIN item AS i ON i.item_id = h.item_id
  JOIN sku AS s ON s.partner_id = l.partner_id AND s.item_id = h.item_id
  LEFT JOIN stock AS r
    ON r.location_id = h.location_id AND r.item_id = h.item_id AND r.owner_id = h.owner_id
   AND r.area = 0 AND r.state = 2
  LEFT JOIN endless AS e ON e.location_id = h.location_id AND e.item_id = h.item_id
  LEFT JOIN in_transit AS t ON t.location_id = h.location_id AND t.item_id = h.item_id
 WHERE l.kind = 'ship_node'"""
_SQLITE_EXPORT = f"""
SELECT s.sku || ',' || printf('%014d', i.item_id) || ',' || i.wm_item_nbr || ',"' || replace(i.name, '"', '""') || '",'
       || i.published_status || ',Yes,' || l.code || ',' || l.name
       || CASE WHEN e.declared_at > h.count_occurred_at THEN ',AA,,' || (COALESCE(r.quantity, 0) / 10000) || ',,'
               ELSE ',AC,' || (h.quantity / 10000) || ',' || (COALESCE(r.quantity, 0) / 10000) || ','
                    || (MAX(0, h.quantity - COALESCE(r.quantity, 0)) / 10000) || ',' END
       || CASE WHEN t.content IS NULL THEN ','
               ELSE json_extract(t.content, '$[0].quantity') || ','
                    || json_extract(t.content, '$[0].expectedAvailabilityDate') END
       || ',' || strftime('%Y-%m-%dT%H:%M:%SZ', MAX(h.newest_occurred_at, COALESCE(r.newest_occurred_at, 0),
                 COALESCE(e.declared_at, 0), COALESCE(t.declared_at, 0)) / 1000000, 'unixepoch') || char(13, 10)
{_JOINED}"""
_POSTGRESQL_EXPORT = f"""
COPY (SELECT s.sku, lpad(i.item_id::text, 14, '0'), i.wm_item_nbr, i.name, i.published_status, 'Yes', l.code, l.name,
       CASE WHEN e.declared_at > h.count_occurred_at THEN 'AA' ELSE 'AC' END,
       CASE WHEN e.declared_at > h.count_occurred_at THEN NULL ELSE h.quantity / 10000 END,
       COALESCE(r.quantity, 0) / 10000,
       CASE WHEN e.declared_at > h.count_occurred_at THEN NULL
            ELSE GREATEST(0, h.quantity - COALESCE(r.quantity, 0)) / 10000 END,
       t.content::json -> 0 ->> 'quantity', t.content::json -> 0 ->> 'expectedAvailabilityDate',
       to_char(to_timestamp(GREATEST(h.newest_occurred_at, r.newest_occurred_at, e.declared_at, t.declared_at)
                            / 1000000) AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS"Z"')
{_JOINED}) TO STDOUT (FORMAT csv)"""
