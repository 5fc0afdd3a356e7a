"""The words of the ledger: areas, states, and every event type with what it does.

Those of stores are TH-08's; ship nodes and fulfilment centres have their own. The numbers stand in the
database and never change; the names are the wire's.
"""

from enum import Enum, IntEnum

import msgspec


class Area(IntEnum):
    """Where in a location units lie."""

    STORE = 0
    BACKROOM = 1
    MFC = 2


class State(IntEnum):
    """What may be done with units."""

    AVAILABLE = 0
    CLAIMS = 1
    RESERVED = 2
    IN_TRANSIT = 3


class Effect(Enum):
    """What an event of a type does to the count of units."""

    ADDS = "adds"
    TAKES = "takes"
    CLAIMS = "takes into claims"
    EITHER = "either way"
    COUNTS = "counts"
    MOVES = "moves"
    BALANCES = "balances the GTINs of one CID"
    ORDERS = "corrects the order of events"
    NONE = "none"
    PLATFORM = "posted by the platform alone"


class EventType(msgspec.Struct, frozen=True):
    """One code of the transaction history."""

    code: int
    name: str
    effect: Effect


EVENT_TYPES = (
    EventType(1, "RETURNS", Effect.ADDS),
    EventType(2, "LR", Effect.ADDS),
    EventType(3, "NGR", Effect.ADDS),
    EventType(4, "STOCKED", Effect.ADDS),
    EventType(5, "EFOC", Effect.ADDS),
    EventType(6, "EODC", Effect.ADDS),
    EventType(7, "EODR", Effect.ADDS),
    EventType(8, "SALES", Effect.TAKES),
    EventType(9, "EOPC", Effect.TAKES),
    EventType(10, "SHORTAGE", Effect.TAKES),
    EventType(11, "DISPOSE", Effect.TAKES),
    EventType(12, "DONATE", Effect.TAKES),
    EventType(13, "STOLEN", Effect.TAKES),
    EventType(14, "STORE_USE", Effect.TAKES),
    EventType(15, "LIQUIDATE", Effect.TAKES),
    EventType(16, "DISASTER", Effect.TAKES),
    EventType(17, "REMOVAL", Effect.TAKES),
    EventType(18, "INVENTORY_REMOVAL", Effect.TAKES),
    EventType(19, "RECLAMATION", Effect.CLAIMS),
    EventType(20, "BR", Effect.EITHER),
    EventType(21, "EOPX", Effect.EITHER),
    EventType(22, "INCR", Effect.EITHER),
    EventType(23, "LP", Effect.EITHER),
    EventType(24, "POF", Effect.EITHER),
    EventType(25, "PI", Effect.COUNTS),
    EventType(26, "CORRECTION", Effect.COUNTS),
    EventType(27, "DECANTING", Effect.MOVES),
    EventType(28, "STOCK_TRANSFER", Effect.MOVES),
    EventType(29, "TIMEBOUND_STATE", Effect.MOVES),
    EventType(30, "TSBR", Effect.ORDERS),
    EventType(31, "CID_GTIN_BALANCE", Effect.BALANCES),
    EventType(32, "INRF", Effect.NONE),
    EventType(33, "PCID", Effect.NONE),
    EventType(34, "NB", Effect.NONE),
    EventType(35, "EOUP", Effect.NONE),
    EventType(36, "NIL_PICK", Effect.NONE),
    EventType(37, "REINDUCT_REJECT", Effect.NONE),
)

# What happens at ship nodes. The signed store APIs never show them, and nobody sends them as events.
DECLARED = EventType(38, "DECLARED", Effect.PLATFORM)
RESERVED = EventType(39, "RESERVED", Effect.PLATFORM)
SHIPPED = EventType(40, "SHIPPED", Effect.PLATFORM)
CANCELLED = EventType(41, "CANCELLED", Effect.PLATFORM)
EXPIRED = EventType(42, "EXPIRED", Effect.PLATFORM)
SHIP_NODE_EVENT_TYPES = (DECLARED, RESERVED, SHIPPED, CANCELLED, EXPIRED)

# What happens to a seller's units in fulfilment centres: each is a column of the reconciliation (WF-07). Counts and
# what they raise (PI, CORRECTION, TSBR) belong to the column of ADJUSTED.
RECEIVED = EventType(43, "RECEIVED", Effect.ADDS)
SOLD = EventType(44, "SOLD", Effect.TAKES)
RETURNED = EventType(45, "RETURNED", Effect.ADDS)
LOST = EventType(46, "LOST", Effect.TAKES)
FOUND = EventType(47, "FOUND", Effect.ADDS)
DAMAGED = EventType(48, "DAMAGED", Effect.TAKES)
REMOVED = EventType(49, "REMOVED", Effect.TAKES)
TRANSFERRED = EventType(50, "TRANSFERRED", Effect.MOVES)
ADJUSTED = EventType(51, "ADJUSTED", Effect.EITHER)
FULFILMENT_EVENT_TYPES = (RECEIVED, SOLD, RETURNED, LOST, FOUND, DAMAGED, REMOVED, TRANSFERRED, ADJUSTED)

EVENT_TYPE_BY_NAME = {event_type.name: event_type for event_type in EVENT_TYPES}
FULFILMENT_EVENT_TYPE_BY_NAME = {event_type.name: event_type for event_type in FULFILMENT_EVENT_TYPES}
EVENT_TYPE_BY_CODE = {
    event_type.code: event_type for event_type in (*EVENT_TYPES, *SHIP_NODE_EVENT_TYPES, *FULFILMENT_EVENT_TYPES)
}
CENTRE_EVENT_TYPE_BY_NAME = FULFILMENT_EVENT_TYPE_BY_NAME | {
    name: EVENT_TYPE_BY_NAME[name] for name in ("PI", "CORRECTION", "TSBR", "INRF", "NB")
}
"""What the history of a fulfilment centre can show: what is sent, and what the ledger or the operator raises."""
AREA_BY_NAME = {area.name: area for area in Area}
STATE_BY_NAME = {state.name: state for state in State}

TSBR = EVENT_TYPE_BY_NAME["TSBR"].code
PI = EVENT_TYPE_BY_NAME["PI"].code

RETAILER_ID = 1
"""The partner that owns the units in stores; which supplier may see them is a mapping, not ownership."""


def codes_matching(name: str) -> frozenset[int]:
    """The codes that a filter by this event type's name shows: LP matches what replaced it as well (TH-05)."""
    names = ("LP", "SALES", "RETURNS") if name == "LP" else (name,)
    return frozenset(EVENT_TYPE_BY_NAME[each].code for each in names)
