"""The sandbox's ship nodes: the drop-ship document's samples, for a vendor, a seller and one who may only look."""

import asyncio
import csv
import io
import zipfile
from pathlib import Path

import pytest

from onhand.sandbox.credentials import PUBLISHED
from onhand.sandbox.starting import running_sandbox
from onhand.settings import Settings
from onhand.wiring.serving import running_server
from tests.conftest import FrozenClock
from tests.sandbox.conftest import UNTHROTTLED, Client, asked

pytestmark = pytest.mark.contract("SB-02", "SB-03", "SB-04")

HOW_TO = Path(__file__).parents[2] / "docs" / "how-to" / "get-a-report.md"
FEED = {
    "InventoryFeedHeader": {
        "feedType": "DSV_INVENTORY",
        "version": "5.0.20240905-15_39_48-api",
        "businessUnit": "WALMART_US",
        "locale": "en",
        "feedDate": "2024-12-30T13:03:33.000Z",
    },
    "Inventory": [
        {"productId": "01234567891011", "shipNode": "123456701", "availabilityCode": "AA"},
        {"productId": "01234567891011", "shipNode": "123456702", "availabilityCode": "AC", "quantity": 11},
    ],
}


async def test_the_vendors_item_is_answered_as_the_document_shows_it(sandbox: Client) -> None:
    answer = await sandbox.ask(
        "vendor", "GET", "/v3/inventory", params={"gtin": "00012947218283", "shipNode": "123456701"}
    )
    assert answer.json() == {
        "sku": "RG-IRAE-79VD",
        "gtin": "00012947218283",
        "quantity": {"unit": "EACH", "amount": 23},
    }


async def test_the_documents_items_stand_at_both_nodes(sandbox: Client) -> None:
    answer = await sandbox.ask("vendor", "GET", "/v3/inventories/01234567891011", params={"productIdType": "gtin"})
    nodes = {node["shipNode"]: node["inputQty"] for node in answer.json()["nodes"]}
    assert nodes == {
        "123456701": {"unit": "EACH", "availabilityCode": "AA"},
        "123456702": {"unit": "EACH", "amount": 11},
    }


async def test_the_documents_feed_is_processed(sandbox: Client) -> None:
    taken = await sandbox.ask("vendor", "POST", "/v3/feeds", params={"feedType": "DSV_INVENTORY"}, json=FEED)
    assert taken.status_code == 200, taken.text
    path = f"/v3/feeds/{taken.json()['feedId']}"
    async with asyncio.timeout(10):
        while (status := (await sandbox.ask("vendor", "GET", path)).json())["feedStatus"] != "PROCESSED":  # noqa: ASYNC110  nobody but the server knows
            await asyncio.sleep(0.01)
    counts = [status[name] for name in ("itemsReceived", "itemsSucceeded", "itemsFailed")]
    assert counts == [2, 2, 0]


@pytest.mark.contract("DS-23", "DS-27")
async def test_the_vendors_report_can_be_requested_and_downloaded(sandbox: Client) -> None:
    report = {"reportType": "DSV_INVENTORY", "reportVersion": "v1"}
    filters = {"rowFilters": [{"type": "enumFilter", "columnName": "Published Status", "values": ["PUBLISHED"]}]}
    taken = await sandbox.ask("vendor", "POST", "/v3/reports", params=report, json=filters)
    request_id = taken.json()["requestId"]
    path = f"/v3/reports/reportRequests/{request_id}"
    async with asyncio.timeout(10):
        while (await sandbox.ask("vendor", "GET", path, params=report)).json()["requestStatus"] != "READY":  # noqa: ASYNC110  as above
            await asyncio.sleep(0.01)
    link = await sandbox.ask("vendor", "GET", "/v3/reports/downloadReport", params={"requestId": request_id})
    file = await sandbox.download(link.json()["downloadURL"])
    assert file.status_code == 200, file.text
    with zipfile.ZipFile(io.BytesIO(file.content)) as archive:
        header, *rows = csv.reader(io.StringIO(archive.read(archive.namelist()[0]).decode(), newline=""))
    shown = HOW_TO.read_text(encoding="utf-8").partition("```csv\n")[2].partition("```")[0]
    # The page has the whole file, of another day.
    assert [row[:-1] for row in (header, *rows)] == [row[:-1] for row in csv.reader(shown.splitlines())]
    columns = [header.index(name) for name in ("GTIN", "Ship Node", "Availability Code", "Input Quantity")]
    assert [[row[column] for column in columns] for row in rows] == [
        ["00012947218283", "123456701", "AC", "23"],
        ["00097531246801", "123456701", "AC", "100"],
        ["00097531246801", "123456702", "AA", ""],
        ["01234567891011", "123456701", "AA", ""],
        ["01234567891011", "123456702", "AC", "11"],
    ]


async def test_the_seller_reads_the_sum_over_its_nodes(sandbox: Client) -> None:
    answer = await sandbox.ask("seller", "GET", "/v3/inventory", params={"sku": "SELLER-MUG-01"})
    assert answer.json() == {"sku": "SELLER-MUG-01", "quantity": {"unit": "EACH", "amount": 45}}


async def test_the_viewer_may_look_and_not_touch(sandbox: Client) -> None:
    item = {"gtin": "00012947218283", "shipNode": "123456701"}
    assert (await sandbox.ask("viewer", "GET", "/v3/inventory", params=item)).status_code == 200
    body = {"gtin": "00012947218283", "availabilityCode": "AC", "quantity": {"unit": "EACH", "amount": 1}}
    refused = await sandbox.ask("viewer", "PUT", "/v3/inventory/update", params={"shipNode": "123456701"}, json=body)
    assert (refused.status_code, refused.json()["error"][0]["code"]) == (403, "FORBIDDEN.GMP_GATEWAY_API")
    assert (await sandbox.ask("viewer", "GET", "/v3/inventory", params=item)).json()["quantity"]["amount"] == 23


async def test_another_mode_refuses_the_published_clients_though_they_stand_in_its_database(
    tmp_path: Path, clock: FrozenClock
) -> None:
    async with asked(running_sandbox(tmp_path, UNTHROTTLED, clock)) as http:
        token = await http.post(
            "/v3/token",
            data={"grant_type": "client_credentials"},
            auth=("sandbox-vendor", "sandbox-vendor-secret"),
            headers={"WM_SVC.NAME": "Tests", "WM_QOS.CORRELATION_ID": "1"},
        )
    settings = Settings(database_url=f"sqlite:///{tmp_path / 'sandbox.db'}", housekeeping_seconds=0)
    headers = {"WM_SVC.NAME": "Tests", "WM_QOS.CORRELATION_ID": "1"}
    async with asked(running_server(settings, clock, published=PUBLISHED)) as http:
        for who in ("sandbox-vendor", "sandbox-seller", "sandbox-viewer"):
            login = (who, f"{who}-secret")
            grant = {"grant_type": "client_credentials"}
            assert (await http.post("/v3/token", data=grant, auth=login, headers=headers)).status_code == 401
        live = {**headers, "WM_SEC.ACCESS_TOKEN": token.json()["access_token"]}
        assert (await http.get("/v3/token/detail", headers=live)).status_code == 401
