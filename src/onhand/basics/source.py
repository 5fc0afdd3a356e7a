"""The names of those who tell the ledger what happened. An event's id is unique within its source and location."""

import re

from onhand.basics.refusal import Refusal

PLATFORM_SOURCE = "onhand"
"""The source of the events that the platform raises itself (TH-09)."""

SUPPLIER_SOURCE_PREFIX = "supplier-"
"""What the sources of suppliers' own messages begin with (IA-01)."""

PARTNER_SOURCE_PREFIX = "partner-"
"""What the sources of what partners declare at their ship nodes begin with (DS-07, DS-13)."""

_SOURCE = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,63}")


def refused_source(source: str) -> Refusal | None:
    """Why an operator's program or file can't have this source."""
    if not _SOURCE.fullmatch(source):
        said = f"“{source[:80]}” is no source: give 1 to 64 letters, digits, dots, hyphens or underscores."
        return Refusal("invalid_source", "source", said)
    if source == PLATFORM_SOURCE or source.startswith((SUPPLIER_SOURCE_PREFIX, PARTNER_SOURCE_PREFIX)):
        said = f"“{source}” is the source of what the platform or a partner tells itself: choose another."
        return Refusal("reserved_source", "source", said)
    return None
