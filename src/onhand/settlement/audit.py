"""Proving the ledger of money: every balance is the sum of its legs, every period that of its rows, every posting 0."""

from collections.abc import Callable
from pathlib import Path

import msgspec

from onhand.settlement.closing import sellers
from onhand.settlement.vocabulary import PAYABLE
from onhand.store.database import Database, Session
from onhand.store.queries import Queries

_SQL = Queries(Path(__file__).with_name("audit.sql"))


class MoneyDifference(msgspec.Struct, frozen=True):
    """Something of a seller's that does not agree with what it is made of."""

    partner_id: int
    what: str


class SettlementAudit(msgspec.Struct, frozen=True):
    """How much was compared, and what differs."""

    sellers: int
    postings: int
    differences: tuple[MoneyDifference, ...]


async def verify(database: Database, next_seller: Callable[[], None] = lambda: None) -> SettlementAudit:
    """Compare every seller's balances and periods with its postings, each seller over one moment."""
    count, postings = 0, 0
    differences: list[MoneyDifference] = []
    async for partner_id in sellers(database):
        found, of_seller = await database.read(lambda session, seller=partner_id: _verify(session, seller))  # type: ignore[misc]
        differences += [MoneyDifference(partner_id, what) for what in found]
        count, postings = count + 1, postings + of_seller
        next_seller()
    return SettlementAudit(count, postings, tuple(differences))


async def _verify(session: Session, partner_id: int) -> tuple[list[str], int]:
    found = [
        f"posting {number} comes to {amount}, not to 0"
        for number, amount in await session.all(_SQL["unbalanced"], partner_id=partner_id)
    ]
    found += [
        f"posting {number} has {leg} in payable, and rows of {rows or 0}"
        for number, leg, rows in await session.all(_SQL["rows_against_legs"], partner_id=partner_id)
    ]
    found += [
        f"posting {number} has rows of {rows}, and nothing in payable"
        for number, rows in await session.all(_SQL["rows_without_legs"], partner_id=partner_id)
        if rows
    ]
    found += await _balances(session, partner_id)
    found += await _periods(session, partner_id)
    row = await session.one(_SQL["postings"], partner_id=partner_id)
    return found, row[0] if row else 0


async def _balances(session: Session, partner_id: int) -> list[str]:
    kept = {row[0]: int(row[1]) for row in await session.all(_SQL["balances"], partner_id=partner_id)}
    summed = {row[0]: int(row[1]) for row in await session.all(_SQL["sums_of_legs"], partner_id=partner_id)}
    found = [
        f"the balance of {account} is {kept.get(account)}, its legs come to {summed.get(account)}"
        for account in sorted(kept.keys() | summed.keys())
        if kept.get(account, 0) != summed.get(account, 0)
    ]
    row = await session.one(_SQL["open_total"], partner_id=partner_id)
    is_open = int(row[0] or 0) if row else 0
    if is_open != kept.get(PAYABLE, 0):
        found.append(f"payable is {kept.get(PAYABLE, 0)}, the open periods come to {is_open}")
    return found


async def _periods(session: Session, partner_id: int) -> list[str]:
    rows = {row[0]: tuple(map(int, row[1:])) for row in await session.all(_SQL["sums_of_rows"], partner_id=partner_id)}
    found: list[str] = []
    for period, first_line, last_line, total in await session.all(_SQL["periods"], partner_id=partner_id):
        first, last, count, amount = rows.pop(period, (first_line, last_line, last_line - first_line + 1, 0))
        if (first, last, count) != (first_line, last_line, last_line - first_line + 1):
            found.append(
                f"period {period} has rows {first} to {last}, {count} of them, not {first_line} to {last_line}"
            )
        if amount != total:
            found.append(f"period {period} is kept as {total}, its rows come to {amount}")
    return found + [f"period {period} has rows and is not known" for period in rows]
