"""What the messages of a batch refer to, and what is said of a reference to nothing."""

from collections.abc import Mapping

import msgspec

from onhand.basics.refusal import Refusal
from onhand.stock.streams import Stream
from onhand.stock.vocabulary import AREA_BY_NAME

Place = tuple[int, Stream]
"""Where units lie: a location's id, and the stream there."""

SELLER = "seller"


class KnownItem(msgspec.Struct, frozen=True, gc=False):
    """An item of the catalogue, as far as events need it: its stream on the sales floor, and its CID."""

    stream: Stream
    cid: str | None


class KnownNode(msgspec.Struct, frozen=True):
    """A ship node, as far as events need it."""

    location_id: int
    partner_id: int


class KnownPartner(msgspec.Struct, frozen=True):
    """A partner, as far as events need it."""

    partner_id: int
    kind: str


class Known(msgspec.Struct, frozen=True):
    """What the messages of a batch refer to: stores by number, items by GTIN, ship nodes and centres by code.

    What is not in them is unknown. `owned` has (partner id, item id) for the items that are a seller's.
    """

    store_ids: Mapping[int, int]
    items: Mapping[str, KnownItem]
    nodes: Mapping[str, KnownNode] = msgspec.field(default_factory=dict)
    centre_ids: Mapping[str, int] = msgspec.field(default_factory=dict)
    partners: Mapping[str, KnownPartner] = msgspec.field(default_factory=dict)
    owned: frozenset[tuple[int, int]] = frozenset()


def unknown_store(field: str, number: int) -> Refusal:
    """That no store has this number."""
    said = f"Store {number} is not known. Add it first (onhand store add), or correct the number."
    return Refusal("unknown_store", field, said)


def unknown_item(field: str, gtin: str) -> Refusal:
    """That no item has this GTIN, or that it is none."""
    if len(gtin) == 14 and gtin.isascii() and gtin.isdigit():
        said = f"GTIN {gtin} is not in the catalogue. Load it first (onhand load items), or correct it."
        return Refusal("unknown_item", field, said)
    return Refusal("invalid_gtin", field, f"{gtin!r} is not a GTIN of 14 digits.")


def unknown_area(field: str, area: str) -> Refusal:
    """That there is no such area."""
    return Refusal("unknown_area", field, f"{area!r} is no area: give one of {', '.join(AREA_BY_NAME)}.")


def unknown_node(field: str, code: str) -> Refusal:
    """That neither a ship node nor a fulfilment centre has this code."""
    said = (
        f"The node {code[:80]!r} is not known. Add it first (a ship node by onhand node add, a fulfilment centre by "
        "onhand centre add), or correct it."
    )
    return Refusal("unknown_node", field, said)
