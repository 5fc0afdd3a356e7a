"""The table of the operations on feeds, as they serve and as OpenAPI shows them."""

from typing import Annotated, Any

import msgspec
from msgspec import Meta

from onhand.dropship.feeds.forms import FEED_TYPES
from onhand.surfaces.gateway.door import Door, GatewayHandler, Repeated
from onhand.surfaces.gateway.errors import error_answers
from onhand.surfaces.gateway.feed_bodies import MEDIA_TYPES
from onhand.surfaces.gateway.forms import JSON, XML
from onhand.surfaces.gateway.once import IDEMPOTENCY_KEY
from onhand.surfaces.gateway.wire_feeds import FeedDetail, FeedList, FeedTaken
from onhand.surfaces.plumbing.operations import Answer, Body, Operation, Parameter

SUBMIT_CLASS = "feed_submit"
STATUS_CLASS = "feed_status"
LIST_CLASS = "feed_list"
ERRORS_CLASS = "feed_errors"

_TAG = "Feeds"
# Clients of the older form ask for XML.
_ACCEPTS = (JSON, XML)
_SERVICE = "FEED"
_FEED_ID = Parameter(
    name="feedId",
    place="path",
    description="The id that the feed was given; its `@` may come as it is or as `%40`.",
    required=True,
    example="991B8779687C4D5DBC06DF18DB167192@AQkBAQA",
)
_FEED_TYPE = Parameter(
    name="feedType",
    place="query",
    description=f"What the feed is about: one of {', '.join(FEED_TYPES)}.",
    required=True,
    example="DSV_INVENTORY",
)
_SHIP_NODE = Parameter(
    name="shipNode",
    place="query",
    description="The ship node of rows that name none; without it a seller's default node.",
)
_DETAILS = Parameter(
    name="includeDetails",
    place="query",
    description="Whether the rows are listed; false by default.",
    type=bool,
)
_CURSOR = Parameter(name="nextCursor", place="query", description="The `nextCursor` of the page before.")
_LIMIT = Parameter(
    name="limit",
    place="query",
    description="How many are listed, 50 by default; more than 100 are answered as 100.",
    type=Annotated[int, Meta(ge=1, le=1_000_000_000)],
)
_OFFSET = Parameter(
    name="offset",
    place="query",
    description="The first one's place. Deprecated for rows: only for feeds under 1,000 records.",
    type=Annotated[int, Meta(ge=0, le=1_000_000_000)],
)
_EXAMPLE: Any = {
    "InventoryFeedHeader": {
        "version": "5.0.20240905-15_39_48-api",
        "feedType": "DSV_INVENTORY",
        "feedDate": "2024-12-30T13:03:33.000Z",
        "locale": "en",
        "businessUnit": "WALMART_US",
    },
    "Inventory": [
        {"productId": "00097531246801", "shipNode": "123456701", "availabilityCode": "AC", "quantity": 100},
        {"productId": "00097531246801", "shipNode": "123456702", "availabilityCode": "AA"},
    ],
}


class FeedHandlers(msgspec.Struct, frozen=True):
    """What answers the operations; `repeated` knows the feeds that count against no limit."""

    submit: GatewayHandler
    repeated: Repeated
    status: GatewayHandler
    feeds: GatewayHandler
    errors: GatewayHandler


def operations_over(handlers: FeedHandlers, door: Door) -> tuple[Operation, ...]:
    """The operations on feeds."""
    return (
        door.operation(
            handlers.submit,
            "POST",
            "/v3/feeds",
            "submitFeed",
            "Send a feed",
            _TAG,
            service=_SERVICE,
            scope="feeds",
            throttle_class=SUBMIT_CLASS,
            accepts=_ACCEPTS,
            description=(
                "The feed is stored and processed afterwards, feeds of one partner in the order in which they came. "
                "Its rows count as of the moment at which it was taken. Each row is judged for itself: good rows are "
                "applied although others fail. The file may also be the field `file` of a form."
            ),
            repeated=handlers.repeated,
            parameters=(_FEED_TYPE, _SHIP_NODE, IDEMPOTENCY_KEY),
            body=Body(description="The feed's file.", type=dict[str, Any], example=_EXAMPLE),
            takes=MEDIA_TYPES,
            answers={
                200: Answer(description="The feed is stored.", type=FeedTaken),
                **error_answers(404, 409),
            },
        ),
        door.operation(
            handlers.status,
            "GET",
            "/v3/feeds/{feedId}",
            "getFeedStatus",
            "What became of a feed and its rows",
            _TAG,
            service=_SERVICE,
            scope="feeds",
            throttle_class=STATUS_CLASS,
            accepts=_ACCEPTS,
            parameters=(_FEED_ID, _DETAILS, _CURSOR, _OFFSET, _LIMIT),
            answers={200: Answer(description="The feed.", type=FeedDetail), **error_answers(404)},
        ),
        door.operation(
            handlers.feeds,
            "GET",
            "/v3/feeds",
            "listFeeds",
            "The caller's feeds, newest first",
            _TAG,
            service=_SERVICE,
            scope="feeds",
            throttle_class=LIST_CLASS,
            accepts=_ACCEPTS,
            parameters=(msgspec.structs.replace(_FEED_ID, place="query", required=False), _OFFSET, _LIMIT),
            answers={200: Answer(description="A page of feeds.", type=FeedList), **error_answers(404)},
        ),
        door.operation(
            handlers.errors,
            "GET",
            "/v3/feeds/{feedId}/errorReport",
            "getFeedErrorReport",
            "The failed rows of a feed, as a file to mend and send again",
            _TAG,
            service=_SERVICE,
            scope="feeds",
            throttle_class=ERRORS_CLASS,
            description=(
                "A file of the same form with the failed rows as they came, each with its `ingestionErrors`. "
                "It may be sent as it is once its rows have been mended."
            ),
            parameters=(_FEED_ID,),
            answers={
                200: Answer(description="The file.", type=dict[str, Any]),
                **error_answers(404),
            },
        ),
    )
