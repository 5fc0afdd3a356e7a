"""A plain Python model of the reconciliation: the oracle of its tests.

It holds what was told and nothing else, and says what every row of every month has to be: a month's Ending is what is
on hand at its end as far as is known, its Starting the Ending of the month before, each movement stands in its own
column at its own time, and Adjusted is what then is missing. Closed months are kept as they were when they closed.
"""

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from copy import deepcopy
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import msgspec

from onhand.basics.clock import day_start

PACIFIC = "America/Los_Angeles"
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
MOVEMENTS = ("RECEIVED", "SOLD", "RETURNED", "LOST", "FOUND", "DAMAGED", "REMOVED", "TRANSFERRED")
Stream = tuple[str, str, str]
"""Seller, GTIN, centre."""
Figures = tuple[int, ...]
"""Starting, the eight movements, Adjusted, Ending."""


class Entry(msgspec.Struct, frozen=True, order=True):
    """What an event does to a stream: in the order of the ledger, a difference or a count."""

    occurred_at: int
    rank: int
    event_id: str
    event_type: str
    quantity: int


def number_of(day: date) -> int:
    """The month of a day."""
    return day.year * 12 + day.month - 1


def first_of(month: int) -> date:
    """The first day of a month."""
    return date(month // 12, month % 12 + 1, 1)


def start_of(day: date) -> int:
    """The first moment of a day of the Pacific."""
    return day_start(day, PACIFIC)


class Books:
    """What sellers have to be answered; `day` is the last day that the last refresh knew."""

    def __init__(self, grace_days: int) -> None:
        self.told: defaultdict[Stream, list[Entry]] = defaultdict(list)
        self.day: date | None = None
        self.open_month = 0
        self._grace_days = grace_days
        self._known: Mapping[Stream, Sequence[Entry]] = {}
        self._begun: set[str] = set()
        self._closed: dict[tuple[Stream, int], Figures] = {}

    def refresh(self, day: date) -> None:
        """Learn what was told so far, and close what is over by the refresh that knows `day` as its last."""
        open_month = max(self.open_month, number_of(day + timedelta(days=1 - self._grace_days)))
        self._known = deepcopy(self.told)
        for stream, entries in self._known.items():
            first = min(number_of_moment(entry.occurred_at) for entry in entries)
            begins = self.open_month if stream[0] in self._begun else first
            for month in range(begins, open_month):
                starting = None if stream[0] in self._begun else on_hand(entries, start_of(first_of(month)))
                self._closed[stream, month] = self._figures(stream, month, first_of(month + 1), starting)
        self._begun |= {seller for seller, _, _ in self._known}
        self.open_month, self.day = open_month, day

    def rows(self, seller: str, month: int, last: date) -> Iterator[tuple[str, str, Figures]]:
        """GTIN, centre and figures of every row of a month up to a day."""
        for stream in self._known:
            if stream[0] == seller:
                figures = self._closed.get((stream, month), (0,) * 11)
                if month >= self.open_month:
                    figures = self._figures(stream, month, last + timedelta(days=1), None)
                if any(figures):
                    yield stream[1], stream[2], figures

    def _figures(self, stream: Stream, month: int, until: date, starting: int | None) -> Figures:
        if starting is None:
            starting = self._starting(stream, month)
        entries, first, end = self._known[stream], start_of(first_of(month)), start_of(until)
        moves = [entry for entry in entries if first <= entry.occurred_at < end]
        sums = [sum(move.quantity for move in moves if move.event_type == name) for name in MOVEMENTS]
        ending = on_hand(entries, end)
        return starting, *sums, ending - starting - sum(sums), ending

    def _starting(self, stream: Stream, month: int) -> int:
        """The Ending of the month before: kept where it is closed, else what was on hand."""
        if month > self.open_month:
            return on_hand(self._known[stream], start_of(first_of(month)))
        return self._closed.get((stream, month - 1), (0,))[-1]


def on_hand(entries: Sequence[Entry], before: int) -> int:
    """What is on hand right before a moment: what was counted last, and everything since."""
    units = 0
    for entry in sorted(entries):
        if entry.occurred_at >= before:
            break
        units = entry.quantity if entry.rank else units + entry.quantity
    return units


def number_of_moment(occurred_at: int) -> int:
    """The month of a moment."""
    return number_of((_EPOCH + timedelta(microseconds=occurred_at)).astimezone(ZoneInfo(PACIFIC)).date())
