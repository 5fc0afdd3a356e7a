"""The worker, with everything that it does for the settings' database."""

import logging

import msgspec

from onhand.basics.clock import DAY, MICROSECONDS, Clock
from onhand.dropship.feeds.processing import FeedProcessor
from onhand.dropship.feeds.taking import LANE as FEEDS
from onhand.dropship.orders.expiring import expire_everywhere
from onhand.fulfilment.reconciliation.calendar import PACIFIC, REFRESH_HOUR
from onhand.fulfilment.reconciliation.refreshing import Refresher
from onhand.partners.answers import forget_old_answers, partners_with_clients
from onhand.reports.building import ReportBuilder
from onhand.reports.expiring import forget_old_reports
from onhand.reports.requests import LANE as REPORTS
from onhand.settings import Settings
from onhand.stock.housekeeping import run_pass
from onhand.stock.locations import Locations
from onhand.store.database import Database
from onhand.store.objects import ObjectStore
from onhand.wiring.randomness import new_id
from onhand.wiring.reporting import report_kinds
from onhand.work.periodic import Periodic, begin, daily_at, every, job_of
from onhand.work.worker import Job, Keep, Worker

_ANSWERS_EVERY_SECONDS = 3600.0
_REPORTS_EVERY_SECONDS = 3600.0
# So that neither a long housekeeping pass nor a few large reports hold up feeds.
_LANES_MAX = 4

logger = logging.getLogger(__name__)


def build_worker(
    settings: Settings, database: Database, objects: ObjectStore, locations: Locations, clock: Clock
) -> Worker:
    """A worker that does what is due, a few things at a time."""
    processor = FeedProcessor(
        database, clock, rows_max=settings.feed_transaction_rows_max, attempts_max=settings.feed_attempts_max
    )

    async def process_feeds(partner_id: int, keep: Keep) -> None:
        await processor.process(partner_id, keep)

    builder = ReportBuilder(database, objects, report_kinds(), clock, attempts_max=settings.report_attempts_max)

    async def build_reports(partner_id: int, keep: Keep) -> None:
        await builder.build(partner_id, keep)

    jobs: dict[str, Job] = {FEEDS: process_feeds, REPORTS: build_reports}
    jobs |= {
        periodic.name: job_of(periodic, clock) for periodic in _periodics(settings, database, objects, locations, clock)
    }
    return Worker(
        database,
        clock,
        jobs,
        new_id=new_id,
        lease_seconds=settings.worker_lease_seconds,
        poll_seconds=settings.worker_poll_seconds,
        lanes_max=_LANES_MAX,
    )


async def begin_periodics(
    settings: Settings, database: Database, objects: ObjectStore, locations: Locations, clock: Clock
) -> None:
    """Make what comes round by itself due for its first time."""
    await begin(database, clock, _periodics(settings, database, objects, locations, clock))


def build_refresher(settings: Settings, database: Database, clock: Clock) -> Refresher:
    """What refreshes the reconciliation of fulfilled units."""
    return Refresher(
        database,
        clock,
        grace_days=settings.reconciliation_grace_days,
        streams_max=settings.reconciliation_transaction_streams_max,
    )


def _periodics(
    settings: Settings, database: Database, objects: ObjectStore, locations: Locations, clock: Clock
) -> list[Periodic]:
    """What comes round by itself, by whichever worker is first."""

    async def expire_orders() -> None:
        expired = await expire_everywhere(database, locations, clock)
        if expired:
            logger.info("orders expired", extra={"orders": expired})

    async def forget_answers() -> None:
        before = clock() - round(settings.idempotency_hours * 3600 * MICROSECONDS)
        await forget_old_answers(database, await partners_with_clients(database), before)

    async def forget_reports() -> None:
        before = clock() - settings.report_days * DAY
        partner_ids = await partners_with_clients(database)
        await forget_old_reports(database, objects, report_kinds(), partner_ids, before)

    async def keep_house() -> None:
        summary = await run_pass(database, locations, clock, backroom_hours=settings.backroom_hours)
        logger.info("housekeeping", extra=msgspec.structs.asdict(summary))

    found = [
        Periodic(
            "reconciliation",
            daily_at(REFRESH_HOUR, PACIFIC),
            build_refresher(settings, database, clock).run_due,
            at_first=True,
            by_clock=True,
        ),
        Periodic("order-expiry", every(settings.order_expiry_seconds), expire_orders),
        Periodic("answer-expiry", every(_ANSWERS_EVERY_SECONDS), forget_answers),
        Periodic("report-expiry", every(_REPORTS_EVERY_SECONDS), forget_reports),
    ]
    if settings.housekeeping_seconds:
        found.append(Periodic("housekeeping", every(settings.housekeeping_seconds), keep_house))
    return found
