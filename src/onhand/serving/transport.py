"""uvicorn's HTTP, with answers that leave in one piece and connections that have bounds.

uvicorn writes the head of an answer and its body one after the other. Each write is a call of the system and wakes the
client, which can do nothing with a head alone.

Its parser keeps the request line and the headers for as long as they grow, before anybody has said who he is; and it
waits for the rest of a request, and for the client to take an answer, for as long as that takes.
"""

import asyncio
from collections.abc import Callable
from math import inf
from typing import Any

from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol

from onhand.serving.bounds import Bounds

_ANSWER = b"HTTP/1.1 "
_HEAD_END = b"\r\n\r\n"
_REFUSAL = (
    b"HTTP/1.1 %s\r\ncontent-type: text/plain; charset=utf-8\r\ncontent-length: %d\r\n%sconnection: close\r\n\r\n%s"
)
_FULL = b"This process has as many connections as it takes: come again in a moment.\n"
_LATE = b"408 Request Timeout"
_LATE_HEAD = b"The request line and the headers were not whole within %g seconds: send them at once.\n"
_LATE_BODY = b"The body came too slowly: send %d bytes a second or more, with pauses of less than %g seconds.\n"


class WholeAnswers:
    """A transport that keeps the head of an answer back until the body comes, or the loop's next turn at the latest.

    Whenever it reads again after a pause, it says so (`reads_on`).
    """

    def __init__(
        self, transport: asyncio.Transport, loop: asyncio.AbstractEventLoop, reads_on: Callable[[], None] | None = None
    ) -> None:
        self._transport = transport
        self._loop = loop
        self._reads_on = reads_on
        self._head = b""
        # Asked for each request; all else finds its way by __getattr__.
        self.is_closing = transport.is_closing

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

    def resume_reading(self) -> None:
        """Read on."""
        self._transport.resume_reading()
        if self._reads_on:
            self._reads_on()

    def _flush(self) -> None:
        if self._head:
            head, self._head = self._head, b""
            self._transport.write(head)


class HttpProtocol(HttpToolsProtocol):
    """uvicorn's HTTP on such a transport, within the bounds of a connection.

    What comes too slowly is answered 408, where no answer has begun. Time in which it is the server that does not read
    on is not counted. One timer looks at a connection now and then, so that a request costs none.

    Of the bytes of a head, headers that come after a body count too. Nobody reads them, so they never join those before
    it.
    """

    bounds: Bounds
    # Of the request line and the headers that are not whole yet; of a second head that began in the piece in which a
    # request ended, only what comes after that piece.
    _head_bytes = 0
    # On the loop's clock: when a head or a body has to be there, and when an answer is given up; inf for neither.
    _due_at = inf
    _given_up_at = inf
    _unsent_bytes = 0
    _unanswered = 0
    _in_body = False
    _watch: asyncio.TimerHandle | None = None

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        """Begin a connection."""
        super().connection_made(WholeAnswers(transport, self.loop, self._read_on))  # type: ignore[arg-type]
        if len(self.connections) > self.bounds.connections_max:
            # Its end may take a while, in which it keeps nobody out.
            self.connections.discard(self)
            self._refuse(b"503 Service Unavailable", _FULL, b"retry-after: 1\r\n")
            return
        self._due_at = self.loop.time() + self.bounds.head_seconds
        self._watch = self.loop.call_later(self.bounds.look_seconds, self._look)

    def connection_lost(self, exc: Exception | None) -> None:
        """End a connection."""
        if self._watch:
            self._watch.cancel()
            self._watch = None
        super().connection_lost(exc)

    def data_received(self, data: bytes) -> None:
        """Take what came, no more of it at once than shows that a head is too large."""
        if self._due_at == inf:
            self._due_at = self.loop.time() + self.bounds.head_seconds
        head_bytes_max = self.bounds.head_bytes_max
        if self._head_bytes + len(data) <= head_bytes_max:
            self._head_bytes += len(data)
            super().data_received(data)
        else:
            self._take_in_pieces(data, head_bytes_max)

    def _take_in_pieces(self, data: bytes, head_bytes_max: int) -> None:
        start = 0
        while start < len(data):
            end = start + head_bytes_max + 1 - self._head_bytes
            piece = data[start:end]
            self._head_bytes += len(piece)
            super().data_received(piece)
            if self.transport.is_closing():
                return
            if self._head_bytes > head_bytes_max:
                said = b"The request line and the headers have over %d bytes: send fewer.\n" % head_bytes_max
                self._refuse(b"431 Request Header Fields Too Large", said)
                return
            start = end

    def on_headers_complete(self) -> None:
        """The head is whole."""
        super().on_headers_complete()
        self.headers = []
        self._head_bytes = 0
        self._in_body = True
        self._unanswered += 1
        self._read_on()

    def on_body(self, body: bytes) -> None:
        """A part of the body came."""
        self._head_bytes = 0
        in_hand = self._due_at + len(body) / self.bounds.body_bytes_per_second
        self._due_at = min(in_hand, self.loop.time() + self.bounds.body_silence_seconds)
        super().on_body(body)

    def on_message_complete(self) -> None:
        """The request is whole."""
        self._head_bytes = 0
        self._in_body = False
        self._due_at = inf
        super().on_message_complete()

    def on_response_complete(self) -> None:
        """The answer is written."""
        super().on_response_complete()
        self._unanswered -= 1
        self._read_on()

    def pause_writing(self) -> None:
        """The client takes an answer more slowly than it is made."""
        self._given_up_at = self.loop.time() + self.bounds.answer_silence_seconds
        super().pause_writing()

    def resume_writing(self) -> None:
        """The client has taken what was written."""
        self._given_up_at = inf
        super().resume_writing()

    def _read_on(self) -> None:
        """The client has its time from now on, where something of it is under way."""
        if self._due_at != inf:
            seconds = self.bounds.body_silence_seconds if self._in_body else self.bounds.head_seconds
            self._due_at = self.loop.time() + seconds

    def _look(self) -> None:
        """End the connection where its time is up, and look again when it could be."""
        now, closing = self.loop.time(), self.transport.is_closing()
        if closing or self._given_up_at != inf:
            self._see_what_is_taken(now)
        waits_until = inf if closing or self._server_is_next() else self._due_at
        if self._given_up_at <= now:
            self.transport.abort()
        elif waits_until <= now:
            self._give_up()
            waits_until = inf
        self._watch = self.loop.call_at(min(now + self.bounds.look_seconds, waits_until, self._given_up_at), self._look)

    def _see_what_is_taken(self, now: float) -> None:
        """Give a client more time that has taken something of what is written, since the last time."""
        unsent = self.transport.get_write_buffer_size()
        if unsent != self._unsent_bytes or self._given_up_at == inf:
            self._unsent_bytes = unsent
            self._given_up_at = now + self.bounds.answer_silence_seconds

    def _server_is_next(self) -> bool:
        """Whether it is the server that has something to do before the client goes on."""
        return self.flow.read_paused or (self._unanswered > 0 and not self._in_body)

    def _give_up(self) -> None:
        """End a connection on which nothing came, or too little."""
        if self._in_body and not self.cycle.response_started:
            self._refuse(_LATE, _LATE_BODY % (self.bounds.body_bytes_per_second, self.bounds.body_silence_seconds))
            self.cycle.disconnected = True
            self.cycle.message_event.set()
        elif self._head_bytes and not self._in_body:
            self._refuse(_LATE, _LATE_HEAD % self.bounds.head_seconds)
        else:
            self.transport.close()

    def _refuse(self, status: bytes, said: bytes, headers: bytes = b"") -> None:
        """Say why the connection ends, and end it."""
        self.transport.write(_REFUSAL % (status, len(said), headers, said))
        self.transport.close()


def protocol_of(bounds: Bounds) -> type[HttpProtocol]:
    """The protocol with its bounds."""
    return type("BoundedHttpProtocol", (HttpProtocol,), {"bounds": bounds})
