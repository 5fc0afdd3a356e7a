"""What was asked of a sandbox and what it answered: the newest exchanges, with as much of their bodies as is kept."""

from collections import deque
from collections.abc import Iterable

import msgspec
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from onhand.basics.clock import Clock

_SECRET = frozenset({"authorization", "wm_sec.access_token", "wm_sec.auth_signature", "cookie"})
_SHOWN_OF_SECRETS = 4
OPERATION = "onhand.operation"
"""The key of a request's scope under which its operation is remembered for the log."""


class Exchange(msgspec.Struct, frozen=True, rename="camel"):
    """A request and its answer. Bodies are cut to what is kept, and secrets to their last characters."""

    number: int
    at: int
    method: str
    path: str
    query: str
    operation: str | None
    status: int | None
    milliseconds: float
    request_headers: dict[str, str]
    request_body: str
    answer_headers: dict[str, str]
    answer_body: str


class Exchanges:
    """The newest exchanges of one sandbox."""

    def __init__(self, clock: Clock, *, kept: int, body_bytes_kept: int) -> None:
        self._clock = clock
        self._body_bytes_kept = body_bytes_kept
        self._kept: deque[Exchange] = deque(maxlen=kept)
        self._newest = 0

    def newest(self, rows_max: int, operation: str | None = None, after: int = 0) -> list[Exchange]:
        """Exchanges, the newest first: at most so many, of one operation where it is named, after a number."""
        found: list[Exchange] = []
        for exchange in reversed(self._kept):
            if exchange.number <= after or len(found) == rows_max:
                break
            if operation in (None, exchange.operation):
                found.append(exchange)
        return found

    def clear(self) -> None:
        """Forget them all; numbers go on."""
        self._kept.clear()

    async def record(self, application: ASGIApp, scope: Scope, receive: Receive, send: Send) -> None:
        """Let an application answer a request, and keep both."""
        started = self._clock()
        asked, answered = _Body(self._body_bytes_kept), _Body(self._body_bytes_kept)
        start: Message = {}

        async def receiving() -> Message:
            message = await receive()
            if message["type"] == "http.request":
                asked.add(message.get("body", b""))
            return message

        async def sending(message: Message) -> None:
            if message["type"] == "http.response.start":
                start.update(message)
            elif message["type"] == "http.response.body":
                answered.add(message.get("body", b""))
            await send(message)

        try:
            await application(scope, receiving, sending)
        finally:
            self._newest += 1
            self._kept.append(
                Exchange(
                    self._newest,
                    started,
                    scope["method"],
                    scope["path"],
                    scope["query_string"].decode("latin-1"),
                    scope.get(OPERATION),
                    start.get("status"),
                    (self._clock() - started) / 1000,
                    _shown(scope["headers"]),
                    asked.text(),
                    _shown(start.get("headers", ())),
                    answered.text(),
                )
            )


class _Body:
    """The beginning of a body."""

    def __init__(self, bytes_kept: int) -> None:
        self._room = bytes_kept
        self._pieces: list[bytes] = []

    def add(self, piece: bytes) -> None:
        if piece and self._room:
            self._pieces.append(piece[: self._room])
            self._room -= len(self._pieces[-1])

    def text(self) -> str:
        return b"".join(self._pieces).decode("utf-8", "replace")


def _shown(headers: Iterable[tuple[bytes, bytes]]) -> dict[str, str]:
    return {name: _masked(name, value.decode("latin-1")) for name, value in _named(headers)}


def _named(headers: Iterable[tuple[bytes, bytes]]) -> Iterable[tuple[str, bytes]]:
    return ((name.decode("latin-1").lower(), value) for name, value in headers)


def _masked(name: str, value: str) -> str:
    return f"…{value[-_SHOWN_OF_SECRETS:]}" if name in _SECRET else value
