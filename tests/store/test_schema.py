"""One text of the schema, three ways to a database, and all three end in the same place."""

import sqlite3
from contextlib import closing
from pathlib import Path

import psycopg
import pytest

from onhand.store.migrating import revision_of, upgrade
from onhand.store.postgresql import PostgresqlDatabase
from onhand.store.queries import Query
from onhand.store.schema import create_embedded, embedded_revision, newest_revision

# How a type of the schema is called by each catalogue.
_SAME_TYPE = {
    "int8": "BIGINT",
    "int4": "INTEGER",
    "int2": "SMALLINT",
    "text": "TEXT",
    "bytea": "BLOB",
    "varchar": "VARCHAR(32)",
}

Columns = dict[str, list[tuple[str, str, bool]]]


def sqlite_schema(path: Path) -> dict[tuple[str, str, str], str | None]:
    """Everything in a SQLite file by kind, name and table, as the text that made it."""
    with closing(sqlite3.connect(path)) as connection:
        rows = connection.execute("SELECT type, name, tbl_name, sql FROM sqlite_master").fetchall()
    return {(kind, name, table): sql and " ".join(sql.split()) for kind, name, table, sql in rows}


def sqlite_columns(path: Path) -> Columns:
    """The columns of each table: name, type, whether it must be filled."""
    with closing(sqlite3.connect(path)) as connection:
        tables = [name for (name,) in connection.execute("SELECT name FROM sqlite_master WHERE type = 'table'")]
        return {
            table: [(row[1], row[2], bool(row[3])) for row in connection.execute(f"PRAGMA table_info({table})")]
            for table in tables
        }


def sqlite_keys(path: Path) -> dict[str, list[str]]:
    """The columns of each table's primary key, in their order."""
    with closing(sqlite3.connect(path)) as connection:
        return {
            table: [
                row[1]
                for row in sorted(connection.execute(f"PRAGMA table_info({table})"), key=lambda r: r[5])
                if row[5]
            ]
            for table in sqlite_columns(path)
        }


def postgresql_columns(url: str) -> Columns:
    """The same of a PostgreSQL database."""
    columns: Columns = {}
    with psycopg.connect(url) as connection:
        rows = connection.execute(
            "SELECT table_name, column_name, udt_name, is_nullable FROM information_schema.columns"
            " JOIN information_schema.tables USING (table_schema, table_name)"
            " WHERE table_schema = 'public' AND table_type = 'BASE TABLE' ORDER BY table_name, ordinal_position"
        ).fetchall()
    for table, column, udt_name, is_nullable in rows:
        columns.setdefault(table, []).append((column, _SAME_TYPE[udt_name], is_nullable == "NO"))
    return columns


def without_alembic(columns: Columns) -> Columns:
    """What is the program's own."""
    return {table: listed for table, listed in columns.items() if table != "alembic_version"}


@pytest.fixture
def embedded(tmp_path: Path) -> Path:
    """A new SQLite file, made from the texts directly."""
    path = tmp_path / "embedded.db"
    create_embedded(path)
    return path


def test_a_new_embedded_database_is_what_the_migrations_make(embedded: Path, tmp_path: Path) -> None:
    migrated = tmp_path / "migrated.db"
    upgrade(f"sqlite:///{migrated}")
    made, brought = sqlite_schema(embedded), sqlite_schema(migrated)
    assert made.keys() == brought.keys()
    own = {key for key in made if key[2] != "alembic_version"}
    assert {key: made[key] for key in own} == {key: brought[key] for key in own}
    assert sqlite_columns(embedded) == sqlite_columns(migrated)


def test_the_schema_has_the_tables_of_the_ledger_with_their_indexes(embedded: Path) -> None:
    names = {(kind, name) for kind, name, _ in sqlite_schema(embedded)}
    assert {("table", name) for name in ("event", "leg", "stock", "month_flow_kept", "transfer", "item")} <= names
    assert ("view", "month_flow") in names
    assert {("index", name) for name in ("leg_by_seq", "leg_anchor", "stock_negative", "item_by_cid")} <= names


def test_postgresql_has_the_same_tables_and_columns(embedded: Path, postgresql_url: str) -> None:
    assert without_alembic(postgresql_columns(postgresql_url)) == without_alembic(sqlite_columns(embedded))


def test_postgresql_has_the_same_primary_keys(embedded: Path, postgresql_url: str) -> None:
    with psycopg.connect(postgresql_url) as connection:
        rows = connection.execute(
            "SELECT tc.table_name, kcu.column_name FROM information_schema.table_constraints tc"
            " JOIN information_schema.key_column_usage kcu USING (constraint_schema, constraint_name)"
            " WHERE tc.constraint_type = 'PRIMARY KEY' AND tc.table_schema = 'public'"
            " ORDER BY tc.table_name, kcu.ordinal_position"
        ).fetchall()
    keys: dict[str, list[str]] = {}
    for table, column in rows:
        keys.setdefault(table, []).append(column)
    assert keys == sqlite_keys(embedded)


def test_postgresql_has_the_same_indexes(embedded: Path, postgresql_url: str) -> None:
    named = {name for kind, name, _ in sqlite_schema(embedded) if kind == "index" and not name.startswith("sqlite_")}
    with psycopg.connect(postgresql_url) as connection:
        rows = connection.execute("SELECT indexname FROM pg_indexes WHERE schemaname = 'public'").fetchall()
    assert named <= {name for (name,) in rows}


def test_every_text_of_postgresql_sorts_by_code_point(postgresql_url: str) -> None:
    with psycopg.connect(postgresql_url) as connection:
        rows = connection.execute(
            "SELECT table_name, column_name FROM information_schema.columns"
            " WHERE table_schema = 'public' AND data_type = 'text' AND collation_name IS DISTINCT FROM 'C'"
        ).fetchall()
    assert rows == []


def test_an_upgrade_of_what_is_new_already_changes_nothing(embedded: Path, postgresql_url: str) -> None:
    before, columns = sqlite_schema(embedded), postgresql_columns(postgresql_url)
    upgrade(f"sqlite:///{embedded}")
    upgrade(postgresql_url)
    assert sqlite_schema(embedded) == before
    assert postgresql_columns(postgresql_url) == columns


def test_the_revision_of_a_database_is_told(embedded: Path, tmp_path: Path, postgresql_url: str) -> None:
    assert embedded_revision(tmp_path / "absent.db") is None
    (tmp_path / "empty.db").touch()
    assert embedded_revision(tmp_path / "empty.db") is None
    assert revision_of(f"sqlite:///{tmp_path / 'empty.db'}") is None
    assert embedded_revision(embedded) == newest_revision()
    assert revision_of(f"sqlite:///{embedded}") == newest_revision()
    assert revision_of(postgresql_url) == newest_revision()


async def test_options_in_the_url_reach_the_server(postgresql_url: str) -> None:
    options = "options=-c%20statement_timeout%3D1234"
    url = f"{postgresql_url}{'&' if '?' in postgresql_url else '?'}{options}"
    database = await PostgresqlDatabase.open(url, connections_max=1, busy_seconds=10.0)
    try:
        assert await database.one(Query("shown", "SELECT 1", "SHOW statement_timeout")) == ("1234ms",)
    finally:
        await database.close()


def test_options_in_the_url_reach_the_server_when_its_schema_is_brought_forward(postgresql_url: str) -> None:
    # A server that may not be written to refuses the upgrade of an empty schema, so the option has arrived.
    options = "options=-c%20default_transaction_read_only%3Don%20-c%20search_path%3Delsewhere"
    with pytest.raises(Exception, match=r"read-only transaction|no schema has been selected"):
        upgrade(f"{postgresql_url}{'&' if '?' in postgresql_url else '?'}{options}")
