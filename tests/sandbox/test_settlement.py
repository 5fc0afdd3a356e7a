"""The sandbox's settlement: two published reports of the seller, with sales, refunds and adjustments (SB-03)."""

import pytest

from tests.sandbox.conftest import Client

pytestmark = pytest.mark.contract("SB-03", "RC-01", "RC-11")

PATH = "/v3/report/reconreport"


@pytest.mark.contract("SB-05", "RC-14")
async def test_the_open_period_is_published_when_its_day_comes(sandbox: Client) -> None:
    moved = await sandbox.control("clock", {"advance": "P30D"})
    assert moved.status_code == 200, moved.text
    listed = await sandbox.ask("seller", "GET", f"{PATH}/availableReconFiles")
    assert len(listed.json()["availableApReportDates"]) == 3
