"""The head and the body of an answer leave together, nothing is lost or kept back for long; heads of requests end."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable

import pytest
import uvicorn
from starlette.types import Receive, Scope, Send
from uvicorn.server import ServerState

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


HEAD_BYTES_MAX = 1_000
Ask = Callable[[bytes], Awaitable[bytes]]


async def _tell(scope: Scope, receive: Receive, send: Send) -> None:
    """Answer how many bytes the body has, and the names of the headers."""
    body_bytes, more = 0, True
    while more:
        message = await receive()
        body_bytes, more = body_bytes + len(message.get("body", b"")), message.get("more_body", False)
    names = b" ".join(name for name, _ in scope["headers"])
    await send({"type": "http.response.start", "status": 200, "headers": []})
    await send({"type": "http.response.body", "body": b"%d %s" % (body_bytes, names)})


@pytest.fixture
async def ask() -> AsyncIterator[Ask]:
    """Sends bytes to a served application, and gives what it answers before it closes the connection."""
    config = uvicorn.Config(_tell, http=protocol_of(HEAD_BYTES_MAX), log_config=None, access_log=False)
    config.load()
    state = ServerState()
    loop = asyncio.get_running_loop()
    server = await loop.create_server(
        lambda: protocol_of(HEAD_BYTES_MAX)(config=config, server_state=state, app_state={}), "127.0.0.1", 0
    )

    async def answer(request: bytes) -> bytes:
        reader, writer = await asyncio.open_connection(*server.sockets[0].getsockname()[:2])
        writer.write(request)
        found = await asyncio.wait_for(reader.read(), 20)
        writer.close()
        return found

    yield answer
    server.close()


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
