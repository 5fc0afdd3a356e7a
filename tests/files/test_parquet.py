"""Columns of Parquet that hold their values otherwise than as the texts and numbers they stand for."""

from pathlib import Path
from typing import Any

import polars as pl
import pytest

from onhand.basics.refusal import Refusal
from onhand.files.events import EVENT_SHAPE, messages_of
from onhand.files.limits import ReadLimits
from onhand.files.reading import InputFile
from onhand.stock.messages import EventMessage

EVENT = {
    "eventId": ["till-7-1"],
    "eventType": ["SALES"],
    "storeNbr": [45],
    "gtin": ["00012345678905"],
    "quantity": [-1],
    "occurredAt": ["2026-03-05T11:58:00Z"],
}


def message_of(directory: Path, **columns: list[Any]) -> EventMessage | Refusal:
    path = directory / "events.parquet"
    pl.DataFrame({**EVENT, **columns}).write_parquet(path)
    (message,) = messages_of(InputFile(path).rows(EVENT_SHAPE, ReadLimits()))
    return message


def test_bytes_that_are_a_text_in_utf8_are_that_text(tmp_path: Path) -> None:
    message = message_of(tmp_path, eventId=["till-é".encode()], gtin=[b"00012345678905"])
    assert isinstance(message, EventMessage)
    assert (message.event_id, message.gtin) == ("till-é", "00012345678905")


@pytest.mark.parametrize("value", [b"till-\xe9", ["till", "7"]], ids=["bytes that are none", "a list"])
def test_what_is_no_text_is_refused_where_a_text_belongs(tmp_path: Path, value: object) -> None:
    message = message_of(tmp_path, eventId=[value])
    assert isinstance(message, Refusal)
    assert (message.code, message.field) == ("invalid_field", "eventId")
