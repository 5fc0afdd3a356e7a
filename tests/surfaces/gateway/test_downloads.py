"""Downloads by a link: anyone who has it, and nobody who has anything else."""

import string
from pathlib import Path
from typing import Any
from urllib.parse import quote

import httpx
import msgspec
import pytest

from onhand.reports.links import Links, object_key
from onhand.store.database import Database
from tests.conftest import FrozenClock
from tests.store.storing import IMPATIENT, MEBIBYTE, opened_bucket, pieces
from tests.surfaces.gateway.counter import BASE_URL, SECRET, Counter, descriptions, errors

pytestmark = pytest.mark.contract("DS-26")

FOLDER = "inventory-dsv-report"
NAME = "InventoryDSVReport_vendor_2026-03-05T120000.zip"
CONTENT = bytes(range(256)) * 1000
FORBIDDEN = "FORBIDDEN.GMP_REPORT_API"
CHANGED, EXPIRED = [(FORBIDDEN, "sig")], [(FORBIDDEN, "se")]


@pytest.fixture
async def url(counter: Counter) -> str:
    """The link to a file that is kept."""
    return await kept(counter)


async def kept(counter: Counter, name: str = NAME, content: bytes = CONTENT) -> str:
    services = counter.services
    await services.objects.put(object_key(FOLDER, name), pieces([content]))
    return services.links.url_of(FOLDER, name, counter.clock()).url


async def get(counter: Counter, url: str, method: str = "GET", **headers: str) -> httpx.Response:
    """What the call of a link is answered, with no header but those given."""
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    return await counter.client.request(method, url, headers=named)


async def test_a_link_gives_the_file_without_a_token_or_any_header(counter: Counter, url: str) -> None:
    answer = await get(counter, url)
    assert (answer.status_code, answer.content) == (200, CONTENT)
    assert answer.headers["content-type"] == "application/zip"
    assert answer.headers["content-length"] == str(len(CONTENT))
    assert answer.headers["content-disposition"] == f'attachment; filename="{NAME}"'
    assert answer.headers["accept-ranges"] == "bytes"
    assert answer.headers["cache-control"] == "private, no-store"
    assert answer.headers["etag"].startswith('"')


async def test_head_tells_of_the_file_what_get_does_and_no_more(counter: Counter, url: str) -> None:
    told, given = await get(counter, url, "HEAD"), await get(counter, url)
    assert (told.status_code, told.content) == (200, b"")
    correlation = "wm_qos.correlation_id"
    assert {**told.headers, correlation: ""} == {**given.headers, correlation: ""}


@pytest.mark.parametrize(
    ("sent", "start", "end"),
    [
        ("bytes=0-0", 0, 1),
        ("bytes=1000-", 1000, 256_000),
        ("bytes=-10", 255_990, 256_000),
        ("bytes=5-80000", 5, 80_001),
    ],
)
async def test_a_range_is_answered_with_that_part(counter: Counter, url: str, sent: str, start: int, end: int) -> None:
    answer = await get(counter, url, range=sent)
    assert (answer.status_code, answer.content) == (206, CONTENT[start:end])
    assert answer.headers["content-range"] == f"bytes {start}-{end - 1}/256000"
    assert answer.headers["content-length"] == str(end - start)
    assert answer.headers["etag"] == (await get(counter, url, "HEAD")).headers["etag"]


@pytest.mark.parametrize("sent", ["bytes=256000-", "bytes=-0"])
async def test_a_range_beyond_the_file_is_told_its_size(counter: Counter, url: str, sent: str) -> None:
    answer = await get(counter, url, range=sent)
    assert errors(answer, 416) == [("INVALID_REQUEST_HEADER.GMP_REPORT_API", "Range")]
    assert answer.headers["content-range"] == "bytes */256000"


@pytest.mark.parametrize("sent", ["bytes=0-1,4-5", "lines=1-2", "bytes=9-2", "nonsense"])
async def test_what_is_no_single_range_is_answered_whole(counter: Counter, url: str, sent: str) -> None:
    answer = await get(counter, url, range=sent)
    assert (answer.status_code, answer.content) == (200, CONTENT)


async def test_a_range_of_the_file_that_was_begun_goes_on_and_one_of_another_begins_anew(
    counter: Counter, url: str
) -> None:
    first = await get(counter, url, "HEAD")
    for name in ("etag", "last-modified"):
        same = await get(counter, url, range="bytes=7-9", if_range=first.headers[name])
        assert (same.status_code, same.content) == (206, CONTENT[7:10])
    for other in ('"another"', f"W/{first.headers['etag']}", "Thu, 01 Jan 1970 00:00:00 GMT", ""):
        answer = await get(counter, url, range="bytes=7-9", if_range=other)
        assert (answer.status_code, answer.content) == (200, CONTENT)


async def test_parts_one_after_another_are_the_file(counter: Counter, url: str) -> None:
    asked = [f"bytes={start}-{start + 69_999}" for start in range(0, len(CONTENT), 70_000)]
    assert b"".join([(await get(counter, url, range=each)).content for each in asked]) == CONTENT


async def test_a_link_that_has_expired_is_refused_from_its_second_on(counter: Counter, url: str) -> None:
    counter.clock.advance(3599.999999)
    assert (await get(counter, url)).status_code == 200
    counter.clock.advance(0.000001)
    answer = await get(counter, url)
    assert errors(answer, 403) == EXPIRED
    assert "/v3/reports/downloadReport" in descriptions(answer)
    assert errors(await get(counter, url, range="bytes=0-1"), 403) == EXPIRED


async def test_every_change_of_a_single_character_is_refused_alike(counter: Counter, url: str) -> None:
    whole = url.removeprefix(BASE_URL)
    begins = len("/v3/reports/getReport/")
    bodies = set()
    for place in range(begins, len(whole)):
        for character in {"A", "0", "/", "&", "=", "?", "%", "-", chr(ord(whole[place]) ^ 1)} - {whole[place]}:
            answer = await raw_get(counter, whole[:place] + character + whole[place + 1 :])
            assert errors(answer, 403) == CHANGED, whole[:place] + character
            bodies.add(answer.content)
    for place in range(1, begins):
        other = next(character for character in string.ascii_letters if character != whole[place])
        answer = await raw_get(counter, whole[:place] + other + whole[place + 1 :])
        assert answer.status_code == 404
    assert len(bodies) == 1


async def raw_get(counter: Counter, whole: str) -> httpx.Response:
    """What a path and a query are answered, sent as they are: httpx would tidy them up."""
    target = httpx.URL(BASE_URL).copy_with(raw_path=whole.encode("ascii"))
    request = counter.client.build_request("GET", target)
    request.url = target
    return await counter.client.send(request)


@pytest.mark.parametrize(
    "path",
    [
        "",
        "a",
        f"{FOLDER}/{NAME}",
        f"{FOLDER}/",
        f"/{FOLDER}/{NAME}",
        f"{FOLDER}/{NAME}/more",
        f"{FOLDER}/..%2f..%2f..%2fetc%2fpasswd",
        "..%2f..%2fonhand.db/x",
        f"{FOLDER}/%00",
        f"{FOLDER}/%ff",
        f"{FOLDER}/" + "x" * 10_000,
    ],
)
async def test_what_is_no_link_is_refused_as_one_that_was_changed(counter: Counter, url: str, path: str) -> None:
    answer = await raw_get(counter, f"/v3/reports/getReport/{path}")
    assert errors(answer, 403) == CHANGED
    assert errors(await raw_get(counter, f"/v3/reports/getReport/{path}?{url.partition('?')[2]}x"), 403) == CHANGED


async def test_a_file_that_is_not_there_is_told_only_to_who_has_its_link(counter: Counter, url: str) -> None:
    await counter.services.objects.delete([object_key(FOLDER, NAME)])
    assert errors(await get(counter, url), 404) == [("CONTENT_NOT_FOUND.GMP_REPORT_API", "fileName")]
    assert errors(await get(counter, url[:-1] + "~"), 403) == CHANGED
    assert (await get(counter, url, "HEAD")).status_code == 404


async def test_a_client_can_not_make_a_link_with_what_it_knows(counter: Counter, url: str) -> None:
    """Another partner's token, client id and client secret sign nothing."""
    other = {"WM_SEC.ACCESS_TOKEN": await counter.token("other")}
    assert (await counter.client.get(url[:-1] + "~", headers=other)).status_code == 403
    for secret in ("the-secret-of-other", "client-other", await counter.token("other"), ""):
        made = Links(secret=secret.encode(), seconds=3600, base_url=BASE_URL)
        theirs = made.url_of(FOLDER, NAME, counter.clock()).url
        assert errors(await get(counter, theirs), 403) == CHANGED


async def test_the_same_link_holds_in_every_process_and_after_a_restart(
    counter: Counter, url: str, database: Database, clock: FrozenClock, tmp_path: Path
) -> None:
    another = Counter(database, clock, files=tmp_path / "objects", secret=SECRET)
    assert (await get(another, url)).content == CONTENT


@pytest.mark.parametrize("name", ["Ware für Zürich & Co.zip", "在庫 100.zip", 'a "b" c.zip', "a+b;c=d,e'f.zip"])
async def test_a_strange_name_is_saved_under_itself(counter: Counter, name: str) -> None:
    answer = await get(counter, await kept(counter, name))
    assert (answer.status_code, answer.content) == (200, CONTENT)
    said = answer.headers["content-disposition"]
    plain = name.isascii() and '"' not in name
    assert said == (f'attachment; filename="{name}"' if plain else f"attachment; filename*=UTF-8''{quote(name, '')}")


@pytest.mark.parametrize(
    ("name", "media_type"),
    [("a.csv", "text/csv; charset=utf-8"), ("a.ZIP", "application/zip"), ("a.html", "application/octet-stream")],
)
async def test_a_file_is_of_the_type_of_its_name_and_never_a_page(counter: Counter, name: str, media_type: str) -> None:
    answer = await get(counter, await kept(counter, name))
    assert answer.headers["content-type"] == media_type
    assert answer.headers["x-content-type-options"] == "nosniff"


async def test_an_empty_file_is_given_as_one(counter: Counter) -> None:
    url = await kept(counter, content=b"")
    answer = await get(counter, url)
    assert (answer.status_code, answer.content, answer.headers["content-length"]) == (200, b"", "0")
    assert (await get(counter, url, range="bytes=0-")).status_code == 416


async def test_a_refusal_comes_in_xml_where_that_is_asked_for(counter: Counter, url: str) -> None:
    answer = await get(counter, url + "x", accept="application/xml")
    assert answer.status_code == 403
    assert answer.text.count("<code>FORBIDDEN.GMP_REPORT_API</code>") == 1


async def test_a_link_is_only_read(counter: Counter, url: str) -> None:
    for method in ("POST", "PUT", "DELETE"):
        answer = await get(counter, url, method)
        assert (answer.status_code, answer.headers["allow"]) == (405, "GET, HEAD")


async def test_a_link_leaves_no_signature_in_the_log(
    counter: Counter, url: str, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level("DEBUG", "onhand")
    await get(counter, url + "x")
    await counter.services.objects.delete([object_key(FOLDER, NAME)])
    await get(counter, url)
    assert [record.getMessage() for record in caplog.records] == ["answered", "answered"]
    assert "sig" not in str([vars(record) for record in caplog.records])


async def test_a_storage_out_of_reach_is_told_apart_from_a_file_that_is_gone(
    database: Database, clock: FrozenClock
) -> None:
    objects = opened_bucket("s3://files", "http://127.0.0.1:9", IMPATIENT)
    counter = Counter(database, clock, objects=objects)
    url = counter.services.links.url_of(FOLDER, NAME, clock()).url
    answer = await get(counter, url)
    assert errors(answer, 503) == [("SYSTEM_ERROR.GMP_REPORT_API", "SYSTEM")]
    assert answer.headers["retry-after"] == "5"
    assert "127.0.0.1" not in answer.text


async def test_a_file_in_a_bucket_is_given_by_our_own_link_too(
    database: Database, clock: FrozenClock, s3_endpoint: str, bucket: str
) -> None:
    counter = Counter(database, clock, objects=opened_bucket(f"s3://{bucket}/p", s3_endpoint))
    url = await kept(counter, content=CONTENT * 40)
    assert len(CONTENT) * 40 > 9 * MEBIBYTE
    assert (await get(counter, url)).content == CONTENT * 40
    part = await get(counter, url, range="bytes=5000000-9000000")
    assert (part.status_code, part.content) == (206, (CONTENT * 40)[5_000_000:9_000_001])
    await counter.services.objects.delete([object_key(FOLDER, NAME)])
    assert (await get(counter, url)).status_code == 404


async def test_the_document_says_that_a_link_needs_no_security(counter: Counter) -> None:
    document: Any = msgspec.json.decode((await counter.client.get("/openapi.json")).content)
    operation = document["paths"]["/v3/reports/getReport/{folder}/{fileName}"]["get"]
    assert "security" not in operation
    assert "application/zip" in operation["responses"]["200"]["content"]
    assert {"200", "206", "403", "404", "416", "503"} <= set(operation["responses"])
