"""A sandbox's clock that goes back: what was ordered or published by the later moment."""

from pathlib import Path
from typing import Any

import pytest

from onhand.partners.onboarding import Partner, add_partner
from onhand.reports.requests import Requests, request_id_of, take_request
from onhand.sandbox.controls.rewinding import forget_refreshes
from onhand.sandbox.starting import running_sandbox
from onhand.store.database import Database, Session
from tests.conftest import FrozenClock
from tests.sandbox.conftest import UNTHROTTLED, asked
from tests.sandbox.test_controls import Box

pytestmark = pytest.mark.contract("SB-05")

RECON = "/v3/report/reconreport"
TYPE = {"reportType": "INVENTORY_RECON", "reportVersion": "v1"}
# Ten days of June and twenty, as far as the reconciliation knows them.
EARLIER, LATER = "2024-06-11T15:00:00Z", "2024-06-21T15:00:00Z"


async def test_a_report_that_waits_is_built_before_time_goes_back(tmp_path: Path, clock: FrozenClock) -> None:
    async with asked(running_sandbox(tmp_path, UNTHROTTLED, clock, manual=True)) as http:
        box = Box(http, clock)
        await box.control("POST", "clock", at=LATER)
        body = {"dataStartTime": "2024-06-01", "dataEndTime": "2024-06-20"}
        taken = await box.client.ask("seller", "POST", "/v3/reports", params=TYPE, json=body)
        assert taken.status_code == 200, taken.text
        moved = await box.control("POST", "clock", at=EARLIER)
        assert moved["worked"] >= 1
        path = f"/v3/reports/reportRequests/{taken.json()['requestId']}"
        found = await box.client.ask("seller", "GET", path, params=TYPE)
        assert found.json()["requestStatus"] == "READY"


async def test_an_order_that_can_not_be_built_any_more_says_why(database: Database, clock: FrozenClock) -> None:
    partner = await add_partner(database, clock, kind="seller", code="acme", name="Acme")
    assert isinstance(partner, Partner)
    ids = {name: request_id_of(f"{number:032x}") for number, name in enumerate(("INVENTORY_RECON", "INVENTORY"))}

    async def take(session: Session) -> None:
        for name, request_id in ids.items():
            named: dict[str, Any] = {"request_id": request_id, "report_type": name, "report_version": "v1"}
            await take_request(session, partner.partner_id, terms="{}", now=clock(), **named)

    await database.write(take)
    await forget_refreshes(database, clock())
    requests = Requests(database, days=30)
    order, other = [await requests.by_id(partner.partner_id, each, clock()) for each in ids.values()]
    assert order is not None
    assert other is not None
    assert (order.status, other.status) == ("ERROR", "RECEIVED")
    assert "clock was put back" in str(order.reason)


async def test_a_report_of_the_settlement_is_there_from_its_date_on(tmp_path: Path, clock: FrozenClock) -> None:
    async with asked(running_sandbox(tmp_path, UNTHROTTLED, clock)) as http:
        box = Box(http, clock)

        async def dates() -> list[str]:
            answer = await box.client.ask("seller", "GET", f"{RECON}/availableReconFiles")
            found: list[str] = answer.json()["availableApReportDates"]
            return found

        async def file(date: str) -> int:
            path, asked_for = f"{RECON}/reconFile", {"reportDate": date}
            answer = await box.client.ask("seller", "GET", path, params=asked_for, headers={"Accept": "text/csv"})
            return answer.status_code

        newest, oldest = await dates()
        moment = f"{oldest[4:]}-{oldest[:2]}-{oldest[2:4]}T20:00:00Z"
        await box.control("POST", "clock", at=moment)
        assert (await dates(), await file(oldest), await file(newest)) == ([oldest], 200, 404)
        await box.control("POST", "clock", at="2026-03-05T12:00:00Z")
        assert (await dates(), await file(newest)) == ([newest, oldest], 200)
