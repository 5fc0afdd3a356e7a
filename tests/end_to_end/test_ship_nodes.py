"""The sandbox's ship nodes: the drop-ship document's feed, and the report on what it left behind."""

import csv
import io
import json
from pathlib import Path

import pytest

from onhand.client import RowFilter
from onhand.testing import LocalSandbox

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


def test_the_documents_feed_is_processed(sandbox: LocalSandbox) -> None:
    feeds = sandbox.vendor.feeds
    status = feeds.wait(feeds.submit_file(json.dumps(FEED).encode()), seconds_max=10)
    assert status.feed_status == "PROCESSED"
    assert (status.items_received, status.items_succeeded, status.items_failed) == (2, 2, 0)


@pytest.mark.contract("DS-23", "DS-27")
def test_the_vendors_report_can_be_requested_and_downloaded(sandbox: LocalSandbox, tmp_path: Path) -> None:
    only = (RowFilter("Published Status", ("PUBLISHED",)),)
    reports = sandbox.vendor.reports
    report = reports.request_and_download("DSV_INVENTORY", tmp_path, filters=only, seconds_max=10)
    assert report.path is not None
    header, *rows = csv.reader(io.StringIO(report.path.read_text(encoding="utf-8"), newline=""))
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
