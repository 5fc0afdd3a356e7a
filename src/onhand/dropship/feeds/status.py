"""What became of feeds and of their rows, as of one moment (DS-16, DS-17, DS-21)."""

from collections.abc import AsyncIterator, Iterator, Sequence
from pathlib import Path
from typing import Any, Literal

import msgspec
from msgspec import Raw

from onhand.basics.gtin import format_gtin, parse_gtin
from onhand.dropship.feeds.checks import flat, row_name
from onhand.dropship.feeds.faults import FeedFault, not_done
from onhand.dropship.feeds.forms import Form
from onhand.dropship.feeds.known import Owner, items_of_skus, skus_of_items
from onhand.store.database import Database, Row, Session, Value
from onhand.store.queries import Queries

_SQL = Queries(Path(__file__).with_name("status.sql"))
_raws = msgspec.json.Decoder(list[Raw])
_fields = msgspec.json.Decoder(dict[str, Any])
_outcomes = msgspec.json.Decoder(list[tuple[int, list[FeedFault]]])

RowOutcome = Literal["SUCCESS", "DATA_ERROR", "SYSTEM_ERROR", "INPROGRESS"]


class Feed(msgspec.Struct, frozen=True):
    """A feed: when it came (microseconds), how far it is, and what is wrong with it as a whole."""

    feed_id: str
    feed_type: str
    received_at: int
    status: str
    rows_received: int
    rows_done: int
    rows_succeeded: int
    rows_failed: int
    form: Form
    faults: tuple[FeedFault, ...]
    finished_at: int | None

    @property
    def rows_waiting(self) -> int:
        """How many rows have not been done yet, and will be."""
        return self.rows_received - self.rows_done if self.finished_at is None else 0

    @property
    def rows_given_up(self) -> range:
        """The indices of the rows that were not done when the feed was given up."""
        return range(self.rows_done, self.rows_received) if self.status == "ERROR" else range(0)


class RowStatus(msgspec.Struct, frozen=True):
    """A row: how it named its item and node, the item's SKU and GTIN where they are known, and what became of it."""

    index: int
    sku: str
    gtin: str
    ship_node: str
    outcome: RowOutcome
    faults: Sequence[FeedFault]


class StoredRow(msgspec.Struct, frozen=True):
    """A row as it came, and everything that was found wrong with it."""

    index: int
    content: Raw
    faults: list[FeedFault]


async def feed_by_id(database: Database, partner_id: int, feed_id: str) -> Feed | None:
    """The partner's feed of that id."""
    if not feed_id.isprintable():
        # A server's database takes no text like this, and no feed has it.
        return None
    row = await database.one(_SQL["feed_by_id"], partner_id=partner_id, feed_id=feed_id)
    return _feed(row) if row else None


async def feed_with_rows(
    database: Database, owner: Owner, feed_id: str, first: int, rows_max: int
) -> tuple[Feed, list[RowStatus]] | None:
    """The partner's feed of that id with its rows from index `first` on; both as of the same moment."""
    if not feed_id.isprintable():
        return None

    async def work(session: Session) -> tuple[Feed, list[RowStatus]] | None:
        row = await session.one(_SQL["feed_by_id"], partner_id=owner.partner_id, feed_id=feed_id)
        if row is None:
            return None
        feed = _feed(row)
        stored = await _stored_rows(session, owner.partner_id, feed, first, min(first + rows_max, feed.rows_received))
        return feed, await _statuses(session, owner, feed, stored)

    return await database.read(work)


async def list_feeds(database: Database, partner_id: int, first: int, rows_max: int) -> tuple[int, list[Feed]]:
    """How many feeds a partner has, and those from the place `first` on, newest first."""

    async def work(session: Session) -> tuple[int, list[Feed]]:
        counted = await session.one(_SQL["count_feeds"], partner_id=partner_id)
        rows = await session.all(_SQL["newest_feeds"], partner_id=partner_id, first=first, rows_max=rows_max)
        return (counted[0] if counted else 0), [_feed(row) for row in rows]

    return await database.read(work)


async def failed_rows(database: Database, partner_id: int, feed: Feed) -> AsyncIterator[StoredRow]:
    """The rows of a feed that have failed, in their order; of its parts, one at a time is held."""
    after = -1
    undone_from = feed.rows_done if feed.rows_given_up else feed.rows_received
    while True:
        named: dict[str, Value] = {"partner_id": partner_id, "feed_id": feed.feed_id}
        part = await database.one(_SQL["next_failed_part"], after=after, undone_from=undone_from, **named)
        if part is None:
            return
        after = part[0]
        for row in _rows_of(part, feed, 0, feed.rows_received):
            if row.faults:
                yield row


def _feed(row: Sequence[Any]) -> Feed:
    form = msgspec.json.decode(row[8], type=Form)
    faults = msgspec.json.decode(row[9], type=tuple[FeedFault, ...])
    feed_id, feed_type, received_at, status, received, done, succeeded, failed = row[:8]
    counts = (received, done, succeeded, failed)
    return Feed(feed_id, feed_type, received_at, status, *counts, form, faults, row[10])


async def _stored_rows(session: Session, partner_id: int, feed: Feed, first: int, end: int) -> list[StoredRow]:
    """The rows of a feed between two indices; only the parts in which they stand are read."""
    if first >= end:
        return []
    named: dict[str, Value] = {"partner_id": partner_id, "feed_id": feed.feed_id}
    parts = await session.all(_SQL["parts_between"], first_index=first, end_index=end, **named)
    return [row for part in parts for row in _rows_of(part, feed, first, end)]


def _rows_of(part: Row, feed: Feed, first: int, end: int) -> Iterator[StoredRow]:
    part_index, content, outcomes = part
    found = dict(_outcomes.decode(outcomes)) if outcomes else {}
    raws = _raws.decode(content)
    for index in range(max(first, part_index), min(end, part_index + len(raws))):
        faults = [not_done()] if index in feed.rows_given_up else found.get(index, [])
        yield StoredRow(index, raws[index - part_index], faults)


async def _statuses(session: Session, owner: Owner, feed: Feed, rows: Sequence[StoredRow]) -> list[RowStatus]:
    names = [_name_of(row.content, feed.form) for row in rows]
    skus, gtins = await _identities(
        session, owner, [name for name, _ in names if name and name.isprintable()], by_sku=feed.form.by_sku
    )
    return [
        RowStatus(row.index, skus.get(name, ""), gtins.get(name, ""), node, _outcome(row, feed), row.faults)
        for row, (name, node) in zip(rows, names, strict=True)
    ]


async def _identities(
    session: Session, owner: Owner, names: Sequence[str], *, by_sku: bool
) -> tuple[dict[str, str], dict[str, str]]:
    """The SKU and the GTIN by which each name is shown."""
    if by_sku:
        items = await items_of_skus(session, owner, names)
        gtins = {name: name for name in names if parse_gtin(name) is not None}
        return {name: name for name in names}, gtins | {name: format_gtin(item) for name, item in items.items()}
    ids = {name: item_id for name in names if (item_id := parse_gtin(name)) is not None}
    shown = await skus_of_items(session, owner, list(ids.values()))
    return {name: shown[item_id] for name, item_id in ids.items()}, {name: name for name in names}


def _name_of(content: Raw, form: Form) -> tuple[str, str]:
    try:
        return row_name(flat(_fields.decode(content)), form)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        return "", ""


def _outcome(row: StoredRow, feed: Feed) -> RowOutcome:
    if row.index in feed.rows_given_up:
        return "SYSTEM_ERROR"
    if row.index >= feed.rows_done:
        return "INPROGRESS"
    return "DATA_ERROR" if row.faults else "SUCCESS"
