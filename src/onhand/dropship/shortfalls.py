"""Declarations of fewer units than orders hold: accepted, because it is what is there, and written down (DS-12)."""

from pathlib import Path

import msgspec

from onhand.stock.counting import Counting
from onhand.stock.locations import Location
from onhand.store.database import Session
from onhand.store.queries import Queries

_SQL = Queries(Path(__file__).with_name("shortfalls.sql"))


async def record_shortfalls(session: Session, node: Location, counting: Counting, recorded_at: int) -> None:
    """Write down what of a counting is less than orders hold at this moment.

    The counting has been posted in this transaction, so its streams are locked and no order can change what it holds.
    """
    await session.run(
        _SQL["record_shortfalls"],
        location_id=node.location_id,
        owner_id=counting.owner_id,
        occurred_at=counting.occurred_at,
        source=counting.source,
        event_id=counting.event_id,
        recorded_at=recorded_at,
        counted=msgspec.json.encode(counting.counted).decode(),
    )
