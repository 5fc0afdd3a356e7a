"""Reports by the client: asked for, waited for, downloaded in spite of everything, unpacked, read."""

import io
import json
import zipfile
from collections.abc import Callable
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from onhand.client import Failed, Forbidden, NotFound, Policy, Polling, RowFilter, Unfinished, Unreadable, rows_of_file
from onhand.client.downloads import unpacked, unpacked_bytes
from onhand.client.results.fulfilment import ReconciliationRow
from onhand.client.results.reports import VisibilityRow
from tests.client.conftest import Stage
from tests.client.rogue import Act, Asked, Reply, in_turn, said

SELDOM = Polling(first_seconds=60.0, factor=1.5, seconds_max=600.0)
HEADER = (
    "SKU,GTIN,Walmart Item Number,Product Name,Published Status,Active Item Configuration,Ship Node,Ship Node Name,"
    "Availability Code,Input Quantity,Reserved Quantity,Available To Sell Quantity,In Transit Quantity,"
    "In Transit Date,Last Updated"
)
LINE = '\'=SUM(A1),00012947218283,550000001,"Table, oak",PUBLISHED,Yes,123456701,One,AC,23,2,21,,,2026-03-05T12:00:00Z'
ENDLESS = "S2,00097531246801,,Lamp,PUBLISHED,Yes,123456702,Two,AA,,0,,,,"
CSV = f"{HEADER}\r\n{LINE}\r\n{ENDLESS}\r\n"
NAME = "InventoryDSVReport_1_2026.zip"


def zipped(text: str = CSV, name: str = "InventoryDSVReport.csv") -> bytes:
    content = io.BytesIO()
    with zipfile.ZipFile(content, "w") as archive:
        archive.writestr(name, text)
    return content.getvalue()


def request(state: str, **more: Any) -> dict[str, Any]:
    return {"requestId": "r-1", "requestStatus": state, "reportType": "DSV_INVENTORY", "reportVersion": "v1", **more}


class Press:
    """A server of reports: READY after so many questions; `file` is what a link answers."""

    def __init__(self, file: Callable[[Asked, int], Act], questions: int = 2, end: str = "READY") -> None:
        self.file = file
        self.questions = questions
        self.end = end
        self.url = ""
        self.links = 0
        self.parts: list[str | None] = []

    def __call__(self, asked: Asked, _: int) -> Act:
        if asked.path.startswith("/files/"):
            self.parts.append(asked.headers.get("range"))
            return self.file(asked, len(self.parts))
        if asked.method == "POST":
            return Reply(200, request("RECEIVED"))
        if asked.path.endswith("/downloadReport"):
            self.links += 1
            url = f"{self.url}/files/{NAME}?sig={self.links}"
            return Reply(200, request("READY", downloadURL=url, downloadURLExpirationTime="2026-03-05T13:00:00Z"))
        self.questions -= 1
        return Reply(200, request(self.end if self.questions <= 0 else "INPROGRESS"))


def whole(content: bytes) -> Callable[[Asked, int], Act]:
    return lambda _asked, _number: Reply(200, content, {"ETag": '"1"'})


def in_parts(content: bytes, piece: int) -> Callable[[Asked, int], Act]:
    """Breaks off after `piece` bytes, each time."""

    def file(asked: Asked, _: int) -> Act:
        asked_from = asked.headers.get("range")
        if not asked_from:
            return Reply(200, content, {"ETag": '"1"'}, cut=piece)
        assert asked.headers["if-range"] == '"1"'
        start = int(asked_from.removeprefix("bytes=").removesuffix("-"))
        rest = content[start:]
        part = {"Content-Range": f"bytes {start}-{len(content) - 1}/{len(content)}", "ETag": '"1"'}
        return Reply(206, rest, part, cut=piece if len(rest) > piece else None)

    return file


def test_a_report_is_asked_for_waited_for_saved_and_read(stage: Stage, tmp_path: Path) -> None:
    press = Press(whole(zipped()), questions=3)
    scene = stage(press)
    press.url = scene.rogue.url
    heard: list[str] = []
    report = scene.ask(
        lambda client: client.reports.visibility(
            tmp_path,
            filters=[RowFilter("Published Status", ("PUBLISHED",))],
            polling=SELDOM,
            told=lambda seen: heard.append(seen.request_status),
        )
    )
    first, second = report.to_list()
    assert (first.sku, first.gtin, first.product_name) == ("=SUM(A1)", "00012947218283", "Table, oak")
    assert (first.input_quantity, first.available_to_sell_quantity, second.input_quantity) == (23, 21, None)
    assert (report.path, sorted(tmp_path.iterdir())) == (tmp_path / "InventoryDSVReport.csv", [report.path])
    assert (scene.world.waits, heard[-1], press.links, len(scene.rogue.calls)) == ([60.0, 90.0], "READY", 1, 6)
    assert json.loads(scene.rogue.calls[0].body) == {
        "rowFilters": [{"type": "enumFilter", "columnName": "Published Status", "values": ["PUBLISHED"]}]
    }
    link = scene.rogue.calls[-1]
    assert not {"wm_sec.access_token", "authorization", "wm_svc.name"} & set(link.headers)


@pytest.mark.contract("DS-26")
def test_a_download_that_breaks_off_is_taken_up_where_it_ended(stage: Stage, tmp_path: Path) -> None:
    content = zipped(CSV * 200)
    press = Press(in_parts(content, 9_000))
    scene = stage(press)
    press.url = scene.rogue.url
    scene.ask(lambda client: client.reports.visibility(tmp_path))
    assert (tmp_path / "InventoryDSVReport.csv").read_bytes() == (CSV * 200).encode()
    # Pieces of 9,000 bytes, more of them than a request has attempts: what gets on is not given up.
    assert press.parts == [None, *(f"bytes={start}-" for start in range(9_000, len(content), 9_000))]
    assert len(press.parts) > 6
    assert press.links == 1


def test_a_file_that_changed_meanwhile_is_begun_anew(stage: Stage, tmp_path: Path) -> None:
    old, new = zipped("SKU\r\nold\r\n" * 100), zipped(CSV)

    def file(_asked: Asked, number: int) -> Act:
        return Reply(200, old, {"ETag": '"1"'}, cut=50) if number == 1 else Reply(200, new, {"ETag": '"2"'})

    press = Press(file)
    scene = stage(press)
    press.url = scene.rogue.url
    assert len(scene.ask(lambda client: client.reports.visibility(tmp_path)).to_list()) == 2
    assert press.parts == [None, "bytes=50-"]


def test_a_server_that_serves_no_parts_is_asked_for_the_whole_again(stage: Stage, tmp_path: Path) -> None:
    press = Press(lambda _asked, number: Reply(200, zipped(), cut=50 if number == 1 else None))
    scene = stage(press)
    press.url = scene.rogue.url
    scene.ask(lambda client: client.reports.visibility(tmp_path))
    assert press.parts == [None, None]


def test_a_part_that_was_not_asked_for_is_unreadable_and_leaves_no_file(stage: Stage, tmp_path: Path) -> None:
    def file(_asked: Asked, number: int) -> Act:
        if number == 1:
            return Reply(200, zipped(), {"ETag": '"1"'}, cut=50)
        return Reply(206, b"what is this", {"Content-Range": "bytes 7-18/19"})

    press = Press(file)
    scene = stage(press)
    press.url = scene.rogue.url
    with pytest.raises(Unreadable, match="another part"):
        scene.ask(lambda client: client.reports.visibility(tmp_path))
    assert list(tmp_path.iterdir()) == []


@pytest.mark.contract("DS-25")
def test_a_link_that_has_expired_is_asked_for_anew_once(stage: Stage, tmp_path: Path) -> None:
    press = Press(lambda asked, _: said(403) if asked.query["sig"] == "1" else Reply(200, zipped()))
    scene = stage(press)
    press.url = scene.rogue.url
    assert len(scene.ask(lambda client: client.reports.visibility(tmp_path)).to_list()) == 2
    assert press.links == 2


def test_a_link_that_is_refused_again_is_an_error(stage: Stage, tmp_path: Path) -> None:
    press = Press(lambda _asked, _number: said(403))
    scene = stage(press)
    press.url = scene.rogue.url
    with pytest.raises(Forbidden):
        scene.ask(lambda client: client.reports.visibility(tmp_path))
    assert (press.links, len(press.parts), list(tmp_path.iterdir())) == (2, 2, [])


def test_a_link_may_lead_on_to_where_the_file_is(stage: Stage, tmp_path: Path) -> None:
    def file(asked: Asked, _: int) -> Act:
        if asked.query.get("sig") == "1":
            return Reply(302, b"", {"Location": f"/files/{NAME}?bucket=1"})
        return Reply(200, zipped(), {"ETag": '"1"'})

    press = Press(file)
    scene = stage(press)
    press.url = scene.rogue.url
    assert len(scene.ask(lambda client: client.reports.visibility(tmp_path)).to_list()) == 2
    assert (press.links, len(press.parts)) == (1, 2)


def test_a_report_that_takes_too_long_or_ends_as_an_error_says_so(stage: Stage, tmp_path: Path) -> None:
    scene = stage(Press(whole(b""), questions=1_000))
    with pytest.raises(Unfinished) as raised:
        scene.ask(lambda client: client.reports.inventory(tmp_path, seconds_max=100.0, polling=SELDOM))
    assert (raised.value.id, scene.world.waits) == ("r-1", [60.0, 40.0])
    with pytest.raises(Failed):
        stage(Press(whole(b""), end="ERROR")).ask(lambda client: client.reports.inventory(tmp_path))


@pytest.mark.parametrize("content", [b"no zip", zipped()[:-30]])
def test_what_can_t_be_unpacked_is_unreadable(stage: Stage, tmp_path: Path, content: bytes) -> None:
    press = Press(whole(content))
    scene = stage(press)
    press.url = scene.rogue.url
    with pytest.raises(Unreadable, match="unpacked"):
        scene.ask(lambda client: client.reports.visibility(tmp_path))


def marked(content: bytes, local: int, central: int, value: int) -> bytes:
    """A ZIP with another byte in the head of its file, and in its directory."""
    changed = bytearray(content)
    changed[local] = changed[content.rindex(b"PK\x01\x02") + central] = value
    return bytes(changed)


@pytest.mark.parametrize(
    "content",
    [marked(zipped(), 6, 8, 1), marked(zipped(), 8, 10, 99), zipped(name="folder/")],
    ids=["encrypted", "packed in an unknown way", "a folder"],
)
def test_a_zip_that_can_t_be_read_is_unreadable_in_a_file_and_in_memory(tmp_path: Path, content: bytes) -> None:
    archive = tmp_path / "a.zip"
    archive.write_bytes(content)
    with pytest.raises(Unreadable, match="unpacked"):
        unpacked(archive, 1_000_000)
    with pytest.raises(Unreadable, match="unpacked"):
        unpacked_bytes(content, 1_000_000)
    assert list(tmp_path.iterdir()) == [archive]


def test_a_zip_that_swells_in_memory_is_given_up() -> None:
    with pytest.raises(Unreadable, match=r"more than 1,000 bytes.*save it to a file"):
        unpacked_bytes(zipped("0" * 5_000_000), bytes_max=1_000)


def test_the_policy_bounds_what_is_unpacked_in_memory(stage: Stage) -> None:
    scene = stage(in_turn(Reply(200, zipped("0" * 5_000_000))), Policy(unpacked_bytes_max=1_000))
    with pytest.raises(Unreadable, match=r"more than 1,000 bytes.*unpacked_bytes_max"):
        scene.ask(lambda client: client.settlement.rows(date(2026, 5, 5), form="zip"))


@pytest.mark.parametrize("content", [zipped("0" * 5_000_000), b"0" * 5_000_000], ids=["a bomb", "as it comes"])
def test_the_policy_bounds_what_is_saved_and_nothing_of_it_stays(stage: Stage, tmp_path: Path, content: bytes) -> None:
    scene = stage(in_turn(Reply(200, content)), Policy(file_bytes_max=100_000))
    with pytest.raises(Unreadable, match=r"more than 100,000 bytes.*file_bytes_max"):
        scene.ask(lambda client: client.settlement.save(date(2026, 5, 5), tmp_path))
    assert [each.name for each in tmp_path.iterdir() if each.suffix != ".zip"] == []


def test_a_file_in_a_zip_of_the_same_name_is_kept(stage: Stage, tmp_path: Path) -> None:
    press = Press(whole(zipped(name=NAME)))
    scene = stage(press)
    press.url = scene.rogue.url
    assert len(scene.ask(lambda client: client.reports.visibility(tmp_path)).to_list()) == 2


def test_a_zip_does_not_climb_out_of_its_folder(tmp_path: Path) -> None:
    inner = tmp_path / "inner"
    inner.mkdir()
    archive = inner / "a.zip"
    archive.write_bytes(zipped(name="../../outside.csv"))
    assert unpacked(archive, 1_000_000) == inner / "outside.csv"


def test_a_zip_that_swells_is_given_up(tmp_path: Path) -> None:
    archive = tmp_path / "a.zip"
    archive.write_bytes(zipped("0" * 5_000_000))
    with pytest.raises(Unreadable, match="more than 1,000 bytes"):
        unpacked(archive, bytes_max=1_000)
    assert list(tmp_path.iterdir()) == [archive]


def test_a_cell_that_is_not_what_its_column_holds_names_its_line(tmp_path: Path) -> None:
    file = tmp_path / "a.csv"
    file.write_text(CSV.replace(",23,2,21", ",many,2,21"), encoding="utf-8")
    with pytest.raises(Unreadable, match="line 2"):
        rows_of_file(file, VisibilityRow).to_list()


def test_requests_of_a_report_type_are_walked_by_the_query_that_each_page_gives(stage: Stage) -> None:
    def script(asked: Asked, _: int) -> Reply:
        page = int(asked.query.get("page", 1))
        following = {"nextCursor": f"reportType=INVENTORY&reportVersion=v1&page={page + 1}&limit=1"} if page < 3 else {}
        listed = {**request("READY"), "requestId": f"r-{page}"}
        return Reply(200, {"page": page, "totalCount": 3, "limit": 1, "requests": [listed], **following})

    scene = stage(script)
    found = scene.ask(lambda client: client.reports.list(report_type="INVENTORY", page_size=1))
    assert [each.request_id for each in found] == ["r-1", "r-2", "r-3"]


RECONCILIATION = (
    "Start Date,End Date,GTIN,Item ID,Vendor (Seller) SKU,Product Name,Fulfillment Center,Starting Quantity,Received,"
    "Sold,Returned,Lost,Found,Damaged,Removed,Transferred,Adjusted,Ending Quantity\r\n"
    "2024-05-01,2024-05-31,00012345678905,1,OAT,Oat drink,PHL1,10,5,-7,1,-1,0,0,0,0,0,8\r\n"
)


def test_an_id_of_a_report_that_is_strange_stays_one(stage: Stage) -> None:
    scene = stage(lambda _asked, _number: said(404, "CONTENT_NOT_FOUND.GMP_REPORT_API"))
    with pytest.raises(NotFound):
        scene.ask(lambda client: client.reports.status("../token?a", report_type="INVENTORY"))
    assert scene.rogue.calls[0].path == "/v3/reports/reportRequests/..%2Ftoken%3Fa"


@pytest.mark.parametrize(
    ("days", "sent"),
    [
        ({"start_date": date(2026, 3, 5)}, {"dataStartTime": "2026-03-05T00:00:00Z"}),
        ({"end_date": date(2026, 3, 5)}, {"dataEndTime": "2026-03-05T23:59:59Z"}),
    ],
)
def test_one_day_of_a_report_is_sent_for_the_server_to_judge(
    stage: Stage, days: dict[str, date], sent: dict[str, str]
) -> None:
    scene = stage(lambda _asked, _number: Reply(200, request("RECEIVED")))
    scene.ask(lambda client: client.reports.request("INVENTORY_RECON", **days))
    assert scene.rogue.calls[0].json == sent


def test_what_breaks_off_a_wait_for_a_report_says_which_goes_on(stage: Stage, tmp_path: Path) -> None:
    scene = stage(lambda asked, _number: Reply(200, request("RECEIVED")) if asked.method == "POST" else said(403))
    with pytest.raises(Forbidden) as raised:
        scene.ask(lambda client: client.reports.visibility(tmp_path))
    assert raised.value.__notes__ == ["The report r-1 goes on, and can be waited for again"]


def test_a_reconciliation_is_rows_whose_figures_add_up(stage: Stage, tmp_path: Path) -> None:
    named = {"Content-Type": "application/octet-stream", "Content-Disposition": "attachment; filename=W_2024.csv"}
    scene = stage(lambda _asked, _number: Reply(200, RECONCILIATION.encode(), named))
    may = (date(2024, 5, 1), date(2024, 5, 31))
    report = scene.ask(lambda client: client.fulfilment.reconciliation(*may))
    (row,) = report.to_list()
    moves = (row.received, row.sold, row.returned, row.lost, row.found, row.damaged, row.removed, row.transferred)
    assert row.starting_quantity + sum(moves) + row.adjusted == row.ending_quantity == 8
    assert (report.name, scene.rogue.calls[0].query) == (
        "W_2024.csv",
        {"startDate": "2024-05-01", "endDate": "2024-05-31"},
    )
    saved = scene.ask(lambda client: client.fulfilment.save_reconciliation(*may, tmp_path / "may.csv"))
    assert (saved.to_list(), saved.path) == ([row], tmp_path / "may.csv")


def test_a_row_of_a_reconciliation_needs_its_figures(tmp_path: Path) -> None:
    file = tmp_path / "a.csv"
    file.write_text("GTIN\r\n00012345678905\r\n", encoding="utf-8")
    with pytest.raises(Unreadable, match="start_date"):
        rows_of_file(file, ReconciliationRow).to_list()


def test_the_inventory_log_is_walked_by_offsets_until_a_short_page(stage: Stage) -> None:
    def script(asked: Asked, _: int) -> Reply:
        offset, limit = int(asked.query["offset"]), int(asked.query["limit"])
        rows = [
            {"id": str(n), "changedUnits": -1, "transactionTime": "2024-05-01T00:00:00Z", "transactionType": "SOLD"}
            for n in range(offset, min(offset + limit, 5))
        ]
        return Reply(200, {"inventoryLog": rows})

    scene = stage(script)
    entries = scene.ask(lambda client: client.fulfilment.log("12345678905".zfill(12), page_size=2))
    assert ([entry.id for entry in entries], len(scene.rogue.calls)) == (list("01234"), 3)
    assert scene.rogue.calls[0].query["gtin"] == "00012345678905"


SETTLEMENT = (
    "Period Start Date,Period End Date,Total Payable,Currency,Transaction Key,Transaction Posted Timestamp,"
    "Transaction Type,Transaction Description,Customer Order #,Customer Order line #,Purchase Order #,"
    "Purchase Order line #,Amount,Amount Type,Ship Qty,Commission Rate,Transaction Reason Description,"
    "Partner Item Id,Partner GTIN,Partner Item Name,Product Tax Code,Ship to State,Ship to City,Ship to Zipcode,"
    "Contract Category,Product Type,Commission Rule,Shipping Method,Fulfillment Type,Campaign Id\r\n"
    "Number of Lines in file 3" + "," * 29 + "\r\n"
    "04/18/2026,05/01/2026,17.18,USD,,05/02/2026,PaymentSummary,Deposited in Bank account" + "," * 22 + "\r\n"
    ",,,,2026_04_30_1387066,04/29/2026,Sale,Purchase,0200,1,108,1,19.52,Product Price,1,,,SKU-1,00012345678905,"
    "Wax,2038710,CA,Fresno,93650,Automotive & Powersports,Wax,,Value,Seller Fulfilled,\r\n"
    ",,,,2026_04_30_1387066,04/29/2026,Sale,Purchase,0200,1,108,1,-2.34,Commission on Product,1,12,,SKU-1,"
    "00012345678905,Wax,2038710,CA,Fresno,93650,Automotive & Powersports,Wax,,Value,Seller Fulfilled,\r\n"
)
DAY = date(2026, 5, 5)


@pytest.mark.parametrize("form", ["csv", "zip"])
def test_the_rows_of_a_settlement_add_up_to_what_is_payable(stage: Stage, form: Any) -> None:
    content = SETTLEMENT.encode() if form == "csv" else zipped(SETTLEMENT, "1_2.csv")
    scene = stage(lambda _asked, _number: Reply(200, content))
    summary, *rows = scene.ask(lambda client: client.settlement.rows(DAY, form=form)).to_list()
    assert (summary.is_summary, summary.total_payable) == (True, Decimal("17.18"))
    assert sum(row.amount for row in rows) == summary.total_payable
    assert (rows[0].partner_gtin, rows[0].customer_order, rows[1].commission_rate) == ("00012345678905", "0200", 12)
    asked = scene.rogue.calls[0]
    assert (asked.query, asked.headers["accept"]) == (
        {"reportDate": "20260505", "reportVersion": "v1"},
        "text/csv" if form == "csv" else "application/octet-stream",
    )


@pytest.mark.parametrize("packed", [True, False])
def test_a_settlement_is_saved_whether_it_comes_packed_or_not(stage: Stage, tmp_path: Path, packed: bool) -> None:
    content = zipped(SETTLEMENT, "1_2.csv") if packed else SETTLEMENT.encode()
    scene = stage(lambda _asked, _number: Reply(200, content))
    report = scene.ask(lambda client: client.settlement.save(DAY, tmp_path))
    assert list(tmp_path.iterdir()) == [report.path] == [tmp_path / "settlement_20260505.csv"]
    assert len(report.to_list()) == 3


def test_the_dates_of_settlements_are_read_in_either_order_of_their_digits(stage: Stage) -> None:
    scene = stage(lambda _asked, _number: Reply(200, {"availableApReportDates": ["07282026", "20260714"]}))
    assert scene.ask(lambda client: client.settlement.dates()) == (date(2026, 7, 28), date(2026, 7, 14))
    scene.ask(lambda client: client.settlement.dates(legacy=True))
    assert [asked.query for asked in scene.rogue.calls] == [{"reportVersion": "v1"}, {}]


def test_the_pages_of_a_settlement_are_walked_by_their_numbers(stage: Stage) -> None:
    def script(asked: Asked, _: int) -> Reply:
        page = int(asked.query["pageNo"])
        metadata = {"current_records": 1, "total_records": 3, "total_pages": 3, "current_page": page, "file_size": 9}
        return Reply(
            200,
            {
                "metadata": metadata,
                "content": [{"amount": f"{page}.10", "partner_gtin": "0001", "ship_qty": "", "commission_rate": 15}],
            },
        )

    scene = stage(script)
    rows = scene.ask(lambda client: client.settlement.pages(DAY, page_size=1))
    assert ([row.amount for row in rows], len(scene.rogue.calls)) == (
        [Decimal("1.10"), Decimal("2.10"), Decimal("3.10")],
        3,
    )


def test_the_other_dialect_is_walked_by_offsets_to_the_same_rows(stage: Stage) -> None:
    def script(asked: Asked, _: int) -> Reply:
        offset = int(asked.query["offset"])
        row = {"Amount": f"{offset}.10", "Customer Order #": "0200", "Total Payable": ""}
        following = offset + 1 if offset < 2 else -1
        return Reply(200, {"reportData": [row], "nextOffset": following, "totalRecords": 3, "description": "ok"})

    scene = stage(script)
    rows = scene.ask(lambda client: client.settlement.offsets(DAY, page_size=1))
    assert [(row.amount, row.customer_order) for row in rows] == [
        (Decimal("0.10"), "0200"),
        (Decimal("1.10"), "0200"),
        (Decimal("2.10"), "0200"),
    ]
