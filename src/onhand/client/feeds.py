"""Feeds: many rows at once, taken first and processed afterwards (DS-13 to DS-22)."""

from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from typing import Any
from urllib.parse import quote

from onhand.client.caller import Caller, json_body
from onhand.client.errors import Failed, Unfinished
from onhand.client.feed_rows import checked_rows
from onhand.client.gateway import read, write
from onhand.client.operations import Awaiting, Blocking, Group, Page, Walk, listing, operation, walked
from onhand.client.policy import Polling
from onhand.client.polling import polled
from onhand.client.results.feeds import (
    FeedList,
    FeedResult,
    FeedRow,
    FeedRowOutcome,
    FeedStatus,
    FeedSummary,
    FeedTaken,
)
from onhand.client.steps import Exchange

DSV_INVENTORY = "DSV_INVENTORY"
VERSION = "5.0.20240905-15_39_48-api"
_SECONDS_MAX = 3_600.0
_PAGE = 100

Told = Callable[[FeedStatus], object]


class FeedOperations(Group):
    """Feeds, from sending to mending."""

    @operation
    def submit(self, rows: Sequence[FeedRow], *, idempotency_key: str | None = None) -> Exchange[str]:
        """Send rows as a feed; its id. BadInput, and nothing sent, where a row can't be right."""
        content = feed_file(self._caller, rows)
        return _sent(self._caller, content, DSV_INVENTORY, None, idempotency_key)

    @operation
    def submit_file(
        self,
        content: bytes,
        *,
        feed_type: str = DSV_INVENTORY,
        ship_node: str | None = None,
        idempotency_key: str | None = None,
    ) -> Exchange[str]:
        """Send a feed's file as it is, of any type and version that the gateway takes; its id."""
        return _sent(self._caller, content, feed_type, ship_node, idempotency_key)

    @operation
    def status(self, feed_id: str) -> Exchange[FeedStatus]:
        """How far a feed is, without its rows."""
        return _status(self._caller, feed_id)

    @listing(FeedRowOutcome)
    def rows(self, feed_id: str) -> Walk[FeedRowOutcome]:
        """What became of each row of a feed, over all pages."""
        return _rows(self._caller, feed_id)

    @listing(FeedSummary)
    def list(self, *, page_size: int = 50) -> Walk[FeedSummary]:
        """The caller's feeds, newest first, over all pages."""

        def page(place: str | None) -> Exchange[Page[FeedSummary]]:
            offset = int(place or 0)
            request = read("GET /v3/feeds", "/v3/feeds", {"limit": page_size, "offset": offset})
            found = yield from self._caller.result(request, FeedList)
            feeds = found.results.feed
            reached = offset + len(feeds)
            total = found.total_results
            return Page(feeds, str(reached) if feeds and reached < total else None, total)

        return page

    @operation
    def wait(
        self,
        feed_id: str,
        *,
        seconds_max: float = _SECONDS_MAX,
        polling: Polling | None = None,
        told: Told | None = None,
    ) -> Exchange[FeedStatus]:
        """How a feed ended; `told` hears of every status on the way. Unfinished where it takes longer."""
        return _ended(self._caller, feed_id, seconds_max, polling or self._caller.polling, told)

    @operation
    def failed_rows(self, feed_id: str) -> Exchange[tuple[FeedRowOutcome, ...]]:
        """The rows of a feed that failed, each with what was wrong."""
        return _failed_rows(self._caller, feed_id)

    @operation
    def error_report(self, feed_id: str) -> Exchange[bytes]:
        """The failed rows as a file of the same form, to be mended and sent again (Onhand's own)."""
        request = read("GET /v3/feeds/{feedId}/errorReport", f"{_path(feed_id)}/errorReport")
        return (yield from self._caller.ask(request)).body

    @operation
    def submit_and_wait(
        self,
        rows: Sequence[FeedRow],
        *,
        seconds_max: float = _SECONDS_MAX,
        polling: Polling | None = None,
        told: Told | None = None,
    ) -> Exchange[FeedResult]:
        """Send rows, wait until they are processed, and tell which failed.

        Raises:
            BadInput: a row can't be right; nothing was sent.
            Unfinished: it takes longer than `seconds_max`; the feed goes on.
            Failed: the file as a whole was refused.
        """
        content = feed_file(self._caller, rows)
        feed_id = yield from _sent(self._caller, content, DSV_INVENTORY, None, None)
        status = yield from _ended(self._caller, feed_id, seconds_max, polling or self._caller.polling, told)
        if status.feed_status == "ERROR":
            raise Failed("feed", feed_id, status.problems)
        failed = (yield from _failed_rows(self._caller, feed_id)) if status.items_failed else ()
        return FeedResult(status, failed)


class FeedGroup(FeedOperations, Blocking):
    """Feeds, blocking."""


class AsyncFeedGroup(FeedOperations, Awaiting):
    """Feeds, awaited."""


def feed_file(caller: Caller, rows: Sequence[FeedRow]) -> bytes:
    """The file of a feed of rows that can be right."""
    header = {
        "version": VERSION,
        "feedType": DSV_INVENTORY,
        "feedDate": _moment(caller.around.clock()),
        "locale": "en",
        "businessUnit": "WALMART_US",
    }
    return json_body({"InventoryFeedHeader": header, "Inventory": checked_rows(rows)})


def _moment(seconds: float) -> str:
    return datetime.fromtimestamp(seconds, UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")


def _sent(
    caller: Caller, content: bytes, feed_type: str, ship_node: str | None, idempotency_key: str | None
) -> Exchange[str]:
    named: dict[str, Any] = {"feedType": feed_type, "shipNode": ship_node}
    request = write(caller, "POST /v3/feeds", "/v3/feeds", content, named, idempotency_key=idempotency_key)
    return (yield from caller.result(request, FeedTaken)).feed_id


def _status(caller: Caller, feed_id: str) -> Exchange[FeedStatus]:
    return caller.result(read("GET /v3/feeds/{feedId}", _path(feed_id), {"includeDetails": False}), FeedStatus)


def _ended(
    caller: Caller, feed_id: str, seconds_max: float, polling: Polling, told: Told | None
) -> Exchange[FeedStatus]:
    status = yield from polled(
        caller,
        lambda asker: _status(asker, feed_id),
        lambda seen: seen.is_over,
        polling,
        seconds_max,
        told,
        what=f"feed {feed_id}",
    )
    if not status.is_over:
        raise Unfinished("feed", feed_id, status.feed_status, seconds_max)
    return status


def _rows(caller: Caller, feed_id: str) -> Walk[FeedRowOutcome]:
    def page(place: str | None) -> Exchange[Page[FeedRowOutcome]]:
        named = {"includeDetails": True, "limit": _PAGE, "nextCursor": place}
        found = yield from caller.result(read("GET /v3/feeds/{feedId}", _path(feed_id), named), FeedStatus)
        rows = found.item_details.item_ingestion_status
        return Page(rows, found.next_cursor if rows else None, found.items_received)

    return page


def _failed_rows(caller: Caller, feed_id: str) -> Exchange[tuple[FeedRowOutcome, ...]]:
    rows = yield from walked(_rows(caller, feed_id))
    return tuple(row for row in rows if row.ingestion_status not in {"SUCCESS", "INPROGRESS"})


def _path(feed_id: str) -> str:
    return f"/v3/feeds/{quote(feed_id, safe='@')}"
