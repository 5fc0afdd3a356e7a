"""Ledgers with millions of movements in fulfilment centres, written set by set, and days that come after.

They are what posting would have left: legs, stock and month flows that agree (`onhand ledger verify` finds nothing),
without the keys of events, which a refresh never reads.
"""

import asyncio
from functools import partial
from pathlib import Path

import msgspec

from onhand.basics.clock import DAY, HOUR, month_start
from onhand.basics.quantity import SCALE
from onhand.catalogue.imports import import_items, import_skus, listed
from onhand.catalogue.report import SourceRow
from onhand.fulfilment.centres import CentresAdded, NewCentre, add_centres, all_centres
from onhand.fulfilment.reconciliation.calendar import PACIFIC
from onhand.partners.onboarding import Partner, add_partner
from onhand.store.database import Database, Session
from onhand.store.queries import Queries

SKUS = 100_000
CENTRES = ("EWR1", "LAX1", "SEA1")
SELLER = "10000000001"
MONTH = 2024 * 12 + 5
"""June 2024 is current; what is older lies in the two months before it."""
MONTHS = (MONTH - 2, MONTH - 1)
_MONTH_DAYS = 25
_SQL = Queries(Path(__file__).with_name("movements.sql"))


class Filled(msgspec.Struct, frozen=True):
    """A ledger: whose units it has, where, and how many movements each stream has had."""

    seller_id: int
    location_ids: tuple[int, ...]
    per_stream: int

    @property
    def movements(self) -> int:
        """How many there are altogether."""
        return self.per_stream * SKUS * len(self.location_ids)


def clock_at(day: int) -> int:
    """A moment of June after its refresh: 08:00 Pacific time on that day."""
    return month_start(MONTH, PACIFIC) + (day - 1) * DAY + 8 * HOUR


async def fill(database: Database, movements: int) -> Filled:
    """Make the catalogue known and write about so many movements."""

    def clock() -> int:
        return clock_at(1)

    partner = await add_partner(database, clock, kind="seller", code=SELLER, name="Seller")
    assert isinstance(partner, Partner)
    added = await add_centres(database, clock, [NewCentre(code, f"Centre {code}") for code in CENTRES])
    assert isinstance(added, CentresAdded)
    gtins = [f"{item_id:014d}" for item_id in range(1, SKUS + 1)]
    for first in range(0, SKUS, 20_000):
        some = gtins[first : first + 20_000]
        items = [SourceRow(n, {"gtin": gtin, "name": f"Item {gtin}"}) for n, gtin in enumerate(some, 1)]
        skus = [SourceRow(n, {"gtin": g, "seller": SELLER, "sku": f"SKU-{g[6:]}"}) for n, g in enumerate(some, 1)]
        assert (await import_items(database, clock, listed(items))).is_stored
        assert (await import_skus(database, clock, listed(skus))).is_stored
    location_ids = tuple(centre.location_id for centre in await all_centres(database))
    filled = Filled(partner.partner_id, location_ids, max(2, movements // (SKUS * len(CENTRES))))
    for location_id in location_ids:
        for name in ("fill_legs", "fill_flows", "fill_stock"):
            await database.write(partial(_fill, filled, name, location_id))
    await settle(database)
    return filled


async def move(database: Database, filled: Filled, day: int) -> int:
    """A sale of every third stream on a day of June; how many there were."""
    sold = 0
    for location_id in filled.location_ids:
        named = {"location_id": location_id, "owner_id": filled.seller_id, "day": day, "month": MONTH}
        at = clock_at(day) + HOUR

        async def work(session: Session, at: int = at, named: dict[str, int] = named) -> int:
            await session.run(_SQL["sell_flows"], **named)
            moved = await session.run(_SQL["sell_legs"], at=at, **named)
            await session.run(_SQL["sell_stock"], at=at, **named)
            return moved

        sold += await database.write(work)
    return sold


async def settle(database: Database) -> None:
    """Let a server do now what it would do by itself after so much was written."""
    if database.dialect == "sqlite":
        # The log is moved into the file a while after each commit.
        await asyncio.sleep(2)


async def _fill(filled: Filled, name: str, location_id: int, session: Session) -> int:
    first, second = (month_start(month, PACIFIC) for month in MONTHS)
    return await session.run(
        _SQL[name],
        location_id=location_id,
        owner_id=filled.seller_id,
        skus=SKUS,
        per_stream=filled.per_stream,
        half=filled.per_stream // 2,
        first=first,
        second=second,
        first_month=MONTHS[0],
        step=_MONTH_DAYS * DAY // filled.per_stream,
        unit=SCALE,
    )
