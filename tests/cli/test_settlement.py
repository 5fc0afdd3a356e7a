"""The commands of the settlement."""

import asyncio
import csv
import sqlite3
from io import StringIO
from pathlib import Path

import pytest

from onhand.settlement.rates import default_text
from onhand.store.sqlite import SqliteDatabase
from tests.cli.conftest import Run
from tests.conftest import FrozenClock
from tests.fulfilment.warehouse import Warehouse, moved
from tests.settlement.books import EXAMPLE, SELLER, Books, at

SELLER_OPTION = ("--seller", SELLER)
GAP = "category,valid_from,valid_until,rule,above,up_to,percent\nGrocery,2026-01-01,,switch,0,15,8\n"


@pytest.fixture
def ledger(run: Run, tmp_path: Path) -> Path:
    """A database with the worked example, sold in March 2024."""
    path = tmp_path / "onhand.db"
    assert run("database", "upgrade").status == 0

    async def post() -> None:
        database = SqliteDatabase(path, cache_bytes=8_000_000, busy_seconds=5.0, durable=False)
        books = await Books(database, FrozenClock(at("2024-03-05T12:00:00Z"))).open()
        await books.post("sale", **EXAMPLE, commissionRate="10")
        await database.close()

    asyncio.run(post())
    return path


@pytest.mark.contract("RC-14")
def test_what_has_ended_is_closed_and_published_once(run: Run, ledger: Path) -> None:
    assert run("settlement", "close", "--json").json == {"closed": 1, "published": 1}
    assert run("settlement", "close", "--json").json == {"closed": 0, "published": 0}
    (period,) = run("settlement", "periods", *SELLER_OPTION, "--json").json
    assert (period["report_date"], period["first_day"], period["rows"]) == ("2024-03-12", "2024-02-24", 8)
    assert (period["total"], period["paid"], period["carried"]) == ("49.50", "49.50", "0.00")


@pytest.mark.contract("WF-11")
def test_closing_by_hand_answers_for_what_a_centre_lost(
    run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("ONHAND_SETTLEMENT_UNIT_VALUE", "2.50")
    assert run("database", "upgrade").status == 0

    async def lose() -> None:
        database = SqliteDatabase(tmp_path / "onhand.db", cache_bytes=8_000_000, busy_seconds=5.0, durable=False)
        warehouse = Warehouse(database, FrozenClock(at("2026-03-05T12:00:00Z")))
        await warehouse.open()
        await warehouse.accept(moved("lost", "LOST", hours=1, quantity=-2))
        await database.close()

    asyncio.run(lose())
    run("settlement", "close")
    (period,) = run("settlement", "periods", *SELLER_OPTION, "--json").json
    assert (period["rows"], period["total"]) == (1, "5.00")


@pytest.mark.contract("RC-20", "RC-22")
@pytest.mark.parametrize("day", ["2024-03-12", "20240312", "03122024", "2024-02-24"])
def test_a_proof_is_a_table_that_a_person_can_read(run: Run, ledger: Path, day: str) -> None:
    run("settlement", "close")
    proof = run("settlement", "proof", day, *SELLER_OPTION)
    lines = [line.split() for line in proof.out.splitlines() if line]
    assert proof.status == 0
    assert ["paid", "out", "49.50"] in lines
    assert ["Sale:", "Purchase", "8", "49.50"] in lines
    assert ["report", "to", "payable", "0.00"] in lines
    assert "commission by the schedule" in proof.out


@pytest.mark.contract("RC-22")
def test_a_proof_is_a_csv_with_every_order(run: Run, ledger: Path) -> None:
    run("settlement", "close")
    rows = list(csv.reader(StringIO(run("settlement", "proof", "2024-03-12", *SELLER_OPTION, "--csv").out)))
    assert rows[0] == ["part", "what", "rows", "amount", "currency"]
    assert ["by order", "100001", "8", "49.50", "USD"] in rows
    assert ["commission charged", "100001/1 Home & Garden at 10%", "", "5.50", "USD"] in rows
    assert {row[3] for row in rows if row[0] == "residual"} == {"0.00"}


@pytest.mark.contract("RC-22")
def test_a_proof_as_json_has_the_rows_of_the_csv(run: Run, ledger: Path) -> None:
    run("settlement", "close")
    proof = run("settlement", "proof", "2024-03-12", *SELLER_OPTION, "--json").json
    assert (proof["report_date"], proof["total"], proof["paid"]) == ("2024-03-12", "49.50", "49.50")
    printed = csv.DictReader(StringIO(run("settlement", "proof", "2024-03-12", *SELLER_OPTION, "--csv").out))
    as_printed = [{name: "" if cell is None else str(cell) for name, cell in part.items()} for part in proof["parts"]]
    assert as_printed == list(printed)
    assert {"part": "by order", "what": "100001", "rows": 8, "amount": "49.50", "currency": "USD"} in proof["parts"]
    both = run("settlement", "proof", "2024-03-12", *SELLER_OPTION, "--json", "--csv")
    assert (both.status, "leave --csv or --json out" in both.err) == (1, True)


@pytest.mark.contract("RC-07")
def test_a_published_report_is_written_to_a_file(run: Run, ledger: Path, tmp_path: Path) -> None:
    arguments = ("2024-03-12", *SELLER_OPTION, "--output", "report.csv")
    assert run("settlement", "file", *arguments).status == 1
    run("settlement", "close")
    for more, columns, lines in (((), 30, 11), (("--legacy",), 67, 2)):
        assert run("settlement", "file", *arguments, *more).status == 0
        rows = list(csv.reader(StringIO((tmp_path / "report.csv").read_text())))
        assert (len(rows[0]), len(rows)) == (columns, lines)


@pytest.mark.contract("RC-21")
def test_a_ledger_of_money_that_agrees_is_verified(run: Run, ledger: Path) -> None:
    run("settlement", "close")
    assert run("settlement", "verify").out == "2 postings of 1 seller, 0 differences\n"
    with sqlite3.connect(ledger) as connection:
        connection.execute("UPDATE money_line SET amount = amount + 1 WHERE line_no = 1")
    found = run("settlement", "verify", "--json")
    assert (found.status, len(found.json["differences"])) == (1, 2)


def test_a_proof_of_what_was_changed_fails(run: Run, ledger: Path) -> None:
    run("settlement", "close")
    with sqlite3.connect(ledger) as connection:
        connection.execute("UPDATE money_line SET amount = amount + 1 WHERE line_no = 1")
    assert run("settlement", "proof", "2024-03-12", *SELLER_OPTION).status == 1


@pytest.mark.contract("RC-12")
def test_a_table_of_rates_is_checked_loaded_and_shown(run: Run, tmp_path: Path) -> None:
    assert run("settlement", "rates", "show").out == default_text()
    (tmp_path / "rates.csv").write_text(
        default_text().replace("Books,2000-01-01,,flat,0,,15", "Books,2000-01-01,,flat,0,,9")
    )
    assert run("settlement", "rates", "check", "rates.csv").out == "rates.csv is right: 35 categories\n"
    assert run("settlement", "rates", "load", "rates.csv").status == 0
    assert "Books,2000-01-01,,flat,0,,9" in run("settlement", "rates", "show").out


@pytest.mark.contract("RC-12")
def test_a_table_of_rates_is_told_of_as_json(run: Run, tmp_path: Path) -> None:
    (tmp_path / "rates.csv").write_text(default_text())
    (tmp_path / "gap.csv").write_text(GAP)
    told = {"file": "rates.csv", "categories": 35, "problems": []}
    assert [run("settlement", "rates", word, "rates.csv", "--json").json for word in ("check", "load")] == [told, told]
    refused = run("settlement", "rates", "check", "gap.csv", "--json")
    assert (refused.status, refused.json["categories"], refused.json["problems"][0]["line"]) == (1, None, 2)
    rows = run("settlement", "rates", "show", "--json").json
    assert rows == list(csv.DictReader(StringIO(default_text())))


@pytest.mark.contract("RC-12")
def test_a_table_with_a_gap_is_refused_with_its_line(run: Run, tmp_path: Path) -> None:
    (tmp_path / "rates.csv").write_text(GAP)
    for command in ("check", "load"):
        refused = run("settlement", "rates", command, "rates.csv")
        assert refused.status == 1
        assert "rates.csv:2: There is a gap" in refused.err
    assert run("settlement", "rates", "show").out == default_text()


@pytest.mark.parametrize(
    "arguments",
    [("never", *SELLER_OPTION), ("2024-03-12", "--seller", "nobody"), ("2025-03-12", *SELLER_OPTION)],
)
def test_a_period_that_is_not_there_is_refused_in_one_line(run: Run, ledger: Path, arguments: tuple[str, ...]) -> None:
    refused = run("settlement", "proof", *arguments)
    assert (refused.status, refused.err.count("\n")) == (1, 1)
