"""Pages of history and late events, on a stream with a thousand events and on one with a million."""

import time
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path

from benchmarks.databases import postgresql_database, sqlite_database
from benchmarks.figures import Figure, at_most, median_ratio
from onhand.basics.clock import from_datetime, system_clock
from onhand.settings import Settings
from onhand.stock.history import HistoryQuery, history_page
from onhand.stock.locations import Locations, NewStore, add_stores
from onhand.stock.messages import EventMessage
from onhand.stock.streams import Stream
from onhand.stock.vocabulary import RETAILER_ID, Area, State
from onhand.store.database import Database, Session
from onhand.store.queries import Query
from onhand.wiring.intake import build_intake

_GTIN = "00044444444444"
_SMALL, _LARGE = 1, 2
_PART = "History"
_DAYS = 360
_COUNTED_EVERY_DAYS = 7
_CALLS = 20


async def figures(directory: Path, server_url: str, *, small: int, large: int, rounds: int) -> list[Figure]:
    """Pages and late events on both databases."""
    found: list[Figure] = []
    for name, opened in (("SQLite", _sqlite(directory)), ("PostgreSQL", _postgresql(server_url))):
        async with opened as database:
            streams = _Streams(database)
            await streams.fill(small, large)
            sizes = f"{large:,} events / {small:,}: {name}"
            newest = await streams.page_ratio(rounds, None)
            found.append(at_most(_PART, f"Newest page of 100 rows, {sizes}", newest, 1.5))
            for days in (100, 300):
                ratio = await streams.page_ratio(rounds, days)
                found.append(Figure(_PART, f"Page that ends {days} days ago, {sizes}", f"{ratio:.2f}"))
            late = await streams.late_ratio(rounds)
            found.append(at_most(_PART, f"A late event / one in order, {large:,} events there: {name}", late, 2.0))
    return found


class _Streams:
    """Two stores with one item: a short history and a long one, over the same year, counted every week."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._locations = Locations(database)
        self._intake = build_intake(database, Settings(), system_clock, self._locations)
        self._now = datetime.now(UTC).replace(microsecond=0)
        self._posted = 0

    async def fill(self, small: int, large: int) -> None:
        """Post both histories."""
        await add_stores(self._database, system_clock, [NewStore(_SMALL, "Small"), NewStore(_LARGE, "Large")])
        text = f"INSERT INTO item (item_id, name, created_at, updated_at) VALUES ({int(_GTIN)}, 'Item', 0, 0)"

        async def work(session: Session) -> int:
            return await session.run(Query("item_of_the_benchmark", text, text))

        await self._database.write(work)
        for store, count in ((_SMALL, small), (_LARGE, large)):
            for window in _windows(self._history(store, count)):
                outcomes = await self._intake.post("register", window)
                assert all(outcome.status == "accepted" for outcome in outcomes)

    async def page_ratio(self, rounds: int, days_ago: int | None) -> float:
        """How long a page of the long history takes, in pages of the short one."""
        return median_ratio(
            [(await self._pages(_LARGE, days_ago), await self._pages(_SMALL, days_ago)) for _ in range(rounds)]
        )

    async def late_ratio(self, rounds: int) -> float:
        """How long posting a late event into the long history takes, in events in order."""
        # The last count is at most a week old, so a day more than that is before it.
        late, in_order = timedelta(days=_COUNTED_EVERY_DAYS + 1), timedelta(0)
        return median_ratio([(await self._posts(late), await self._posts(in_order)) for _ in range(rounds)])

    async def _pages(self, store: int, days_ago: int | None) -> float:
        stream = Stream(int(_GTIN), RETAILER_ID, Area.STORE, State.AVAILABLE)
        end = None if days_ago is None else from_datetime(self._now - timedelta(days=days_ago))
        # The short history has few events in the seven days of a request without dates: both read whole pages.
        query = HistoryQuery(None, await self._locations.store(store), stream, None, end, None, None, 100)
        started = time.perf_counter()
        for _ in range(_CALLS):
            page = await history_page(self._database, query)
            assert page is not None
            assert len(page.rows) == 100
        return time.perf_counter() - started

    async def _posts(self, ago: timedelta) -> float:
        messages = []
        for _ in range(_CALLS):
            self._posted += 1
            at = self._now - ago + timedelta(microseconds=self._posted)
            messages.append(_sale(f"one-{self._posted}", _LARGE, at))
        started = time.perf_counter()
        for message in messages:
            (outcome,) = await self._intake.post("register", [message])
            assert outcome.status == "accepted"
        return time.perf_counter() - started

    def _history(self, store: int, count: int) -> Iterator[EventMessage]:
        first = self._now - timedelta(days=_DAYS)
        apart = timedelta(days=_DAYS) / count
        counted = 0
        for number in range(count):
            at = first + apart * number
            if (at - first).days // _COUNTED_EVERY_DAYS >= counted:
                counted += 1
                yield EventMessage(f"count-{counted}", "PI", _GTIN, at, store, counted=50)
            yield _sale(f"sale-{number}", store, at)


def _sale(event_id: str, store: int, at: datetime) -> EventMessage:
    return EventMessage(event_id, "SALES", _GTIN, at, store, quantity=-1)


def _windows(messages: Iterator[EventMessage]) -> Iterator[list[EventMessage]]:
    window: list[EventMessage] = []
    for message in messages:
        window.append(message)
        if len(window) == 50_000:
            yield window
            window = []
    yield window


@asynccontextmanager
async def _sqlite(directory: Path) -> AsyncIterator[Database]:
    own = directory / "history"
    own.mkdir()
    async with sqlite_database(own) as (database, _):
        yield database


@asynccontextmanager
async def _postgresql(server_url: str) -> AsyncIterator[Database]:
    async with postgresql_database(server_url, "history") as (database, _):
        yield database
