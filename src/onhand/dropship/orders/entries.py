"""The wire form of orders on ship nodes (DS-30): one entry of a request for each verb.

The types say what JSON may hold; what the texts and numbers have to be is checked in `commands`, where each fault has
a code of its own.
"""

from datetime import datetime
from typing import Annotated

import msgspec
from msgspec import Meta

from onhand.dropship.vocabulary import UNITS_MAX

KEY_CHARACTERS_MAX = 128
LINES_MAX = 1_000
SECONDS_MAX = 315_360_000
"""Ten years: no reservation is asked to last longer."""

_KEY_SCHEMA = {"minLength": 1, "maxLength": KEY_CHARACTERS_MAX, "pattern": "^[!-~]+$"}
_EventId = Annotated[
    str,
    Meta(description="The client's own id of this entry: sent again, it counts once.", extra_json_schema=_KEY_SCHEMA),
]
_OrderId = Annotated[str, Meta(description="The order, as the shop calls it.", extra_json_schema=_KEY_SCHEMA)]
_Node = Annotated[str, Meta(description="The code of the ship node.", extra_json_schema=_KEY_SCHEMA)]
_Gtin = Annotated[
    str, Meta(description="A GTIN of 14 digits.", extra_json_schema={"pattern": "^[0-9]{14}$", "maxLength": 14})
]
_Units = Annotated[
    int | float,
    Meta(
        description=f"Whole units, from 1 to {UNITS_MAX:,}.",
        extra_json_schema={"type": "integer", "minimum": 1, "maximum": UNITS_MAX},
    ),
]
_ExpiresIn = Annotated[
    int | None,
    Meta(
        description="How many seconds it is held, from now on.",
        extra_json_schema={"minimum": 1, "maximum": SECONDS_MAX},
    ),
]
_LINES_SCHEMA = {"minItems": 1, "maxItems": LINES_MAX}


class LineEntry(msgspec.Struct, frozen=True, forbid_unknown_fields=True, gc=False):
    """Some units of an item. Lines of the same item count together."""

    gtin: _Gtin
    quantity: _Units


_Lines = Annotated[list[LineEntry], Meta(extra_json_schema=_LINES_SCHEMA)]
_LinesOrAll = Annotated[
    list[LineEntry] | None,
    Meta(description="Without it, all that the order still holds.", extra_json_schema=_LINES_SCHEMA),
]


class ReservationEntry(msgspec.Struct, frozen=True, rename="camel", forbid_unknown_fields=True):
    """An order that is to be held at a ship node, as a whole or not at all; without a time it never expires."""

    event_id: _EventId
    order_id: _OrderId
    node: _Node
    lines: _Lines
    expires_at: datetime | None = None
    expires_in_seconds: _ExpiresIn = None


class ShipmentEntry(msgspec.Struct, frozen=True, rename="camel", forbid_unknown_fields=True):
    """Units of an order that have left its ship node, at `occurred_at` or just now."""

    event_id: _EventId
    order_id: _OrderId
    node: _Node
    lines: _LinesOrAll = None
    occurred_at: datetime | None = None


class CancellationEntry(msgspec.Struct, frozen=True, rename="camel", forbid_unknown_fields=True):
    """Units that an order no longer holds."""

    event_id: _EventId
    order_id: _OrderId
    node: _Node
    lines: _LinesOrAll = None


class ExpiryEntry(msgspec.Struct, frozen=True, rename="camel", forbid_unknown_fields=True):
    """An order whose reservation ends now, whenever it was to expire."""

    event_id: _EventId
    order_id: _OrderId
    node: _Node


Entry = ReservationEntry | ShipmentEntry | CancellationEntry | ExpiryEntry
