"""Every unit that a centre lost or damaged is reimbursed once, every one that was found is clawed back once (WF-11)."""

from decimal import Decimal
from typing import Any

import pytest

from onhand.basics.clock import format_micros
from onhand.basics.money import format_money
from onhand.basics.quantity import SCALE
from onhand.catalogue.imports import import_items, import_skus, listed
from onhand.catalogue.report import SourceRow
from onhand.settlement.compensation import CompensatedUnits, compensate
from onhand.store.queries import Query
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


async def paid(books: Books) -> list[str]:
    """The amounts that were paid and taken back for units, in the order of their postings."""
    asked = (
        "SELECT l.amount FROM money_line AS l JOIN money_posting AS p ON p.partner_id = l.partner_id "
        "AND p.posting_no = l.posting_no WHERE p.kind = 'Adjustment' ORDER BY p.posting_no"
    )
    assert (await books.audit()).differences == ()
    return [format_money(row[0], "USD") for row in await books.database.all(Query("paid", asked, asked))]


async def sold(books: Books, price: str, hours_ago: float, **more: Any) -> None:
    """Sell a unit of the item at a price, so long ago."""
    order = {**SALE, "purchaseOrder": f"{price} {hours_ago}".replace(" ", "-"), "productPrice": price}
    posted_at = format_micros(hours(books, hours_ago))
    await books.post("sale", **order, postedAt=posted_at, **{"gtin": GTIN, **more})


def hours(books: Books, ago: float) -> int:
    """The moment so many hours ago."""
    return books.clock.now - round(ago * 3_600_000_000)


async def test_what_is_found_gives_back_what_was_paid_whatever_was_sold_since(books: Books) -> None:
    await sold(books, "10.00", 9)
    await told(books, units("LOST", -2, "lost", occurred_at=hours(books, 8)))
    await sold(books, "12.00", 7)
    await told(books, units("FOUND", 1, "found", occurred_at=hours(books, 6)))
    assert await paid(books) == ["20.00", "-10.00"]


async def test_the_units_that_were_lost_first_are_found_first(books: Books) -> None:
    await sold(books, "10.00", 9)
    await told(books, units("DAMAGED", -1, "damaged", occurred_at=hours(books, 8)))
    await told(books, units("LOST", -1, "first", occurred_at=hours(books, 8)))
    await sold(books, "12.00", 7)
    await told(books, units("LOST", -2, "second", occurred_at=hours(books, 6)))
    await told(books, units("FOUND", 1.5, "found", occurred_at=hours(books, 5)))
    await told(books, units("FOUND", 4, "more", occurred_at=hours(books, 4)))
    assert await paid(books) == ["10.00", "10.00", "24.00", "-16.00", "-28.00"]


async def test_what_is_found_in_parts_gives_back_all_that_was_paid_and_no_more(books: Books) -> None:
    await told(books, units("LOST", -3, "lost", occurred_at=hours(books, 8)), value="0.33")
    for part in "abcd":
        await told(books, units("FOUND", 1, part, occurred_at=hours(books, 7)))
    assert await paid(books) == ["0.99", "-0.33", "-0.33", "-0.33", "0.00"]


async def test_what_was_never_paid_for_is_followed_to_a_clawback_of_nothing(books: Books) -> None:
    await sold(books, "10.00", 9)
    assert await told(books, units("FOUND", 1, occurred_at=hours(books, 8))) == ["accepted"]
    assert await paid(books) == ["0.00"]


async def test_what_is_lost_after_the_find_is_not_what_was_found(books: Books) -> None:
    await told(books, units("LOST", -1, "lost", occurred_at=hours(books, 7)))
    await told(books, units("FOUND", 1, "found", occurred_at=hours(books, 8)))
    assert await paid(books) == ["5.00", "0.00"]


async def test_a_find_that_is_told_again_takes_nothing_back_again(books: Books) -> None:
    lost, found = (units(kind, n, kind, occurred_at=hours(books, 1)) for kind, n in (("LOST", -2), ("FOUND", 1)))
    assert await told(books, lost, found, found) == ["accepted", "accepted", "duplicate"]
    assert await told(books, lost, found) == ["duplicate", "duplicate"]
    assert await paid(books) == ["10.00", "-5.00"]


async def test_a_sale_before_the_loss_that_is_told_later_gives_the_price(books: Books) -> None:
    await sold(books, "3.00", 9, gtin="00099999999999")
    await told(books, units("LOST", -2, occurred_at=hours(books, 5)), value="0.00")
    await sold(books, "12.00", 4)
    assert await paid(books) == ["0.00"]
    await sold(books, "10.00", 8)
    assert await paid(books) == ["0.00", "20.00"]
    corrects = Query("corrects", *["SELECT corrects, reason FROM money_posting WHERE corrects IS NOT NULL"] * 2)
    assert await books.database.all(corrects) == [(2, "Sale before it was told later")]


async def test_in_whatever_order_sales_are_told_the_last_before_the_loss_gives_the_price(books: Books) -> None:
    await sold(books, "10.00", 9)
    await told(books, units("LOST", -1, occurred_at=hours(books, 5)))
    await sold(books, "7.00", 6)
    await sold(books, "8.00", 7)
    assert await paid(books) == ["10.00", "-3.00"]


async def test_sales_that_are_told_together_later_correct_a_loss_once(books: Books) -> None:
    await told(books, units("LOST", -1, occurred_at=hours(books, 5)))
    times = {name: format_micros(hours(books, ago)) for name, ago in (("a", 8), ("b", 6), ("c", 7), ("d", 4))}
    sales = [
        {**SALE, "purchaseOrder": name, "gtin": GTIN, "postedAt": at, "productPrice": f"{n}.00"}
        for n, (name, at) in enumerate(times.items(), 10)
    ]
    await books.tell("sale", *sales)
    assert await paid(books) == ["5.00", "6.00"]


async def test_what_was_found_by_then_is_not_corrected(books: Books) -> None:
    await told(books, units("LOST", -2, "lost", occurred_at=hours(books, 5)))
    await told(books, units("FOUND", 1, "found", occurred_at=hours(books, 4)))
    await sold(books, "20.00", 8)
    await told(books, units("FOUND", 1, "more", occurred_at=hours(books, 3)))
    assert await paid(books) == ["10.00", "-5.00", "15.00", "-20.00"]


async def test_a_sale_that_was_told_by_its_sku_alone_gives_the_price(books: Books) -> None:
    await named_item(books)
    await sold(books, "10.00", 9, gtin="", sku="LAMP")
    await told(books, units("LOST", -1, "1", occurred_at=hours(books, 8)))
    await sold(books, "12.00", 8.5, gtin="", sku="LAMP")
    await sold(books, "14.00", 8.2, gtin="", sku="OTHER")
    assert await paid(books) == ["10.00", "2.00"]


async def named_item(books: Books) -> None:
    """Give the item the seller's SKU `LAMP`."""
    item = SourceRow(1, {"gtin": GTIN, "name": "Lamp"})
    assert (await import_items(books.database, books.clock, listed([item]))).is_stored
    sku = SourceRow(1, {"gtin": GTIN, "seller": books.code, "sku": "LAMP"})
    assert (await import_skus(books.database, books.clock, listed([sku]))).is_stored
