"""The reconciliation report in JSON, in both of its dialects (RC-01, RC-05, RC-06)."""

from collections.abc import Sequence
from typing import Annotated, Any

import msgspec
from msgspec import Meta

from onhand.settlement.statement import COLUMNS

KEYS = (
    "period_start_date",
    "period_end_date",
    "total_payable",
    "currency",
    "transaction_key",
    "transaction_posted_timestamp",
    "transaction_type",
    "transaction_description",
    "customer_order",
    "customer_order_line",
    "purchase_order",
    "purchase_order_line",
    "amount",
    "amount_type",
    "ship_qty",
    "commission_rate",
    "transaction_reason_description",
    "partner_item_id",
    "partner_gtin",
    "partner_item_name",
    "product_tax_code",
    "ship_to_state",
    "ship_to_city",
    "ship_to_zipcode",
    "contract_category",
    "product_type",
    "commission_rule",
    "shipping_method",
    "fulfillment_type",
    "campaign_id",
)
"""The names of the cells of a row, in the order of the columns."""
assert len(KEYS) == len(COLUMNS), "every column has its key"

ReconRow = msgspec.defstruct("ReconRow", [(key, str) for key in KEYS], frozen=True)
_Count = Annotated[int, Meta(ge=0)]


class AvailableReports(msgspec.Struct, frozen=True, rename="camel"):
    """The dates of the reports that there are, newest first."""

    available_ap_report_dates: Annotated[list[str], Meta(examples=[["07282026"]])]


class ReconMetadata(msgspec.Struct, frozen=True):
    """Where a page stands in its report; `file_size` is that of the CSV, in bytes."""

    current_records: _Count
    total_records: _Count
    total_pages: _Count
    current_page: _Count
    file_size: _Count


class ReconPage(msgspec.Struct, frozen=True):
    """A page of a report's rows."""

    metadata: ReconMetadata
    content: list[ReconRow]  # type: ignore[valid-type]


class ReconRecords(msgspec.Struct, frozen=True, rename="camel"):
    """Rows of a report by the names of the CSV's columns; `nextOffset` is -1 where no more follow."""

    report_data: list[dict[str, str]]
    next_offset: int
    total_records: _Count
    description: str


def recon_page(rows: Sequence[Sequence[str]], *, total: int, page: int, limit: int, file_size: int) -> ReconPage:
    """A page of rows of cells."""
    metadata = ReconMetadata(len(rows), total, -(-total // limit), page, file_size)
    return ReconPage(metadata, [ReconRow(*cells) for cells in rows])


def recon_records(rows: Sequence[Sequence[str]], *, total: int, offset: int) -> ReconRecords:
    """Rows of cells from an offset on."""
    following = offset + len(rows)
    data: list[dict[str, Any]] = [dict(zip(COLUMNS, cells, strict=True)) for cells in rows]
    said = f"{len(rows)} of {total} records"
    return ReconRecords(data, following if rows and following < total else -1, total, said)
