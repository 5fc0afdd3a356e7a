"""The sandbox's settlement: two published reports of the seller, with sales, refunds and adjustments (SB-03)."""

from datetime import timedelta

import pytest

from onhand.testing import LocalSandbox


@pytest.mark.contract("SB-03", "RC-01", "RC-11")
def test_two_reports_are_published_and_add_up(sandbox: LocalSandbox) -> None:
    settlement = sandbox.seller.settlement
    days = settlement.dates()
    assert len(days) == 2
    kinds: set[str | None] = set()
    for day in days:
        summary, *rows = settlement.rows(day).to_list()
        assert summary.total_payable == sum(row.amount or 0 for row in rows)
        kinds |= {row.transaction_type for row in rows}
    assert {"Sale", "Refund", "Adjustment", "Service Fee"} <= kinds


@pytest.mark.contract("SB-03", "SB-05", "RC-01", "RC-11", "RC-14")
def test_the_open_period_is_published_when_its_day_comes(sandbox: LocalSandbox) -> None:
    sandbox.controls.advance(timedelta(days=30))
    assert len(sandbox.seller.settlement.dates(legacy=True)) == 3
