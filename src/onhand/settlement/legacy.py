"""The legacy report: 67 columns, one row for each order-line event, refunds one for each unit (RC-17 to RC-19, RC-23).

Every cell of money is a sum of rows of the v1 file, so its identities hold because it is added up, cell by cell.
"""

from collections import defaultdict
from collections.abc import AsyncIterator, Callable, Iterator, Mapping, Sequence
from itertools import chain, islice

from onhand.basics.cells import text_cell, text_cells
from onhand.basics.money import format_minor, share
from onhand.settlement.calendar import local_day
from onhand.settlement.postings import code_of
from onhand.settlement.rates import percent_text
from onhand.settlement.reading import LineTuple, Page, Posting, pages
from onhand.settlement.statement import Statement, date_text
from onhand.settlement.vocabulary import (
    CHARGES,
    COMMISSIONS,
    FUNDED,
    GIFT_WRAP,
    GIFT_WRAP_TAX,
    PRODUCT_FEE,
    PRODUCT_PRICE,
    PRODUCT_TAX,
    PROMO,
    SHIPPING,
    SHIPPING_TAX,
    Kind,
    document_word,
)
from onhand.store.database import Database, Session

COLUMNS = (
    "Walmart.com Order #",
    "Walmart.com Order Line #",
    "Walmart.com PO #",
    "Walmart.com P.O. Line #",
    "Partner Order #",
    "Transaction Type",
    "Transaction Date Time",
    "Shipped Qty",
    "Partner Item ID",
    "Partner GTIN",
    "Partner Item name",
    "Product tax code",
    "Shipping tax code",
    "Gift wrap tax code",
    "Ship to state",
    "Ship to county",
    "County Code",
    "Ship to city",
    "Zip code",
    "shipping_method",
    "Total tender to / from customer",
    "Payable to Partner from Sale",
    "Commission from Sale",
    "Commission Rate",
    "Gross Sales Revenue",
    "Refunded Retail Sales",
    "Sales refund for Escalation",
    "Gross Shipping Revenue",
    "Gross Shipping Refunded",
    "Shipping refund for Escalation",
    "Net Shipping Revenue",
    "Gross Fee Revenue",
    "Gross Fee Refunded",
    "Fee refund for Escalation",
    "Net Fee Revenue",
    "Gift Wrap Quantity",
    "Gross Gift-Wrap Revenue",
    "Gross Gift-Wrap Refunded",
    "Gift wrap refund for Escalation",
    "Net Gift Wrap Revenue",
    "Tax on Sales Revenue",
    "Tax on Shipping Revenue",
    "Tax on Gift-Wrap Revenue",
    "Tax on Fee Revenue",
    "Effective tax rate",
    "Tax on Refunded Sales",
    "Tax on Shipping Refund",
    "Tax on Gift-Wrap Refund",
    "Tax on Fee Refund",
    "Tax on Sales refund for Escalation",
    "Tax on Shipping Refund for Escalation",
    "Tax on Gift-Wrap Refund for escalation",
    "Tax on Fee Refund for escalation",
    "Total NET Tax Collected",
    "Tax Withheld",
    "Adjustment Description",
    "Adjustment Code",
    "Original Item price",
    "Original Commission Amount",
    "Spec Category",
    "Contract Category",
    "Product Type",
    "Flex Commission Rule",
    "Return Reason Code",
    "Return Reason Description",
    "Fee Withheld Flag",
    "Fulfillment Type",
)

_PAYABLE_COLUMN = COLUMNS.index("Payable to Partner from Sale")
_ROWS_MAX = 1_000
_Amounts = Mapping[str, int]
_Event = tuple[Posting, Sequence[LineTuple]]


async def legacy_csv(statement: Statement, reader: Database | Session) -> AsyncIterator[bytes]:
    """The file, some thousand rows at a time."""
    yield (text_cells(COLUMNS) + "\n").encode()
    async for rows in _rows(statement, reader):
        yield "".join(",".join(cells) + "\n" for cells in rows).encode()


async def legacy_sum(statement: Statement, reader: Database | Session) -> int:
    """What column 22 of the file comes to, added up from its cells, in minor units."""
    total = 0
    async for rows in _rows(statement, reader):
        total += sum(int(cells[_PAYABLE_COLUMN].replace(".", "")) for cells in rows)
    return total


async def _rows(statement: Statement, reader: Database | Session) -> AsyncIterator[Sequence[list[str]]]:
    """The rows of the file, some at a time: one refund may be of very many units, and each has a row."""
    async for events in _events(statement, reader):
        rows = chain.from_iterable(legacy_rows(statement, *event) for event in events)
        while some := list(islice(rows, _ROWS_MAX)):
            yield some


async def _events(statement: Statement, reader: Database | Session) -> AsyncIterator[list[_Event]]:
    """The events of a period with all of their lines, page by page; one that goes on in the next page comes with it."""
    waiting: _Event | None = None
    async for page in pages(reader, statement.period):
        whole: list[_Event] = []
        for lines in _groups(page):
            if waiting is not None and waiting[0].posting_no == lines[0][1]:
                waiting = (waiting[0], [*waiting[1], *lines])
                continue
            if waiting is not None:
                whole.append(waiting)
            waiting = (page.postings[lines[0][1]], lines)
        yield whole
    if waiting is not None:
        yield [waiting]


def _groups(page: Page) -> Iterator[Sequence[LineTuple]]:
    start = 0
    for place, line in enumerate(page.lines):
        if line[1] != page.lines[start][1]:
            yield page.lines[start:place]
            start = place
    if page.lines:
        yield page.lines[start:]


def legacy_rows(statement: Statement, posting: Posting, lines: Sequence[LineTuple]) -> Iterator[list[str]]:
    """The rows of one event; none where the legacy report leaves it out (RC-20)."""
    amounts: defaultdict[str, int] = defaultdict(int)
    for _, _, amount_type, amount, _ in lines:
        amounts[amount_type] += amount
    if posting.kind == Kind.SALE:
        yield _cells(statement, posting, posting.quantity, amounts)
    elif posting.kind == Kind.REFUND:
        units = max(posting.quantity, 1)
        for part in _units(amounts, units):
            yield _cells(statement, posting, min(posting.quantity, 1), part)
    elif posting.kind == Kind.ADJUSTMENT and posting.description in CHARGES and CHARGES[posting.description].in_legacy:
        yield _cells(statement, posting, posting.quantity, amounts)


def _units(amounts: _Amounts, units: int) -> Iterator[_Amounts]:
    """The parts of so many units: the first so many of them come to their share, and all of them to the whole."""
    before = dict.fromkeys(amounts, 0)
    for number in range(1, units + 1):
        so_far = {amount_type: share(amount, number, units) for amount_type, amount in amounts.items()}
        yield defaultdict(int, {each: amount - before[each] for each, amount in so_far.items()})
        before = so_far


def _cells(statement: Statement, posting: Posting, units: int, amounts: _Amounts) -> list[str]:
    # Amounts may begin with a minus, and are no formulas.
    return [
        *map(text_cell, _event_cells(posting, units, statement.zone)),
        *_money_cells(posting, amounts, statement.decimals),
        *map(text_cell, _reason_cells(posting, statement.decimals)),
    ]


def _event_cells(posting: Posting, units: int, zone: str) -> list[str]:
    """Columns 1 to 20: what happened, to which order and item, and where it was sent."""
    return [
        posting.customer_order,
        posting.customer_order_line,
        posting.purchase_order,
        posting.purchase_order_line,
        posting.partner_order,
        document_word(posting.kind),
        date_text(local_day(posting.posted_at, zone)),
        str(units),
        posting.sku,
        posting.gtin,
        posting.item_name,
        posting.tax_code,
        "",
        "",
        posting.state,
        "",
        "",
        posting.city,
        posting.zip,
        posting.shipping_method,
    ]


def _money_cells(posting: Posting, amounts: _Amounts, decimals: int) -> list[str]:
    """Columns 21 to 55: what was sold or given back, and its taxes."""

    def money(minor: int) -> str:
        return format_minor(minor, decimals)

    sale, refund = posting.kind == Kind.SALE, posting.kind == Kind.REFUND
    adjusted = not (sale or refund)
    price = amounts[PRODUCT_PRICE] + amounts[PROMO] + amounts[FUNDED]
    shipping, fee, wrap = amounts[SHIPPING], amounts[PRODUCT_FEE], amounts[GIFT_WRAP]
    taxes = (amounts[PRODUCT_TAX], amounts[SHIPPING_TAX], amounts[GIFT_WRAP_TAX], 0)
    tax, whole = sum(taxes), sum(amounts.values())
    nothing = money(0)
    return [
        # An adjustment has no sale whose tender it could be part of; its amount stands where tender does (RC-20).
        money(whole if adjusted else price + shipping + fee + wrap + tax),
        nothing if adjusted else money(whole),
        money(-sum(amounts[amount_type] for amount_type in COMMISSIONS)),
        posting.commission_rate,
        money(price + shipping if sale else 0),
        money(price + shipping if refund else 0),
        nothing,
        *_both(money, shipping, sale=sale),
        *_both(money, fee, sale=sale),
        str(posting.gift_wrap_quantity),
        *_both(money, wrap, sale=sale),
        *([money(part) for part in taxes] if sale else [nothing] * 4),
        percent_text(_rate_points(tax, amounts[PRODUCT_PRICE] + shipping + wrap)),
        *([money(part) for part in taxes] if refund else [nothing] * 4),
        nothing,
        nothing,
        nothing,
        nothing,
        money(tax),
        posting.tax_withheld,
    ]


def _reason_cells(posting: Posting, decimals: int) -> list[str]:
    """Columns 56 to 67: why, what it was before the adjustment programme, and what the commission depended on."""
    is_sale = posting.kind == Kind.SALE
    price, commission = posting.original_price, posting.original_commission
    return [
        "" if is_sale else posting.description,
        "" if is_sale else code_of(posting.description),
        "" if price is None else format_minor(price, decimals),
        "" if commission is None else format_minor(commission, decimals),
        posting.own_category,
        posting.contract_category,
        posting.product_type,
        posting.commission_rule,
        posting.reason_code,
        posting.reason,
        posting.fee_withheld,
        posting.fulfilment,
    ]


def _both(money: Callable[[int], str], amount: int, *, sale: bool) -> list[str]:
    """Gross, refunded, refunded by escalation (retired), and the sum of the first two."""
    return [money(amount if sale else 0), money(0 if sale else amount), money(0), money(amount)]


def _rate_points(tax: int, taxable: int) -> int:
    """The effective tax rate in hundredths of a percent."""
    return share(tax, 10_000, taxable) if taxable > 0 else share(-tax, 10_000, -taxable) if taxable < 0 else 0
