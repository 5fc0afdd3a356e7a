"""The proof of a period is of one moment (RC-22)."""

import pytest

from onhand.settlement.calendar import number_of
from onhand.settlement.proof import prove
from onhand.settlement.publishing import draft_statement
from onhand.settlement.reading import period_numbered
from tests.settlement.books import CALENDAR, EXAMPLE, Books

pytestmark = pytest.mark.contract("RC-22")


async def test_an_open_period_adds_up_whatever_is_posted_while_it_is_proved(books: Books) -> None:
    await books.post("sale", **EXAMPLE)
    first = CALENDAR.period_of(books.clock.now).first
    period = await period_numbered(books.database, books.partner_id, number_of(first))
    assert period is not None
    await books.post("sale", **{**EXAMPLE, "purchaseOrder": "2"})
    proof = await prove(books.database, draft_statement(period, CALENDAR))
    assert (proof.total, proof.orders, proof.rows) == (9350, 2, 16)
    assert set(proof.residuals.values()) == {0}
