"""Declarations of fewer units than orders hold: accepted, because it is what is there, and written down (DS-12)."""

from pathlib import Path

import msgspec

from onhand.stock.counting import Counting
from onhand.stock.locations import Location
from onhand.store.database import Database, Session
from onhand.store.queries import Queries, json_object

_SQL = Queries(Path(__file__).with_name("shortfalls.sql"))


class ShortfallKey(msgspec.Struct, frozen=True, array_like=True):
    """The place of a shortfall in the order of time, the newest last."""

    occurred_at: int
    item_id: int
    source: str
    event_id: str


AFTER_ALL = ShortfallKey(2**62, 0, "", "")


class Shortfall(msgspec.Struct, frozen=True):
    """A declaration of fewer units than orders held, and how the item stands now. All in 1/10,000 unit.

    `stands` is 1 where orders hold more now than there is, by whatever was declared last, and otherwise 0.
    """

    occurred_at: int
    item_id: int
    source: str
    event_id: str
    declared: int
    reserved: int
    on_hand_now: int
    reserved_now: int
    stands: int

    @property
    def key(self) -> ShortfallKey:
        """Its place."""
        return ShortfallKey(self.occurred_at, self.item_id, self.source, self.event_id)


async def record_shortfalls(session: Session, node: Location, counting: Counting) -> None:
    """Write down what of a counting is less than orders hold of it.

    The counting has been posted in this transaction, so its streams are locked and no order can change what it holds.
    One that was told late may have been overtaken by what was declared later, and is short of nothing then.
    """
    await session.run(
        _SQL["record_shortfalls"],
        location_id=node.location_id,
        owner_id=counting.owner_id,
        occurred_at=counting.occurred_at,
        source=counting.source,
        event_id=counting.event_id,
        counted=json_object(counting.counted),
    )


async def list_shortfalls(
    database: Database, node: Location, *, before: ShortfallKey = AFTER_ALL, rows_max: int = 1000
) -> list[Shortfall]:
    """Shortfalls of a node, the newest first, from the one before `before` on."""
    rows = await database.all(
        _SQL["newest_shortfalls"],
        location_id=node.location_id,
        owner_id=node.partner_id,
        rows_max=rows_max,
        **msgspec.structs.asdict(before),
    )
    return [Shortfall(*row) for row in rows]
