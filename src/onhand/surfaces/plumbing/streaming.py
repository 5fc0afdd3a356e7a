"""Answers whose body is sent in pieces as they are read, with no more of it in memory than one piece."""

import asyncio
import logging
from collections.abc import AsyncGenerator
from contextlib import aclosing

from starlette.responses import Response
from starlette.types import Receive, Scope, Send

from onhand.store.objects import StorageUnavailable
from onhand.surfaces.plumbing.call import RawHeaders

logger = logging.getLogger(__name__)


class PiecesResponse(Response):
    """A body of `size_bytes` bytes: `first`, and what `others` gives after it.

    Reading ends when the client goes away. Where it fails the connection is closed before the body is whole, which the
    client sees by its length.
    """

    def __init__(
        self, first: bytes, others: AsyncGenerator[bytes, None], size_bytes: int, status: int, headers: RawHeaders
    ) -> None:
        self.status_code = status
        self.background = None
        self.body = first
        self.raw_headers = [(b"content-length", b"%d" % size_bytes), *headers]
        self._others = others
        self._size_bytes = size_bytes

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Send the answer."""
        async with aclosing(self._others):
            await send({"type": "http.response.start", "status": self.status_code, "headers": self.raw_headers})
            left = self._size_bytes - len(self.body)
            await send({"type": "http.response.body", "body": self.body, "more_body": left > 0})
            if left > 0:
                await self._send_others(scope, receive, send, left)

    async def _send_others(self, scope: Scope, receive: Receive, send: Send, left: int) -> None:
        gone = asyncio.ensure_future(_gone(receive))
        try:
            async for piece in self._others:
                if gone.done():
                    return
                left -= len(piece)
                await send({"type": "http.response.body", "body": piece, "more_body": left > 0})
        except StorageUnavailable as error:
            logger.warning("the answer to %s breaks off: %s", scope["path"], error)
        finally:
            gone.cancel()


async def _gone(receive: Receive) -> None:
    """Wait until the client has gone away."""
    while (await receive())["type"] != "http.disconnect":
        pass
