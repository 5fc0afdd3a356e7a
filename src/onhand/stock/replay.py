"""The internal events that an operator asks for: a refresh (INRF) and a replay (NB). Neither changes a quantity."""

from pathlib import Path

import msgspec

from onhand.basics.clock import Clock
from onhand.basics.refusal import Refusal
from onhand.basics.source import PLATFORM_SOURCE
from onhand.stock.locations import Location
from onhand.stock.posting import Posted, lock_streams, post_at
from onhand.stock.streams import Event, Stream
from onhand.stock.vocabulary import EVENT_TYPE_BY_NAME
from onhand.store.database import Database, Session
from onhand.store.queries import Queries

_SQL = Queries(Path(__file__).with_name("sql") / "replay.sql")
_NB = EVENT_TYPE_BY_NAME["NB"].code
_INRF = EVENT_TYPE_BY_NAME["INRF"].code


async def refresh(
    database: Database, clock: Clock, *, location: Location, stream: Stream, command_id: str
) -> int | Refusal:
    """Show in a stream's history that it was refreshed; how many rows were raised, 0 for a command repeated."""
    return await _raise(database, clock, location, stream, [f"INRF/{command_id}"], _INRF)


async def replay(
    database: Database,
    clock: Clock,
    *,
    location: Location,
    stream: Stream,
    since: int,
    until: int,
    command_id: str,
    rows_max: int = 1_000,
) -> int | Refusal:
    """Show each leg that occurred from `since` until before `until` once more, as NB; how many rows were raised.

    A command repeated under the same id raises nothing twice.
    """
    rows = await database.all(
        _SQL["legs_between"],
        since=since,
        until=until,
        replayed_type=_NB,
        rows_max=rows_max + 1,
        location_id=location.location_id,
        **msgspec.structs.asdict(stream),
    )
    if len(rows) > rows_max:
        said = f"More than {rows_max} events happened in that time: replay a shorter one."
        return Refusal("too_many", "until", said)
    ids = [f"NB/{command_id}/{seq}" for (seq,) in rows]
    return await _raise(database, clock, location, stream, ids, _NB)


async def _raise(
    database: Database, clock: Clock, location: Location, stream: Stream, suffixes: list[str], event_type: int
) -> int | Refusal:
    async def work(session: Session) -> int | Refusal:
        now = clock()
        stock = (await lock_streams(session, location.location_id, [stream])).get(stream)
        if stock is None:
            return Refusal("no_data", "gtin", "This item never had stock there, so there is nothing to show.")
        first = max(now, stock.newest_occurred_at + 1)
        prefix = f"{stream.item_id}.{stream.owner_id}.{stream.area}.{stream.state}"
        events = [
            Event(location.location_id, PLATFORM_SOURCE, f"{suffix}/{prefix}", event_type, stream, first + number, 0)
            for number, suffix in enumerate(suffixes)
        ]
        return (await post_at(session, location, events, now)).count(Posted.ACCEPTED)

    return await database.write(work)
