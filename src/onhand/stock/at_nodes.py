"""What events may say at a ship node: it keeps whole units in one area, and its owner declares what is there."""

from onhand.basics.quantity import SCALE, parse_quantity
from onhand.basics.refusal import Refusal
from onhand.stock.messages import EventMessage
from onhand.stock.vocabulary import Area, Effect, EventType

_MOVES = frozenset({Effect.MOVES, Effect.BALANCES})


def refused_at_node(message: EventMessage, event_type: EventType) -> Refusal | None:
    """Why an event that names a ship node is refused there, whichever node it is."""
    if message.store_nbr is not None:
        return Refusal("two_places", "storeNbr", "Give either storeNbr or node, the place where it happened.")
    if message.location_area != Area.STORE.name:
        said = "A ship node is one area: leave locationArea out."
        return Refusal("unknown_area", "locationArea", said)
    if message.counted is not None or event_type.name == "PI":
        field = "counted" if message.counted is not None else "eventType"
        said = "Ship nodes are not counted by events: the node's owner declares what is there."
        return Refusal("not_at_nodes", field, said)
    if event_type.effect in _MOVES or message.from_ is not None or message.to is not None:
        said = f"{event_type.name} would move units, which ship nodes don't: send one event for each place."
        return Refusal("not_at_nodes", "eventType", said)
    quantity = parse_quantity(message.quantity or 0)
    if quantity is not None and quantity % SCALE:
        said = f"{message.quantity}: a ship node keeps whole units, so give a whole number."
        return Refusal("invalid_quantity", "quantity", said)
    return None
