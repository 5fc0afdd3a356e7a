"""What the gateway answers about feeds (DS-13 to DS-22), and the rows that go into one."""

from collections.abc import Sequence
from typing import Literal

import msgspec

from onhand.client.errors import Problem

FeedState = Literal["RECEIVED", "INPROGRESS", "PROCESSED", "ERROR"]
RowState = Literal["SUCCESS", "DATA_ERROR", "SYSTEM_ERROR", "TIMEOUT_ERROR", "INPROGRESS"]


class InTransit(msgspec.Struct, frozen=True, rename="camel"):
    """Units on their way, for pre-order; the day is written as 2026-03-05."""

    quantity: int
    expected_availability_date: str


class FeedRow(msgspec.Struct, frozen=True, kw_only=True, rename="camel", omit_defaults=True):
    """One item at one ship node. `AC` needs a quantity; `AA` is infinite availability."""

    product_id: str
    ship_node: str
    availability_code: Literal["AA", "AC"] = msgspec.field(default="AC")
    quantity: int | None = None
    in_transit_inventory: Sequence[InTransit] | InTransit | None = None


class FeedTaken(msgspec.Struct, frozen=True, rename="camel"):
    """That a feed is stored and will be processed."""

    feed_id: str


class IngestionError(msgspec.Struct, frozen=True):
    """One thing that is wrong with a row or a file."""

    type: str = ""
    code: str = ""
    field: str = ""
    description: str = ""

    def as_problem(self) -> Problem:
        """The same as errors carry it."""
        return Problem(self.code, self.field, self.description)


class IngestionErrors(msgspec.Struct, frozen=True, rename="camel"):
    """Everything that is wrong with a row or a file."""

    ingestion_error: tuple[IngestionError, ...] | None = None

    def problems(self) -> tuple[Problem, ...]:
        """The same as errors carry it."""
        return tuple(each.as_problem() for each in self.ingestion_error or ())


class ProductIdentifier(msgspec.Struct, frozen=True, rename="camel"):
    """A number that names an item."""

    product_id_type: str
    product_id: str


class ProductIdentifiers(msgspec.Struct, frozen=True, rename="camel"):
    """The numbers that name an item."""

    product_identifier: tuple[ProductIdentifier, ...] = ()


class FeedRowOutcome(msgspec.Struct, frozen=True, kw_only=True, rename="camel"):
    """What became of one row; `index` counts from 0."""

    index: int
    ingestion_status: RowState
    sku: str = ""
    ship_node: str = ""
    mart_id: int = 0
    product_identifiers: ProductIdentifiers = ProductIdentifiers()
    ingestion_errors: IngestionErrors | None = None

    @property
    def problems(self) -> tuple[Problem, ...]:
        """What was wrong with it."""
        return self.ingestion_errors.problems() if self.ingestion_errors else ()


class FeedRows(msgspec.Struct, frozen=True, rename="camel"):
    """The rows of a page."""

    item_ingestion_status: tuple[FeedRowOutcome, ...] = ()


class FeedStatus(msgspec.Struct, frozen=True, kw_only=True, rename="camel"):
    """How far a feed is. It is over when it is `PROCESSED` or `ERROR`."""

    feed_id: str
    feed_status: FeedState
    items_received: int
    items_succeeded: int
    items_failed: int
    items_processing: int = 0
    feed_submission_date: int | None = None
    activity_id: str = ""
    offset: int = 0
    limit: int = 0
    next_cursor: str | None = None
    item_details: FeedRows = FeedRows()
    ingestion_errors: IngestionErrors | None = None

    @property
    def is_over(self) -> bool:
        """Whether nothing will change any more."""
        return self.feed_status in {"PROCESSED", "ERROR"}

    @property
    def items_done(self) -> int:
        """How many rows have been judged."""
        return self.items_succeeded + self.items_failed

    @property
    def problems(self) -> tuple[Problem, ...]:
        """What was wrong with the file as a whole."""
        return self.ingestion_errors.problems() if self.ingestion_errors else ()


class FeedResult(msgspec.Struct, frozen=True):
    """A feed that is over, and the rows of it that failed."""

    status: FeedStatus
    failed: tuple[FeedRowOutcome, ...]

    @property
    def feed_id(self) -> str:
        """Its id."""
        return self.status.feed_id


class FeedSummary(msgspec.Struct, frozen=True, kw_only=True, rename="camel"):
    """A feed in the list of feeds; `feed_date` in milliseconds since 1970."""

    feed_id: str
    feed_type: str
    feed_status: FeedState
    items_received: int
    items_succeeded: int
    items_failed: int
    items_processing: int = 0
    partner_id: str = ""
    feed_date: int | None = None

    @property
    def is_over(self) -> bool:
        """Whether nothing will change any more."""
        return self.feed_status in {"PROCESSED", "ERROR"}


class Feeds(msgspec.Struct, frozen=True):
    """Feeds of a page."""

    feed: tuple[FeedSummary, ...] = ()


class FeedList(msgspec.Struct, frozen=True, kw_only=True, rename="camel"):
    """A page of the caller's feeds, newest first."""

    total_results: int
    offset: int
    limit: int
    results: Feeds
