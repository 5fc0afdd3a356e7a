"""Rows as tables: of Arrow, pandas and Polars, without loss."""

from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from onhand.client import BadSetup, FileRow, HistoryEvent, rows_of_file
from onhand.client.operations import Collected
from tests.client.conftest import Stage
from tests.client.rogue import Asked, Reply

QUANTITIES = ["3", "-2.25", "0.0001"]


def script(asked: Asked, _: int) -> Reply:
    """A history of three rows over three pages."""
    place = int(asked.headers.get("continuationpagetoken", 0))
    event = {
        "eventType": "SALES",
        "eventQty": float(QUANTITIES[place]),
        "eventCreationTime": "2023-02-22T06:00:00",
        "aggregatedQty": 10,
    }
    more = {"continuationpagetoken": str(place + 1)} if place < 2 else {}
    return Reply(200, {"supplier": "A", "storeNbr": 45, "gtin": "00044444444444", "eventHistory": [event]}, more)


@pytest.fixture
def rows(stage: Stage) -> Collected[HistoryEvent]:
    scene = stage(script)
    found = scene.ask(lambda client: client.stores.history(45, "00044444444444", location_area="MFC"))
    assert [asked.headers["locationarea"] for asked in scene.rogue.calls] == ["MFC"] * 3
    return Collected(found, HistoryEvent)


def test_the_pages_of_a_history_are_walked_by_their_tokens(rows: Collected[HistoryEvent]) -> None:
    assert [row.event_qty for row in rows] == list(map(Decimal, QUANTITIES))


def test_polars_keeps_the_columns_their_order_and_every_decimal(rows: Collected[HistoryEvent]) -> None:
    frame = rows.to_polars()
    assert frame.columns == ["event_type", "event_qty", "event_creation_time", "aggregated_qty"]
    assert frame["event_qty"].to_list() == list(map(Decimal, QUANTITIES))


def test_arrow_keeps_every_decimal(rows: Collected[HistoryEvent]) -> None:
    pytest.importorskip("pyarrow")
    assert rows.to_arrow()["event_qty"].to_pylist() == list(map(Decimal, QUANTITIES))


def test_pandas_keeps_every_decimal(rows: Collected[HistoryEvent]) -> None:
    pytest.importorskip("pandas")
    assert rows.to_pandas()["event_qty"].tolist() == list(map(Decimal, QUANTITIES))


def test_no_rows_are_a_table_without_rows() -> None:
    assert Collected([], HistoryEvent).to_polars().shape == (0, 4)


def test_a_file_of_any_form_is_a_table_of_its_cells(tmp_path: Path) -> None:
    file = tmp_path / "report.csv"
    file.write_text("GTIN,Lot,Units\n00012947218283,,3\n00097531246801,A,\n", encoding="utf-8")
    assert rows_of_file(file, FileRow).to_polars().rows(named=True) == [
        {"GTIN": "00012947218283", "Units": "3", "Lot": None},
        {"GTIN": "00097531246801", "Units": None, "Lot": "A"},
    ]


def test_a_library_that_is_not_installed_says_so(rows: Collected[HistoryEvent], monkeypatch: Any) -> None:
    monkeypatch.setitem(__import__("sys").modules, "pandas", None)
    with pytest.raises(BadSetup, match="pandas is not installed"):
        rows.to_pandas()
