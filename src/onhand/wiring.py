"""The one place that builds concrete objects: which database, which surfaces, with which limits."""

import asyncio
import logging
import secrets
import sqlite3
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager, suppress
from pathlib import Path

import msgspec
from prometheus_client import CollectorRegistry
from starlette.types import ASGIApp

from onhand import __version__
from onhand.basics.clock import Clock
from onhand.files.bodies import BodyLimits
from onhand.partners.signatures import Verifier
from onhand.settings import Settings, without_password
from onhand.stock.housekeeping import run_pass
from onhand.stock.intake import Intake
from onhand.stock.locations import Locations
from onhand.stock.resolving import EventLimits
from onhand.store.database import Database, Unavailable
from onhand.store.queries import Queries
from onhand.store.schema import create_embedded, embedded_revision, newest_revision
from onhand.store.sqlite import SqliteDatabase
from onhand.surfaces.operator.access import THROTTLE_CLASS as OPERATOR
from onhand.surfaces.operator.surface import OperatorServices
from onhand.surfaces.operator.surface import surface as operator_surface
from onhand.surfaces.plumbing.application import build_application
from onhand.surfaces.plumbing.metrics import RequestMetrics
from onhand.surfaces.plumbing.throttling import Rate, Throttle
from onhand.surfaces.suppliers.routes import THROTTLE_CLASS as SUPPLIERS
from onhand.surfaces.suppliers.routes import surface as supplier_surface
from onhand.surfaces.suppliers.services import SupplierServices

_QUERIES = Queries(Path(__file__).with_name("wiring.sql"))
_EMBEDDED = "sqlite:///"
_SECRET_BYTES = 32
_PAGE_TOKENS = "page-tokens"
_WRITERS_MAX = 4

logger = logging.getLogger(__name__)


class SchemaMismatch(Exception):
    """The database's schema is not the one that this program needs; the message says what to type."""


class Published(msgspec.Struct, frozen=True):
    """Credentials that anybody can read, so that a server for real data never accepts them (SB-02)."""

    consumer_ids: frozenset[str]
    operator_tokens: frozenset[str]


NOTHING_PUBLISHED = Published(frozenset(), frozenset())


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


def build_intake(database: Database, settings: Settings, clock: Clock, locations: Locations | None = None) -> Intake:
    """What posts events into the ledger, within the limits of the settings."""
    limits = EventLimits(future_seconds=settings.event_future_seconds)
    embedded = database.dialect == "sqlite"
    return Intake(
        database,
        locations or Locations(database),
        clock,
        limits,
        transaction_events_max=settings.transaction_events_max,
        transaction_locations_max=settings.transaction_locations_max,
        writers_max=1 if embedded else min(_WRITERS_MAX, settings.database_connections_max),
    )


@asynccontextmanager
async def running_server(
    settings: Settings, clock: Clock, *, published: Published, durable: bool = True
) -> AsyncIterator[ASGIApp]:
    """The application over the settings' database, with what has to run beside it for as long as it serves.

    `published` are the credentials that it refuses. What is not `durable` may be lost with the machine's power.

    Raises:
        SchemaMismatch: see `open_database`.
        Unavailable: the database can't be reached.
    """
    database = await open_database(settings, durable=durable)
    locations = Locations(database)
    try:
        application = await _build(settings, database, locations, clock, published)
        async with _repeated_housekeeping(settings, database, locations, clock):
            yield application
    finally:
        await database.close()


async def _build(
    settings: Settings, database: Database, locations: Locations, clock: Clock, published: Published
) -> ASGIApp:
    metrics = RequestMetrics()
    registry = CollectorRegistry()
    registry.register(metrics)
    secret = await shared_secret(database, _PAGE_TOKENS)
    throttle = _throttle(settings, clock)
    suppliers = supplier_surface(
        SupplierServices(
            database=database,
            locations=locations,
            clock=clock,
            verifier=Verifier(
                database,
                clock,
                signature_seconds=settings.signature_seconds,
                future_seconds=settings.signature_future_seconds,
                refused_consumer_ids=published.consumer_ids,
            ),
            throttle=throttle,
            limits=EventLimits(future_seconds=settings.event_future_seconds),
            page_token_secret=secret,
            page_rows_max=settings.page_rows_max,
            body_bytes_max=settings.body_bytes_max,
            floor_at_zero=settings.floor_at_zero,
        )
    )
    operator = operator_surface(
        OperatorServices(
            database=database,
            locations=locations,
            clock=clock,
            intake=build_intake(database, settings, clock, locations),
            throttle=throttle,
            registry=registry,
            revision_of=lambda: _revision_of(database),
            new_token=new_token,
            cursor_secret=secret,
            body_limits=_body_limits(settings),
            backroom_hours=settings.backroom_hours,
            refused_tokens=published.operator_tokens,
        )
    )
    return build_application(
        [suppliers, operator],
        metrics=metrics,
        version=__version__,
        logs_every_request=settings.log_every_request,
    )


def new_token() -> str:
    """A random bearer token."""
    return secrets.token_urlsafe(_SECRET_BYTES)


def _body_limits(settings: Settings) -> BodyLimits:
    return BodyLimits(
        body_bytes_max=settings.body_bytes_max,
        decompressed_bytes_max=settings.body_decompressed_bytes_max,
        line_bytes_max=settings.line_bytes_max,
        rows_max=settings.batch_events_max,
    )


def _throttle(settings: Settings, clock: Clock) -> Throttle:
    calls = {SUPPLIERS: settings.supplier_calls_per_second, OPERATOR: settings.operator_calls_per_second}
    multiplied = {name: Rate.of(number * settings.throttle_multiplier) for name, number in calls.items()}
    return Throttle(multiplied if settings.throttle else None, clock)


@asynccontextmanager
async def _repeated_housekeeping(
    settings: Settings, database: Database, locations: Locations, clock: Clock
) -> AsyncIterator[None]:
    """Housekeeping passes (TH-09) while the server runs, each so long after the end of the one before."""

    async def repeat() -> None:
        while True:
            await asyncio.sleep(settings.housekeeping_seconds)
            await _one_pass(settings, database, locations, clock)

    task = asyncio.create_task(repeat()) if settings.housekeeping_seconds else None
    try:
        yield
    finally:
        if task:
            task.cancel()
            with suppress(asyncio.CancelledError):
                await task


async def _one_pass(settings: Settings, database: Database, locations: Locations, clock: Clock) -> None:
    try:
        summary = await run_pass(database, locations, clock, backroom_hours=settings.backroom_hours)
    except Unavailable as error:
        logger.warning("the housekeeping pass found the database unavailable, the next one goes on: %s", error)
    except Exception:
        # Nobody awaits this task: without a line in the log a defect would end all housekeeping unseen.
        logger.exception("the housekeeping pass failed, the next one tries again")
    else:
        logger.info("housekeeping", extra=msgspec.structs.asdict(summary))


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
    path.parent.mkdir(parents=True, exist_ok=True)
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


async def _revision_of(database: Database) -> str | None:
    found = await database.one(_QUERIES["has_schema"])
    row = await database.one(_QUERIES["schema_revision"]) if found and found[0] else None
    return str(row[0]) if row else None


async def _revision_of_server(database: Database, url: str) -> str | None:
    from psycopg import Error

    try:
        return await _revision_of(database)
    except Error as error:
        raise _refused(url, error) from error


def _upgrade_server(url: str) -> None:
    from sqlalchemy.exc import DBAPIError, SQLAlchemyError

    from onhand.store.migrating import revision_of

    try:
        _refuse_newer(revision_of(url), url)
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
