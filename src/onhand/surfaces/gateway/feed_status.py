"""Reading feeds: the status of one, the list of all, and the failed rows as a file (DS-16, DS-17, DS-21)."""

from collections.abc import AsyncIterator

from starlette.responses import Response, StreamingResponse

from onhand.dropship.feeds.known import Owner
from onhand.dropship.feeds.report import error_report
from onhand.dropship.feeds.status import Feed, feed_by_id, feed_with_rows, list_feeds
from onhand.surfaces.gateway.door import Caller
from onhand.surfaces.gateway.errors import CONTENT_NOT_FOUND, INVALID_REQUEST_PARAM, Fault, Refused, refused
from onhand.surfaces.gateway.feed_parameters import (
    OFFSET_ROWS_MAX,
    Page,
    opened_cursor,
    read_page,
    sealed_cursor,
)
from onhand.surfaces.gateway.forms import respond
from onhand.surfaces.gateway.inventory_names import Query
from onhand.surfaces.gateway.services import GatewayServices
from onhand.surfaces.gateway.wire_feeds import FeedList, Feeds, feed_detail, feed_summary
from onhand.surfaces.plumbing.call import Call


class FeedReading:
    """Answers what is asked about feeds."""

    def __init__(self, services: GatewayServices) -> None:
        self._database = services.database
        self._secret = services.cursor_secret

    async def status(self, call: Call, caller: Caller) -> Response | Refused:
        """What became of one feed, and of its rows where these are asked for."""
        feed_id: str = call.path_params["feedId"]
        query = Query(call, [])
        page = read_page(query)
        first = self._first_row(page, caller, feed_id, query.faults)
        if query.faults:
            return Refused(400, tuple(query.faults))
        owner = Owner(caller.partner_id, caller.kind)
        found = await feed_with_rows(self._database, owner, feed_id, first, page.limit if page.details else 0)
        if found is None:
            return _unknown(feed_id)
        feed, rows = found
        if page.offset is not None and feed.rows_received >= OFFSET_ROWS_MAX:
            said = f"offset is for feeds under {OFFSET_ROWS_MAX:,} records: page by nextCursor instead."
            return refused(400, INVALID_REQUEST_PARAM, "offset", said)
        end = first + len(rows)
        more = page.details and end < feed.rows_received and bool(rows)
        cursor = sealed_cursor(end, _scope(caller, feed_id), self._secret) if more else None
        detail = feed_detail(feed, rows, offset=first, limit=page.limit, next_cursor=cursor)
        return respond(call, detail, root="PartnerFeedResponse")

    def _first_row(self, page: Page, caller: Caller, feed_id: str, faults: list[Fault]) -> int:
        if page.cursor is None:
            return page.offset or 0
        first = opened_cursor(page.cursor, _scope(caller, feed_id), self._secret)
        if first is None:
            said = "nextCursor is not one that this feed's status gave you: give it as it came, or leave it out."
            faults.append(Fault(INVALID_REQUEST_PARAM, "nextCursor", said))
        return first or 0

    async def feeds(self, call: Call, caller: Caller) -> Response | Refused:
        """The caller's feeds, newest first; with `feedId` that one alone."""
        query = Query(call, [])
        page, feed_id = read_page(query), query.text("feedId")
        if page.cursor is not None:
            said = "The list of feeds is paged by offset and limit."
            query.faults.append(Fault(INVALID_REQUEST_PARAM, "nextCursor", said))
        if query.faults:
            return Refused(400, tuple(query.faults))
        first = page.offset or 0
        if feed_id is None:
            total, found = await list_feeds(self._database, caller.partner_id, first, page.limit)
        else:
            feed = await feed_by_id(self._database, caller.partner_id, feed_id)
            if feed is None:
                return _unknown(feed_id)
            total, found = 1, [feed][first:]
        summaries = tuple(feed_summary(feed, caller.partner_code) for feed in found)
        return respond(call, FeedList(total, first, page.limit, Feeds(summaries)), root="FeedRecordResponse")

    async def errors(self, call: Call, caller: Caller) -> Response | Refused:
        """The failed rows of a feed as a file."""
        feed_id: str = call.path_params["feedId"]
        feed = await feed_by_id(self._database, caller.partner_id, feed_id)
        if feed is None:
            return _unknown(feed_id)
        name = f"feed-errors-{feed.feed_id.partition('@')[0]}.json"
        return StreamingResponse(
            self._report(caller, feed),
            media_type="application/json",
            headers={"content-disposition": f'attachment; filename="{name}"'},
        )

    async def _report(self, caller: Caller, feed: Feed) -> AsyncIterator[bytes]:
        async for piece in error_report(self._database, caller.partner_id, feed):
            yield piece


def _scope(caller: Caller, feed_id: str) -> str:
    return f"feed:{caller.partner_id}:{feed_id}"


def _unknown(feed_id: str) -> Refused:
    said = f"You have no feed “{feed_id[:80]}”: give the feedId that POST /v3/feeds answered."
    return refused(404, CONTENT_NOT_FOUND, "feedId", said)
