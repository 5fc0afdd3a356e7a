"""What feeds look like on the wire (DS-13, DS-16, DS-17, DS-21)."""

from collections.abc import Sequence
from hashlib import sha256
from typing import Annotated, Literal

import msgspec
from msgspec import Meta

from onhand.dropship.feeds.faults import NOT_PROCESSED, FeedFault
from onhand.dropship.feeds.status import Feed, RowStatus

_MICROSECONDS_PER_MILLISECOND = 1000
_GTIN = "GTIN"

FeedStatusName = Literal["RECEIVED", "INPROGRESS", "PROCESSED", "ERROR"]
Count = Annotated[int, Meta(ge=0)]


class FeedTaken(msgspec.Struct, frozen=True, rename="camel"):
    """That a feed is stored and will be processed."""

    feed_id: str


class IngestionError(msgspec.Struct, frozen=True):
    """One thing that is wrong with a row or a file."""

    type: str
    code: str
    field: str
    description: str


class IngestionErrors(msgspec.Struct, frozen=True, rename="camel"):
    """Everything that is wrong with a row or a file."""

    ingestion_error: tuple[IngestionError, ...]


class ProductIdentifier(msgspec.Struct, frozen=True, rename="camel"):
    """A number that names an item."""

    product_id_type: str
    product_id: str


class ProductIdentifiers(msgspec.Struct, frozen=True, rename="camel"):
    """The numbers that name an item."""

    product_identifier: tuple[ProductIdentifier, ...]


class RowDetail(msgspec.Struct, frozen=True, rename="camel"):
    """What became of one row."""

    mart_id: int
    sku: str
    index: int
    product_identifiers: ProductIdentifiers
    ship_node: str
    ingestion_status: Literal["SUCCESS", "DATA_ERROR", "SYSTEM_ERROR", "TIMEOUT_ERROR", "INPROGRESS"]
    ingestion_errors: IngestionErrors


class RowDetails(msgspec.Struct, frozen=True, rename="camel"):
    """What became of the rows that were asked for."""

    item_ingestion_status: tuple[RowDetail, ...]


class FeedDetail(msgspec.Struct, frozen=True, rename="camel", omit_defaults=True):
    """What became of a feed; `nextCursor` where more rows follow."""

    feed_id: str
    activity_id: str
    feed_status: FeedStatusName
    feed_submission_date: Annotated[int, Meta(description="Milliseconds since 1970-01-01 UTC.")]
    items_received: Count
    items_succeeded: Count
    items_failed: Count
    items_processing: Count
    offset: Count
    limit: Count
    item_details: RowDetails
    next_cursor: str | None = None
    ingestion_errors: IngestionErrors | None = None


class FeedSummary(msgspec.Struct, frozen=True, rename="camel"):
    """A feed in the list of feeds."""

    feed_id: str
    feed_type: str
    partner_id: str
    feed_status: FeedStatusName
    feed_date: Annotated[int, Meta(description="Milliseconds since 1970-01-01 UTC at which it was taken.")]
    items_received: Count
    items_succeeded: Count
    items_failed: Count
    items_processing: Count


class Feeds(msgspec.Struct, frozen=True):
    """Feeds of a page."""

    feed: tuple[FeedSummary, ...]


class FeedList(msgspec.Struct, frozen=True, rename="camel"):
    """A page of the caller's feeds, newest first."""

    total_results: Count
    offset: Count
    limit: Count
    results: Feeds


def activity_id(feed_id: str) -> str:
    """Eight hexadecimal digits that follow from a feed's id."""
    return sha256(feed_id.encode()).hexdigest()[:8].upper()


def feed_detail(
    feed: Feed, rows: Sequence[RowStatus], *, offset: int, limit: int, next_cursor: str | None
) -> FeedDetail:
    """A feed with the rows that were asked for."""
    return FeedDetail(
        feed.feed_id,
        activity_id(feed.feed_id),
        _status(feed),
        feed.received_at // _MICROSECONDS_PER_MILLISECOND,
        feed.rows_received,
        feed.rows_succeeded,
        feed.rows_failed,
        feed.rows_waiting,
        offset,
        limit,
        RowDetails(tuple(map(_row_detail, rows))),
        next_cursor,
        _errors(feed.faults) if feed.faults else None,
    )


def feed_summary(feed: Feed, partner_code: str) -> FeedSummary:
    """A feed as the list shows it."""
    return FeedSummary(
        feed.feed_id,
        feed.feed_type,
        partner_code,
        _status(feed),
        feed.received_at // _MICROSECONDS_PER_MILLISECOND,
        feed.rows_received,
        feed.rows_succeeded,
        feed.rows_failed,
        feed.rows_waiting,
    )


def _status(feed: Feed) -> FeedStatusName:
    status: FeedStatusName = msgspec.convert(feed.status, FeedStatusName)
    return status


def _row_detail(row: RowStatus) -> RowDetail:
    identifiers = (ProductIdentifier(_GTIN, row.gtin),) if row.gtin else ()
    return RowDetail(
        0, row.sku, row.index, ProductIdentifiers(identifiers), row.ship_node, row.outcome, _errors(row.faults)
    )


def _errors(faults: Sequence[FeedFault]) -> IngestionErrors:
    return IngestionErrors(
        tuple(IngestionError(_type_of(fault), fault.code, fault.field, fault.description) for fault in faults)
    )


def _type_of(fault: FeedFault) -> str:
    return "SYSTEM_ERROR" if fault.code == NOT_PROCESSED else "DATA_ERROR"
