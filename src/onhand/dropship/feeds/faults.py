"""What can be wrong with a feed and with its rows: one table of codes, with a sentence that says how to mend it."""

from typing import Any

import msgspec

from onhand.basics.gtin import DIGITS
from onhand.dropship.vocabulary import UNITS_MAX

_SHOWN_LENGTH_MAX = 60

UNREADABLE_ROW = "ERR_UNREADABLE_ROW"
MISSING_FIELD = "ERR_MISSING_FIELD"
INVALID_GTIN = "ERR_INVALID_GTIN"
INVALID_SKU = "ERR_INVALID_SKU"
INVALID_SHIP_NODE = "ERR_INVALID_SHIP_NODE"
INVALID_CODE = "ERR_INVALID_AVAILABILITY_CODE"
INVALID_QUANTITY = "ERR_INVALID_QUANTITY"
INVALID_UNIT = "ERR_INVALID_UNIT"
INVALID_IN_TRANSIT = "ERR_INVALID_IN_TRANSIT"
UNKNOWN_ITEM = "ERR_UNKNOWN_ITEM"
UNKNOWN_SHIP_NODE = "ERR_UNKNOWN_SHIP_NODE"
DUPLICATE_ROW = "ERR_DUPLICATE_ROW"
# Of the file as a whole.
INVALID_FILE = "ERR_INVALID_FILE"
INVALID_HEADER = "ERR_INVALID_HEADER"
INVALID_VERSION = "ERR_INVALID_VERSION"
FEED_TYPE_DIFFERS = "ERR_FEED_TYPE_DIFFERS"
# Of ours, in a feed and in its rows.
NOT_PROCESSED = "ERR_NOT_PROCESSED"


class FeedFault(msgspec.Struct, frozen=True, array_like=True):
    """One thing that is wrong: a stable code, the field, and a sentence with what was sent and what is accepted."""

    code: str
    field: str
    description: str


def invalid_ship_nodes(sent: Any) -> FeedFault:
    """What was sent as the nodes of a row is no list of one node."""
    said = f"shipNodes is {shown(sent)}: give a list of objects, each with a shipNode and its quantity."
    return FeedFault(INVALID_SHIP_NODE, "shipNodes", said)


def missing(field: str, accepted: str) -> FeedFault:
    """A field that has to be there is not."""
    return FeedFault(MISSING_FIELD, field, f"{field} is missing: give {accepted}.")


def unreadable(said: str) -> FeedFault:
    """A row that is no row."""
    return FeedFault(UNREADABLE_ROW, "row", f"The row can't be read: {said}. Give a JSON object with the row's fields.")


def invalid_gtin(sent: Any) -> FeedFault:
    """What was sent as productId is no GTIN."""
    said = f"productId is {shown(sent)}: give the GTIN as a text of {DIGITS} digits, or of 8, 12 or 13 digits."
    return FeedFault(INVALID_GTIN, "productId", said)


def invalid_sku(sent: Any) -> FeedFault:
    """What was sent as SKU is none."""
    return FeedFault(INVALID_SKU, "sku", f"sku is {shown(sent)}: give your SKU of the item as a text.")


def invalid_ship_node(sent: Any) -> FeedFault:
    """What was sent as ship node is no code."""
    said = f"shipNode is {shown(sent)}: give the code of one of your ship nodes as a text."
    return FeedFault(INVALID_SHIP_NODE, "shipNode", said)


def invalid_code(sent: Any) -> FeedFault:
    """Neither AA nor AC."""
    said = f"availabilityCode is {shown(sent)}: give “AC” with a quantity, or “AA” for infinite inventory."
    return FeedFault(INVALID_CODE, "availabilityCode", said)


def invalid_quantity(sent: Any, field: str = "quantity") -> FeedFault:
    """Not a whole number of units within the bounds (DS-09)."""
    said = f"{field} is {shown(sent)}: give a whole number from 0 to {UNITS_MAX:,}, not as a text."
    return FeedFault(INVALID_QUANTITY, field, said)


def invalid_unit(sent: Any) -> FeedFault:
    """Another unit than EACH."""
    return FeedFault(INVALID_UNIT, "quantity.unit", f"quantity.unit is {shown(sent)}: only “EACH” is accepted.")


def invalid_in_transit(sent: Any, why: str) -> FeedFault:
    """What is said to be in transit can't be read (DS-20)."""
    said = (
        f"inTransitInventory is {shown(sent)}: {why}. "
        'Give {"quantity": whole number, "expectedAvailabilityDate": "YYYY-MM-DD"}, or a list of these.'
    )
    return FeedFault(INVALID_IN_TRANSIT, "inTransitInventory", said)


def unknown_item(field: str, named: str) -> FeedFault:
    """No item of the caller's has that name: one of somebody else's is said to be as unknown as any."""
    mend = "have it set up first, or correct its number"
    return FeedFault(UNKNOWN_ITEM, field, f"{field} {shown(named)} is not an item of yours at this ship node: {mend}.")


def unknown_ship_node(code: str) -> FeedFault:
    """The caller has no such node."""
    said = f"shipNode {shown(code)} is not a ship node of yours: give the code of one that is."
    return FeedFault(UNKNOWN_SHIP_NODE, "shipNode", said)


def duplicate_row(earlier: int, field: str, named: str, node: str) -> FeedFault:
    """An earlier row of the feed is about the same item and node already (DS-18)."""
    said = (
        f"The row with index {earlier} is about the same item ({shown(named)}) and ship node ({shown(node)}) already: "
        "give one row for both, and leave the other out."
    )
    return FeedFault(DUPLICATE_ROW, field, said)


def given_up(attempts: int) -> FeedFault:
    """Processing failed on our side each time, and is not tried again."""
    said = (
        f"Processing failed on our side {attempts} times and was given up. The rows that were not done by then changed "
        "nothing: send them again as they are in the feed's error report."
    )
    return FeedFault(NOT_PROCESSED, "file", said)


def not_done() -> FeedFault:
    """A row of a feed that was given up before its turn."""
    said = "The row was not applied, because processing failed on our side: send it again as it is."
    return FeedFault(NOT_PROCESSED, "row", said)


def shown(sent: Any) -> str:
    """What was sent, as it may stand within a sentence."""
    text = msgspec.json.encode(sent).decode() if not isinstance(sent, str) else f"“{sent}”"
    return text if len(text) <= _SHOWN_LENGTH_MAX else f"{text[:_SHOWN_LENGTH_MAX]}…"
