"""What a ship node holds of the items of a page, as the cells of a report say it."""

from collections.abc import Mapping
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
_RESERVED, _ENDLESS, _AWAITED = 2, 8, 9


class _Arrival(msgspec.Struct, frozen=True, rename="camel", gc=False):
    quantity: int
    expected_availability_date: str


_arrivals = msgspec.json.Decoder(list[_Arrival])


NodePage = dict[int, str]
"""What a node holds of items, by their ids: availability code, on hand, reserved, available, in transit, its date, and
when any of it was updated. Nothing where nothing of an item was ever declared or moved there, as in the reads."""


async def read_node(session: Session, partner_id: int, location_id: int, first: int, last: int) -> NodePage:
    """What a node holds of the items between two ids, which are both within."""
    named: dict[str, Value] = {"partner_id": partner_id, "location_id": location_id}
    page: NodePage = dict(await session.all(_SQL["on_hand_between"], first=first, last=last, **named))
    others: dict[int, dict[int, Row]] = {}
    for row in await session.all(_SQL["others_between"], first=first, last=last, **named):
        others.setdefault(row[0], {})[row[1]] = row
    page.update((item_id, _cells(rows)) for item_id, rows in others.items())
    return page


def _cells(others: Mapping[int, Row]) -> str:
    # What is on hand stands beside each of them alike.
    on_hand, moved_at, counted_at = next(iter(others.values()))[5:]
    reserved, endless, awaited = others.get(_RESERVED), others.get(_ENDLESS), others.get(_AWAITED)
    if on_hand is None and reserved is None and endless is None:
        return ""
    # Each row has a time at which something was declared or moved; the newest of them is the report's.
    newest = max(moved_at or 0, *(row[3] for row in others.values()))
    updated = second_cell(newest // MICROSECONDS)
    held = reserved[2] // SCALE if reserved else 0
    arriving = _arriving(awaited[4]) if awaited else ","
    if is_endless(endless[3] if endless else None, counted_at):
        # Infinite availability has no amounts.
        return f"{ENDLESS},,{held},,{arriving},{updated}"
    units = (on_hand or 0) // SCALE
    return f"{COUNTED},{units},{held},{max(0, units - held)},{arriving},{updated}"


@lru_cache(maxsize=4096)
def _arriving(content: str) -> str:
    """All that is on its way, and the first day on which some of it is expected; nothing where nothing is."""
    arrivals = _arrivals.decode(content)
    if not arrivals:
        return ","
    first = min(arrival.expected_availability_date for arrival in arrivals)
    return f"{sum(arrival.quantity for arrival in arrivals)},{first}"


# The rows of a feed are of one moment, and what lies at several nodes was often declared at once.
@lru_cache(maxsize=8192)
def second_cell(number: int) -> str:
    """`2026-03-05T12:00:00Z`: a time in whole seconds since 1970-01-01 UTC."""
    day, second = divmod(number, _SECONDS_PER_DAY)
    return _day_text(day) + _second_text(second)


@lru_cache(maxsize=4096)
def _day_text(day: int) -> str:
    return format_seconds(day * _SECONDS_PER_DAY * MICROSECONDS)[:10]


@lru_cache(maxsize=_SECONDS_PER_DAY)
def _second_text(second: int) -> str:
    return format_seconds(second * MICROSECONDS)[10:] + "Z"
