"""Events by HTTP: outcomes, idempotency, and whatever can be wrong with a body or a line of it."""

import gzip
import zlib
from typing import Any

import msgspec
import pytest
import zstandard

from tests.surfaces.operator.desk import GTIN, LIMITS, OTHER_GTIN, Desk, event, faults, problem


async def on_hand(desk: Desk, store: int = 45) -> float:
    """The units of the first item on the floor of a store."""
    stocks = (await desk.get(f"/stores/{store}/items/{GTIN}/stock")).json()["stock"]
    return float(sum(stock["quantity"] for stock in stocks if stock["locationArea"] == "STORE"))


def lines(*events: dict[str, Any]) -> bytes:
    """Events as NDJSON."""
    return b"".join(msgspec.json.encode(each) + b"\n" for each in events)


@pytest.mark.contract("OP-03", "SI-09")
async def test_accepted_events_are_on_hand_at_once(shop: Desk) -> None:
    found = await shop.post_events(event("e-1", 5), event("e-2", -2, eventType="SALES"))
    assert found == {
        "accepted": 2,
        "duplicate": 0,
        "refused": 0,
        "results": [
            {"position": 1, "status": "accepted", "eventId": "e-1"},
            {"position": 2, "status": "accepted", "eventId": "e-2"},
        ],
    }
    assert await on_hand(shop) == 3


@pytest.mark.contract("OP-03")
@pytest.mark.parametrize("packed", [gzip.compress, zstandard.compress, bytes])
@pytest.mark.parametrize("listed", [False, True])
async def test_a_batch_is_taken_as_lines_or_list_and_compressed_or_not(shop: Desk, packed: Any, listed: bool) -> None:
    events = [event("e-1"), event("e-2")]
    body = msgspec.json.encode(events) if listed else lines(*events)
    encoding = {gzip.compress: "gzip", zstandard.compress: "zstd", bytes: "identity"}[packed]
    media_type = "application/json; charset=utf-8" if listed else "application/x-ndjson"
    answer = await shop.send(packed(body), content_encoding=encoding, content_type=media_type)
    assert (answer.json()["accepted"], await on_hand(shop)) == (2, 2)


@pytest.mark.parametrize("media_type", ["application/ndjson", "application/jsonl", "application/x-jsonlines"])
async def test_lines_are_taken_by_the_other_names_of_their_type(shop: Desk, media_type: str) -> None:
    body = gzip.compress(lines(event("e-1"), event("e-2")))
    answer = await shop.send(body, content_encoding="x-gzip", content_type=media_type)
    assert answer.json()["accepted"] == 2


@pytest.mark.contract("OP-03")
@pytest.mark.parametrize("body", [b"", b"\n\n", b"  \n"])
async def test_an_empty_batch_is_fine(shop: Desk, body: bytes) -> None:
    answer = await shop.send(body)
    assert answer.json() == {"accepted": 0, "duplicate": 0, "refused": 0, "results": []}


async def test_an_empty_list_is_fine(shop: Desk) -> None:
    answer = await shop.send(b"[]", content_type="application/json")
    assert answer.json()["results"] == []


@pytest.mark.contract("OP-04")
async def test_a_repeat_is_a_duplicate_and_other_content_a_conflict(shop: Desk) -> None:
    await shop.post_events(event("e-1", 5))
    found = await shop.post_events(event("e-1", 5), event("e-1", 6), event("e-1", 5, storeNbr=46))
    assert [result["status"] for result in found["results"]] == ["duplicate", "refused", "accepted"]
    conflict = found["results"][1]
    assert (conflict["eventId"], conflict["code"], conflict["field"]) == ("e-1", "conflict", "eventId")
    assert (await on_hand(shop), await on_hand(shop, 46)) == (5, 5)


@pytest.mark.contract("OP-04")
async def test_an_id_that_stands_twice_in_a_batch_with_other_content_is_refused_the_second_time(shop: Desk) -> None:
    found = await shop.post_events(event("e-1", 5), event("e-1", 6), event("e-1", 5))
    assert [result["status"] for result in found["results"]] == ["accepted", "refused", "duplicate"]
    assert await on_hand(shop) == 5


@pytest.mark.contract("OP-04")
async def test_the_events_of_another_source_are_other_events(shop: Desk) -> None:
    await shop.post_events(event("e-1", 5))
    added = (await shop.post("/operator-clients", {"clientId": "docks", "source": "docks"})).json()
    shop.client.headers["Authorization"] = f"Bearer {added['token']}"
    assert (await shop.post_events(event("e-1", 5)))["accepted"] == 1
    assert await on_hand(shop) == 10


REFUSED: list[tuple[dict[str, Any], str, str | None]] = [
    ({"storeNbr": 99}, "storeNbr", "unknown_store"),
    ({"storeNbr": -45}, "storeNbr", "unknown_store"),
    ({"storeNbr": 2**70}, "storeNbr", None),
    ({"storeNbr": None}, "storeNbr", "missing_store"),
    ({"node": "123456701", "storeNbr": None}, "node", "unknown_node"),
    ({"gtin": "0001234567890X"}, "gtin", "invalid_gtin"),
    ({"gtin": "\u0000"}, "gtin", "invalid_gtin"),
    ({"gtin": "00000000000017"}, "gtin", "unknown_item"),
    ({"eventType": "BOUGHT"}, "eventType", "unknown_event_type"),
    ({"eventType": "TSBR"}, "eventType", "raised_by_platform"),
    ({"locationArea": "store"}, "locationArea", "unknown_area"),
    ({"quantity": -1}, "quantity", "wrong_sign"),
    ({"eventType": "SALES"}, "quantity", "wrong_sign"),
    ({"quantity": 10_000_000_000}, "quantity", "invalid_quantity"),
    ({"quantity": 10**30}, "quantity", None),
    ({"quantity": 0.00001}, "quantity", "invalid_quantity"),
    ({"quantity": 1e300}, "quantity", "invalid_quantity"),
    ({"quantity": "1"}, "quantity", "invalid_field"),
    ({"quantity": None}, "quantity", "missing_quantity"),
    ({"eventType": "PI", "quantity": None, "counted": -1}, "counted", "negative_count"),
    ({"eventType": "PI"}, "quantity", "wrong_quantity"),
    ({"occurredAt": "2026-03-05T12:05:01Z"}, "occurredAt", "in_the_future"),
    ({"occurredAt": "9999-12-31T23:59:59.999999Z"}, "occurredAt", "in_the_future"),
    ({"occurredAt": "9999-12-31T23:59:59-14:00"}, "occurredAt", None),
    ({"occurredAt": "0001-01-01T00:00:00Z"}, "occurredAt", "too_early"),
    ({"occurredAt": "0001-01-01T00:00:00+14:00"}, "occurredAt", None),
    ({"occurredAt": "0000-01-01T00:00:00Z"}, "occurredAt", "invalid_field"),
    ({"occurredAt": "yesterday"}, "occurredAt", "invalid_field"),
    ({"occurredAt": None}, "occurredAt", "invalid_field"),
    ({"eventId": ""}, "eventId", "invalid_event_id"),
    ({"eventId": "a\u0000b"}, "eventId", "invalid_event_id"),
    ({"eventId": "x" * 129}, "eventId", "invalid_event_id"),
    ({"reference": "a\u0000b"}, "reference", "invalid_reference"),
    ({"colour": "red"}, "colour", "invalid_field"),
]


@pytest.mark.contract("OP-03", "OP-06")
async def test_a_bad_event_is_refused_with_its_field_and_the_rest_stands(shop: Desk) -> None:
    bad = [{**event(f"bad-{number}"), **fields} for number, (fields, _, _) in enumerate(REFUSED)]
    bad = [{name: value for name, value in each.items() if value is not None} for each in bad]
    for start in range(0, len(bad), 20):
        part = bad[start : start + 20]
        found = await shop.post_events(event(f"good-{start}"), *part, event(f"last-{start}"))
        assert [found["results"][0]["status"], found["results"][-1]["status"]] == ["accepted", "accepted"]
        for result, (fields, field, code) in zip(found["results"][1:-1], REFUSED[start : start + 20], strict=True):
            assert (result["status"], result["field"]) == ("refused", field), (fields, result)
            assert code in (None, result["code"]), (fields, result)
            assert result["message"], fields
    assert await on_hand(shop) == 4


@pytest.mark.contract("OP-03")
@pytest.mark.parametrize(
    ("line", "code"),
    [
        (b'{"eventId": "\xff"}', "not_utf8"),
        (b'{"eventId": "e-2", "quantity": NaN}', "malformed_json"),
        (b'{"eventId": "e-2", "quantity": 1e400}', None),
        (b'{"eventId": "e-2"', "malformed_json"),
        (b"[1, 2]", "invalid_field"),
        (b"nonsense", "malformed_json"),
        (b'{"eventId": "' + b"x" * LIMITS.line_bytes_max + b'"}', "line_too_long"),
        (b'{"from":' * 5_000, None),
        (b'{"eventId":' + b"[" * 9_000, None),
    ],
)
async def test_a_bad_line_is_refused_at_its_place(shop: Desk, line: bytes, code: str | None) -> None:
    answer = await shop.send(lines(event("e-1")) + b"\n" + line + b"\n" + lines(event("e-3")))
    found = answer.json()
    assert [(result["position"], result["status"]) for result in found["results"]] == [
        (1, "accepted"),
        (3, "refused"),
        (4, "accepted"),
    ]
    assert code in (None, found["results"][1]["code"]), found


async def test_the_first_line_may_be_bad_as_well(shop: Desk) -> None:
    found = (await shop.send(b"nonsense\n" + lines(event("e-1")))).json()
    assert [result["status"] for result in found["results"]] == ["refused", "accepted"]


async def test_a_refused_line_is_told_by_its_event_id_where_it_has_one(shop: Desk) -> None:
    found = await shop.post_events({"eventId": "e-1", "storeNbr": "45"})
    assert found["results"][0]["eventId"] == "e-1"


@pytest.mark.contract("OP-03")
@pytest.mark.parametrize(
    ("body", "encoding"),
    [
        (gzip.compress(lines(event("e-1")), mtime=0)[:-6], "gzip"),
        (gzip.compress(lines(event("e-1")), mtime=0)[:12], "gzip"),
        (b"\x1f\x8b" + b"\x00" * 30, "gzip"),
        (lines(event("e-1")), "gzip"),
        (zstandard.compress(lines(event("e-1")))[:-4], "zstd"),
        (zlib.compress(lines(event("e-1"))), "zstd"),
    ],
    ids=["cut at its end", "cut at its start", "no deflate", "not compressed", "zstd cut", "zlib said to be zstd"],
)
async def test_damaged_compression_stores_nothing(shop: Desk, body: bytes, encoding: str) -> None:
    said = problem(await shop.send(body, content_encoding=encoding), 400, "unreadable-body")
    assert said["detail"].startswith("Nothing was stored")
    assert await on_hand(shop) == 0


@pytest.mark.contract("OP-03")
@pytest.mark.parametrize(("packed", "encoding"), [(gzip.compress, "gzip"), (zstandard.compress, "zstd")])
async def test_a_bomb_is_refused_before_it_is_unpacked(shop: Desk, packed: Any, encoding: str) -> None:
    bomb = packed(lines(event("e-1")) + b" " * 20_000_000)
    assert len(bomb) < LIMITS.body_bytes_max
    problem(await shop.send(bomb, content_encoding=encoding), 413, "too-large")
    assert await on_hand(shop) == 0


@pytest.mark.contract("OP-03")
@pytest.mark.parametrize("listed", [False, True])
async def test_a_batch_over_the_maximum_is_refused_as_a_whole(shop: Desk, listed: bool) -> None:
    events = [event(f"e-{number}") for number in range(LIMITS.rows_max + 1)]
    body = msgspec.json.encode(events) if listed else lines(*events)
    media_type = "application/json" if listed else "application/x-ndjson"
    said = problem(await shop.send(body, content_type=media_type), 413, "too-large")
    assert str(LIMITS.rows_max) in said["detail"]
    assert await on_hand(shop) == 0


async def test_a_body_over_the_maximum_is_refused(shop: Desk) -> None:
    problem(await shop.send(b" " * (LIMITS.body_bytes_max + 1)), 413, "too-large")


@pytest.mark.parametrize("body", [b"", b"[", b"1", b"[1, NaN]", b"\xff", b"[" * 50_000])
async def test_a_body_that_is_no_json_list_is_refused(shop: Desk, body: bytes) -> None:
    problem(await shop.send(body, content_type="application/json"), 400, "unreadable-body")


async def test_another_media_type_or_encoding_is_told_which_are_taken(shop: Desk) -> None:
    as_text = await shop.send(b"", content_type="text/csv")
    as_brotli = await shop.send(b"", content_encoding="br")
    problem(as_text, 415, "unsupported-media-type")
    problem(as_brotli, 415, "unsupported-media-type")
    assert as_text.headers["accept"].startswith("application/x-ndjson, application/json, application/ndjson")
    assert as_brotli.headers["accept-encoding"] == "gzip, x-gzip, zstd, identity"


async def test_a_parameter_of_no_meaning_is_refused(shop: Desk) -> None:
    answer = await shop.client.post("/operator/v1/events?source=other", content=b"")
    assert faults(answer, 400, "bad-parameters") == [("source", "unknown_parameter")]


@pytest.mark.contract("OP-03")
async def test_a_move_between_stores_is_whole_in_both(shop: Desk) -> None:
    await shop.post_events(event("e-1", 5))
    moved = await shop.post_events(event("m-1", 2, eventType="STOCK_TRANSFER", to={"storeNbr": 46}))
    assert moved["accepted"] == 1
    assert (await on_hand(shop), await on_hand(shop, 46)) == (3, 2)


@pytest.mark.contract("OP-06")
async def test_on_hand_may_go_negative(shop: Desk) -> None:
    await shop.post_events(event("e-1", -3, eventType="SALES", gtin=GTIN), event("e-2", 1, gtin=OTHER_GTIN))
    assert await on_hand(shop) == -3
