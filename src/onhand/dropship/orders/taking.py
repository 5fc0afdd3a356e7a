"""Commands taken at one ship node in one transaction: everything locked, each judged in its turn, then all written.

The number of statements does not grow with the number of commands. Orders are locked first, then the units on hand,
then what is reserved, each in one order for all writers.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path

import msgspec

from onhand.basics.refusal import Refusal
from onhand.dropship.moments import newest_moment
from onhand.dropship.orders.commands import Asked, Command, Verb
from onhand.dropship.orders.outcomes import OrderOutcome
from onhand.dropship.orders.releasing import release, ship
from onhand.dropship.orders.reserving import reserve
from onhand.dropship.orders.standing import Order, OrderLine, Standing
from onhand.stock.counting import on_hand_stream, reserved_stream
from onhand.stock.locations import Location
from onhand.stock.posting import claim_events, lock_streams, post_drafts, posted_hashes
from onhand.stock.streams import StockRow, Stream
from onhand.store.database import Row, RunAgain, Session
from onhand.store.queries import Queries, json_list

_SQL = Queries(Path(__file__).with_name("taking.sql"))
_JUDGES = {Verb.RESERVE: reserve, Verb.SHIP: ship, Verb.CANCEL: release, Verb.EXPIRE: release}


class _OrderRow(msgspec.Struct, frozen=True, gc=False):
    order_id: str
    source: str
    reserved_at: int
    expires_at: int | None
    closed_at: int | None


class _LineRow(msgspec.Struct, frozen=True, gc=False):
    order_id: str
    item_id: int
    ordered: int
    reserved: int
    shipped: int
    cancelled: int
    expired: int


async def judge(session: Session, node: Location, commands: Sequence[Command], now: int) -> "Judged":
    """Lock what commands refer to at a node, within the caller's transaction, and judge them; nothing is written.

    Raises:
        RunAgain: another writer told the same a moment ago, of an order that was not there yet.
    """
    orders = await _lock_orders(session, node.location_id, commands)
    stocks = await lock_streams(session, node.location_id, _streams(node.partner_id, commands, orders))
    # Only now: whoever had the locks before may have been told the same.
    known = await posted_hashes(session, node.location_id, commands)
    newest = await newest_moment(session, node.partner_id)
    counted = max((stock.count_occurred_at or 0 for stock in stocks.values()), default=0)
    standing = Standing(node, now, max(now, newest + 1, counted + 1), orders, stocks, known)
    await _look_closer(session, node, standing, commands)
    return Judged(node, standing, stocks, [_judge(standing, command) for command in commands])


class Judged:
    """What became of commands, and what is to be written of it."""

    def __init__(
        self,
        node: Location,
        standing: Standing,
        stocks: Mapping[Stream, StockRow],
        outcomes: list[OrderOutcome],
    ) -> None:
        self.outcomes = outcomes
        self._node = node
        self._standing = standing
        self._stocks = stocks

    @property
    def short_items(self) -> set[int]:
        """The items of which there was less to be had than was asked for."""
        return {each.item_id for outcome in self.outcomes if outcome.is_short for each in outcome.lacking}

    async def write(self, session: Session) -> None:
        """Write what was accepted, in the transaction in which it was judged.

        Raises:
            RunAgain: another writer was quicker with an event's key, an order's id or a stream that had never been.
        """
        standing, location_id = self._standing, self._node.location_id
        if not standing.accepted:
            return
        hashes = [command.said for command in standing.accepted]
        await claim_events(session, location_id, standing.accepted, hashes, standing.now)
        if standing.opened:
            opened = list(standing.opened.values())
            await session.insert(_SQL["insert_orders"], location_id=location_id, orders=_orders_json(opened))
            await session.insert(_SQL["insert_lines"], location_id=location_id, lines=_lines_json(opened))
        if standing.changed:
            changed = list(standing.changed.values())
            closed = [order for order in changed if order.closed_at is not None]
            if closed:
                await session.run(_SQL["close_orders"], location_id=location_id, orders=_orders_json(closed))
            await session.run(_SQL["change_lines"], location_id=location_id, lines=_lines_json(changed))
        drafts = {stream: sorted(wanted) for stream, wanted in standing.drafts.items()}
        await post_drafts(session, self._node, drafts, self._stocks, standing.now)


def _judge(standing: Standing, command: Command) -> OrderOutcome:
    said = standing.said.get((command.source, command.event_id))
    if said is None:
        return _JUDGES[command.verb](standing, command)
    order = standing.orders.get(command.order_id)
    if said == command.said:
        if order is None:
            raise RunAgain
        return OrderOutcome("duplicate", command.event_id, command.order_id, order=order.state())
    message = "This id was told here with other content, and the first stands: give a new entry an id of its own."
    return OrderOutcome("refused", command.event_id, command.order_id, Refusal("conflict", "eventId", message))


async def _lock_orders(session: Session, location_id: int, commands: Iterable[Command]) -> list[Order]:
    """The orders that commands name and that are there."""
    order_ids = json_list(sorted({command.order_id for command in commands}))
    rows = await session.all(_SQL["lock_orders"], location_id=location_id, order_ids=order_ids)
    if not rows:
        return []
    lines: defaultdict[str, dict[int, OrderLine]] = defaultdict(dict)
    for order_id, item_id, *amounts in await lines_of_orders(session, location_id, [row[0] for row in rows]):
        lines[order_id][item_id] = OrderLine(*amounts)
    return [
        Order(order_id, source, reserved_at, expires_at, closed_at, lines[order_id])
        for order_id, source, reserved_at, expires_at, closed_at in rows
    ]


async def lines_of_orders(session: Session, location_id: int, order_ids: Sequence[str]) -> list[Row]:
    """The lines of orders: the order, the item, and what was ordered, is reserved, shipped, cancelled, expired."""
    if not order_ids:
        return []
    return await session.all(_SQL["lines_of_orders"], location_id=location_id, order_ids=json_list(order_ids))


def _streams(owner_id: int, commands: Iterable[Command], orders: Iterable[Order]) -> set[Stream]:
    """The streams that commands may change, and those that decide over them."""
    lines_by_order = {order.order_id: order.lines for order in orders}
    held: set[int] = set()
    on_hand: set[int] = set()
    for command in commands:
        items = set(lines_by_order.get(command.order_id, ()))
        if command.verb is Verb.RESERVE:
            items = {line.item_id for line in command.lines or ()}
        held |= items
        if command.verb in (Verb.RESERVE, Verb.SHIP):
            on_hand |= items
    return {on_hand_stream(item_id, owner_id) for item_id in on_hand} | {
        reserved_stream(item_id, owner_id) for item_id in held
    }


async def _look_closer(session: Session, node: Location, standing: Standing, commands: Sequence[Command]) -> None:
    """Learn of items that may fall short whether they are without end, and whether they are known at all."""
    asked: defaultdict[int, int] = defaultdict(int)
    for line in _lines_to_reserve(commands):
        asked[line.item_id] += line.quantity
    tight = sorted(item_id for item_id, quantity in asked.items() if quantity > standing.free(item_id))
    if not tight:
        return
    rows = await session.all(
        _SQL["endless_items"], location_id=node.location_id, owner_id=node.partner_id, item_ids=json_list(tight)
    )
    standing.endless = {item_id for (item_id,) in rows}
    # What was ever here or is without end was in the catalogue then, and nothing leaves the catalogue.
    strange = [item_id for item_id in tight if item_id not in standing.endless and not standing.was_here(item_id)]
    if strange:
        known = {item_id for (item_id,) in await session.all(_SQL["known_items"], item_ids=json_list(strange))}
        standing.unknown = set(strange) - known


def _lines_to_reserve(commands: Iterable[Command]) -> Iterable[Asked]:
    return (line for command in commands if command.verb is Verb.RESERVE for line in command.lines or ())


def _orders_json(orders: Iterable[Order]) -> str:
    return json_list(
        [_OrderRow(each.order_id, each.source, each.reserved_at, each.expires_at, each.closed_at) for each in orders]
    )


def _lines_json(orders: Iterable[Order]) -> str:
    return json_list(
        [
            _LineRow(order.order_id, item_id, line.ordered, line.reserved, line.shipped, line.cancelled, line.expired)
            for order in orders
            for item_id, line in order.lines.items()
        ]
    )
