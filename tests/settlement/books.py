"""A seller's books on a database: telling them what happened, closing periods, and reading the files back."""

import csv
from collections.abc import AsyncIterator, Sequence
from datetime import date
from io import StringIO
from typing import Any

import msgspec

from onhand.basics.clock import MICROSECONDS, parse_time
from onhand.partners.onboarding import Partner, add_partner
from onhand.settlement.audit import SettlementAudit, verify
from onhand.settlement.calendar import SettlementCalendar
from onhand.settlement.closing import Closed, close_all_due
from onhand.settlement.entries import ChargeEntry, DepositEntry, Entry, RefundEntry, SaleEntry
from onhand.settlement.intake import SettlementIntake
from onhand.settlement.legacy import legacy_csv
from onhand.settlement.outcomes import Outcome
from onhand.settlement.publishing import publish_due, published_statement
from onhand.settlement.statement import Statement, StatementForm
from onhand.settlement.vocabulary import Verb
from onhand.store.database import Database
from tests.conftest import FrozenClock

SELLER = "10000000001"
SOURCE = "shop"
CALENDAR = SettlementCalendar()
SALE: dict[str, Any] = {
    "customerOrder": "200001",
    "customerOrderLine": "1",
    "purchaseOrder": "100001",
    "purchaseOrderLine": "1",
    "contractCategory": "Home & Garden",
    "quantity": 1,
    "productPrice": "50.00",
}
EXAMPLE = {**SALE, "shipping": "5.00", "productTax": "4.00", "shippingTax": "0.40"}
"""The worked example of the values of the contract."""

_KINDS: dict[str, type[Entry]] = {"sale": SaleEntry, "refund": RefundEntry, "deposit": DepositEntry}


def at(text: str) -> int:
    """A moment."""
    moment = parse_time(text)
    assert moment is not None
    return moment


class Books:
    """A ledger of money with one seller, and the clock that it goes by."""

    def __init__(self, database: Database, clock: FrozenClock, code: str = SELLER, **limits: Any) -> None:
        self.database, self.clock, self.code = database, clock, code
        self.intake = SettlementIntake(database, clock, CALENDAR, **limits)
        self.partner_id = 0
        self._ids = 0

    async def open(self) -> "Books":
        """Make the seller known."""
        code, name = self.code, f"Seller {self.code}"
        partner = await add_partner(self.database, self.clock, kind="seller", code=code, name=name)
        assert isinstance(partner, Partner)
        self.partner_id = partner.partner_id
        return self

    async def tell(self, verb: Verb, *entries: dict[str, Any], source: str = SOURCE) -> list[Outcome]:
        """Tell entries of a verb; those without an id are given one."""
        kind = _KINDS.get(verb, ChargeEntry)
        told: list[Entry] = []
        for entry in entries:
            self._ids += 1
            whole = {"eventId": f"e{self._ids}", "partner": self.code, **entry}
            told.append(msgspec.json.decode(msgspec.json.encode(whole), type=kind))
        return await self.intake.take(verb, source, told)

    async def post(self, verb: Verb, **entry: Any) -> Outcome:
        """Tell one entry, which is accepted."""
        (outcome,) = await self.tell(verb, entry)
        assert outcome.status == "accepted", outcome.refusal
        return outcome

    async def refusal(self, verb: Verb, **entry: Any) -> tuple[str, str]:
        """Tell one entry, which is refused; the code and the field."""
        (outcome,) = await self.tell(verb, entry)
        assert outcome.status == "refused"
        assert outcome.refusal is not None
        return outcome.refusal.code, outcome.refusal.field

    async def close(self) -> list[Closed]:
        """Close what is due now."""
        return await close_all_due(self.database, self.clock, CALENDAR, self.partner_id)

    async def report(self, form: StatementForm | None = None) -> Statement:
        """Go to the next report date, close and publish, and give the newest report."""
        return await self.published(await self.publish(form))

    async def publish(self, form: StatementForm | None = None) -> date:
        """Go to the next report date, close and publish; the date."""
        period = CALENDAR.period_of(self.clock.now)
        self.clock.now = max(self.clock.now, CALENDAR.reports_at(period))
        await self.close()
        await publish_due(self.database, self.clock, CALENDAR, form or StatementForm(), self.partner_id)
        return period.reports_on

    async def published(self, day: date) -> Statement:
        """The report of a date."""
        statement = await published_statement(self.database, self.partner_id, day, self.clock())
        assert statement is not None
        return statement

    async def v1(self, statement: Statement) -> list[dict[str, str]]:
        """The rows of the v1 file, read back; the first one sums up."""
        return rows_of(await whole(statement.csv(self.database)), skipped=1)

    async def legacy(self, statement: Statement) -> list[list[str]]:
        """The rows of the legacy file, read back, with an empty cell at 0 so that columns count from 1."""
        rows = list(csv.reader(StringIO((await whole(legacy_csv(statement, self.database))).decode())))
        return [["", *row] for row in rows[1:]]

    async def audit(self) -> SettlementAudit:
        """What comparing balances with postings finds."""
        return await verify(self.database)

    def wait(self, days: float) -> None:
        """Let time pass."""
        self.clock.now += round(days * 86_400 * MICROSECONDS)


async def whole(chunks: AsyncIterator[bytes]) -> bytes:
    """A file at once."""
    return b"".join([chunk async for chunk in chunks])


def rows_of(file: bytes, *, skipped: int) -> list[dict[str, str]]:
    """The rows of a CSV by its columns, without the lines after the header that are no rows."""
    header, *rows = list(csv.reader(StringIO(file.decode())))
    return [dict(zip(header, row, strict=True)) for row in rows[skipped:]]


def cents(text: str) -> int:
    """The minor units of an amount in a file."""
    whole_part, _, rest = text.lstrip("-").partition(".")
    minor = int(whole_part) * 100 + int(rest)
    return -minor if text.startswith("-") else minor


def amounts(rows: Sequence[dict[str, str]]) -> list[tuple[str, str]]:
    """Amount types with their amounts, in the order of the rows."""
    return [(row["Amount Type"], row["Amount"]) for row in rows]
