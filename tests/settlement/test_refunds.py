"""What is given back has the opposite signs, and any number of parts comes to the whole exactly (RC-13)."""

import itertools
from collections import Counter
from collections.abc import Sequence
from decimal import ROUND_HALF_UP, Decimal
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from onhand.store.database import Database
from tests.campaign import times
from tests.conftest import FrozenClock
from tests.settlement.books import EXAMPLE, SALE, Books, amounts, cents

pytestmark = pytest.mark.contract("RC-13", "OP-07")

LINE = {"purchaseOrder": "100001", "purchaseOrderLine": "1"}
THREE = {**EXAMPLE, "quantity": 3, "productPrice": "10.00", "productTax": "0.83", "shippingTax": "0.40"}

MANY = {**SALE, "quantity": 100, "productPrice": "149.00", "productTax": "0.49"}
_NUMBERS = itertools.count(1)
_START = 1_772_712_000_000_000


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


async def test_units_that_come_back_one_by_one_come_to_what_they_do_together(books: Books) -> None:
    await books.post("sale", **MANY)
    await books.post("sale", **{**MANY, "purchaseOrder": "2"})
    await books.tell("refund", *[{**LINE, "quantity": 1}] * 40)
    await books.post("refund", **{**LINE, "purchaseOrder": "2"}, quantity=40)
    _, *rows = await books.v1(await books.report())
    sums: Counter[tuple[str, str]] = Counter()
    for row in rows:
        if row["Transaction Type"] == "Refund":
            sums[row["Purchase Order #"], row["Amount Type"]] += cents(row["Amount"])
    # 40% of 149.00, of 0.49 (0.196) and of 15% of 149.00.
    together = {"Product Price": -5960, "Product tax": -20, "Product tax withheld": 20, "Commission on Product": 894}
    assert sums == {(order, kind): amount for order in ("100001", "2") for kind, amount in together.items()}


@settings(max_examples=times(15), deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    quantity=st.integers(1, 60),
    price=st.integers(1, 30_000),
    tax=st.integers(0, 3_000),
    asked=st.one_of(
        st.lists(st.builds(lambda units: {"quantity": units}, st.integers(1, 9)), max_size=25),
        st.lists(st.builds(lambda minor: {"productPrice": shown(minor)}, st.integers(1, 2_000)), max_size=25),
    ),
)
async def test_what_was_given_back_so_far_is_the_rounded_share_of_the_line(
    database: Database, quantity: int, price: int, tax: int, asked: Sequence[dict[str, Any]]
) -> None:
    books = await Books(database, FrozenClock(_START), f"seller-{next(_NUMBERS)}").open()
    sold = {**SALE, "quantity": quantity, "productPrice": shown(price), "productTax": shown(tax)}
    await books.post("sale", **sold)
    outcomes = await books.tell("refund", *[{**LINE, **each} for each in asked])
    taken = [each for each, outcome in zip(asked, outcomes, strict=True) if outcome.status == "accepted"]
    whole, field = (quantity, "quantity") if "quantity" in (asked or [{}])[0] else (price, "productPrice")
    back = sum(each["quantity"] if field == "quantity" else cents(each["productPrice"]) for each in taken)
    _, *rows = await books.v1(await books.report())
    for kind in {row["Amount Type"] for row in rows}:
        amounts_of = [cents(row["Amount"]) for row in rows if row["Amount Type"] == kind]
        exact = Decimal(amounts_of[0] * back) / whole
        assert sum(amounts_of[1:]) == -int(exact.quantize(Decimal(1), ROUND_HALF_UP)), kind


def shown(minor: int) -> str:
    return f"{minor // 100}.{minor % 100:02d}"


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
