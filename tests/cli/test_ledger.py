"""The ledger's commands."""

import json
import sqlite3
from pathlib import Path

import pytest

from tests.cli.conftest import Run

GTIN = "00012345678905"


@pytest.fixture
def ledger(run: Run, tmp_path: Path) -> Path:
    """A database with one event: 5 received."""
    event = {"eventId": "1", "eventType": "LR", "storeNbr": 45, "gtin": GTIN, "quantity": 5}
    (tmp_path / "items.csv").write_text(f"gtin,name\n{GTIN},Oats\n")
    (tmp_path / "events.ndjson").write_text(json.dumps(event | {"occurredAt": "2026-03-01T08:00:00Z"}))
    assert run("store", "add", "45").status == 0
    assert run("load", "items", "items.csv").status == 0
    assert run("load", "events", "events.ndjson", "--source", "test").status == 0
    return tmp_path / "onhand.db"


def test_a_ledger_that_agrees_is_verified(run: Run, ledger: Path) -> None:
    ran = run("ledger", "verify")
    assert (ran.status, ran.out) == (0, "1 legs in 1 locations, 0 differences\n")


def test_a_difference_is_found_and_a_rebuild_mends_it(run: Run, ledger: Path) -> None:
    with sqlite3.connect(ledger) as connection:
        connection.execute("UPDATE stock SET quantity = 70000")
    found = run("ledger", "verify", "--json")
    assert (found.status, len(found.json["differences"])) == (1, 1)
    assert run("ledger", "rebuild", "--json").json == {"legs": 1}
    assert run("ledger", "verify").status == 0


@pytest.mark.contract("TH-09")
def test_a_refresh_and_a_replay_repeated_under_one_id_raise_nothing_twice(run: Run, ledger: Path) -> None:
    place = ("--store", "45", "--gtin", GTIN, "--id", "first", "--json")
    assert [run("ledger", "refresh", *place).json["raised"] for _ in range(2)] == [1, 0]
    since = ("--since", "2026-03-01T00:00:00Z", "--until", "2026-03-02T00:00:00Z")
    assert [run("ledger", "replay", *since, *place).json["raised"] for _ in range(2)] == [1, 0]


@pytest.mark.contract("TH-09")
def test_a_housekeeping_pass_tells_what_it_raised(run: Run, ledger: Path) -> None:
    told = run("ledger", "housekeeping", "--json").json
    assert told == {"timebound_state": 0, "cid_gtin_balance": 0, "pcid": 0, "transfers_finished": 0}


@pytest.mark.parametrize(
    ("option", "value"), [("--store", "46"), ("--gtin", "5"), ("--area", "attic"), ("--since", "yesterday")]
)
def test_a_place_or_time_that_is_not_known_is_refused_in_one_line(
    run: Run, ledger: Path, option: str, value: str
) -> None:
    words = {"--store": "45", "--gtin": GTIN, "--since": "2026-03-01T00:00:00Z"} | {option: value}
    ran = run("ledger", "replay", *(word for pair in words.items() for word in pair))
    assert (ran.status, ran.err.count("\n")) == (1, 1)
