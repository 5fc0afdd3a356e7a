"""What events may say at a fulfilment centre: whose units they are, nine movements, counts, and moves between centres.

A centre keeps whole units of many sellers in one area, each seller's on streams of its own. What is on its way to
another centre lies, until it arrives, on a stream of the centre that sent it (IN_TRANSIT).
"""

from difflib import get_close_matches

import msgspec

from onhand.basics.quantity import SCALE, parse_quantity
from onhand.basics.refusal import Refusal
from onhand.stock.known import SELLER, Known, Place, unknown_item, unknown_node
from onhand.stock.messages import EventMessage, OtherSide
from onhand.stock.vocabulary import (
    FULFILMENT_EVENT_TYPE_BY_NAME,
    Area,
    Effect,
    EventType,
    State,
)

_COUNTS = ("PI", "CORRECTION")
TAKEN_AT_CENTRES = (*FULFILMENT_EVENT_TYPE_BY_NAME, *_COUNTS)


def refused_away_from_centres(message: EventMessage, event_type: EventType) -> Refusal | None:
    """Why an event of a store or a ship node is refused for what it says of fulfilment centres."""
    if event_type.name in FULFILMENT_EVENT_TYPE_BY_NAME:
        place = "a ship node" if message.node is not None else "a store"
        said = f"{event_type.name} happens in fulfilment centres only, and this is {place}: name a centre in node"
        return Refusal("only_at_centres", "eventType", f"{said} (onhand centre list), or send a type of {place}.")
    field = "to" if message.to is not None else "from"
    side = message.to or message.from_
    if side is not None and (side.node is not None or side.in_transit):
        named = "node" if side.node is not None else "inTransit"
        said = f"Only TRANSFERRED between fulfilment centres names {named} on its other side: leave it out."
        return Refusal("only_at_centres", f"{field}.{named}", said)
    return None


def place_at_centre(message: EventMessage, event_type: EventType, known: Known) -> Place | Refusal:
    """The stream of an event that names a fulfilment centre: the seller's units there that can be sold."""
    problem = _refused_form(message, event_type) or _refused_amount(message)
    if problem:
        return problem
    owner = _owner(message, known)
    if isinstance(owner, Refusal):
        return owner
    item = known.items.get(message.gtin)
    if item is None:
        return unknown_item("gtin", message.gtin)
    if (owner, item.stream.item_id) not in known.owned:
        said = (
            f"GTIN {message.gtin} is no item of the seller {message.partner_id!r}: give it the seller's SKU first "
            "(onhand load skus), or correct gtin or partnerId."
        )
        return Refusal("not_the_sellers", "gtin", said)
    return known.centre_ids[message.node or ""], msgspec.structs.replace(item.stream, owner_id=owner)


def other_place_at_centre(message: EventMessage, here: Place, known: Known) -> Place | Refusal:
    """Where the other half of a TRANSFERRED stands: at another centre, or on the way from the one that sent it."""
    side, field = message.to or message.from_, "to" if message.to is not None else "from"
    if side is None or (message.to is not None and message.from_ is not None):
        said = "TRANSFERRED is a move: give either from or to, with the node of the other centre or inTransit."
        return Refusal("one_other_side", "to", said)
    problem = _refused_side(side, field)
    if problem:
        return problem
    location_id = here[0] if side.node is None else known.centre_ids.get(side.node)
    if location_id is None:
        return _unknown_centre(f"{field}.node", side.node or "", known)
    if side.in_transit:
        return location_id, msgspec.structs.replace(here[1], state=State.IN_TRANSIT)
    if location_id == here[0]:
        said = "A transfer needs two centres: name another one, or say inTransit."
        return Refusal("same_place", f"{field}.node", said)
    return location_id, here[1]


def _refused_form(message: EventMessage, event_type: EventType) -> Refusal | None:
    if message.store_nbr is not None:
        return Refusal("two_places", "storeNbr", "Give either storeNbr or node, the place where it happened.")
    if event_type.effect is not Effect.ORDERS and event_type.name not in TAKEN_AT_CENTRES:
        return _not_at_centres(event_type)
    if message.location_area != Area.STORE.name:
        return Refusal("unknown_area", "locationArea", "A fulfilment centre is one area: leave locationArea out.")
    return None


def _not_at_centres(event_type: EventType) -> Refusal:
    near = get_close_matches(event_type.name, TAKEN_AT_CENTRES, n=1) or [_NEAREST.get(event_type.effect, "ADJUSTED")]
    said = f"{event_type.name} does not happen in fulfilment centres: send {near[0]}, or another of"
    others = ", ".join(name for name in TAKEN_AT_CENTRES if name != near[0])
    return Refusal("not_at_centres", "eventType", f"{said} {others}.")


_NEAREST = {Effect.ADDS: "RECEIVED", Effect.TAKES: "SOLD", Effect.MOVES: "TRANSFERRED"}


def _refused_amount(message: EventMessage) -> Refusal | None:
    for field, number in (("quantity", message.quantity), ("counted", message.counted)):
        quantity = parse_quantity(number or 0)
        if quantity is not None and quantity % SCALE:
            said = f"{number}: a fulfilment centre keeps whole units, so give a whole number."
            return Refusal("invalid_quantity", field, said)
    return None


def _owner(message: EventMessage, known: Known) -> int | Refusal:
    """The seller whose units they are."""
    if message.partner_id is None:
        said = f"{message.node} is a fulfilment centre: give the code of the seller whose units they are."
        return Refusal("missing_partner", "partnerId", said)
    partner = known.partners.get(message.partner_id)
    if partner is None:
        said = (
            f"There is no partner {message.partner_id[:80]!r}: add the seller first "
            "(onhand partner add --kind seller), or correct the code."
        )
        return Refusal("unknown_partner", "partnerId", said)
    if partner.kind != SELLER:
        said = f"{message.partner_id!r} is a {partner.kind}: the units in fulfilment centres are sellers'; name one."
        return Refusal("not_a_seller", "partnerId", said)
    return partner.partner_id


def _refused_side(side: OtherSide, field: str) -> Refusal | None:
    for name, value in (("storeNbr", side.store_nbr), ("locationArea", side.location_area), ("gtin", side.gtin)):
        if value is not None:
            said = f"A transfer between fulfilment centres keeps its item and its area: leave {name} out, give node."
            return Refusal("wrong_move", f"{field}.{name}", said)
    if side.in_transit and field == "to" and side.node is not None:
        said = "A dispatch names no other centre: leave node out here, the arrival tells where the units came to."
        return Refusal("wrong_move", "to.node", said)
    if side.node is None and (field == "from" or not side.in_transit):
        whence = "which centre sent the units" if field == "from" else "which centre they go to, or say inTransit"
        return Refusal("missing_node", f"{field}.node", f"Say {whence}: give the code of the centre.")
    return None


def _unknown_centre(field: str, code: str, known: Known) -> Refusal:
    if code in known.nodes:
        said = f"{code!r} is a ship node: units move between fulfilment centres only. Name a centre."
        return Refusal("not_a_centre", field, said)
    return unknown_node(field, code)
