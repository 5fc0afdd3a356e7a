"""Orders on ship nodes as the operator's API speaks of them (DS-30)."""

from collections import Counter
from collections.abc import Iterable, Sequence
from typing import Annotated, Literal

import msgspec
from msgspec import Meta

from onhand.basics.clock import format_micros
from onhand.basics.gtin import format_gtin
from onhand.basics.quantity import SCALE
from onhand.dropship.orders.commands import Verb
from onhand.dropship.orders.entries import CancellationEntry, ExpiryEntry, ReservationEntry, ShipmentEntry
from onhand.dropship.orders.outcomes import Lacking, Moved, OrderOutcome, OrderState
from onhand.surfaces.operator.parameters import Gtin, Time

# The messages of the OpenAPI document; the entries of a request are read one by one, so that each has its own outcome.


class ReservationsBody(msgspec.Struct, frozen=True):
    """Orders to hold."""

    orders: Annotated[list[ReservationEntry], Meta(min_length=1)]


class ShipmentsBody(msgspec.Struct, frozen=True):
    """What has left its ship node."""

    shipments: Annotated[list[ShipmentEntry], Meta(min_length=1)]


class CancellationsBody(msgspec.Struct, frozen=True):
    """What orders no longer hold."""

    cancellations: Annotated[list[CancellationEntry], Meta(min_length=1)]


class ExpiriesBody(msgspec.Struct, frozen=True):
    """Orders whose reservations end now."""

    expiries: Annotated[list[ExpiryEntry], Meta(min_length=1)]


class UnitsBody(msgspec.Struct, frozen=True, gc=False):
    """Whole units of an item."""

    gtin: Gtin
    quantity: int


class ShortageBody(msgspec.Struct, frozen=True, gc=False):
    """An item of which less is to be had than was asked for."""

    gtin: Gtin
    asked: int
    available: int


class LeftBody(msgspec.Struct, frozen=True, gc=False):
    """An item of which the order holds less than was to be shipped."""

    gtin: Gtin
    asked: int
    reserved: int


class OrderLineBody(msgspec.Struct, frozen=True, gc=False):
    """One item of an order: what was ordered is the sum of the rest."""

    gtin: Gtin
    ordered: int
    reserved: int
    shipped: int
    cancelled: int
    expired: int


class OrderBody(msgspec.Struct, frozen=True, rename="camel", omit_defaults=True):
    """An order at its ship node; it is open while it holds units."""

    order_id: str
    status: Literal["open", "closed"]
    reserved_at: Time
    lines: list[OrderLineBody]
    expires_at: Time | None = None
    closed_at: Time | None = None


class OrderResult(msgspec.Struct, frozen=True, rename="camel", omit_defaults=True):
    """What became of one entry; a refusal says why, in which field, and how to mend it.

    `order` is how the entry left it, and of a duplicate how it is now. An entry that ships or releases says how much:
    what was released before is not released again.
    """

    position: Annotated[int, Meta(description="Its place in the list, from 1.")]
    status: Literal["accepted", "duplicate", "refused"]
    event_id: str | None = None
    order_id: str | None = None
    code: str | None = None
    field: str | None = None
    message: str | None = None
    shortages: Annotated[list[ShortageBody] | None, Meta(description="Of a refusal with the code short_stock.")] = None
    left: Annotated[list[LeftBody] | None, Meta(description="Of a refusal with the code not_reserved.")] = None
    shipped: Annotated[list[UnitsBody] | None, Meta(description="What an accepted shipment took.")] = None
    released: Annotated[list[UnitsBody] | None, Meta(description="What an accepted release gave back.")] = None
    order: OrderBody | None = None


class OrderResults(msgspec.Struct, frozen=True, rename="camel"):
    """How many entries were accepted, known already, or refused; and each of them, in their order."""

    accepted: int
    duplicate: int
    refused: int
    results: list[OrderResult]


class OrdersPage(msgspec.Struct, frozen=True, rename="camel", omit_defaults=True):
    """Some orders of a ship node in the order of their ids, and where the next ones begin."""

    orders: list[OrderBody]
    next_after: Annotated[str | None, Meta(description="The `after` of the next page; absent on the last.")] = None


def results_of(verb: Verb, outcomes: Sequence[OrderOutcome], named: Iterable[tuple[str | None, str | None]]) -> object:
    """The answer to a request of a verb; `named` are the event and order ids in its entries as they came."""
    results = [
        _result(verb, position, outcome, *names)
        for position, (outcome, names) in enumerate(zip(outcomes, named, strict=True), 1)
    ]
    counts = Counter(result.status for result in results)
    return OrderResults(counts["accepted"], counts["duplicate"], counts["refused"], results)


def _result(
    verb: Verb, position: int, outcome: OrderOutcome, event_id: str | None, order_id: str | None
) -> OrderResult:
    refusal = outcome.refusal
    if refusal is None:
        moved = _units(outcome.moved) if outcome.status == "accepted" else None
        return OrderResult(
            position,
            outcome.status,
            event_id,
            order_id,
            shipped=moved if verb is Verb.SHIP else None,
            released=moved if verb in (Verb.CANCEL, Verb.EXPIRE) else None,
            order=order_body(outcome.order) if outcome.order else None,
        )
    return OrderResult(
        position,
        outcome.status,
        event_id,
        order_id,
        refusal.code,
        refusal.field,
        refusal.message,
        shortages=_shortages(outcome.lacking) if outcome.is_short else None,
        left=None if outcome.is_short or not outcome.lacking else _left(outcome.lacking),
    )


def order_body(order: OrderState) -> OrderBody:
    """An order as it is answered."""
    lines = [
        OrderLineBody(
            format_gtin(line.item_id),
            line.ordered // SCALE,
            line.reserved // SCALE,
            line.shipped // SCALE,
            line.cancelled // SCALE,
            line.expired // SCALE,
        )
        for line in order.lines
    ]
    return OrderBody(
        order.order_id,
        "open" if order.closed_at is None else "closed",
        format_micros(order.reserved_at),
        lines,
        None if order.expires_at is None else format_micros(order.expires_at),
        None if order.closed_at is None else format_micros(order.closed_at),
    )


def _units(moved: Iterable[Moved]) -> list[UnitsBody]:
    return [UnitsBody(format_gtin(each.item_id), each.quantity // SCALE) for each in moved]


def _shortages(lacking: Iterable[Lacking]) -> list[ShortageBody]:
    return [ShortageBody(format_gtin(each.item_id), each.asked // SCALE, each.available // SCALE) for each in lacking]


def _left(lacking: Iterable[Lacking]) -> list[LeftBody]:
    return [LeftBody(format_gtin(each.item_id), each.asked // SCALE, each.available // SCALE) for each in lacking]
