"""What is given back has the opposite signs, and any number of parts comes to the whole exactly (RC-13)."""

import pytest

from tests.settlement.books import EXAMPLE, SALE, Books, amounts, cents

pytestmark = pytest.mark.contract("RC-13", "OP-07")

LINE = {"purchaseOrder": "100001", "purchaseOrderLine": "1"}
THREE = {**EXAMPLE, "quantity": 3, "productPrice": "10.00", "productTax": "0.83", "shippingTax": "0.40"}


async def test_a_whole_refund_is_the_sale_with_opposite_signs(books: Books) -> None:
    await books.post("sale", **EXAMPLE, shipToState="CA", shipToCity="Fresno", shipToZip="00501")
    await books.post("refund", **LINE, reason="Damaged in transit")
    _, *rows = await books.v1(await books.report())
    sale, refund = rows[:8], rows[8:]
    assert amounts(refund) == [
        (kind, amount[1:] if amount[0] == "-" else f"-{amount}") for kind, amount in amounts(sale)
    ]
    row = refund[0]
    assert (row["Transaction Type"], row["Transaction Description"]) == ("Refund", "Return Refund")
    assert row["Transaction Reason Description"] == "Damaged in transit"
    assert (row["Ship to State"], row["Ship to City"], row["Ship to Zipcode"]) == ("", "", "00501")


async def test_units_that_come_back_one_by_one_net_to_nothing(books: Books) -> None:
    await books.post("sale", **THREE)
    for _ in range(3):
        await books.post("refund", **LINE, quantity=1)
    _, *rows = await books.v1(await books.report())
    assert [amount for kind, amount in amounts(rows[8:]) if kind == "Product Price"] == ["-3.33", "-3.34", "-3.33"]
    for kind, _ in amounts(rows):
        assert sum(cents(amount) for each, amount in amounts(rows) if each == kind) == 0


async def test_commission_comes_back_at_the_rate_recorded_with_the_sale(books: Books) -> None:
    await books.post("sale", **SALE, commissionRate="10")
    await books.post("refund", **LINE)
    _, *rows = await books.v1(await books.report())
    assert (rows[-1]["Amount"], rows[-1]["Commission Rate"]) == ("5.00", "10")


async def test_money_without_units_takes_its_taxes_and_commission_along(books: Books) -> None:
    await books.post("sale", **EXAMPLE)
    await books.post("refund", **LINE, description="Keep-it refund", productPrice="20.00")
    statement = await books.report()
    _, *rows = await books.v1(statement)
    assert amounts(rows[8:]) == [
        ("Product Price", "-20.00"),
        ("Product tax", "-1.60"),
        ("Product tax withheld", "1.60"),
        ("Commission on Product", "3.00"),
    ]
    assert rows[8]["Ship Qty"] == ""
    _, legacy = await books.legacy(statement)
    assert (legacy[6], legacy[8], legacy[22], legacy[26]) == ("REFUNDED", "0", "-17.00", "-20.00")


async def test_after_money_was_given_back_the_units_bring_the_rest(books: Books) -> None:
    await books.post("sale", **THREE)
    await books.post("refund", **LINE, productPrice="1.00", shipping="2.00")
    await books.post("refund", **LINE, quantity=2)
    await books.post("refund", **LINE)
    assert (await books.v1(await books.report()))[0]["Total Payable"] == "0.00"


@pytest.mark.parametrize(
    ("entry", "code", "field"),
    [
        ({"purchaseOrder": "9"}, "unknown_order", "purchaseOrder"),
        ({"quantity": 4}, "above_what_is_left", "quantity"),
        ({"productPrice": "10.01"}, "above_what_is_left", "productPrice"),
        ({"shipping": "5.01"}, "above_what_is_left", "shipping"),
        ({"productPrice": "0"}, "invalid_amount", "productPrice"),
        ({"productPrice": "-1"}, "negative_amount", "productPrice"),
        ({"quantity": 1, "productPrice": 1}, "two_ways", "quantity"),
        ({"currency": "CAD"}, "other_currency", "currency"),
        ({"description": "Regret"}, "unknown_description", "description"),
    ],
)
async def test_a_refund_that_can_not_be_is_refused(
    books: Books, entry: dict[str, object], code: str, field: str
) -> None:
    await books.post("sale", **THREE)
    assert await books.refusal("refund", **{**LINE, **entry}) == (code, field)


async def test_what_was_given_back_as_a_whole_has_nothing_left(books: Books) -> None:
    await books.post("sale", **THREE)
    await books.post("refund", **LINE)
    assert await books.refusal("refund", **LINE) == ("above_what_is_left", "quantity")
    assert await books.refusal("refund", **LINE, productPrice="0.01") == ("above_what_is_left", "productPrice")


@pytest.mark.contract("RC-17", "RC-18")
async def test_a_refund_of_units_is_one_legacy_row_for_each(books: Books) -> None:
    await books.post("sale", **THREE, giftWrap="1.00", giftWrapTax="0.10", giftWrapQuantity=1)
    await books.post("refund", **LINE, reason="Late", quantity=3)
    statement = await books.report()
    sale, *refunds = await books.legacy(statement)
    assert [row[6] for row in refunds] == ["REFUNDED"] * 3
    assert [row[8] for row in refunds] == ["1"] * 3
    assert sum(cents(row[22]) for row in (sale, *refunds)) == 0
    assert {(row[56], row[57], row[64], row[65]) for row in refunds} == {
        ("Return Refund", "RETURN_REFUND", "LATE", "Late")
    }
    assert sum(cents(row[38]) for row in refunds) == -100
