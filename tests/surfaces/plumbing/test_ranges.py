"""Which part of a file is asked for."""

from collections.abc import AsyncIterator

import pytest
from hypothesis import given
from hypothesis import strategies as st

from onhand.surfaces.plumbing.ranges import Span, asked_span, bytes_within

pytestmark = pytest.mark.contract("DS-26")

SIZE = 1000


@pytest.mark.parametrize(
    ("sent", "start", "end"),
    [
        ("bytes=0-0", 0, 1),
        ("bytes=0-499", 0, 500),
        ("bytes=500-999", 500, 1000),
        ("bytes=500-", 500, 1000),
        ("bytes=999-", 999, 1000),
        ("bytes=999-5000", 999, 1000),
        ("bytes=-1", 999, 1000),
        ("bytes=-1000", 0, 1000),
        ("bytes=-5000", 0, 1000),
        ("bytes=0-99999999999999999999999999999", 0, 1000),
        ("BYTES=1-2", 1, 3),
        (" bytes = 1-2 ", 1, 3),
        ("bytes=007-008", 7, 9),
    ],
)
def test_one_range_is_answered(sent: str, start: int, end: int) -> None:
    assert asked_span(sent.encode(), SIZE) == Span(start, end)


@pytest.mark.parametrize(
    "sent",
    [
        "",
        "bytes",
        "bytes=",
        "bytes=-",
        "bytes=a-b",
        "bytes=5-3",
        "bytes=--5",
        "bytes=+1-2",
        "bytes=1-2-3",
        "bytes=0x1-0x2",
        "bytes=1.5-2",
        "items=1-2",
        "bytes=0-1,5-6",
        "bytes=0-1, -5",
        "bytes=" + "9" * 5000 + "-",
        "bytes=0-" + "1" * 60_000,
        "bytes=١-٢",
    ],
)
def test_what_is_no_single_range_is_answered_with_the_whole_file(sent: str) -> None:
    assert asked_span(sent.encode(), SIZE) is None
    assert asked_span(None, SIZE) is None


@pytest.mark.parametrize("sent", ["bytes=1000-", "bytes=1000-1001", "bytes=-0", "bytes=99999999999999999999-"])
def test_a_range_without_a_byte_of_the_file_can_not_be_satisfied(sent: str) -> None:
    assert asked_span(sent.encode(), SIZE) == "unsatisfiable"


@pytest.mark.parametrize("sent", ["bytes=0-", "bytes=0-0", "bytes=-5"])
def test_an_empty_file_has_no_range(sent: str) -> None:
    assert asked_span(sent.encode(), 0) == "unsatisfiable"


@given(st.binary(min_size=1, max_size=300), st.integers(0, 400), st.integers(0, 400))
def test_a_range_is_what_it_says_of_any_file(whole: bytes, first: int, last: int) -> None:
    span = asked_span(b"bytes=%d-%d" % (first, last), len(whole))
    if isinstance(span, Span):
        assert whole[span.start : span.end] == whole[first : last + 1] != b""
    else:
        assert whole[first : last + 1] == b""


async def pieces_of(pieces: list[bytes]) -> AsyncIterator[bytes]:
    for piece in pieces:
        yield piece


@given(st.lists(st.binary(max_size=6), max_size=8), st.integers(0, 40), st.integers(0, 40))
async def test_a_span_of_what_is_made_in_pieces_is_that_of_the_whole(pieces: list[bytes], start: int, end: int) -> None:
    whole = b"".join(pieces)
    span = Span(min(start, end), max(start, end))
    found = [part async for part in bytes_within(pieces_of(pieces), span)]
    assert b"".join(found) == whole[span.start : span.end]
    assert all(found)
