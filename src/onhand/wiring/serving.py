"""The application over the settings' database, and what has to run beside it."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from contextlib import asynccontextmanager, suppress

import msgspec
from prometheus_client import CollectorRegistry
from starlette.types import ASGIApp

from onhand import __version__
from onhand.basics.clock import Clock
from onhand.files.bodies import BodyLimits
from onhand.partners.published import Published
from onhand.partners.signatures import Verifier
from onhand.partners.tokens import Tokens
from onhand.reports.links import Links
from onhand.reports.requests import Requests
from onhand.settings import Settings
from onhand.stock.locations import Locations
from onhand.stock.resolving import EventLimits
from onhand.store.database import Database
from onhand.store.objects import ObjectStore
from onhand.surfaces.gateway.services import GatewayServices
from onhand.surfaces.gateway.surface import surface as gateway_surface
from onhand.surfaces.operator.health import MetricsDoor
from onhand.surfaces.operator.surface import OperatorServices
from onhand.surfaces.operator.surface import surface as operator_surface
from onhand.surfaces.plumbing.application import Intercept, build_application
from onhand.surfaces.plumbing.metrics import RequestMetrics
from onhand.surfaces.plumbing.operations import Surface
from onhand.surfaces.plumbing.shared_counts import Place
from onhand.surfaces.plumbing.throttling import Buckets, Throttle
from onhand.surfaces.suppliers.routes import surface as supplier_surface
from onhand.surfaces.suppliers.services import SupplierServices
from onhand.wiring.databases import open_database, revision_of, shared_secret
from onhand.wiring.intake import build_intake
from onhand.wiring.randomness import new_id, new_token
from onhand.wiring.rates import rates_of
from onhand.wiring.reporting import report_kinds
from onhand.wiring.settlement import build_settlement, calendar_of
from onhand.wiring.settling import settle
from onhand.wiring.storage import open_objects
from onhand.wiring.working import begin_periodics, build_worker
from onhand.work.worker import Worker

_PAGE_TOKENS = "page-tokens"
_GATEWAY_TOKENS = "gateway-tokens"
REPORT_LINKS = "report-links"
"""The name of the secret that signs links to files."""


class Controls(msgspec.Struct, frozen=True):
    """What a sandbox adds to a server: a surface that is told of all others, and what sees each call first."""

    surface_over: Callable[[Sequence[Surface]], Surface]
    intercept: Intercept


class Running(msgspec.Struct, frozen=True):
    """A server's application, and the worker that does what is due, in the server's process or whenever it is told."""

    application: ASGIApp
    database: Database
    worker: Worker
    begin_periodics: Callable[[], Awaitable[None]]


@asynccontextmanager
async def running_server(
    settings: Settings,
    clock: Clock,
    *,
    published: Published,
    durable: bool = True,
    buckets: Buckets | None = None,
    counts: Place | None = None,
) -> AsyncIterator[ASGIApp]:
    """The application over the settings' database, with what has to run beside it for as long as it serves.

    `published` are the credentials that it refuses. What is not `durable` may be lost with the machine's power.
    `buckets` are those that it shares with other processes, `counts` its place for what it counts; otherwise its limits
    and its metrics are its own.

    Raises:
        BadSetting: see `open_objects`.
        SchemaMismatch: see `open_database`.
        Unavailable: the database can't be reached.
    """
    running = running_parts(
        settings, clock, published=published, durable=durable, buckets=buckets, metrics=RequestMetrics(counts)
    )
    async with running as parts:
        yield parts.application


@asynccontextmanager
async def running_parts(
    settings: Settings,
    clock: Clock,
    *,
    published: Published,
    metrics: RequestMetrics,
    durable: bool = True,
    buckets: Buckets | None = None,
    controls: Controls | None = None,
) -> AsyncIterator[Running]:
    """As `running_server`, with the worker in hand and the controls of a sandbox.

    Raises:
        SchemaMismatch: see `open_database`.
        Unavailable: the database can't be reached.
    """
    objects = open_objects(settings)
    database = await open_database(settings, durable=durable)
    locations = Locations(database)

    async def begin() -> None:
        await begin_periodics(settings, database, objects, locations, clock)

    try:
        worker = build_worker(settings, database, objects, locations, clock)
        throttle = Throttle(rates_of(settings), clock, buckets)
        page_secret = await shared_secret(database, _PAGE_TOKENS)
        common = _Common(settings, database, locations, clock, published, throttle, objects, page_secret)
        application = await _build(common, metrics, worker.wake, controls)
        running = Running(application, database, worker, begin)
        async with _working(settings, running):
            yield running
    finally:
        await database.close()


class _Common(msgspec.Struct, frozen=True):
    """What every surface is built over. `page_secret` seals page tokens and cursors."""

    settings: Settings
    database: Database
    locations: Locations
    clock: Clock
    published: Published
    throttle: Throttle
    objects: ObjectStore
    page_secret: bytes


async def _build(
    common: _Common, metrics: RequestMetrics, wake_worker: Callable[[], None], controls: Controls | None
) -> ASGIApp:
    registry = CollectorRegistry()
    registry.register(metrics)
    token_secret = await shared_secret(common.database, _GATEWAY_TOKENS)
    link_secret = await shared_secret(common.database, REPORT_LINKS)
    surfaces = [
        supplier_surface(_supplier_services(common)),
        gateway_surface(_gateway_services(common, token_secret, link_secret, wake_worker)),
        operator_surface(_operator_services(common, registry)),
    ]
    return build_application(
        [*surfaces, controls.surface_over(surfaces)] if controls else surfaces,
        metrics=metrics,
        version=__version__,
        logs_every_request=common.settings.log_every_request,
        intercept=controls.intercept if controls else None,
    )


def _supplier_services(common: _Common) -> SupplierServices:
    settings, database, clock = common.settings, common.database, common.clock
    return SupplierServices(
        database=database,
        locations=common.locations,
        clock=clock,
        verifier=Verifier(
            database,
            clock,
            signature_seconds=settings.signature_seconds,
            future_seconds=settings.signature_future_seconds,
            published=common.published,
        ),
        throttle=common.throttle,
        limits=EventLimits(future_seconds=settings.event_future_seconds),
        page_token_secret=common.page_secret,
        page_rows_max=settings.page_rows_max,
        body_bytes_max=_small_body_bytes_max(settings),
        floor_at_zero=settings.floor_at_zero,
    )


def _operator_services(common: _Common, registry: CollectorRegistry) -> OperatorServices:
    settings, database, clock = common.settings, common.database, common.clock
    return OperatorServices(
        database=database,
        locations=common.locations,
        clock=clock,
        intake=build_intake(database, settings, clock, common.locations),
        throttle=common.throttle,
        registry=registry,
        revision_of=lambda: revision_of(database),
        new_token=new_token,
        cursor_secret=common.page_secret,
        body_limits=_body_limits(settings),
        small_body_bytes_max=_small_body_bytes_max(settings),
        batch_orders_max=settings.batch_orders_max,
        order_gather_seconds=settings.order_gather_seconds,
        settlement=build_settlement(database, settings, clock),
        calendar=calendar_of(settings),
        settle=lambda: settle(settings, database, common.locations, clock),
        batch_money_entries_max=settings.batch_money_entries_max,
        event_future_seconds=settings.event_future_seconds,
        backroom_hours=settings.backroom_hours,
        published=common.published,
        metrics_door=MetricsDoor(settings.metrics_open, settings.metrics_token),
    )


def _gateway_services(
    common: _Common, token_secret: bytes, link_secret: bytes, wake_worker: Callable[[], None]
) -> GatewayServices:
    settings, database, clock = common.settings, common.database, common.clock
    return GatewayServices(
        database=database,
        clock=clock,
        tokens=Tokens(
            database,
            clock,
            secret=token_secret,
            new_id=new_id,
            access_seconds=settings.token_seconds,
            refresh_seconds=settings.refresh_token_seconds,
            published=common.published,
        ),
        throttle=common.throttle,
        new_id=new_id,
        cursor_secret=common.page_secret,
        body_bytes_max=_small_body_bytes_max(settings),
        feed_bytes_max=settings.feed_bytes_max,
        feed_rows_max=settings.feed_rows_max,
        wake_worker=wake_worker,
        objects=common.objects,
        links=_links(settings, link_secret),
        report_kinds=report_kinds(),
        report_requests=Requests(database, days=settings.report_days),
        legacy_token_errors=settings.legacy_token_errors,
        behind_tls_proxy=settings.behind_tls_proxy,
        octet_stream_is_csv=settings.settlement_octet_stream_csv,
    )


def _small_body_bytes_max(settings: Settings) -> int:
    return min(settings.small_body_bytes_max, settings.body_bytes_max)


def _links(settings: Settings, secret: bytes) -> Links:
    return Links(
        secret=secret,
        seconds=settings.report_link_seconds,
        base_url=settings.public_base_url.rstrip("/"),
        presigned=settings.presigned_links,
    )


def _body_limits(settings: Settings) -> BodyLimits:
    return BodyLimits(
        body_bytes_max=settings.body_bytes_max,
        decompressed_bytes_max=settings.body_decompressed_bytes_max,
        line_bytes_max=settings.line_bytes_max,
        rows_max=settings.batch_events_max,
    )


@asynccontextmanager
async def _working(settings: Settings, running: Running) -> AsyncIterator[None]:
    """The worker, for as long as the server runs, where the settings want one in it."""
    if not settings.worker_in_server:
        yield
        return
    await running.begin_periodics()
    task = asyncio.create_task(running.worker.run())
    try:
        yield
    finally:
        task.cancel()
        with suppress(asyncio.CancelledError):
            await task
