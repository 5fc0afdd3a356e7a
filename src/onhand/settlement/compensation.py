"""Units that were lost, damaged or found in fulfilment centres: what the seller gets or gives back for them (WF-11).

Whoever keeps the units tells of them under their identity in the ledger of units; each is answered for once.
"""

from collections.abc import Sequence
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
from onhand.settlement.taking import lock_account, take
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
    """Reimburse a seller for units that were lost or damaged, and claw back what was found again.

    A unit is worth the price that the item was last sold at before it happened, or `unit_value` where it never was.
    A seller of whom nothing was told yet is settled in `currency` from then on, unless there is nothing to pay: its
    first sale says which it is.
    """

    async def work(session: Session) -> list[Outcome]:
        account = await lock_account(session, partner_id)
        if account is None and not unit_value:
            return []
        settled_in = account.currency if account else currency
        commands = [await _command(session, partner_id, each, settled_in, unit_value) for each in units]
        return await take(session, partner_id, commands, clock(), calendar, RateTable(()))

    return await database.write(work) if units else []


async def position_of(database: Database, location_id: int) -> str | None:
    """How far a centre's losses were followed, as it was kept; None where they never were."""
    row = await database.one(_SQL["position_of"], location_id=location_id)
    return str(row[0]) if row else None


async def keep_position(database: Database, location_id: int, reached: str) -> None:
    """Keep how far a centre's losses were followed."""
    await database.write(lambda session: session.run(_SQL["keep_position"], location_id=location_id, reached=reached))


async def _command(
    session: Session, partner_id: int, units: CompensatedUnits, currency: str, unit_value: Decimal
) -> Command:
    gtin = format_gtin(units.item_id)
    row = await session.one(_SQL["last_price"], partner_id=partner_id, gtin=gtin, occurred_at=units.occurred_at)
    price = int(row[0]) if row else rounded(unit_value, currency)
    # Less units are more money: what was lost is owed, what was found is taken back.
    amount = share(-units.quantity * price, 1, SCALE)
    whole, rest = divmod(abs(units.quantity), SCALE)
    entry = ChargeEntry(
        event_id=units.money_event_id,
        partner="",
        description=_DESCRIPTIONS[units.kind],
        quantity=whole if not rest else 0,
        gtin=gtin,
        sku=units.sku,
        item_name=units.item_name,
        fulfilment="wfs",
    )
    return Command(
        "adjustment",
        PLATFORM_SOURCE,
        units.money_event_id,
        currency,
        units.occurred_at,
        entry,
        _said(units),
        amount=amount,
    )


def _said(units: CompensatedUnits) -> int:
    """A hash of what happened, not of what it is worth: told again, it is the same whatever was sold since."""
    content = msgspec.msgpack.encode((units.kind, units.quantity, units.occurred_at))
    return int.from_bytes(blake2b(content, digest_size=8).digest(), "big", signed=True)
