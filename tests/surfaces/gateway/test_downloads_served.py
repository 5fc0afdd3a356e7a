"""Downloads over a real connection: as fast as the client reads, for as long as it reads, and never half a file."""

import asyncio
import os
import socket
from collections.abc import AsyncGenerator, AsyncIterator
from contextlib import aclosing
from pathlib import Path
from typing import Any

import pytest
import uvicorn

from onhand.reports.links import object_key
from onhand.store.folders import FolderStore
from onhand.store.objects import StorageUnavailable
from onhand.store.sqlite import SqliteDatabase
from tests.conftest import FrozenClock
from tests.store.storing import MEBIBYTE, pieces
from tests.surfaces.gateway.counter import BASE_URL, Counter

pytestmark = pytest.mark.contract("DS-26")

FOLDER, NAME = "inventory-dsv-report", "large.zip"
SIZE = 40 * MEBIBYTE


class WatchedStore(FolderStore):
    """A folder that counts what is read of it, says when reading has ended, and may break down on the way."""

    def __init__(self, folder: Path) -> None:
        super().__init__(folder)
        self.read_bytes = 0
        self.breaks_after: int | None = None
        self.ended = asyncio.Event()

    async def read(self, key: str, start: int, end: int) -> AsyncGenerator[bytes, None]:
        try:
            async with aclosing(super().read(key, start, end)) as found:
                async for piece in found:
                    self.read_bytes += len(piece)
                    yield piece
                    if self.breaks_after is not None and self.read_bytes > self.breaks_after:
                        raise StorageUnavailable("the disk is gone")
        finally:
            self.ended.set()


class Server(uvicorn.Server):
    """A server that says when it listens."""

    def __init__(self, configuration: uvicorn.Config) -> None:
        super().__init__(configuration)
        self.ready = asyncio.Event()

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        await super().startup(sockets)
        self.ready.set()


class Served:
    """The gateway at a port of this machine, and a large file that it has."""

    def __init__(self, port: int, objects: WatchedStore, path: str, content: bytes) -> None:
        self.port = port
        self.objects = objects
        self.path = path
        self.content = content

    async def connect(self) -> tuple[asyncio.StreamReader, asyncio.StreamWriter]:
        return await asyncio.open_connection("127.0.0.1", self.port, limit=MEBIBYTE)

    async def ask(self, path: str, method: str = "GET", *headers: str) -> bytes:
        """The whole of an answer as it came, until the connection was closed."""
        reader, writer = await self.connect()
        writer.write(asked(path, method, "connection: close", *headers))
        answer = await reader.read(-1)
        writer.close()
        return answer


def asked(path: str, method: str = "GET", *headers: str) -> bytes:
    return "\r\n".join([f"{method} {path} HTTP/1.1", "host: onhand.test", *headers, "", ""]).encode("latin-1")


@pytest.fixture
async def served(
    request: pytest.FixtureRequest, sqlite_database: SqliteDatabase, clock: FrozenClock, tmp_path: Path
) -> AsyncIterator[Served]:
    objects = WatchedStore(tmp_path / "objects")
    counter = Counter(sqlite_database, clock, objects=objects)
    content = os.urandom(getattr(request, "param", SIZE))
    await objects.put(object_key(FOLDER, NAME), pieces([content]))
    path = counter.services.links.url_of(FOLDER, NAME, clock()).url.removeprefix(BASE_URL)
    configuration = uvicorn.Config(
        counter.application, port=0, http="httptools", ws="none", lifespan="off", log_config=None, access_log=False
    )
    server = Server(configuration)
    serving = asyncio.create_task(server.serve())
    await server.ready.wait()
    yield Served(server.servers[0].sockets[0].getsockname()[1], objects, path, content)
    server.should_exit = True
    await serving


def parted(answer: bytes) -> tuple[str, dict[str, str], bytes]:
    """The status line, the headers and the body of an answer."""
    head, _, body = answer.partition(b"\r\n\r\n")
    status, *lines = head.decode("latin-1").split("\r\n")
    return status, {name.lower(): value for name, _, value in (line.partition(": ") for line in lines)}, body


async def test_a_large_file_comes_whole(served: Served) -> None:
    status, headers, body = parted(await served.ask(served.path))
    assert (status, headers["content-length"]) == ("HTTP/1.1 200 OK", str(SIZE))
    assert body == served.content


async def test_a_download_that_broke_off_goes_on_where_it_was(served: Served) -> None:
    reader, writer = await served.connect()
    writer.write(asked(served.path))
    _, headers, begun = parted(await reader.readexactly(3 * MEBIBYTE))
    writer.transport.abort()
    rest = await served.ask(served.path, "GET", f"range: bytes={len(begun)}-", f"if-range: {headers['etag']}")
    status, headers, body = parted(rest)
    assert status == "HTTP/1.1 206 Partial Content"
    assert headers["content-range"] == f"bytes {len(begun)}-{SIZE - 1}/{SIZE}"
    assert begun + body == served.content


async def test_head_sends_no_body_and_reads_none(served: Served) -> None:
    status, headers, body = parted(await served.ask(served.path, "HEAD"))
    assert (status, headers["content-length"], body) == ("HTTP/1.1 200 OK", str(SIZE), b"")
    assert served.objects.read_bytes == 0


async def test_a_connection_goes_on_after_a_file(served: Served) -> None:
    reader, writer = await served.connect()
    for _ in range(3):
        writer.write(asked(served.path, "GET", "range: bytes=0-999999"))
        head = await reader.readuntil(b"\r\n\r\n")
        assert head.startswith(b"HTTP/1.1 206")
        assert await reader.readexactly(1_000_000) == served.content[:1_000_000]
    writer.close()


async def test_reading_ends_when_the_client_goes_away(served: Served) -> None:
    reader, writer = await served.connect()
    writer.write(asked(served.path))
    await reader.readexactly(MEBIBYTE)
    writer.transport.abort()
    await asyncio.wait_for(served.objects.ended.wait(), 10)
    # What the connection's buffers hold has been read too; the rest of the file has not.
    assert served.objects.read_bytes < SIZE // 2


async def test_a_file_is_read_no_faster_than_the_client_takes_it(served: Served) -> None:
    reader, writer = await served.connect()
    writer.write(asked(served.path))
    await reader.readexactly(1000)
    # Meanwhile another client gets the whole file.
    await served.ask(served.path)
    assert served.objects.read_bytes - SIZE < SIZE // 2
    writer.transport.abort()


async def test_a_file_that_can_not_be_read_on_is_not_passed_off_as_whole(
    served: Served, caplog: pytest.LogCaptureFixture
) -> None:
    served.objects.breaks_after = 2 * MEBIBYTE
    status, headers, body = parted(await served.ask(served.path))
    assert (status, headers["content-length"]) == ("HTTP/1.1 200 OK", str(SIZE))
    assert len(body) < 3 * MEBIBYTE
    assert served.content.startswith(body)
    told = [record.getMessage() for record in caplog.records if record.name.startswith("onhand")]
    assert [line for line in told if line.endswith("breaks off: the disk is gone")]
    assert "sig=" not in caplog.text


@pytest.mark.parametrize("served", [1000], indirect=True)
@pytest.mark.parametrize(
    "change",
    [
        lambda path: path.replace("%3A", ":"),
        lambda path: path.replace("%3A", "%3a"),
        lambda path: path.replace("large", "l%61rge"),
        lambda path: path.replace("/large", "/./large"),
        lambda path: path.replace("/large", "/../inventory-dsv-report/large"),
        lambda path: path.replace("/large", "//large"),
        lambda path: path.replace("/large", "%2Flarge"),
        lambda path: path.replace("&sr=b", "&sr=b&sr=b"),
        lambda path: path.replace("sv=2025-08-24&se", "se"),
        lambda path: path.replace("&", ";"),
        lambda path: path.replace("?", "?&"),
        lambda path: path.replace("?", "??"),
        lambda path: path + "&",
        lambda path: path + "=",
        lambda path: path + "%20",
        lambda path: path.partition("?")[0],
    ],
)
async def test_what_a_client_or_a_proxy_might_write_in_another_way_is_refused(served: Served, change: Any) -> None:
    status, _, _ = parted(await served.ask(change(served.path)))
    assert status == "HTTP/1.1 403 Forbidden"
    assert served.objects.read_bytes == 0
