"""What changes what sellers are owed, as the operator's API speaks of it (OP-07)."""

from collections import Counter
from collections.abc import Sequence
from decimal import Decimal
from typing import Annotated, Any, Literal

import msgspec
from msgspec import Meta

from onhand.basics.money import format_money
from onhand.settlement.entries import ChargeEntry, DepositEntry, RefundEntry, SaleEntry
from onhand.settlement.outcomes import Outcome
from onhand.settlement.vocabulary import Verb

# The messages of the OpenAPI document; the entries of a request are read one by one, so that each has its own outcome.


class SalesBody(msgspec.Struct, frozen=True):
    """Sold order lines."""

    sales: Annotated[list[SaleEntry], Meta(min_length=1)]


class RefundsBody(msgspec.Struct, frozen=True):
    """Money of sold lines given back."""

    refunds: Annotated[list[RefundEntry], Meta(min_length=1)]


class AdjustmentsBody(msgspec.Struct, frozen=True):
    """Adjustments."""

    adjustments: Annotated[list[ChargeEntry], Meta(min_length=1)]


class FeesBody(msgspec.Struct, frozen=True):
    """Fees."""

    fees: Annotated[list[ChargeEntry], Meta(min_length=1)]


class AdvertisingBody(msgspec.Struct, frozen=True):
    """Charges of advertising."""

    advertising: Annotated[list[ChargeEntry], Meta(min_length=1)]


class ReservesBody(msgspec.Struct, frozen=True):
    """Money held back."""

    reserves: Annotated[list[ChargeEntry], Meta(min_length=1)]


class ReleasesBody(msgspec.Struct, frozen=True):
    """Reserves given back."""

    releases: Annotated[list[ChargeEntry], Meta(min_length=1)]


class DisputesBody(msgspec.Struct, frozen=True):
    """Disputes that were settled."""

    disputes: Annotated[list[ChargeEntry], Meta(min_length=1)]


class PayoutsBody(msgspec.Struct, frozen=True):
    """Payouts that have arrived."""

    payouts: Annotated[list[DepositEntry], Meta(min_length=1)]


FORMS: dict[Verb, tuple[str, type[Any], type[Any]]] = {
    "sale": ("sales", SalesBody, SaleEntry),
    "refund": ("refunds", RefundsBody, RefundEntry),
    "adjustment": ("adjustments", AdjustmentsBody, ChargeEntry),
    "fee": ("fees", FeesBody, ChargeEntry),
    "advertising": ("advertising", AdvertisingBody, ChargeEntry),
    "reserve": ("reserves", ReservesBody, ChargeEntry),
    "release": ("releases", ReleasesBody, ChargeEntry),
    "dispute": ("disputes", DisputesBody, ChargeEntry),
    "deposit": ("payouts", PayoutsBody, DepositEntry),
}
"""Of each verb: the name of its list and the end of its path, its body, and its entries."""


class MoneyResult(msgspec.Struct, frozen=True, rename="camel", omit_defaults=True):
    """What became of one entry; a refusal says why, in which field, and how to mend it.

    Of an accepted one: the key of its rows in the report, and what they come to by their effect on what is owed.
    """

    position: Annotated[int, Meta(description="Its place in the list, from 1.")]
    status: Literal["accepted", "duplicate", "refused"]
    event_id: str | None = None
    code: str | None = None
    field: str | None = None
    message: str | None = None
    transaction_key: str | None = None
    amount: str | None = None
    currency: str | None = None


class MoneyResults(msgspec.Struct, frozen=True, rename="camel"):
    """How many entries were accepted, known already, or refused; and each of them, in their order."""

    accepted: int
    duplicate: int
    refused: int
    results: list[MoneyResult]


def results_of(outcomes: Sequence[Outcome], event_ids: Sequence[str | None]) -> MoneyResults:
    """The answer to a request; `event_ids` are those in its entries as they came."""
    results = [
        _result(position, outcome, event_id)
        for position, (outcome, event_id) in enumerate(zip(outcomes, event_ids, strict=True), 1)
    ]
    counts = Counter(result.status for result in results)
    return MoneyResults(counts["accepted"], counts["duplicate"], counts["refused"], results)


def _result(position: int, outcome: Outcome, event_id: str | None) -> MoneyResult:
    refusal, posted = outcome.refusal, outcome.posted
    if refusal is not None:
        return MoneyResult(position, outcome.status, event_id, refusal.code, refusal.field, refusal.message)
    if posted is None:
        return MoneyResult(position, outcome.status, event_id)
    return MoneyResult(
        position,
        outcome.status,
        event_id,
        transaction_key=posted.transaction_key,
        amount=format_money(posted.amount, posted.currency),
        currency=posted.currency,
    )


_SELLER = "10000000001"
_SALE = SaleEntry(
    event_id="sale-1001",
    partner=_SELLER,
    customer_order="200001",
    customer_order_line="1",
    purchase_order="100001",
    purchase_order_line="1",
    contract_category="Home & Garden",
    quantity=1,
    product_price=Decimal("50.00"),
    shipping=Decimal("5.00"),
    product_tax=Decimal("4.00"),
    shipping_tax=Decimal("0.40"),
    sku="SELLER-LAMP-02",
    gtin="00614141100026",
    item_name="Desk lamp, LED",
    ship_to_state="CA",
    ship_to_city="Fresno",
    ship_to_zip="93650",
)
_REFUND = RefundEntry(
    event_id="refund-1001", partner=_SELLER, purchase_order="100001", purchase_order_line="1", reason="Defective"
)


def _charge(event_id: str, description: str, amount: str) -> ChargeEntry:
    return ChargeEntry(event_id=event_id, partner=_SELLER, description=description, amount=Decimal(amount))


def _accepted(event_id: str, amount: str) -> MoneyResults:
    result = MoneyResult(1, "accepted", event_id, transaction_key="2026_04_30_1387066", amount=amount, currency="USD")
    return MoneyResults(1, 0, 0, [result])


_CHARGES: dict[Verb, tuple[str, str]] = {
    "adjustment": ("Walmart Shipping Label Service Charge", "-8.23"),
    "fee": ("WFS StorageFee", "-1.50"),
    "advertising": ("SEM Marketing", "-20.00"),
    "reserve": ("Funds withheld to cover future refunds", "-100.00"),
    "release": ("Reserve credited back", "100.00"),
    "dispute": ("Dispute Settlement", "12.00"),
}
EXAMPLES: dict[Verb, tuple[msgspec.Struct, MoneyResults]] = {
    "sale": (_SALE, _accepted(_SALE.event_id, "46.75")),
    "refund": (_REFUND, _accepted(_REFUND.event_id, "-46.75")),
    **{
        verb: (_charge(f"{verb}-1", description, amount), _accepted(f"{verb}-1", amount))
        for verb, (description, amount) in _CHARGES.items()
    },
    "deposit": (
        DepositEntry(event_id="payout-1", partner=_SELLER, report_date="20260728", reference="ACH 1017"),
        _accepted("payout-1", "0.00"),
    ),
}
