"""Correlation ids and the log lines that carry them."""

import logging
import sys

import msgspec
import pytest

from onhand.surfaces.plumbing.correlation import (
    JsonLines,
    accepted_correlation_id,
    current_correlation_id,
    new_correlation_id,
)


@pytest.mark.contract("SG-01")
@pytest.mark.parametrize(
    ("sent", "accepted"),
    [
        (b"a-1", "a-1"),
        (b"x" * 128, "x" * 128),
        (b"x" * 129, None),
        (b"", None),
        (None, None),
        (b"\xe9", None),
        (b"a\x07", None),
    ],
)
def test_a_correlation_id_is_printable_and_short(sent: bytes | None, accepted: str | None) -> None:
    assert accepted_correlation_id(sent) == accepted


def test_a_new_id_is_one_that_would_be_accepted() -> None:
    made = new_correlation_id()
    assert accepted_correlation_id(made.encode()) == made
    assert made != new_correlation_id()


def test_a_line_is_one_object_with_the_id_of_its_request() -> None:
    record = logging.LogRecord("onhand.requests", logging.INFO, "", 0, "%s\nanswered", ("it",), None)
    record.created, record.msecs = 1_700_000_000.25, 250.0
    record.status = 200
    token = current_correlation_id.set("a-1")
    try:
        line = JsonLines().format(record)
    finally:
        current_correlation_id.reset(token)
    assert "\n" not in line
    assert msgspec.json.decode(line) == {
        "time": "2023-11-14T22:13:20.250Z",
        "level": "INFO",
        "logger": "onhand.requests",
        "message": "it\nanswered",
        "correlation_id": "a-1",
        "status": 200,
    }


def test_a_line_of_an_error_has_its_traceback() -> None:
    try:
        _ = 1 // 0
    except ZeroDivisionError:
        record = logging.LogRecord("onhand", logging.ERROR, "", 0, "oh", (), sys.exc_info())
    line = msgspec.json.decode(JsonLines().format(record))
    assert "ZeroDivisionError: " in line["traceback"]
    assert "correlation_id" not in line
