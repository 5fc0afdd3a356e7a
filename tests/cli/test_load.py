"""Loading files by command."""

import json
from pathlib import Path

import pytest

from tests.cli.conftest import Run

GTIN = "00012345678905"
EVENT = {
    "eventId": "1",
    "eventType": "LR",
    "storeNbr": 45,
    "gtin": GTIN,
    "quantity": 5,
    "occurredAt": "2026-03-01T08:00:00Z",
}


@pytest.fixture
def shop(run: Run, tmp_path: Path) -> Path:
    """A folder whose database knows a store, a supplier and an item."""
    (tmp_path / "items.csv").write_text(f"gtin,name\n{GTIN},Oats\n")
    (tmp_path / "mappings.csv").write_text(f"gtin,supplier\n{GTIN},acme\n")
    for words in (
        ("store", "add", "45"),
        ("partner", "add", "acme", "--name", "Acme"),
        ("load", "items", "items.csv"),
        ("load", "mappings", "mappings.csv"),
    ):
        assert run(*words).status == 0, words
    return tmp_path


def lines(*events: dict[str, object]) -> str:
    return "".join(json.dumps(event) + "\n" for event in events)


@pytest.mark.contract("OP-02")
def test_a_catalogue_file_tells_what_became_of_its_rows(run: Run, shop: Path) -> None:
    assert run("load", "items", "items.csv").out == "items.csv: 0 added, 0 changed, 1 unchanged\n"


@pytest.mark.contract("OP-02")
def test_a_catalogue_file_with_a_bad_row_is_not_stored_and_each_problem_has_its_line(run: Run, shop: Path) -> None:
    (shop / "more.csv").write_text("gtin,name\n00012345678912,Rye\nabc,Barley\n")
    ran = run("load", "items", "more.csv")
    assert ran.status == 1
    assert "nothing was stored" in ran.err
    assert "more.csv, line 3: gtin 'abc'" in ran.err


@pytest.mark.contract("OP-03")
def test_events_are_loaded_and_counted(run: Run, shop: Path) -> None:
    (shop / "events.ndjson").write_text(lines(EVENT, EVENT | {"eventId": "2"}, EVENT))
    ran = run("load", "events", "events.ndjson", "--source", "test", "--json")
    assert (ran.status, ran.json["accepted"], ran.json["duplicates"], ran.json["refused"]) == (0, 2, 1, 0)
    assert sorted(path.name for path in shop.glob("events*")) == ["events.ndjson"]


@pytest.mark.contract("OP-03")
def test_refused_events_are_written_to_a_file_that_loads_once_mended(run: Run, shop: Path) -> None:
    (shop / "events.ndjson").write_text(lines(EVENT, EVENT | {"eventId": "2", "storeNbr": 46}))
    ran = run("load", "events", "events.ndjson", "--source", "test")
    assert ran.status == 1
    assert "mend the events in events.ndjson.rejects.ndjson" in ran.err
    rejects = shop / "events.ndjson.rejects.ndjson"
    rejects.write_text(rejects.read_text().replace('"storeNbr":46', '"storeNbr":45'))
    again = run("load", "events", str(rejects), "--source", "test", "--json")
    assert (again.status, again.json["accepted"]) == (0, 1)


def test_a_file_that_is_not_there_is_told_in_one_line(run: Run, shop: Path) -> None:
    ran = run("load", "events", "nowhere.ndjson", "--source", "test")
    assert (ran.status, ran.err.count("\n")) == (1, 1)
    assert "nowhere.ndjson" in ran.err


def test_a_load_without_a_source_is_a_wrong_use(run: Run, shop: Path) -> None:
    assert run("load", "events", "events.ndjson").status == 2


@pytest.mark.parametrize(
    "options",
    [
        ("--position", "events.ndjson"),
        ("--rejects", "./events.ndjson"),
        ("--rejects", "events"),
        ("--position", "same", "--rejects", "same"),
        ("--position", "nowhere/at-all"),
        ("--rejects", "."),
        ("--rejects", "/dev/null"),
    ],
)
def test_a_load_never_writes_over_what_it_reads(run: Run, shop: Path, options: tuple[str, ...]) -> None:
    for name in ("events.ndjson", "events.part"):
        (shop / name).write_text(lines(EVENT))
    ran = run("load", "events", "events.ndjson", "events.part", "--source", "test", *options)
    assert (ran.status, ran.err.count("\n"), options[-2] in ran.err) == (1, 1, True)
    assert [(shop / name).read_text() for name in ("events.ndjson", "events.part")] == [lines(EVENT)] * 2


@pytest.mark.parametrize("folder", [".", "/", ".."])
@pytest.mark.parametrize("kind", [("events", "--source", "test"), ("items",)])
def test_a_folder_is_no_file_to_load(run: Run, shop: Path, kind: tuple[str, ...], folder: str) -> None:
    ran = run("load", *kind, folder)
    assert (ran.status, ran.err) == (1, f"onhand: {folder} is a folder: name the files in it\n")


def test_one_problem_in_one_row_is_told_in_the_singular(run: Run, shop: Path) -> None:
    (shop / "more.csv").write_text("gtin,name\nabc,Barley\n")
    assert "mend 1 problem in 1 row\n" in run("load", "items", "more.csv").err


def test_a_load_without_refusals_shows_a_hyphen_for_their_reasons(run: Run, shop: Path) -> None:
    (shop / "events.ndjson").write_text(lines(EVENT))
    assert "reasons     -\n" in run("load", "events", "events.ndjson", "--source", "test").out
