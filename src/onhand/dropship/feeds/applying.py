"""Posting what the rows of a feed declare: at each ship node one count of many items, and what stands beside it."""

from typing import Any

import msgspec

from onhand.basics.quantity import SCALE
from onhand.basics.source import PARTNER_SOURCE_PREFIX
from onhand.dropship.declaring import declare_endless, declare_in_transit
from onhand.dropship.feeds.judging import ENDLESS, UNJUDGED, Judged
from onhand.dropship.feeds.known import Owner
from onhand.dropship.feeds.matching import Matched
from onhand.dropship.shortfalls import record_shortfalls
from onhand.stock.counting import Counting, post_counting
from onhand.stock.locations import Location
from onhand.store.database import Session


class _Declared(msgspec.Struct):
    """What is declared at one node: quantities in 1/10,000 unit, infinite availability, and what is in transit."""

    counted: dict[int, int]
    endless: list[int]
    in_transit: dict[int, str]


async def apply_rows(
    session: Session, owner: Owner, feed_id: str, taken_at: int, judged: Judged, matched: Matched, recorded_at: int
) -> None:
    """Post the rows that have no faults, node by node in the order of the nodes' ids.

    Raises:
        RunAgain: another writer was quicker with a stream.
    """
    source = f"{PARTNER_SOURCE_PREFIX}{owner.partner_id}"
    # A partner's feeds are told apart by when they were taken; the feed's own id would double the size of every leg.
    event_id = f"{taken_at:x}/{judged.first:x}"
    for node in sorted(matched.nodes.values(), key=lambda node: node.location_id):
        said = _declared_at(judged, matched, node.code)
        counting = Counting(owner.partner_id, source, event_id, taken_at, said.counted, reference=feed_id)
        await _post_counted(session, node, counting, recorded_at)
        if said.endless:
            await declare_endless(session, node.location_id, sorted(said.endless), taken_at)
        if said.in_transit:
            await declare_in_transit(session, node.location_id, dict(sorted(said.in_transit.items())), taken_at)


async def _post_counted(session: Session, node: Location, counting: Counting, recorded_at: int) -> None:
    if counting.counted:
        await post_counting(session, node, counting, recorded_at)
        await record_shortfalls(session, node, counting)


def _declared_at(judged: Judged, matched: Matched, code: str) -> _Declared:
    items: Any = matched.items
    units, places = judged.units, matched.places[code]
    counted = {items[place]: units[place] * SCALE for place in places if units[place] >= 0}
    endless = [items[place] for place in places if units[place] == ENDLESS]
    in_transit = {
        items[place]: content
        for index, content in judged.in_transit.items()
        if judged.nodes[place := index - judged.first] == code and units[place] != UNJUDGED
    }
    return _Declared(counted, endless, in_transit)
