"""The bodies of the gateway's errors, byte for byte."""

import msgspec
import pytest
from starlette.types import Message

from onhand.surfaces.gateway.errors import Fault, Refused, answer_fault, error_answers, refusal_response, refused
from onhand.surfaces.plumbing.call import Call

pytestmark = pytest.mark.contract("GW-10")
TWO = Refused(
    400,
    (
        Fault("INVALID_REQUEST_PARAM", "gtin", "“12<&” is no GTIN."),
        Fault("MISSING_REQUEST_PARAM", "shipNode", "It is missing.", "Some info"),
    ),
)


async def _nothing() -> Message:
    return {"type": "http.disconnect"}


def call_of(accept: bytes = b"", path: str = "/v3/thing") -> Call:
    headers = [(b"accept", accept)] if accept else []
    call = Call({"type": "http", "method": "PUT", "path": path, "query_string": b"", "headers": headers}, _nothing)
    call.correlation_id = "a-correlation"
    return call


def test_every_error_is_listed_in_json() -> None:
    response = refusal_response(call_of(), TWO, "INVENTORY")
    assert response.status_code == 400
    assert dict(response.raw_headers)[b"content-type"] == b"application/json"
    assert bytes(response.body).decode() == (
        '{"error":[{"code":"INVALID_REQUEST_PARAM.GMP_INVENTORY_API","field":"gtin",'
        '"description":"“12<&” is no GTIN.","info":"Invalid request parameter","severity":"ERROR","category":"DATA",'
        '"causes":[],"errorIdentifiers":{}},'
        '{"code":"MISSING_REQUEST_PARAM.GMP_INVENTORY_API","field":"shipNode","description":"It is missing.",'
        '"info":"Some info","severity":"ERROR","category":"DATA","causes":[],"errorIdentifiers":{}}]}'
    )


def test_every_error_is_listed_in_xml() -> None:
    response = refusal_response(call_of(b"application/xml"), TWO, "INVENTORY")
    headers = dict(response.raw_headers)
    assert headers[b"content-type"] == b"application/xml; charset=utf-8"
    assert headers[b"content-length"] == str(len(response.body)).encode()
    assert bytes(response.body).decode().partition("?>")[2] == (
        "<errors><error><code>INVALID_REQUEST_PARAM.GMP_INVENTORY_API</code><field>gtin</field>"
        "<description>“12&lt;&amp;” is no GTIN.</description><info>Invalid request parameter</info>"
        "<severity>ERROR</severity><category>DATA</category></error>"
        "<error><code>MISSING_REQUEST_PARAM.GMP_INVENTORY_API</code><field>shipNode</field>"
        "<description>It is missing.</description><info>Some info</info>"
        "<severity>ERROR</severity><category>DATA</category></error></errors>"
    )


def test_the_gateway_is_the_service_of_its_own_errors() -> None:
    response = refusal_response(call_of(), refused(401, "UNAUTHORIZED", "UNAUTHORIZED", "Why.", ((b"x-a", b"1"),)))
    assert b'"code":"UNAUTHORIZED.GMP_GATEWAY_API","field":"UNAUTHORIZED"' in bytes(response.body)
    assert (b"x-a", b"1") in response.raw_headers


@pytest.mark.contract("GW-11", "GW-14")
@pytest.mark.parametrize(
    ("status", "code"),
    [
        (404, "URI_NOT_FOUND"),
        (405, "METHOD_NOT_ALLOWED"),
        (413, "INVALID_REQUEST_CONTENT"),
        (500, "SYSTEM_ERROR"),
        (503, "SYSTEM_ERROR"),
    ],
)
@pytest.mark.parametrize("accept", [b"application/json", b"application/xml"])
def test_what_no_operation_answers_has_its_code(status: int, code: str, accept: bytes) -> None:
    response = answer_fault(call_of(accept), status)
    assert response.status_code == status
    body = bytes(response.body).decode()
    assert f"{code}.GMP_GATEWAY_API" in body
    assert ("a-correlation" in body) is (status >= 500)


def test_what_xml_can_not_write_does_not_spoil_an_answer() -> None:
    response = answer_fault(call_of(b"application/xml", "/v3/\x00\x1b<"), 404)
    assert "/v3/\ufffd\ufffd&lt;" in bytes(response.body).decode()


def test_a_long_path_is_not_repeated_whole() -> None:
    assert len(answer_fault(call_of(path="/v3/" + "x" * 50_000), 404).body) < 1_000


def test_every_documented_error_has_an_example_of_its_own_shape() -> None:
    statuses = (400, 401, 403, 404, 406, 409, 413, 415, 429, 500, 503)
    answers = error_answers(*statuses)
    assert tuple(answers) == statuses
    for answer in answers.values():
        assert msgspec.convert(answer.example, answer.type).error[0].severity == "ERROR"
