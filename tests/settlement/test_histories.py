"""For any history, every file adds up to the cent, read back by the standard csv module (RC-11, RC-18, RC-20)."""

import itertools
from collections import Counter
from collections.abc import Sequence
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from onhand.basics.clock import MICROSECONDS
from onhand.settlement.calendar import day_of_number
from onhand.store.database import Database
from onhand.store.queries import Query
from tests.campaign import times
from tests.conftest import FrozenClock
from tests.settlement.books import Books, cents

pytestmark = pytest.mark.contract("RC-11", "RC-12", "RC-13", "RC-16", "RC-18", "RC-20", "RC-21")

_NUMBERS = itertools.count(1)
_START = 1_772_712_000_000_000

money = st.integers(0, 20_000).map(lambda minor: str(Decimal(minor) / 100))
categories = st.sampled_from(
    ["Home & Garden", "Grocery", "Watches", "Apparel & Accessories", "Electronics Accessories"]
)
sales = st.fixed_dictionaries(
    {
        "contractCategory": categories,
        "quantity": st.integers(1, 5),
        "productPrice": money,
        "shipping": money,
        "productTax": money,
        "shippingTax": money,
        "giftWrap": money,
        "giftWrapTax": money,
        "productFee": money,
        "fundedSavings": money,
        "taxWithheld": st.booleans(),
        "feeWithheld": st.booleans(),
        "itemName": st.sampled_from(["Lamp", 'Lamp, 12" "tall"', "Lámpara; =1+1"]),
    },
    optional={
        "promotion": st.just("0.01"),
        "commissionRate": st.integers(0, 2_000).map(lambda n: str(Decimal(n) / 100)),
    },
)
refunds = st.tuples(
    st.integers(0, 5),
    st.one_of(
        st.just({}),
        st.fixed_dictionaries({"quantity": st.integers(1, 3)}),
        st.fixed_dictionaries({"productPrice": money, "shipping": money}),
    ),
)
charges = st.sampled_from(
    [
        ("fee", {"description": "WFS StorageFee", "amount": "-12.34"}),
        ("adjustment", {"description": "Business initiated discrete partner credit", "amount": "-250.00"}),
        ("adjustment", {"description": "Shipping Protection Claim Payout", "amount": "3.21"}),
        ("advertising", {"description": "Walmart Product Advertising", "amount": "-99.99"}),
        ("reserve", {"description": "Funds withheld to cover future refunds", "amount": "-40.00"}),
    ]
)
acts = st.lists(
    st.one_of(
        st.tuples(st.just("sale"), sales),
        st.tuples(st.just("refund"), refunds),
        st.tuples(st.just("charge"), charges),
        st.tuples(st.just("wait"), st.floats(0.1, 20)),
    ),
    min_size=1,
    max_size=14,
)


@settings(
    max_examples=times(25), deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture], print_blob=True
)
@given(history=acts)
async def test_every_file_adds_up(database: Database, history: Sequence[tuple[str, Any]]) -> None:
    books = await Books(database, FrozenClock(_START), f"seller-{next(_NUMBERS)}").open()
    sold = 0
    for name, what in history:
        if name == "sale":
            order = {
                "customerOrder": "c",
                "customerOrderLine": "1",
                "purchaseOrder": str(sold),
                "purchaseOrderLine": "1",
            }
            (outcome,) = await books.tell("sale", {**order, **what})
            sold += outcome.status == "accepted"
        elif name == "refund":
            await books.tell("refund", {"purchaseOrder": str(what[0]), "purchaseOrderLine": "1", **what[1]})
        elif name == "charge":
            await books.post(what[0], **what[1])
        else:
            books.clock.now += round(what * 86_400 * MICROSECONDS)
            await books.close()
    await see_that_everything_adds_up(books)


async def see_that_everything_adds_up(books: Books) -> None:
    # Give back all that is left, so that every line comes to nothing in the end.
    asked = f"SELECT purchase_order FROM sold_line WHERE partner_id = {books.partner_id} AND returned < quantity"
    for (order,) in await books.database.all(Query("left", asked, asked)):
        await books.post("refund", purchaseOrder=order, purchaseOrderLine="1")
    await books.publish()
    rows: list[dict[str, str]] = []
    for statement in await published(books):
        v1 = await books.v1(statement)
        see_that_a_file_adds_up(v1, await books.legacy(statement))
        rows += v1[1:]
    see_that_lines_come_to_nothing(rows)
    assert (await books.audit()).differences == ()
    await see_that_periods_come_to_the_ledger(books, rows)


async def published(books: Books) -> list[Any]:
    asked = f"SELECT report_day FROM settlement_period WHERE partner_id = {books.partner_id} AND published_at > 0"
    return [
        await books.published(day_of_number(day)) for (day,) in await books.database.all(Query("days", asked, asked))
    ]


def see_that_a_file_adds_up(v1: Sequence[dict[str, str]], legacy: Sequence[list[str]]) -> None:
    summary, *rows = v1
    assert summary["Transaction Type"] == "PaymentSummary"
    assert cents(summary["Total Payable"]) == sum(cents(row["Amount"]) for row in rows)
    for row in legacy:
        see_that_identities_hold(row)
    bridged = sum(cents(row["Amount"]) for row in rows if row["Transaction Type"] in ("Sale", "Refund"))
    assert sum(cents(row[22]) for row in legacy) == bridged


def see_that_identities_hold(row: Sequence[str]) -> None:
    def at(number: int) -> int:
        return cents(row[number])

    assert len(row) == 68
    assert at(31) == at(28) + at(29)
    assert at(35) == at(32) + at(33)
    assert at(40) == at(37) + at(38)
    if row[6] == "SALE":
        assert at(54) == at(41) + at(42) + at(43) + at(44)
        assert at(21) == at(25) + at(32) + at(37) + at(54)
        assert at(26) == 0
    if row[6] == "REFUNDED":
        assert at(54) == at(46) + at(47) + at(48) + at(49)
        assert at(21) == at(26) + at(33) + at(38) + at(54)
        assert at(25) == 0
    assert all(at(number) == 0 for number in (27, 30, 34, 39, 50, 51, 52, 53))
    assert {row[number] for number in (13, 14, 16, 17)} == {""}


def see_that_lines_come_to_nothing(rows: Sequence[dict[str, str]]) -> None:
    sums: Counter[tuple[str, str]] = Counter()
    for row in rows:
        if row["Transaction Type"] in ("Sale", "Refund"):
            sums[row["Purchase Order #"], row["Amount Type"]] += cents(row["Amount"])
    assert set(sums.values()) <= {0}


async def see_that_periods_come_to_the_ledger(books: Books, rows: Sequence[dict[str, str]]) -> None:
    """Over all periods, the rows but those that were carried over come to what was paid, and what is still carried."""
    told = [row for row in rows if row["Transaction Description"] != "Opening balance carried forward"]
    asked = f"SELECT account, amount FROM money_balance WHERE partner_id = {books.partner_id}"
    kept: dict[str, int] = dict(await books.database.all(Query("balances", asked, asked)))
    assert sum(cents(row["Amount"]) for row in told) == sum(
        kept.get(account, 0) for account in ("payable", "payout", "carried forward")
    )
