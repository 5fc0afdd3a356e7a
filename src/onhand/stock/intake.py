"""How events come in: any number of messages, resolved as one batch and posted location by location."""

import asyncio
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import chain
from typing import Literal

import msgspec

from onhand.basics.clock import Clock
from onhand.basics.quantity import SCALE
from onhand.basics.refusal import Refusal
from onhand.stock.locations import Location, Locations
from onhand.stock.lookups import look_up
from onhand.stock.messages import EventMessage
from onhand.stock.posting import BALANCE_MAX, Posted, post_at
from onhand.stock.resolving import EventLimits, resolve
from onhand.stock.streams import Event
from onhand.stock.transfers import post_transfer
from onhand.store.database import Database, Session

_Part = tuple[Location, list[int]]
"""The places in a batch of one location's events."""


class Outcome(msgspec.Struct, frozen=True, gc=False):
    """What became of one message."""

    status: Literal["accepted", "duplicate", "refused"]
    event_id: str | None
    refusal: Refusal | None = None


class Intake:
    """Posts batches of messages.

    A batch is no unit of its own: it is posted in transactions of at most `transaction_events_max` events and
    `transaction_locations_max` locations, `writers_max` of them at a time. Nobody who stops in the middle loses or
    doubles anything: the same batch may be sent again.

    Locations share transactions because every commit waits for the disk. They come in ascending order in all of them,
    so writers wait for each other but never in a circle. Where the tables are spread over machines, each location
    wants a transaction of its own.
    """

    def __init__(
        self,
        database: Database,
        locations: Locations,
        clock: Clock,
        limits: EventLimits,
        *,
        transaction_events_max: int = 5_000,
        transaction_locations_max: int = 1,
        writers_max: int = 1,
    ) -> None:
        self._database = database
        self._locations = locations
        self._clock = clock
        self._limits = limits
        self._transaction_events_max = transaction_events_max
        self._transaction_locations_max = transaction_locations_max
        self._writers_max = writers_max

    async def post(self, source: str, messages: Sequence[EventMessage | Refusal]) -> list[Outcome]:
        """Post a batch; what became of each message, in their order."""
        found = await look_up(self._database, self._locations, messages)
        now = self._clock()
        events = [
            message if isinstance(message, Refusal) else resolve(message, source, found.known, now, self._limits)
            for message in messages
        ]
        outcomes: list[Outcome | None] = [
            Outcome("refused", _event_id(message), event) if isinstance(event, Refusal) else None
            for message, event in zip(messages, events, strict=True)
        ]
        await self._post_events(events, found.places, outcomes)
        return [outcome for outcome in outcomes if outcome is not None]

    async def _post_events(
        self, events: list[Event | Refusal], places: Mapping[int, Location], outcomes: list[Outcome | None]
    ) -> None:
        by_location: defaultdict[int, list[int]] = defaultdict(list)
        for index, event in enumerate(events):
            if isinstance(event, Event) and not event.spans_locations:
                by_location[event.location_id].append(index)
        at_first, at_last = _transfers(events)
        # Before the rest: a count of the same batch then knows of them, and none of them is late behind it.
        await self._post_transfers(at_first, events, places, outcomes)
        parts = [(places[location_id], by_location[location_id]) for location_id in sorted(by_location)]
        turns = asyncio.Semaphore(self._writers_max)

        async def post_in_turn(transactions: Sequence[Sequence[_Part]]) -> None:
            async with turns:
                for together in transactions:
                    posted = await self._write(
                        [(place, [_event(events[index]) for index in part]) for place, part in together]
                    )
                    for index, said in zip(chain.from_iterable(part for _, part in together), posted, strict=True):
                        outcomes[index] = outcome_of(_event(events[index]).event_id, said)

        lanes = _lanes(self._transactions(parts))
        # Every lane comes to its end before a failure of one is told, so that nothing goes on behind the caller's back.
        for failure in await asyncio.gather(*map(post_in_turn, lanes), return_exceptions=True):
            if failure is not None:
                raise failure
        await self._post_transfers(at_last, events, places, outcomes)

    async def _post_transfers(
        self,
        indices: Iterable[int],
        events: Sequence[Event | Refusal],
        places: Mapping[int, Location],
        outcomes: list[Outcome | None],
    ) -> None:
        for index in indices:
            event = _event(events[index])
            said = await post_transfer(self._database, self._clock, places, event)
            outcomes[index] = outcome_of(event.event_id, said)

    def _transactions(self, parts: Iterable[_Part]) -> Iterator[list[_Part]]:
        """Share parts out to transactions: small ones together, large ones cut."""
        together: list[_Part] = []
        size = 0
        for place, indices in parts:
            for start in range(0, len(indices), self._transaction_events_max):
                cut = indices[start : start + self._transaction_events_max]
                full = size + len(cut) > self._transaction_events_max
                if together and (full or len(together) == self._transaction_locations_max):
                    yield together
                    together, size = [], 0
                together.append((place, cut))
                size += len(cut)
        if together:
            yield together

    async def _write(self, parts: Sequence[tuple[Location, Sequence[Event]]]) -> list[Posted]:
        async def work(session: Session) -> list[Posted]:
            posted: list[Posted] = []
            for place, events in parts:
                posted += await post_at(session, place, events, self._clock())
                # Lets a server answer others in the middle of a large transaction of its own process.
                await asyncio.sleep(0)
            return posted

        return await self._database.write(work)


def _transfers(events: Sequence[Event | Refusal]) -> tuple[list[int], list[int]]:
    """The places of moves between locations: those to be posted before the rest of a batch, and after it.

    The latter have the id of an event before them in one of their locations: that one stands (OP-04).
    """
    found = [index for index, event in enumerate(events) if isinstance(event, Event) and event.spans_locations]
    if not found:
        return [], []
    first: dict[tuple[int | None, str], int] = {}
    for index, event in enumerate(events):
        if isinstance(event, Event) and not event.spans_locations:
            first.setdefault((event.location_id, event.event_id), index)

    def comes_after(index: int) -> bool:
        event = _event(events[index])
        locations = (event.location_id, event.other_location_id)
        return any(first.get((location_id, event.event_id), index) < index for location_id in locations)

    return [index for index in found if not comes_after(index)], [index for index in found if comes_after(index)]


def _lanes(transactions: Iterable[list[_Part]]) -> list[list[list[_Part]]]:
    """Transactions that may run beside each other: those that cut up one location stay in their order, in one lane."""
    lanes: list[list[list[_Part]]] = []
    for together in transactions:
        if lanes and lanes[-1][-1][-1][0] == together[0][0]:
            lanes[-1].append(together)
        else:
            lanes.append([together])
    return lanes


def outcome_of(event_id: str, posted: Posted) -> Outcome:
    """What is said of an event that came as far as the ledger."""
    match posted:
        case Posted.ACCEPTED:
            return Outcome("accepted", event_id)
        case Posted.DUPLICATE:
            return Outcome("duplicate", event_id)
        case Posted.CONFLICT:
            said = "This id was posted here with other content, and the first stands: send a correction by another id."
            return Outcome("refused", event_id, Refusal("conflict", "eventId", said))
        case Posted.COUNT_EXISTS:
            said = "This item has been counted here before: send a CORRECTION."
            return Outcome("refused", event_id, Refusal("count_exists", "eventType", said))
        case Posted.OUT_OF_RANGE:
            said = f"It would take the units there beyond {BALANCE_MAX // SCALE}: check the quantity."
            return Outcome("refused", event_id, Refusal("out_of_range", "quantity", said))


def _event(resolved: Event | Refusal) -> Event:
    assert isinstance(resolved, Event), "what was refused is not posted"
    return resolved


def _event_id(message: EventMessage | Refusal) -> str | None:
    return message.event_id if isinstance(message, EventMessage) else None
