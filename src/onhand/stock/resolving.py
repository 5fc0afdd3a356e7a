"""From what was sent to an event of the ledger: every check of OP-03 and OP-06, as pure functions."""

from datetime import UTC, datetime, timedelta
from difflib import get_close_matches

import msgspec

from onhand.basics.clock import MICROSECONDS, TIME_MAX, format_micros
from onhand.basics.quantity import UNITS_MAX, parse_quantity
from onhand.basics.refusal import Refusal
from onhand.stock.at_centres import other_place_at_centre, place_at_centre, refused_away_from_centres
from onhand.stock.at_nodes import refused_at_node
from onhand.stock.known import Known, Place, unknown_area, unknown_item, unknown_node, unknown_store
from onhand.stock.messages import EventMessage, OtherSide
from onhand.stock.streams import Event, Stream
from onhand.stock.vocabulary import (
    AREA_BY_NAME,
    EVENT_TYPE_BY_NAME,
    FULFILMENT_EVENT_TYPE_BY_NAME,
    Area,
    Effect,
    EventType,
    State,
)

_EPOCH = datetime(1970, 1, 1)  # noqa: DTZ001  for times without a zone
_AWARE_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MICROSECOND = timedelta(microseconds=1)


class EventLimits(msgspec.Struct, frozen=True):
    """What an event may be at most."""

    future_seconds: int = 300
    id_characters_max: int = 128
    reference_characters_max: int = 256


def resolve(message: EventMessage, source: str, known: Known, now: int, limits: EventLimits) -> Event | Refusal:
    """The event that a message tells, or the first thing that is wrong with it."""
    event_type = _SENT_BY_NAME.get(message.event_type)
    if event_type is None:
        return _unknown_event_type(message.event_type)
    occurred_at = _moment(message.occurred_at)
    problem = (
        _check_texts(message, limits) or _check_time(occurred_at, now, limits) or _check_sides(message, event_type)
    )
    if problem:
        return problem
    place = _place(message, event_type, known)
    if isinstance(place, Refusal):
        return place
    location_id, stream = place
    amount = _amount(message, event_type)
    if isinstance(amount, Refusal):
        return amount
    quantity, counted = amount
    other: Place | Refusal | None = None
    if message.from_ is not None or message.to is not None or event_type.effect in _MOVING:
        other = _other_place(message, event_type, location_id, stream, known)
    elif event_type.effect is Effect.CLAIMS:
        other = location_id, msgspec.structs.replace(stream, state=State.CLAIMS)
    if isinstance(other, Refusal):
        return other
    if message.to is not None:
        quantity = -quantity
    return Event(
        location_id,
        source,
        message.event_id,
        event_type.code,
        stream,
        occurred_at,
        quantity,
        counted,
        other[1] if other else None,
        other[0] if other else None,
        message.reference,
    )


_SENT_BY_NAME = {**EVENT_TYPE_BY_NAME, **FULFILMENT_EVENT_TYPE_BY_NAME}
_MOVING = frozenset({Effect.MOVES, Effect.BALANCES})


def _unknown_event_type(name: str) -> Refusal:
    near = get_close_matches(name.upper(), _SENT_BY_NAME, n=3)
    meant = " or ".join(near) if near else ", ".join(_SENT_BY_NAME)
    return Refusal("unknown_event_type", "eventType", f"{name[:80]!r} is no event type: give {meant}.")


def _moment(occurred_at: datetime) -> int:
    epoch = _EPOCH if occurred_at.tzinfo is None else _AWARE_EPOCH
    return (occurred_at - epoch) // _MICROSECOND


def _check_texts(message: EventMessage, limits: EventLimits) -> Refusal | None:
    if not (0 < len(message.event_id) <= limits.id_characters_max and message.event_id.isprintable()):
        said = f"An event id has 1 to {limits.id_characters_max} printable characters."
        return Refusal("invalid_event_id", "eventId", said)
    reference = message.reference
    if reference is not None and not (len(reference) <= limits.reference_characters_max and reference.isprintable()):
        said = f"A reference has at most {limits.reference_characters_max} printable characters."
        return Refusal("invalid_reference", "reference", said)
    return None


def _check_sides(message: EventMessage, event_type: EventType) -> Refusal | None:
    if event_type.effect in _MOVING or event_type.name == "BR" or (message.from_ is None and message.to is None):
        return None
    field = "to" if message.to is not None else "from"
    return Refusal("not_a_move", field, f"{event_type.name} is not a move: leave {field} out.")


def _check_time(occurred_at: int, now: int, limits: EventLimits) -> Refusal | None:
    if 0 <= occurred_at <= now + limits.future_seconds * MICROSECONDS:
        return None
    if occurred_at < 0:
        return Refusal("too_early", "occurredAt", "Events before 1970 are not taken: check the year.")
    happened, present = format_micros(min(occurred_at, TIME_MAX)), format_micros(now)
    said = f"{happened} is more than {limits.future_seconds} s after now ({present})."
    return Refusal("in_the_future", "occurredAt", f"{said} Check the clock and the zone that it was written in.")


def _place(message: EventMessage, event_type: EventType, known: Known) -> Place | Refusal:
    if message.node in known.centre_ids and (message.partner_id is not None or message.node not in known.nodes):
        return place_at_centre(message, event_type, known)
    if message.node is not None or message.partner_id is not None:
        return _node_place(message, event_type, known)
    if message.store_nbr is None:
        said = (
            "Give the number of the store where it happened, or the code of a ship node or fulfilment centre as node."
        )
        return Refusal("missing_store", "storeNbr", said)
    problem = refused_away_from_centres(message, event_type)
    if problem:
        return problem
    location_id = known.store_ids.get(message.store_nbr)
    if location_id is None:
        return unknown_store("storeNbr", message.store_nbr)
    item = known.items.get(message.gtin)
    if item is None:
        return unknown_item("gtin", message.gtin)
    area = AREA_BY_NAME.get(message.location_area)
    if area is None:
        return unknown_area("locationArea", message.location_area)
    stream = item.stream if area is Area.STORE else msgspec.structs.replace(item.stream, area=area)
    return location_id, stream


def _node_place(message: EventMessage, event_type: EventType, known: Known) -> Place | Refusal:
    node = known.nodes.get(message.node or "")
    if node is None and message.node is not None:
        return unknown_node("node", message.node)
    if node is None or message.partner_id is not None:
        said = "Only units in a fulfilment centre need their owner: leave partnerId out, or name a centre in node."
        return Refusal("unknown_node", "partnerId", said)
    problem = refused_away_from_centres(message, event_type) or refused_at_node(message, event_type)
    if problem:
        return problem
    item = known.items.get(message.gtin)
    if item is None:
        return unknown_item("gtin", message.gtin)
    return node.location_id, msgspec.structs.replace(item.stream, owner_id=node.partner_id)


def _amount(message: EventMessage, event_type: EventType) -> tuple[int, int | None] | Refusal:
    """The signed quantity and, for a count, what was counted, in 1/10,000 unit."""
    if event_type.effect is Effect.ORDERS:
        said = "TSBR is raised by the platform itself when an event arrives late: send the late event."
        return Refusal("raised_by_platform", "eventType", said)
    if event_type.effect is Effect.COUNTS and message.counted is not None:
        return _counted(message)
    if message.counted is not None or (event_type.name == "PI" and message.quantity is not None):
        return _refuse_amount(event_type)
    if event_type.effect is Effect.NONE and message.quantity is None:
        return 0, None
    if message.quantity is None:
        field = "counted" if event_type.name == "PI" else "quantity"
        return Refusal("missing_quantity", field, f"{event_type.name} needs {field}: a number of units.")
    quantity = parse_quantity(message.quantity)
    if quantity is None:
        return _not_a_quantity("quantity", message.quantity)
    return _signed(message, event_type, quantity)


def _counted(message: EventMessage) -> tuple[int, int] | Refusal:
    if message.quantity is not None:
        said = "Give either counted (what is there) or quantity (the difference), not both."
        return Refusal("two_quantities", "quantity", said)
    counted = parse_quantity(message.counted or 0)
    if counted is None:
        return _not_a_quantity("counted", message.counted or 0)
    if counted < 0:
        return Refusal("negative_count", "counted", f"{message.counted} cannot have been counted: give 0 or more.")
    return 0, counted


def _refuse_amount(event_type: EventType) -> Refusal:
    if event_type.name == "PI":
        return Refusal("wrong_quantity", "quantity", "PI is a count: give counted, what is there, and no quantity.")
    return Refusal("wrong_quantity", "counted", f"{event_type.name} is not a count: give quantity, and no counted.")


def _not_a_quantity(field: str, number: int | float) -> Refusal:
    said = f"{number} is not a quantity: at most {UNITS_MAX} either way, with at most 4 decimals."
    return Refusal("invalid_quantity", field, said)


def _signed(message: EventMessage, event_type: EventType, quantity: int) -> tuple[int, None] | Refusal:
    effect = event_type.effect
    if effect is Effect.NONE:
        return 0, None
    if event_type.name == "INCR":
        said = "INCR happens in fulfilment and distribution centres only: at a store send CORRECTION."
        return Refusal("not_at_stores", "eventType", said)
    moved = effect in _MOVING or message.from_ is not None or message.to is not None
    if quantity < 0 and (moved or effect is Effect.ADDS):
        said = f"{message.quantity}: {'a move' if moved else event_type.name} is sent with a positive quantity."
        return Refusal("wrong_sign", "quantity", said)
    if quantity > 0 and effect in (Effect.TAKES, Effect.CLAIMS):
        said = f"{message.quantity}: {event_type.name} takes units away, so its quantity is sent negative."
        return Refusal("wrong_sign", "quantity", said)
    return quantity, None


def _other_place(
    message: EventMessage, event_type: EventType, location_id: int, stream: Stream, known: Known
) -> Place | Refusal:
    """Where a move's other half stands."""
    if event_type.name in FULFILMENT_EVENT_TYPE_BY_NAME:
        return other_place_at_centre(message, (location_id, stream), known)
    side = message.to or message.from_
    field = "to" if message.to is not None else "from"
    if side is None or (message.to is not None and message.from_ is not None):
        said = f"{event_type.name} is a move: give either from or to, the other side of it."
        return Refusal("one_other_side", "to", said)
    place = _side_place(side, field, location_id, stream, known)
    if isinstance(place, Refusal):
        return place
    return _check_move(message, event_type, field, (location_id, stream), place, known) or place


def _side_place(side: OtherSide, field: str, location_id: int, stream: Stream, known: Known) -> Place | Refusal:
    if side.store_nbr is not None:
        found = known.store_ids.get(side.store_nbr)
        if found is None:
            return unknown_store(f"{field}.storeNbr", side.store_nbr)
        location_id = found
    if side.location_area is not None:
        area = AREA_BY_NAME.get(side.location_area)
        if area is None:
            return unknown_area(f"{field}.locationArea", side.location_area)
        stream = msgspec.structs.replace(stream, area=area)
    if side.gtin is not None:
        item = known.items.get(side.gtin)
        if item is None:
            return unknown_item(f"{field}.gtin", side.gtin)
        stream = msgspec.structs.replace(stream, item_id=item.stream.item_id)
    return location_id, stream


def _check_move(
    message: EventMessage, event_type: EventType, field: str, here: Place, there: Place, known: Known
) -> Refusal | None:
    if here == there:
        said = "A move needs two places: name another storeNbr or locationArea on its other side."
        return Refusal("same_place", field, said)
    areas = {here[1].area, there[1].area}
    if event_type.name == "BR" and (here[0] != there[0] or areas != {Area.STORE, Area.BACKROOM}):
        return Refusal("wrong_move", field, "BR moves between STORE and BACKROOM of one store.")
    if event_type.name == "DECANTING" and Area.MFC not in areas:
        return Refusal("wrong_move", field, "DECANTING moves units to the area MFC: name it on one side.")
    if event_type.effect is not Effect.BALANCES:
        return _check_same_item(here, there, field)
    cids = {known.items[gtin].cid for gtin in (message.gtin, (message.to or message.from_ or OtherSide()).gtin) if gtin}
    if here[1].item_id == there[1].item_id or len(cids) != 1 or None in cids:
        said = "CID_GTIN_BALANCE moves units between two GTINs of one CID: name the other GTIN."
        return Refusal("wrong_move", f"{field}.gtin", said)
    return None


def _check_same_item(here: Place, there: Place, field: str) -> Refusal | None:
    if here[1].item_id != there[1].item_id:
        said = "Only CID_GTIN_BALANCE moves units between two GTINs: leave gtin out."
        return Refusal("wrong_move", f"{field}.gtin", said)
    return None
