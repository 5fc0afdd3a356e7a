"""The failed rows of a feed as a file of the same form, to be mended and sent again as it is.

A row that named no ship node is given the one that was meant, which need not be that of another call.
"""

from collections.abc import AsyncIterator
from typing import Any

import msgspec
from msgspec import Raw

from onhand.dropship.feeds.checks import flat
from onhand.dropship.feeds.faults import FeedFault
from onhand.dropship.feeds.status import Feed, StoredRow, failed_rows
from onhand.store.database import Database

ERRORS_KEY = "ingestionErrors"
"""Stands in each row of the file, which is taken with or without it."""

_fields = msgspec.json.Decoder(dict[str, Raw])
_values = msgspec.json.Decoder(dict[str, Any])


async def error_report(database: Database, partner_id: int, feed: Feed) -> AsyncIterator[bytes]:
    """The file piece by piece: the feed's header, and each failed row as it came with what was wrong with it."""
    header = {feed.form.header_key: Raw(feed.form.header.encode())}
    yield msgspec.json.encode(header)[:-1] + b"," + msgspec.json.encode(feed.form.list_key) + b":["
    separator = b"\n"
    async for row in failed_rows(database, partner_id, feed):
        yield separator + _with_faults(row, feed.form.ship_node)
        separator = b",\n"
    yield b"\n]}\n"


def _with_faults(row: StoredRow, meant_node: str | None) -> bytes:
    try:
        fields: dict[str, Any] = _fields.decode(row.content)
    except (msgspec.DecodeError, UnicodeDecodeError):
        # What is no object has no place for its errors.
        return bytes(row.content)
    node = {"shipNode": meant_node} if meant_node is not None and _names_no_node(row.content) else {}
    return msgspec.json.encode({**fields, **node, ERRORS_KEY: [_told(fault) for fault in row.faults]})


def _names_no_node(content: Raw) -> bool:
    try:
        return flat(_values.decode(content)).get("shipnode") is None
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        return False


def _told(fault: FeedFault) -> dict[str, str]:
    return {"code": fault.code, "field": fault.field, "description": fault.description}
