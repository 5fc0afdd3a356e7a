"""Processing feeds: in the order in which they were taken, so many rows a transaction, each row exactly once (DS-22).

A transaction takes the parts of a feed that come next, judges their rows, posts what they declare, and writes down how
far the feed is. It begins by claiming exactly those rows, so that of two workers that came to the same rows one finds
nothing left to do.

A failure on our side is counted, and the feed tried again later; one that failed too often is given up, so that it does
not hold up those behind it. A database that is away is no failure of the feed's.
"""

import asyncio
import logging
from collections.abc import Awaitable, Callable
from pathlib import Path

import msgspec

from onhand.basics.clock import Clock
from onhand.dropship.feeds.applying import apply_rows
from onhand.dropship.feeds.faults import given_up
from onhand.dropship.feeds.forms import Form
from onhand.dropship.feeds.judging import Judge, Judged
from onhand.dropship.feeds.known import Owner
from onhand.dropship.feeds.matching import Matcher
from onhand.dropship.feeds.taking import PART_ROWS
from onhand.dropship.nodes import nodes_of
from onhand.store.database import Database, Session, Unavailable, Value
from onhand.store.lanes import LeaseLost
from onhand.store.queries import Queries

_SQL = Queries(Path(__file__).with_name("processing.sql"))

Keep = Callable[[], Awaitable[None]]

logger = logging.getLogger(__name__)


class WaitingFeed(msgspec.Struct, frozen=True):
    """A feed that is not finished; `failures` is how often its processing failed on our side."""

    feed_id: str
    taken_at: int
    rows_received: int
    rows_done: int
    failures: int
    form: Form


class FeedProcessor:
    """Processes the feeds of one partner at a time; `rows_max` rows go into one transaction, whole parts at least.

    A feed that has failed `attempts_max` times is given up.
    """

    def __init__(self, database: Database, clock: Clock, *, rows_max: int = 10_000, attempts_max: int = 5) -> None:
        self._database = database
        self._clock = clock
        self._parts_max = max(1, rows_max // PART_ROWS)
        self._attempts_max = attempts_max

    async def process(self, partner_id: int, keep: Keep) -> None:
        """Process every feed of a partner that is waiting; `keep` is awaited between two transactions.

        Raises:
            Exception: whatever a feed failed with that will be tried again.
        """
        while (feed := await self._first_waiting(partner_id)) is not None:
            try:
                await self._process(partner_id, feed, keep)
            except (LeaseLost, Unavailable):
                raise
            except Exception:
                failures = feed.failures + 1
                await self._count_failure(partner_id, feed, failures)
                if failures < self._attempts_max:
                    raise
                told = {"partner_id": partner_id, "feed_id": feed.feed_id, "failures": failures}
                logger.exception("a feed failed too often, and was given up", extra=told)
                await keep()

    async def _process(self, partner_id: int, feed: WaitingFeed, keep: Keep) -> None:
        owner = Owner(partner_id, await self._kind_of(partner_id))
        matcher = Matcher(owner, feed.form)
        judge = Judge(feed.form)
        await self._recall(owner, feed, judge, matcher)
        done: int | None = feed.rows_done
        while done is not None:
            done = await self._next_rows(owner, feed, done, judge, matcher)
            if done is not None:
                await keep()

    async def _count_failure(self, partner_id: int, feed: WaitingFeed, failures: int) -> None:
        """Write down that a feed has failed so often, and give it up where that is too often."""
        named: dict[str, Value] = {"partner_id": partner_id, "feed_id": feed.feed_id}

        async def work(session: Session) -> None:
            await session.run(_SQL["count_failure"], failures=failures, **named)
            if failures >= self._attempts_max:
                errors = msgspec.json.encode([given_up(failures)]).decode()
                await session.run(_SQL["give_up"], errors=errors, finished_at=self._clock(), **named)

        await self._database.write(work)

    async def _first_waiting(self, partner_id: int) -> WaitingFeed | None:
        row = await self._database.one(_SQL["first_waiting"], partner_id=partner_id)
        if row is None:
            return None
        feed_id, taken_at, received, done, failures, form = row
        return WaitingFeed(feed_id, taken_at, received, done, failures, msgspec.json.decode(form, type=Form))

    async def _kind_of(self, partner_id: int) -> str:
        row = await self._database.one(_SQL["partner_kind"], partner_id=partner_id)
        assert row is not None, "feeds are taken from known partners"
        return str(row[0])

    async def _recall(self, owner: Owner, feed: WaitingFeed, judge: Judge, matcher: Matcher) -> None:
        """Read again which items and nodes the rows were about that are done already."""
        first = 0
        while first < feed.rows_done:

            async def work(session: Session, first: int = first) -> int:
                judged = await self._judged(session, owner, feed, first, judge)
                await matcher.match(session, judged, await nodes_of(session, owner.partner_id))
                return judged.end

            first = await self._database.read(work)

    async def _next_rows(
        self, owner: Owner, feed: WaitingFeed, done: int, judge: Judge, matcher: Matcher
    ) -> int | None:
        """Do the rows after the first `done`; how many are done now, or None where the feed is over or overtaken."""

        async def work(session: Session) -> int | None:
            named: dict[str, Value] = {"partner_id": owner.partner_id, "feed_id": feed.feed_id}
            if not await session.run(_SQL["begin_rows"], expected=done, **named):
                return None
            judged = await self._judged(session, owner, feed, done, judge)
            matched = await matcher.match(session, judged, await nodes_of(session, owner.partner_id))
            await apply_rows(session, owner, feed.feed_id, feed.taken_at, judged, matched, self._clock())
            await _write_outcomes(session, owner, feed.feed_id, judged)
            failed = len(judged.faults)
            over = judged.end >= feed.rows_received
            await session.run(
                _SQL["end_rows"],
                status="PROCESSED" if over else "INPROGRESS",
                rows_done=judged.end,
                succeeded=len(judged.units) - failed,
                failed=failed,
                finished_at=self._clock() if over else None,
                **named,
            )
            return None if over else judged.end

        return await self._database.write(work)

    async def _judged(self, session: Session, owner: Owner, feed: WaitingFeed, first: int, judge: Judge) -> Judged:
        named: dict[str, Value] = {"partner_id": owner.partner_id, "feed_id": feed.feed_id}
        rows = await session.all(_SQL["parts_from"], first_index=first, parts_max=self._parts_max, **named)
        judged = Judged.nothing(first)
        for (content,) in rows:
            judge.add_part(judged, content)
            # Others have their turn between two parts.
            await asyncio.sleep(0)
        return judged


async def _write_outcomes(session: Session, owner: Owner, feed_id: str, judged: Judged) -> None:
    """Keep what was wrong with rows, with the part in which each stands; a part without faults has nothing to keep."""
    parts: dict[int, list[tuple[int, object]]] = {}
    for index, found in sorted(judged.faults.items()):
        parts.setdefault(index - index % PART_ROWS, []).append((index, found))
    if parts:
        outcomes = [(first, msgspec.json.encode(failed).decode(), len(failed)) for first, failed in parts.items()]
        named: dict[str, Value] = {"partner_id": owner.partner_id, "feed_id": feed_id}
        await session.run(_SQL["set_outcomes"], outcomes=msgspec.json.encode(outcomes).decode(), **named)
