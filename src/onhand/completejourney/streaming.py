"""The year as windows of events: group of stores by group of stores, and within each in the order of time.

The ledger keeps each store's rows together, so that a group stays within the database's cache and a window holds many
events of each of its stores. What is on hand does not depend on the order in which events arrive.
"""

from collections.abc import Iterator
from datetime import datetime
from itertools import chain
from pathlib import Path

import msgspec
import polars as pl

from onhand.completejourney.messages import REGISTER, SIMULATED, opening_counts, receipts, sales
from onhand.completejourney.register import register_lines
from onhand.completejourney.simulation import Simulation, simulate, sold_by_week
from onhand.stock.messages import EventMessage

_READ_LINES = 100_000
_GROUPS = 16
# After the last register line, 2018-01-01T04:01:20.
_YEAR_ENDS = datetime(2018, 1, 1, 5)  # noqa: DTZ001  the data set's times are UTC without saying so


class Part(msgspec.Struct, frozen=True):
    """What to take of the year: so many of its busiest stores, and what happened before a moment; None takes all.

    A part's events, the simulated ones too, are among those of the whole, so that the whole may be loaded after it.
    """

    stores_max: int | None = None
    until: datetime = _YEAR_ENDS


class Window(msgspec.Struct, frozen=True):
    """Events of one source that are posted together."""

    source: str
    messages: list[EventMessage]


class Journey(msgspec.Struct, frozen=True):
    """The events of a part of the data set: the register lines still in its file, the simulated ones ready."""

    directory: Path
    part: Part
    stores: list[int]
    lines_total: int
    simulation: Simulation

    @property
    def events_total(self) -> int:
        """How many events there are."""
        return self.lines_total + len(self.simulation.openings) + len(self.simulation.deliveries)

    def lines(self) -> Iterator[pl.DataFrame]:
        """The part's register lines, some at a time."""
        return _lines_of(self.directory, self.part, self.stores)

    def windows(self, events_max: int) -> Iterator[Window]:
        """The events; within a window's stretch of time the deliveries before the sales."""
        groups = min(_GROUPS, len(self.stores))
        return chain.from_iterable(self._windows_of(self.stores[group::groups], events_max) for group in range(groups))

    def _windows_of(self, stores: list[int], events_max: int) -> Iterator[Window]:
        among = pl.col("store").is_in(stores)
        for openings in self.simulation.openings.filter(among).iter_slices(events_max):
            yield Window(SIMULATED, opening_counts(openings))
        deliveries = self.simulation.deliveries.filter(among)
        for lines in pl.concat(_lines_of(self.directory, self.part, stores)).iter_slices(events_max):
            come = int(deliveries["arrived_at"].search_sorted(lines["sold_at"][-1], side="right"))
            yield from _deliveries(deliveries[:come], events_max)
            deliveries = deliveries[come:]
            yield Window(REGISTER, sales(lines))
        yield from _deliveries(deliveries, events_max)


def read_journey(directory: Path, part: Part) -> Journey:
    """Choose the part's stores and simulate what the data set leaves out of them."""
    # From the whole year even for a part of it: else the part's first counts would contradict those of the whole.
    sold = sold_by_week(register_lines(directory, _READ_LINES))
    stores = _busiest_stores(sold, part.stores_max)
    simulation = simulate(sold.filter(pl.col("store").is_in(stores)))
    deliveries = simulation.deliveries.filter(pl.col("arrived_at") < part.until)
    lines_total = sum(map(len, _lines_of(directory, part, stores)))
    return Journey(directory, part, stores, lines_total, Simulation(simulation.openings, deliveries))


def _deliveries(arrived: pl.DataFrame, events_max: int) -> Iterator[Window]:
    return (Window(SIMULATED, receipts(some)) for some in arrived.iter_slices(events_max))


def _busiest_stores(sold: pl.DataFrame, count: int | None) -> list[int]:
    by_lines = sold.group_by("store").agg(pl.col("lines").sum()).sort(["lines", "store"], descending=[True, False])
    return sorted(by_lines["store"].head(count or len(by_lines)).to_list())


def _lines_of(directory: Path, part: Part, stores: list[int]) -> Iterator[pl.DataFrame]:
    chosen = (pl.col("sold_at") < part.until) & pl.col("store").is_in(stores)
    return (lines.filter(chosen) for lines in register_lines(directory, _READ_LINES))
