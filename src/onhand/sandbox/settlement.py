"""The sandbox's settlement: two published periods of the seller's, and one that is open (SB-03).

They lie before the moment at which the sandbox is seeded, so that reports are there to be fetched at once.
"""

from collections.abc import Mapping, Sequence
from datetime import timedelta
from typing import Any

import msgspec

from onhand.basics.clock import DAY, HOUR, Clock
from onhand.sandbox.checks import SeedRefused
from onhand.sandbox.credentials import SELLER_CODE
from onhand.sandbox.dropship import SELLER_SKUS
from onhand.settlement.calendar import Period, SettlementCalendar
from onhand.settlement.closing import close_everywhere
from onhand.settlement.entries import ChargeEntry, RefundEntry, SaleEntry
from onhand.settlement.intake import SettlementIntake
from onhand.settlement.publishing import publish_everywhere
from onhand.settlement.statement import StatementForm
from onhand.settlement.vocabulary import Verb
from onhand.store.database import Database

_KINDS: dict[Verb, Any] = {"sale": SaleEntry, "refund": RefundEntry}
_Told = Sequence[tuple[Verb, Mapping[str, Any]]]

_LAMP = {
    "sku": "SELLER-LAMP-02",
    "gtin": SELLER_SKUS["SELLER-LAMP-02"],
    "itemName": "Desk lamp, LED",
    "contractCategory": "Home & Garden",
    "productType": "Desk Lamps",
    "taxCode": "2038710",
    "shippingMethod": "Marketplace standard",
}
_MUG = {
    "sku": "SELLER-MUG-01",
    "gtin": SELLER_SKUS["SELLER-MUG-01"],
    "itemName": "Mug, 300 ml, blue",
    "contractCategory": "Home & Garden",
    "productType": "Coffee Mugs",
    "taxCode": "2038710",
    "shippingMethod": "Marketplace value",
}
_FRESNO = {"shipToState": "CA", "shipToCity": "Fresno", "shipToZip": "93650"}
_SALEM = {"shipToState": "NH", "shipToCity": "Salem", "shipToZip": "03079"}


def _order(number: int, line: int = 1) -> dict[str, str]:
    return {
        "customerOrder": str(200_000_000 + number),
        "customerOrderLine": str(line),
        "purchaseOrder": str(100_000_000 + number),
        "purchaseOrderLine": str(line),
    }


def _line(number: int) -> dict[str, str]:
    return {"purchaseOrder": str(100_000_000 + number), "purchaseOrderLine": "1"}


_LAMP_SALE = {**_LAMP, **_FRESNO, "quantity": 1, "productPrice": "50.00", "shipping": "5.00"}
_TAXED = {"productTax": "4.00", "shippingTax": "0.40"}
_PACKAGE = {"weightPounds": "0.8", "lengthInches": "5", "widthInches": "4", "heightInches": "4"}

_FIRST: _Told = (
    ("sale", {**_order(1), **_LAMP_SALE, **_TAXED}),
    ("sale", {**_order(2), **_MUG, **_SALEM, "quantity": 4, "productPrice": "31.96", "shipping": "3.99"}),
    (
        "sale",
        {
            **_order(3),
            **_MUG,
            **_FRESNO,
            "quantity": 2,
            "productPrice": "15.98",
            "productTax": "1.28",
            "fulfilment": "wfs",
            "package": _PACKAGE,
            "shippingMethod": "Marketplace expedited",
        },
    ),
    ("refund", {**_line(2), "quantity": 1, "reason": "Damaged in transit"}),
    ("adjustment", {**_line(1), "description": "Walmart Shipping Label Service Charge", "amount": "-8.23"}),
    ("fee", {"description": "WFS StorageFee", "cubicFeet": "2.4"}),
)
_SECOND: _Told = (
    ("refund", {**_line(1), "reason": "No longer wanted"}),
    ("sale", {**_order(4), **_LAMP_SALE, **_TAXED, "promotion": "5.00"}),
    ("sale", {**_order(5), **_LAMP_SALE, "taxWithheld": False, **_TAXED, "fundedSavings": "2.50"}),
    ("refund", {**_line(4), "productPrice": "10.00", "description": "Keep-it refund", "reason": "Missing parts"}),
    ("adjustment", {"description": "WFS LostInventory", "amount": "7.99", "quantity": 1, "fulfilment": "wfs"}),
    ("advertising", {"description": "Walmart Product Advertising", "amount": "-12.00", "campaign": "Lamps in spring"}),
)
_OPEN: _Told = (("sale", {**_order(6), **_LAMP_SALE, **_TAXED}),)


async def seed_settlement(database: Database, clock: Clock) -> None:
    """Tell what was sold in the seller's last periods, and close and publish them.

    Raises:
        SeedRefused: something of it was not accepted.
    """
    calendar, now = SettlementCalendar(), clock()
    present = calendar.period_of(now)
    for told, periods_ago in ((_FIRST, 3), (_SECOND, 2)):
        period = calendar.period_at(present.first - timedelta(days=periods_ago * calendar.days))
        await _tell(database, calendar, told, calendar.starts_at(period) + 3 * DAY, period)
        await _settle(database, calendar, calendar.reports_at(period) + HOUR)
    await _tell(database, calendar, _OPEN, now, present)


async def _settle(database: Database, calendar: SettlementCalendar, moment: int) -> None:
    await close_everywhere(database, lambda: moment, calendar)
    await publish_everywhere(database, lambda: moment, calendar, StatementForm())


async def _tell(database: Database, calendar: SettlementCalendar, told: _Told, moment: int, period: Period) -> None:
    intake = SettlementIntake(database, lambda: moment, calendar)
    for number, (verb, entry) in enumerate(told, 1):
        whole = {"eventId": f"sandbox-{period.number}-{number}", "partner": SELLER_CODE, **entry}
        kind = _KINDS.get(verb, ChargeEntry)
        for outcome in await intake.take(verb, "sandbox", [msgspec.convert(whole, kind, strict=False)]):
            if outcome.status != "accepted":
                raise SeedRefused(outcome)
