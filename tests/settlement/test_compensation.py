"""Every unit that a centre lost or damaged is reimbursed once, every one that was found is clawed back once (WF-11)."""

from decimal import Decimal
from typing import Any

import pytest

from onhand.basics.quantity import SCALE
from onhand.settlement.compensation import CompensatedUnits, compensate
from tests.settlement.books import CALENDAR, SALE, Books

pytestmark = pytest.mark.contract("WF-11")

GTIN = "00614141100026"


def units(kind: Any, quantity: float, event_id: str = "1", **more: Any) -> CompensatedUnits:
    return CompensatedUnits(
        7, "wms", event_id, int(GTIN), kind, round(quantity * SCALE), more.pop("occurred_at"), **more
    )


async def told(books: Books, *found: CompensatedUnits, value: str = "5.00", currency: str = "USD") -> list[str]:
    named = (books.database, books.clock, CALENDAR, books.partner_id)
    outcomes = await compensate(*named, found, Decimal(value), currency)
    return [outcome.status for outcome in outcomes]


async def test_what_was_lost_and_damaged_is_paid_and_what_was_found_is_taken_back(books: Books) -> None:
    await books.post("sale", **{**SALE, "quantity": 2}, gtin="614141100026")
    now = books.clock.now
    assert (
        await told(
            books,
            units("LOST", -3, "lost", occurred_at=now, sku="LAMP", item_name="Lamp"),
            units("DAMAGED", -1, "damaged", occurred_at=now),
            units("FOUND", 2, "found", occurred_at=now),
        )
        == ["accepted"] * 3
    )
    _, *rows = await books.v1(await books.report())
    shown = [(row["Transaction Description"], row["Amount"], row["Ship Qty"], row["Partner GTIN"]) for row in rows[2:]]
    assert shown == [
        ("WFS LostInventory", "75.00", "3", GTIN),
        ("WFS DamageInWarehouse", "25.00", "1", GTIN),
        ("WFS FoundInventory", "-50.00", "2", GTIN),
    ]
    assert {row["Amount Type"] for row in rows[2:]} == {"WFS Inventory Fee/Reimbursement"}
    assert {row["Fulfillment Type"] for row in rows[2:]} == {"Walmart-fulfilled(WFS)"}
    assert (await books.audit()).differences == ()


async def test_what_was_answered_for_is_not_answered_for_again_whatever_was_sold_since(books: Books) -> None:
    lost = units("LOST", -1, occurred_at=books.clock.now)
    assert await told(books, lost) == ["accepted"]
    await books.post("sale", **SALE, gtin=GTIN, postedAt="2026-03-05T11:00:00Z")
    assert await told(books, lost) == ["duplicate"]


async def test_an_item_that_was_never_sold_has_the_value_that_is_set(books: Books) -> None:
    assert await told(books, units("LOST", -2, occurred_at=books.clock.now), value="5.00") == ["accepted"]
    summary, *_ = await books.v1(await books.report())
    assert summary["Total Payable"] == "10.00"


async def test_the_price_is_that_of_the_last_sale_before_it_happened(books: Books) -> None:
    await books.post("sale", **SALE, gtin=GTIN, postedAt="2026-03-05T10:00:00Z")
    later = {**SALE, "purchaseOrder": "2", "productPrice": "60"}
    await books.post("sale", **later, gtin=GTIN, postedAt="2026-03-05T11:00:00Z")
    between = books.clock.now - 90 * 60_000_000
    await told(books, units("LOST", -0.5, occurred_at=between))
    _, *rows = await books.v1(await books.report())
    assert rows[-1]["Amount"] == "25.00"


async def test_the_price_of_a_unit_is_rounded_as_every_amount_is(books: Books) -> None:
    await books.post("sale", **{**SALE, "quantity": 3, "productPrice": "20.00"}, gtin=GTIN)
    await told(books, units("LOST", -1, occurred_at=books.clock.now))
    _, *rows = await books.v1(await books.report())
    assert rows[-1]["Amount"] == "6.67"  # 20.00 / 3


async def test_a_loss_that_is_worth_nothing_does_not_choose_the_currency_of_a_seller(books: Books) -> None:
    lost = units("LOST", -1, occurred_at=books.clock.now)
    assert await told(books, lost, value="0.00") == []
    await books.post("sale", **SALE, currency="CAD")
    assert await told(books, lost, value="0.00") == ["accepted"]
    assert (await books.v1(await books.report()))[0]["Currency"] == "CAD"


async def test_a_loss_before_the_first_sale_is_paid_in_the_currency_that_is_set(books: Books) -> None:
    assert await told(books, units("LOST", -1, occurred_at=books.clock.now), currency="EUR") == ["accepted"]
    await books.post("sale", **SALE, currency="EUR")
    assert (await books.v1(await books.report()))[0]["Currency"] == "EUR"


async def test_the_same_event_of_two_items_and_places_is_two(books: Books) -> None:
    now = books.clock.now
    first = units("LOST", -1, occurred_at=now)
    other = CompensatedUnits(8, "wms", "1", int(GTIN), "LOST", -SCALE, now)
    assert await told(books, first, other) == ["accepted", "accepted"]
