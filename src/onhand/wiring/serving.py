"""The application over the settings' database, and what has to run beside it."""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager, suppress

import msgspec
from prometheus_client import CollectorRegistry
from starlette.types import ASGIApp

from onhand import __version__
from onhand.basics.clock import Clock
from onhand.files.bodies import BodyLimits
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
from onhand.surfaces.operator.surface import OperatorServices
from onhand.surfaces.operator.surface import surface as operator_surface
from onhand.surfaces.plumbing.application import build_application
from onhand.surfaces.plumbing.metrics import RequestMetrics
from onhand.surfaces.plumbing.shared_counts import Place
from onhand.surfaces.plumbing.throttling import Buckets, Throttle
from onhand.surfaces.suppliers.routes import surface as supplier_surface
from onhand.surfaces.suppliers.services import SupplierServices
from onhand.wiring.databases import open_database, revision_of, shared_secret
from onhand.wiring.intake import build_intake
from onhand.wiring.published import Published
from onhand.wiring.randomness import new_id, new_token
from onhand.wiring.rates import rates_of
from onhand.wiring.reporting import report_kinds
from onhand.wiring.storage import open_objects
from onhand.wiring.working import begin_periodics, build_worker
from onhand.work.worker import Worker

_PAGE_TOKENS = "page-tokens"
_GATEWAY_TOKENS = "gateway-tokens"
REPORT_LINKS = "report-links"
"""The name of the secret that signs links to files."""


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
    objects = open_objects(settings)
    database = await open_database(settings, durable=durable)
    locations = Locations(database)
    try:
        worker = build_worker(settings, database, objects, locations, clock)
        throttle = Throttle(rates_of(settings), clock, buckets)
        page_secret = await shared_secret(database, _PAGE_TOKENS)
        common = _Common(settings, database, locations, clock, published, throttle, objects, page_secret)
        application = await _build(common, RequestMetrics(counts), worker.wake)
        async with _working(settings, database, objects, locations, clock, worker):
            yield application
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


async def _build(common: _Common, metrics: RequestMetrics, wake_worker: Callable[[], None]) -> ASGIApp:
    registry = CollectorRegistry()
    registry.register(metrics)
    token_secret = await shared_secret(common.database, _GATEWAY_TOKENS)
    link_secret = await shared_secret(common.database, REPORT_LINKS)
    return build_application(
        [
            supplier_surface(_supplier_services(common)),
            gateway_surface(_gateway_services(common, token_secret, link_secret, wake_worker)),
            operator_surface(_operator_services(common, registry)),
        ],
        metrics=metrics,
        version=__version__,
        logs_every_request=common.settings.log_every_request,
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
            refused_consumer_ids=common.published.consumer_ids,
        ),
        throttle=common.throttle,
        limits=EventLimits(future_seconds=settings.event_future_seconds),
        page_token_secret=common.page_secret,
        page_rows_max=settings.page_rows_max,
        body_bytes_max=settings.body_bytes_max,
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
        batch_orders_max=settings.batch_orders_max,
        event_future_seconds=settings.event_future_seconds,
        backroom_hours=settings.backroom_hours,
        refused_tokens=common.published.operator_tokens,
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
            refused_client_ids=common.published.client_ids,
        ),
        throttle=common.throttle,
        new_id=new_id,
        cursor_secret=common.page_secret,
        body_bytes_max=settings.body_bytes_max,
        feed_bytes_max=settings.feed_bytes_max,
        feed_rows_max=settings.feed_rows_max,
        wake_worker=wake_worker,
        objects=common.objects,
        links=_links(settings, link_secret),
        report_kinds=report_kinds(),
        report_requests=Requests(database, days=settings.report_days),
        legacy_token_errors=settings.legacy_token_errors,
        behind_tls_proxy=settings.behind_tls_proxy,
    )


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
async def _working(
    settings: Settings, database: Database, objects: ObjectStore, locations: Locations, clock: Clock, worker: Worker
) -> AsyncIterator[None]:
    """The worker, for as long as the server runs, where the settings want one in it."""
    if not settings.worker_in_server:
        yield
        return
    await begin_periodics(settings, database, objects, locations, clock)
    task = asyncio.create_task(worker.run())
    try:
        yield
    finally:
        task.cancel()
        with suppress(asyncio.CancelledError):
            await task
