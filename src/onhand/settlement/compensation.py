"""Units that were lost, damaged or found in fulfilment centres: what the seller gets or gives back for them (WF-11).

Whoever keeps the units tells of them under their identity in the ledger of units; each is answered for once.
"""

from collections.abc import Iterable, Sequence
from decimal import Decimal
from hashlib import blake2b
from pathlib import Path
from typing import Literal

import msgspec

from onhand.basics.clock import Clock
from onhand.basics.gtin import format_gtin
from onhand.basics.money import rounded, share
from onhand.basics.quantity import SCALE
from onhand.basics.source import PLATFORM_SOURCE
from onhand.settlement.calendar import SettlementCalendar
from onhand.settlement.commands import Command
from onhand.settlement.entries import ChargeEntry
from onhand.settlement.outcomes import Outcome
from onhand.settlement.rates import RateTable
from onhand.settlement.reimbursements import Reimbursed, reimbursements_of
from onhand.settlement.standing import Standing
from onhand.settlement.taking import lock_account, stand, write
from onhand.settlement.vocabulary import DAMAGED, FOUND, LOST
from onhand.store.database import Database, Session
from onhand.store.queries import Queries

_SQL = Queries(Path(__file__).with_name("compensation.sql"))
_DESCRIPTIONS = {"LOST": LOST, "DAMAGED": DAMAGED, "FOUND": FOUND}


class CompensatedUnits(msgspec.Struct, frozen=True):
    """Units of a seller's item that a centre has lost or damaged (less than 0) or found, in 1/10,000 unit.

    The first four name them for ever: the event of the ledger of units, at its place, and the item.
    """

    location_id: int
    source: str
    event_id: str
    item_id: int
    kind: Literal["LOST", "DAMAGED", "FOUND"]
    quantity: int
    occurred_at: int
    sku: str = ""
    item_name: str = ""

    @property
    def gtin(self) -> str:
        """The item, by its 14 digits."""
        return format_gtin(self.item_id)

    @property
    def money_event_id(self) -> str:
        """The id under which the ledger of money knows them."""
        return f"units/{self.location_id}/{self.item_id}/{self.source}/{self.event_id}"


async def compensate(
    database: Database,
    clock: Clock,
    calendar: SettlementCalendar,
    partner_id: int,
    units: Sequence[CompensatedUnits],
    unit_value: Decimal,
    currency: str,
) -> list[Outcome]:
    """Reimburse a seller for units that were lost or damaged, and claw back what was paid for those found again.

    A unit is worth the price that the item was last sold at before it happened, or `unit_value` where it never was; a
    sale before it that is told later changes that (see `Standing.revalue`). A seller of whom nothing was told yet is
    settled in `currency` from then on, unless there is nothing to pay: then nothing is answered, and whoever tells of
    the units tells of them again when its first sale has said which currency it is (see `is_settled`).
    """

    async def work(session: Session) -> list[Outcome]:
        account = await lock_account(session, partner_id)
        if account is None and not unit_value:
            return []
        settled_in = account.currency if account else currency
        commands = [_command(each, settled_in) for each in units]
        standing = await stand(session, partner_id, commands, clock(), calendar, RateTable(()))
        standing.reimbursements = await reimbursements_of(session, partner_id, _found(units))
        outcomes = [
            await _answer(session, standing, each, command, rounded(unit_value, settled_in))
            for each, command in zip(units, commands, strict=True)
        ]
        if standing.events:
            await write(session, standing)
        return outcomes

    return await database.write(work) if units else []


async def is_settled(database: Database, partner_id: int) -> bool:
    """Whether anything was ever posted to a seller."""
    return await database.one(_SQL["account_of"], partner_id=partner_id) is not None


async def position_of(database: Database, location_id: int) -> str | None:
    """How far a centre's losses were followed, as it was kept; None where they never were."""
    row = await database.one(_SQL["position_of"], location_id=location_id)
    return str(row[0]) if row else None


async def keep_position(database: Database, location_id: int, reached: str) -> None:
    """Keep how far a centre's losses were followed."""
    await database.write(lambda session: session.run(_SQL["keep_position"], location_id=location_id, reached=reached))


def _found(units: Iterable[CompensatedUnits]) -> set[str]:
    return {each.gtin for each in units if each.quantity > 0}


async def _answer(
    session: Session, standing: Standing, units: CompensatedUnits, command: Command, unit_value: int
) -> Outcome:
    if units.quantity > 0:
        return _take_back(standing, units, command)
    priced = await session.one(
        _SQL["last_price"], partner_id=standing.account.partner_id, gtin=units.gtin, occurred_at=units.occurred_at
    )
    return _reimburse(standing, units, command, *(priced or (unit_value, 0)))


def _reimburse(
    standing: Standing, units: CompensatedUnits, command: Command, unit_price: int, priced_at: int
) -> Outcome:
    quantity = -units.quantity
    amount = share(quantity * unit_price, 1, SCALE)
    outcome = standing.judge(msgspec.structs.replace(command, amount=amount))
    if outcome.status == "accepted":
        posting = standing.postings[-1]
        named = (posting.partner_id, posting.posting_no, units.gtin, _DESCRIPTIONS[units.kind])
        standing.reimbursements.add(Reimbursed(*named, units.occurred_at, priced_at, quantity, amount))
    return outcome


def _take_back(standing: Standing, units: CompensatedUnits, command: Command) -> Outcome:
    takings = standing.reimbursements.takings(units.gtin, units.quantity, units.occurred_at)
    amount = -sum(taking.amount for taking in takings)
    outcome = standing.judge(msgspec.structs.replace(command, amount=amount))
    if outcome.status == "accepted":
        standing.reimbursements.take(takings)
    return outcome


def _command(units: CompensatedUnits, currency: str) -> Command:
    """What tells of units, before it is known what they are worth."""
    whole, rest = divmod(abs(units.quantity), SCALE)
    entry = ChargeEntry(
        event_id=units.money_event_id,
        partner="",
        description=_DESCRIPTIONS[units.kind],
        quantity=whole if not rest else 0,
        gtin=units.gtin,
        sku=units.sku,
        item_name=units.item_name,
        fulfilment="wfs",
    )
    return Command(
        "adjustment", PLATFORM_SOURCE, units.money_event_id, currency, units.occurred_at, entry, _said(units)
    )


def _said(units: CompensatedUnits) -> int:
    """A hash of what happened, not of what it is worth: told again, it is the same whatever was sold since."""
    content = msgspec.msgpack.encode((units.kind, units.quantity, units.occurred_at))
    return int.from_bytes(blake2b(content, digest_size=8).digest(), "big", signed=True)
