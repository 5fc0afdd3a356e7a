"""Closing periods: the sum leaves payable once, to the payout or into the next period (RC-14, RC-16).

A period is closed in one transaction under its seller's lock, so it is closed once, however many are about it, and not
at all where that transaction does not come to its end.
"""

from collections.abc import AsyncIterator
from pathlib import Path

import msgspec

from onhand.basics.clock import Clock
from onhand.settlement.calendar import SettlementCalendar, day_of_number
from onhand.settlement.postings import moved
from onhand.settlement.rates import RateTable
from onhand.settlement.rows import Facts, LineRow, PeriodRow
from onhand.settlement.standing import Known, Standing
from onhand.settlement.taking import lock_account, open_periods, write
from onhand.settlement.vocabulary import CARRIED, CLOSING_DESCRIPTION, FEE, OPENING, PAYABLE, PAYOUT, Kind
from onhand.store.database import Database, Session
from onhand.store.queries import Queries

_SQL = Queries(Path(__file__).with_name("closing.sql"))
_SELLERS_MAX = 1_000
_OPENING_LINE = 0


class Closed(msgspec.Struct, frozen=True):
    """A period that was closed: what it came to, and what of it is paid or carried into the next."""

    partner_id: int
    period: int
    total: int
    paid: int
    carried: int


async def close_everywhere(database: Database, clock: Clock, calendar: SettlementCalendar) -> list[Closed]:
    """Close every period of every seller whose end has come."""
    return [
        closed
        async for partner_id in sellers(database)
        for closed in await close_all_due(database, clock, calendar, partner_id)
    ]


async def sellers(database: Database) -> AsyncIterator[int]:
    """Every seller, by its partner id."""
    after = 0
    while rows := await database.all(_SQL["sellers"], after=after, rows_max=_SELLERS_MAX):
        for (partner_id,) in rows:
            yield partner_id
        after = rows[-1][0]


async def close_all_due(
    database: Database, clock: Clock, calendar: SettlementCalendar, partner_id: int
) -> list[Closed]:
    """Close the periods of a seller whose end has come, oldest first, each in a transaction of its own."""
    closed: list[Closed] = []
    while await database.one(_SQL["due_period"], partner_id=partner_id, now=clock()):
        done = await database.write(lambda session: close_next(session, partner_id, clock(), calendar))
        if done is None:
            break
        closed.append(done)
    return closed


async def close_next(session: Session, partner_id: int, now: int, calendar: SettlementCalendar) -> Closed | None:
    """Close the oldest period of a seller that is due; None where another was quicker."""
    account = await lock_account(session, partner_id)
    if account is None:
        return None
    periods = await open_periods(session, account)
    if not periods or periods[0].ends_at > now:
        return None
    ending = periods[0]
    paid, carried = max(ending.total, 0), min(ending.total, 0)
    following = calendar.after(calendar.period_at(day_of_number(ending.period))).number
    account = msgspec.structs.replace(account, open_from=following)
    standing = Standing(account, now, calendar, RateTable(()), Known(periods))
    if ending.total:
        _move_sum(standing, ending, following)
    await write(session, standing)
    if carried:
        await session.run(_SQL["open_with_balance"], partner_id=partner_id, period=following, amount=carried)
    await session.run(
        _SQL["close_period"],
        partner_id=partner_id,
        period=ending.period,
        closed_at=standing.now,
        paid=paid,
        carried=carried,
    )
    return Closed(partner_id, ending.period, ending.total, paid, carried)


def _move_sum(standing: Standing, ending: PeriodRow, following: int) -> None:
    """Take the sum out of payable; what is negative opens the next period as its first row."""
    to = PAYOUT if ending.total > 0 else CARRIED
    facts = Facts(kind=Kind.CLOSING.value, description=CLOSING_DESCRIPTION, reason=str(ending.period))
    # It is posted at the last moment of the period.
    standing.post(moved(facts, ending.total, PAYABLE, to), ending.ends_at - 1, ending)
    if ending.total < 0:
        opening = moved(Facts(kind=Kind.ADJUSTMENT.value, description=OPENING), ending.total, CARRIED, PAYABLE)
        row = standing.post(opening, ending.ends_at, standing.period(following))
        standing.lines.append(LineRow(row.partner_id, row.period, _OPENING_LINE, row.posting_no, FEE, ending.total, ""))
