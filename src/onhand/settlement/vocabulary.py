"""The words of settlement: accounts, amount types, transaction types and what they are described as (RC-09, RC-10)."""

from enum import StrEnum
from typing import Literal

import msgspec

SELLER_KIND = "seller"
"""The kind of partner that has a settlement."""

PAYABLE = "payable"
"""The account of what a seller is owed; its side of a posting is the rows of the report (RC-21)."""

PAYOUT, CARRIED, BANK = "payout", "carried forward", "bank"
CUSTOMER, TAX, PRODUCT_FEES, COMMISSION = "customer", "tax", "product fees", "commission"
FUNDED_SAVINGS = "funded savings"
FULFILMENT, ADVERTISING, RESERVE, DISPUTES = "fulfilment", "advertising", "reserve", "disputes"
SERVICES, COMPENSATION = "services", "compensation"


class Kind(StrEnum):
    """The transaction types of the v1 file."""

    SALE = "Sale"
    REFUND = "Refund"
    ADJUSTMENT = "Adjustment"
    SERVICE_FEE = "Service Fee"
    DISPUTE = "Dispute Settlement"
    RESERVE = "Reserve"
    RELEASE = "Release Reserve"
    CAMPAIGNS = "Campaigns"
    CLOSING = "Closing"
    """Takes a period's sum out of payable; never a row of a report (RC-16)."""
    DEPOSIT = "Deposit"
    """Tells that a payout has arrived; never a row of a report."""


SUMMARY = "PaymentSummary"
"""The type of the first row of a report."""

DOCUMENT_WORDS = {Kind.SALE.value: "SALE", Kind.REFUND.value: "REFUNDED", SUMMARY: SUMMARY}
"""What the legacy file and the paged JSON call the types; all others are ADJMNT (RC-10)."""
ADJMNT = "ADJMNT"

PRODUCT_PRICE, SHIPPING = "Product Price", "Shipping"
PRODUCT_TAX, PRODUCT_TAX_WITHHELD = "Product tax", "Product tax withheld"
SHIPPING_TAX, SHIPPING_TAX_WITHHELD = "Shipping tax", "Shipping tax withheld"
PRODUCT_FEE, PRODUCT_FEE_WITHHELD = "Other tax (Fees)", "Other tax withheld"
GIFT_WRAP, GIFT_WRAP_TAX, GIFT_WRAP_TAX_WITHHELD = "Gift wrap", "Gift wrap tax", "Gift wrap tax withheld"
PRODUCT_COMMISSION, SHIPPING_COMMISSION = "Commission on Product", "Commission on Shipping"
PROMO, FUNDED = "Promo Code", "Total Walmart Funded Savings"
FEE, WFS_FEE = "Fee/Reimbursement", "WFS Fee/Reimbursement"

COMMISSIONS = (PRODUCT_COMMISSION, SHIPPING_COMMISSION)
OF_SHIPPING = frozenset({SHIPPING, SHIPPING_TAX, SHIPPING_TAX_WITHHELD, SHIPPING_COMMISSION})
OF_GIFT_WRAP = frozenset({GIFT_WRAP, GIFT_WRAP_TAX, GIFT_WRAP_TAX_WITHHELD})

COUNTER_ACCOUNTS = {
    PRODUCT_PRICE: CUSTOMER,
    SHIPPING: CUSTOMER,
    PRODUCT_TAX: CUSTOMER,
    SHIPPING_TAX: CUSTOMER,
    GIFT_WRAP: CUSTOMER,
    GIFT_WRAP_TAX: CUSTOMER,
    PRODUCT_FEE: CUSTOMER,
    PRODUCT_TAX_WITHHELD: TAX,
    SHIPPING_TAX_WITHHELD: TAX,
    GIFT_WRAP_TAX_WITHHELD: TAX,
    PRODUCT_FEE_WITHHELD: PRODUCT_FEES,
    PRODUCT_COMMISSION: COMMISSION,
    SHIPPING_COMMISSION: COMMISSION,
    PROMO: CUSTOMER,
    FUNDED: FUNDED_SAVINGS,
}
"""Whose money the amounts of sales and refunds are: the other side of each row."""

SALE_DESCRIPTION = "Purchase"
REFUND_DESCRIPTIONS = ("Return Refund", "Keep-it refund", "Seller Initiated Returns", "Seller Triggered Refund")
FULFILMENT_FEE = "WFS Fulfillment fee"
STORAGE_FEE = "WFS StorageFee"
LOST, FOUND, DAMAGED = "WFS LostInventory", "WFS FoundInventory", "WFS DamageInWarehouse"
REVALUED = "Sale before it was told later"
"""Why what was paid for lost or damaged units is corrected."""
OPENING = "Opening balance carried forward"
CLOSING_DESCRIPTION, DEPOSIT_DESCRIPTION = "Period closed", "Payout deposited"

Fulfilment = Literal["seller", "wfs"]
FULFILMENT_WORDS: dict[Fulfilment, str] = {"seller": "Seller Fulfilled", "wfs": "Walmart-fulfilled(WFS)"}

Sign = Literal["charge", "credit", "either"]
Verb = Literal["sale", "refund", "adjustment", "fee", "advertising", "reserve", "release", "dispute", "deposit"]


class Charge(msgspec.Struct, frozen=True):
    """Something that changes what a seller is owed beside sales and refunds.

    `sign` is how it may do so. One that is `in_legacy` is a row ADJMNT of the legacy file (RC-20).
    """

    verb: Verb
    kind: Kind
    amount_type: str
    account: str
    sign: Sign = "charge"
    in_legacy: bool = False


_WFS = "WFS Inventory Fee/Reimbursement"
CHARGES = {
    FULFILMENT_FEE: Charge("fee", Kind.ADJUSTMENT, WFS_FEE, FULFILMENT),
    LOST: Charge("adjustment", Kind.ADJUSTMENT, _WFS, COMPENSATION, "credit"),
    FOUND: Charge("adjustment", Kind.ADJUSTMENT, _WFS, COMPENSATION),
    DAMAGED: Charge("adjustment", Kind.ADJUSTMENT, _WFS, COMPENSATION, "credit"),
    "WFS Return Processing Fee": Charge("fee", Kind.ADJUSTMENT, WFS_FEE, FULFILMENT),
    "WFS Returned Item Disposal Fee": Charge("fee", Kind.ADJUSTMENT, WFS_FEE, FULFILMENT),
    "WFS Refund": Charge("adjustment", Kind.ADJUSTMENT, WFS_FEE, FULFILMENT, "either"),
    "Walmart Shipping Label Service Charge": Charge("adjustment", Kind.ADJUSTMENT, FEE, SERVICES),
    "Walmart Return Shipping Charge": Charge("adjustment", Kind.ADJUSTMENT, FEE, SERVICES),
    "Shipping Protection Claim Payout": Charge("adjustment", Kind.ADJUSTMENT, FEE, COMPENSATION, "credit", True),
    "Business initiated discrete partner credit": Charge(
        "adjustment", Kind.ADJUSTMENT, FEE, COMPENSATION, "either", True
    ),
    "Excess refund adjustment": Charge(
        "adjustment", Kind.ADJUSTMENT, "ExcessRefundAdjustment", COMPENSATION, "either", True
    ),
    STORAGE_FEE: Charge("fee", Kind.SERVICE_FEE, WFS_FEE, FULFILMENT),
    "WFS LongTermStorageFee": Charge("fee", Kind.SERVICE_FEE, WFS_FEE, FULFILMENT),
    "WFS InboundTransportationFee": Charge("fee", Kind.SERVICE_FEE, "WFS Inbound Fee", FULFILMENT),
    "WFS InventoryTransferFee": Charge("fee", Kind.SERVICE_FEE, "WFS Inbound Fee", FULFILMENT),
    "WFS PrepServiceFee": Charge("fee", Kind.SERVICE_FEE, "WFS Inbound Fee", FULFILMENT),
    "WFS InventoryRemovalOrder": Charge("fee", Kind.SERVICE_FEE, WFS_FEE, FULFILMENT),
    "Review Accelerator": Charge("fee", Kind.SERVICE_FEE, "Review Accelerator Fee", SERVICES),
    "Misc Invoices": Charge("fee", Kind.SERVICE_FEE, "Item Fees", SERVICES, "either"),
    "Walmart Product Advertising": Charge("advertising", Kind.SERVICE_FEE, FEE, ADVERTISING),
    "SEM Marketing": Charge("advertising", Kind.CAMPAIGNS, "SEM Marketing Fee", ADVERTISING),
    "Funds withheld to cover future refunds": Charge("reserve", Kind.RESERVE, FEE, RESERVE),
    "Reserve credited back": Charge("release", Kind.RELEASE, FEE, RESERVE, "credit"),
    "Dispute Settlement": Charge("dispute", Kind.DISPUTE, FEE, DISPUTES, "either"),
}


def charges_of(verb: Verb) -> tuple[str, ...]:
    """The descriptions that a verb takes."""
    return tuple(description for description, charge in CHARGES.items() if charge.verb == verb)


def document_word(kind: str) -> str:
    """What the document calls a transaction type (RC-10)."""
    return DOCUMENT_WORDS.get(kind, ADJMNT)
