"""The schema by command, on both databases."""

import sqlite3
from pathlib import Path

import psycopg
import pytest

from onhand.store.schema import newest_revision
from tests.cli.conftest import Run


def test_an_embedded_database_is_created_by_its_first_use(run: Run, tmp_path: Path) -> None:
    assert run("store", "list").status == 0
    assert run("database", "status", "--json").json["current"] is True


def test_the_status_of_a_database_that_is_not_there_creates_nothing(run: Run, tmp_path: Path) -> None:
    ran = run("database", "status", "--check", "--json")
    assert (ran.status, ran.json["revision"], list(tmp_path.glob("*.db"))) == (1, None, [])


def test_a_newer_embedded_database_is_refused(run: Run, tmp_path: Path) -> None:
    run("store", "list")
    with sqlite3.connect(tmp_path / "onhand.db") as connection:
        connection.execute("UPDATE alembic_version SET version_num = '9999'")
    ran = run("store", "list")
    assert ran.status == 1
    assert "revision 9999, which is newer" in ran.err


def test_a_file_that_is_no_database_is_told_in_one_line(run: Run, tmp_path: Path) -> None:
    (tmp_path / "onhand.db").write_text("a shopping list, not a database")
    ran = run("store", "list")
    assert (ran.status, ran.err.count("\n")) == (1, 1)
    assert "can't open the database" in ran.err


def test_an_empty_server_database_is_refused_with_what_to_type_and_then_upgraded(
    run: Run, postgresql_server: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    with psycopg.connect(postgresql_server, autocommit=True) as connection:
        connection.execute("CREATE DATABASE onhand_empty")
    monkeypatch.setenv("ONHAND_DATABASE_URL", postgresql_server.replace("/postgres?", "/onhand_empty?"))
    refused = run("store", "list")
    assert refused.status == 1
    assert "is empty: type `onhand database upgrade` first" in refused.err
    assert run("database", "upgrade", "--json").json["now"] == newest_revision()
    assert run("store", "list").status == 0


def test_a_server_that_does_not_answer_is_told_in_one_line(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ONHAND_DATABASE_URL", "postgresql://nobody@127.0.0.1:1/onhand")
    monkeypatch.setenv("ONHAND_DATABASE_BUSY_SECONDS", "0.2")
    ran = run("store", "list")
    assert (ran.status, ran.err.count("\n")) == (1, 1)
    assert "PostgreSQL did not answer" in ran.err


def test_a_newer_server_database_is_not_upgraded(
    run: Run, postgresql_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("ONHAND_DATABASE_URL", postgresql_url)
    with psycopg.connect(postgresql_url) as connection:
        connection.execute("UPDATE alembic_version SET version_num = '9999'")
    ran = run("database", "upgrade")
    assert (ran.status, ran.err.count("\n"), "revision 9999, which is newer" in ran.err) == (1, 1, True)


@pytest.mark.parametrize("words", [("store", "list"), ("database", "status"), ("database", "upgrade")])
def test_a_role_without_rights_is_told_in_one_line(
    run: Run, postgresql_url: str, monkeypatch: pytest.MonkeyPatch, words: tuple[str, ...]
) -> None:
    with psycopg.connect(postgresql_url, autocommit=True) as connection:
        connection.execute("DROP ROLE IF EXISTS nobody_much")
        connection.execute("CREATE ROLE nobody_much LOGIN")
    monkeypatch.setenv("ONHAND_DATABASE_URL", postgresql_url.replace("//postgres:", "//nobody_much:"))
    ran = run(*words)
    assert (ran.status, ran.err.count("\n"), "permission denied" in ran.err) == (1, 1, True)


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ("/onhand_", "/nowhere_", "does not exist"),
        ("//postgres:", "//stranger:", "stranger"),
        ("?", "?options=-c%20no_such_thing%3D1&", "no_such_thing"),
        ("?", "?no_such_option=1&", "no_such_option"),
    ],
)
def test_what_is_wrong_with_the_url_of_a_server_is_told_at_once_in_one_line(
    run: Run, postgresql_url: str, monkeypatch: pytest.MonkeyPatch, old: str, new: str, said: str
) -> None:
    monkeypatch.setenv("ONHAND_DATABASE_URL", postgresql_url.replace(old, new, 1))
    monkeypatch.setenv("ONHAND_DATABASE_BUSY_SECONDS", "3600")
    ran = run("store", "list")
    assert (ran.status, ran.err.count("\n"), said in ran.err) == (1, 1, True), ran.err
