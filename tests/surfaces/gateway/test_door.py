"""The door: in which order a call is judged, and what each refusal says."""

import logging
from typing import Any

import msgspec
import pytest
from starlette.responses import Response

from onhand.partners.tokens import Caller
from onhand.store.database import Database, Unavailable
from onhand.surfaces.gateway.door import Door
from onhand.surfaces.gateway.errors import Fault, Refused
from onhand.surfaces.gateway.forms import JSON, XML, respond
from onhand.surfaces.plumbing.call import Call
from onhand.surfaces.plumbing.operations import Answer, Body, Operation
from onhand.surfaces.plumbing.throttling import Rate
from tests.conftest import FrozenClock
from tests.surfaces.gateway.counter import CODES, Counter, descriptions, errors

UNAUTHORIZED = [("UNAUTHORIZED.GMP_GATEWAY_API", "UNAUTHORIZED")]


class Seen(msgspec.Struct):
    """What a handler was given."""

    client: str
    partner: str
    kind: str


async def see(call: Call, caller: Caller) -> Response | Refused:
    if call.query_params.get("fail"):
        raise RuntimeError("a secret of the inside")
    if call.query_params.get("away"):
        raise Unavailable("too busy")
    if call.query_params.get("refuse"):
        return Refused(404, (Fault("CONTENT_NOT_FOUND", "thing", "There is none."),), ((b"x-said", b"no"),))
    return respond(call, Seen(caller.client_id, caller.partner_code, caller.kind), root="seen")


def operations(door: Door) -> tuple[Operation, ...]:
    common: dict[str, Any] = {"service": "THING", "answers": {200: Answer(description="Seen.", type=Seen)}}
    body = Body(description="Anything.", type=dict[str, int])
    inventory = {**common, "scope": "inventory"}
    both: dict[str, Any] = {"accepts": (JSON, XML)}
    return (
        door.operation(see, "GET", "/v3/thing", "getThing", "See", "T", throttle_class="thing", **inventory, **both),
        door.operation(
            see,
            "PUT",
            "/v3/thing",
            "putThing",
            "Put",
            "T",
            throttle_class="write",
            body=body,
            takes=(JSON, XML),
            **inventory,
        ),
        door.operation(see, "POST", "/v3/bare", "postBare", "Post", "T", throttle_class="write", **inventory),
        door.operation(
            see, "GET", "/v3/report", "getReport", "See", "T", throttle_class="write", scope="reports", **common
        ),
    )


@pytest.fixture
async def things(database: Database, clock: FrozenClock) -> Counter:
    """A counter with the operations of these tests."""
    counter = Counter(database, clock, more=operations)
    await counter.open()
    return counter


@pytest.mark.contract("GW-07")
async def test_a_call_with_a_token_and_its_headers_reaches_its_handler(things: Counter) -> None:
    for client, kind in (("vendor", "supplier"), ("seller", "seller"), ("viewer", "supplier")):
        answer = await things.get("/thing", client=client)
        assert answer.status_code == 200
        assert answer.json() == {"client": f"client-{client}", "partner": CODES[client], "kind": kind}


@pytest.mark.contract("GW-12")
@pytest.mark.parametrize("accept", [JSON, XML])
async def test_a_bad_token_says_what_is_wrong_with_it(
    things: Counter, database: Database, clock: FrozenClock, accept: str
) -> None:
    elsewhere = Counter(database, clock, secret=b"another environment")
    old = await things.token()
    fresh = await elsewhere.token()
    clock.advance(900)
    for token, said in (
        (None, "missing"),
        ("", "missing"),
        ("no token!", "malformed"),
        (fresh, "unknown"),
        (old, "expired"),
    ):
        answer = await things.send("GET", "/thing", headers={"WM_SEC.ACCESS_TOKEN": token, "Accept": accept})
        assert answer.status_code == 401
        assert said in answer.text
        if accept == XML:
            assert "<errors><error><code>UNAUTHORIZED.GMP_GATEWAY_API</code>" in answer.text
        else:
            assert errors(answer, 401) == UNAUTHORIZED


@pytest.mark.contract("GW-12")
async def test_a_bad_token_is_the_older_400_where_that_is_set(database: Database, clock: FrozenClock) -> None:
    counter = Counter(database, clock, more=operations, legacy_token_errors=True)
    await counter.open()
    for token, said in ((None, "missing"), ("no token!", "malformed")):
        answer = await counter.send("GET", "/thing", headers={"WM_SEC.ACCESS_TOKEN": token})
        assert errors(answer, 400) == [("INVALID_TOKEN.GMP_GATEWAY_API", "TOKEN")]
        assert said in descriptions(answer)
    assert (await counter.get("/thing")).status_code == 200


@pytest.mark.contract("GW-07", "GW-09", "GW-13")
@pytest.mark.parametrize(
    ("headers", "fields"),
    [
        ({"WM_QOS.CORRELATION_ID": None}, ["WM_QOS.CORRELATION_ID"]),
        ({"WM_QOS.CORRELATION_ID": ""}, ["WM_QOS.CORRELATION_ID"]),
        ({"WM_QOS.CORRELATION_ID": "x" * 129}, ["WM_QOS.CORRELATION_ID"]),
        ({"WM_QOS.CORRELATION_ID": "a\tb"}, ["WM_QOS.CORRELATION_ID"]),
        ({"WM_SVC.NAME": None}, ["WM_SVC.NAME"]),
        ({"WM_SVC.NAME": ""}, ["WM_SVC.NAME"]),
        ({"WM_QOS.CORRELATION_ID": "x" * 129, "WM_SVC.NAME": None}, ["WM_QOS.CORRELATION_ID", "WM_SVC.NAME"]),
    ],
)
async def test_every_bad_header_is_named_in_one_answer(
    things: Counter, headers: dict[str, str | None], fields: list[str]
) -> None:
    answer = await things.send("GET", "/thing", headers=headers)
    assert errors(answer, 400) == [("INVALID_REQUEST_HEADER.GMP_GATEWAY_API", field) for field in fields]


@pytest.mark.contract("GW-09")
@pytest.mark.parametrize("correlation_id", ["1", "no uuid at all", "~" * 128])
async def test_the_correlation_id_comes_back(things: Counter, correlation_id: str) -> None:
    answer = await things.send("GET", "/thing", headers={"WM_QOS.CORRELATION_ID": correlation_id})
    assert answer.status_code == 200
    assert answer.headers["wm_qos.correlation_id"] == correlation_id


@pytest.mark.contract("GW-08")
async def test_extra_headers_are_ignored_and_names_are_read_in_any_case(things: Counter) -> None:
    extra = {"WM_MARKET": "us", "WM_GLOBAL_VERSION": "3.1", "Authorization": "Basic bm90aGluZw==", "X-Any": "1"}
    assert (await things.send("GET", "/thing", headers=extra)).status_code == 200
    token = await things.token()
    other_case = {
        "WM_SEC.ACCESS_TOKEN": None,
        "WM_SVC.NAME": None,
        "WM_QOS.CORRELATION_ID": None,
        "wm_sec.access_token": token,
        "Wm_Svc.Name": "any",
        "wm_qos.CORRELATION_ID": "mixed",
    }
    answer = await things.send("GET", "/thing", headers=other_case)
    assert answer.status_code == 200
    assert answer.headers["wm_qos.correlation_id"] == "mixed"


@pytest.mark.contract("GW-07", "GW-08")
@pytest.mark.parametrize(
    ("accept", "form"),
    [(None, JSON), ("", JSON), ("*/*", JSON), (JSON, JSON), (XML, XML), ("text/csv, application/xml;q=0.1", XML)],
)
async def test_an_answer_comes_in_the_form_that_is_accepted(things: Counter, accept: str | None, form: str) -> None:
    answer = await things.send("GET", "/thing", headers={"Accept": accept})
    assert answer.status_code == 200
    assert answer.headers["content-type"].partition(";")[0] == form


@pytest.mark.contract("GW-11")
async def test_what_is_not_offered_is_not_acceptable(things: Counter) -> None:
    for path, accept in (("/thing", "text/csv"), ("/report", "text/csv"), ("/thing", "application/json;q=0")):
        answer = await things.send("GET", path, headers={"Accept": accept})
        assert errors(answer, 406) == [("INVALID_ACCEPT_TYPE.GMP_GATEWAY_API", "Accept")]
    answer = await things.send("GET", "/report", headers={"Accept": XML})
    assert answer.status_code == 406
    assert "<field>Accept</field>" in answer.text


async def test_an_operation_without_xml_answers_json_where_that_will_do(things: Counter) -> None:
    answer = await things.send("GET", "/report", headers={"Accept": "application/xml, */*;q=0.1"})
    assert answer.headers["content-type"] == JSON


@pytest.mark.contract("GW-07")
@pytest.mark.parametrize("sent_as", [JSON, XML, "Application/JSON; charset=utf-8", "application/xml;charset=UTF-8"])
async def test_a_body_comes_in_a_type_that_is_taken(things: Counter, sent_as: str) -> None:
    answer = await things.send("PUT", "/thing", headers={"Content-Type": sent_as}, content=b"{}")
    assert answer.status_code == 200


@pytest.mark.contract("GW-07")
@pytest.mark.parametrize("sent_as", [None, "text/plain", "application/jsonp", "multipart/form-data; boundary=x"])
async def test_a_body_of_another_type_is_not_supported(things: Counter, sent_as: str | None) -> None:
    answer = await things.send("PUT", "/thing", headers={"Content-Type": sent_as}, content=b"{}")
    assert errors(answer, 415) == [("UNSUPPORTED_MEDIA_TYPE.GMP_GATEWAY_API", "Content-Type")]


async def test_a_compressed_body_is_not_supported(things: Counter) -> None:
    headers = {"Content-Type": JSON, "Content-Encoding": "gzip"}
    answer = await things.send("PUT", "/thing", headers=headers, content=b"{}")
    assert errors(answer, 415) == [("UNSUPPORTED_MEDIA_TYPE.GMP_GATEWAY_API", "Content-Encoding")]


async def test_a_call_that_takes_no_body_needs_no_type(things: Counter) -> None:
    assert (await things.send("POST", "/bare")).status_code == 200


@pytest.mark.contract("GW-19")
async def test_a_viewer_looks_and_writes_nothing(things: Counter) -> None:
    assert (await things.get("/thing", client="viewer")).status_code == 200
    for method, path in (("PUT", "/thing"), ("POST", "/bare")):
        answer = await things.send(method, path, client="viewer", json={})
        assert errors(answer, 403) == [("FORBIDDEN.GMP_GATEWAY_API", "inventory")]
        assert "full_access" in descriptions(answer)


@pytest.mark.contract("GW-19")
async def test_a_client_without_access_does_not_look_either(things: Counter) -> None:
    answer = await things.get("/report", client="viewer")
    assert errors(answer, 403) == [("FORBIDDEN.GMP_GATEWAY_API", "reports")]
    assert (await things.get("/report")).status_code == 200


async def test_a_call_is_judged_in_one_order(database: Database, clock: FrozenClock) -> None:
    counter = Counter(database, clock, more=operations, rates={"write": Rate.of(4, 3_600)})
    await counter.open()
    wrong: dict[str, str | None] = {
        "WM_SEC.ACCESS_TOKEN": "no token!",
        "Accept": "text/csv",
        "Content-Type": "text/plain",
        "WM_SVC.NAME": None,
    }

    async def status() -> int:
        return (await counter.send("PUT", "/thing", client="viewer", headers=wrong, content=b"{}")).status_code

    assert await status() == 401
    del wrong["WM_SEC.ACCESS_TOKEN"]
    assert await status() == 406
    wrong["Accept"] = JSON
    assert await status() == 415
    wrong["Content-Type"] = JSON
    assert await status() == 403
    answer = await counter.send("PUT", "/thing", headers=wrong, content=b"{}")
    assert errors(answer, 400) == [("INVALID_REQUEST_HEADER.GMP_GATEWAY_API", "WM_SVC.NAME")]
    assert await status() == 403
    wrong["Accept"] = "text/csv"
    assert await status() == 429


@pytest.mark.contract("GW-15")
async def test_calls_are_limited_by_client_and_operation(database: Database, clock: FrozenClock) -> None:
    counter = Counter(database, clock, more=operations, rates={"thing": Rate.of(2, 60)})
    await counter.open()
    left = [(await counter.get("/thing")).headers["x-current-token-count"] for _ in range(2)]
    assert left == ["1", "0"]
    refused = await counter.get("/thing")
    assert errors(refused, 429) == [("REQUEST_THRESHOLD_VIOLATED.GMP_GATEWAY_API", "REQUEST_THRESHOLD")]
    assert refused.headers["retry-after"] == "30"
    assert refused.headers["x-next-replenishment-time"] == "2026-03-05T12:00:30.000000Z"
    assert (await counter.get("/thing", client="viewer")).status_code == 200
    clock.advance(30)
    assert (await counter.get("/thing")).status_code == 200


@pytest.mark.contract("GW-11")
async def test_a_refusal_of_the_handler_carries_its_service_and_its_headers(things: Counter) -> None:
    answer = await things.get("/thing", refuse="1")
    assert errors(answer, 404) == [("CONTENT_NOT_FOUND.GMP_THING_API", "thing")]
    assert answer.headers["x-said"] == "no"


@pytest.mark.contract("GW-11")
@pytest.mark.parametrize("accept", [JSON, XML])
async def test_what_is_not_there_is_said_in_the_form_that_is_accepted(things: Counter, accept: str) -> None:
    for method, path, status, code in (
        ("GET", "/nothing<&>", 404, "URI_NOT_FOUND.GMP_GATEWAY_API"),
        ("DELETE", "/thing", 405, "METHOD_NOT_ALLOWED.GMP_GATEWAY_API"),
    ):
        answer = await things.send(method, path, headers={"Accept": accept})
        assert answer.status_code == status
        assert code in answer.text
        assert answer.headers["content-type"].partition(";")[0] == accept
    assert answer.headers["allow"] == "GET, HEAD, PUT"


@pytest.mark.contract("GW-14")
async def test_a_defect_is_answered_with_its_correlation_id_and_nothing_of_the_inside(
    things: Counter, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.ERROR)
    answer = await things.get("/thing", fail="1")
    assert errors(answer, 500) == [("SYSTEM_ERROR.GMP_GATEWAY_API", "SYSTEM")]
    assert "a-call" in answer.json()["error"][0]["info"]
    assert "inside" not in answer.text
    assert "a secret of the inside" in caplog.text


@pytest.mark.contract("GW-11")
async def test_a_busy_database_asks_to_come_again(things: Counter) -> None:
    answer = await things.get("/thing", away="1")
    assert errors(answer, 503) == [("SYSTEM_ERROR.GMP_GATEWAY_API", "SYSTEM")]
    assert answer.headers["retry-after"] == "1"


async def test_the_document_declares_headers_errors_and_the_token(things: Counter) -> None:
    paths = (await things.client.get("/openapi.json")).json()["paths"]
    put, get = paths["/v3/thing"]["put"], paths["/v3/thing"]["get"]
    assert put["security"] == [{"gatewayToken": []}]
    named = {parameter["name"]: parameter["required"] for parameter in put["parameters"]}
    assert named == {"WM_QOS.CORRELATION_ID": True, "WM_SVC.NAME": True, "WM_CONSUMER.CHANNEL.TYPE": False}
    assert set(get["responses"]) == {"200", "400", "401", "403", "406", "429", "500", "503"}
    assert set(put["responses"]) == set(get["responses"]) | {"413", "415"}
    assert list(get["responses"]["200"]["content"]) == [JSON, XML]
    assert list(put["responses"]["200"]["content"]) == [JSON]
    assert list(put["responses"]["415"]["content"]) == [JSON, XML]
    assert list(put["requestBody"]["content"]) == [JSON, XML]
    assert "X-Current-Token-Count" in get["responses"]["200"]["headers"]
    assert paths["/v3/token"]["post"]["security"] == [{"gatewayClient": []}]
