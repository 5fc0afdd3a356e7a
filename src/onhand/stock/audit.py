"""Comparing what is kept beside the legs with the legs themselves, and making it anew from them.

The stock rows and the month flows are kept in the same transactions as the legs, so `verify` should never find
anything; when it does, the legs are right.
"""

from collections.abc import Callable
from pathlib import Path

import msgspec

from onhand.basics.clock import format_micros, month_of, month_start
from onhand.basics.gtin import format_gtin
from onhand.basics.quantity import as_number
from onhand.stock.locations import KINDS, Location, Locations
from onhand.stock.vocabulary import EVENT_TYPE_BY_CODE, Area, State
from onhand.store.database import Database, Row, Session
from onhand.store.queries import Queries

_SQL = Queries(Path(__file__).with_name("sql") / "audit.sql")

Progress = Callable[[Location, int], None]
"""Told of each location when it is done, with the number of its legs."""


class Difference(msgspec.Struct, frozen=True):
    """Something kept that does not agree with the legs."""

    location: str
    gtin: str
    owner_id: int
    area: str
    state: str
    what: str


class AuditReport(msgspec.Struct, frozen=True):
    """What a comparison went through, and the differences found (at most as many a location as asked for)."""

    locations: int
    legs: int
    differences: tuple[Difference, ...]


class _Month(msgspec.Struct, frozen=True):
    month: int
    start: int = msgspec.field(name="from")
    end: int = msgspec.field(name="to")


async def verify(
    database: Database, locations: Locations, progress: Progress, *, differences_max: int = 100
) -> AuditReport:
    """Compare stock rows, month flows and counts with the legs, location by location."""
    places, legs = 0, 0
    differences: list[Difference] = []
    for place in await _all_locations(locations):

        async def work(session: Session, place: Location = place) -> tuple[int, list[Difference]]:
            return await _verify_location(session, place, differences_max)

        counted, found = await database.read(work)
        progress(place, counted)
        places, legs = places + 1, legs + counted
        differences += found
    return AuditReport(places, legs, tuple(differences))


async def rebuild(database: Database, locations: Locations, progress: Progress) -> int:
    """Make stock rows and month flows anew from the legs, each location in a transaction; how many legs there were."""
    legs = 0
    for place in await _all_locations(locations):

        async def work(session: Session, place: Location = place) -> int:
            return await _rebuild_location(session, place)

        counted = await database.write(work)
        progress(place, counted)
        legs += counted
    return legs


async def _all_locations(locations: Locations) -> list[Location]:
    return [place for kind in KINDS for place in await locations.all(kind)]


async def _verify_location(session: Session, place: Location, rows_max: int) -> tuple[int, list[Difference]]:
    months, legs = await _months(session, place)
    asked = {"location_id": place.location_id, "rows_max": rows_max}
    found = [
        _difference(
            place,
            row,
            f"stock says {as_number(row[4])} in {row[6]} legs, "
            f"the legs {as_number(row[5])} in {row[7]}, the newest of them {row[8]}",
        )
        for row in await session.all(_SQL["stock_differences"], **asked)
    ]
    found += [
        _difference(
            place,
            row,
            f"the flow of {EVENT_TYPE_BY_CODE[row[5]].name} in {_month_name(row[4])} says "
            f"{as_number(row[6])}, the legs {as_number(row[7])}",
        )
        for row in await session.all(_SQL["flow_differences"], months=months, **asked)
    ]
    found += [
        _difference(
            place,
            row,
            f"after the count at {format_micros(row[4])} there are {as_number(row[5])}, "
            f"counted were {as_number(row[6])}",
        )
        for row in await session.all(_SQL["count_differences"], **asked)
    ]
    found += [
        _difference(place, row, "the last count of the stock row is not the last among the legs")
        for row in await session.all(_SQL["last_count_differences"], **asked)
    ]
    return legs, found[:rows_max]


async def _rebuild_location(session: Session, place: Location) -> int:
    key = {"location_id": place.location_id}
    # So that what the legs say holds until the end of the transaction, for streams too that are not there yet.
    await session.run(_SQL["keep_writers_out"])
    months, legs = await _months(session, place)
    await session.run(_SQL["delete_flows"], **key)
    await session.run(_SQL["rebuild_flows"], months=months, **key)
    await session.run(_SQL["rebuild_stock"], **key)
    await session.run(_SQL["rebuild_last_counts"], **key)
    await session.run(_SQL["delete_empty_stock"], **key)
    return legs


async def _months(session: Session, place: Location) -> tuple[str, int]:
    """The months that the location's legs fall into, as JSON, and the number of its legs."""
    row = await session.one(_SQL["leg_times"], location_id=place.location_id)
    if row is None or not row[2]:
        return "[]", 0
    zone = place.reporting_zone
    months = [
        _Month(month, month_start(month, zone), month_start(month + 1, zone))
        for month in range(month_of(row[0], zone), month_of(row[1], zone) + 1)
    ]
    return msgspec.json.encode(months).decode(), row[2]


def _difference(place: Location, row: Row, what: str) -> Difference:
    item_id, owner_id, area, state = row[:4]
    return Difference(place.code, format_gtin(item_id), owner_id, Area(area).name, State(state).name, what)


def _month_name(month: int) -> str:
    return f"{month // 12}-{month % 12 + 1:02d}"
