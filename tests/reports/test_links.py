"""Links to files: what opens one, and that nothing else does."""

import string
from urllib.parse import parse_qsl, quote, unquote, urlsplit

import pytest
from hypothesis import given
from hypothesis import strategies as st

from onhand.basics.clock import MICROSECONDS, parse_time
from onhand.reports.links import Link, Links, link_to, object_key
from onhand.store.folders import FolderStore
from tests.conftest import FrozenClock
from tests.store.storing import opened_bucket, pieces

pytestmark = pytest.mark.contract("DS-26")

FOLDER = "inventory-dsv-report"
NAME = "InventoryDSVReport_721555_2026-03-05T120000.zip"
BASE = "https://api.example.com"
LINKS = Links(secret=b"a secret of the tests", seconds=3600, base_url=BASE)
NOW = parse_time("2026-03-05T12:00:00.250000") or 0
END = parse_time("2026-03-05T13:00:00") or 0
NAMES = st.text(st.characters(codec="utf-8", exclude_categories=["Cc", "Cs"], exclude_characters="/"), min_size=1)


def sent(link: Link) -> tuple[bytes, bytes]:
    """The path and the query of a link as a client sends them."""
    path, _, query = link.url.removeprefix(BASE).partition("?")
    return path.encode("ascii"), query.encode("ascii")


def denial(path: bytes, query: bytes, now: int = NOW, links: Links = LINKS) -> str | None:
    return links.denial(path, query, now)


PATH, QUERY = sent(LINKS.url_of(FOLDER, NAME, NOW))


def test_a_link_has_the_form_of_the_contract() -> None:
    link = LINKS.url_of(FOLDER, NAME, NOW)
    parts = urlsplit(link.url)
    assert f"{parts.scheme}://{parts.netloc}" == BASE
    assert parts.path == f"/v3/reports/getReport/{FOLDER}/{NAME}"
    parameters = parse_qsl(parts.query, strict_parsing=True)
    assert parameters[:4] == [("sv", "2025-08-24"), ("se", "2026-03-05T13:00:00Z"), ("sr", "b"), ("sp", "r")]
    assert [name for name, _ in parameters[4:]] == ["sig"]
    assert "se=2026-03-05T13%3A00%3A00Z&" in parts.query
    assert link.expires_at == END


def test_a_link_opens_until_its_second_and_not_from_then_on() -> None:
    assert denial(PATH, QUERY, NOW) is None
    assert denial(PATH, QUERY, END - MICROSECONDS) is None
    assert denial(PATH, QUERY, END - 1) is None
    assert denial(PATH, QUERY, END) == "expired"
    assert denial(PATH, QUERY, END + 1) == "expired"
    assert denial(PATH, QUERY, END + 10**15) == "expired"


@pytest.mark.parametrize("where", ["path", "query"])
def test_every_change_of_a_single_character_is_refused(where: str) -> None:
    """Each character in each place: replaced by each other, left out, and each put in before it."""
    whole = PATH if where == "path" else QUERY
    characters = [bytes([code]) for code in range(0x21, 0x7F)]
    tried = 0
    for place in range(len(whole) + 1):
        before, at, after = whole[:place], whole[place : place + 1], whole[place + 1 :]
        changed = [before + character + at + after for character in characters]
        if at:
            changed += [before + character + after for character in [*characters, b""] if character != at]
        for other in changed:
            path, query = (other, QUERY) if where == "path" else (PATH, other)
            assert denial(path, query) == "changed", other
            tried += 1
    assert tried > 90 * 2 * len(whole)


def test_no_case_of_a_letter_may_change() -> None:
    for place in range(len(QUERY)):
        other = QUERY[:place] + QUERY[place : place + 1].swapcase() + QUERY[place + 1 :]
        assert other == QUERY or denial(PATH, other) == "changed"


@pytest.mark.parametrize("byte", range(128, 256))
def test_no_byte_that_is_no_character_passes(byte: int) -> None:
    assert denial(PATH, QUERY + bytes([byte])) == "changed"
    assert denial(PATH + bytes([byte]), QUERY) == "changed"
    assert denial(PATH, bytes([byte]) + QUERY) == "changed"


@given(st.permutations(QUERY.split(b"&")))
def test_no_order_of_the_parameters_but_their_own_passes(parameters: list[bytes]) -> None:
    other = b"&".join(parameters)
    assert denial(PATH, other) == (None if other == QUERY else "changed")


@given(st.integers(0, 4), st.integers(0, 5))
def test_no_parameter_may_be_repeated_or_left_out(which: int, place: int) -> None:
    parameters = QUERY.split(b"&")
    repeated = [*parameters[:place], parameters[which], *parameters[place:]]
    assert denial(PATH, b"&".join(repeated)) == "changed"
    assert denial(PATH, b"&".join(parameters[:which] + parameters[which + 1 :])) == "changed"


@given(st.integers(0, len(PATH) + len(QUERY) - 1))
def test_no_character_may_be_written_in_another_way(place: int) -> None:
    whole = PATH + QUERY
    escaped = b"%%%02X" % whole[place]
    other = whole[:place] + escaped + whole[place + 1 :]
    end = len(PATH) + (2 if place < len(PATH) else 0)
    assert denial(other[:end], other[end:]) == "changed"


@pytest.mark.parametrize(
    "query",
    [
        QUERY.replace(b"%3A", b":"),
        QUERY.replace(b"%3A", b"%3a"),
        QUERY + b"=",
        QUERY + b"&",
        QUERY + b"&more=1",
        b"more=1&" + QUERY,
        b"&" + QUERY,
        QUERY.replace(b"&", b";"),
        QUERY.replace(b"&", b"&&", 1),
        QUERY.replace(b"2026", b"2027"),
        QUERY.replace(b"sp=r", b"sp=rw"),
        QUERY.partition(b"&sig=")[0],
        QUERY.partition(b"&sig=")[0] + b"&sig=",
        b"",
    ],
)
def test_no_other_query_passes(query: bytes) -> None:
    assert denial(PATH, query) == "changed"


def test_what_one_link_is_signed_with_opens_no_other_file() -> None:
    _, other = sent(LINKS.url_of(FOLDER, NAME.replace("721555", "721556"), NOW))
    assert denial(PATH, other) == "changed"


@given(NAMES, NAMES)
def test_a_name_can_not_be_cut_elsewhere(folder: str, name: str) -> None:
    """A link to one file is never that to another: no two pairs of names have one path."""
    path, query = sent(LINKS.url_of(folder, name, NOW))
    assert denial(path, query) is None
    pieces_of_path = path.decode("ascii").removeprefix("/v3/reports/getReport/").split("/")
    assert [unquote(piece) for piece in pieces_of_path] == [folder, name]
    assert set(path.decode("ascii")) <= set(string.ascii_letters + string.digits + "-._~%/")


@given(st.binary(min_size=1, max_size=64))
def test_only_who_has_the_secret_can_make_a_link(secret: bytes) -> None:
    theirs = Links(secret=secret, seconds=3600, base_url=BASE)
    path, query = sent(theirs.url_of(FOLDER, NAME, NOW))
    if secret.rstrip(b"\0") != LINKS.secret:
        assert denial(path, query) == "changed"


def test_a_changed_link_says_nothing_of_its_expiry() -> None:
    assert denial(PATH, QUERY[:-1] + b"-", END) == "changed"


def test_without_a_base_a_link_leads_to_the_address_that_was_called() -> None:
    links = Links(secret=b"s", seconds=60)
    assert links.url_of("a", "b.zip", NOW, "http://127.0.0.1:8080").url.startswith("http://127.0.0.1:8080/v3/reports/")
    assert LINKS.url_of("a", "b.zip", NOW, "http://127.0.0.1:8080").url.startswith(f"{BASE}/v3/")


async def test_a_storage_that_signs_links_itself_hands_out_its_own(s3_endpoint: str, bucket: str) -> None:
    objects = opened_bucket(f"s3://{bucket}", s3_endpoint)
    await objects.put(object_key(FOLDER, NAME), pieces([b"x"]))
    link = await link_to(LINKS, objects, FOLDER, NAME, NOW)
    assert link.url.startswith(f"{s3_endpoint}/{bucket}/reports/{FOLDER}/{quote(NAME)}?")
    assert "X-Amz-Expires=3600&" in link.url
    assert link.expires_at == END


async def test_our_own_link_is_handed_out_where_the_storage_has_none_or_may_not(
    s3_endpoint: str, bucket: str, clock: FrozenClock, tmp_path: object
) -> None:
    ours = LINKS.url_of(FOLDER, NAME, clock())
    assert await link_to(LINKS, FolderStore(tmp_path), FOLDER, NAME, clock()) == ours
    unsigned = Links(secret=LINKS.secret, seconds=3600, base_url=BASE, presigned=False)
    objects = opened_bucket(f"s3://{bucket}", s3_endpoint)
    assert await link_to(unsigned, objects, FOLDER, NAME, clock()) == ours
