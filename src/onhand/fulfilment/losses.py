"""What was lost, damaged and found in a centre, in the order in which the ledger learned of it (WF-11).

Transactions do not end in the order of their clocks, so a leg may appear a little behind the newest one that was read.
Whoever follows the losses therefore reads the last `OVERLAP_SECONDS` again each time and passes over the identities
that it has seen.
"""

from pathlib import Path

import msgspec

from onhand.basics.clock import MICROSECONDS
from onhand.stock.locations import Location
from onhand.stock.vocabulary import EVENT_TYPE_BY_CODE
from onhand.store.database import Database
from onhand.store.queries import Queries

_SQL = Queries(Path(__file__).with_name("losses.sql"))
OVERLAP_SECONDS = 600
"""Longer than any transaction of the ledger may last."""


class LossIdentity(msgspec.Struct, frozen=True):
    """What a loss or a find is known by for ever: the event, at its place, on its stream."""

    location_id: int
    source: str
    event_id: str
    item_id: int
    owner_id: int


class LossPosition(msgspec.Struct, frozen=True, array_like=True):
    """Where a reader stands among the losses of a centre: after the leg that it read last."""

    recorded_at: int = 0
    item_id: int = 0
    owner_id: int = 0
    seq: int = 0

    def overlapping(self) -> "LossPosition":
        """Where the next reading begins, so that nothing that came to an end late is missed."""
        return LossPosition(max(0, self.recorded_at - OVERLAP_SECONDS * MICROSECONDS))


class Loss(msgspec.Struct, frozen=True):
    """Units of a seller that were LOST or DAMAGED (negative) or FOUND (positive), in 1/10,000 unit."""

    identity: LossIdentity
    event_type: str
    quantity: int
    occurred_at: int
    position: LossPosition


async def losses_since(database: Database, centre: Location, after: LossPosition, *, rows_max: int) -> list[Loss]:
    """The losses and finds of a centre after a position, oldest known first."""
    rows = await database.all(
        _SQL["losses_since"],
        location_id=centre.location_id,
        recorded_at=after.recorded_at,
        item_id=after.item_id,
        owner_id=after.owner_id,
        seq=after.seq,
        rows_max=rows_max,
    )
    return [
        Loss(
            LossIdentity(centre.location_id, source, event_id, item_id, owner_id),
            EVENT_TYPE_BY_CODE[event_type].name,
            quantity,
            occurred_at,
            LossPosition(recorded_at, item_id, owner_id, seq),
        )
        for recorded_at, item_id, owner_id, seq, source, event_id, event_type, quantity, occurred_at in rows
    ]
