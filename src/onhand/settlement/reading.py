"""Reading a seller's periods and the rows of a report, page by page from any row on, each page by its keys."""

from collections.abc import AsyncIterator, Mapping, Sequence
from datetime import date
from pathlib import Path

import msgspec

from onhand.settlement.calendar import day_of_number, number_of
from onhand.store.database import Database, Session
from onhand.store.queries import Queries

_SQL = Queries(Path(__file__).with_name("reading.sql"))
PAGE_LINES = 4_000


class StatementPeriod(msgspec.Struct, frozen=True):
    """A period of a seller; `form` says how its v1 file is written, once it is published."""

    partner_id: int
    period: int
    report_day: int
    first_line: int
    last_line: int
    total: int
    closed_at: int | None
    paid: int | None
    carried: int | None
    deposited_at: int | None
    published_at: int | None
    form: str | None
    v1_bytes: int | None
    v1_digest: str | None
    currency: str

    @property
    def rows(self) -> int:
        """How many rows its report has, the first one, which sums it up, included (RC-07)."""
        return self.last_line - self.first_line + 2

    @property
    def reports_on(self) -> date:
        """Its report date."""
        return day_of_number(self.report_day)


class Posting(msgspec.Struct, frozen=True, gc=False):
    """What the rows of one posting share."""

    posting_no: int
    posted_at: int
    kind: str
    description: str
    customer_order: str
    customer_order_line: str
    purchase_order: str
    purchase_order_line: str
    partner_order: str
    quantity: int
    reason_code: str
    reason: str
    sku: str
    gtin: str
    item_name: str
    tax_code: str
    state: str
    city: str
    zip: str
    contract_category: str
    own_category: str
    product_type: str
    commission_rule: str
    shipping_method: str
    fulfilment: str
    campaign: str
    commission_rate: str
    gift_wrap_quantity: int
    tax_withheld: str
    fee_withheld: str
    original_price: int | None
    original_commission: int | None
    scheduled: int | None


LineTuple = tuple[int, int, str, int, str]
"""Number, posting's number, amount type, amount, commission rate."""


class Page(msgspec.Struct, frozen=True):
    """Rows of a report in their order, and the postings that they are of, by number."""

    lines: Sequence[LineTuple]
    postings: Mapping[int, Posting]


async def published_days(reader: Database | Session, partner_id: int, now: int) -> list[date]:
    """The report dates of a seller's periods that are published at a moment, newest first."""
    rows = await reader.all(_SQL["published_days"], partner_id=partner_id, now=now)
    return [day_of_number(day) for (day,) in rows]


async def published_period(reader: Database | Session, partner_id: int, day: date, now: int) -> StatementPeriod | None:
    """The period of a report date, where it is published at a moment."""
    row = await reader.one(_SQL["published_period"], partner_id=partner_id, report_day=number_of(day), now=now)
    return StatementPeriod(*row) if row else None


async def period_reported_on(reader: Database | Session, partner_id: int, day: date) -> StatementPeriod | None:
    """The period of a report date, published or not."""
    row = await reader.one(_SQL["period_by_report_day"], partner_id=partner_id, report_day=number_of(day))
    return StatementPeriod(*row) if row else None


async def period_numbered(reader: Database | Session, partner_id: int, number: int) -> StatementPeriod | None:
    """The period of a number."""
    row = await reader.one(_SQL["period_by_number"], partner_id=partner_id, period=number)
    return StatementPeriod(*row) if row else None


async def periods_of(reader: Database | Session, partner_id: int) -> list[StatementPeriod]:
    """Every period of a seller, newest first."""
    return [StatementPeriod(*row) for row in await reader.all(_SQL["periods_of"], partner_id=partner_id)]


async def page_from(reader: Database | Session, period: StatementPeriod, first_line: int, rows_max: int) -> Page:
    """At most `rows_max` rows from the one with a number on."""
    named = {"partner_id": period.partner_id, "period": period.period}
    lines = await reader.all(_SQL["lines_from"], **named, first_line=first_line, rows_max=rows_max)
    postings: dict[int, Posting] = {}
    # Numbers of postings rise along the lines; only the row that carries a balance in is newer than those after it.
    opening = lines[:1] if lines and lines[0][0] == 0 else []
    for part in (opening, lines[len(opening) :]):
        if part:
            rows = await reader.all(
                _SQL["postings_between"], partner_id=period.partner_id, first_no=part[0][1], last_no=part[-1][1]
            )
            postings.update((row[0], Posting(*row)) for row in rows)
    return Page(lines, postings)


async def pages(
    reader: Database | Session, period: StatementPeriod, page_lines: int = PAGE_LINES
) -> AsyncIterator[Page]:
    """Every row of a period, in pages; each is read on its own, since the rows of a closed period never change."""
    first_line = period.first_line
    while first_line <= period.last_line:
        page = await page_from(reader, period, first_line, page_lines)
        if not page.lines:
            return
        yield page
        first_line = page.lines[-1][0] + 1
