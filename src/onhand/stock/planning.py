"""From events to the rows they leave: pure functions of what stood there.

The legs of one stream are planned in their order. A count becomes the difference between what was counted and what the
ledger says for that moment. A leg that belongs before the stream's last count is late: an equal and opposite TSBR leg
goes directly before the next count, so that the count still shows what was counted.
"""

from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from hashlib import blake2b

import msgspec

from onhand.stock.streams import LAST_POSITION, Event, FlowRow, LegRow, OrderKey, StockRow, Stream
from onhand.stock.vocabulary import TSBR

Month = Callable[[int], int]
"""Gives the month of a moment in the location's reporting zone."""


class Draft(msgspec.Struct, frozen=True, gc=False):
    """A leg that an event wants on a stream: a difference, or a count."""

    key: OrderKey
    event_type: int
    quantity: int
    counted: int | None = None


class Answers(msgspec.Struct, frozen=True):
    """What the ledger said of the places that the drafts of one stream asked about."""

    next_counts: Mapping[OrderKey, OrderKey]
    balances: Mapping[OrderKey, int]


class StreamPlan(msgspec.Struct, frozen=True):
    """What one stream gains: its new legs and its stock row after them."""

    legs: list[LegRow]
    stock: StockRow


NO_ANSWERS = Answers({}, {})


def content_hash(event: Event) -> int:
    """A 64-bit hash of what an event says, its key apart: the same id with another hash is a conflict (OP-04)."""
    said = (
        event.event_type,
        event.stream,
        event.occurred_at,
        event.quantity,
        event.counted,
        event.other,
        event.location_id if event.spans_locations else None,
        event.other_location_id if event.spans_locations else None,
        event.reference,
    )
    return int.from_bytes(blake2b(msgspec.msgpack.encode(said), digest_size=8).digest(), "big", signed=True)


def drafts_at(location_id: int, events: Iterable[Event]) -> dict[Stream, list[Draft]]:
    """The legs that events want at a location, by stream."""
    by_stream: defaultdict[Stream, list[Draft]] = defaultdict(list)
    for event in events:
        rank = 0 if event.counted is None else 1
        position = LAST_POSITION if rank else 0
        key = OrderKey(event.occurred_at, rank, event.source, event.event_id, position)
        if event.location_id == location_id:
            by_stream[event.stream].append(Draft(key, event.event_type, event.quantity, event.counted))
        if event.other is not None and event.other_location_id in (None, location_id):
            by_stream[event.other].append(Draft(key, event.event_type, -event.quantity))
    return by_stream


def is_late(stock: StockRow, draft: Draft) -> bool:
    """Whether a draft belongs before the stream's last count."""
    last_count = stock.last_count
    return last_count is not None and draft.key < last_count


def needs_balance(stock: StockRow, draft: Draft) -> bool:
    """Whether a count may have legs of its stream after it, so that the present stock does not tell its balance."""
    return draft.counted is not None and draft.key.occurred_at <= stock.newest_occurred_at


def plan_stream(stock: StockRow, drafts: Sequence[Draft], answers: Answers, recorded_at: int) -> StreamPlan:
    """The legs of a stream's drafts, in their order, and the stock after them."""
    recorded = max(recorded_at, stock.last_recorded_at)
    plan = _Plan(stock, recorded)
    last_count = stock.last_count
    for draft in sorted(drafts, key=lambda each: each.key):
        quantity = draft.quantity if draft.counted is None else draft.counted - plan.balance_before(draft, answers)
        plan.add(draft.key, draft.event_type, quantity, draft.counted, None)
        if quantity and last_count is not None and draft.key < last_count:
            count = answers.next_counts[draft.key]
            place = msgspec.structs.replace(count, position=plan.seq + 1)
            plan.add(place, TSBR, -quantity, None, f"{draft.key.source}/{draft.key.event_id}")
        if draft.counted is not None and (plan.last_count is None or plan.last_count < draft.key):
            plan.last_count = draft.key
    return StreamPlan(plan.legs, plan.stock_after())


class _Plan:
    """The legs planned so far for one stream."""

    def __init__(self, stock: StockRow, recorded_at: int) -> None:
        self.stock = stock
        self.recorded_at = recorded_at
        self.legs: list[LegRow] = []
        self.seq = stock.last_seq
        self.quantity = stock.quantity
        self.newest = stock.newest_occurred_at
        self.last_count = stock.last_count

    def balance_before(self, draft: Draft, answers: Answers) -> int:
        """What the ledger and the legs planned so far say for the moment of a count."""
        stood = answers.balances.get(draft.key)
        if stood is None:
            return self.quantity
        planned = (leg.quantity for leg in self.legs if _key_of(leg) < draft.key)
        return stood + sum(planned)

    def add(self, key: OrderKey, event_type: int, quantity: int, counted: int | None, cause: str | None) -> None:
        """Plan one more leg."""
        self.seq += 1
        self.quantity += quantity
        self.newest = max(self.newest, key.occurred_at)
        row = self.stock
        self.legs.append(
            LegRow(
                row.location_id,
                row.item_id,
                row.owner_id,
                row.area,
                row.state,
                key.occurred_at,
                key.rank,
                key.source,
                key.event_id,
                key.position,
                self.seq,
                event_type,
                quantity,
                counted,
                self.recorded_at,
                cause,
            )
        )

    def stock_after(self) -> StockRow:
        """The stream's stock row once the legs are posted."""
        row, count = self.stock, self.last_count
        return StockRow(
            row.location_id,
            row.item_id,
            row.owner_id,
            row.area,
            row.state,
            self.quantity,
            self.seq,
            self.newest,
            self.recorded_at,
            count.occurred_at if count else None,
            count.source if count else None,
            count.event_id if count else None,
        )


def _key_of(leg: LegRow) -> OrderKey:
    return OrderKey(leg.occurred_at, leg.rank, leg.source, leg.event_id, leg.position)


def flows_of(legs: Iterable[LegRow], month: Month) -> list[FlowRow]:
    """What legs add to the month flows, one row a flow."""
    sums: defaultdict[tuple[int, int, int, int, int, int, int], int] = defaultdict(int)
    for leg in legs:
        if leg.quantity:
            key = (leg.location_id, leg.item_id, leg.owner_id, leg.area, leg.state)
            sums[(*key, month(leg.occurred_at), leg.event_type)] += leg.quantity
    return [FlowRow(*key, quantity) for key, quantity in sums.items()]
