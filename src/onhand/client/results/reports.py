"""What the gateway answers about reports (DS-23 to DS-29), and the rows of their files.

Cells that are empty are None; identifiers are texts and keep their zeros.
"""

from typing import Literal

import msgspec

ReportState = Literal["RECEIVED", "INPROGRESS", "READY", "ERROR"]


class RowFilter(msgspec.Struct, frozen=True, rename="camel"):
    """Only rows whose column has one of these values."""

    column_name: str
    values: tuple[str, ...]
    type: str = "enumFilter"


class ReportRequest(msgspec.Struct, frozen=True, kw_only=True, rename="camel"):
    """A report that was asked for, and how far it is; times are texts, UTC."""

    request_id: str
    request_status: ReportState
    report_type: str
    report_version: str = ""
    request_submission_date: str | None = None
    report_generation_date: str | None = None

    @property
    def is_over(self) -> bool:
        """Whether nothing will change any more."""
        return self.request_status in {"READY", "ERROR"}


class ReportLink(ReportRequest, frozen=True, kw_only=True, rename="camel"):
    """A report with the link to its file; without one while it is not ready."""

    download_url: str | None = msgspec.field(name="downloadURL", default=None)
    download_url_expiration_time: str | None = msgspec.field(name="downloadURLExpirationTime", default=None)


class ReportRequests(msgspec.Struct, frozen=True, kw_only=True, rename="camel"):
    """A page of the reports that were asked for; `next_cursor` is a query string."""

    requests: tuple[ReportRequest, ...] = ()
    page: int = 1
    total_count: int = 0
    limit: int = 0
    next_cursor: str | None = None


class VisibilityRow(msgspec.Struct, frozen=True, kw_only=True):
    """One item at one ship node, as the drop-ship inventory report shows it (DS-27)."""

    sku: str | None = None
    gtin: str
    walmart_item_number: str | None = None
    product_name: str | None = None
    published_status: str | None = None
    active_item_configuration: str | None = None
    ship_node: str
    ship_node_name: str | None = None
    availability_code: str | None = None
    input_quantity: int | None = None
    reserved_quantity: int | None = None
    available_to_sell_quantity: int | None = None
    in_transit_quantity: str | None = None
    in_transit_date: str | None = None
    last_updated: str | None = None


class SellerInventoryRow(msgspec.Struct, frozen=True, kw_only=True):
    """One item at one ship node, as a marketplace seller's inventory report shows it (DS-29)."""

    sku: str
    item_id: str | None = None
    product_name: str | None = None
    ship_node_id: str | None = None
    ship_node_name: str | None = None
    input_quantity: int | None = None
    availtosell_quantity: int | None = None


class FileRow(msgspec.Struct, frozen=True):
    """A row of a report that the client has no form for: its cells by their columns."""

    cells: dict[str, str]
