"""The rows of the ledger of money, in the order of the columns of their tables."""

import msgspec


class Facts(msgspec.Struct, frozen=True, gc=False, kw_only=True):
    """What all rows of a posting share, beside its numbers and times; texts are empty where there is nothing to say."""

    kind: str
    description: str
    corrects: int | None = None
    customer_order: str = ""
    customer_order_line: str = ""
    purchase_order: str = ""
    purchase_order_line: str = ""
    partner_order: str = ""
    quantity: int = 0
    reason_code: str = ""
    reason: str = ""
    sku: str = ""
    gtin: str = ""
    item_name: str = ""
    tax_code: str = ""
    state: str = ""
    city: str = ""
    zip: str = ""
    contract_category: str = ""
    own_category: str = ""
    product_type: str = ""
    commission_rule: str = ""
    shipping_method: str = ""
    fulfilment: str = ""
    campaign: str = ""
    commission_rate: str = ""
    gift_wrap_quantity: int = 0
    tax_withheld: str = ""
    fee_withheld: str = ""
    original_price: int | None = None
    original_commission: int | None = None
    scheduled: int | None = None


class Line(msgspec.Struct, frozen=True, gc=False):
    """One row of a report: an amount of a type in minor units, by its effect on what the seller is owed."""

    amount_type: str
    amount: int
    commission_rate: str = ""


class Draft(msgspec.Struct, frozen=True):
    """A posting before it has its numbers: its rows, and every side of it by account."""

    facts: Facts
    lines: tuple[Line, ...]
    legs: dict[str, int]


class AccountRow(msgspec.Struct, frozen=True, gc=False):
    """A seller's account. `open_from` is the number of the first period that is not closed."""

    partner_id: int
    currency: str
    last_no: int
    last_recorded_at: int
    open_from: int


class EventRow(msgspec.Struct, frozen=True, gc=False):
    """What was told, by its key."""

    partner_id: int
    source: str
    event_id: str
    content_hash: int
    posting_no: int
    recorded_at: int


class PostingRow(msgspec.Struct, frozen=True, gc=False):
    """A posting's numbers, its times, and its facts (see `Facts`)."""

    partner_id: int
    posting_no: int
    period: int
    posted_at: int
    recorded_at: int
    kind: str
    description: str
    corrects: int | None
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


class LineRow(msgspec.Struct, frozen=True, gc=False):
    """A row of a report, by its number within its period."""

    partner_id: int
    period: int
    line_no: int
    posting_no: int
    amount_type: str
    amount: int
    commission_rate: str


class LegRow(msgspec.Struct, frozen=True, gc=False):
    """A side of a posting."""

    partner_id: int
    posting_no: int
    account: str
    amount: int


class SoldRow(msgspec.Struct, frozen=True, gc=False):
    """A sold order line; `amounts` is JSON: amount type → posted, left, and the commission's rate."""

    partner_id: int
    purchase_order: str
    purchase_order_line: str
    posting_no: int
    gtin: str
    unit_price: int
    posted_at: int
    quantity: int
    returned: int
    amounts: str


class PeriodRow(msgspec.Struct, frozen=True, gc=False):
    """A period that is open: when it begins, ends and reports, its rows and their sum."""

    partner_id: int
    period: int
    starts_at: int
    ends_at: int
    reports_at: int
    report_day: int
    first_line: int
    last_line: int
    total: int


FACT_FIELDS = Facts.__struct_fields__
FACTS_AFTER = len(PostingRow.__struct_fields__) - len(FACT_FIELDS)
assert PostingRow.__struct_fields__[FACTS_AFTER:] == FACT_FIELDS, "a posting's facts follow its numbers and times"
