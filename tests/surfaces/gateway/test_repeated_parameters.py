"""A parameter that is sent twice with two values is refused by its name, whichever operation it is sent to (GW-13)."""

from typing import Any

import pytest

from onhand.store.database import Database
from tests.conftest import FrozenClock
from tests.dropship.feeds.yard import file_of, row
from tests.surfaces.gateway.counter import NODE, OTHER_NODE, Counter, descriptions

pytestmark = pytest.mark.contract("GW-13")

REPORT = "reportType=DSV_INVENTORY&reportVersion=v1"
RECON = "/report/reconreport/"
UNKNOWN = "4406b7c3-674e-41e4-a18a-5fd6f123479f"


@pytest.mark.parametrize(
    ("method", "path", "query", "name"),
    [
        ("POST", "/reports", f"{REPORT}&reportType=INVENTORY_DSV", "reportType"),
        ("POST", "/reports/reportRequests", f"{REPORT}&reportVersion=v2", "reportVersion"),
        ("GET", f"/reports/reportRequests/{UNKNOWN}", f"reportType=INVENTORY_DSV&{REPORT}", "reportType"),
        ("GET", "/reports/reportRequests", f"{REPORT}&limit=1&limit=2", "limit"),
        ("GET", "/reports/reportRequests", f"{REPORT}&requestStatus=READY&requestStatus=ERROR", "requestStatus"),
        ("GET", "/reports/downloadReport", f"requestId={UNKNOWN}&requestId=x", "requestId"),
        ("POST", "/feeds", f"feedType=DSV_INVENTORY&shipNode={NODE}&shipNode={OTHER_NODE}", "shipNode"),
        ("POST", "/feeds", "feedType=DSV_INVENTORY&feedType=inventory", "feedType"),
        ("GET", "/feeds", "limit=1&limit=2", "limit"),
        ("GET", "/feeds", "feedId=a&feedId=b", "feedId"),
        ("GET", "/feeds/a", "includeDetails=true&includeDetails=false", "includeDetails"),
        ("GET", "/inventory", f"gtin=00012345678905&shipNode={NODE}&shipNode={OTHER_NODE}", "shipNode"),
        ("GET", "/inventories", "limit=1&limit=2", "limit"),
        ("GET", "/inventories/OAT-1", "productIdType=sku&productIdType=gtin", "productIdType"),
        ("PUT", "/inventory/update", f"shipNode={NODE}&shipNode={OTHER_NODE}", "shipNode"),
        ("PUT", "/inventories/OAT-1", "productIdType=sku&productIdType=gtin", "productIdType"),
        ("GET", "/report/wfs/inventory-reconciliation-report", "monthYear=02-2026&monthYear=03-2026", "monthYear"),
        ("GET", "/fulfillment/inventory-log", "gtin=00012345678905&limit=1&limit=2", "limit"),
        ("GET", "/fulfillment/inventory", "offset=1&offset=2", "offset"),
        ("GET", f"{RECON}availableReconFiles", "reportVersion=v2&reportVersion=v1", "reportVersion"),
        ("GET", f"{RECON}reconFile", "reportDate=20260310&reportDate=20260324", "reportDate"),
        ("GET", f"{RECON}reconFile", "reportDate=20260310&partnerId=a&partnerId=vendor", "partnerId"),
        ("GET", f"{RECON}reconFileJSON", "reportDate=20260310&pageNo=1&pageNo=2", "pageNo"),
        ("GET", f"{RECON}reconFileJson", "reportDate=20260310&offset=1&offset=2", "offset"),
    ],
)
async def test_two_values_are_refused_by_name(
    database: Database, clock: FrozenClock, method: str, path: str, query: str, name: str
) -> None:
    counter = Counter(database, clock)
    await counter.open()
    body: dict[str, Any] = {} if method == "GET" else {"content": file_of([row()])}
    headers = {"Accept": None, "Content-Type": "application/json"}
    answer = await counter.send(method, f"{path}?{query}", headers=headers, **body)
    assert answer.status_code == 400, answer.text
    assert f"{name} is given several times, with different values: give it once." in descriptions(answer)
    assert [error["field"] for error in answer.json()["error"]].count(name) == 1
    await counter.client.aclose()


async def test_one_value_may_be_sent_twice(shelves: Counter) -> None:
    answer = await shelves.send("POST", f"/reports?{REPORT}&{REPORT}", json={})
    assert answer.status_code == 200, answer.text
