import csv
import io
import json

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from onhand.files.events import EVENT_SHAPE, messages_of
from onhand.files.limits import ReadLimits, Unreadable
from onhand.files.lines import TooLong, lines_in_blocks
from onhand.files.rows import Row, text_rows
from onhand.stock.messages import EventMessage, OtherSide, decode_event

HEADER = b"eventId,eventType,storeNbr,gtin,quantity,occurredAt\n"


def rows_of(data: bytes, limits: ReadLimits | None = None, chunk_bytes: int = 64) -> list[Row]:
    chunks = (data[start : start + chunk_bytes] for start in range(0, len(data), chunk_bytes))
    return list(text_rows(chunks, EVENT_SHAPE, limits or ReadLimits()))


def codes_of(rows: list[Row]) -> dict[int, str]:
    return {row.number: row.problem.code for row in rows if row.problem}


@given(data=st.text("ab\n", max_size=60).map(str.encode), size=st.integers(1, 9), longest=st.integers(1, 9))
def test_lines_are_those_that_split_gives_with_long_ones_passed_over(data: bytes, size: int, longest: int) -> None:
    pieces = [data[start : start + size] for start in range(0, len(data), size)]
    lines = [line for block in lines_in_blocks(pieces, longest) for line in block]
    expected = data.split(b"\n")
    if not expected[-1]:
        expected.pop()
    assert [isinstance(line, TooLong) for line in lines] == [len(line) > longest for line in expected]
    assert [line for line in lines if isinstance(line, bytes)] == [line for line in expected if len(line) <= longest]


def test_a_line_without_end_is_refused_by_its_number_and_not_held() -> None:
    def endless() -> object:
        yield b'{"eventId":"1"}\n{"eventId":"'
        for _ in range(2048):
            yield b"a" * 1_048_576
        yield b'"}\n{"eventId":"3"}\n'

    rows = list(text_rows(endless(), EVENT_SHAPE, ReadLimits()))
    assert [row.number for row in rows] == [1, 2, 3]
    assert codes_of(rows) == {2: "line_too_long"}
    assert sum(len(row.line) for row in rows) < 1000


def test_what_is_not_utf8_is_refused_by_line_and_byte() -> None:
    rows = rows_of(b'{"eventId":"\xc3\xa9"}\n{"eventId":"\xe9"}\n')
    assert codes_of(rows) == {2: "not_utf8"}
    assert rows[1].problem is not None
    assert rows[1].problem.message.startswith("Byte 13 ")


def test_blank_lines_are_passed_over_and_counted() -> None:
    assert [row.number for row in rows_of(b'\n{"a":1}\r\n  \n{"a":2}')] == [2, 4]


def test_a_byte_order_mark_is_passed_over() -> None:
    assert rows_of(b'\xef\xbb\xbf{"a":1}')[0].line == b'{"a":1}'


def test_an_empty_file_has_no_rows() -> None:
    assert rows_of(b"") == rows_of(b"\n\n") == []


@pytest.mark.parametrize(
    ("data", "message"),
    [
        ("{}".encode("utf-16"), "UTF-16"),
        (b'[{"eventId":"1"}]', "JSON list"),
        (b"PAR1\x00\x00", "Parquet"),
        (b"\x00\xff\x00", "neither"),
        (b"eventId,eventType,gtin\n", "column `occurredAt` is missing"),
        (HEADER.replace(b"quantity", b"qty"), "column `qty` is unknown"),
        (HEADER.replace(b"quantity", b"eventId"), "column `eventId` stands twice"),
    ],
)
def test_a_file_that_cannot_be_one_is_refused_with_what_it_seems_to_be(data: bytes, message: str) -> None:
    with pytest.raises(Unreadable, match=message):
        rows_of(data)


def test_a_line_of_csv_says_what_its_json_would() -> None:
    header = "eventId,eventType,storeNbr,gtin,quantity,occurredAt,toStoreNbr,toLocationArea,reference\n"
    line = 'a-1,STOCK_TRANSFER,0046,00012345678905,1.5000,2026-03-05T11:58:00Z,47,BACKROOM,"said ""so"", twice"\n'
    (message,) = messages_of(rows_of((header + line).encode()))
    assert isinstance(message, EventMessage)
    assert (message.store_nbr, message.quantity, message.gtin) == (46, 1.5, "00012345678905")
    assert message.to == OtherSide(47, "BACKROOM")
    assert message.reference == 'said "so", twice'


@pytest.mark.parametrize("text", ["NaN", "1e", "12a", "--1", "+1", "1,5"])
def test_a_number_of_csv_that_is_none_is_refused_in_its_field(text: str) -> None:
    value = f'"{text}"' if "," in text else text
    line = f"1,SALES,45,00012345678905,{value},2026-03-05T11:58:00Z\n"
    (message,) = messages_of(rows_of(HEADER + line.encode()))
    assert getattr(message, "field", None) == "quantity"


@pytest.mark.parametrize("text", ["1" * 5_000, "0" + "1" * 5_000])
def test_a_number_of_csv_with_digits_without_end_is_refused_in_its_field(text: str) -> None:
    line = f"1,RETURNS,45,00012345678905,{text},2026-03-05T11:58:00Z\n"
    (message,) = messages_of(rows_of(HEADER + line.encode()))
    assert getattr(message, "field", None) == "quantity"


def test_a_line_of_csv_with_too_few_values_or_an_open_quote_is_refused() -> None:
    rows = rows_of(HEADER + b'1,SALES,45\n1,"SALES,45,1,1,1\n1,SALES,45,00012345678905,-1,2026-03-05T11:58:00Z\n')
    assert codes_of(rows) == {2: "malformed_csv", 3: "malformed_csv"}


@given(st.lists(st.text(st.characters(blacklist_categories=["Cs", "Cc"])), min_size=6, max_size=6))
def test_every_text_comes_through_csv_unchanged(values: list[str]) -> None:
    written = io.StringIO()
    names = ["eventId", "eventType", "gtin", "occurredAt", "locationArea", "reference"]
    csv.writer(written, lineterminator="\n").writerows([names, values])
    rows = rows_of(written.getvalue().encode())
    expected = {name: value for name, value in zip(names, values, strict=True) if value}
    assert [json.loads(row.line) for row in rows] == [expected]


def test_json_and_csv_give_the_same_message() -> None:
    event = {"eventId": "1", "eventType": "SALES", "storeNbr": 45, "gtin": "00012345678905", "quantity": -2.25}
    event["occurredAt"] = "2026-03-05T11:58:00Z"
    line = ",".join(str(event[name]) for name in HEADER.decode().strip().split(",")).encode()
    assert messages_of(rows_of(HEADER + line)) == [decode_event(msgspec.json.encode(event))]
