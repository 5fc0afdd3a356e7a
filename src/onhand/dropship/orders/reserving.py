"""Holding an order at a ship node: all of its lines or none."""

from onhand.basics.clock import format_micros
from onhand.basics.gtin import format_gtin
from onhand.basics.quantity import SCALE
from onhand.basics.refusal import Refusal
from onhand.dropship.orders.commands import Asked, Command
from onhand.dropship.orders.outcomes import SHORT_STOCK, Lacking, Moved, OrderOutcome
from onhand.dropship.orders.standing import Order, OrderLine, Standing
from onhand.stock.posting import BALANCE_MAX
from onhand.stock.vocabulary import RESERVED


def reserve(standing: Standing, command: Command) -> OrderOutcome:
    """Judge a reservation, and hold its units where they are to be had."""
    lines = command.lines or ()
    problem = _problem(standing, command, lines)
    if problem:
        return OrderOutcome("refused", command.event_id, command.order_id, problem)
    lacking = _lacking(standing, lines)
    if lacking:
        short = ", ".join(f"{_units(each.available)} of {format_gtin(each.item_id)}" for each in lacking[:3])
        said = f"There is less to be had than the order asks for: {short}. Nothing of it is held."
        refusal = Refusal(SHORT_STOCK, "lines", said)
        return OrderOutcome("refused", command.event_id, command.order_id, refusal, lacking=lacking)
    order = Order(
        command.order_id,
        command.source,
        standing.moment,
        _expires_at(standing, command),
        None,
        {line.item_id: OrderLine(line.quantity, line.quantity) for line in lines},
    )
    standing.open(order)
    for line in lines:
        standing.hold(command, RESERVED, line.item_id, line.quantity)
    standing.claim(command)
    moved = tuple(Moved(line.item_id, line.quantity) for line in lines)
    return OrderOutcome("accepted", command.event_id, command.order_id, order=order.state(), moved=moved)


def _problem(standing: Standing, command: Command, lines: tuple[Asked, ...]) -> Refusal | None:
    if command.order_id in standing.orders:
        said = f"There is an order {command.order_id} at this node already: give a new order an id of its own."
        return Refusal("order_exists", "orderId", said)
    expires_at = command.expires_at
    if expires_at is not None and expires_at <= standing.now:
        said = f"{format_micros(expires_at)} is over. Check the clock and the zone that it was written in."
        return Refusal("in_the_past", "expiresAt", said)
    for line in lines:
        if line.item_id in standing.unknown:
            said = f"GTIN {format_gtin(line.item_id)} is not in the catalogue. Load it first, or correct it."
            return Refusal("unknown_item", f"lines[{line.place}].gtin", said)
        if standing.reserved(line.item_id) + line.quantity > BALANCE_MAX:
            said = f"Orders would hold more than {BALANCE_MAX // SCALE:,} units: check the quantity."
            return Refusal("out_of_range", f"lines[{line.place}].quantity", said)
    return None


def _lacking(standing: Standing, lines: tuple[Asked, ...]) -> tuple[Lacking, ...]:
    return tuple(
        Lacking(line.item_id, line.quantity, standing.free(line.item_id))
        for line in lines
        if line.item_id not in standing.endless and line.quantity > standing.free(line.item_id)
    )


def _expires_at(standing: Standing, command: Command) -> int | None:
    return command.expires_at if command.held_for is None else standing.now + command.held_for


def _units(quantity: int) -> int:
    return quantity // SCALE
