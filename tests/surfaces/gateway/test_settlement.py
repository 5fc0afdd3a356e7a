"""The reconciliation report at the gateway, in every form (RC-01 to RC-08, RC-10, RC-17)."""

import csv
from collections.abc import AsyncIterator
from hashlib import sha256
from io import BytesIO, StringIO
from zipfile import ZipFile

import httpx
import pytest

from onhand.settlement.calendar import SettlementCalendar
from onhand.store.database import Database
from onhand.surfaces.gateway.wire_settlement import KEYS
from tests.conftest import FrozenClock
from tests.settlement.books import EXAMPLE, SELLER, Books
from tests.surfaces.gateway.counter import Counter, descriptions, errors

pytestmark = pytest.mark.contract("RC-01", "RC-02", "GW-18")

PATH = "/report/reconreport"
V1 = {"reportVersion": "v1"}
DATE = {"reportDate": "03102026"}


@pytest.fixture
async def desk(database: Database, clock: FrozenClock) -> AsyncIterator[Counter]:
    """A counter whose seller has two reports: the worked example of 2026-03-10, and a fee of 2026-03-24."""
    counter = Counter(database, clock)
    await counter.open()
    books = Books(database, clock, SELLER)
    books.partner_id = await counter.partner_id("seller")
    await books.post("sale", **EXAMPLE, itemName='Lamp, 12" tall', gtin="00614141100026", shipToZip="00501")
    await books.publish()
    await books.post("fee", description="WFS StorageFee", amount="-1.50")
    await books.publish()
    yield counter
    await counter.client.aclose()


async def ask(counter: Counter, name: str, parameters: dict[str, str], accept: str | None = None) -> httpx.Response:
    headers = {"Accept": accept}
    return await counter.send("GET", f"{PATH}/{name}", client="seller", parameters=parameters, headers=headers)


async def test_the_dates_of_published_reports_are_listed_newest_first(desk: Counter) -> None:
    for parameters in (V1, {}, {"partnerId": SELLER}):
        answer = await ask(desk, "availableReconFiles", parameters)
        assert (answer.status_code, answer.json()) == (200, {"availableApReportDates": ["03242026", "03102026"]})


async def test_a_seller_without_reports_gets_an_empty_list(counter: Counter) -> None:
    answer = await ask(counter, "availableReconFiles", V1)
    assert (answer.status_code, answer.json()) == (200, {"availableApReportDates": []})


@pytest.mark.contract("RC-07", "RC-08")
@pytest.mark.parametrize("accept", [None, "*/*", "text/csv"])
async def test_a_report_is_a_csv_with_its_count_and_its_sum_before_the_rows(desk: Counter, accept: str | None) -> None:
    answer = await ask(desk, "reconFile", {**V1, **DATE}, accept)
    assert answer.headers["content-type"].partition(";")[0] == "text/csv"
    header, count, summary, *rows = list(csv.reader(StringIO(answer.text)))
    assert (len(header), header[0], header[-1]) == (30, "Period Start Date", "Campaign Id")
    assert count == ["Number of Lines in file 9"]
    assert summary[:8] == [
        "02/21/2026",
        "03/06/2026",
        "46.75",
        "USD",
        "",
        "03/10/2026",
        "PaymentSummary",
        "Deposited in Payoneer account",
    ]
    assert len(rows) == 8
    assert {tuple(row[:4]) for row in rows} == {("", "", "", "")}
    assert {(row[18], row[19], row[23]) for row in rows} == {("00614141100026", 'Lamp, 12" tall', "00501")}


async def test_a_report_date_is_read_in_both_forms(desk: Counter) -> None:
    first = await ask(desk, "reconFile", {**V1, "reportDate": "20260310"})
    assert first.content == (await ask(desk, "reconFile", {**V1, **DATE})).content


@pytest.mark.contract("RC-03")
async def test_an_octet_stream_is_a_zip_that_holds_the_csv(desk: Counter) -> None:
    for version in (V1, {}):
        plain = await ask(desk, "reconFile", {**version, **DATE})
        packed = await ask(desk, "reconFile", {**version, **DATE}, "application/octet-stream")
        assert packed.headers["content-disposition"] == f"attachment; filename={SELLER}_20260310070000.zip"
        with ZipFile(BytesIO(packed.content)) as archive:
            (name,) = archive.namelist()
            assert (name, archive.read(name)) == (f"{SELLER}_20260310070000.csv", plain.content)
        assert (await ask(desk, "reconFile", {**version, **DATE}, "application/octet-stream")).content == packed.content


@pytest.mark.contract("RC-03")
async def test_a_setting_makes_an_octet_stream_the_csv(database: Database, clock: FrozenClock, desk: Counter) -> None:
    other = Counter(database, clock, octet_stream_is_csv=True)
    answer = await ask(other, "reconFile", {**V1, **DATE}, "application/octet-stream")
    assert answer.content == (await ask(desk, "reconFile", {**V1, **DATE})).content
    await other.client.aclose()


@pytest.mark.contract("RC-17")
async def test_without_a_version_the_report_is_the_legacy_one(desk: Counter) -> None:
    header, row = list(csv.reader(StringIO((await ask(desk, "reconFile", DATE)).text)))
    assert (len(header), header[0], header[-1]) == (67, "Walmart.com Order #", "Fulfillment Type")
    assert (row[5], row[21]) == ("SALE", "46.75")


@pytest.mark.contract("RC-05", "RC-07", "RC-10")
async def test_a_page_has_the_rows_of_the_csv_by_the_document_s_names(desk: Counter) -> None:
    _, _, *rows = list(csv.reader(StringIO((await ask(desk, "reconFile", {**V1, **DATE})).text)))
    size = len((await ask(desk, "reconFile", {**V1, **DATE})).content)
    found = []
    for page in (1, 2, 3):
        answer = (await ask(desk, "reconFileJSON", {**V1, **DATE, "limit": "4", "pageNo": str(page)})).json()
        assert answer["metadata"] == {
            "current_records": [4, 4, 1][page - 1],
            "total_records": 9,
            "total_pages": 3,
            "current_page": page,
            "file_size": size,
        }
        found += answer["content"]
    words = {"Sale": "SALE", "PaymentSummary": "PaymentSummary"}
    assert found == [dict(zip(KEYS, [*row[:6], words[row[6]], *row[7:]], strict=True)) for row in rows]


@pytest.mark.contract("RC-05")
async def test_past_the_last_page_there_are_no_rows(desk: Counter) -> None:
    for page in ("2", "1000000000"):
        answer = (await ask(desk, "reconFileJSON", {**V1, **DATE, "pageNo": page})).json()
        assert (answer["content"], answer["metadata"]["current_records"]) == ([], 0)


@pytest.mark.contract("RC-06")
async def test_the_other_dialect_names_columns_and_walks_by_offset(desk: Counter) -> None:
    header, _, *rows = list(csv.reader(StringIO((await ask(desk, "reconFile", {**V1, **DATE})).text)))
    found, offset = [], 0
    while offset != -1:
        answer = (await ask(desk, "reconFileJson", {**DATE, "offset": str(offset), "noOfRecords": "4"})).json()
        assert (answer["totalRecords"], set(answer)) == (9, {"reportData", "nextOffset", "totalRecords", "description"})
        found += answer["reportData"]
        offset = answer["nextOffset"]
    assert found == [dict(zip(header, row, strict=True)) for row in rows]


@pytest.mark.contract("RC-06")
async def test_past_the_last_record_there_are_none(desk: Counter) -> None:
    answer = (await ask(desk, "reconFileJson", {**DATE, "offset": "9"})).json()
    assert (answer["reportData"], answer["nextOffset"]) == ([], -1)


@pytest.mark.contract("RC-04", "RC-05")
@pytest.mark.parametrize(
    ("name", "parameters", "status", "code", "field"),
    [
        ("reconFile", {**V1}, 400, "MISSING_REQUEST_PARAM", "reportDate"),
        ("reconFile", {**V1, "reportDate": "2026-03-10"}, 400, "INVALID_REQUEST_PARAM", "reportDate"),
        ("reconFile", {**V1, "reportDate": "13102026"}, 400, "INVALID_REQUEST_PARAM", "reportDate"),
        ("reconFile", {**DATE, "reportVersion": "v2"}, 404, "INVALID_REPORT_VERSION", "reportVersion"),
        ("availableReconFiles", {"reportVersion": "v2"}, 404, "INVALID_REPORT_VERSION", "reportVersion"),
        ("reconFile", {**V1, **DATE, "partnerId": "1"}, 403, "FORBIDDEN", "partnerId"),
        ("availableReconFiles", {"partnerId": "1"}, 403, "FORBIDDEN", "partnerId"),
        ("reconFile", {"partnerId": f"{SELLER}?reportDate=20201105"}, 400, "INVALID_REQUEST_PARAM", "partnerId"),
        ("reconFile", {**V1, **DATE, "partnerId": f"{SELLER}?"}, 400, "INVALID_REQUEST_PARAM", "partnerId"),
        ("reconFileJSON", {**V1, **DATE, "partnerId": "1?"}, 400, "INVALID_REQUEST_PARAM", "partnerId"),
        ("availableReconFiles", {"partnerId": "1?reportVersion=v1"}, 400, "INVALID_REQUEST_PARAM", "partnerId"),
        ("reconFileJSON", {**V1, **DATE, "limit": "0"}, 400, "INVALID_REQUEST_PARAM", "limit"),
        ("reconFileJSON", {**V1, **DATE, "limit": "10000"}, 400, "INVALID_REQUEST_PARAM", "limit"),
        ("reconFileJSON", {**V1, **DATE, "pageNo": "0"}, 400, "INVALID_REQUEST_PARAM", "pageNo"),
        ("reconFileJson", {**DATE, "offset": "-1"}, 400, "INVALID_REQUEST_PARAM", "offset"),
        ("reconFileJson", {**DATE, "noOfRecords": "x"}, 400, "INVALID_REQUEST_PARAM", "noOfRecords"),
    ],
)
async def test_what_can_not_be_answered_says_why(
    desk: Counter, name: str, parameters: dict[str, str], status: int, code: str, field: str
) -> None:
    answer = await ask(desk, name, parameters)
    assert errors(answer, status) == [(f"{code}.GMP_REPORT_API", field)]


@pytest.mark.contract("RC-04")
async def test_an_unknown_date_names_the_nearest_ones(desk: Counter) -> None:
    answer = await ask(desk, "reconFile", {**V1, "reportDate": "20260317"})
    assert errors(answer, 404) == [("CONTENT_NOT_FOUND.GMP_REPORT_API", "reportDate")]
    assert "03102026 and 03242026" in descriptions(answer)


@pytest.mark.contract("RC-04")
async def test_a_file_is_not_given_as_json(desk: Counter) -> None:
    answer = await ask(desk, "reconFile", {**V1, **DATE}, "application/json")
    assert answer.status_code == 406
    assert "text/csv or application/octet-stream" in descriptions(answer)


@pytest.mark.contract("RC-14")
async def test_a_period_that_is_closed_and_not_due_yet_is_unknown(desk: Counter) -> None:
    books = Books(desk.database, desk.clock, SELLER)
    books.partner_id = await desk.partner_id("seller")
    await books.post("fee", description="WFS StorageFee", amount="-1.50", eventId="later")
    period = SettlementCalendar().period_of(desk.clock.now)
    desk.clock.now = SettlementCalendar().reports_at(period) - 1
    await books.close()
    answer = await ask(desk, "reconFile", {**V1, "reportDate": f"{period.reports_on:%Y%m%d}"})
    assert answer.status_code == 404


async def test_a_vendor_has_no_reports_and_learns_of_none(desk: Counter) -> None:
    everything = {"Accept": "*/*"}
    answer = await desk.send("GET", f"{PATH}/reconFile", client="vendor", parameters={**V1, **DATE}, headers=everything)
    assert "None is published yet" in descriptions(answer)
    listed = await desk.send("GET", f"{PATH}/availableReconFiles", client="vendor")
    assert listed.json() == {"availableApReportDates": []}


@pytest.mark.contract("GW-19")
async def test_a_client_without_reports_is_refused(desk: Counter) -> None:
    answer = await desk.send("GET", f"{PATH}/availableReconFiles", client="viewer")
    assert answer.status_code == 403


@pytest.mark.contract("RC-07")
async def test_a_v1_file_is_given_in_parts_so_that_a_download_can_go_on(desk: Counter) -> None:
    whole = await ask(desk, "reconFile", {**V1, **DATE})
    tag, size = whole.headers["etag"], len(whole.content)
    assert tag.strip('"') == sha256(whole.content).hexdigest()
    assert (whole.headers["accept-ranges"], whole.headers["content-length"]) == ("bytes", str(size))

    async def part(asked: str, condition: str) -> httpx.Response:
        headers = {"Accept": None, "Range": asked, "If-Range": condition}
        return await desk.send("GET", f"{PATH}/reconFile", client="seller", parameters={**V1, **DATE}, headers=headers)

    for start in (0, 1, 500, size - 1):
        rest = await part(f"bytes={start}-", tag)
        assert (rest.status_code, rest.content) == (206, whole.content[start:])
        assert rest.headers["content-range"] == f"bytes {start}-{size - 1}/{size}"
        assert rest.headers["etag"] == tag
    middle = await part("bytes=100-699", tag)
    assert (middle.content, middle.headers["content-length"]) == (whole.content[100:700], "600")
    assert (await part("bytes=500-", '"another"')).content == whole.content
    beyond = await part(f"bytes={size}-", tag)
    assert (beyond.status_code, beyond.headers["content-range"]) == (416, f"bytes */{size}")


@pytest.mark.contract("RC-07")
async def test_head_tells_the_size_and_the_tag_of_a_v1_file(desk: Counter) -> None:
    whole = await ask(desk, "reconFile", {**V1, **DATE})
    headers = {"Accept": None}
    told = await desk.send("HEAD", f"{PATH}/reconFile", client="seller", parameters={**V1, **DATE}, headers=headers)
    assert (told.status_code, told.content) == (200, b"")
    for name in ("content-type", "content-disposition", "content-length", "etag"):
        assert told.headers[name] == whole.headers[name]
