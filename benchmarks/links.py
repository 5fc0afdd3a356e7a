"""Downloads by signed links, one process, against a bare Starlette handler that answers with the same files."""

import asyncio
import os
import socket
import statistics
import sys
import time
from collections.abc import AsyncIterator
from pathlib import Path

from benchmarks.databases import ONHAND, free_port, listening, sqlite_database
from benchmarks.figures import Figure, at_least, median_ratio
from benchmarks.requests import requests_per_second
from onhand.basics.clock import system_clock
from onhand.reports.links import Links, object_key
from onhand.store.folders import FolderStore
from onhand.wiring.databases import shared_secret
from onhand.wiring.serving import REPORT_LINKS

_PART = "Links"
_FOLDER = "inventory-dsv-report"
_SMALL, _LARGE = "small.zip", "large.zip"
_SMALL_BYTES, _LARGE_BYTES = 20_000, 50_000_000
_RECEIVED_BYTES = 2**20


async def figures(directory: Path, *, rounds: int, requests_each: int, first_bytes: int) -> list[Figure]:
    """The ratios: of whole small files, of the first byte of a large one, of the whole of it."""
    own = directory / "links"
    own.mkdir()
    files = FolderStore(own / "objects")
    for name, size in ((_SMALL, _SMALL_BYTES), (_LARGE, _LARGE_BYTES)):
        await files.put(object_key(_FOLDER, name), _once(os.urandom(size)))
    async with sqlite_database(own) as (database, path):
        links = Links(secret=await shared_secret(database, REPORT_LINKS), seconds=3600)
    bare_port, port = free_port(), free_port()
    bare = [sys.executable, "-m", "benchmarks.bare_files", str(bare_port)]
    ours = [*ONHAND, "serve", "--no-throttle", "--port", str(port)]
    with (
        listening(bare, bare_port, BARE_FOLDER=str((own / "objects" / object_key(_FOLDER, _SMALL)).parent)),
        listening(ours, port, ONHAND_DATABASE_URL=f"sqlite:///{path}", ONHAND_DATA_DIRECTORY=str(own)),
    ):
        return await asyncio.to_thread(_measure, links, bare_port, port, rounds, requests_each, first_bytes)


def _measure(links: Links, bare_port: int, port: int, rounds: int, count: int, first_bytes: int) -> list[Figure]:
    def ours(name: str) -> bytes:
        return _get(links.url_of(_FOLDER, name, system_clock()).url)

    small, of_bare = [ours(_SMALL)] * count, [_get(f"/{_SMALL}")] * count
    whole = [(requests_per_second(port, small), requests_per_second(bare_port, of_bare)) for _ in range(rounds)]
    first = [
        (1 / _seconds(port, ours(_LARGE), first_bytes), 1 / _seconds(bare_port, _get(f"/{_LARGE}"), first_bytes))
        for _ in range(rounds)
    ]
    large = [
        (1 / _seconds_whole(port, ours(_LARGE)), 1 / _seconds_whole(bare_port, _get(f"/{_LARGE}")))
        for _ in range(rounds)
    ]
    what = "A link checked and its first byte sent / a bare static file"
    of_first = f" ({1e6 / first[-1][0]:,.0f} of {1e6 / first[-1][1]:,.0f} µs)"
    of_whole = f" ({whole[-1][0]:,.0f} of {whole[-1][1]:,.0f} downloads/s)"
    of_large = f" ({large[-1][0] * _LARGE_BYTES / 1e6:,.0f} of {large[-1][1] * _LARGE_BYTES / 1e6:,.0f} MB/s)"
    return [
        at_least(_PART, what, median_ratio(first), 0.5, of_first),
        at_least(_PART, "Downloads of 20 kB by a link / of a bare static file", median_ratio(whole), 0.5, of_whole),
        Figure(_PART, "The whole of 50 MB by a link / of a bare static file", f"{median_ratio(large):.2f}{of_large}"),
    ]


def _get(target: str) -> bytes:
    return f"GET {target} HTTP/1.1\r\nhost: 127.0.0.1\r\n\r\n".encode("ascii")


async def _once(content: bytes) -> AsyncIterator[bytes]:
    yield content


def _seconds(port: int, request: bytes, times: int) -> float:
    """The median time from a request to the first byte of the file, each over a connection of its own."""
    return statistics.median(_seconds_once(port, request) for _ in range(times))


def _seconds_once(port: int, request: bytes) -> float:
    with socket.create_connection(("127.0.0.1", port)) as connection:
        began = time.perf_counter()
        connection.sendall(request)
        _first_byte(connection)
        return time.perf_counter() - began


def _seconds_whole(port: int, request: bytes) -> float:
    with socket.create_connection(("127.0.0.1", port)) as connection:
        began = time.perf_counter()
        connection.sendall(request)
        received = _first_byte(connection)
        while received < _LARGE_BYTES:
            piece = len(connection.recv(_RECEIVED_BYTES))
            assert piece
            received += piece
        return time.perf_counter() - began


def _first_byte(connection: socket.socket) -> int:
    """How many bytes of the file came with the first of them."""
    received = b""
    while not received.partition(b"\r\n\r\n")[2]:
        piece = connection.recv(_RECEIVED_BYTES)
        assert piece
        received += piece
    assert received.startswith(b"HTTP/1.1 200"), received[:100]
    return len(received.partition(b"\r\n\r\n")[2])
