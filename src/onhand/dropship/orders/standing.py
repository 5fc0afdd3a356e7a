"""How a ship node stands while entries are judged: what was locked, and what the entries so far have done to it.

Nothing is written meanwhile. An entry sees what those before it did, so together they never take more than there is.
"""

from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence

import msgspec

from onhand.dropship.orders.commands import Command
from onhand.dropship.orders.outcomes import LineState, OrderState
from onhand.stock.counting import on_hand_stream, reserved_stream
from onhand.stock.locations import Location
from onhand.stock.planning import Draft, is_late
from onhand.stock.streams import StockRow, Stream
from onhand.stock.vocabulary import CANCELLED, EXPIRED, SHIPPED, EventType

_COLUMN_BY_TYPE = {SHIPPED: "shipped", CANCELLED: "cancelled", EXPIRED: "expired"}


class OrderLine(msgspec.Struct):
    """One item of an order as it stands: `ordered` is always the sum of the others. All in 1/10,000 unit."""

    ordered: int
    reserved: int
    shipped: int = 0
    cancelled: int = 0
    expired: int = 0


class Order(msgspec.Struct):
    """An order as it stands, with its lines by item."""

    order_id: str
    source: str
    reserved_at: int
    expires_at: int | None
    closed_at: int | None
    lines: dict[int, OrderLine]

    def state(self) -> OrderState:
        """How it stands at this moment."""
        lines = tuple(
            LineState(item_id, line.ordered, line.reserved, line.shipped, line.cancelled, line.expired)
            for item_id, line in self.lines.items()
        )
        return OrderState(self.order_id, self.reserved_at, self.expires_at, self.closed_at, lines)


class Standing:
    """A node within one transaction.

    `moment` is when things happen that name no time of their own. `endless` are the items without end, `unknown` those
    that are in no catalogue, both as far as it matters.
    """

    def __init__(
        self,
        node: Location,
        now: int,
        moment: int,
        orders: Sequence[Order],
        stocks: Mapping[Stream, StockRow],
        known: Mapping[tuple[str, str], int],
    ) -> None:
        self.now = now
        self.moment = moment
        self.orders = {order.order_id: order for order in orders}
        self.said = dict(known)
        self.endless: Collection[int] = frozenset()
        self.unknown: Collection[int] = frozenset()
        self.accepted: list[Command] = []
        self.opened: dict[str, Order] = {}
        self.changed: dict[str, Order] = {}
        self.drafts: defaultdict[Stream, list[Draft]] = defaultdict(list)
        self._node = node
        self._stocks = stocks
        self._on_hand = {
            stream.item_id: stock.quantity for stream, stock in stocks.items() if stream == self._on_hand_of(stream)
        }
        self._reserved = {
            stream.item_id: stock.quantity for stream, stock in stocks.items() if stream == self._reserved_of(stream)
        }

    def free(self, item_id: int) -> int:
        """What may still be reserved of an item."""
        return max(0, self._on_hand.get(item_id, 0) - self._reserved.get(item_id, 0))

    def reserved(self, item_id: int) -> int:
        """What orders hold of an item."""
        return self._reserved.get(item_id, 0)

    def was_here(self, item_id: int) -> bool:
        """Whether an item has ever been declared at the node, or been moved there."""
        return item_id in self._on_hand

    def claim(self, command: Command) -> None:
        """Take a command as done: its id is known from here on."""
        self.said[command.source, command.event_id] = command.said
        self.accepted.append(command)

    def open(self, order: Order) -> None:
        """Add an order that was not there; what it holds is posted by `hold`."""
        self.orders[order.order_id] = self.opened[order.order_id] = order

    def hold(self, command: Command, event_type: EventType, item_id: int, quantity: int) -> None:
        """Reserve units."""
        self._reserved[item_id] = self._reserved.get(item_id, 0) + quantity
        stream = reserved_stream(item_id, self._node.partner_id)
        self.drafts[stream].append(_draft(command, event_type, self.moment, quantity))

    def release(
        self, command: Command, event_type: EventType, order: Order, item_id: int, quantity: int, occurred_at: int
    ) -> None:
        """Take units of an order out of what is reserved; shipped ones leave the units on hand as well."""
        line = order.lines[item_id]
        column = _COLUMN_BY_TYPE[event_type]
        line.reserved -= quantity
        setattr(line, column, getattr(line, column) + quantity)
        self._reserved[item_id] -= quantity
        draft = _draft(command, event_type, occurred_at, -quantity)
        self.drafts[reserved_stream(item_id, self._node.partner_id)].append(draft)
        if event_type is SHIPPED:
            self._take_from_hand(item_id, draft)
        if order.order_id not in self.opened:
            self.changed[order.order_id] = order
        if not any(each.reserved for each in order.lines.values()):
            order.closed_at = max(self.moment, order.reserved_at + 1)

    def _take_from_hand(self, item_id: int, draft: Draft) -> None:
        stream = on_hand_stream(item_id, self._node.partner_id)
        stock = self._stocks.get(stream)
        # What left before the last count was not there any more when it was counted.
        if stock is None or not is_late(stock, draft):
            self._on_hand[item_id] = self._on_hand.get(item_id, 0) + draft.quantity
        self.drafts[stream].append(draft)

    def _on_hand_of(self, stream: Stream) -> Stream:
        return on_hand_stream(stream.item_id, self._node.partner_id)

    def _reserved_of(self, stream: Stream) -> Stream:
        return reserved_stream(stream.item_id, self._node.partner_id)


def _draft(command: Command, event_type: EventType, occurred_at: int, quantity: int) -> Draft:
    return Draft(occurred_at, 0, command.source, command.event_id, event_type.code, quantity, None)
