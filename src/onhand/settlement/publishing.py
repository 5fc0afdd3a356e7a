"""Publishing reports on their date: the form of the files is fixed, and the digest of v1 is kept (RC-07, RC-14).

The files themselves are written from the rows of the closed period whenever they are asked for: the rows never change,
so the bytes do not either, and the digest holds them to it.
"""

from collections.abc import AsyncIterator
from datetime import date
from hashlib import sha256
from pathlib import Path

import msgspec

from onhand.basics.clock import Clock
from onhand.settlement.calendar import Period, SettlementCalendar, day_of_number
from onhand.settlement.closing import sellers
from onhand.settlement.reading import StatementPeriod, period_numbered, published_period
from onhand.settlement.statement import Statement, StatementForm
from onhand.store.database import Database
from onhand.store.queries import Queries

_SQL = Queries(Path(__file__).with_name("closing.sql"))


class _Kept(msgspec.Struct, frozen=True):
    """What is kept of how a period's files are written."""

    last: date
    reports_on: date
    zone: str
    form: StatementForm


class Published(msgspec.Struct, frozen=True):
    """A report that was published."""

    partner_id: int
    report_day: int
    rows: int


async def publish_everywhere(
    database: Database, clock: Clock, calendar: SettlementCalendar, form: StatementForm
) -> list[Published]:
    """Publish every report whose date has come."""
    return [
        published
        async for partner_id in sellers(database)
        for published in await publish_due(database, clock, calendar, form, partner_id)
    ]


async def publish_due(
    database: Database, clock: Clock, calendar: SettlementCalendar, form: StatementForm, partner_id: int
) -> list[Published]:
    """Publish the reports of a seller whose date has come, oldest first."""
    published: list[Published] = []
    while row := await database.one(_SQL["unpublished"], partner_id=partner_id, now=clock()):
        period = await period_numbered(database, partner_id, row[0])
        assert period is not None, "a period that was found is there"
        if not await publish(database, clock, calendar, form, period):
            break
        published.append(Published(partner_id, period.report_day, period.rows))
    return published


async def publish(
    database: Database, clock: Clock, calendar: SettlementCalendar, form: StatementForm, period: StatementPeriod
) -> bool:
    """Write a closed period's v1 file once to know its size and digest, and give its files out from now on.

    False where another was quicker; then its form holds.
    """
    first = day_of_number(period.period)
    days = calendar.period_at(first)
    statement = Statement(period, days, calendar.zone, form)
    size, digest = await _digest(statement.csv(database))
    kept = _Kept(days.last, period.reports_on, calendar.zone, form)
    changed = await database.write(
        lambda session: session.run(
            _SQL["publish"],
            partner_id=period.partner_id,
            period=period.period,
            published_at=clock(),
            form=msgspec.json.encode(kept).decode(),
            v1_bytes=size,
            v1_digest=digest,
        )
    )
    return changed > 0


async def published_statement(database: Database, partner_id: int, report_date: date, now: int) -> Statement | None:
    """The report of a date, None where none is published at a moment."""
    period = await published_period(database, partner_id, report_date, now)
    return statement_of(period) if period is not None else None


def statement_of(period: StatementPeriod) -> Statement:
    """A published period as the report that it was published as."""
    assert period.form is not None, "a published period has the form of its file"
    kept = msgspec.json.decode(period.form, type=_Kept)
    first = day_of_number(period.period)
    days = Period(first, date.fromordinal(kept.last.toordinal() + 1), kept.reports_on)
    return Statement(period, days, kept.zone, kept.form)


def draft_statement(period: StatementPeriod, calendar: SettlementCalendar) -> Statement:
    """A period that is not published yet, as its report would be now."""
    return Statement(period, calendar.period_at(day_of_number(period.period)), calendar.zone)


async def _digest(chunks: AsyncIterator[bytes]) -> tuple[int, str]:
    digest, size = sha256(), 0
    async for chunk in chunks:
        digest.update(chunk)
        size += len(chunk)
    return size, digest.hexdigest()
