"""What the ledger is made of: streams, the order of their legs, events, and the rows that are kept."""

import msgspec

OWN_POSITION = 0
"""The position of the leg of an event or a count."""

BEFORE_COUNT = -(2**62)
"""The position of a TSBR is its seq and this: before the count that has the same key otherwise, in the order of seq."""


class Stream(msgspec.Struct, frozen=True, order=True, gc=False):
    """Whose units of which item, where in the location, in what state. The location stands beside it."""

    item_id: int
    owner_id: int
    area: int
    state: int


class OrderKey(msgspec.Struct, frozen=True, order=True, gc=False):
    """The place of a leg in its stream: time, moves before counts, source, event id.

    `position` orders what stands at one count: the TSBR legs before it by their seq, then the count itself.
    """

    occurred_at: int
    rank: int
    source: str
    event_id: str
    position: int = OWN_POSITION


def start_of(moment: int) -> OrderKey:
    """The key before every leg that occurred at `moment` or later."""
    return OrderKey(moment, 0, "", "", -1)


class Event(msgspec.Struct, frozen=True, array_like=True, gc=False):
    """Something that happened at a location, resolved and checked.

    `quantity` is the signed difference on the stream; `counted` is given instead by a count. `other` is the stream
    that gains what this one loses, at `other_location_id` (this location's own for a move within it).
    """

    location_id: int
    source: str
    event_id: str
    event_type: int
    stream: Stream
    occurred_at: int
    quantity: int
    counted: int | None = None
    other: Stream | None = None
    other_location_id: int | None = None
    reference: str | None = None
    only_first_count: bool = False

    @property
    def spans_locations(self) -> bool:
        """Whether its two halves stand at two locations."""
        return self.other_location_id is not None and self.other_location_id != self.location_id


class EventRow(msgspec.Struct, frozen=True, gc=False):
    """A row of `event`: that this id of this source has been posted here, and what it said."""

    location_id: int
    source: str
    event_id: str
    content_hash: int
    recorded_at: int
    reference: str | None


class LegRow(msgspec.Struct, frozen=True, gc=False):
    """A row of `leg`; `late` is 1 where its stream had something at or after its moment when it was posted."""

    location_id: int
    item_id: int
    owner_id: int
    area: int
    state: int
    occurred_at: int
    rank: int
    source: str
    event_id: str
    position: int
    seq: int
    event_type: int
    quantity: int
    counted: int | None
    recorded_at: int
    cause: str | None
    late: int


class StockRow(msgspec.Struct, frozen=True, gc=False):
    """A row of `stock`: what the legs of a stream sum to, and where its last count stands.

    `declared_month` is the newest month in which something was declared in order, None where that never was.
    """

    location_id: int
    item_id: int
    owner_id: int
    area: int
    state: int
    quantity: int
    last_seq: int
    newest_occurred_at: int
    last_recorded_at: int
    count_occurred_at: int | None
    count_source: str | None
    count_event_id: str | None
    declared_month: int | None

    @property
    def last_count(self) -> OrderKey | None:
        """The place of the stream's last count, if it has one."""
        if self.count_occurred_at is None:
            return None
        return OrderKey(self.count_occurred_at, 1, self.count_source or "", self.count_event_id or "")


class FlowRow(msgspec.Struct, frozen=True, gc=False):
    """A row of `month_flow_kept`, or what is to be added to one."""

    location_id: int
    item_id: int
    owner_id: int
    area: int
    state: int
    month: int
    event_type: int
    quantity: int
