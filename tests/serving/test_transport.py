"""The head and the body of an answer leave together, nothing is lost or kept back for long; connections have bounds."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager, suppress
from functools import partial
from typing import NamedTuple

import msgspec
import pytest
import uvicorn
from starlette.types import Receive, Scope, Send
from uvicorn.server import ServerState

from onhand.serving.bounds import Bounds
from onhand.serving.transport import WholeAnswers, protocol_of

HEAD = b"HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\n"


class Recording(asyncio.Transport):
    """A transport that remembers each write, and where it was closed."""

    def __init__(self) -> None:
        super().__init__()
        self.done: list[bytes] = []

    def write(self, data: bytes) -> None:  # type: ignore[override]
        self.done.append(data)

    def close(self) -> None:
        self.done.append(b"closed")

    def is_closing(self) -> bool:
        return b"closed" in self.done


def whole_answers() -> tuple[WholeAnswers, Recording]:
    recording = Recording()
    return WholeAnswers(recording, asyncio.get_running_loop()), recording


async def test_a_head_and_its_body_are_one_write() -> None:
    transport, recording = whole_answers()
    for body in (b"{}", b"[]"):
        transport.write(HEAD)
        assert not recording.is_closing()
        transport.write(body)
    await asyncio.sleep(0)
    assert recording.done == [HEAD + b"{}", HEAD + b"[]"]


async def test_a_head_whose_body_is_still_to_come_goes_with_the_next_turn() -> None:
    transport, recording = whole_answers()
    transport.write(HEAD)
    assert recording.done == []
    await asyncio.sleep(0)
    transport.write(b"{}")
    assert recording.done == [HEAD, b"{}"]


async def test_a_head_without_a_body_is_written_before_the_end() -> None:
    transport, recording = whole_answers()
    transport.write(HEAD)
    transport.close()
    await asyncio.sleep(0)
    assert recording.done == [HEAD, b"closed"]
    assert transport.is_closing()


BOUNDS = Bounds(
    head_bytes_max=1_000,
    head_seconds=20,
    body_silence_seconds=20,
    body_bytes_per_second=1_000,
    answer_silence_seconds=20,
    connections_max=100,
)
LARGE = 12_000_000
Ask = Callable[[bytes], Awaitable[bytes]]


async def _tell(scope: Scope, receive: Receive, send: Send) -> None:
    """Answer how many bytes the body has, and the names of the headers; at `/large`, much more."""
    body_bytes, more = 0, True
    while more and scope["path"] != "/unread":
        message = await receive()
        if message["type"] == "http.disconnect":
            return
        body_bytes, more = body_bytes + len(message.get("body", b"")), message.get("more_body", False)
    names = b" ".join(name for name, _ in scope["headers"])
    large = b"x" * (LARGE if scope["path"] == "/large" else 0)
    await send({"type": "http.response.start", "status": 200, "headers": []})
    await send({"type": "http.response.body", "body": b"%d %s" % (body_bytes, names) + large})


class Served(NamedTuple):
    """Where an application is served, and what uvicorn knows of its connections."""

    host: str
    port: int
    state: ServerState


@asynccontextmanager
async def served(bounds: Bounds) -> AsyncIterator[Served]:
    """The address of a served application."""
    config = uvicorn.Config(_tell, http=protocol_of(bounds), log_config=None, access_log=False)
    config.load()
    state = ServerState()
    loop = asyncio.get_running_loop()
    server = await loop.create_server(
        lambda: protocol_of(bounds)(config=config, server_state=state, app_state={}), "127.0.0.1", 0
    )
    host, port = server.sockets[0].getsockname()[:2]
    yield Served(host, port, state)
    server.close()


async def ask_at(address: Served, *pieces: bytes, pause: float = 0.0) -> bytes:
    """What is answered to pieces, a pause after each of them, until the connection is closed."""
    reader, writer = await asyncio.open_connection(*address[:2])
    for piece in pieces:
        writer.write(piece)
        await asyncio.sleep(pause)
    found = await asyncio.wait_for(reader.read(), 20)
    writer.close()
    return found


async def dripped(address: Served, begun: bytes, drop: bytes) -> bytes:
    """What is answered to a request that is begun and goes on in drops, until the connection is closed."""
    reader, writer = await asyncio.open_connection(*address[:2])
    writer.write(begun)
    answer = asyncio.ensure_future(_read_to_the_end(reader))
    while not answer.done():
        writer.write(drop)
        await asyncio.wait([answer], timeout=0.02)
    writer.close()
    return answer.result()


async def _read_to_the_end(reader: asyncio.StreamReader, pause: float = 0.0) -> bytes:
    # Who writes to a connection that was closed already may be told that in the middle of reading.
    found = b""
    with suppress(ConnectionError):
        while piece := await asyncio.wait_for(reader.read(1_000_000), 20):
            found += piece
            await asyncio.sleep(pause)
    return found


@pytest.fixture
async def ask() -> AsyncIterator[Ask]:
    """Sends bytes to a served application, and gives what it answers before it closes the connection."""
    async with served(BOUNDS) as address:
        yield partial(ask_at, address)


@pytest.mark.parametrize(
    "begun",
    [
        b"GET / HTTP/1.1\r\nx: " + b"a" * 4_000,
        b"GET / HTTP/1.1\r\n" + b"a: b\r\n" * 1_000,
        b"GET /" + b"a" * 4_000,
        b"GET / HTTP/1.1\r\nx: " + b"a" * 4_000 + b"\r\n\r\n",
        b"POST / HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\n0\r\nx: " + b"a" * 4_000,
    ],
    ids=["a header", "headers", "a path", "a whole head", "a trailer"],
)
async def test_a_head_that_grows_beyond_its_bound_is_refused(ask: Ask, begun: bytes) -> None:
    answer = await ask(begun)
    assert answer.startswith(b"HTTP/1.1 431 ")
    assert answer.endswith(b"have over 1000 bytes: send fewer.\n")


async def test_the_bound_of_a_head_is_none_of_the_body_or_of_what_a_connection_sends_in_all(ask: Ask) -> None:
    request = b"POST / HTTP/1.1\r\nContent-Length: 5000\r\nx: " + b"a" * 800 + b"\r\n%s\r\n" + b"b" * 5_000
    answer = await ask(request % b"" * 3 + request % b"Connection: close\r\n")
    assert answer.count(b"5000 content-length x") == 4


async def test_a_request_that_is_none_is_refused_as_such(ask: Ask) -> None:
    assert (await ask(b"\x00\r\n\r\n")).startswith(b"HTTP/1.1 400 ")


async def test_headers_after_the_body_do_not_join_those_before_it(ask: Ask) -> None:
    head = b"POST / HTTP/1.1\r\nTransfer-Encoding: chunked\r\nConnection: close\r\n\r\n"
    answer = await ask(head + b"2\r\nab\r\n0\r\nAuthorization: x\r\n\r\n")
    assert b"\r\n2 transfer-encoding connection\r\n" in answer


QUICK = msgspec.structs.replace(BOUNDS, head_seconds=0.2, body_silence_seconds=0.3)
BEGUN = b"POST / HTTP/1.1\r\nContent-Length: 5000\r\n\r\n"


@pytest.mark.parametrize(
    "begun",
    [[b"GET / HTTP/1.1\r\n"], [b"G"], [b"GET / HTTP/1.1\r\n\r\n", b"GET / HTTP/1.1\r\n"]],
    ids=["a line", "a letter", "a second request"],
)
async def test_a_head_that_is_not_whole_in_its_time_is_given_up(begun: list[bytes]) -> None:
    async with served(QUICK) as address:
        answer = await ask_at(address, *begun, pause=0.01)
    assert b"HTTP/1.1 408 " in answer
    assert answer.endswith(b"were not whole within 0.2 seconds: send them at once.\n")


async def test_a_head_that_comes_in_drops_has_no_more_time() -> None:
    async with served(QUICK) as address:
        assert (await dripped(address, b"GET / HTTP/1.1\r\n", b"a: b\r\n")).startswith(b"HTTP/1.1 408 ")


async def test_a_connection_on_which_nothing_comes_is_closed_without_a_word() -> None:
    async with served(QUICK) as address:
        assert await ask_at(address) == b""


async def test_a_body_that_stops_is_given_up() -> None:
    async with served(QUICK) as address:
        answer = await ask_at(address, BEGUN + b"b" * 50)
    assert answer.startswith(b"HTTP/1.1 408 ")
    assert answer.endswith(b"send 1000 bytes a second or more, with pauses of less than 0.3 seconds.\n")


async def test_a_body_that_comes_in_drops_is_given_up() -> None:
    async with served(QUICK) as address:
        assert (await dripped(address, BEGUN, b"b")).startswith(b"HTTP/1.1 408 ")


async def test_a_body_that_goes_on_in_drops_after_its_answer_is_given_up() -> None:
    async with served(QUICK) as address:
        answer = await dripped(address, BEGUN.replace(b"/", b"/unread", 1), b"b")
    assert answer.startswith(b"HTTP/1.1 200 ")
    assert b"408" not in answer


async def test_a_body_that_is_fast_enough_may_take_longer_than_a_pause() -> None:
    async with served(QUICK) as address:
        head = b"POST / HTTP/1.1\r\nContent-Length: 5000\r\nConnection: close\r\n\r\n"
        answer = await ask_at(address, head, *[b"b" * 500] * 10, pause=0.06)
    assert b"5000 content-length" in answer


async def test_a_connection_that_was_kept_may_be_used_after_longer_than_a_head_may_take() -> None:
    async with served(QUICK) as address:
        request = b"GET / HTTP/1.1\r\n\r\n"
        answer = await ask_at(address, request, b"GET / HTTP/1.1\r\nConnection: close\r\n\r\n", pause=0.7)
    assert answer.count(b"HTTP/1.1 200 ") == 2


async def test_a_connection_more_than_there_may_be_is_refused_until_one_ends() -> None:
    async with served(msgspec.structs.replace(BOUNDS, connections_max=1)) as address:
        reader, writer = await asyncio.open_connection(*address[:2])
        writer.write(b"GET / HTTP/1.1\r\n\r\n")
        await reader.readuntil(b"\r\n\r\n")
        for _ in range(3):
            answer = await ask_at(address)
            assert answer.startswith(b"HTTP/1.1 503 ")
            assert b"\r\nretry-after: 1\r\n" in answer
        writer.close()
        await writer.wait_closed()
        await asyncio.sleep(0.05)
        assert (await ask_at(address, b"GET / HTTP/1.0\r\n\r\n")).startswith(b"HTTP/1.1 200 ")


@pytest.mark.parametrize("version", [b"1.0", b"1.1"])
async def test_a_client_that_takes_nothing_of_its_answer_is_left(version: bytes) -> None:
    bounds = msgspec.structs.replace(QUICK, answer_silence_seconds=0.2)
    async with served(bounds) as address:
        reader, writer = await asyncio.open_connection(*address[:2], limit=1_000)
        writer.write(b"GET /large HTTP/%s\r\n\r\n" % version)
        await reader.readuntil(b"\r\n\r\n")
        while address.state.connections:  # noqa: ASYNC110 - uvicorn has no event for it
            await asyncio.sleep(0.01)
        assert len(await _read_to_the_end(reader)) < LARGE
        writer.close()


async def test_a_client_that_takes_its_answer_slowly_gets_it_whole() -> None:
    async with served(msgspec.structs.replace(QUICK, answer_silence_seconds=0.2)) as address:
        reader, writer = await asyncio.open_connection(*address[:2], limit=50_000)
        writer.write(b"GET /large HTTP/1.1\r\nConnection: close\r\n\r\n")
        assert len(await _read_to_the_end(reader, 0.005)) > LARGE
        writer.close()
