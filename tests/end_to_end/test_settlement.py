"""The sandbox's settlement: two published reports of the seller, with sales, refunds and adjustments (SB-03)."""

import pytest

from tests.end_to_end.serving import Served


@pytest.mark.contract("SB-03", "RC-01", "RC-11")
async def test_two_reports_are_published_and_add_up(sandbox: Served) -> None:
    settlement = sandbox.client("seller").settlement
    days = await settlement.dates()
    assert len(days) == 2
    kinds: set[str | None] = set()
    for day in days:
        summary, *rows = (await settlement.rows(day)).to_list()
        assert summary.total_payable == sum(row.amount or 0 for row in rows)
        kinds |= {row.transaction_type for row in rows}
    assert {"Sale", "Refund", "Adjustment", "Service Fee"} <= kinds
