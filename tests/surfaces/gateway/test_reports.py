"""Reports at the gateway: asked for, refused, followed, listed, and handed out by a link."""

from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any
from uuid import UUID

import httpx
import pytest

from onhand.basics.clock import DAY, MICROSECONDS
from onhand.reports.expiring import forget_old_reports
from onhand.store.database import Database
from onhand.store.queries import Query
from onhand.surfaces.plumbing.throttling import Rate
from tests.conftest import FrozenClock
from tests.surfaces.gateway.counter import GTIN, NODE, SELLER_NODE, SKU, Counter, descriptions, errors
from tests.surfaces.gateway.report_desk import DSV, INVENTORY, Desk, files_in

UNKNOWN = "4406b7c3-674e-41e4-a18a-5fd6f123479f"
PARAM = "INVALID_REQUEST_PARAM.GMP_REPORT_API"
MISSING = "MISSING_REQUEST_PARAM.GMP_REPORT_API"
CONTENT = "INVALID_REQUEST_CONTENT.GMP_REPORT_API"
VERSION = "INVALID_REPORT_VERSION.GMP_REPORT_API"
NOT_FOUND = "CONTENT_NOT_FOUND.GMP_REPORT_API"


@pytest.fixture
async def desk(database: Database, clock: FrozenClock, tmp_path: Path) -> AsyncIterator[Desk]:
    counter = Counter(database, clock, files=tmp_path / "objects")
    await counter.open()
    await counter.stock_shelves()
    yield Desk(counter)
    await counter.client.aclose()


@pytest.mark.contract("DS-23", "DS-24", "DS-25")
async def test_a_report_is_taken_at_once_and_built_afterwards(desk: Desk) -> None:
    await desk.declare(NODE, 23)
    taken = await desk.ask()
    request_id = taken.json()["requestId"]
    told = {
        "requestId": str(UUID(request_id)),
        "requestSubmissionDate": "2026-03-05T12:00:00Z",
        "reportType": "DSV_INVENTORY",
        "reportVersion": "v1",
    }
    assert taken.json() == {**told, "requestStatus": "RECEIVED"}
    assert desk.counter.wakes == 1
    assert (await desk.status(request_id)).json() == {**told, "requestStatus": "RECEIVED"}
    assert (await desk.download(request_id)).json() == {**told, "requestStatus": "RECEIVED"}
    desk.counter.clock.advance(8)
    await desk.worker.run_due()
    ready = {**told, "requestStatus": "READY", "reportGenerationDate": "2026-03-05T12:00:08Z"}
    assert (await desk.status(request_id)).json() == ready
    with_link = (await desk.download(request_id)).json()
    url = with_link.pop("downloadURL")
    assert with_link == {**ready, "downloadURLExpirationTime": "2026-03-05T13:00:08Z"}
    path = "/v3/reports/getReport/inventory-dsv-report/InventoryDSVReport_vendor_2026-03-05T120000.000000.zip"
    assert httpx.URL(url).path == path
    assert [row[:2] for row in await desk.rows(request_id)] == [["SKU", "GTIN"], [GTIN, GTIN]]


@pytest.mark.contract("DS-23")
@pytest.mark.parametrize("path", ["/reports", "/reports/reportRequests"])
@pytest.mark.parametrize("name", ["DSV_INVENTORY", "INVENTORY_DSV", "dsv_inventory"])
async def test_both_paths_and_both_names_ask_for_the_same_report(desk: Desk, path: str, name: str) -> None:
    answer = await desk.ask(path=path, parameters={"reportType": name, "reportVersion": "v1"}, json={"rowFilters": []})
    assert answer.json()["reportType"] == name.upper()
    other = await desk.status(answer.json()["requestId"], reportType="INVENTORY_DSV", reportVersion="v1")
    assert other.json() == answer.json()


@pytest.mark.contract("DS-29")
async def test_a_seller_asks_for_its_own_report(desk: Desk) -> None:
    await desk.declare(SELLER_NODE, 40)
    request_id = await desk.asked(client="seller", parameters=INVENTORY)
    await desk.worker.run_due()
    assert await desk.rows(request_id, client="seller") == [
        ["SKU", "Item ID", "Product Name", "Ship Node ID", "Ship Node Name", "Input Quantity", "AvailToSell Quantity"],
        [SKU, "", "Oat drink", SELLER_NODE, f"Node {SELLER_NODE}", "40", "40"],
    ]
    assert errors(await desk.ask(client="seller"), 400) == [(PARAM, "reportType")]
    assert errors(await desk.ask(parameters=INVENTORY), 400) == [(PARAM, "reportType")]


@pytest.mark.contract("DS-23", "GW-13")
@pytest.mark.parametrize(
    ("parameters", "expected"),
    [
        ({"reportVersion": "v1"}, [(MISSING, "reportType")]),
        ({"reportType": "DSV_INVENTORY"}, [(MISSING, "reportVersion")]),
        ({"other": "1"}, [(MISSING, "reportType"), (MISSING, "reportVersion")]),
        ({"reportType": "SALES", "reportVersion": "v1"}, [(PARAM, "reportType")]),
        ({"reportType": "DSV_INVENTORY", "reportVersion": "v2"}, [(VERSION, "reportVersion")]),
        ({"reportType": "x", "reportVersion": "V1"}, [(PARAM, "reportType"), (VERSION, "reportVersion")]),
    ],
)
async def test_type_and_version_are_required_and_known(desk: Desk, parameters: Any, expected: Any) -> None:
    answer = await desk.ask(parameters=parameters)
    assert errors(answer, 400) == expected
    if any(field == "reportType" for _, field in expected):
        assert "give DSV_INVENTORY or INVENTORY_DSV" in descriptions(answer)
    if expected[0][0] != MISSING:
        assert errors(await desk.status(UNKNOWN, **parameters), 400) == expected
    assert await desk.count() == 0


FILTER = {"type": "enumFilter", "columnName": "Published Status", "values": ["UNPUBLISHED"]}


@pytest.mark.contract("DS-23", "GW-13")
@pytest.mark.parametrize(
    ("body", "fields", "said"),
    [
        ({"rowFilters": {}}, ["rowFilters"], "a list of filters"),
        ({"rowFilter": [FILTER]}, ["rowFilter"], "give rowFilters alone"),
        ({"rowFilters": [7]}, ["rowFilters[0]"], "an object such as"),
        ({"rowFilters": [{**FILTER, "type": "range"}]}, ["rowFilters[0].type"], "enumFilter"),
        (
            {"rowFilters": [FILTER, {**FILTER, "columnName": "Price"}]},
            ["rowFilters[1].columnName"],
            "Published Status or Active Item Configuration",
        ),
        ({"rowFilters": [{**FILTER, "values": []}]}, ["rowFilters[0].values"], "PUBLISHED or UNPUBLISHED"),
        ({"rowFilters": [{**FILTER, "values": "PUBLISHED"}]}, ["rowFilters[0].values"], "PUBLISHED or UNPUBLISHED"),
        (
            {"rowFilters": [{**FILTER, "columnName": "Active Item Configuration", "values": ["Yes", "yes", 1]}]},
            ["rowFilters[0].values[1]", "rowFilters[0].values[2]"],
            "Yes or No",
        ),
        (
            {"rowFilters": [{}, {**FILTER, "values": [["PUBLISHED"]]}], "more": 1},
            ["more", "rowFilters[0].type", "rowFilters[0].columnName", "rowFilters[1].values[0]"],
            "is missing",
        ),
        ({"rowFilters": [FILTER] * 101}, ["rowFilters"], "at most 100"),
    ],
)
async def test_everything_that_is_wrong_with_filters_is_told(desk: Desk, body: Any, fields: Any, said: str) -> None:
    answer = await desk.ask(json=body)
    assert errors(answer, 400) == [(CONTENT, field) for field in fields]
    assert said in descriptions(answer)
    assert await desk.count() == 0


@pytest.mark.contract("DS-23", "GW-13")
async def test_what_is_wrong_with_parameters_and_body_is_told_together(desk: Desk) -> None:
    answer = await desk.ask(
        parameters={"reportType": "DSV_INVENTORY", "reportVersion": "v9"}, content=b"[", headers=JSON
    )
    assert errors(answer, 400) == [(VERSION, "reportVersion"), ("MALFORMED_REQUEST_CONTENT.GMP_REPORT_API", "body")]


JSON = {"Content-Type": "application/json"}


@pytest.mark.contract("DS-23", "GW-07")
async def test_a_body_may_be_left_out_and_is_json_where_there_is_one(desk: Desk) -> None:
    for headers in ({}, JSON):
        assert (await desk.ask(content=b"", headers=headers)).status_code == 200
    assert (await desk.ask(json={})).status_code == 200
    for content in (b"{", b"[]", b"7", b"\xff", b"null", b"[" * 10_000):
        answer = await desk.ask(content=content, headers=JSON)
        assert errors(answer, 400) == [("MALFORMED_REQUEST_CONTENT.GMP_REPORT_API", "body")]
    assert (await desk.ask(content=b"<a/>", headers={"Content-Type": "application/xml"})).status_code == 415
    assert await desk.count() == 3


@pytest.mark.contract("DS-24", "DS-25", "GW-18")
async def test_a_request_of_another_partner_answers_as_an_unknown_one(desk: Desk) -> None:
    request_id = await desk.asked()
    await desk.worker.run_due()
    for client in ("other", "seller"):
        parameters = DSV if client == "other" else INVENTORY
        for strange in (request_id, UNKNOWN):
            status = await desk.status(strange, client=client, **parameters)
            assert errors(status, 404) == [(NOT_FOUND, "requestId")]
            link = await desk.download(strange, client=client)
            assert errors(link, 404) == [(NOT_FOUND, "requestId")]
            bodies = {status.text.replace(strange, "…"), link.text.replace(strange, "…")}
            assert len(bodies) == 1
    assert (await desk.listed(client="other")).json()["totalCount"] == 0


@pytest.mark.contract("DS-24")
@pytest.mark.parametrize("request_id", ["x", "%00", "ü", UNKNOWN.replace("-", ""), "a" * 1000])
async def test_what_is_no_request_id_is_an_unknown_one(desk: Desk, request_id: str) -> None:
    assert errors(await desk.status(request_id), 404) == [(NOT_FOUND, "requestId")]


@pytest.mark.contract("DS-25")
async def test_a_download_names_its_request(desk: Desk) -> None:
    assert errors(await desk.counter.get("/reports/downloadReport"), 400) == [(MISSING, "requestId")]
    request_id = await desk.asked()
    assert (await desk.download(request_id.upper())).json()["requestId"] == request_id


@pytest.mark.contract("DS-24")
async def test_requests_are_there_for_thirty_days(desk: Desk) -> None:
    request_id = await desk.asked()
    await desk.worker.run_due()
    desk.counter.clock.now += 30 * DAY
    desk.counter._tokens.clear()
    assert (await desk.status(request_id)).status_code == 200
    desk.counter.clock.now += 1
    assert errors(await desk.status(request_id), 404) == [(NOT_FOUND, "requestId")]
    assert errors(await desk.download(request_id), 404) == [(NOT_FOUND, "requestId")]
    assert (await desk.listed()).json()["totalCount"] == 0


@pytest.mark.contract("DS-24")
async def test_old_requests_go_with_their_files_and_nothing_else_goes(desk: Desk, tmp_path: Path) -> None:
    old = await desk.asked()
    desk.counter.clock.now += DAY
    desk.counter._tokens.clear()
    new = await desk.asked()
    other = await desk.asked(client="other")
    await desk.worker.run_due()
    assert len(files_in(tmp_path / "objects")) == 3
    partner_ids = [await desk.counter.partner_id(client) for client in ("vendor", "other", "seller")]
    services = desk.counter.services
    before = desk.counter.clock() - MICROSECONDS
    for expected in (1, 0):
        forgotten = await forget_old_reports(
            desk.counter.database, services.objects, services.report_kinds, partner_ids, before
        )
        assert forgotten == expected
    assert len(files_in(tmp_path / "objects")) == 2
    assert errors(await desk.status(old), 404) == [(NOT_FOUND, "requestId")]
    assert (await desk.status(new)).status_code == 200
    assert (await desk.status(other, client="other")).status_code == 200


@pytest.mark.contract("DS-24")
async def test_requests_are_listed_newest_first_page_by_page_while_others_come(desk: Desk) -> None:
    asked = [await desk.asked() for _ in range(5)]
    await desk.asked(client="other")
    first = (await desk.listed(limit="2")).json()
    assert (first["page"], first["totalCount"], first["limit"]) == (1, 5, 2)
    assert [each["requestId"] for each in first["requests"]] == asked[:2:-1]
    asked.append(await desk.asked())
    second = (
        await desk.counter.client.get(
            f"/v3/reports/reportRequests?{first['nextCursor']}", headers=await headers_of(desk)
        )
    ).json()
    assert (second["page"], [each["requestId"] for each in second["requests"]]) == (2, asked[2:0:-1])
    # The whole of it may also be the value of the parameter.
    third = (await desk.counter.get("/reports/reportRequests", nextCursor=second["nextCursor"])).json()
    assert (third["page"], [each["requestId"] for each in third["requests"]]) == (3, asked[:1])
    assert "nextCursor" not in third


async def headers_of(desk: Desk) -> dict[str, str]:
    return {
        "WM_SEC.ACCESS_TOKEN": await desk.counter.token(),
        "WM_SVC.NAME": "Walmart Marketplace",
        "WM_QOS.CORRELATION_ID": "a-call",
    }


@pytest.mark.contract("DS-24")
async def test_requests_are_listed_by_their_status(desk: Desk) -> None:
    built = await desk.asked()
    await desk.worker.run_due()
    waiting = await desk.asked()
    for status, expected in (("READY", [built]), ("received", [waiting]), ("ERROR", [])):
        listed = (await desk.listed(requestStatus=status)).json()
        assert [each["requestId"] for each in listed["requests"]] == expected


@pytest.mark.contract("DS-24", "GW-18")
async def test_bad_parameters_of_the_list_are_told_together(desk: Desk) -> None:
    await desk.asked()
    await desk.asked()
    whole = httpx.QueryParams((await desk.listed(limit="1")).json()["nextCursor"])
    asked = {"nextCursor": whole["nextCursor"], "limit": "0", "requestStatus": "DONE", "reportVersion": "2"}
    # A cursor is its caller's alone.
    assert errors(await desk.listed(client="other", **asked), 400) == [
        (VERSION, "reportVersion"),
        (PARAM, "limit"),
        (PARAM, "requestStatus"),
        (PARAM, "nextCursor"),
    ]


@pytest.mark.contract("DS-11", "DS-23")
async def test_a_repeat_under_its_key_gets_the_first_answer(desk: Desk) -> None:
    keyed = {"Idempotency-Key": "mine"}
    first = await desk.ask(json={}, headers=keyed)
    again = await desk.ask(json={}, headers=keyed)
    assert (again.status_code, again.json()) == (200, first.json())
    assert await desk.count() == 1
    assert (await desk.ask(json={"rowFilters": []}, headers=keyed)).status_code == 409


@pytest.mark.contract("GW-19")
async def test_a_client_without_the_scope_is_refused(desk: Desk) -> None:
    for answer in (
        await desk.ask(client="viewer"),
        await desk.status(UNKNOWN, client="viewer"),
        await desk.listed(client="viewer"),
        await desk.download(UNKNOWN, client="viewer"),
    ):
        assert errors(answer, 403) == [("FORBIDDEN.GMP_GATEWAY_API", "reports")]


@pytest.mark.contract("GW-16")
async def test_the_limit_of_requests_is_of_each_type_and_both_paths_and_names_count(
    database: Database, clock: FrozenClock
) -> None:
    counter = Counter(database, clock, rates={"report_request": Rate.of(1, 3600)})
    await counter.open()
    desk = Desk(counter)
    assert (await desk.ask()).status_code == 200
    assert (await desk.ask(client="other")).status_code == 200
    for path, name in (("/reports", "dsv_inventory"), ("/reports/reportRequests", "INVENTORY_DSV")):
        refused = await desk.ask(path=path, parameters={"reportType": name, "reportVersion": "v1"})
        assert errors(refused, 429) == [("REQUEST_THRESHOLD_VIOLATED.GMP_GATEWAY_API", "REQUEST_THRESHOLD")]
        assert refused.headers["retry-after"] == "3600"
    # What is no type has a limit of its own, one for all such names.
    statuses = [
        (await desk.ask(parameters={"reportType": name, "reportVersion": "v1"})).status_code for name in ("a", "b")
    ]
    assert statuses == [400, 429]
    clock.advance(3600)
    counter._tokens.clear()
    assert (await desk.ask()).status_code == 200
    await counter.client.aclose()


@pytest.fixture
async def limited(database: Database, clock: FrozenClock) -> AsyncIterator[Desk]:
    """A desk at which one report of a type may be asked for in an hour."""
    counter = Counter(database, clock, rates={"report_request": Rate.of(1, 3600)})
    await counter.open()
    yield Desk(counter)
    await counter.client.aclose()


@pytest.mark.contract("DS-11", "GW-16")
async def test_a_repeat_gets_the_first_answer_though_the_limit_is_reached(limited: Desk) -> None:
    keyed = {"Idempotency-Key": "mine"}
    first = await limited.ask(json={}, headers=keyed)
    again = await limited.ask(json={}, headers=keyed)
    assert (again.status_code, again.content) == (200, first.content)
    assert again.headers["x-current-token-count"] == "0"
    assert "retry-after" not in again.headers
    for headers, body in (({}, b"{}"), ({"Idempotency-Key": "new"}, b"{}"), (keyed, b"")):
        answer = await limited.ask(content=body, headers={"Content-Type": "application/json", **headers})
        assert answer.status_code == 429
    assert await limited.count() == 1


@pytest.mark.contract("DS-11", "GW-16")
async def test_a_repeat_leaves_the_token_for_the_next_request(limited: Desk) -> None:
    keyed = {"Idempotency-Key": "mine"}
    await limited.ask(headers=keyed)
    limited.counter.clock.advance(3600)
    limited.counter._tokens.clear()
    assert (await limited.ask(headers=keyed)).headers["x-current-token-count"] == "1"
    assert (await limited.ask()).status_code == 200


@pytest.mark.contract("DS-11", "GW-19")
async def test_a_repeat_is_not_given_to_whoever_may_not_ask_any_more(desk: Desk) -> None:
    keyed = {"Idempotency-Key": "mine"}
    await desk.ask(headers=keyed)
    for headers, status in (({"Accept": "text/csv"}, 406), ({"WM_SVC.NAME": None}, 400)):
        assert (await desk.ask(headers={**keyed, **headers})).status_code == status
    text = "UPDATE gateway_client SET reports_scope = 'view_only'"
    await desk.counter.database.write(lambda session: session.run(Query("of_a_test", text, text)))
    desk.counter.clock.advance(900)
    desk.counter._tokens.clear()
    assert (await desk.ask(headers=keyed)).status_code == 403
