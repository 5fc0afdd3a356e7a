"""Signed reads over HTTP, one process, against a bare Starlette handler; and what the server holds after many."""

import asyncio
import sys
import time
from pathlib import Path

import msgspec

from benchmarks import events
from benchmarks.databases import ONHAND, free_port, listening, resident_bytes, sqlite_database
from benchmarks.figures import Figure, at_least, at_most, median_ratio
from benchmarks.requests import requests_per_second
from onhand.basics.clock import system_clock
from onhand.files.loading import LoadOptions, load_events
from onhand.files.reading import InputFile
from onhand.partners.consumers import add_consumer, add_key
from onhand.partners.keys import generate_key_pair, read_private_key, sign
from onhand.partners.onboarding import add_partner
from onhand.settings import Settings
from onhand.store.database import Database, Session
from onhand.store.queries import Query
from onhand.wiring.intake import build_intake

_CONSUMER = "11111111-2222-4333-8444-555555555555"
_PART = "Serving"
_EVENTS = 100_000
_BACK_MILLISECONDS = 60_000
_MAPPING = (
    "INSERT INTO item_supplier (item_id, partner_id, location_id, created_at) "
    "SELECT item.item_id, partner.partner_id, 0, 0 FROM item JOIN partner ON partner.code = 'supplier'"
)


async def figures(directory: Path, *, rounds: int, requests_each: int, requests_in_all: int) -> list[Figure]:
    """The ratios, and the server's memory."""
    own = directory / "serving"
    own.mkdir()
    keys = generate_key_pair()
    async with sqlite_database(own) as (database, path):
        await _fill(database, own, keys.public_pem)
        streams = await database.all(_of("SELECT location_id, item_id FROM stock ORDER BY item_id LIMIT 20000"))
    bare_port, port = free_port(), free_port()
    bare = [sys.executable, "-m", "benchmarks.bare", str(bare_port)]
    ours = [*ONHAND, "serve", "--no-throttle", "--port", str(port)]
    environment = {"ONHAND_DATABASE_URL": f"sqlite:///{path}", "ONHAND_LOG_LEVEL": "info"}
    with (
        listening(bare, bare_port, BARE_DATABASE=str(path), BARE_PUBLIC_KEY=keys.public_pem),
        listening(ours, port, **environment) as server,
    ):
        make = _Requests(keys.private_pem, [(store, item) for store, item in streams])
        found = [
            await asyncio.to_thread(
                _ratio, "one signature for all", make.alike, bare_port, port, rounds, requests_each
            ),
            await asyncio.to_thread(
                _ratio, "a signature for each", make.fresh, bare_port, port, rounds, requests_each // 2
            ),
        ]
        await asyncio.to_thread(requests_per_second, port, make.alike(requests_in_all), seconds=600.0)
        held = resident_bytes(server) / 1e6
        found.append(at_most("Memory", f"A server after {requests_in_all:,} requests, MB", held, 100))
    return found


class _Requests:
    """Makes signed requests for streams that there are."""

    def __init__(self, private_pem: str, streams: list[tuple[int, int]]) -> None:
        self._key = read_private_key(private_pem)
        self._streams = streams
        self._stamp = 0

    def alike(self, count: int) -> list[bytes]:
        """Requests that all bear one signature, as clients send them within its three minutes."""
        head = self._signed(self._next_stamp())
        return [self._request(number, head) for number in range(count)]

    def fresh(self, count: int) -> list[bytes]:
        """Requests that each bear a signature of their own."""
        return [self._request(number, self._signed(self._next_stamp())) for number in range(count)]

    def _next_stamp(self) -> int:
        # A millisecond on for each, so that none comes twice; from so far back that the last is not from the future.
        self._stamp = self._stamp + 1 if self._stamp else time.time_ns() // 1_000_000 - _BACK_MILLISECONDS
        return self._stamp

    def _signed(self, stamp: int) -> str:
        assert not isinstance(self._key, msgspec.Struct)
        signature = sign(self._key, _CONSUMER, stamp, "1")
        return (
            f"WM_CONSUMER.ID: {_CONSUMER}\r\nWM_CONSUMER.INTIMESTAMP: {stamp}\r\n"
            f"WM_SEC.KEY_VERSION: 1\r\nWM_SEC.AUTH_SIGNATURE: {signature}\r\n"
        )

    def _request(self, number: int, head: str) -> bytes:
        store, item = self._streams[number % len(self._streams)]
        line = f"GET /store/{store}/gtin/{item:014d}/available HTTP/1.1\r\n"
        return f"{line}Host: 127.0.0.1\r\nAccept: application/json\r\n{head}\r\n".encode()


def _ratio(what: str, make: object, bare_port: int, port: int, rounds: int, count: int) -> Figure:
    assert callable(make)
    pairs = []
    for _ in range(rounds):
        ours = requests_per_second(port, make(count))
        bare = requests_per_second(bare_port, make(count))
        pairs.append((ours, bare))
    shown = f" ({pairs[-1][0]:,.0f} of {pairs[-1][1]:,.0f} requests/s)"
    label = f"Signed GET …/available / a bare handler that verifies and reads: {what}"
    return at_least(_PART, label, median_ratio(pairs), 0.6, shown)


async def _fill(database: Database, directory: Path, public_pem: str) -> None:
    await events.make_known(database, system_clock)
    await add_partner(database, system_clock, kind="supplier", code="supplier", name="Supplier")
    await add_consumer(database, system_clock, partner_code="supplier", consumer_id=_CONSUMER)
    await add_key(database, system_clock, consumer_id=_CONSUMER, key_version="1", public_key=public_pem)

    async def work(session: Session) -> int:
        return await session.run(_of(_MAPPING))

    await database.write(work)
    file = directory / "events.ndjson"
    events.write_file(file, _EVENTS)
    intake = build_intake(database, Settings(), system_clock)
    await load_events(intake, "register", [InputFile(file)], LoadOptions(), lambda _: None)


def _of(text: str) -> Query:
    return Query("query_of_the_benchmark", text, text)
