"""The proof of a period: from its rows to what is payable, and from there to the payout, with the residual (RC-22)."""

from collections.abc import AsyncIterator
from pathlib import Path

import msgspec

from onhand.settlement.legacy import legacy_sum
from onhand.settlement.reading import StatementPeriod, period_numbered
from onhand.settlement.statement import Statement
from onhand.settlement.vocabulary import CARRIED, PAYABLE, PAYOUT, Kind
from onhand.store.database import Database, Session
from onhand.store.queries import Queries

_SQL = Queries(Path(__file__).with_name("proof.sql"))
_ORDERS_MAX = 1_000


class Sum(msgspec.Struct, frozen=True):
    """So many rows of a report, and what they come to in minor units."""

    what: str
    rows: int
    amount: int


class FeeSum(msgspec.Struct, frozen=True):
    """The rows of one transaction type and description."""

    kind: str
    description: str
    rows: int
    amount: int


class CommissionDifference(msgspec.Struct, frozen=True):
    """A sale whose commission is not what the schedule said when it was posted; both in minor units."""

    posting_no: int
    posted_at: int
    purchase_order: str
    purchase_order_line: str
    contract_category: str
    rate: str
    scheduled: int
    charged: int


class Proof(msgspec.Struct, frozen=True):
    """What a period's rows come to, three ways, and what became of it; amounts in minor units.

    `payable` is the seller's side of the period's postings by the ledger, `paid` and `carried` what its closing posted.
    `legacy` is the sum of column 22 of the legacy file, `sales_and_refunds` that of the v1 rows it has to meet (RC-20).
    """

    period: StatementPeriod
    rows: int
    total: int
    payable: int
    paid: int
    carried: int
    by_amount_type: tuple[Sum, ...]
    by_fee: tuple[FeeSum, ...]
    orders: int
    by_order: int
    without_order: int
    sales_and_refunds: int
    legacy: int
    differences: tuple[CommissionDifference, ...]

    @property
    def residuals(self) -> dict[str, int]:
        """What does not add up, by where: all are 0."""
        moved = self.paid + self.carried
        return {
            "report to payable": self.total - self.payable,
            "payable to payout": self.payable - moved if self.period.closed_at is not None else 0,
            "by amount type": self.total - sum(each.amount for each in self.by_amount_type),
            "by fee": self.total - sum(each.amount for each in self.by_fee),
            "by order": self.total - self.by_order - self.without_order,
            "legacy to v1": self.legacy - self.sales_and_refunds,
        }


async def prove(database: Database, statement: Statement) -> Proof:
    """Add a period up again, from its rows, its postings and its files, all of one moment: it may be open still."""

    async def work(session: Session) -> Proof:
        period = await period_numbered(session, statement.period.partner_id, statement.period.period)
        assert period is not None, "a period that was found is there"
        return await _prove(session, msgspec.structs.replace(statement, period=period))

    return await database.read(work)


async def orders_of(reader: Database | Session, period: StatementPeriod) -> AsyncIterator[Sum]:
    """What each purchase order comes to in a period."""
    after = ""
    named = {"partner_id": period.partner_id, "period": period.period}
    while rows := await reader.all(_SQL["by_order"], **named, after=after, rows_max=_ORDERS_MAX):
        for order, count, amount in rows:
            yield Sum(order, count, int(amount))
        after = rows[-1][0]


async def _prove(session: Session, statement: Statement) -> Proof:
    period = statement.period
    orders = by_order = 0
    async for each in orders_of(session, period):
        orders, by_order = orders + 1, by_order + each.amount
    named = {"partner_id": period.partner_id, "period": period.period}
    types = tuple(
        Sum(what, count, int(amount)) for what, count, amount in await session.all(_SQL["by_amount_type"], **named)
    )
    fees = tuple(
        FeeSum(kind, description, count, int(amount))
        for kind, description, count, amount in await session.all(_SQL["by_fee"], **named)
    )
    sides = {
        (bool(closing), account): int(amount) for closing, account, amount in await session.all(_SQL["sides"], **named)
    }
    without = await session.one(_SQL["without_order"], **named)
    rows = [*await session.all(_SQL["commissions"], **named), *await session.all(_SQL["waived"], **named)]
    return Proof(
        period,
        period.last_line - period.first_line + 1,
        period.total,
        sides.get((False, PAYABLE), 0),
        sides.get((True, PAYOUT), 0),
        sides.get((True, CARRIED), 0),
        types,
        fees,
        orders,
        by_order,
        int(without[1] or 0) if without else 0,
        sum(each.amount for each in fees if each.kind in (Kind.SALE, Kind.REFUND)),
        await legacy_sum(statement, session),
        tuple(CommissionDifference(*(*row[:-1], -int(row[-1]))) for row in sorted(rows)),
    )
