"""The schema's text: which revisions there are, and their statements in each database's words.

A new embedded database is made from these texts directly, in milliseconds; an older one is brought forward by Alembic
(`migrating`), which runs the same texts one revision at a time. A test holds that both give the same schema.
"""

import sqlite3
from contextlib import closing
from pathlib import Path

from onhand.store.database import Dialect

_OWNER_ONLY = 0o600
_VERSIONS = Path(__file__).parent / "migrations" / "versions"


def revisions() -> list[str]:
    """The names of all revisions, oldest first (`0001_units`); the digits are Alembic's revision id."""
    return sorted(path.stem for path in _VERSIONS.glob("*.sql"))


def newest_revision() -> str:
    """The revision id that this program needs."""
    return revisions()[-1].partition("_")[0]


def statements_of(name: str, dialect: Dialect) -> list[str]:
    """The statements of a revision, in the words of `dialect`; a line after `-- @dialect ` is for that one alone."""
    script = (_VERSIONS / f"{name}.sql").read_text(encoding="utf-8")
    script = script.replace(f"-- @{dialect} ", "")
    body = "\n".join(line for line in script.splitlines() if not line.lstrip().startswith("--"))
    if dialect == "postgresql":
        body = body.replace(" TEXT", ' TEXT COLLATE "C"').replace(" BLOB", " BYTEA").replace(" WITHOUT ROWID", "")
    return [statement.strip() for statement in body.split(";") if statement.strip()]


def create_embedded(path: Path) -> None:
    """Make a new SQLite database at `path` with the newest schema.

    Nobody but its owner may read it: it holds what tokens and links are signed with. Its log gets the same rights.
    """
    path.touch(mode=_OWNER_ONLY)
    with closing(sqlite3.connect(path, isolation_level=None)) as connection:
        connection.execute("PRAGMA journal_mode = WAL")
        connection.execute("BEGIN IMMEDIATE")
        for name in revisions():
            for statement in statements_of(name, "sqlite"):
                connection.execute(statement)
        connection.execute("CREATE TABLE alembic_version (version_num VARCHAR(32) NOT NULL PRIMARY KEY)")
        connection.execute("INSERT INTO alembic_version (version_num) VALUES (?)", (newest_revision(),))
        connection.execute("COMMIT")


def embedded_revision(path: Path) -> str | None:
    """The revision of the SQLite database at `path`, or None where there is no schema yet."""
    if not path.exists():
        return None
    with closing(sqlite3.connect(path)) as connection:
        found = connection.execute("SELECT 1 FROM sqlite_master WHERE name = 'alembic_version'").fetchone()
        row = connection.execute("SELECT version_num FROM alembic_version").fetchone() if found else None
    return str(row[0]) if row else None
