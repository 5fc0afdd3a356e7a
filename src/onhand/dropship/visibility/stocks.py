"""What a ship node holds of the items of a page, as the cells of a report say it."""

from collections.abc import Mapping, Sequence
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
_ON_HAND, _RESERVED, _ENDLESS, _AWAITED = 0, 2, 8, 9
_NOTHING = ("", "")


Held = tuple[str, str, str, str, str, str, str]
"""What a node holds of an item, cell by cell: availability code, on hand, reserved, available, in transit, its date,
and when any of it was updated. With infinite availability (AA) it has no amounts. A plain tuple: there are a million."""

ON_HAND_CELL, AVAILABLE_CELL = 1, 3


class _Arrival(msgspec.Struct, frozen=True, rename="camel", gc=False):
    quantity: int
    expected_availability_date: str


_arrivals = msgspec.json.Decoder(list[_Arrival])


class NodePage:
    """What a node holds of the items between two ids: rows of `held_between`, `rows` of them."""

    def __init__(self, rows: Sequence[Row]) -> None:
        self.rows = len(rows)
        self._on_hand = {row[0]: row for row in rows if row[1] == _ON_HAND}
        self._others: dict[int, dict[int, Row]] = {}
        for row in [row for row in rows if row[1] != _ON_HAND]:
            self._others.setdefault(row[0], {})[row[1]] = row

    @classmethod
    async def read(cls, session: Session, partner_id: int, location_id: int, first: int, last: int) -> "NodePage":
        """Read it; both ids are within."""
        bounds: dict[str, Value] = {"location_id": location_id, "first": first, "last": last}
        return cls(await session.all(_SQL["held_between"], partner_id=partner_id, **bounds))

    def held(self, item_id: int) -> Held | None:
        """What it holds of an item; None where nothing of it was ever declared or moved there, as in the reads."""
        on_hand, others = self._on_hand.get(item_id), self._others.get(item_id)
        if others is not None:
            return _held(on_hand, others)
        if on_hand is None:
            return None
        # Nearly all are of this kind.
        units = str(on_hand[2] // SCALE)
        return COUNTED, units, "0", units if on_hand[2] > 0 else "0", "", "", time_cell(on_hand[3])


def _held(on_hand: Row | None, others: Mapping[int, Row]) -> Held | None:
    reserved, endless, awaited = others.get(_RESERVED), others.get(_ENDLESS), others.get(_AWAITED)
    if on_hand is None and reserved is None and endless is None:
        return None
    # Each row has a time at which something was declared or moved; the newest of them is the report's.
    updated = time_cell(max(row[3] for row in (on_hand, *others.values()) if row))
    held = reserved[2] // SCALE if reserved else 0
    arriving = _arriving(awaited[5]) if awaited else _NOTHING
    if is_endless(endless[3] if endless else None, on_hand[4] if on_hand else None):
        return ENDLESS, "", str(held), "", *arriving, updated
    units = on_hand[2] // SCALE if on_hand else 0
    return COUNTED, str(units), str(held), str(max(0, units - held)), *arriving, updated


@lru_cache(maxsize=4096)
def _arriving(content: str) -> tuple[str, str]:
    """All that is on its way, and the first day on which some of it is expected; nothing where nothing is."""
    arrivals = _arrivals.decode(content)
    if not arrivals:
        return _NOTHING
    first = min(arrival.expected_availability_date for arrival in arrivals)
    return str(sum(arrival.quantity for arrival in arrivals)), first


def time_cell(moment: int) -> str:
    """`2026-03-05T12:00:00Z`: a time to the second."""
    return _second(moment // MICROSECONDS)


# The rows of a feed are of one moment, and what lies at several nodes was often declared at once.
@lru_cache(maxsize=8192)
def _second(number: int) -> str:
    day, second = divmod(number, _SECONDS_PER_DAY)
    return _day_text(day) + _second_text(second)


@lru_cache(maxsize=4096)
def _day_text(day: int) -> str:
    return format_seconds(day * _SECONDS_PER_DAY * MICROSECONDS)[:10]


@lru_cache(maxsize=_SECONDS_PER_DAY)
def _second_text(second: int) -> str:
    return format_seconds(second * MICROSECONDS)[10:] + "Z"
