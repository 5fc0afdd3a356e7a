"""Sums of a seller's accounts stay within 64 bits, whatever is told (RC-21)."""

import pytest

from onhand.basics.money import BALANCE_MAX, MINOR_MAX, format_money
from tests.settlement.books import SALE, Books

pytestmark = pytest.mark.contract("RC-21")

LARGEST = format_money(MINOR_MAX, "USD")
CREDIT = {"description": "Business initiated discrete partner credit"}
_ASKED = ("productPrice", "shipping", "productTax", "shippingTax", "giftWrap", "giftWrapTax", "productFee")
_FULL = BALANCE_MAX // (len(_ASKED) * MINOR_MAX)
_LARGEST_SALE = {**SALE, "quantity": 2, "commissionRate": 0, **dict.fromkeys(_ASKED, LARGEST)}


@pytest.fixture
async def full(books: Books) -> Books:
    """Books whose account of what customers owe is as full as it may be, by sales of the largest amounts."""
    sales = [{**_LARGEST_SALE, "purchaseOrder": f"po-{n}"} for n in range(_FULL)]
    assert {outcome.status for outcome in await books.tell("sale", *sales)} == {"accepted"}
    return books


async def test_an_amount_that_is_larger_than_any_is_refused(books: Books) -> None:
    assert await books.refusal("adjustment", **CREDIT, amount=f"{LARGEST[:-1]}1") == ("invalid_amount", "amount")


async def test_a_sale_that_would_take_a_sum_out_of_its_bounds_is_refused(full: Books) -> None:
    assert await full.refusal("sale", **_LARGEST_SALE) == ("sum_too_large", "productPrice")


async def test_books_that_are_full_can_be_verified_and_closed(full: Books) -> None:
    await full.report()
    assert (await full.audit()).differences == ()


async def test_what_takes_a_sum_back_towards_nothing_is_taken_from_full_books(full: Books) -> None:
    await full.post("refund", purchaseOrder="po-0", purchaseOrderLine="1", quantity=1)
    assert (await full.audit()).differences == ()


async def test_a_refund_that_is_refused_leaves_its_line_as_it_was(full: Books) -> None:
    room = (BALANCE_MAX - _FULL * len(_ASKED) * MINOR_MAX) // MINOR_MAX
    whole = {**SALE, "quantity": 2, "commissionRate": 0, "productPrice": LARGEST}
    await full.tell("sale", *[{**whole, "purchaseOrder": f"more-{n}"} for n in range(room)])
    promoted = {**SALE, "productPrice": "0", "promotion": LARGEST, "fundedSavings": LARGEST, "purchaseOrder": "funded"}
    await full.post("sale", **promoted, commissionRate=0)
    await full.post("sale", **{**whole, "purchaseOrder": "last"})
    funded = {"purchaseOrder": "funded", "purchaseOrderLine": "1"}
    assert await full.refusal("refund", **funded) == ("sum_too_large", "productPrice")
    await full.post("refund", purchaseOrder="last", purchaseOrderLine="1")
    await full.post("refund", **funded, quantity=1)
