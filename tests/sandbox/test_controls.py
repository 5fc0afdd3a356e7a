"""A sandbox is started anew, its clock moved, its answers broken and its requests read from outside (SB-05)."""

import stat
import time
from collections.abc import AsyncIterator, Iterator
from pathlib import Path
from typing import Any

import httpx
import msgspec
import pytest

from onhand.basics.clock import parse_time
from onhand.sandbox.controls.exchanges import Exchanges
from onhand.sandbox.controls.faults import Fault, Faults
from onhand.sandbox.starting import running_sandbox
from tests.conftest import FrozenClock
from tests.processes import sandbox_process
from tests.sandbox.conftest import UNTHROTTLED, Client, asked, signed_headers

pytestmark = pytest.mark.contract("SB-05")

READ = "/v3/inventory?gtin=00012947218283&shipNode=123456701"
UPDATE = "/v3/inventory/update?shipNode=123456701"
AVAILABLE = "/store/45/gtin/00044444444444/available"
FEED = {
    "InventoryFeedHeader": {
        "version": "5.0",
        "feedType": "DSV_INVENTORY",
        "feedDate": "2026-03-05T12:00:00Z",
        "locale": "en",
        "businessUnit": "WALMART_US",
    },
    "Inventory": [
        {"productId": "00097531246801", "shipNode": "123456701", "availabilityCode": "AC", "quantity": 7},
    ],
}


class Box:
    """A sandbox, asked as its vendor, and controlled."""

    def __init__(self, http: httpx.AsyncClient, clock: FrozenClock) -> None:
        self.http, self.clock, self.client = http, clock, Client(http, clock)

    async def control(self, method: str, path: str, expected: int = 200, /, **body: Any) -> Any:
        answer = await self.http.request(method, f"/sandbox/{path}", **({"json": body} if body else {}))
        assert answer.status_code == expected, answer.text
        return answer.json()

    async def declare(self, units: int) -> None:
        body = {
            "gtin": "00012947218283",
            "availabilityCode": "AC",
            "quantity": {"unit": "EACH", "amount": units},
        }
        answer = await self.client.ask("vendor", "PUT", UPDATE, json=body)
        assert answer.status_code == 200, answer.text

    async def units(self) -> int:
        answer = await self.client.ask("vendor", "GET", READ)
        assert answer.status_code == 200, answer.text
        amount: int = answer.json()["quantity"]["amount"]
        return amount


@pytest.fixture
async def box(tmp_path: Path, clock: FrozenClock) -> AsyncIterator[Box]:
    async with asked(running_sandbox(tmp_path, UNTHROTTLED, clock)) as http:
        yield Box(http, clock)


async def test_a_reset_brings_back_the_seeded_state(box: Box) -> None:
    await box.declare(5)
    assert await box.units() == 5
    await box.control("POST", "reset")
    assert await box.units() == 23


async def test_a_token_lives_on_over_a_reset(box: Box) -> None:
    headers = await box.client.token_headers("vendor")
    await box.control("POST", "reset")
    assert (await box.http.get(READ, headers=headers)).status_code == 200


async def test_a_reset_takes_clock_faults_and_requests_back(box: Box) -> None:
    await box.control("POST", "clock", advance="P1D")
    await box.control("POST", "faults", 201, operation="*", status=500, times=9)
    await box.http.get(READ)
    moved = await box.control("POST", "reset")
    assert moved["now"] == "2026-03-05T12:00:00Z"
    assert await box.control("GET", "faults") == {"faults": []}
    assert await box.control("GET", "requests") == {"requests": []}


async def test_a_reset_may_begin_at_a_moment(box: Box) -> None:
    moved = await box.control("POST", "reset", at="2024-06-11T15:00:00Z")
    assert moved["now"] == "2024-06-11T15:00:00Z"
    assert (await box.http.get("/healthz")).headers["date"] == "Tue, 11 Jun 2024 15:00:00 GMT"


async def test_a_reset_takes_less_than_a_tenth_of_a_second(box: Box) -> None:
    taken: list[float] = []
    # What else the machine does at that moment is not the reset's doing.
    while min(taken, default=1.0) >= 0.1 and len(taken) < 40:
        started = time.perf_counter()
        await box.control("POST", "reset")
        taken.append(time.perf_counter() - started)
    assert min(taken) < 0.1


async def test_kept_data_are_seeded_anew_by_a_reset_after_a_restart(tmp_path: Path, clock: FrozenClock) -> None:
    for _ in range(2):
        async with asked(running_sandbox(tmp_path, UNTHROTTLED, clock)) as http:
            box = Box(http, clock)
            await box.declare(9)
    (tmp_path / "seed.db").unlink()
    async with asked(running_sandbox(tmp_path, UNTHROTTLED, clock)) as http:
        box = Box(http, clock)
        assert await box.units() == 9
        await box.control("POST", "reset")
        assert await box.units() == 23


async def test_nobody_but_its_owner_may_read_what_a_sandbox_keeps(tmp_path: Path, clock: FrozenClock) -> None:
    async with asked(running_sandbox(tmp_path, UNTHROTTLED, clock)) as http:
        await http.post("/sandbox/reset")
        rights = _rights_in(tmp_path)
    assert {"sandbox.db", "seed.db"} <= set(rights)
    assert set(rights.values()) == {"-rw-------"}


def _rights_in(directory: Path) -> dict[str, str]:
    return {path.name: stat.filemode(path.stat().st_mode) for path in directory.glob("*.db*")}


async def test_the_date_header_shows_the_clock_of_the_sandbox(box: Box) -> None:
    assert (await box.http.get("/healthz")).headers["date"] == "Thu, 05 Mar 2026 12:00:00 GMT"
    await box.control("POST", "clock", advance="PT15M")
    assert (await box.http.get("/healthz")).headers["date"] == "Thu, 05 Mar 2026 12:15:00 GMT"
    assert (await box.control("GET", "clock"))["now"] == "2026-03-05T12:15:00Z"


async def test_a_token_expires_when_time_is_moved(box: Box) -> None:
    headers = await box.client.token_headers("vendor")
    await box.control("POST", "clock", advance="PT14M59S")
    assert (await box.http.get(READ, headers=headers)).status_code == 200
    await box.control("POST", "clock", advance="PT1S")
    assert (await box.http.get(READ, headers=headers)).status_code == 401


async def test_a_signature_is_judged_by_the_moved_clock(box: Box) -> None:
    headers = signed_headers("supplier", box.clock)
    await box.control("POST", "clock", at="2026-03-05T12:02:59Z")
    assert (await box.http.get(AVAILABLE, headers=headers)).status_code == 200
    await box.control("POST", "clock", at="2026-03-05T12:03:01Z")
    assert (await box.http.get(AVAILABLE, headers=headers)).status_code == 401


async def test_the_clock_goes_on_from_where_it_was_put(box: Box) -> None:
    await box.control("POST", "clock", at="2027-01-01T00:00:00Z")
    box.clock.advance(5)
    assert (await box.control("GET", "clock"))["now"] == "2027-01-01T00:00:05Z"


async def test_time_may_go_back(box: Box) -> None:
    await box.declare(5)
    await box.control("POST", "clock", at="2024-06-11T15:00:00Z")
    assert await box.units() == 5
    await box.declare(6)
    assert await box.units() == 6


@pytest.mark.contract("SB-04", "WF-03")
@pytest.mark.parametrize("control", ["clock", "reset"])
async def test_a_month_is_answered_up_to_the_day_before_where_the_clock_stands_in_it(box: Box, control: str) -> None:
    path = "/v3/report/wfs/inventory-reconciliation-report"
    june = {"startDate": "2024-06-01", "endDate": "2024-06-10", "gtin": "00012345678905"}
    may = {"startDate": "2024-05-01", "endDate": "2024-05-31"}
    assert (await box.client.ask("seller", "GET", path, params=june)).status_code == 400
    closed = await box.client.ask("seller", "GET", path, params=may)
    await box.control("POST", control, at="2024-06-11T15:00:00Z")
    answer = await box.client.ask("seller", "GET", path, params=june)
    assert answer.status_code == 200, answer.text
    rows = [line.split(",") for line in answer.text.splitlines()[1:]]
    assert rows
    assert all(row[:3] == ["2024-06-01", "2024-06-10", "00012345678905"] for row in rows)
    assert (await box.client.ask("seller", "GET", path, params=may)).content == closed.content
    # Ten days on, as many more are in it.
    await box.control("POST", "clock", at="2024-06-21T15:00:00Z")
    later = june | {"endDate": "2024-06-20"}
    assert (await box.client.ask("seller", "GET", path, params=later)).status_code == 200


async def test_what_is_due_is_done_before_the_clock_answers(tmp_path: Path, clock: FrozenClock) -> None:
    async with asked(running_sandbox(tmp_path, UNTHROTTLED, clock, manual=True)) as http:
        box = Box(http, clock)
        order = {
            "eventId": "r1",
            "orderId": "o1",
            "node": "123456701",
            "lines": [{"gtin": "00012947218283", "quantity": 3}],
            "expiresInSeconds": 60,
        }
        operator = {"Authorization": "Bearer sandbox-operator"}
        taken = await http.post("/operator/v1/orders/reserve", json={"orders": [order]}, headers=operator)
        assert taken.status_code == 200, taken.text
        path = "/v3/inventories/00012947218283?productIdType=gtin"

        async def reserved() -> int:
            amount: int = (await box.client.ask("vendor", "GET", path)).json()["nodes"][0]["reservedQty"]["amount"]
            return amount

        assert await reserved() == 3
        await box.control("POST", "clock", advance="PT61S")
        assert await reserved() == 0


async def test_by_hand_a_feed_waits_until_time_is_advanced(tmp_path: Path, clock: FrozenClock) -> None:
    async with asked(running_sandbox(tmp_path, UNTHROTTLED, clock, manual=True)) as http:
        box = Box(http, clock)
        feed = await box.client.ask("vendor", "POST", "/v3/feeds?feedType=DSV_INVENTORY", json=FEED)
        path = f"/v3/feeds/{feed.json()['feedId']}"
        assert (await box.client.ask("vendor", "GET", path)).json()["feedStatus"] == "RECEIVED"
        moved = await box.control("POST", "clock", advance="PT1S")
        assert moved["worked"] >= 1
        assert (await box.client.ask("vendor", "GET", path)).json()["feedStatus"] == "PROCESSED"


@pytest.mark.parametrize(
    "body",
    [
        {},
        {"advance": "PT1S", "at": "2026-01-01T00:00:00Z"},
        {"advance": "15 minutes"},
        {"advance": "-PT1S"},
        {"advance": "P99999999D"},
        {"at": "tomorrow"},
        {"at": "1969-12-31T23:59:59Z"},
        {"advance": 5},
        {"later": "PT1S"},
    ],
)
async def test_a_clock_is_put_by_one_duration_or_one_moment(box: Box, body: dict[str, Any]) -> None:
    before = await box.control("GET", "clock")
    answer = await box.http.post("/sandbox/clock", json=body)
    assert answer.status_code == 422, answer.text
    assert answer.json()["errors"]
    assert await box.control("GET", "clock") == before


@pytest.mark.parametrize("status", [400, 401, 403, 404, 409, 413, 429, 500, 503])
@pytest.mark.parametrize("path", [READ, AVAILABLE, "/operator/v1/stores"])
async def test_every_surface_answers_an_injected_status_in_its_own_shape(box: Box, path: str, status: int) -> None:
    await box.control("POST", "faults", 201, status=status)
    answer = await box.http.get(path)
    assert answer.status_code == status
    body = answer.json()
    assert body.get("error") or body.get("errors") or body.get("type")


async def test_a_fault_strikes_as_often_as_it_was_told_and_only_its_operation(box: Box) -> None:
    await box.control("POST", "faults", 201, operation="getInventory", status=503, times=2, retryAfter=7)
    headers = await box.client.token_headers("vendor")
    other = "/v3/inventories/00012947218283?productIdType=gtin"
    assert (await box.http.get(other, headers=headers)).status_code == 200
    answers = [await box.http.get(READ, headers=headers) for _ in range(3)]
    assert [answer.status_code for answer in answers] == [503, 503, 200]
    assert answers[0].headers["retry-after"] == "7"


async def test_a_write_that_was_refused_by_a_fault_has_changed_nothing(box: Box) -> None:
    await box.control("POST", "faults", 201, operation="updateInventory", status=500)
    body = {"gtin": "00012947218283", "availabilityCode": "AC", "quantity": {"unit": "EACH", "amount": 1}}
    assert (await box.client.ask("vendor", "PUT", UPDATE, json=body)).status_code == 500
    assert await box.units() == 23


async def test_an_injected_throttle_carries_the_headers_of_a_real_one(box: Box) -> None:
    await box.control("POST", "faults", 201, throttle=True, retryAfter=30)
    answer = await box.http.get(READ)
    assert answer.status_code == 429
    assert answer.headers["retry-after"] == "30"
    assert answer.headers["x-current-token-count"] == "0"
    assert answer.headers["x-next-replenishment-time"] == "2026-03-05T12:00:30.000000Z"


async def test_a_rate_hits_the_same_requests_under_the_same_seed() -> None:
    def struck(seed: int) -> list[bool]:
        faults = Faults(lambda: 0)
        faults.add(Fault(operation="*", status=500, times=None, rate=0.3, seed=seed))
        return [faults._due("getInventory") is not None for _ in range(200)]

    assert struck(1) == struck(1)
    assert struck(1) != struck(2)
    # 200 tries at 0.3: 60, with a standard deviation of 6.5.
    assert 30 < sum(struck(1)) < 90


async def test_a_delay_holds_the_answer_up_and_lets_it_be(tmp_path: Path, clock: FrozenClock) -> None:
    slept: list[float] = []

    async def sleep(seconds: float) -> None:
        slept.append(seconds)

    async with running_sandbox(tmp_path, UNTHROTTLED, clock) as sandbox:
        sandbox._faults._sleep = sleep
        transport = httpx.ASGITransport(sandbox)
        async with httpx.AsyncClient(transport=transport, base_url="http://sandbox") as http:
            box = Box(http, clock)
            await box.control("POST", "faults", 201, operation="getInventory", delay="PT2.5S")
            assert await box.units() == 23
    assert slept == [2.5]


@pytest.mark.parametrize(
    ("body", "pointers"),
    [
        ({}, {""}),
        ({"operation": "getInventori", "status": 500}, {"/operation"}),
        ({"status": 418}, {"/status"}),
        ({"status": 500, "times": 0}, {"/times"}),
        ({"status": 500, "rate": 1.5}, {"/rate"}),
        ({"status": 500, "rate": 0.5, "times": 2}, {"/rate"}),
        ({"drop": True, "status": 500}, {"/drop"}),
        ({"throttle": True, "status": 500}, {"/throttle"}),
        ({"delay": "PT11M"}, {"/delay"}),
        ({"delay": "soon", "status": 1}, {"/delay", "/status"}),
    ],
)
async def test_a_fault_that_makes_no_sense_is_refused_with_all_that_is_wrong(
    box: Box, body: dict[str, Any], pointers: set[str]
) -> None:
    answer = await box.http.post("/sandbox/faults", json=body)
    assert answer.status_code == 422
    assert {error.get("pointer", "") for error in answer.json()["errors"]} == pointers
    assert await box.control("GET", "faults") == {"faults": []}


async def test_faults_are_listed_with_how_often_they_struck_and_cleared(box: Box) -> None:
    await box.control("POST", "faults", 201, operation="getInventory", status=500, times=3)
    await box.http.get(READ)
    (fault,) = (await box.control("GET", "faults"))["faults"]
    assert fault == {"number": 1, "operation": "getInventory", "status": 500, "times": 3, "struck": 1}
    assert await box.control("DELETE", "faults") == {"faults": []}
    assert await box.units() == 23


async def test_requests_are_listed_with_what_was_asked_and_answered(box: Box) -> None:
    await box.declare(5)
    (update, token) = (await box.control("GET", "requests"))["requests"]
    assert (token["method"], token["path"], token["operation"]) == ("POST", "/v3/token", "getAccessToken")
    assert (update["operation"], update["status"], update["query"]) == ("updateInventory", 200, "shipNode=123456701")
    assert msgspec.json.decode(update["requestBody"])["quantity"]["amount"] == 5
    assert msgspec.json.decode(update["answerBody"])["quantity"]["amount"] == 5
    assert update["number"] > token["number"]


async def test_secrets_are_masked_in_the_list_of_requests(box: Box) -> None:
    token = (await box.client.token_headers("vendor"))["WM_SEC.ACCESS_TOKEN"]
    await box.http.get(READ, headers={"WM_SEC.ACCESS_TOKEN": token, "Authorization": "Basic c2VjcmV0"})
    newest = (await box.control("GET", "requests?limit=1"))["requests"][0]
    assert newest["requestHeaders"]["wm_sec.access_token"] == f"…{token[-4:]}"
    assert newest["requestHeaders"]["authorization"] == "…cmV0"


async def test_requests_may_be_listed_by_operation_and_from_a_number_on(box: Box) -> None:
    for _ in range(3):
        await box.units()
    listed = (await box.control("GET", "requests?operation=getInventory"))["requests"]
    assert [each["operation"] for each in listed] == ["getInventory"] * 3
    later = (await box.control("GET", f"requests?operation=getInventory&after={listed[1]['number']}"))["requests"]
    assert [each["number"] for each in later] == [listed[0]["number"]]
    answer = await box.http.get("/sandbox/requests?operation=nothing&limit=0&colour=red")
    assert answer.status_code == 400
    assert {error["parameter"] for error in answer.json()["errors"]} == {"operation", "limit", "colour"}


async def test_only_so_many_requests_and_so_much_of_their_bodies_are_kept() -> None:
    exchanges = Exchanges(lambda: 0, kept=2, body_bytes_kept=3)

    async def application(_scope: Any, receive: Any, send: Any) -> None:
        await receive()
        await send({"type": "http.response.start", "status": 200, "headers": []})
        await send({"type": "http.response.body", "body": b"answer"})

    async def receive() -> Any:
        return {"type": "http.request", "body": b"question"}

    async def send(_message: Any) -> None:
        pass

    for number in range(3):
        scope = {"method": "GET", "path": f"/{number}", "query_string": b"", "headers": []}
        await exchanges.record(application, scope, receive, send)
    kept = exchanges.newest(10)
    assert [each.path for each in kept] == ["/2", "/1"]
    assert (kept[0].request_body, kept[0].answer_body) == ("que", "ans")


@pytest.fixture(scope="module")
def served() -> Iterator[str]:
    """A sandbox as its command starts it."""
    with sandbox_process() as url:
        yield url


def test_a_served_sandbox_breaks_connections_off(served: str) -> None:
    httpx.post(f"{served}/sandbox/faults", json={"operation": "getHealth", "drop": True}).raise_for_status()
    with pytest.raises(httpx.RemoteProtocolError):
        httpx.get(f"{served}/healthz")
    assert httpx.get(f"{served}/healthz").status_code == 200


def test_a_served_sandbox_sends_one_date_by_its_own_clock(served: str) -> None:
    httpx.post(f"{served}/sandbox/clock", json={"at": "2024-06-11T15:00:00Z"}).raise_for_status()
    dates = httpx.get(f"{served}/healthz").headers.get_list("date")
    assert len(dates) == 1
    assert dates[0].startswith("Tue, 11 Jun 2024 15:00:")
    httpx.post(f"{served}/sandbox/reset").raise_for_status()


def test_requests_that_come_during_resets_are_answered(served: str) -> None:
    with httpx.Client() as http:
        for _ in range(20):
            http.post(f"{served}/sandbox/reset").raise_for_status()
            assert http.get(f"{served}/healthz").status_code == 200


async def test_nothing_of_it_answers_in_a_server_that_is_no_sandbox(tmp_path: Path, clock: FrozenClock) -> None:
    from onhand.partners.published import NOTHING_PUBLISHED
    from onhand.settings import Settings
    from onhand.wiring.serving import running_server

    settings = Settings(data_directory=str(tmp_path))
    async with asked(running_server(settings, clock, published=NOTHING_PUBLISHED)) as http:
        for method, path in (("POST", "reset"), ("POST", "clock"), ("GET", "faults"), ("GET", "requests")):
            assert (await http.request(method, f"/sandbox/{path}")).status_code == 404


def test_the_moment_of_the_tests_is_the_one_of_these_expectations(clock: FrozenClock) -> None:
    assert clock() == parse_time("2026-03-05T12:00:00Z")
