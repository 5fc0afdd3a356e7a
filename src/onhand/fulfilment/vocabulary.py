"""The columns of the reconciliation, and which events each of them takes (WF-07, OP-07)."""

import msgspec

from onhand.stock.vocabulary import EVENT_TYPE_BY_NAME, FULFILMENT_EVENT_TYPES, EventType


class Reason(msgspec.Struct, frozen=True):
    """Why units changed: the event's type, what it says to people, and the column that it counts in."""

    code: str
    description: str
    column: str


COLUMNS = tuple(event_type.name for event_type in FULFILMENT_EVENT_TYPES)
ADJUSTED = "ADJUSTED"
_DESCRIPTIONS = {
    "RECEIVED": "Received from the seller",
    "SOLD": "Sold and shipped to a customer",
    "RETURNED": "Returned by a customer",
    "LOST": "Lost in the fulfilment centre",
    "FOUND": "Found again",
    "DAMAGED": "Damaged in the fulfilment centre",
    "REMOVED": "Removed on the seller's behalf",
    "TRANSFERRED": "Moved between fulfilment centres",
    "ADJUSTED": "Adjusted",
    "PI": "Adjusted to what a stocktaking counted",
    "CORRECTION": "Adjusted to what a recount found",
    "TSBR": "Set against a movement that was told after a later count",
}


def _reasons() -> dict[int, Reason]:
    counted: list[EventType] = [EVENT_TYPE_BY_NAME[name] for name in ("PI", "CORRECTION", "TSBR")]
    return {
        event_type.code: Reason(
            event_type.name,
            _DESCRIPTIONS[event_type.name],
            event_type.name if event_type.name in COLUMNS else ADJUSTED,
        )
        for event_type in (*FULFILMENT_EVENT_TYPES, *counted)
    }


REASON_BY_CODE = _reasons()
"""Every event type that changes a seller's units in a centre. A replay or a refresh (NB, INRF) changes none."""


def codes_of_column(column: str) -> frozenset[int]:
    """The event types that a column of the reconciliation takes."""
    return frozenset(code for code, reason in REASON_BY_CODE.items() if reason.column == column)
