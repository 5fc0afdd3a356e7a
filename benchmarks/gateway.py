"""Reads with a token at the gateway, one process, against a bare Starlette handler that checks one and reads a row."""

import asyncio
import subprocess
import sys
from pathlib import Path

from benchmarks.bare_gateway import token
from benchmarks.databases import ONHAND, free_port, listening, resident_bytes, sqlite_database
from benchmarks.figures import Figure, at_least, at_most, median_ratio
from benchmarks.requests import requests_per_second
from benchmarks.vendor import NODES, Vendor, item_ids, make_known
from onhand.basics.clock import system_clock
from onhand.basics.quantity import SCALE
from onhand.stock.counting import Counting, post_counting
from onhand.stock.locations import SHIP_NODE, Location, Locations
from onhand.store.database import Database

_PART = "Gateway"
_ITEMS = 20_000


async def figures(directory: Path, *, rounds: int, requests_each: int, requests_in_all: int) -> list[Figure]:
    """The ratio, and the server's memory."""
    own = directory / "gateway"
    own.mkdir()
    async with sqlite_database(own) as (database, path):
        await make_known(database, _ITEMS)
        node = await _declare(database)
    place = {"BARE_LOCATION": str(node.location_id), "BARE_OWNER": str(node.partner_id)}
    bare_port, port = free_port(), free_port()
    bare = [sys.executable, "-m", "benchmarks.bare_gateway", str(bare_port)]
    ours = [*ONHAND, "serve", "--no-throttle", "--port", str(port)]
    with (
        listening(bare, bare_port, BARE_DATABASE=str(path), **place),
        listening(ours, port, ONHAND_DATABASE_URL=f"sqlite:///{path}") as server,
    ):
        return await asyncio.to_thread(_measure, server, bare_port, port, rounds, requests_each, requests_in_all)


def _measure(
    server: subprocess.Popen[bytes], bare_port: int, port: int, rounds: int, count: int, count_in_all: int
) -> list[Figure]:
    vendor = Vendor(port)
    paths = [f"/v3/inventory?gtin={item_id:014d}&shipNode={NODES[0]}" for item_id in item_ids(_ITEMS)]
    asked = [vendor.raw_get(paths[number % _ITEMS]) for number in range(count)]
    of_bare = [request.replace(vendor.token.encode(), token().encode()) for request in asked]
    pairs = [(requests_per_second(port, asked), requests_per_second(bare_port, of_bare)) for _ in range(rounds)]
    shown = f" ({pairs[-1][0]:,.0f} of {pairs[-1][1]:,.0f} requests/s)"
    requests_per_second(port, [vendor.raw_get(paths[n % _ITEMS]) for n in range(count_in_all)], seconds=600.0)
    held = resident_bytes(server) / 1e6
    what = "GET /v3/inventory with a token / a bare handler that checks one and reads a row"
    return [
        at_least(_PART, what, median_ratio(pairs), 0.6, shown),
        at_most(_PART, f"A server after {count_in_all:,} requests, MB", held, 100),
    ]


async def _declare(database: Database) -> Location:
    node = await Locations(database).find(SHIP_NODE, NODES[0])
    assert node is not None
    units = {item_id: (item_id % 500) * SCALE for item_id in item_ids(_ITEMS)}
    now = system_clock()
    counting = Counting(node.partner_id, f"partner-{node.partner_id}", "opening", now, units)
    await database.write(lambda session: post_counting(session, node, counting, now))
    return node
