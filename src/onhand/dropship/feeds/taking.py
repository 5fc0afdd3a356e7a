"""Taking a feed: what came is stored as it came, and its processing is asked for, in one transaction (DS-15, DS-22)."""

from base64 import urlsafe_b64encode
from collections.abc import Iterator
from hashlib import sha256
from pathlib import Path

import msgspec

from onhand.dropship.feeds.forms import FeedFile
from onhand.dropship.moments import next_moment
from onhand.store.database import Session
from onhand.store.lanes import make_due
from onhand.store.queries import Queries

_SQL = Queries(Path(__file__).with_name("taking.sql"))
LANE = "feeds"
"""The kind of the lanes in which feeds are processed, one for each partner."""

PART_ROWS = 500
"""Rows that are stored together: what is read at least to look at one of them."""


class _PartRow(msgspec.Struct, frozen=True):
    partner_id: int
    feed_id: str
    first_index: int
    content: bytes


def feed_id_of(made: str) -> str:
    """The feed id of a fresh id: 32 upper-case hexadecimal digits, @, and a short suffix that follows from them."""
    digits = made.replace("-", "").upper()
    return f"{digits}@{urlsafe_b64encode(sha256(digits.encode()).digest()[:5]).rstrip(b'=').decode()}"


async def take_feed(
    session: Session, partner_id: int, feed_type: str, file: FeedFile, *, feed_id: str, now: int
) -> None:
    """Store a feed within the caller's transaction; one that is faulty as a whole is over at once."""
    taken_at = await next_moment(session, partner_id, now)
    await session.run(
        _SQL["insert_feed"],
        partner_id=partner_id,
        feed_id=feed_id,
        feed_type=feed_type,
        taken_at=taken_at,
        received_at=now,
        status="ERROR" if file.faults else "RECEIVED",
        rows_received=len(file.rows),
        form=msgspec.json.encode(file.form).decode(),
        errors=msgspec.json.encode(file.faults).decode(),
        finished_at=now if file.faults else None,
    )
    if not file.faults:
        await session.run_rows(_SQL["insert_parts"], list(_parts(partner_id, feed_id, file)))
        await make_due(session, LANE, partner_id, now)


def _parts(partner_id: int, feed_id: str, file: FeedFile) -> Iterator[_PartRow]:
    for first in range(0, len(file.rows), PART_ROWS):
        rows = file.rows[first : first + PART_ROWS]
        yield _PartRow(partner_id, feed_id, first, b"[" + b",".join(rows) + b"]")
