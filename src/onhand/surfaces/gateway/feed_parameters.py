"""What may be asked of feeds by parameters; everything that is wrong with them is told at once (DS-16)."""

import msgspec

from onhand.surfaces.gateway.errors import INVALID_REQUEST_PARAM, Fault
from onhand.surfaces.gateway.inventory_names import Query
from onhand.surfaces.plumbing.sealing import opened, sealed

LIMIT_DEFAULT = 50
LIMIT_MAX = 100
OFFSET_ROWS_MAX = 1_000
"""A feed of so many rows or more is paged by cursor only."""

_WHOLE_MAX = 10**9
_DIGITS_MAX = 10


class Page(msgspec.Struct, frozen=True):
    """Which rows are asked for; `offset` and `cursor` as they were sent."""

    limit: int
    offset: int | None
    cursor: str | None
    details: bool


def read_page(query: Query) -> Page:
    """The page that a query asks for; what is wrong with it joins its faults."""
    faults = query.faults
    limit = read_whole(query.text("limit"), "limit", 1, faults)
    offset = read_whole(query.text("offset"), "offset", 0, faults)
    cursor = query.text("nextCursor")
    if cursor is not None and query.text("offset") is not None:
        said = "nextCursor and offset are both given: give nextCursor alone."
        faults.append(Fault(INVALID_REQUEST_PARAM, "offset", said))
    sent = query.text("includeDetails")
    details = "false" if sent is None else sent.lower()
    if details not in {"true", "false"}:
        said = f"includeDetails is “{details[:80]}”: give true or false."
        faults.append(Fault(INVALID_REQUEST_PARAM, "includeDetails", said))
    shown = LIMIT_DEFAULT if limit is None else min(limit, LIMIT_MAX)
    return Page(shown, offset, cursor, details == "true")


def sealed_cursor(first: int, scope: str, secret: bytes) -> str:
    """The cursor that goes on at a row."""
    return sealed(b"%d" % first, scope.encode(), secret)


def opened_cursor(cursor: str, scope: str, secret: bytes) -> int | None:
    """The row at which a cursor goes on, None where it is not one of this scope."""
    content = opened(cursor, scope.encode(), secret)
    return int(content) if content is not None and content.isdigit() else None


def read_whole(text: str | None, name: str, least: int, faults: list[Fault]) -> int | None:
    """A whole number as it was sent; None where none was, or none that can be read, which is noted."""
    if text is None:
        return None
    # As many zeros as anybody likes may come first.
    digits = text.lstrip("0") or text[:1]
    if text.isascii() and text.isdigit() and len(digits) <= _DIGITS_MAX and least <= int(digits) <= _WHOLE_MAX:
        return int(digits)
    faults.append(Fault(INVALID_REQUEST_PARAM, name, f"{name} is “{text[:80]}”: give a whole number from {least} on."))
    return None
