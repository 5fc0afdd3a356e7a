"""A stream's history in pages, newest first, each row with the balance after it (TH-02, TH-06).

The first page takes a balance that stands ready and walks back; a later page goes on from the balance that its position
carries. Every page of a walk sees the ledger as it was known at the first: legs recorded since are passed over, and so
is what they changed.
"""

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import msgspec

from onhand.basics.clock import TIME_MAX, TIME_MIN
from onhand.stock.balance import Ledger
from onhand.stock.locations import Location
from onhand.stock.streams import OrderKey, Stream, start_of
from onhand.stock.vocabulary import EVENT_TYPE_BY_CODE
from onhand.store.database import Database, Session
from onhand.store.queries import Queries, json_list

_SQL = Queries(Path(__file__).with_name("sql") / "history.sql")


class HistoryQuery(msgspec.Struct, frozen=True):
    """What is asked of a stream's history.

    `since` and `until` (exclusive) bound when events occurred, `known_at` when they were recorded. `supplier_id` is the
    supplier on whose behalf is asked, None for the operator. `event_types` None means all.
    """

    supplier_id: int | None
    location: Location | None
    stream: Stream
    since: int | None
    until: int | None
    event_types: frozenset[int] | None
    known_at: int | None
    rows_max: int


class Position(msgspec.Struct, frozen=True, array_like=True):
    """Where a walk stands: after the row of `key`, below which the balance is `balance`, as known at `known_seq`."""

    key: OrderKey
    balance: int
    known_seq: int


class HistoryRow(msgspec.Struct, frozen=True, gc=False):
    """One leg and the balance after it, both in 1/10,000 unit; times in microseconds.

    A TSBR bears the id of the count that it stands before; `cause` is the late event, as `source/event id`.
    """

    event_type: str
    quantity: int
    occurred_at: int
    balance: int
    event_id: str
    source: str
    recorded_at: int
    cause: str | None


class HistoryPage(msgspec.Struct, frozen=True):
    """Some rows, and where the next page goes on, None on the last."""

    rows: tuple[HistoryRow, ...]
    next: Position | None


_EMPTY = HistoryPage((), None)


async def history_page(database: Database, query: HistoryQuery, after: Position | None = None) -> HistoryPage | None:
    """A page of a stream's history, from its top or from where the page before ended.

    None where the item is not mapped to the supplier that asks. A location of None is a store that is not known: it is
    asked about as one without data.
    """

    async def work(session: Session) -> HistoryPage | None:
        if query.supplier_id is not None and not await _is_mapped(session, query):
            return None
        if query.location is None:
            return _EMPTY
        ledger = Ledger(session, query.location.location_id, query.stream, query.location.reporting_zone)
        start = after or await _top(ledger, query)
        return await _walk(ledger, query, start) if start else _EMPTY

    return await database.read(work)


async def _is_mapped(session: Session, query: HistoryQuery) -> bool:
    location_id = query.location.location_id if query.location else 0
    row = await session.one(
        _SQL["is_mapped"],
        item_id=query.stream.item_id,
        supplier_id=query.supplier_id,
        location_id=location_id,
    )
    return row is not None


async def _top(ledger: Ledger, query: HistoryQuery) -> Position | None:
    """Where a walk begins, None where the stream holds nothing as far as it was known."""
    stock = await ledger.stock()
    if stock is None:
        return None
    known_seq = stock.last_seq if query.known_at is None else await ledger.seq_known_at(stock, query.known_at)
    top = start_of(TIME_MAX if query.until is None else query.until)
    return Position(top, await ledger.balance_before(stock, top, known_seq), known_seq) if known_seq else None


async def _walk(ledger: Ledger, query: HistoryQuery, start: Position) -> HistoryPage:
    rows = await _legs(ledger, query, start)
    found = list(_with_balances(rows[: query.rows_max], start, running=query.event_types is None))
    if len(rows) <= query.rows_max:
        return HistoryPage(tuple(row for row, _ in found), None)
    key = OrderKey(*rows[query.rows_max - 1][:5])
    return HistoryPage(tuple(row for row, _ in found), Position(key, found[-1][1], start.known_seq))


async def _legs(ledger: Ledger, query: HistoryQuery, start: Position) -> list[tuple[Any, ...]]:
    parameters = {
        "location_id": ledger.location_id,
        "since": TIME_MIN if query.since is None else query.since,
        "known_seq": start.known_seq,
        # One more than the page shows whether there is another.
        "rows_max": query.rows_max + 1,
        **msgspec.structs.asdict(ledger.stream),
        **msgspec.structs.asdict(start.key),
    }
    if query.event_types is None:
        return await ledger.session.all(_SQL["legs_page"], **parameters)
    types = json_list(sorted(query.event_types))
    return await ledger.session.all(_SQL["legs_page_of_types"], event_types=types, **parameters)


def _with_balances(
    rows: Sequence[tuple[Any, ...]], start: Position, *, running: bool
) -> Iterator[tuple[HistoryRow, int]]:
    """Each row with the balance after it, and the balance before it, from which the older rows go on."""
    before = start.balance
    for occurred_at, _, source, event_id, _, event_type, quantity, recorded_at, cause, passed in rows:
        before = before - quantity if running else start.balance - passed
        name = EVENT_TYPE_BY_CODE[event_type].name
        yield HistoryRow(name, quantity, occurred_at, before + quantity, event_id, source, recorded_at, cause), before
