"""Bodies that can't be read, whatever they were to say."""

import pytest

from tests.surfaces.operator.desk import LIMITS, SMALL_BODY_BYTES_MAX, Desk, faults, problem

PATH = "/operator/v1/partners"


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"{",
        b'{"kind": "supplier"',
        b'{"kind": NaN}',
        b'{"kind": 1e400}',
        b'{"kind": "\xff\xfe"}',
        b'{"kind": "\\ud800"}',
        b"\x1f\x8b\x08",
        b"[" * 50_000,
    ],
)
async def test_a_body_that_is_no_json_is_told_why(desk: Desk, body: bytes) -> None:
    answer = await desk.client.post(PATH, content=body, headers={"content-type": "application/json"})
    assert problem(answer, 400, "unreadable-body")["detail"].startswith("The body is ")


@pytest.mark.parametrize("body", [b"[]", b"null", b"1", b'"text"'])
async def test_json_that_is_no_object_is_refused(desk: Desk, body: bytes) -> None:
    answer = await desk.client.post(PATH, content=body, headers={"content-type": "application/json"})
    (fault,) = problem(answer, 422, "refused")["errors"]
    assert (fault["pointer"], fault["code"]) == ("", "invalid_value")


@pytest.mark.parametrize(
    ("path", "bytes_max"), [(PATH, SMALL_BODY_BYTES_MAX), ("/operator/v1/items", LIMITS.body_bytes_max)]
)
async def test_a_body_over_the_limit_is_refused_while_it_is_read(desk: Desk, path: str, bytes_max: int) -> None:
    assert (await desk.client.post(path, content=b" " * bytes_max)).status_code == 400
    problem(await desk.client.post(path, content=b" " * (bytes_max + 1)), 413, "too-large")


async def test_a_body_of_another_type_is_told_which_is_taken(desk: Desk) -> None:
    answer = await desk.client.post(PATH, content=b"kind=supplier", headers={"content-type": "text/plain"})
    problem(answer, 415, "unsupported-media-type")
    assert answer.headers["accept"] == "application/json"


async def test_a_compressed_body_is_taken_for_events_only(desk: Desk) -> None:
    answer = await desk.client.post(PATH, content=b"\x1f\x8b", headers={"content-encoding": "gzip"})
    problem(answer, 415, "unsupported-media-type")
    assert answer.headers["accept-encoding"] == "identity"


async def test_faults_of_a_list_point_to_its_rows(desk: Desk) -> None:
    rows = [{"storeNbr": 1, "name": "One"}, {"storeNbr": 0, "name": "Zero"}, {"storeNbr": "2"}, 3]
    answer = await desk.post("/stores", {"stores": rows})
    assert faults(answer, 422, "refused") == [
        ("/stores/1/storeNbr", "invalid_value"),
        ("/stores/2/storeNbr", "invalid_value"),
        ("/stores/2/name", "missing_field"),
        ("/stores/3", "invalid_value"),
    ]


async def test_a_list_of_many_faults_is_answered_with_the_first_hundred(desk: Desk) -> None:
    answer = await desk.post("/stores", {"stores": [{"storeNbr": 0, "name": "Zero"}] * 500})
    assert len(faults(answer, 422, "refused")) == 100
    assert answer.json()["detail"] == "500 things were wrong; errors has the first 100."


async def test_an_empty_list_is_refused(desk: Desk) -> None:
    assert faults(await desk.post("/stores", {"stores": []}), 422, "refused") == [("/stores", "invalid_value")]


async def test_a_list_over_its_rows_is_refused(desk: Desk) -> None:
    body = b'{"items":[' + b",".join([b"{}"] * 10_001) + b"]}"
    answer = await desk.client.post("/operator/v1/items", content=body)
    assert faults(answer, 422, "refused") == [("/items", "invalid_value")]
    assert "10000" in answer.json()["detail"]
