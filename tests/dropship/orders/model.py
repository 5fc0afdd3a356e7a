"""A plain Python model of one ship node: the oracle of its tests.

It knows the declarations, shipments and orders of the node as lists, and works everything out from them anew.
Times are (second, number): what is told now has the present second and the next number, so nothing is ever equal.
"""

from collections.abc import Mapping
from copy import deepcopy

Moment = tuple[float, int]
Lines = Mapping[str, int]


class Told:
    """An entry of the model: the verb, its ids, and what it says."""

    def __init__(
        self,
        verb: str,
        event_id: str,
        order_id: str,
        lines: Lines | None,
        *,
        seconds: int | None = None,
        occurred_at: float | None = None,
    ) -> None:
        self.verb, self.event_id, self.order_id, self.lines = verb, event_id, order_id, lines
        self.seconds, self.occurred_at = seconds, occurred_at

    @property
    def content(self) -> tuple[object, ...]:
        """What makes it the same entry."""
        lines = None if self.lines is None else sorted(self.lines.items())
        return self.verb, self.order_id, lines, self.seconds, self.occurred_at


class HeldOrder:
    """An order of the model."""

    def __init__(self, reserved_at: Moment, expires_at: float | None, lines: Lines) -> None:
        self.reserved_at, self.expires_at = reserved_at, expires_at
        self.held = dict(lines)

    def is_due(self, now: float) -> bool:
        return self.expires_at is not None and self.expires_at <= now and any(self.held.values())


class Node:
    """A ship node of the model."""

    def __init__(self) -> None:
        self.now = 0.0
        self._number = 0
        self._counts: list[tuple[Moment, str, int]] = []
        self._shipped: list[tuple[Moment, str, int]] = []
        self._endless: dict[str, Moment] = {}
        self._orders: dict[str, HeldOrder] = {}
        self._known: dict[str, tuple[object, ...]] = {}
        self._fell_short: set[str] = set()

    def declare(self, item: str, units: int | None) -> None:
        """Units, or None for without end."""
        if units is None:
            self._endless[item] = self._moment()
        else:
            self._counts.append((self._moment(), item, units))

    def count_late(self, item: str, units: int, second: float) -> None:
        """A count of an earlier moment."""
        self._counts.append((self._at(second), item, units))

    def on_hand(self, item: str) -> int:
        """What was counted last and what has left since."""
        counted_at, counted = self._last_count(item) or ((-1.0, 0), 0)
        return counted - sum(units for at, which, units in self._shipped if which == item and at > counted_at)

    def reserved(self, item: str) -> int:
        """What orders hold."""
        return sum(order.held.get(item, 0) for order in self._orders.values())

    def take(self, entries: list[Told]) -> list[str]:
        """What becomes of the entries of one request: a status, or the code of a refusal."""
        tried = deepcopy(self)
        tried._fell_short.clear()
        for entry in entries:
            tried._judge(entry)
        due = [order for order in self._orders.values() if order.is_due(self.now)]
        if any(order.held.get(item) for order in due for item in tried._fell_short):
            self.expire()
        return [self._judge(entry) for entry in entries]

    def expire(self) -> int:
        """Release what is due; how many orders that was."""
        due = [order for order in self._orders.values() if order.is_due(self.now)]
        for order in due:
            order.held = dict.fromkeys(order.held, 0)
        return len(due)

    def _judge(self, entry: Told) -> str:
        known = self._known.get(entry.event_id)
        if known is not None:
            return "duplicate" if known == entry.content else "conflict"
        code = self._reserve(entry) if entry.verb == "reserve" else self._end(entry)
        if code == "accepted":
            self._known[entry.event_id] = entry.content
        return code

    def _reserve(self, entry: Told) -> str:
        lines = entry.lines or {}
        if entry.order_id in self._orders:
            return "order_exists"
        lacking = {
            item
            for item, units in lines.items()
            if not self._is_endless(item) and units > max(0, self.on_hand(item) - self.reserved(item))
        }
        if lacking:
            self._fell_short |= lacking
            return "short_stock"
        expires_at = None if entry.seconds is None else self.now + entry.seconds
        self._orders[entry.order_id] = HeldOrder(self._moment(), expires_at, lines)
        return "accepted"

    def _end(self, entry: Told) -> str:
        order = self._orders.get(entry.order_id)
        if order is None:
            return "unknown_order"
        asked = {item: units for item, units in order.held.items() if units} if entry.lines is None else entry.lines
        if any(item not in order.held for item in asked):
            return "not_in_order"
        if entry.verb != "ship":
            for item, units in asked.items():
                order.held[item] -= min(units, order.held[item])
            return "accepted"
        if entry.occurred_at is not None and entry.occurred_at < order.reserved_at[0]:
            return "before_reservation"
        if not asked or any(units > order.held[item] for item, units in asked.items()):
            return "not_reserved"
        at = self._moment() if entry.occurred_at is None else self._at(entry.occurred_at)
        for item, units in asked.items():
            order.held[item] -= units
            self._shipped.append((at, item, units))
        return "accepted"

    def _is_endless(self, item: str) -> bool:
        last = self._last_count(item)
        return item in self._endless and (last is None or self._endless[item] > last[0])

    def _last_count(self, item: str) -> tuple[Moment, int] | None:
        return max(((at, units) for at, which, units in self._counts if which == item), default=None)

    def _moment(self) -> Moment:
        return self._at(self.now)

    def _at(self, second: float) -> Moment:
        self._number += 1
        return second, self._number
