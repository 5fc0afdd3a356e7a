"""What a seller sees of its units in fulfilment centres by commands, against a sandbox in a process of its own."""

import csv
import json
from collections.abc import Iterator
from pathlib import Path

import pytest

from onhand.sandbox.credentials import credentials
from tests.cli.conftest import Run
from tests.client.rogue import Reply, Rogue
from tests.client.test_downloads import RECONCILIATION
from tests.processes import process

MOVES = ("received", "sold", "returned", "lost", "found", "damaged", "removed", "transferred", "adjusted")


@pytest.fixture(scope="module")
def sandbox() -> Iterator[str]:
    """The URL of a sandbox."""
    with process("sandbox", "--port", "0", "--json", "--no-throttle") as server:
        assert server.stdout is not None
        yield json.loads(server.stdout.readline())["url"]


@pytest.fixture
def shop(run: Run, sandbox: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Run:
    """Runs commands as the sandbox's seller."""
    sell_at(sandbox, tmp_path, monkeypatch)
    return run


def sell_at(url: str, folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    seller = credentials().seller
    text = f'default = "shop"\n[profiles.shop]\nurl = "{url}"\nclient_id = "{seller.client_id}"\n'
    (folder / "profiles.toml").write_text(f'{text}client_secret_env = "SHOP_SECRET"\n', encoding="utf-8")
    monkeypatch.setenv("ONHAND_PROFILES", str(folder / "profiles.toml"))
    monkeypatch.setenv("SHOP_SECRET", seller.client_secret)


@pytest.mark.contract("WF-01", "WF-08")
def test_the_reconciliation_of_a_month_is_saved_and_added_up(shop: Run, tmp_path: Path) -> None:
    (tmp_path / "reports").mkdir()
    got = shop("fulfilment", "get", "2024-05", "--into", "reports", "--json").json
    with Path(got["file"]).open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    assert got["file"] == "reports/reconciliation_2024-05.csv"
    assert (got["month"], got["rows"], got["wrong_rows"]) == ("2024-05", len(rows), 0)
    assert got["ending_quantity"] == sum(int(row["Ending Quantity"]) for row in rows)
    assert got["starting_quantity"] + sum(got[name] for name in MOVES) == got["ending_quantity"]


def test_without_a_month_it_is_the_newest_that_is_known(shop: Run) -> None:
    got = shop("fulfilment", "get", "--json")
    assert (got.status, got.json["file"]) == (0, f"reconciliation_{got.json['month']}.csv")


@pytest.mark.parametrize(
    ("words", "status", "said_so"),
    [
        (["get", "2021-12"], 1, "January 2022"),
        (["get", "May"], 2, ""),
        (["get", "2024-05", "--into", "nowhere"], 1, "there is no folder nowhere"),
        (["log", "123"], 1, "gtin"),
    ],
)
def test_what_can_t_be_had_is_said_in_one_line_with_its_status(
    shop: Run, words: list[str], status: int, said_so: str
) -> None:
    ran = shop("fulfilment", *words)
    assert (ran.status, said_so in ran.err) == (status, True), ran
    assert status == 2 or ran.err.count("\n") == 1


def test_a_reconciliation_that_does_not_add_up_names_a_row(
    run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    wrong = RECONCILIATION.replace(",10,5,", ",11,5,")
    with Rogue(lambda _asked, _number: Reply(200, wrong.encode())).running() as rogue:
        sell_at(rogue.url, tmp_path, monkeypatch)
        ran = run("fulfilment", "get", "2024-05", "--json")
    assert (ran.status, ran.json["wrong_rows"]) == (1, 1)
    assert "00012345678905 in PHL1: -1 left over" in ran.err
    assert rogue.calls[0].query == {"monthYear": "05-2024"}


@pytest.mark.contract("WF-10")
def test_what_is_in_the_centres_is_shown_as_a_table_or_as_json(shop: Run) -> None:
    rows = shop("fulfilment", "inventory", "--json").json
    assert len({row["sku"] for row in rows}) > 1
    assert all(row["on_hand"] >= row["available_to_sell"] for row in rows)
    (one,) = shop("fulfilment", "inventory", "--sku", rows[0]["sku"], "--json").json
    assert one == rows[0]
    table = shop("fulfilment", "inventory").out.splitlines()
    assert (table[0].split()[0], len(table)) == ("sku", len(rows) + 1)


@pytest.mark.contract("WF-10")
def test_the_movements_of_an_item_are_what_its_month_says(shop: Run, tmp_path: Path) -> None:
    shop("fulfilment", "get", "2024-05")
    with (tmp_path / "reconciliation_2024-05.csv").open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    gtin = rows[0]["GTIN"]
    sold = sum(int(row["Sold"]) for row in rows if row["GTIN"] == gtin)
    days = ("--from", "2024-05-01", "--to", "2024-05-31")
    moved = shop("fulfilment", "log", gtin, *days, "--type", "SOLD", "--json").json
    assert sum(row["units"] for row in moved) == sold
    assert {row["type"] for row in moved} <= {"SOLD"}
    table = shop("fulfilment", "log", gtin, *days).out.splitlines()
    assert table[0].split() == ["moved", "type", "units", "centre", "reason", "shipment"]
    assert len(table) == len(shop("fulfilment", "log", gtin, *days, "--json").json) + 1
