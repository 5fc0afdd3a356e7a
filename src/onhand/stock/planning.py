"""From events to the rows they leave: pure functions of what stood there.

The legs of one stream are planned in their order. A count becomes the difference between what was counted and what the
ledger says for that moment. A leg that belongs before the stream's last count is late: an equal and opposite TSBR leg
goes directly before the next count, so that the count still shows what was counted.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from hashlib import blake2b

import msgspec

from onhand.basics.clock import month_of
from onhand.stock.streams import BEFORE_COUNT, OWN_POSITION, Event, FlowRow, LegRow, OrderKey, StockRow, Stream
from onhand.stock.vocabulary import TSBR


class Draft(msgspec.Struct, frozen=True, order=True, gc=False):
    """A leg that an event wants on a stream, a difference or a count; drafts sort as their legs will stand."""

    occurred_at: int
    rank: int
    source: str
    event_id: str
    event_type: int
    quantity: int
    counted: int | None

    @property
    def key(self) -> OrderKey:
        """The place of the leg in its stream."""
        return OrderKey(self.occurred_at, self.rank, self.source, self.event_id)


class Answers(msgspec.Struct, frozen=True):
    """What the ledger said of the places that the drafts of one stream asked about."""

    next_counts: Mapping[OrderKey, OrderKey]
    balances: Mapping[OrderKey, int]


NO_ANSWERS = Answers({}, {})


def content_hash(event: Event) -> int:
    """A 64-bit hash of what an event says: the same key with another hash is a conflict (OP-04)."""
    digest = blake2b(msgspec.msgpack.encode(event), digest_size=8).digest()
    return int.from_bytes(digest, "big", signed=True)


def drafts_at(location_id: int, events: Iterable[Event]) -> dict[Stream, list[Draft]]:
    """The legs that events want at a location, by stream, in their order."""
    by_stream: defaultdict[Stream, list[Draft]] = defaultdict(list)
    for event in events:
        occurred_at, source, event_id, event_type = event.occurred_at, event.source, event.event_id, event.event_type
        if event.location_id == location_id:
            rank = 0 if event.counted is None else 1
            draft = Draft(occurred_at, rank, source, event_id, event_type, event.quantity, event.counted)
            by_stream[event.stream].append(draft)
        if event.other is not None and event.other_location_id == location_id:
            by_stream[event.other].append(Draft(occurred_at, 0, source, event_id, event_type, -event.quantity, None))
    for drafts in by_stream.values():
        drafts.sort()
    return by_stream


def is_late(stock: StockRow, draft: Draft) -> bool:
    """Whether a draft belongs before the stream's last count."""
    counted_at = stock.count_occurred_at
    if counted_at is None or draft.occurred_at > counted_at:
        return False
    last_count = stock.last_count
    return last_count is not None and draft.key < last_count


def needs_balance(stock: StockRow, draft: Draft) -> bool:
    """Whether a count may have legs of its stream after it, so that the present stock does not tell its balance."""
    return draft.counted is not None and draft.occurred_at <= stock.newest_occurred_at


class LocationPlan:
    """The rows that a location gains, gathered stream by stream.

    `recorded_at` is when the ledger learns of them; along the legs of one stream it never falls.
    """

    def __init__(self, zone: str, recorded_at: int) -> None:
        self.legs: list[LegRow] = []
        self.stocks: list[StockRow] = []
        self._zone = zone
        self._recorded_at = recorded_at
        self._flows: defaultdict[tuple[int, int, int, int, int, int, int], int] = defaultdict(int)

    def add_stream(self, stock: StockRow, drafts: Iterable[Draft], answers: Answers) -> None:
        """Plan the legs of a stream's drafts, which come in their order, and its stock after them."""
        first = len(self.legs)
        recorded_at = max(self._recorded_at, stock.last_recorded_at)
        seq, balance, newest = stock.last_seq, stock.quantity, stock.newest_occurred_at
        last_count = (stock.count_occurred_at, stock.count_source, stock.count_event_id)
        for draft in drafts:
            quantity = draft.quantity
            if draft.counted is not None:
                quantity = draft.counted - self._balance_before(draft, balance, first, answers)
                if not is_late(stock, draft):
                    last_count = (draft.occurred_at, draft.source, draft.event_id)
            seq += 1
            balance += quantity
            newest = max(newest, draft.occurred_at)
            self._add_leg(stock, draft, seq, quantity, recorded_at)
            if quantity and is_late(stock, draft):
                seq += 1
                balance -= quantity
                self._add_correction(stock, draft, answers.next_counts[draft.key], seq, -quantity, recorded_at)
        self.stocks.append(
            StockRow(
                stock.location_id,
                stock.item_id,
                stock.owner_id,
                stock.area,
                stock.state,
                balance,
                seq,
                newest,
                recorded_at,
                *last_count,
                stock.declared_month,
            )
        )

    def flows(self) -> list[FlowRow]:
        """What the legs add to the month flows."""
        return [FlowRow(*key, quantity) for key, quantity in self._flows.items()]

    def _balance_before(self, draft: Draft, present: int, first: int, answers: Answers) -> int:
        """What the ledger and the legs planned so far say for the moment of a count."""
        stood = answers.balances.get(draft.key)
        if stood is None:
            return present
        key = draft.key
        return stood + sum(leg.quantity for leg in self.legs[first:] if _key_of(leg) < key)

    def _add_leg(self, stock: StockRow, draft: Draft, seq: int, quantity: int, recorded_at: int) -> None:
        self.legs.append(
            LegRow(
                stock.location_id,
                stock.item_id,
                stock.owner_id,
                stock.area,
                stock.state,
                draft.occurred_at,
                draft.rank,
                draft.source,
                draft.event_id,
                OWN_POSITION,
                seq,
                draft.event_type,
                quantity,
                draft.counted,
                recorded_at,
                None,
                _lateness(stock, draft.occurred_at),
            )
        )
        if quantity:
            self._add_flow(stock, draft.occurred_at, draft.event_type, quantity)

    def _add_correction(
        self, stock: StockRow, draft: Draft, count: OrderKey, seq: int, quantity: int, recorded_at: int
    ) -> None:
        """The TSBR leg of a late one, directly before the next count."""
        self.legs.append(
            LegRow(
                stock.location_id,
                stock.item_id,
                stock.owner_id,
                stock.area,
                stock.state,
                count.occurred_at,
                count.rank,
                count.source,
                count.event_id,
                BEFORE_COUNT + seq,
                seq,
                TSBR,
                quantity,
                None,
                recorded_at,
                f"{draft.source}/{draft.event_id}",
                _lateness(stock, count.occurred_at),
            )
        )
        self._add_flow(stock, count.occurred_at, TSBR, quantity)

    def _add_flow(self, stock: StockRow, occurred_at: int, event_type: int, quantity: int) -> None:
        month = month_of(occurred_at, self._zone)
        key = (stock.location_id, stock.item_id, stock.owner_id, stock.area, stock.state, month, event_type)
        self._flows[key] += quantity


def _lateness(stock: StockRow, occurred_at: int) -> int:
    """1 for a leg at whose moment or after it the stream has something, 0 for one that comes in order."""
    return 1 if stock.last_seq and occurred_at <= stock.newest_occurred_at else 0


def _key_of(leg: LegRow) -> OrderKey:
    return OrderKey(leg.occurred_at, leg.rank, leg.source, leg.event_id, leg.position)
