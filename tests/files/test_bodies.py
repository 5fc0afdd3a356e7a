import gzip
import tracemalloc
from collections.abc import AsyncIterator

import pytest
import zstandard

from onhand.files.bodies import BodyLimits, body_rows
from onhand.files.limits import TooLarge, Unreadable

LINES = b'{"eventId":"1"}\n{"eventId":"2"}\n'
LIST = b' [{"eventId":"1"},\n {"eventId":"2"}]'


async def chunks_of(data: bytes) -> AsyncIterator[bytes]:
    for start in range(0, len(data), 10):
        yield data[start : start + 10]


async def lines_of(body: bytes, media_type: str = "", encoding: str = "", **limits: int) -> list[bytes]:
    return [row.line for row in await body_rows(chunks_of(body), media_type, encoding, BodyLimits(**limits))]


@pytest.mark.contract("OP-03")
@pytest.mark.parametrize("body", [LINES, LIST], ids=["NDJSON", "a list"])
@pytest.mark.parametrize(
    ("encoding", "compress"), [("", bytes), ("gzip", gzip.compress), ("zstd", zstandard.compress), ("", gzip.compress)]
)
async def test_a_body_is_ndjson_or_a_list_plain_or_compressed(
    body: bytes, encoding: str, compress: type[bytes]
) -> None:
    assert await lines_of(compress(body), "application/x-ndjson", encoding) == [b'{"eventId":"1"}', b'{"eventId":"2"}']


@pytest.mark.parametrize("body", [LINES, LIST], ids=["NDJSON", "a list"])
@pytest.mark.parametrize(("encoding", "compress"), [("", bytes), ("x-gzip", gzip.compress)])
async def test_a_byte_order_mark_is_passed_over(body: bytes, encoding: str, compress: type[bytes]) -> None:
    marked = compress(b"\xef\xbb\xbf" + body)
    assert await lines_of(marked, "application/json" if body is LIST else "", encoding) == await lines_of(body)


async def test_a_zstd_body_may_begin_with_a_frame_to_skip() -> None:
    body = b"\x5f\x2a\x4d\x18\x04\x00\x00\x00size" + zstandard.compress(LINES)
    assert await lines_of(body, "", "zstd") == await lines_of(LINES)


async def test_a_single_json_object_is_a_list_of_one() -> None:
    assert await lines_of(b'{\n "eventId": "1"\n}', "application/json; charset=utf-8") == [b'{\n "eventId": "1"\n}']


@pytest.mark.parametrize(
    ("limits", "message"),
    [
        ({"body_bytes_max": 20}, "over 20 bytes"),
        ({"rows_max": 1}, "over 1 rows"),
        ({"decompressed_bytes_max": 20}, "decompresses to over 20 bytes"),
    ],
)
async def test_a_body_over_a_limit_is_refused_as_a_whole(limits: dict[str, int], message: str) -> None:
    with pytest.raises(TooLarge, match=message):
        await lines_of(LINES, **limits)


async def test_a_line_over_the_limit_is_refused_alone() -> None:
    rows = await body_rows(chunks_of(LINES + b"{%s}\n" % (b" " * 50)), "", "", BodyLimits(line_bytes_max=30))
    assert [row.problem.code if row.problem else None for row in rows] == [None, None, "line_too_long"]


@pytest.mark.parametrize(
    ("body", "encoding", "message"),
    [
        (LINES, "br", "'br' is not read"),
        (LINES, "gzip", "not gzip"),
        (gzip.compress(LINES, mtime=0)[:-9], "gzip", "cut off"),
        (b"[{}", "", "not a JSON list"),
        (b"[1]\xff", "", "not a JSON list"),
    ],
)
async def test_a_body_that_cannot_be_read_is_refused_with_the_reason(body: bytes, encoding: str, message: str) -> None:
    with pytest.raises(Unreadable, match=message):
        await lines_of(body, "", encoding)


async def test_an_empty_body_has_no_rows() -> None:
    assert await lines_of(b"", "application/x-ndjson") == []


@pytest.mark.parametrize(
    "body",
    [b"[" + b"{}," * 2_000_000 + b"{}]", b"{}\n" * 2_000_000, b"10\n" * 2_000_000],
    ids=["a list", "NDJSON", "NDJSON of numbers"],
)
async def test_rows_that_are_too_many_are_not_held_to_be_counted(body: bytes) -> None:
    compressed = gzip.compress(body[:1_000]) + gzip.compress(body[1_000:])
    tracemalloc.start()
    try:
        with pytest.raises(TooLarge, match="over 10,000 rows"):
            await body_rows(_whole(compressed), "", "gzip", BodyLimits())
        peak_bytes = tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()
    assert peak_bytes < 6 * len(body)


async def _whole(data: bytes) -> AsyncIterator[bytes]:
    yield data
