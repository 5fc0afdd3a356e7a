"""Where the commands on feeds look: in the settings' database, or at a gateway by the client."""

from collections.abc import AsyncIterator, Iterator, Sequence
from contextlib import asynccontextmanager, contextmanager
from itertools import islice
from typing import Protocol

import msgspec

from onhand.cli.answers import Problem
from onhand.cli.asking import Asker, told_in_one_line
from onhand.cli.opened import environment_settings
from onhand.client.clients import AsyncClient
from onhand.client.errors import NotFound
from onhand.client.results.feeds import FeedRow, FeedRowOutcome, FeedStatus, FeedSummary
from onhand.dropship.feeds.report import error_report
from onhand.dropship.feeds.status import Feed, StoredRow, failed_rows, feed_by_id, list_feeds
from onhand.partners.onboarding import partner_by_code
from onhand.store.database import Database
from onhand.wiring.databases import open_database


class FeedView(msgspec.Struct, frozen=True, rename="camel"):
    """A feed as the commands show it; the names are the gateway's."""

    feed_id: str
    feed_status: str
    items_received: int
    items_succeeded: int
    items_failed: int
    items_processing: int
    errors: tuple[str, ...] = ()

    @property
    def is_over(self) -> bool:
        """Whether nothing will change any more."""
        return self.feed_status in {"PROCESSED", "ERROR"}

    @property
    def done(self) -> int:
        """How many rows have been done."""
        return self.items_received - self.items_processing


class FailedRow(msgspec.Struct, frozen=True):
    """A row that failed: its number from 0, itself, and what was wrong with it."""

    index: int
    row: str
    problems: tuple[str, ...]


class FeedSource(Protocol):
    """A place that knows feeds."""

    pause_seconds: float

    async def feeds(self, rows_max: int) -> list[FeedView]:
        """The newest feeds, newest first."""
        ...

    async def feed(self, feed_id: str) -> FeedView:
        """The feed of that id.

        Raises:
            Problem: there is none.
        """
        ...

    async def failed(self, feed_id: str) -> list[FailedRow]:
        """The failed rows of a feed.

        Raises:
            Problem: there is no such feed.
        """
        ...

    async def report(self, feed_id: str) -> bytes:
        """The failed rows of a feed as a file.

        Raises:
            Problem: there is no such feed.
        """
        ...


class StoredFeeds:
    """The feeds of a partner in a database."""

    pause_seconds = 0.2

    def __init__(self, database: Database, partner_id: int) -> None:
        self._database = database
        self._partner_id = partner_id

    async def feeds(self, rows_max: int) -> list[FeedView]:
        """The newest feeds, newest first."""
        _, found = await list_feeds(self._database, self._partner_id, 0, rows_max)
        return list(map(_view, found))

    async def feed(self, feed_id: str) -> FeedView:
        """The feed of that id."""
        return _view(await self._found(feed_id))

    async def failed(self, feed_id: str) -> list[FailedRow]:
        """The failed rows of a feed."""
        feed = await self._found(feed_id)
        return [_stored(row) async for row in failed_rows(self._database, self._partner_id, feed)]

    async def report(self, feed_id: str) -> bytes:
        """The failed rows of a feed as a file."""
        pieces = error_report(self._database, self._partner_id, await self._found(feed_id))
        return b"".join([piece async for piece in pieces])

    async def _found(self, feed_id: str) -> Feed:
        feed = await feed_by_id(self._database, self._partner_id, feed_id)
        if feed is None:
            raise _unknown(feed_id)
        return feed


class ServedFeeds:
    """The feeds of a client at a gateway."""

    def __init__(self, client: AsyncClient) -> None:
        self._client = client
        self.pause_seconds = client.polling.first_seconds

    async def feeds(self, rows_max: int) -> list[FeedView]:
        """The newest feeds, newest first."""
        async for page in self._client.feeds.list(page_size=rows_max).pages():
            return list(map(_shown, islice(page.rows, rows_max)))
        return []

    async def feed(self, feed_id: str) -> FeedView:
        """The feed of that id."""
        with _found_or_not(feed_id):
            return _shown(await self._client.feeds.status(feed_id))

    async def failed(self, feed_id: str) -> list[FailedRow]:
        """The failed rows of a feed."""
        with _found_or_not(feed_id):
            return list(map(_served, await self._client.feeds.failed_rows(feed_id)))

    async def report(self, feed_id: str) -> bytes:
        """The failed rows of a feed as a file."""
        with _found_or_not(feed_id):
            return await self._client.feeds.error_report(feed_id)

    async def send(self, content: bytes, feed_type: str) -> str:
        """Send a file as a feed; its id."""
        return await self._client.feeds.submit_file(content, feed_type=feed_type)

    async def submit(self, rows: Sequence[FeedRow]) -> str:
        """Send rows as a feed, once they are seen to be able to be right; its id."""
        return await self._client.feeds.submit(rows)


@asynccontextmanager
async def stored_feeds(partner_code: str) -> AsyncIterator[StoredFeeds]:
    """The feeds of a partner in the settings' database.

    Raises:
        Problem: there is no such partner.
    """
    database = await open_database(environment_settings())
    try:
        partner = await partner_by_code(database, partner_code)
        if partner is None:
            raise Problem(f"there is no partner “{partner_code}”: `onhand partner list` shows those that there are")
        yield StoredFeeds(database, partner.partner_id)
    finally:
        await database.close()


@asynccontextmanager
async def served_feeds(asks: Asker) -> AsyncIterator[ServedFeeds]:
    """The feeds of who asks, at a gateway.

    Raises:
        Problem: the gateway refuses, or can't be reached.
    """
    with told_in_one_line(asks.url):
        async with asks.async_client() as client:
            yield ServedFeeds(client)


@contextmanager
def _found_or_not(feed_id: str) -> Iterator[None]:
    try:
        yield
    except NotFound as error:
        raise _unknown(feed_id) from error


def _view(feed: Feed) -> FeedView:
    counts = (feed.rows_received, feed.rows_succeeded, feed.rows_failed, feed.rows_waiting)
    return FeedView(feed.feed_id, feed.status, *counts, tuple(fault.description for fault in feed.faults))


def _shown(feed: FeedStatus | FeedSummary) -> FeedView:
    counts = (feed.items_received, feed.items_succeeded, feed.items_failed, feed.items_processing)
    problems = feed.problems if isinstance(feed, FeedStatus) else ()
    return FeedView(feed.feed_id, feed.feed_status, *counts, tuple(each.description for each in problems))


def _stored(row: StoredRow) -> FailedRow:
    text = bytes(row.content).decode("utf-8", "replace")
    return FailedRow(row.index, text, tuple(f"{fault.code}: {fault.description}" for fault in row.faults))


def _served(row: FeedRowOutcome) -> FailedRow:
    named = [each.product_id for each in row.product_identifiers.product_identifier] or [row.sku]
    text = msgspec.json.encode({"productId": named[0], "shipNode": row.ship_node}).decode()
    return FailedRow(row.index, text, tuple(map(str, row.problems)))


def _unknown(feed_id: str) -> Problem:
    return Problem(f"there is no feed “{feed_id}”: `onhand feeds list` shows the newest")
