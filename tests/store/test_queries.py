"""Named SQL: one file, both databases' words, and mistakes that are found when the file is read."""

from pathlib import Path

import pytest

import onhand
from onhand.store.database import Database
from onhand.store.queries import Queries, Query


def queries_of(tmp_path: Path, text: str) -> Queries:
    path = tmp_path / "some.sql"
    path.write_text(text, encoding="utf-8")
    return Queries(path)


def test_a_statement_stands_for_both_databases_each_with_its_parameters(tmp_path: Path) -> None:
    query = queries_of(tmp_path, "-- name: one\nSELECT a FROM t WHERE b = :b AND c = :c_2;\n")["one"]
    assert query.sqlite == "SELECT a FROM t WHERE b = :b AND c = :c_2"
    assert query.postgresql == "SELECT a FROM t WHERE b = %(b)s AND c = %(c_2)s"


def test_a_statement_may_be_written_for_each_database(tmp_path: Path) -> None:
    text = "-- name: one @sqlite\nSELECT 1\n\n-- name: one @postgresql\nSELECT 2\n-- name: two\nSELECT 3"
    queries = queries_of(tmp_path, text)
    assert (queries["one"].sqlite, queries["one"].postgresql) == ("SELECT 1", "SELECT 2")
    assert queries["two"].sqlite == "SELECT 3"


def test_a_cast_is_not_taken_for_a_parameter(tmp_path: Path) -> None:
    query = queries_of(tmp_path, "-- name: one\nSELECT :a::bigint, b::text")["one"]
    assert query.postgresql == "SELECT %(a)s::bigint, b::text"


def test_a_per_cent_sign_reaches_postgresql_as_itself(tmp_path: Path) -> None:
    assert queries_of(tmp_path, "-- name: one\nSELECT 7 % 2")["one"].postgresql == "SELECT 7 %% 2"


def test_comments_are_left_out(tmp_path: Path) -> None:
    text = "-- A file.\n\n-- name: one\n-- Why :this is so.\nSELECT 1\n  -- and :that\n  FROM t"
    assert queries_of(tmp_path, text)["one"].sqlite == "SELECT 1\n  FROM t"


def test_a_statement_written_twice_is_a_mistake(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match=r"some\.sql: the statement one stands twice"):
        queries_of(tmp_path, "-- name: one\nSELECT 1\n-- name: one @sqlite\nSELECT 2")["one"]


def test_a_statement_written_for_one_database_only_is_a_mistake(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="one is written for sqlite only"):
        queries_of(tmp_path, "-- name: one @sqlite\nSELECT 1")["one"]


def test_a_name_that_no_file_has_is_a_mistake(tmp_path: Path) -> None:
    with pytest.raises(KeyError):
        queries_of(tmp_path, "-- name: one\nSELECT 1")["two"]


def test_files_are_read_when_a_statement_is_first_asked_for(tmp_path: Path) -> None:
    queries = Queries(tmp_path / "later.sql")
    (tmp_path / "later.sql").write_text("-- name: one\nSELECT 1", encoding="utf-8")
    assert queries["one"].sqlite == "SELECT 1"


def _files_of_named_sql() -> list[Path]:
    root = Path(onhand.__file__).parent
    return sorted(path for path in root.rglob("*.sql") if "migrations" not in path.parts)


@pytest.mark.parametrize("path", _files_of_named_sql(), ids=lambda path: path.stem)
def test_every_file_of_the_program_is_written_for_both_databases(path: Path) -> None:
    assert Queries(path).all_by_name


async def test_several_statements_of_one_name_are_run_in_their_order(sqlite_database: Database) -> None:
    both = "CREATE TABLE thing (id INTEGER)\n;\nINSERT INTO thing (id) VALUES (:first), (:second)"
    query = Query("both", both, "")
    changed = await sqlite_database.write(lambda session: session.run(query, first=1, second=2))
    assert (changed, await sqlite_database.all(Query("all", "SELECT id FROM thing", ""))) == (2, [(1,), (2,)])
