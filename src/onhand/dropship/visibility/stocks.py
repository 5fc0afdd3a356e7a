"""What a ship node holds of the items of a page, as the cells of a report say it."""

from collections.abc import Sequence
from functools import lru_cache
from pathlib import Path

import msgspec

from onhand.basics.clock import MICROSECONDS, format_seconds
from onhand.basics.quantity import SCALE
from onhand.dropship.availability import is_endless
from onhand.dropship.vocabulary import COUNTED, ENDLESS
from onhand.store.database import Row, Session, Value
from onhand.store.queries import Queries

_SQL = Queries(Path(__file__).with_name("stocks.sql"))
_SECONDS_PER_DAY = 86_400
_NO_STOCK: Row = (0, 0, 0, 0, None)
_NOTHING_AWAITED: Row = (0, 0, "[]")


class Held(msgspec.Struct, frozen=True, gc=False):
    """The cells of what a node holds of an item; with infinite availability (AA) it has no amounts."""

    code: str
    on_hand: str
    reserved: str
    available: str
    in_transit: str
    in_transit_date: str
    updated_at: str


class _Arrival(msgspec.Struct, frozen=True, rename="camel", gc=False):
    quantity: int
    expected_availability_date: str


_arrivals = msgspec.json.Decoder(list[_Arrival])


class NodePage:
    """What a node holds of the items between two ids."""

    def __init__(self, stocks: Sequence[Row], endless: Sequence[Row], awaited: Sequence[Row]) -> None:
        self._on_hand = {row[0]: row for row in stocks if row[1] == 0}
        self._reserved = {row[0]: row for row in stocks if row[1] != 0}
        self._endless: dict[int, int] = dict(endless)
        self._awaited = {row[0]: row for row in awaited}

    @classmethod
    async def read(cls, session: Session, partner_id: int, location_id: int, first: int, last: int) -> "NodePage":
        """Read it; both ids are within."""
        bounds: dict[str, Value] = {"location_id": location_id, "first": first, "last": last}
        return cls(
            await session.all(_SQL["stocks_between"], partner_id=partner_id, **bounds),
            await session.all(_SQL["endless_between"], **bounds),
            await session.all(_SQL["in_transit_between"], **bounds),
        )

    def held(self, item_id: int) -> Held | None:
        """What it holds of an item; None where nothing of it was ever declared or moved there, as in the reads."""
        on_hand, reserved = self._on_hand.get(item_id), self._reserved.get(item_id)
        declared_at = self._endless.get(item_id)
        if on_hand is None and reserved is None and declared_at is None:
            return None
        _, _, quantity, moved_at, counted_at = on_hand or _NO_STOCK
        _, _, held, reserved_at, _ = reserved or _NO_STOCK
        _, awaited_at, content = self._awaited.get(item_id, _NOTHING_AWAITED)
        # Each of these is a time at which something was declared or moved; the newest of them is the row's.
        updated = time_cell(max(declared_at or 0, moved_at, reserved_at, awaited_at))
        if is_endless(declared_at, counted_at):
            return Held(ENDLESS, "", str(held // SCALE), "", *_arriving(content), updated)
        units, held = quantity // SCALE, held // SCALE
        return Held(COUNTED, str(units), str(held), str(max(0, units - held)), *_arriving(content), updated)


@lru_cache(maxsize=4096)
def _arriving(content: str) -> tuple[str, str]:
    """All that is on its way, and the first day on which some of it is expected; nothing where nothing is."""
    arrivals = _arrivals.decode(content)
    if not arrivals:
        return "", ""
    first = min(arrival.expected_availability_date for arrival in arrivals)
    return str(sum(arrival.quantity for arrival in arrivals)), first


def time_cell(moment: int) -> str:
    """`2026-03-05T12:00:00Z`: a time to the second."""
    day, second = divmod(moment // MICROSECONDS, _SECONDS_PER_DAY)
    # A report has a million of them, of few days and of as many seconds as a day has.
    return _day_text(day) + _second_text(second)


@lru_cache(maxsize=4096)
def _day_text(day: int) -> str:
    return format_seconds(day * _SECONDS_PER_DAY * MICROSECONDS)[:10]


@lru_cache(maxsize=_SECONDS_PER_DAY)
def _second_text(second: int) -> str:
    return format_seconds(second * MICROSECONDS)[10:] + "Z"
