"""The events that the platform raises itself, and the moves that were left unfinished (TH-09).

A pass goes from store to store. What it raises happens at the time of the pass and has a key derived from its cause, so
that two passes at once, or one repeated, raise nothing twice. In fulfilment centres it raises nothing: a seller's units
of two GTINs do not stand for each other there, and one below 0 is for its operator to count.
"""

from collections.abc import Mapping, Sequence
from functools import partial
from pathlib import Path

import msgspec

from onhand.basics.clock import HOUR, Clock
from onhand.basics.source import PLATFORM_SOURCE
from onhand.stock.locations import FULFILMENT_CENTRE, STORE, Location, Locations
from onhand.stock.posting import Posted, lock_streams, post_at
from onhand.stock.streams import Event, StockRow, Stream
from onhand.stock.transfers import finish_transfers
from onhand.stock.vocabulary import EVENT_TYPE_BY_NAME, TSBR, Area, State
from onhand.store.database import Database, Row, Session
from onhand.store.queries import Queries

_SQL = Queries(Path(__file__).with_name("sql") / "housekeeping.sql")
_AT_A_TIME = 500


class PassSummary(msgspec.Struct, frozen=True):
    """What a pass raised: events by their type, and moves finished."""

    timebound_state: int = 0
    cid_gtin_balance: int = 0
    pcid: int = 0
    transfers_finished: int = 0

    def plus(self, other: "PassSummary") -> "PassSummary":
        """Both together."""
        return PassSummary(*map(sum, zip(msgspec.structs.astuple(self), msgspec.structs.astuple(other), strict=True)))


async def run_pass(
    database: Database, locations: Locations, clock: Clock, *, backroom_hours: float = 24
) -> PassSummary:
    """One pass over every store, and over every fulfilment centre for the moves that were left unfinished there."""
    places = {place.location_id: place for place in await locations.all(STORE)}
    summary = PassSummary(pcid=await _tell_cid_changes(database, places, clock))
    centres = {place.location_id: place for place in await locations.all(FULFILMENT_CENTRE)}
    for location_id in centres:
        finished = await finish_transfers(database, clock, centres, location_id)
        summary = summary.plus(PassSummary(transfers_finished=finished))
    for place in places.values():
        summary = summary.plus(
            PassSummary(
                transfers_finished=await finish_transfers(database, clock, places, place.location_id),
                timebound_state=await _bin_overdue(database, place, clock, round(backroom_hours * HOUR)),
                cid_gtin_balance=await _balance_cids(database, place, clock),
            )
        )
    return summary


def cid_moves(quantities: Mapping[int, int]) -> list[tuple[int, int, int]]:
    """The moves (from item, to item, quantity) that balance the GTINs of one CID.

    The most negative is served first, from the lowest GTIN that has a surplus, never below 0.
    """
    left = dict(sorted(quantities.items()))
    moves = []
    for taker in sorted(
        (item_id for item_id in left if left[item_id] < 0), key=lambda item_id: (left[item_id], item_id)
    ):
        for giver in list(left):
            quantity = min(left[giver], -left[taker])
            if quantity > 0:
                moves.append((giver, taker, quantity))
                left[giver] -= quantity
                left[taker] += quantity
    return moves


async def _bin_overdue(database: Database, place: Location, clock: Clock, age: int) -> int:
    """Move what has lain in the backroom too long to the sales floor (TIMEBOUND_STATE)."""
    raised = 0
    while True:
        now = clock()
        asked = {"location_id": place.location_id, "received_after": now - age, "tsbr": TSBR, "rows_max": _AT_A_TIME}
        found = await database.all(_SQL["overdue_in_backroom"], **asked)
        if not found:
            return raised
        posted = await database.write(partial(_bin, place=place, found=found, asked=asked, now=now))
        raised += posted.count(Posted.ACCEPTED)
        if Posted.ACCEPTED not in posted:
            return raised


async def _bin(
    session: Session, place: Location, found: Sequence[Row], asked: Mapping[str, int], now: int
) -> list[Posted]:
    backrooms = [Stream(item_id, owner_id, Area.BACKROOM, State.AVAILABLE) for item_id, owner_id, _ in found]
    floors = [msgspec.structs.replace(stream, area=Area.STORE) for stream in backrooms]
    stocks = await lock_streams(session, place.location_id, [*backrooms, *floors])
    # Asked again now that nobody else can move what was found.
    overdue = {(row[0], row[1]): row[2] for row in await session.all(_SQL["overdue_in_backroom"], **asked)}
    events = [
        _move(place, "TIMEBOUND_STATE", stocks, backroom, floor, quantity, now)
        for backroom, floor in zip(backrooms, floors, strict=True)
        if (quantity := overdue.get((backroom.item_id, backroom.owner_id)))
    ]
    return await post_at(session, place, events, now)


async def _balance_cids(database: Database, place: Location, clock: Clock) -> int:
    """Let GTINs with a surplus make up for the negative ones of their CID (CID_GTIN_BALANCE)."""
    raised = 0
    for cid, owner_id, area in await database.all(_SQL["cids_with_a_negative"], location_id=place.location_id):

        async def work(session: Session, cid: str = cid, owner_id: int = owner_id, area: int = area) -> int:
            return await _balance_cid(session, place, cid, owner_id, area, clock())

        raised += await database.write(work)
    return raised


async def _balance_cid(session: Session, place: Location, cid: str, owner_id: int, area: int, now: int) -> int:
    rows = await session.all(
        _SQL["streams_of_cid"], location_id=place.location_id, cid=cid, owner_id=owner_id, area=area
    )
    streams = {row[0]: Stream(row[0], owner_id, area, State.AVAILABLE) for row in rows}
    stocks = await lock_streams(session, place.location_id, streams.values())
    held = {item_id: stocks[stream].quantity for item_id, stream in streams.items()}
    events = [
        _move(place, "CID_GTIN_BALANCE", stocks, streams[giver], streams[taker], quantity, now)
        for giver, taker, quantity in cid_moves(held)
    ]
    return (await post_at(session, place, events, now)).count(Posted.ACCEPTED)


async def _tell_cid_changes(database: Database, places: Mapping[int, Location], clock: Clock) -> int:
    """Show every location of an item that its CID has changed (PCID)."""
    raised = 0
    for item_id, changed_at in await database.all(_SQL["cid_changes"], rows_max=_AT_A_TIME):
        for place in places.values():

            async def work(
                session: Session, place: Location = place, item_id: int = item_id, changed_at: int = changed_at
            ) -> int:
                return await _tell_cid_change(session, place, item_id, changed_at, clock())

            raised += await database.write(work)

        async def mark(session: Session, item_id: int = item_id, changed_at: int = changed_at) -> int:
            return await session.run(_SQL["mark_cid_change"], item_id=item_id, changed_at=changed_at, raised_at=clock())

        await database.write(mark)
    return raised


async def _tell_cid_change(session: Session, place: Location, item_id: int, changed_at: int, now: int) -> int:
    rows = await session.all(_SQL["available_streams_of_item"], location_id=place.location_id, item_id=item_id)
    events = [
        Event(
            place.location_id,
            PLATFORM_SOURCE,
            f"PCID/{item_id}/{changed_at}/{owner_id}/{area}",
            EVENT_TYPE_BY_NAME["PCID"].code,
            Stream(item_id, owner_id, area, State.AVAILABLE),
            max(now, newest + 1),
            0,
        )
        for owner_id, area, newest in rows
    ]
    return (await post_at(session, place, events, now)).count(Posted.ACCEPTED)


def _move(
    place: Location,
    name: str,
    stocks: Mapping[Stream, StockRow],
    giver: Stream,
    taker: Stream,
    quantity: int,
    now: int,
) -> Event:
    """A move within a location, keyed by what both streams held when it was decided."""
    sides = _sides(stocks, (giver, taker))
    cause = "/".join(f"{stream.item_id}.{stream.owner_id}.{stream.area}.{seq}" for stream, seq, _ in sides)
    return Event(
        place.location_id,
        PLATFORM_SOURCE,
        f"{name}/{cause}",
        EVENT_TYPE_BY_NAME[name].code,
        giver,
        max(now, *(newest + 1 for _, _, newest in sides)),
        -quantity,
        other=taker,
        other_location_id=place.location_id,
    )


def _sides(stocks: Mapping[Stream, StockRow], streams: Sequence[Stream]) -> list[tuple[Stream, int, int]]:
    """Each stream with its newest leg's number and time."""
    return [
        (stream, stock.last_seq if stock else 0, stock.newest_occurred_at if stock else 0)
        for stream in streams
        for stock in (stocks.get(stream),)
    ]
