"""uvicorn's HTTP, with answers that leave in one piece and heads of requests that have a bound.

uvicorn writes the head of an answer and its body one after the other. Each write is a call of the system and wakes the
client, which can do nothing with a head alone.

Its parser keeps the request line and the headers for as long as they grow, before anybody has said who he is.
"""

import asyncio
from typing import Any

from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol

_ANSWER = b"HTTP/1.1 "
_HEAD_END = b"\r\n\r\n"
_TOO_LARGE = (
    b"HTTP/1.1 431 Request Header Fields Too Large\r\ncontent-type: text/plain; charset=utf-8\r\n"
    b"content-length: %d\r\nconnection: close\r\n\r\n%s"
)


class WholeAnswers:
    """A transport that keeps the head of an answer back until the body comes, or the loop's next turn at the latest."""

    def __init__(self, transport: asyncio.Transport, loop: asyncio.AbstractEventLoop) -> None:
        self._transport = transport
        self._loop = loop
        self._head = b""

    def __getattr__(self, name: str) -> Any:
        return getattr(self._transport, name)

    def write(self, data: bytes) -> None:
        """Write, together with the head that was kept back; a head itself is kept back."""
        if self._head:
            data, self._head = self._head + data, b""
        elif data.startswith(_ANSWER) and data.endswith(_HEAD_END):
            self._head = data
            self._loop.call_soon(self._flush)
            return
        self._transport.write(data)

    def close(self) -> None:
        """Write what was kept back, then close."""
        self._flush()
        self._transport.close()

    def _flush(self) -> None:
        if self._head:
            head, self._head = self._head, b""
            self._transport.write(head)


class HttpProtocol(HttpToolsProtocol):
    """uvicorn's HTTP on such a transport; a request whose line and headers have over `head_bytes_max` is refused.

    Headers that come after a body count too. Nobody reads them, so they never join those before it.
    """

    head_bytes_max = 65_536
    # Of the request line and the headers that are not whole yet; of a second head that began in the piece in which a
    # request ended, only what comes after that piece.
    _head_bytes = 0

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        """Begin a connection."""
        super().connection_made(WholeAnswers(transport, self.loop))  # type: ignore[arg-type]

    def data_received(self, data: bytes) -> None:
        """Take what came, no more of it at once than shows that a head is too large."""
        start = 0
        while start < len(data):
            end = start + self.head_bytes_max + 1 - self._head_bytes
            piece = data[start:end]
            self._head_bytes += len(piece)
            super().data_received(piece)
            if self.transport.is_closing():
                return
            if self._head_bytes > self.head_bytes_max:
                self._refuse()
                return
            start = end

    def on_headers_complete(self) -> None:
        """The head is whole."""
        super().on_headers_complete()
        self.headers = []
        self._head_bytes = 0

    def on_body(self, body: bytes) -> None:
        """A part of the body came."""
        self._head_bytes = 0
        super().on_body(body)

    def on_message_complete(self) -> None:
        """The request is whole."""
        self._head_bytes = 0
        super().on_message_complete()

    def _refuse(self) -> None:
        """Say that the head is too large, and end the connection."""
        said = b"The request line and the headers have over %d bytes: send fewer.\n" % self.head_bytes_max
        self.transport.write(_TOO_LARGE % (len(said), said))
        self.transport.close()


def protocol_of(head_bytes_max: int) -> type[HttpProtocol]:
    """The protocol with its bound."""
    return type("BoundedHttpProtocol", (HttpProtocol,), {"head_bytes_max": head_bytes_max})
