"""What is said of an entry, and of an order."""

from typing import Literal

import msgspec

from onhand.basics.refusal import Refusal

SHORT_STOCK = "short_stock"
"""The code of a refusal because there are too few units."""


class LineState(msgspec.Struct, frozen=True, gc=False):
    """One item of an order, in 1/10,000 unit: what was ordered is reserved still, shipped, cancelled or expired."""

    item_id: int
    ordered: int
    reserved: int
    shipped: int
    cancelled: int
    expired: int


class OrderState(msgspec.Struct, frozen=True):
    """An order at its ship node; `closed_at` is when nothing of it was reserved any more."""

    order_id: str
    reserved_at: int
    expires_at: int | None
    closed_at: int | None
    lines: tuple[LineState, ...]


class Lacking(msgspec.Struct, frozen=True, gc=False):
    """Less than was asked of an item: what is free of it, or what the order still holds."""

    item_id: int
    asked: int
    available: int


class Moved(msgspec.Struct, frozen=True, gc=False):
    """Units of an item that an entry has shipped or released."""

    item_id: int
    quantity: int


class OrderOutcome(msgspec.Struct, frozen=True):
    """What became of one entry.

    `order` is how it left the order, or how the order is now where the entry is a duplicate. `lacking` says what a
    refusal for want of units is about.
    """

    status: Literal["accepted", "duplicate", "refused"]
    event_id: str | None
    order_id: str | None
    refusal: Refusal | None = None
    order: OrderState | None = None
    lacking: tuple[Lacking, ...] = ()
    moved: tuple[Moved, ...] = ()

    @property
    def is_short(self) -> bool:
        """Whether it was refused because there are too few units."""
        return self.refusal is not None and self.refusal.code == SHORT_STOCK
