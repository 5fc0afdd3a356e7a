"""Inventory events in files (OP-03): their columns, and their rows as messages."""

from collections.abc import Iterable

from onhand.basics.refusal import Refusal
from onhand.files.columns import Column, Shape
from onhand.files.rejects import mended
from onhand.files.rows import Row
from onhand.stock.messages import EventMessage, decode_event

EVENT_SHAPE = Shape(
    (
        Column("eventId", ("eventId",), required=True),
        Column("eventType", ("eventType",), required=True),
        Column("storeNbr", ("storeNbr",), "number"),
        Column("node", ("node",)),
        Column("gtin", ("gtin",), required=True),
        Column("locationArea", ("locationArea",)),
        Column("partnerId", ("partnerId",)),
        Column("quantity", ("quantity",), "number"),
        Column("counted", ("counted",), "number"),
        Column("occurredAt", ("occurredAt",), required=True),
        Column("fromStoreNbr", ("from", "storeNbr"), "number"),
        Column("fromLocationArea", ("from", "locationArea")),
        Column("fromGtin", ("from", "gtin")),
        Column("fromNode", ("from", "node")),
        Column("fromInTransit", ("from", "inTransit"), "flag"),
        Column("toStoreNbr", ("to", "storeNbr"), "number"),
        Column("toLocationArea", ("to", "locationArea")),
        Column("toGtin", ("to", "gtin")),
        Column("toNode", ("to", "node")),
        Column("toInTransit", ("to", "inTransit"), "flag"),
        Column("reference", ("reference",)),
    )
)
"""An event in a table has the fields of its JSON form as columns; the other side of a move has five of its own."""


def messages_of(rows: Iterable[Row]) -> list[EventMessage | Refusal]:
    """The message of each row, or why there is none."""
    return [row.problem or decode_event(row.line) for row in (mended(row, EVENT_SHAPE) for row in rows)]
