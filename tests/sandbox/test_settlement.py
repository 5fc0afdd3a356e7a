"""The sandbox's settlement: two published reports of the seller, with sales, refunds and adjustments (SB-03)."""

import csv
from io import StringIO

import pytest

from tests.sandbox.conftest import Client
from tests.settlement.books import cents

pytestmark = pytest.mark.contract("SB-03", "RC-01", "RC-11")

PATH = "/v3/report/reconreport"


async def test_two_reports_are_published_and_add_up(sandbox: Client) -> None:
    listed = await sandbox.ask("seller", "GET", f"{PATH}/availableReconFiles", params={"reportVersion": "v1"})
    days = listed.json()["availableApReportDates"]
    assert len(days) == 2
    kinds = set()
    for day in days:
        parameters = {"reportVersion": "v1", "reportDate": day}
        answer = await sandbox.ask("seller", "GET", f"{PATH}/reconFile", params=parameters, headers={"Accept": "*/*"})
        _, _, summary, *rows = list(csv.reader(StringIO(answer.text)))
        assert cents(summary[2]) == sum(cents(row[12]) for row in rows)
        kinds |= {row[6] for row in rows}
    assert {"Sale", "Refund", "Adjustment", "Service Fee"} <= kinds


@pytest.mark.contract("SB-05", "RC-14")
async def test_the_open_period_is_published_when_its_day_comes(sandbox: Client) -> None:
    moved = await sandbox.control("clock", {"advance": "P30D"})
    assert moved.status_code == 200, moved.text
    listed = await sandbox.ask("seller", "GET", f"{PATH}/availableReconFiles")
    assert len(listed.json()["availableApReportDates"]) == 3
