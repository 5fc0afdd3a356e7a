"""Periods end once and for all: what comes later goes to the next one (RC-14, RC-16)."""

import asyncio

import pytest

from onhand.settlement.publishing import publish_due
from onhand.settlement.statement import StatementForm
from onhand.store.database import Database
from onhand.store.queries import Query
from tests.settlement.books import CALENDAR, EXAMPLE, SALE, Books, at, whole

pytestmark = pytest.mark.contract("RC-14", "RC-16")

# The period of the tests' clock: Saturday 2026-02-21 to Friday 2026-03-06, Pacific; it ends at 08:00 UTC.
END = at("2026-03-07T08:00:00Z")
FEE = {"description": "WFS StorageFee", "amount": "-10.00"}


async def test_the_second_before_the_end_is_in_and_the_end_is_not(books: Books) -> None:
    books.clock.now = END - 1
    await books.post("sale", **SALE)
    books.clock.now = END
    await books.post("fee", **FEE)
    first = await books.report()
    assert [
        row["Transaction Type"] for row in await books.v1(await books.published(CALENDAR.period_of(END - 1).reports_on))
    ] == [
        "PaymentSummary",
        "Sale",
        "Sale",
    ]
    assert [row["Transaction Type"] for row in await books.v1(first)] == ["PaymentSummary", "Service Fee"]


@pytest.mark.parametrize(
    ("last", "first"),
    [
        # The clocks went forward on Sunday 2026-03-08, within the period that ends on 2026-03-21: 07:00 UTC.
        ("2026-03-21T06:59:59.999999Z", "2026-03-21T07:00:00Z"),
        # And back on Sunday 2026-11-01, within the one that ends on 2026-11-14: 08:00 UTC.
        ("2026-11-14T07:59:59.999999Z", "2026-11-14T08:00:00Z"),
    ],
)
async def test_a_period_ends_at_midnight_of_its_zone_whatever_the_clocks_do(
    books: Books, last: str, first: str
) -> None:
    before, after = CALENDAR.period_of(at(last)), CALENDAR.period_of(at(first))
    assert before.end == after.first
    books.clock.now = at(last)
    await books.post("sale", **SALE)
    books.clock.now = at(first)
    assert [closed.period for closed in await books.close()] == [before.number]


async def test_what_is_recorded_after_the_end_goes_to_the_next_period_whatever_its_time(books: Books) -> None:
    await books.post("sale", **SALE)
    books.clock.now = END + 1
    await books.post("fee", **FEE, postedAt="2026-03-05T12:00:00Z")
    first = await books.published((await books.report()).period.reports_on)
    assert [row["Transaction Posted Timestamp"] for row in (await books.v1(first))[1:]] == ["03/05/2026"]


async def test_a_late_close_ends_as_one_in_time(books: Books) -> None:
    await books.post("sale", **SALE)
    books.wait(100)
    assert [(closed.paid, closed.carried) for closed in await books.close()] == [(4250, 0)]


async def test_a_closed_period_is_not_closed_again(books: Books) -> None:
    await books.post("sale", **SALE)
    books.wait(14)
    assert (len(await books.close()), len(await books.close())) == (1, 0)


async def test_a_negative_sum_is_carried_into_the_next_period_and_pays_nothing(books: Books) -> None:
    await books.post("fee", **FEE)
    books.wait(14)
    (closed,) = await books.close()
    assert (closed.total, closed.paid, closed.carried) == (-1000, 0, -1000)
    await books.post("sale", **EXAMPLE)
    statement = await books.report()
    summary, opening, *rows = await books.v1(statement)
    assert (opening["Transaction Type"], opening["Transaction Description"]) == (
        "Adjustment",
        "Opening balance carried forward",
    )
    assert (opening["Amount Type"], opening["Amount"]) == ("Fee/Reimbursement", "-10.00")
    assert (summary["Total Payable"], len(rows)) == ("36.75", 8)
    assert await balance(books.database, "payout") == 3675
    assert await balance(books.database, "payable") == 0
    assert await balance(books.database, "carried forward") == 0
    assert (await books.audit()).differences == ()


async def test_a_balance_opens_a_period_that_has_rows_already(books: Books) -> None:
    await books.post("fee", **FEE)
    # A shipment of the next period may be told a little before it begins.
    books.clock.now = END - 60_000_000
    await books.post("sale", **SALE, postedAt="2026-03-07T08:00:30Z")
    books.clock.now = END
    assert [closed.total for closed in await books.close()] == [-1000]
    _, *rows = await books.v1(await books.report())
    assert [row["Amount"] for row in rows] == ["-10.00", "50.00", "-7.50"]
    assert (await books.audit()).differences == ()


async def test_a_clock_that_fell_back_posts_to_no_closed_period(books: Books) -> None:
    await books.post("sale", **SALE)
    books.clock.now = END
    await books.close()
    books.clock.now = END - 3_600_000_000
    await books.post("fee", **FEE)
    books.clock.now = END
    _, *rows = await books.v1(await books.report())
    assert [row["Amount"] for row in rows] == ["-10.00"]


async def test_a_balance_is_carried_over_periods_in_which_nothing_happens(books: Books) -> None:
    await books.post("fee", **FEE)
    books.wait(60)
    assert [closed.carried for closed in await books.close()] == [-1000] * 5
    assert (await books.audit()).differences == ()


async def test_a_period_that_comes_to_nothing_pays_and_carries_nothing(books: Books) -> None:
    await books.post("sale", **SALE)
    await books.post("refund", purchaseOrder="100001", purchaseOrderLine="1")
    books.wait(14)
    assert [(closed.paid, closed.carried) for closed in await books.close()] == [(0, 0)]


@pytest.mark.contract("RC-07")
async def test_the_bytes_of_a_published_file_stay(books: Books) -> None:
    await books.post("sale", **EXAMPLE)
    first = await books.report()
    before = await whole(first.csv(books.database))
    await books.post("refund", purchaseOrder="100001", purchaseOrderLine="1")
    again = await books.published(first.period.reports_on)
    form = StatementForm(counts_lines=False, document_words=True, processor="Other")
    await publish_due(books.database, books.clock, CALENDAR, form, books.partner_id)
    assert await whole(again.csv(books.database)) == before
    assert (again.period.v1_bytes, again.form) == (len(before), StatementForm())


async def test_a_report_is_not_given_out_before_its_date(books: Books) -> None:
    await books.post("sale", **SALE)
    period = CALENDAR.period_of(books.clock.now)
    books.clock.now = CALENDAR.reports_at(period) - 1
    await books.close()
    assert await publish_due(books.database, books.clock, CALENDAR, StatementForm(), books.partner_id) == []
    books.clock.now += 1
    assert len(await publish_due(books.database, books.clock, CALENDAR, StatementForm(), books.partner_id)) == 1


async def test_two_who_close_at_once_close_once(books: Books) -> None:
    await books.post("sale", **SALE)
    books.wait(14)
    closed = await asyncio.gather(*[books.close() for _ in range(5)])
    assert sum(map(len, closed)) == 1
    assert (await books.audit()).differences == ()


async def test_a_payout_that_arrived_leaves_the_payout_once(books: Books) -> None:
    await books.post("sale", **SALE)
    assert await books.refusal("deposit", reportDate="20260310") == ("no_payout", "reportDate")
    await books.report()
    await books.post("deposit", reportDate="03102026", reference="ACH 17")
    assert await books.refusal("deposit", reportDate="20260310") == ("already_deposited", "reportDate")
    assert await books.refusal("deposit", reportDate="2026-03-10") == ("invalid_report_date", "reportDate")
    assert (await balance(books.database, "payout"), await balance(books.database, "bank")) == (0, 4250)
    assert (await books.audit()).differences == ()


async def balance(database: Database, account: str) -> int:
    asked = f"SELECT amount FROM money_balance WHERE account = '{account}'"
    row = await database.one(Query("balance", asked, asked))
    return int(row[0]) if row else 0
