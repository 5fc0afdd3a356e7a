"""Continuation tokens: where a page of history ended, sealed for the walk that goes on from there (TH-06)."""

import msgspec

from onhand.stock.history import Position
from onhand.surfaces.plumbing.sealing import opened, sealed
from onhand.surfaces.suppliers.parameters import Period


class Walk(msgspec.Struct, frozen=True):
    """Whose walk over which history it is: everything that must stay the same from page to page."""

    consumer_id: str
    supplier_id: int
    path: str
    area: str
    event_type: str
    start_date: str
    end_date: str


class Bookmark(msgspec.Struct, frozen=True, array_like=True):
    """Where to go on, and the period as the first page understood it: a walk may last into another day."""

    position: Position
    period: Period


_decoder = msgspec.json.Decoder(Bookmark)


def token_of(bookmark: Bookmark, walk: Walk, secret: bytes) -> str:
    """The token that takes `walk` on from `bookmark`."""
    return sealed(msgspec.json.encode(bookmark), msgspec.json.encode(walk), secret)


def bookmark_of(token: str, walk: Walk, secret: bytes) -> Bookmark | None:
    """The bookmark of a token, or None where it was altered or made for another walk."""
    content = opened(token, msgspec.json.encode(walk), secret)
    try:
        return _decoder.decode(content) if content is not None else None
    except msgspec.DecodeError:
        # Sealed by another version of the program, whose positions look otherwise.
        return None
