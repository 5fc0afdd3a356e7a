"""What ends a reservation: shipping, cancelling, expiring."""

from onhand.basics.clock import MICROSECONDS, format_micros
from onhand.basics.gtin import format_gtin
from onhand.basics.quantity import SCALE
from onhand.basics.refusal import Refusal
from onhand.dropship.orders.commands import Asked, Command, Verb
from onhand.dropship.orders.outcomes import Lacking, Moved, OrderOutcome
from onhand.dropship.orders.standing import Order, Standing
from onhand.stock.vocabulary import CANCELLED, EXPIRED, SHIPPED

_EVENT_TYPES = {Verb.SHIP: SHIPPED, Verb.CANCEL: CANCELLED, Verb.EXPIRE: EXPIRED}


def ship(standing: Standing, command: Command) -> OrderOutcome:
    """Judge a shipment, and take its units from those on hand and from what the order holds."""
    order = standing.orders.get(command.order_id)
    problem = _unknown(command, order) or _too_early(command, order)
    if problem or order is None:
        return _refused(command, problem)
    asked = _asked(command, order)
    lacking = tuple(
        Lacking(item_id, quantity, order.lines[item_id].reserved)
        for item_id, quantity in asked.items()
        if quantity > order.lines[item_id].reserved
    )
    if lacking:
        held = ", ".join(f"{each.available // SCALE} of {format_gtin(each.item_id)}" for each in lacking[:3])
        said = f"The order holds less than has been shipped: {held}. What it does not hold can't be shipped."
        return _refused(command, Refusal("not_reserved", "lines", said), lacking)
    if not asked:
        nothing = tuple(Lacking(item_id, 0, 0) for item_id in order.lines)
        said = "The order holds nothing any more: it was shipped, cancelled, or it expired."
        return _refused(command, Refusal("not_reserved", "orderId", said), nothing)
    return _release(standing, command, order, asked, _shipped_at(standing, command, order))


def release(standing: Standing, command: Command) -> OrderOutcome:
    """Judge a cancellation or an expiry, and release what the order still holds of it; that may be nothing."""
    order = standing.orders.get(command.order_id)
    problem = _unknown(command, order)
    if problem or order is None:
        return _refused(command, problem)
    if command.if_due and not _is_due(order, standing.now):
        return _refused(command, Refusal("not_due", "orderId", "The order does not expire now."))
    held = {
        item_id: min(quantity, order.lines[item_id].reserved) for item_id, quantity in _asked(command, order).items()
    }
    released = {item_id: quantity for item_id, quantity in held.items() if quantity}
    return _release(standing, command, order, released, max(standing.moment, order.reserved_at + 1))


def _release(
    standing: Standing, command: Command, order: Order, released: dict[int, int], occurred_at: int
) -> OrderOutcome:
    for item_id, quantity in released.items():
        standing.release(command, _EVENT_TYPES[command.verb], order, item_id, quantity, occurred_at)
    standing.claim(command)
    moved = tuple(Moved(item_id, quantity) for item_id, quantity in released.items())
    return OrderOutcome("accepted", command.event_id, command.order_id, order=order.state(), moved=moved)


def _asked(command: Command, order: Order) -> dict[int, int]:
    """What a command is about, by item: its lines, or all that the order holds."""
    if command.lines is None:
        return {item_id: line.reserved for item_id, line in order.lines.items() if line.reserved}
    return {line.item_id: line.quantity for line in command.lines}


def _unknown(command: Command, order: Order | None) -> Refusal | None:
    if order is None:
        said = f"There is no order {command.order_id} at this node: reserve it first, or correct the id."
        return Refusal("unknown_order", "orderId", said)
    strange = next((line for line in command.lines or () if line.item_id not in order.lines), None)
    return _not_in_order(strange) if strange else None


def _not_in_order(line: Asked) -> Refusal:
    said = f"GTIN {format_gtin(line.item_id)} is not in this order: correct it, or leave the line out."
    return Refusal("not_in_order", f"lines[{line.place}].gtin", said)


def _too_early(command: Command, order: Order | None) -> Refusal | None:
    """Whether a shipment was before its reservation, to the second: many clocks tell no more."""
    if order is None or command.occurred_at is None:
        return None
    earliest = order.reserved_at - order.reserved_at % MICROSECONDS
    if command.occurred_at >= earliest:
        return None
    said = f"The order was reserved at {format_micros(order.reserved_at)}: it can't have been shipped before."
    return Refusal("before_reservation", "occurredAt", said)


def _shipped_at(standing: Standing, command: Command, order: Order) -> int:
    """When the units left: after they were reserved, and not in the future, whatever the sender's clock says."""
    if command.occurred_at is None or command.occurred_at > standing.moment:
        return max(standing.moment, order.reserved_at + 1)
    return max(command.occurred_at, order.reserved_at + 1)


def _is_due(order: Order, now: int) -> bool:
    return order.closed_at is None and order.expires_at is not None and order.expires_at <= now


def _refused(command: Command, refusal: Refusal | None, lacking: tuple[Lacking, ...] = ()) -> OrderOutcome:
    return OrderOutcome("refused", command.event_id, command.order_id, refusal, lacking=lacking)
