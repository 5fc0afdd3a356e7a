"""The reconciliation report v1: its columns, its cells, and its CSV (RC-08 to RC-11, RC-15)."""

from collections.abc import AsyncIterator, Iterator
from datetime import date

import msgspec

from onhand.basics.cells import text_cells
from onhand.basics.money import decimals_of, format_minor
from onhand.settlement.calendar import Period, local_day
from onhand.settlement.reading import Page, Posting, StatementPeriod, pages
from onhand.settlement.transaction_keys import transaction_key
from onhand.settlement.vocabulary import SUMMARY, document_word
from onhand.store.database import Database, Session

COLUMNS = (
    "Period Start Date",
    "Period End Date",
    "Total Payable",
    "Currency",
    "Transaction Key",
    "Transaction Posted Timestamp",
    "Transaction Type",
    "Transaction Description",
    "Customer Order #",
    "Customer Order line #",
    "Purchase Order #",
    "Purchase Order line #",
    "Amount",
    "Amount Type",
    "Ship Qty",
    "Commission Rate",
    "Transaction Reason Description",
    "Partner Item Id",
    "Partner GTIN",
    "Partner Item Name",
    "Product Tax Code",
    "Ship to State",
    "Ship to City",
    "Ship to Zipcode",
    "Contract Category",
    "Product Type",
    "Commission Rule",
    "Shipping Method",
    "Fulfillment Type",
    "Campaign Id",
)
_TOTAL_COLUMN = COLUMNS.index("Total Payable")
TYPE_COLUMN = COLUMNS.index("Transaction Type")


class StatementForm(msgspec.Struct, frozen=True):
    """How a v1 file is written: fixed when it is published, so that its bytes never change.

    `counts_lines` puts the number of rows into line 2; `document_words` calls the transaction types as the document
    does; `processor` is who deposits.
    """

    counts_lines: bool = True
    document_words: bool = False
    processor: str = "Payoneer"


class Statement(msgspec.Struct, frozen=True):
    """A closed period as a report: its days, its zone, and the form of its file."""

    period: StatementPeriod
    days: Period
    zone: str
    form: StatementForm = StatementForm()

    @property
    def decimals(self) -> int:
        """How many decimals its amounts have."""
        return decimals_of(self.period.currency)

    def summary(self) -> list[str]:
        """The cells of the first row, which sums the report up."""
        cells = [""] * len(COLUMNS)
        cells[:4] = [
            date_text(self.days.first),
            date_text(self.days.last),
            format_minor(self.period.total, self.decimals),
            self.period.currency,
        ]
        cells[5:8] = [date_text(self.days.reports_on), SUMMARY, f"Deposited in {self.form.processor} account"]
        return cells

    def cells(self, page: Page) -> Iterator[list[str]]:
        """The cells of the rows of a page, with the words of the CSV."""
        for _, posting_no, amount_type, amount, rate in page.lines:
            posting = page.postings[posting_no]
            before, quantity, after = posting_cells(posting, self.zone)
            yield [*before, format_minor(amount, self.decimals), amount_type, quantity, rate, *after]

    async def csv(self, reader: Database | Session) -> AsyncIterator[bytes]:
        """The file, some thousand rows at a time."""
        head = [text_cells(COLUMNS) + "\n"]
        if self.form.counts_lines:
            head.append(f"Number of Lines in file {self.period.rows}\n")
        head.append(self._summary_line())
        yield "".join(head).encode()
        async for page in pages(reader, self.period):
            yield self._csv_of(page)

    def _summary_line(self) -> str:
        cells = self.summary()
        before, total, after = cells[:_TOTAL_COLUMN], cells[_TOTAL_COLUMN], cells[_TOTAL_COLUMN + 1 :]
        # A sum may begin with a minus, and is no formula.
        return f"{text_cells(before)},{total},{text_cells(after)}\n"

    def _csv_of(self, page: Page) -> bytes:
        """The rows of a page; what those of one posting share is written once and used for each."""
        ends: dict[int, tuple[str, str, str]] = {}
        written: list[str] = []
        decimals = self.decimals
        for _, posting_no, amount_type, amount, rate in page.lines:
            found = ends.get(posting_no)
            if found is None:
                found = ends[posting_no] = self._ends(page.postings[posting_no])
            before, quantity, after = found
            written.append(f"{before},{format_minor(amount, decimals)},{amount_type},{quantity},{rate},{after}\n")
        return "".join(written).encode()

    def _ends(self, posting: Posting) -> tuple[str, str, str]:
        before, quantity, after = posting_cells(posting, self.zone)
        if self.form.document_words:
            before[TYPE_COLUMN] = document_word(before[TYPE_COLUMN])
        return text_cells(before), quantity, text_cells(after)


def posting_cells(posting: Posting, zone: str) -> tuple[list[str], str, list[str]]:
    """The cells before an amount, the quantity, and the cells after the commission rate."""
    posted_on = local_day(posting.posted_at, zone)
    before = [
        "",
        "",
        "",
        "",
        transaction_key(posted_on, posting.posting_no),
        date_text(posted_on),
        posting.kind,
        posting.description,
        posting.customer_order,
        posting.customer_order_line,
        posting.purchase_order,
        posting.purchase_order_line,
    ]
    after = [
        posting.reason,
        posting.sku,
        posting.gtin,
        posting.item_name,
        posting.tax_code,
        posting.state,
        posting.city,
        posting.zip,
        posting.contract_category,
        posting.product_type,
        posting.commission_rule,
        posting.shipping_method,
        posting.fulfilment,
        posting.campaign,
    ]
    return before, str(posting.quantity) if posting.quantity else "", after


def date_text(day: date) -> str:
    """`07/28/2026`."""
    return f"{day.month:02d}/{day.day:02d}/{day.year:04d}"
