"""Opening the database of the settings, and keeping its schema what the program needs."""

import logging
import secrets
import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from onhand.settings import Settings, without_password
from onhand.store.database import Database, Unavailable
from onhand.store.queries import Queries
from onhand.store.schema import create_embedded, embedded_revision, newest_revision
from onhand.store.sqlite import SqliteDatabase

_QUERIES = Queries(Path(__file__).with_name("databases.sql"))
_EMBEDDED = "sqlite:///"
_SECRET_BYTES = 32

logger = logging.getLogger(__name__)


class SchemaMismatch(Exception):
    """The database's schema is not the one that this program needs; the message says what to type."""


async def open_database(settings: Settings, *, durable: bool = True) -> Database:
    """Open the database of the settings.

    The embedded one is created or brought forward on the way; a server's schema is changed by its own command only.

    Raises:
        SchemaMismatch: the schema is newer than the program, or it is a server's and is older or missing.
        Unavailable: the database can't be reached.
    """
    url = settings.database
    if url.startswith(_EMBEDDED):
        return _open_embedded(Path(url.removeprefix(_EMBEDDED)), settings, durable=durable)
    return await _open_server(url, settings)


def upgrade_database(settings: Settings) -> None:
    """Create the schema of the settings' database, or bring it forward to the newest revision.

    Raises:
        SchemaMismatch: it is newer than the program.
        Unavailable: the database can't be opened, or refuses.
    """
    url = settings.database
    if url.startswith(_EMBEDDED):
        with _opening(Path(url.removeprefix(_EMBEDDED))) as path:
            _make_current(path)
    else:
        _upgrade_server(url)


async def schema_revision(settings: Settings) -> str | None:
    """The revision that the settings' database stands at, or None where there is no schema; nothing is changed.

    Raises:
        Unavailable: the database can't be reached.
    """
    url = settings.database
    if url.startswith(_EMBEDDED):
        with _opening(Path(url.removeprefix(_EMBEDDED))) as path:
            return embedded_revision(path)
    database = await _connect(url, settings)
    try:
        return await _revision_of_server(database, url)
    finally:
        await database.close()


async def shared_secret(database: Database, name: str) -> bytes:
    """The secret of that name that every process on this database shares, made when it is first asked for."""
    made = secrets.token_hex(_SECRET_BYTES)
    await database.write(lambda session: session.run(_QUERIES["insert_secret"], name=name, value=made))
    (row,) = await database.all(_QUERIES["secret_by_name"], name=name)
    return bytes.fromhex(row[0])


async def database_name(database: Database) -> str:
    """A short name that no other database has, for what is kept about this one outside of it."""
    return (await shared_secret(database, "name"))[:4].hex()


def _open_embedded(path: Path, settings: Settings, *, durable: bool) -> SqliteDatabase:
    with _opening(path):
        _make_current(path)
        return SqliteDatabase(
            path,
            cache_bytes=settings.sqlite_cache_bytes,
            busy_seconds=settings.database_busy_seconds,
            durable=durable,
        )


@contextmanager
def _opening(path: Path) -> Iterator[Path]:
    """What keeps the file at `path` from being opened becomes one sentence."""
    try:
        yield path
    except (OSError, sqlite3.DatabaseError) as error:
        raise Unavailable(f"can't open the database {path}: {error}; check the path and its rights") from error


def _make_current(path: Path) -> None:
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    revision = embedded_revision(path)
    if revision is None:
        _create(path)
    elif revision < newest_revision():
        logger.info("bringing the embedded database forward", extra={"path": str(path), "from": revision})
        _upgrade(f"{_EMBEDDED}{path}")
    elif revision > newest_revision():
        raise SchemaMismatch(_newer(str(path), revision))


def _create(path: Path) -> None:
    try:
        create_embedded(path)
    except sqlite3.OperationalError:
        # Another process that began at the same moment may have made it; anything else is a real failure.
        if embedded_revision(path) != newest_revision():
            raise


async def _open_server(url: str, settings: Settings) -> Database:
    database = await _connect(url, settings)
    try:
        _check_revision(await _revision_of_server(database, url), url)
    except BaseException:
        await database.close()
        raise
    return database


def _check_revision(revision: str | None, url: str) -> None:
    if revision == newest_revision():
        return
    _refuse_newer(revision, url)
    stands = f"at revision {revision}, and {newest_revision()} is needed" if revision else "empty"
    raise SchemaMismatch(f"the database {without_password(url)} is {stands}: type `onhand database upgrade` first")


async def _connect(url: str, settings: Settings) -> Database:
    # The driver of PostgreSQL takes a tenth of a second to import, which an embedded database has no use for.
    from onhand.store.postgresql import PostgresqlDatabase

    return await PostgresqlDatabase.open(
        url, connections_max=settings.database_connections_max, busy_seconds=settings.database_busy_seconds
    )


async def revision_of(database: Database) -> str | None:
    """The revision that an open database stands at, or None where there is no schema."""
    found = await database.one(_QUERIES["has_schema"])
    row = await database.one(_QUERIES["schema_revision"]) if found and found[0] else None
    return str(row[0]) if row else None


async def _revision_of_server(database: Database, url: str) -> str | None:
    from psycopg import Error

    try:
        return await revision_of(database)
    except Error as error:
        raise _refused(url, error) from error


def _upgrade_server(url: str) -> None:
    from sqlalchemy.exc import DBAPIError, SQLAlchemyError

    from onhand.store.migrating import revision_of as revision_at

    try:
        _refuse_newer(revision_at(url), url)
        _upgrade(url)
    except SQLAlchemyError as error:
        said = error.orig if isinstance(error, DBAPIError) and error.orig else error
        raise _refused(url, said) from error


def _refuse_newer(revision: str | None, url: str) -> None:
    if revision is not None and revision > newest_revision():
        raise SchemaMismatch(_newer(without_password(url), revision))


def _refused(url: str, error: BaseException) -> Unavailable:
    reason = next(iter(str(error).splitlines()), type(error).__name__)
    return Unavailable(f"the database {without_password(url)}: {reason}")


def _upgrade(url: str) -> None:
    # Alembic and SQLAlchemy take half a second to import; only a schema that really changes needs them.
    from onhand.store.migrating import upgrade

    upgrade(url)


def _newer(place: str, revision: str) -> str:
    return (
        f"the database {place} is at revision {revision}, which is newer than this program knows "
        f"({newest_revision()}): install the newer Onhand"
    )
