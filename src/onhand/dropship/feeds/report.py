"""The failed rows of a feed as a file of the same form, to be mended and sent again as it is."""

from collections.abc import AsyncIterator
from typing import Any

import msgspec
from msgspec import Raw

from onhand.dropship.feeds.faults import FeedFault
from onhand.dropship.feeds.status import Feed, StoredRow, failed_rows
from onhand.store.database import Database

ERRORS_KEY = "ingestionErrors"
"""Stands in each row of the file, which is taken with or without it."""

_fields = msgspec.json.Decoder(dict[str, Raw])


async def error_report(database: Database, partner_id: int, feed: Feed) -> AsyncIterator[bytes]:
    """The file piece by piece: the feed's header, and each failed row as it came with what was wrong with it."""
    header = {feed.form.header_key: Raw(feed.form.header.encode())}
    yield msgspec.json.encode(header)[:-1] + b"," + msgspec.json.encode(feed.form.list_key) + b":["
    separator = b"\n"
    async for row in failed_rows(database, partner_id, feed):
        yield separator + _with_faults(row)
        separator = b",\n"
    yield b"\n]}\n"


def _with_faults(row: StoredRow) -> bytes:
    try:
        fields: dict[str, Any] = _fields.decode(row.content)
    except (msgspec.DecodeError, UnicodeDecodeError):
        # What is no object has no place for its errors.
        return bytes(row.content)
    return msgspec.json.encode({**fields, ERRORS_KEY: [_told(fault) for fault in row.faults]})


def _told(fault: FeedFault) -> dict[str, str]:
    return {"code": fault.code, "field": fault.field, "description": fault.description}
