"""The monthly reconciliation at the gateway: its paths and forms, every refusal, its limit, and the on-request form."""

import csv
import io
from pathlib import Path

import httpx
import pytest

from onhand.basics.clock import parse_time
from onhand.catalogue.imports import import_items, import_skus, listed
from onhand.catalogue.report import SourceRow
from onhand.fulfilment.centres import NewCentre, add_centres
from onhand.fulfilment.reconciliation.refreshing import Refresher
from onhand.partners.clients import add_gateway_client
from onhand.partners.onboarding import add_partner
from onhand.stock.intake import Intake
from onhand.stock.locations import Locations
from onhand.stock.messages import EventMessage
from onhand.stock.resolving import EventLimits
from onhand.store.database import Database
from onhand.surfaces.plumbing.throttling import Rate
from tests.conftest import FrozenClock
from tests.fulfilment.warehouse import EAST, NAMES, OTHER_SELLER, WEST, moved
from tests.surfaces.gateway import counter as desks
from tests.surfaces.gateway.counter import (
    FOREIGN_GTIN,
    GTIN,
    OTHER_GTIN,
    SKU,
    Counter,
    descriptions,
    errors,
    headers_of,
)
from tests.surfaces.gateway.report_desk import Desk

PATHS = (
    "/report/wfs/inventory-reconciliation-report",
    "/report/wfs/InventoryReconciliationReport",
    "/report/wfs/inventoryReconciliationReport",
)
PATH = PATHS[0]
HEADER = (
    "Start Date,End Date,GTIN,Item ID,Vendor (Seller) SKU,Product Name,Fulfillment Center,Starting Quantity,Received,"
    "Sold,Returned,Lost,Found,Damaged,Removed,Transferred,Adjusted,Ending Quantity\r\n"
)
FEBRUARY = {"startDate": "2026-02-01", "endDate": "2026-02-28"}
MARCH = {"startDate": "2026-03-01", "endDate": "2026-03-04"}
PARAM, MISSING = "INVALID_REQUEST_PARAM.GMP_REPORT_API", "MISSING_REQUEST_PARAM.GMP_REPORT_API"
NOT_FOUND = "CONTENT_NOT_FOUND.GMP_REPORT_API"
# 08:00 Pacific time on 5 March 2026, an hour after the refresh that knows the 4th.
MORNING = "2026-03-05T16:00:00"
LIMITED = {"reconciliation": Rate.of(1, 3600)}


async def opened(
    database: Database, clock: FrozenClock, rates: dict[str, Rate] | None = None, files: Path | None = None
) -> Counter:
    """A counter of the morning of 5 March, with what happened before it at two centres; nothing is refreshed yet."""
    now = parse_time(MORNING)
    assert now is not None
    clock.now = now
    counter = Counter(database, clock, rates=rates, **({"files": files} if files else {}))
    await counter.open()
    await counter.stock_shelves()
    await add_centres(database, clock, [NewCentre(code, NAMES[code]) for code in (EAST, WEST)])
    return counter


async def tell(counter: Counter, *messages: EventMessage) -> None:
    """Post events that are accepted."""
    intake = Intake(counter.database, Locations(counter.database), counter.clock, EventLimits())
    outcomes = await intake.post("wms", messages)
    assert {outcome.status for outcome in outcomes} == {"accepted"}, outcomes


async def refresh(counter: Counter) -> None:
    """Do what is due."""
    await Refresher(counter.database, counter.clock).run_due()


@pytest.fixture
async def counter(database: Database, clock: FrozenClock) -> Counter:
    """The counter after its first refresh: 12 received in February and 2 sold in March, at the centre in the east."""
    counter = await opened(database, clock)
    await tell(counter, moved("a", "RECEIVED", quantity=12, hours=24 * 20), moved("b", "SOLD", quantity=-2, hours=48))
    await refresh(counter)
    return counter


async def ask(counter: Counter, path: str = PATH, client: str = "seller", **asked: str) -> httpx.Response:
    # Tests move the clock by days, and a token lives a quarter of an hour.
    counter._tokens.clear()
    return await counter.get(path, client=client, **asked)


async def refusal(counter: Counter, **asked: str) -> str:
    """What a refusal of parameters says."""
    answer = await ask(counter, **asked)
    assert answer.status_code == 400, answer.text
    return descriptions(answer)


def line(start: str, end: str, figures: str, centre: str = "Newark 1") -> str:
    return f"{start},{end},{GTIN},,{SKU},Oat drink,{centre},{figures}\r\n"


@pytest.mark.contract("WF-01", "WF-07")
@pytest.mark.parametrize("path", PATHS)
@pytest.mark.parametrize("asked", [FEBRUARY, {"monthYear": "02-2026"}])
async def test_a_past_month_is_answered_on_every_path_by_either_pair_of_parameters(
    counter: Counter, path: str, asked: dict[str, str]
) -> None:
    answer = await ask(counter, path, **asked)
    assert answer.status_code == 200, answer.text
    assert answer.text == HEADER + line("2026-02-01", "2026-02-28", "0,12,0,0,0,0,0,0,0,0,12")


@pytest.mark.contract("WF-01", "WF-03", "WF-07")
async def test_the_current_month_is_answered_up_to_any_known_day(counter: Counter) -> None:
    whole = HEADER + line("2026-03-01", "2026-03-04", "12,0,-2,0,0,0,0,0,0,0,10")
    assert (await ask(counter, **MARCH)).text == whole
    assert (await ask(counter, monthYear="03-2026")).text == whole
    second = await ask(counter, startDate="2026-03-01", endDate="2026-03-02")
    assert second.text == HEADER + line("2026-03-01", "2026-03-02", "12,0,0,0,0,0,0,0,0,0,12")


@pytest.mark.contract("WF-02")
@pytest.mark.parametrize(
    ("accept", "media_type"),
    [
        ("application/json", "application/octet-stream"),
        ("application/octet-stream", "application/octet-stream"),
        ("*/*", "application/octet-stream"),
        (None, "application/octet-stream"),
        ("text/csv", "text/csv; charset=utf-8"),
        ("text/*", "text/csv; charset=utf-8"),
    ],
)
async def test_the_file_itself_is_the_body_whatever_is_accepted(
    counter: Counter, accept: str | None, media_type: str
) -> None:
    answer = await counter.send("GET", PATH, client="seller", parameters=FEBRUARY, headers={"Accept": accept})
    assert answer.status_code == 200
    assert answer.headers["content-type"] == media_type
    assert answer.text.startswith(HEADER)


@pytest.mark.contract("WF-02")
async def test_its_name_holds_the_time_at_which_its_figures_were_made(counter: Counter) -> None:
    name = "WFSInventoryReconciliationReport_2026-03-05T16_00_00.000Z.csv"
    for asked in (FEBRUARY, MARCH):
        assert (await ask(counter, **asked)).headers["content-disposition"] == f"attachment; filename={name}"


@pytest.mark.contract("WF-02")
async def test_xml_is_not_acceptable(counter: Counter) -> None:
    answer = await counter.send(
        "GET", PATH, client="seller", parameters=FEBRUARY, headers={"Accept": "application/xml"}
    )
    assert answer.status_code == 406


@pytest.mark.contract("WF-03")
@pytest.mark.parametrize(
    ("asked", "faults", "said"),
    [
        ({}, [(MISSING, "startDate"), (MISSING, "endDate")], "monthYear"),
        ({"startDate": "2026-02-01"}, [(MISSING, "endDate")], "the last day of a month"),
        ({"endDate": "2026-02-28"}, [(MISSING, "startDate")], "the first day of a month"),
        ({**FEBRUARY, "monthYear": "02-2026"}, [(PARAM, "monthYear")], "either"),
        ({"monthYear": "02-2026", "endDate": "2026-02-28"}, [(PARAM, "monthYear")], "either"),
        ({"monthYear": "2026-02"}, [(PARAM, "monthYear")], "mm-YYYY"),
        ({"monthYear": "13-2026"}, [(PARAM, "monthYear")], "mm-YYYY"),
        ({"monthYear": "00-2026"}, [(PARAM, "monthYear")], "mm-YYYY"),
        ({"monthYear": ""}, [(PARAM, "monthYear")], "mm-YYYY"),
        ({"monthYear": "12-2021"}, [(PARAM, "monthYear")], "from January 2022 to February 2026"),
        ({"monthYear": "04-2026"}, [(PARAM, "monthYear")], "No day of April 2026 is known yet"),
        ({"startDate": "01.02.2026", "endDate": "x"}, [(PARAM, "startDate"), (PARAM, "endDate")], "YYYY-MM-DD"),
        ({"startDate": "20260201", "endDate": "2026-W09-6"}, [(PARAM, "startDate"), (PARAM, "endDate")], "YYYY-MM-DD"),
        ({"startDate": "2026-02-01", "endDate": "2026-02-30"}, [(PARAM, "endDate")], "a day of the calendar"),
        ({"startDate": "2021-12-01", "endDate": "2021-12-31"}, [(PARAM, "startDate")], "January 2022"),
        ({"startDate": "2026-02-01", "endDate": "2026-02-27"}, [(PARAM, "endDate")], "give 2026-02-28"),
        ({"startDate": "2026-02-02", "endDate": "2026-02-28"}, [(PARAM, "startDate")], "give 2026-02-01"),
        ({"startDate": "2026-02-28", "endDate": "2026-02-01"}, [(PARAM, "endDate")], "is before"),
        ({"startDate": "2026-01-01", "endDate": "2026-02-28"}, [(PARAM, "endDate")], "more than one month"),
        ({"startDate": "2026-01-02", "endDate": "2026-02-01"}, [(PARAM, "startDate"), (PARAM, "endDate")], "01-31"),
        ({"startDate": "2026-03-01", "endDate": "2026-03-05"}, [(PARAM, "endDate")], "2026-03-04"),
        ({"startDate": "2026-03-01", "endDate": "2026-03-31"}, [(PARAM, "endDate")], "2026-03-04"),
        ({"startDate": "2026-04-01", "endDate": "2026-04-30"}, [(PARAM, "startDate")], "2026-03-04"),
    ],
)
async def test_what_is_no_month_is_refused_by_what_there_is(
    counter: Counter, asked: dict[str, str], faults: list[tuple[str, str]], said: str
) -> None:
    answer = await ask(counter, **asked)
    assert errors(answer, 400) == faults
    assert said in descriptions(answer)


@pytest.mark.contract("WF-03")
async def test_a_parameter_that_is_given_twice_with_two_values_is_refused(counter: Counter) -> None:
    answer = await counter.send("GET", f"{PATH}?monthYear=02-2026&monthYear=03-2026", client="seller")
    assert (PARAM, "monthYear") in errors(answer, 400)


@pytest.mark.contract("WF-04")
async def test_the_current_month_can_be_narrowed_to_one_item(counter: Counter) -> None:
    await tell(counter, moved("c", "RECEIVED", quantity=5, hours=72, gtin=OTHER_GTIN))
    counter.clock.advance(24 * 3600)
    await refresh(counter)
    assert (await ask(counter, **MARCH)).text.count("\r\n") == 3
    answer = await ask(counter, **MARCH, gtin=GTIN)
    assert answer.text == HEADER + line("2026-03-01", "2026-03-04", "12,0,-2,0,0,0,0,0,0,0,10")


@pytest.mark.contract("DS-03", "WF-04")
@pytest.mark.parametrize("gtin", ["0012345678905", "012345678905"])
async def test_a_shorter_gtin_is_padded(counter: Counter, gtin: str) -> None:
    answer = await ask(counter, **MARCH, gtin=gtin)
    assert answer.text == HEADER + line("2026-03-01", "2026-03-04", "12,0,-2,0,0,0,0,0,0,0,10")


@pytest.mark.contract("DS-03", "WF-04")
@pytest.mark.parametrize("gtin", ["12345678905", "1234", "", "0001234567890X", "٠٠٠١٢٣٤٥٦٧٨٩٠٥"])
async def test_what_is_no_gtin_is_refused(counter: Counter, gtin: str) -> None:
    answer = await ask(counter, **MARCH, gtin=gtin)
    assert errors(answer, 400) == [(PARAM, "gtin")]
    assert "14 digits" in descriptions(answer)


@pytest.mark.contract("WF-04")
async def test_a_gtin_is_refused_for_a_past_month(counter: Counter) -> None:
    answer = await ask(counter, **FEBRUARY, gtin=GTIN)
    assert errors(answer, 400) == [(PARAM, "gtin")]
    assert "for the current month only, now March 2026" in descriptions(answer)


@pytest.mark.contract("WF-04", "GW-18")
async def test_an_unknown_gtin_and_another_sellers_are_answered_alike(counter: Counter) -> None:
    await add_rival(counter)
    await tell(counter, moved("r", "RECEIVED", quantity=5, gtin=FOREIGN_GTIN, partner_id=OTHER_SELLER, hours=80))
    counter.clock.advance(24 * 3600)
    await refresh(counter)
    foreign, unknown = [await ask(counter, **MARCH, gtin=gtin) for gtin in (FOREIGN_GTIN, "00099999999995")]
    assert errors(foreign, 404) == errors(unknown, 404) == [(NOT_FOUND, "gtin")]
    assert foreign.text == unknown.text
    assert FOREIGN_GTIN not in (await ask(counter, **MARCH)).text


async def add_rival(counter: Counter) -> None:
    """A second seller, who has one item to itself and one that the first has too, under names of its own."""
    await add_partner(counter.database, counter.clock, kind="seller", code=OTHER_SELLER, name="Rival")
    named = {"client_id": "client-rival", "partner_code": OTHER_SELLER, "secret": "the-secret-of-rival"}
    await add_gateway_client(counter.database, counter.clock, **named, scopes=desks.FULL)
    skus = [(GTIN, "RIVAL-1"), (FOREIGN_GTIN, "RIVAL-2")]
    rows = [SourceRow(n, {"gtin": g, "seller": OTHER_SELLER, "sku": k}) for n, (g, k) in enumerate(skus, 1)]
    assert (await import_skus(counter.database, counter.clock, listed(rows))).is_stored


@pytest.mark.contract("GW-18", "WF-07")
async def test_each_seller_sees_its_own_units_of_one_item(counter: Counter, monkeypatch: pytest.MonkeyPatch) -> None:
    await add_rival(counter)
    monkeypatch.setitem(desks.CODES, "rival", OTHER_SELLER)
    await tell(counter, moved("r", "RECEIVED", quantity=7, partner_id=OTHER_SELLER, hours=80))
    counter.clock.advance(24 * 3600)
    await refresh(counter)
    theirs = (await ask(counter, client="rival", **MARCH)).text
    assert theirs == HEADER + f"2026-03-01,2026-03-04,{GTIN},,RIVAL-1,Oat drink,Newark 1,0,7,0,0,0,0,0,0,0,0,7\r\n"
    assert ",12,0,-2," in (await ask(counter, **MARCH)).text


@pytest.mark.contract("WF-02")
async def test_who_has_nothing_in_centres_gets_a_file_without_rows(counter: Counter) -> None:
    assert (await ask(counter, client="vendor", **FEBRUARY)).text == HEADER


@pytest.mark.contract("GW-19")
async def test_a_client_without_the_scope_of_reports_is_refused(counter: Counter) -> None:
    assert errors(await ask(counter, client="viewer", **FEBRUARY), 403) == [("FORBIDDEN.GMP_GATEWAY_API", "reports")]


@pytest.mark.contract("WF-05")
async def test_before_the_first_refresh_it_says_when_to_come_again(database: Database, clock: FrozenClock) -> None:
    counter = await opened(database, clock)
    answer = await ask(counter, **FEBRUARY)
    assert errors(answer, 404) == [(NOT_FOUND, "report")]
    assert "first refresh" in descriptions(answer)
    assert "give" in await refusal(counter)


@pytest.mark.contract("WF-05")
async def test_nothing_changes_by_a_byte_between_two_refreshes(counter: Counter) -> None:
    before = [await ask(counter, **asked) for asked in (FEBRUARY, MARCH)]
    await tell(
        counter,
        moved("late", "SOLD", quantity=-1, hours=24 * 19),
        moved("today", "SOLD", quantity=-1, hours=30),
        moved("new", "RECEIVED", WEST, quantity=1, hours=40),
    )
    renamed = [SourceRow(1, {"gtin": GTIN, "name": "Oat drink, barista"})]
    assert (await import_items(counter.database, counter.clock, listed(renamed))).is_stored
    counter.clock.advance(22 * 3600)
    await refresh(counter)
    after = [await ask(counter, **asked) for asked in (FEBRUARY, MARCH)]
    assert [answer.content for answer in after] == [answer.content for answer in before]
    assert [answer.headers["content-disposition"] for answer in after] == [
        answer.headers["content-disposition"] for answer in before
    ]
    counter.clock.advance(2 * 3600)
    await refresh(counter)
    assert (await ask(counter, **FEBRUARY)).content == before[0].content
    assert "Oat drink, barista" in (await ask(counter, **MARCH)).text
    assert "12,0,-3,0,0,0,0,0,0,-1,8" in (await ask(counter, **MARCH)).text


@pytest.mark.contract("WF-06", "GW-15")
async def test_each_month_may_be_retrieved_once_an_hour_by_whichever_spelling(
    database: Database, clock: FrozenClock
) -> None:
    counter = await opened(database, clock, LIMITED)
    await refresh(counter)
    first = await ask(counter, PATHS[0], **FEBRUARY)
    assert (first.status_code, first.headers["x-current-token-count"]) == (200, "0")
    again = await ask(counter, PATHS[2], monthYear="02-2026")
    assert again.status_code == 429
    assert again.headers["retry-after"] == "3600"
    assert errors(again, 429) == [("REQUEST_THRESHOLD_VIOLATED.GMP_GATEWAY_API", "REQUEST_THRESHOLD")]
    assert (await ask(counter, PATHS[1], monthYear="01-2026")).status_code == 200
    assert (await ask(counter, PATHS[0], client="vendor", **FEBRUARY)).status_code == 200
    clock.advance(3600)
    assert (await ask(counter, PATHS[1], **FEBRUARY)).status_code == 200


@pytest.mark.contract("WF-06")
async def test_what_was_refused_does_not_count(database: Database, clock: FrozenClock) -> None:
    counter = await opened(database, clock, LIMITED)
    assert (await ask(counter, **FEBRUARY)).status_code == 404
    await refresh(counter)
    half = await ask(counter, startDate="2026-02-01", endDate="2026-02-27")
    assert (half.status_code, half.headers["x-current-token-count"]) == (400, "1")
    assert "retry-after" not in half.headers
    bad = await counter.send("GET", PATH, client="seller", parameters=FEBRUARY, headers={"WM_SVC.NAME": None})
    assert bad.status_code == 400
    assert (await ask(counter, **FEBRUARY)).status_code == 200
    assert (await ask(counter, **FEBRUARY)).status_code == 429


@pytest.mark.contract("WF-06")
async def test_head_tells_of_the_file_and_leaves_its_retrieval(database: Database, clock: FrozenClock) -> None:
    counter = await opened(database, clock, LIMITED)
    await refresh(counter)
    told = [await counter.send("HEAD", PATH, client="seller", parameters=FEBRUARY) for _ in range(2)]
    assert [(answer.status_code, answer.content) for answer in told] == [(200, b"")] * 2
    assert [answer.headers["x-current-token-count"] for answer in told] == ["1", "1"]
    given = await ask(counter, **FEBRUARY)
    assert given.status_code == 200
    for name in ("content-type", "content-disposition"):
        assert told[0].headers[name] == given.headers[name]


@pytest.mark.contract("WF-02", "DS-28")
async def test_names_that_mean_something_to_a_spreadsheet_come_back_as_they_are(counter: Counter) -> None:
    names = ['=SUM(A1)"x"', "Brötchen, «dunkel»\nzweite Zeile", "+1-800", "00123"]
    gtins = [f"000999999999{n:02d}" for n in range(len(names))]
    items = [{"gtin": gtin, "name": name.replace("\n", " ")} for gtin, name in zip(gtins, names, strict=True)]
    assert (await import_items(counter.database, counter.clock, listed(rows_of(items)))).is_stored
    skus = [{"gtin": gtin, "seller": desks.CODES["seller"], "sku": f"@{n}"} for n, gtin in enumerate(gtins)]
    assert (await import_skus(counter.database, counter.clock, listed(rows_of(skus)))).is_stored
    await tell(counter, *(moved(gtin, "RECEIVED", quantity=1, gtin=gtin, hours=48) for gtin in gtins))
    counter.clock.advance(24 * 3600)
    await refresh(counter)
    answer = await ask(counter, **MARCH)
    rows = list(csv.DictReader(io.StringIO(answer.text, newline="")))
    found = {row["GTIN"]: (row["Vendor (Seller) SKU"], row["Product Name"]) for row in rows}
    assert [found[gtin] for gtin in gtins] == [
        ("'@0", "'" + names[0]),
        ("'@1", names[1].replace("\n", " ")),
        ("'@2", "'+1-800"),
        ("'@3", "00123"),
    ]


def rows_of(values: list[dict[str, str]]) -> list[SourceRow]:
    return [SourceRow(number, value) for number, value in enumerate(values, 1)]


@pytest.mark.contract("WF-07")
async def test_rows_stand_in_the_order_of_skus_and_then_of_centres(counter: Counter) -> None:
    more = [
        moved(f"{n}", "RECEIVED", centre, quantity=1, gtin=gtin, hours=48)
        for n, (centre, gtin) in enumerate([(WEST, OTHER_GTIN), (EAST, OTHER_GTIN), (WEST, GTIN)])
    ]
    await tell(counter, *more)
    counter.clock.advance(24 * 3600)
    await refresh(counter)
    rows = csv.DictReader(io.StringIO((await ask(counter, **MARCH)).text, newline=""))
    assert [(row["Vendor (Seller) SKU"], row["Fulfillment Center"]) for row in rows] == [
        ("OAT-1", "Los Angeles 1"),
        ("OAT-1", "Newark 1"),
        ("RYE-1", "Los Angeles 1"),
        ("RYE-1", "Newark 1"),
    ]


@pytest.mark.contract("WF-09")
async def test_a_month_can_be_asked_for_as_a_report(database: Database, clock: FrozenClock, tmp_path: Path) -> None:
    counter = await opened(database, clock, files=tmp_path / "objects")
    await tell(counter, moved("a", "RECEIVED", quantity=12, hours=24 * 20))
    await refresh(counter)
    desk, asked = Desk(counter), {"reportType": "INVENTORY_RECON", "reportVersion": "v1"}
    body = {"dataStartTime": "2026-02-01T00:00:00Z", "dataEndTime": "2026-02-28T23:59:59Z"}
    request_id = await desk.asked(client="seller", parameters=asked, json=body)
    # What is refreshed between the request and the building changes nothing of it.
    await tell(counter, moved("b", "RECEIVED", WEST, quantity=5, hours=24 * 20))
    clock.advance(24 * 3600)
    await refresh(counter)
    await desk.worker.run_due()
    counter._tokens.clear()
    assert await desk.rows(request_id, client="seller") == [
        HEADER.strip().split(","),
        ["2026-02-01", "2026-02-28", GTIN, "", SKU, "Oat drink", "Newark 1", "0", "12", *["0"] * 8, "12"],
    ]


@pytest.mark.contract("WF-09")
@pytest.mark.parametrize(
    ("body", "said"),
    [
        ({}, "dataStartTime is missing"),
        ({"dataStartTime": "2026-02-01", "dataEndTime": 28}, "dataEndTime is '28'"),
        ({"dataStartTime": "2026-02-01", "dataEndTime": "2026-02-27"}, "give 2026-02-28"),
        ({"dataStartTime": "2021-12-01", "dataEndTime": "2021-12-31"}, "January 2022"),
        ({"dataStartTime": "2026-02-01", "dataEndTime": "2026-02-28", "gtin": GTIN}, "“gtin” is nothing"),
    ],
)
async def test_a_request_for_what_is_no_month_is_refused(counter: Counter, body: dict[str, object], said: str) -> None:
    asked = {"reportType": "INVENTORY_RECON", "reportVersion": "v1"}
    answer = await Desk(counter).ask(client="seller", parameters=asked, json=body)
    assert answer.status_code == 400, answer.text
    assert said in descriptions(answer)


@pytest.mark.contract("WF-02")
async def test_a_file_of_many_pages_is_whole(counter: Counter, monkeypatch: pytest.MonkeyPatch) -> None:
    from onhand.fulfilment.reconciliation import reading

    monkeypatch.setattr(reading, "_ITEMS_MAX", 1)
    await tell(counter, moved("c", "RECEIVED", quantity=5, hours=72, gtin=OTHER_GTIN))
    counter.clock.advance(24 * 3600)
    await refresh(counter)
    answer = await counter.send("GET", PATH, client="seller", parameters=MARCH, headers=headers_of())
    assert [row[4] for row in csv.reader(answer.text.splitlines())] == ["Vendor (Seller) SKU", "OAT-1", "RYE-1"]
