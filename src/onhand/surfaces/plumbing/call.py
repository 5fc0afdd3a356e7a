"""One request as a handler sees it."""

from collections.abc import AsyncIterator
from typing import TYPE_CHECKING

from starlette.requests import Request
from starlette.types import Receive, Scope

if TYPE_CHECKING:
    from onhand.surfaces.plumbing.operations import Operation

RawHeaders = list[tuple[bytes, bytes]]


class BodyTooLarge(Exception):
    """A body has more bytes than its operation takes; the application answers 413."""


class Call(Request):
    """A Starlette request with its operation and its correlation id.

    `header_bytes` are the headers as they came: names in lower case, dots and underscores kept, of a repeated one the
    last. `answer_headers` go on whatever is answered in the end, an error too.
    """

    def __init__(self, scope: Scope, receive: Receive) -> None:
        super().__init__(scope, receive)
        self.header_bytes: dict[bytes, bytes] = dict(scope["headers"])
        self.correlation_id = ""
        self.operation: Operation | None = None
        self.answer_headers: RawHeaders = []

    @property
    def path(self) -> str:
        """The path without its query."""
        path: str = self.scope["path"]
        return path

    async def read_body(self, body_bytes_max: int) -> bytes:
        """The whole body; it may be read again.

        Raises:
            BodyTooLarge: it is declared longer than `body_bytes_max`, or turned out to be.
        """
        self._body = b"".join([chunk async for chunk in self.read_chunks(body_bytes_max)])
        return self._body

    async def read_chunks(self, body_bytes_max: int) -> AsyncIterator[bytes]:
        """The body as it arrives, never more than `body_bytes_max` of it.

        Raises:
            BodyTooLarge: it is declared longer than that, or turned out to be.
        """
        declared = self.header_bytes.get(b"content-length", b"")
        if declared.isdigit() and int(declared) > body_bytes_max:
            raise BodyTooLarge(body_bytes_max)
        received = 0
        async for chunk in self.stream():
            received += len(chunk)
            if received > body_bytes_max:
                raise BodyTooLarge(body_bytes_max)
            if chunk:
                yield chunk
