"""What waits goes together: entries that arrive while a transaction is under way share the next one.

Orders for the same few items have to wait for each other in any case. One by one, each would wait for the disk and for
every statement of its own; together they wait once. Callers who ask again as soon as they are answered would fall into
two groups that take turns, a large one and one of those who came first: a moment's patience keeps them together.
"""

import asyncio
from collections import deque
from collections.abc import Awaitable, Callable, Sequence
from typing import Generic, TypeVar

from onhand.store.database import Unavailable

Entry = TypeVar("Entry")
Outcome = TypeVar("Outcome")

Work = Callable[[Sequence[Entry]], Awaitable[Sequence[Outcome]]]
"""Does entries as a whole or not at all, and may be repeated; what became of each, in their order."""


class Combiner(Generic[Entry, Outcome]):
    """Runs one piece of work at a time, of as many entries as wait for it, up to `entries_max`.

    Within `gather_seconds` of an answer, work waits for as many callers as there were; it never does for a lone one.
    """

    def __init__(self, work: Work[Entry, Outcome], entries_max: int, *, gather_seconds: float = 0.0) -> None:
        self._work = work
        self._entries_max = entries_max
        self._gather_seconds = gather_seconds
        self._expected = 0
        self._answered_at = 0.0
        self._enough: asyncio.Event | None = None
        self._waiting: deque[_Call[Entry, Outcome]] = deque()
        self._running: asyncio.Task[None] | None = None

    async def take(self, entries: Sequence[Entry]) -> Sequence[Outcome]:
        """What became of a caller's entries, which stay together and in their order.

        Raises:
            Unavailable: the database failed the work that they were part of; they may be sent again.
        """
        call: _Call[Entry, Outcome] = _Call(entries)
        self._waiting.append(call)
        if self._enough is not None and self._are_enough():
            self._enough.set()
        if self._running is None:
            self._running = asyncio.create_task(self._run())
        return await call.outcomes

    async def _run(self) -> None:
        try:
            while self._waiting:
                # Whoever is just about to ask comes along.
                await asyncio.sleep(0)
                await self._gather()
                together = self._next()
                await self._work_for(together)
                self._expected = len(together) + len(self._waiting)
                self._answered_at = asyncio.get_running_loop().time()
        finally:
            self._running = None

    async def _gather(self) -> None:
        loop = asyncio.get_running_loop()
        until = self._answered_at + self._gather_seconds
        if self._are_enough() or loop.time() >= until:
            return
        self._enough = asyncio.Event()
        timer = loop.call_at(until, self._enough.set)
        try:
            await self._enough.wait()
        finally:
            timer.cancel()
            self._enough = None

    def _are_enough(self) -> bool:
        """Whether everybody is there who was lately, or more would not go together anyway."""
        entries = sum(len(call.entries) for call in self._waiting)
        return len(self._waiting) >= self._expected or entries >= self._entries_max

    def _next(self) -> "list[_Call[Entry, Outcome]]":
        """The calls that go together, at least one, however many entries it has."""
        together = [self._waiting.popleft()]
        size = len(together[0].entries)
        while self._waiting and size + len(self._waiting[0].entries) <= self._entries_max:
            together.append(self._waiting.popleft())
            size += len(together[-1].entries)
        return together

    async def _work_for(self, calls: "Sequence[_Call[Entry, Outcome]]") -> None:
        entries = [entry for call in calls for entry in call.entries]
        try:
            outcomes = iter(await self._work(entries))
        except Unavailable as error:
            for call in calls:
                call.fail(error)
        except Exception as error:  # noqa: BLE001 - what one entry has brought about is told to its caller alone
            await self._work_one_by_one(calls, error)
        else:
            for call in calls:
                call.answer([next(outcomes) for _ in call.entries])

    async def _work_one_by_one(self, calls: "Sequence[_Call[Entry, Outcome]]", error: Exception) -> None:
        """Find out whose entry it was that failed them all: every other one is done."""
        if len(calls) == 1 and len(calls[0].entries) == 1:
            calls[0].fail(error)
            return
        for call in calls:
            outcomes: list[Outcome] = []
            failure: Exception | None = None
            for entry in call.entries:
                try:
                    outcomes += await self._work([entry])
                except Exception as raised:  # noqa: BLE001 - as above
                    failure = failure or raised
            if failure is None:
                call.answer(outcomes)
            else:
                call.fail(failure)


class _Call(Generic[Entry, Outcome]):
    """A caller that waits for what becomes of its entries, unless it has gone away."""

    def __init__(self, entries: Sequence[Entry]) -> None:
        self.entries = entries
        self.outcomes: asyncio.Future[list[Outcome]] = asyncio.get_running_loop().create_future()

    def answer(self, outcomes: list[Outcome]) -> None:
        if not self.outcomes.done():
            self.outcomes.set_result(outcomes)

    def fail(self, error: Exception) -> None:
        if not self.outcomes.done():
            self.outcomes.set_exception(error)
