"""The wire form of inventory events (OP-03)."""

from datetime import datetime

import msgspec

from onhand.basics.refusal import Refusal


class OtherSide(msgspec.Struct, frozen=True, rename="camel", forbid_unknown_fields=True, gc=False):
    """Where a move's units come from or go to; what is left out is as in the event itself.

    `gtin` is for CID_GTIN_BALANCE, which moves units between the GTINs of one CID. `node` and `in_transit` are for
    TRANSFERRED between fulfilment centres: the other centre, and whether the units are on their way from it.
    """

    store_nbr: int | None = None
    location_area: str | None = None
    gtin: str | None = None
    node: str | None = None
    in_transit: bool = False


class EventMessage(msgspec.Struct, frozen=True, rename="camel", forbid_unknown_fields=True, gc=False):
    """One inventory event as it is sent, of a store (`store_nbr`) or of a ship node or fulfilment centre (`node`).

    `partner_id` is the code of the seller whose units they are: always at a fulfilment centre, never elsewhere.
    `quantity` is signed as the history shows it and positive for moves; a count gives `counted` instead. `occurred_at`
    is ISO 8601, UTC where it names no zone.
    """

    event_id: str
    event_type: str
    gtin: str
    occurred_at: datetime
    store_nbr: int | None = None
    node: str | None = None
    location_area: str = "STORE"
    partner_id: str | None = None
    quantity: int | float | None = None
    counted: int | float | None = None
    from_: OtherSide | None = msgspec.field(default=None, name="from")
    to: OtherSide | None = None
    reference: str | None = None


_decoder = msgspec.json.Decoder(EventMessage)


def decode_event(line: bytes) -> EventMessage | Refusal:
    """Read one event from a line of JSON, or say what is wrong with it and where."""
    try:
        return _decoder.decode(line)
    except msgspec.ValidationError as error:
        return refusal_of(error)
    except (msgspec.DecodeError, UnicodeDecodeError) as error:
        return Refusal("malformed_json", "", f"Not a JSON object in UTF-8: {error}. Mend the line and send it again.")


def refusal_of(error: msgspec.ValidationError) -> Refusal:
    """What msgspec found wrong with a value, as a refusal that names the field."""
    problem, _, path = str(error).partition(" - at `")
    field = path.removesuffix("`").removeprefix("$.").removeprefix("$")
    if not field and problem.startswith("Object "):
        # «Object missing required field `gtin`», «Object contains unknown field `x`».
        field = problem.split("`")[-2]
    hint = " Write it as 2026-01-05T09:30:00Z." if "RFC3339" in problem else ""
    return Refusal("invalid_field", field, f"{problem}.{hint}")
