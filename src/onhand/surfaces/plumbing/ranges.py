"""Which part of a file a request asks for (RFC 9110, section 14)."""

import asyncio
import re
from collections.abc import AsyncGenerator, AsyncIterator
from typing import Literal

import msgspec

# Numbers that are longer than this name no byte of any file.
_RANGE = re.compile(rb"(?i:bytes)[ \t]*=[ \t]*(\d{0,40})-(\d{0,40})[ \t]*")


class Span(msgspec.Struct, frozen=True):
    """The bytes from `start` up to but not including `end`."""

    start: int
    end: int


def asked_span(sent: bytes | None, size_bytes: int) -> Span | Literal["unsatisfiable"] | None:
    """The span that a Range header asks for of a file of so many bytes; None where the file is answered whole.

    That is so without the header, and where it asks for several ranges, for another unit than bytes, or is malformed.
    """
    match = _RANGE.fullmatch(sent.strip()) if sent else None
    if match is None:
        return None
    first, last = match.groups()
    if first:
        return _from_first(int(first), int(last) if last else None, size_bytes)
    if not last:
        return None
    start = max(0, size_bytes - int(last))
    return Span(start, size_bytes) if start < size_bytes else "unsatisfiable"


async def bytes_within(pieces: AsyncIterator[bytes], span: Span) -> AsyncGenerator[bytes, None]:
    """The bytes of a span of what is made from its beginning each time: what comes before is made and passed over."""
    place = 0
    async for piece in pieces:
        part = piece[max(0, span.start - place) : max(0, span.end - place)]
        place += len(piece)
        if part:
            yield part
        if place >= span.end:
            return
        # An embedded database is read on the event loop: others have their turn also where nothing is sent.
        await asyncio.sleep(0)


def _from_first(first: int, last: int | None, size_bytes: int) -> Span | Literal["unsatisfiable"] | None:
    if last is not None and last < first:
        return None
    if first >= size_bytes:
        return "unsatisfiable"
    return Span(first, size_bytes if last is None else min(size_bytes, last + 1))
