"""Each question of a seller walks an index of its own streams, so that it costs nothing what others keep."""

import sqlite3
from contextlib import closing
from pathlib import Path

import pytest

from onhand import fulfilment
from onhand.store.queries import Queries
from onhand.store.schema import create_embedded

_HERE = Path(fulfilment.__file__).parent
_VALUES = {
    "location_id": 1,
    "owner_id": 2,
    "item_id": 3,
    "since": 0,
    "until": 9,
    "event_types": "[44]",
    "rows_max": 10,
    "item_ids": "[3]",
    "recorded_at": 0,
    "seq": 0,
}


def plan_of(path: Path, file: str, name: str) -> str:
    """How SQLite answers a statement."""
    text = Queries(_HERE / file)[name].sqlite
    with closing(sqlite3.connect(path)) as connection:
        return "\n".join(row[3] for row in connection.execute(f"EXPLAIN QUERY PLAN {text}", _VALUES))


@pytest.mark.contract("WF-10", "WF-11")
@pytest.mark.parametrize(
    ("file", "name", "walked"),
    [
        (
            "log.sql",
            "legs_of_item",
            "SEARCH leg USING PRIMARY KEY (location_id=? AND item_id=? AND owner_id=? AND area=?",
        ),
        ("log.sql", "had_units", "SEARCH stock USING PRIMARY KEY"),
        ("inventory.sql", "items_of_owner", "INDEX stock_by_owner (location_id=? AND owner_id=?)"),
        (
            "losses.sql",
            "losses_since",
            "INDEX leg_losses (location_id=? AND (recorded_at,item_id,owner_id,seq)>(?,?,?,?))",
        ),
    ],
)
def test_a_statement_walks_its_index(tmp_path: Path, file: str, name: str, walked: str) -> None:
    path = tmp_path / "empty.db"
    create_embedded(path)
    plan = plan_of(path, file, name)
    assert walked in plan
    assert "SCAN leg" not in plan
    assert "SCAN stock" not in plan
