"""The inventory log: every movement of a seller's units of one item, over all centres, newest first (WF-10).

Each statement names one centre and walks the primary key of the item's legs there backwards from the end of what is
asked, so a page costs what lies before its end in the log, whatever else the ledger holds.
"""

from collections.abc import Sequence
from heapq import merge
from itertools import islice
from pathlib import Path

import msgspec

from onhand.fulfilment.centres import all_centres
from onhand.fulfilment.items import has_sku
from onhand.fulfilment.vocabulary import REASON_BY_CODE, Reason, codes_of_column
from onhand.stock.locations import Location
from onhand.store.database import Database, Session
from onhand.store.queries import Queries, json_list

_SQL = Queries(Path(__file__).with_name("log.sql"))
_TSBR = "TSBR"


class LogQuery(msgspec.Struct, frozen=True):
    """What is asked of the log: whose units, of which item, from `since` until before `until` (microseconds).

    `column` is one of the reconciliation's, None for all.
    """

    seller_id: int
    item_id: int
    since: int
    until: int
    column: str | None
    offset: int
    limit: int


class LogEntry(msgspec.Struct, frozen=True, gc=False):
    """One movement at a centre; `quantity` is signed, in 1/10,000 unit.

    `entry_id` is the same whenever it is asked for, and no other entry's.
    """

    entry_id: str
    centre: Location
    reason: Reason
    quantity: int
    occurred_at: int
    reference: str | None


_Key = tuple[int, str]


async def inventory_log(database: Database, query: LogQuery) -> list[LogEntry] | None:
    """A page of the log; None where the item is not the seller's."""

    async def work(session: Session) -> list[LogEntry] | None:
        centres = await all_centres(session)
        parts = [await _entries(session, centre, query) for centre in centres]
        if not any(parts) and not await is_sellers(session, centres, query.seller_id, query.item_id):
            return None
        newest_first = merge(*parts, key=lambda part: part[0], reverse=True)
        return [entry for _, entry in islice(newest_first, query.offset, query.offset + query.limit)]

    return await database.read(work)


async def is_sellers(session: Session, centres: Sequence[Location], seller_id: int, item_id: int) -> bool:
    """Whether an item is a seller's: it has a SKU for it, or had units of it in a centre."""
    if await has_sku(session, seller_id, item_id):
        return True
    for centre in centres:
        asked = {"location_id": centre.location_id, "owner_id": seller_id, "item_id": item_id}
        if await session.one(_SQL["had_units"], **asked):
            return True
    return False


async def _entries(session: Session, centre: Location, query: LogQuery) -> list[tuple[_Key, LogEntry]]:
    """What may be on the page of one centre, newest first, each with its place among those of all centres."""
    types = REASON_BY_CODE if query.column is None else codes_of_column(query.column)
    rows = await session.all(
        _SQL["legs_of_item"],
        location_id=centre.location_id,
        owner_id=query.seller_id,
        item_id=query.item_id,
        since=query.since,
        until=query.until,
        event_types=json_list(sorted(types)),
        rows_max=query.offset + query.limit,
    )
    found: list[tuple[_Key, LogEntry]] = []
    for occurred_at, source, event_id, event_type, quantity, cause, reference in rows:
        reason = REASON_BY_CODE[event_type]
        told = f"{_TSBR}/{cause}" if reason.code == _TSBR else f"{source}/{event_id}"
        entry = LogEntry(f"{centre.code}/{told}", centre, reason, quantity, occurred_at, reference)
        # Two centres' entries of one moment stand by the centres' codes; within a centre in the order of its legs.
        found.append(((occurred_at, centre.code), entry))
    return found
