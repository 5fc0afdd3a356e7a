"""Feeds on the command line: listed, followed, mended."""

import asyncio
import json
from pathlib import Path
from typing import Any

import pytest

from onhand.basics.clock import system_clock
from onhand.settings import Settings
from onhand.wiring.databases import open_database
from tests.cli.conftest import Run
from tests.conftest import FrozenClock
from tests.dropship.feeds.yard import ITEM, Yard, file_of, row
from tests.processes import process


def prepared(path: Path, rows: list[Any], *, processed: bool = True) -> str:
    """The id of a feed of the vendor's in the database of the tests."""

    async def prepare() -> str:
        database = await open_database(Settings(database_url=f"sqlite:///{path / 'onhand.db'}"))
        yard = await Yard(database, FrozenClock(system_clock())).open()
        feed_id = await yard.take(file_of(rows))
        if processed:
            await yard.process()
        await database.close()
        return feed_id

    return asyncio.run(prepare())


def test_the_list_shows_counts(run: Run, tmp_path: Path) -> None:
    feed_id = prepared(tmp_path, [row(), row(quantity=-1)])
    assert run("feeds", "list", "--partner", "vendor", "--json").json == [
        {
            "feed_id": feed_id,
            "feed_status": "PROCESSED",
            "items_received": 2,
            "items_succeeded": 1,
            "items_failed": 1,
            "items_processing": 0,
        }
    ]
    assert run("feeds", "list", "--partner", "other").out == "No feeds yet.\n"


def test_a_watch_ends_with_what_failed_and_how_to_mend_it(run: Run, tmp_path: Path) -> None:
    feed_id = prepared(tmp_path, [row(), *(row(quantity=-1, node=f"n{number}") for number in range(7))])
    watched = run("feeds", "watch", feed_id, "--partner", "vendor")
    assert watched.status == 1
    assert f"Feed {feed_id} is PROCESSED: 1 row applied, 7 rows failed." in watched.out
    assert "quantity is -1: give a whole number" in watched.out
    assert ("… and 2 rows more." in watched.out, f"onhand feeds errors {feed_id}" in watched.out) == (True, True)


def test_a_watch_in_json_has_a_line_for_each_change(run: Run, tmp_path: Path) -> None:
    feed_id = prepared(tmp_path, [row()])
    watched = run("feeds", "watch", feed_id, "--partner", "vendor", "--json")
    (line,) = watched.out.splitlines()
    assert (watched.status, json.loads(line)["feedStatus"], json.loads(line)["itemsSucceeded"]) == (0, "PROCESSED", 1)


def test_the_failed_rows_are_written_as_a_file(run: Run, tmp_path: Path) -> None:
    feed_id = prepared(tmp_path, [row(), row(quantity=-1, node="n")])
    assert run("feeds", "errors", feed_id, "--partner", "vendor", "-o", "mend.json").status == 0
    assert [each["shipNode"] for each in json.loads((tmp_path / "mend.json").read_text())["Inventory"]] == ["n"]


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["list"], "say whose feeds"),
        (["list", "--partner", "nobody"], "there is no partner “nobody”"),
        (["list", "--url", "http://127.0.0.1:9"], "ONHAND_CLIENT_ID"),
        (["watch", "X@Y", "--partner", "vendor"], "there is no feed “X@Y”"),
        (["errors", "X@Y", "--partner", "vendor"], "there is no feed “X@Y”"),
    ],
)
def test_what_can_t_be_shown_says_why(run: Run, tmp_path: Path, words: list[str], said: str) -> None:
    prepared(tmp_path, [row()])
    ran = run("feeds", *words)
    assert (ran.status, said in ran.err, ran.err.count("\n")) == (1, True, 1)


def test_a_gateway_that_is_not_there_is_told_in_one_line(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ONHAND_CLIENT_ID", "c")
    monkeypatch.setenv("ONHAND_CLIENT_SECRET", "s")
    ran = run("feeds", "list", "--url", "http://127.0.0.1:9")
    # 3: the same may go well later.
    assert (ran.status, ran.err.count("\n"), "http://127.0.0.1:9 can't be asked" in ran.err) == (3, 1, True)


def test_a_feed_is_sent_and_followed_over_http(run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    prepared(tmp_path, [row()])
    client = run("client", "add", "acme", "vendor", "--json").json
    monkeypatch.setenv("ONHAND_CLIENT_ID", "acme")
    monkeypatch.setenv("ONHAND_CLIENT_SECRET", client["secret"])
    (tmp_path / "stock.json").write_bytes(file_of([row(quantity=7), row(quantity=-1, node="n")]))
    with process("serve", "--port", "0", ONHAND_DATABASE_URL=f"sqlite:///{tmp_path / 'onhand.db'}") as server:
        assert server.stderr is not None
        url = ""
        while not url:
            url = json.loads(server.stderr.readline()).get("url", "")
        feed_id = run("feeds", "send", "stock.json", "--url", url, "--json").json["feed_id"]
        watched = run("feeds", "watch", feed_id, "--url", url)
        listed = run("feeds", "list", "--url", url, "--json").json
        report = run("feeds", "errors", feed_id, "--url", url)
        unknown = run("feeds", "watch", "X@Y", "--url", url)
    assert (watched.status, "1 row applied, 1 row failed" in watched.out) == (1, True)
    assert listed[0]["feed_id"] == feed_id
    assert json.loads(report.out)["Inventory"][0]["productId"] == ITEM
    assert "there is no feed “X@Y”" in unknown.err


@pytest.mark.contract("DS-22")
def test_a_worker_that_is_asked_for_once_does_what_is_due_and_ends(run: Run, tmp_path: Path) -> None:
    feed_id = prepared(tmp_path, [row()], processed=False)
    assert run("worker", "--once").status == 0
    (listed,) = run("feeds", "list", "--partner", "vendor", "--json").json
    assert (listed["feed_id"], listed["feed_status"]) == (feed_id, "PROCESSED")
