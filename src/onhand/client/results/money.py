"""What the operator's API answers about money (OP-07, RC-22). Amounts are exact; days are texts, 2026-07-28."""

from decimal import Decimal
from typing import Literal

import msgspec

MoneyKind = Literal[
    "sales", "refunds", "adjustments", "fees", "advertising", "reserves", "releases", "disputes", "payouts"
]


class _Wire(msgspec.Struct, frozen=True, kw_only=True, rename="camel"):
    pass


class MoneyResult(_Wire, frozen=True, kw_only=True):
    """What became of one entry; a refusal says why, in which field, and how to mend it."""

    position: int
    status: Literal["accepted", "duplicate", "refused"]
    event_id: str | None = None
    code: str | None = None
    field: str | None = None
    message: str | None = None
    transaction_key: str | None = None
    amount: Decimal | None = None
    currency: str | None = None


class MoneyResults(_Wire, frozen=True, kw_only=True):
    """What became of a request, entry by entry."""

    accepted: int
    duplicate: int
    refused: int
    results: tuple[MoneyResult, ...]


class SettlementPeriod(_Wire, frozen=True, kw_only=True):
    """A period of a seller; what is not yet so is None."""

    first_day: str
    report_date: str
    rows: int
    total: Decimal
    currency: str
    closed_at: str | None = None
    paid: Decimal | None = None
    carried: Decimal | None = None
    published_at: str | None = None
    deposited_at: str | None = None


class SettlementPeriods(_Wire, frozen=True, kw_only=True):
    """The periods of a seller."""

    periods: tuple[SettlementPeriod, ...]


class ProofSum(_Wire, frozen=True, kw_only=True):
    """Rows of one kind added up."""

    what: str
    rows: int
    amount: Decimal


class CommissionDifference(_Wire, frozen=True, kw_only=True):
    """A commission that is not what the schedule says."""

    purchase_order: str
    purchase_order_line: str
    contract_category: str
    rate: str
    scheduled: Decimal
    charged: Decimal


class ProofResidual(_Wire, frozen=True, kw_only=True):
    """What is left over where two sums should be one; 0.00 is right."""

    where: str
    amount: Decimal


class SettlementProof(_Wire, frozen=True, kw_only=True):
    """A period's rows added up in every way, against what is payable and what was paid."""

    period: SettlementPeriod
    payable: Decimal
    paid: Decimal
    carried: Decimal
    by_amount_type: tuple[ProofSum, ...]
    by_fee: tuple[ProofSum, ...]
    orders: int
    by_order: Decimal
    without_order: Decimal
    sales_and_refunds: Decimal
    legacy: Decimal
    residuals: tuple[ProofResidual, ...]
    commission_differences: tuple[CommissionDifference, ...]


class Settled(_Wire, frozen=True, kw_only=True):
    """How many periods were closed, and how many reports published."""

    closed: int
    published: int
