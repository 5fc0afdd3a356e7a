"""Posting events at one location, in one transaction: idempotent by their keys, in any order, by any number of writers.

The order of the steps matters. Events are written first: what is a duplicate or a conflict ends there and leaves no
trace. Then the streams are locked, in sorted order, in a statement of its own. Only then are legs and counts read,
because a statement that waits for a lock still sees the moment before it waited. What the stock itself may refuse has
its streams locked before.
"""

from collections.abc import Iterable, Mapping, Sequence
from enum import Enum
from itertools import groupby
from pathlib import Path
from typing import Protocol

from onhand.basics.quantity import SCALE
from onhand.stock.balance import Ledger
from onhand.stock.locations import Location
from onhand.stock.planning import (
    NO_ANSWERS,
    Answers,
    Draft,
    LocationPlan,
    content_hash,
    drafts_at,
    is_late,
    needs_balance,
)
from onhand.stock.streams import Event, EventRow, StockRow, Stream
from onhand.store.database import Session
from onhand.store.queries import Queries, json_list

_SQL = Queries(Path(__file__).with_name("sql") / "posting.sql")

BALANCE_MAX = 2**53
"""No stream holds more, either way, by events of over a million units: up to here a JSON number is exact (SI-08)."""
# Smaller events would need centuries of register lines to come near the bound, so they are not held up to look.
_HUGE_QUANTITY = 1_000_000 * SCALE


class Keyed(Protocol):
    """What is posted under a key of its own: an event, or what becomes one."""

    @property
    def source(self) -> str:
        """Who told of it."""
        ...

    @property
    def event_id(self) -> str:
        """Its id within the source."""
        ...

    @property
    def reference(self) -> str | None:
        """What it refers to."""
        ...


class Posted(Enum):
    """What became of an event."""

    ACCEPTED = "accepted"
    DUPLICATE = "duplicate"
    CONFLICT = "conflict"
    COUNT_EXISTS = "count_exists"
    OUT_OF_RANGE = "out_of_range"


async def post_at(session: Session, location: Location, events: Sequence[Event], recorded_at: int) -> list[Posted]:
    """Post events at their location, within the caller's transaction; what became of each, in their order."""
    outcomes, fresh = await _sort_out(session, location.location_id, events)
    await _refuse_by_stock(session, location, events, outcomes, fresh)
    accepted = [events[index] for index in fresh]
    await claim_events(session, location.location_id, accepted, list(fresh.values()), recorded_at)
    await post_legs(session, location, accepted, recorded_at)
    return outcomes


async def _sort_out(session: Session, location_id: int, events: Sequence[Event]) -> tuple[list[Posted], dict[int, int]]:
    """What each event is by what was posted before it; the places of the new ones with their hashes."""
    known = await posted_hashes(session, location_id, events)
    outcomes: list[Posted] = []
    fresh: dict[int, int] = {}
    for index, event in enumerate(events):
        key, said = (event.source, event.event_id), content_hash(event)
        if key not in known:
            known[key] = fresh[index] = said
            outcomes.append(Posted.ACCEPTED)
        else:
            outcomes.append(Posted.DUPLICATE if known[key] == said else Posted.CONFLICT)
    return outcomes, fresh


async def posted_hashes(session: Session, location_id: int, events: Iterable[Keyed]) -> dict[tuple[str, str], int]:
    """The content hashes of those events whose keys were posted before, by source and id."""
    ids: dict[str, list[str]] = {}
    for event in events:
        ids.setdefault(event.source, []).append(event.event_id)
    known: dict[tuple[str, str], int] = {}
    for source, event_ids in ids.items():
        listed = json_list(event_ids)
        rows = await session.all(_SQL["posted_events"], location_id=location_id, source=source, event_ids=listed)
        known.update(((source, event_id), said) for event_id, said in rows)
    return known


async def _refuse_by_stock(
    session: Session, location: Location, events: Sequence[Event], outcomes: list[Posted], fresh: dict[int, int]
) -> None:
    """Take out of `fresh` what the stock itself refuses: a first count where there is one, units beyond all bounds.

    Both are rare, so only their streams are locked ahead of the events; a deadlock that comes of it is tried again.
    """
    asking = [index for index in fresh if events[index].only_first_count or _is_huge(events[index])]
    if not asking:
        return
    streams = {stream for index in asking for stream, _ in _differences(location, events[index])}
    stocks = await lock_streams(session, location.location_id, streams)
    counted = {stream for stream, stock in stocks.items() if stock.last_count is not None}
    held = {stream: stocks[stream].quantity if stream in stocks else 0 for stream in streams}
    for index in asking:
        event, differences = events[index], _differences(location, events[index])
        if event.only_first_count and event.stream in counted:
            outcomes[index] = Posted.COUNT_EXISTS
        elif any(abs(held[stream] + difference) > BALANCE_MAX for stream, difference in differences):
            outcomes[index] = Posted.OUT_OF_RANGE
        if outcomes[index] is not Posted.ACCEPTED:
            del fresh[index]
            continue
        if event.only_first_count:
            counted.add(event.stream)
        held.update({stream: held[stream] + difference for stream, difference in differences})


def _is_huge(event: Event) -> bool:
    return abs(event.quantity) > _HUGE_QUANTITY


def _differences(location: Location, event: Event) -> list[tuple[Stream, int]]:
    """What an event adds to the streams of a location."""
    here = [(event.stream, event.quantity)] if event.location_id == location.location_id else []
    if event.other is None or event.other_location_id != location.location_id:
        return here
    return [*here, (event.other, -event.quantity)]


async def claim_events(
    session: Session, location_id: int, events: Sequence[Keyed], hashes: Sequence[int], recorded_at: int
) -> None:
    """Write the keys of new events at a location.

    Raises:
        RunAgain: another writer was quicker with one of them.
    """
    rows = [
        EventRow(location_id, event.source, event.event_id, said, recorded_at, event.reference)
        for event, said in zip(events, hashes, strict=True)
    ]
    # One order for all writers: whoever waits for a key of another holds none that the other still wants.
    rows.sort(key=lambda row: (row.source, row.event_id))
    await session.run_rows(_SQL["insert_events"], rows)


async def forget_event(session: Session, location_id: int, event: Event) -> None:
    """Take back the key of an event whose legs were never posted here."""
    await session.run(_SQL["delete_event"], location_id=location_id, source=event.source, event_id=event.event_id)


async def post_legs(session: Session, location: Location, events: Sequence[Event], recorded_at: int) -> None:
    """Post the legs that claimed events have at a location.

    Raises:
        RunAgain: another writer was quicker with a stream that had never been.
    """
    drafts = drafts_at(location.location_id, events)
    await post_drafts(session, location, drafts, await lock_streams(session, location.location_id, drafts), recorded_at)


async def post_drafts(
    session: Session,
    location: Location,
    drafts: Mapping[Stream, Sequence[Draft]],
    stocks: Mapping[Stream, StockRow],
    recorded_at: int,
) -> None:
    """Post the legs that claimed events want on streams of a location, each stream's in their order.

    `stocks` are those streams as `lock_streams` gave them.

    Raises:
        RunAgain: another writer was quicker with a stream that had never been.
    """
    plan = LocationPlan(location.reporting_zone, recorded_at)
    for stream in sorted(drafts):
        stock = stocks.get(stream) or empty_stock(location.location_id, stream)
        plan.add_stream(stock, drafts[stream], await _answers(session, location, stock, drafts[stream]))
    await session.run_rows(_SQL["insert_stock"], [row for row in plan.stocks if _stream_of(row) not in stocks])
    await session.run_rows(_SQL["update_stock"], [row for row in plan.stocks if _stream_of(row) in stocks])
    await session.run_rows(_SQL["insert_legs"], plan.legs)
    await session.run_rows(_SQL["add_flows"], plan.flows())


async def lock_streams(session: Session, location_id: int, streams: Iterable[Stream]) -> dict[Stream, StockRow]:
    """Lock streams in one order for all writers; the stock of those that have ever been.

    A stream that has never been has no row to lock: of two writers who open it, the second is told to run again.
    """
    ordered = sorted(streams, key=lambda stream: (stream.owner_id, stream.area, stream.state, stream.item_id))
    found: dict[Stream, StockRow] = {}
    for (owner_id, area, state), shelf in groupby(ordered, lambda stream: (stream.owner_id, stream.area, stream.state)):
        rows = await session.all(
            _SQL["lock_streams"],
            location_id=location_id,
            owner_id=owner_id,
            area=area,
            state=state,
            item_ids=json_list(stream.item_id for stream in shelf),
        )
        found.update((_stream_of(stock), stock) for stock in (StockRow(*row) for row in rows))
    return found


async def _answers(session: Session, location: Location, stock: StockRow, drafts: Sequence[Draft]) -> Answers:
    """What the ledger says of the late drafts of a stream and of the counts that are not its newest leg."""
    late = [draft.key for draft in drafts if is_late(stock, draft)]
    asking = [draft.key for draft in drafts if needs_balance(stock, draft)]
    if not late and not asking:
        return NO_ANSWERS
    ledger = Ledger(session, location.location_id, _stream_of(stock), location.reporting_zone)
    return Answers(
        {key: await ledger.next_count(stock, key) for key in late},
        {key: await ledger.balance_before(stock, key) for key in asking},
    )


def empty_stock(location_id: int, stream: Stream) -> StockRow:
    """The stock of a stream that has never been."""
    return StockRow(
        location_id, stream.item_id, stream.owner_id, stream.area, stream.state, 0, 0, 0, 0, None, None, None, None
    )


def _stream_of(stock: StockRow) -> Stream:
    return Stream(stock.item_id, stock.owner_id, stock.area, stock.state)
