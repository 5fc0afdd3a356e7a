"""Counting many items of one owner at a location in one event: what a partner declares at its ship node.

Nearly all of the streams of such an event have nothing at or after its moment. For them the difference, the leg, the
flow and the stock follow from the stock row alone, so they are written set by set within the database. The few others
are planned like any late count.

A feed writes the same streams again and again, so a declaration costs as few entries in trees as can be: its leg stands
in the order of its stream alone, and its flow, while the month lasts, in the stock row (decision 26).
"""

from collections.abc import Mapping
from pathlib import Path

import msgspec

from onhand.basics.clock import month_of
from onhand.stock.locations import Location
from onhand.stock.planning import Draft, content_hash
from onhand.stock.posting import claim_events, lock_streams, post_drafts
from onhand.stock.streams import OWN_POSITION, Event, Stream
from onhand.stock.vocabulary import DECLARED, Area, State
from onhand.store.database import Session, Value
from onhand.store.queries import Queries, json_list, json_object

_SQL = Queries(Path(__file__).with_name("sql") / "counting.sql")


class Counting(msgspec.Struct, frozen=True):
    """What was counted at one moment: the units of each item in 1/10,000, and the event that says so.

    `event_id` is new at the location within its source. It stands on every leg, so a short one is worth having;
    `reference` may be long.
    """

    owner_id: int
    source: str
    event_id: str
    occurred_at: int
    counted: Mapping[int, int]
    reference: str | None = None


def on_hand_stream(item_id: int, owner_id: int) -> Stream:
    """The units of an item that a partner has at its ship node, reserved ones included."""
    return Stream(item_id, owner_id, Area.STORE, State.AVAILABLE)


def reserved_stream(item_id: int, owner_id: int) -> Stream:
    """The units of an item that orders hold at a ship node."""
    return Stream(item_id, owner_id, Area.STORE, State.RESERVED)


async def post_counting(session: Session, location: Location, counting: Counting, recorded_at: int) -> None:
    """Post a counting at its location, within the caller's transaction.

    Raises:
        RunAgain: another writer was quicker with the event's key or with a stream that had never been.
    """
    if not counting.counted:
        return
    await _claim(session, location, counting, recorded_at)
    items = {item_id: counting.counted[item_id] for item_id in sorted(counting.counted)}
    asked = _asked(location, counting, items, recorded_at)
    await session.all(_SQL["lock_counted"], **asked)
    if await session.insert(_SQL["post_counts"], **asked) < len(items):
        await _post_rest(session, location, counting, asked, recorded_at)


async def _post_rest(
    session: Session, location: Location, counting: Counting, asked: dict[str, Value], recorded_at: int
) -> None:
    """Count the streams that were left out: those that have gone on, and those whose month is over."""
    rows = await session.all(_SQL["not_counted"], **asked)
    late = {item_id: counting.counted[item_id] for item_id, gone_on in rows if gone_on}
    turned = {item_id: counting.counted[item_id] for item_id, gone_on in rows if not gone_on}
    if turned:
        items = json_list(sorted(turned))
        await session.run(_SQL["keep_declared_flows"], items=items, **asked)
        await session.run(_SQL["begin_declared_month"], items=items, **asked)
        await session.insert(_SQL["post_counts"], **asked | {"counted": json_object(dict(sorted(turned.items())))})
    if late:
        await _post_late(session, location, counting, late, recorded_at)


def _asked(location: Location, counting: Counting, items: Mapping[int, int], recorded_at: int) -> dict[str, Value]:
    return {
        "location_id": location.location_id,
        "owner_id": counting.owner_id,
        "source": counting.source,
        "event_id": counting.event_id,
        "occurred_at": counting.occurred_at,
        "recorded_at": recorded_at,
        "month": month_of(counting.occurred_at, location.reporting_zone),
        "event_type": DECLARED.code,
        "position": OWN_POSITION,
        "counted": json_object(items),
    }


async def _claim(session: Session, location: Location, counting: Counting, recorded_at: int) -> None:
    # The event is the counting as a whole; its hash needs no more than what tells it from any other.
    first = min(counting.counted)
    event = Event(
        location.location_id,
        counting.source,
        counting.event_id,
        DECLARED.code,
        on_hand_stream(first, counting.owner_id),
        counting.occurred_at,
        0,
        counting.counted[first],
        reference=counting.reference,
    )
    await claim_events(session, location.location_id, [event], [content_hash(event)], recorded_at)


async def _post_late(
    session: Session, location: Location, counting: Counting, late: Mapping[int, int], recorded_at: int
) -> None:
    drafts = {
        on_hand_stream(item_id, counting.owner_id): [
            Draft(counting.occurred_at, 1, counting.source, counting.event_id, DECLARED.code, 0, counted)
        ]
        for item_id, counted in late.items()
    }
    stocks = await lock_streams(session, location.location_id, drafts)
    await post_drafts(session, location, drafts, stocks, recorded_at)
