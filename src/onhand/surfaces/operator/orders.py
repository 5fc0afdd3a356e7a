"""Orders on ship nodes by HTTP (DS-30, OP-07): one endpoint for each verb, and each entry has its own outcome."""

from collections.abc import Awaitable, Callable, Sequence
from typing import TypeVar

import msgspec
from starlette.responses import Response

from onhand.basics.refusal import Refusal
from onhand.dropship.orders.commands import Verb
from onhand.dropship.orders.entries import (
    CancellationEntry,
    Entry,
    ExpiryEntry,
    LineEntry,
    ReservationEntry,
    ShipmentEntry,
)
from onhand.dropship.orders.intake import OrderIntake
from onhand.partners.operators import OperatorClient
from onhand.surfaces.operator.access import Access
from onhand.surfaces.operator.entry_lists import EntryReader
from onhand.surfaces.operator.order_bodies import (
    CancellationsBody,
    ExpiriesBody,
    OrderBody,
    OrderLineBody,
    OrderResult,
    OrderResults,
    ReservationsBody,
    ShipmentsBody,
    ShortageBody,
    UnitsBody,
    results_of,
)
from onhand.surfaces.operator.parameters import Readings
from onhand.surfaces.operator.problems import Problem
from onhand.surfaces.operator.reading import JSON, unsupported_type
from onhand.surfaces.plumbing.call import Call
from onhand.surfaces.plumbing.operations import Answer, Body, Operation
from onhand.surfaces.plumbing.responses import JsonResponse

TAG = "Orders"

OneEntry = TypeVar("OneEntry", bound=Entry)


class _Names(msgspec.Struct, frozen=True, rename="camel"):
    """The ids in an entry that may be none otherwise, so that its sender finds it again."""

    event_id: object = None
    order_id: object = None


_names = msgspec.json.Decoder(_Names)


class OrderHandlers:
    """Takes what is told of orders."""

    def __init__(self, intake: OrderIntake, body_bytes_max: int, entries_max: int) -> None:
        self._intake = intake
        self._body_bytes_max = body_bytes_max
        self._entries_max = entries_max
        self.reserve = self._handler(Verb.RESERVE, EntryReader("orders", ReservationEntry))
        self.ship = self._handler(Verb.SHIP, EntryReader("shipments", ShipmentEntry))
        self.cancel = self._handler(Verb.CANCEL, EntryReader("cancellations", CancellationEntry))
        self.expire = self._handler(Verb.EXPIRE, EntryReader("expiries", ExpiryEntry))

    def _handler(
        self, verb: Verb, reader: EntryReader[OneEntry]
    ) -> Callable[[Call, OperatorClient], Awaitable[Response | Problem]]:
        async def handle(call: Call, client: OperatorClient) -> Response | Problem:
            problem = Readings(call).problem() or unsupported_type(call, (JSON,), ())
            raw_entries = problem or reader.raw_entries(await call.read_body(self._body_bytes_max), self._entries_max)
            if isinstance(raw_entries, Problem):
                return raw_entries
            entries = [reader.entry(raw) for raw in raw_entries]
            outcomes = await self._intake.take(client.source, entries)
            return JsonResponse(results_of(verb, outcomes, _names_of(raw_entries, entries)))

        return handle


def _names_of(
    raw_entries: Sequence[msgspec.Raw], entries: Sequence[Entry | Refusal]
) -> list[tuple[str | None, str | None]]:
    return [
        _names_in(raw) if isinstance(entry, Refusal) else (entry.event_id, entry.order_id)
        for raw, entry in zip(raw_entries, entries, strict=True)
    ]


def _names_in(raw: msgspec.Raw) -> tuple[str | None, str | None]:
    try:
        names = _names.decode(raw)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        return None, None
    event_id, order_id = names.event_id, names.order_id
    return event_id if isinstance(event_id, str) else None, order_id if isinstance(order_id, str) else None


_GTIN = "00012345678905"
_LINE = LineEntry(_GTIN, 2)
_RESERVATION = ReservationEntry("reserve-1001", "1001", "722222222", [_LINE], expires_in_seconds=900)
_SHIPMENT = ShipmentEntry("ship-1001", "1001", "722222222", [_LINE])
_CANCELLATION = CancellationEntry("cancel-1001", "1001", "722222222")
_EXPIRY = ExpiryEntry("expire-1001", "1001", "722222222")
_HELD = OrderBody("1001", "open", "2026-03-05T12:00:00Z", [OrderLineBody(_GTIN, 2, 2, 0, 0, 0)], "2026-03-05T12:15:00Z")
_SHIPPED = OrderBody(
    "1001", "closed", "2026-03-05T12:00:00Z", [OrderLineBody(_GTIN, 2, 0, 2, 0, 0)], closed_at="2026-03-05T13:00:00Z"
)
_FREED = OrderBody(
    "1001", "closed", "2026-03-05T12:00:00Z", [OrderLineBody(_GTIN, 2, 0, 0, 2, 0)], closed_at="2026-03-05T13:00:00Z"
)
_ENDED = OrderBody(
    "1001", "closed", "2026-03-05T12:00:00Z", [OrderLineBody(_GTIN, 2, 0, 0, 0, 2)], closed_at="2026-03-05T13:00:00Z"
)
_SHORT = OrderResult(
    2,
    "refused",
    "reserve-1002",
    "1002",
    "short_stock",
    "lines",
    "There is less to be had than the order asks for: …",
    [ShortageBody(_GTIN, 5, 3)],
)
_UNITS = [UnitsBody(_GTIN, 2)]
_RESERVED = OrderResults(1, 0, 1, [OrderResult(1, "accepted", "reserve-1001", "1001", order=_HELD), _SHORT])
_SHIPPED_RESULT = OrderResult(1, "accepted", "ship-1001", "1001", shipped=_UNITS, order=_SHIPPED)
_CANCELLED_RESULT = OrderResult(1, "accepted", "cancel-1001", "1001", released=_UNITS, order=_FREED)
_EXPIRED_RESULT = OrderResult(1, "accepted", "expire-1001", "1001", released=_UNITS, order=_ENDED)

_EACH = (
    "Each entry is accepted, a duplicate of one that stands, or refused with its reason; the others stand whatever "
    "becomes of one. An entry is known by its source, which is the client's, its node and its eventId: the same "
    "request may be sent again. "
)


def order_operations(handlers: OrderHandlers, access: Access) -> tuple[Operation, ...]:
    """The operations that take what is told of orders."""
    return (
        access.operation(
            handlers.reserve,
            "POST",
            "/orders/reserve",
            "reserveOrders",
            "Hold orders at ship nodes",
            TAG,
            description=_EACH + "An order is held as a whole or not at all: short_stock says of each item that falls "
            "short what was asked for and what is to be had. Orders of one request are judged in their order.",
            body=Body(description="The orders.", type=ReservationsBody, example=ReservationsBody([_RESERVATION])),
            answers=_told(_RESERVED),
        ),
        access.operation(
            handlers.ship,
            "POST",
            "/orders/ship",
            "shipOrders",
            "Tell what has been shipped",
            TAG,
            description=_EACH + "Without lines, all that the order still holds has been shipped. A shipment may be "
            "told late, with its own time, and stands where it happened.",
            body=Body(description="The shipments.", type=ShipmentsBody, example=ShipmentsBody([_SHIPMENT])),
            answers=_told(OrderResults(1, 0, 0, [_SHIPPED_RESULT])),
        ),
        access.operation(
            handlers.cancel,
            "POST",
            "/orders/cancel",
            "cancelOrders",
            "Release what orders hold",
            TAG,
            description=_EACH + "Without lines, all that the order still holds is released. What was released or "
            "shipped already is not released again; the answer says how much was.",
            body=Body(
                description="The cancellations.", type=CancellationsBody, example=CancellationsBody([_CANCELLATION])
            ),
            answers=_told(OrderResults(1, 0, 0, [_CANCELLED_RESULT])),
        ),
        access.operation(
            handlers.expire,
            "POST",
            "/orders/expire",
            "expireOrders",
            "End reservations before their time",
            TAG,
            description=_EACH + "All that the order still holds is released. Reservations whose time has come are "
            "released by the platform itself.",
            body=Body(description="The orders.", type=ExpiriesBody, example=ExpiriesBody([_EXPIRY])),
            answers=_told(OrderResults(1, 0, 0, [_EXPIRED_RESULT])),
        ),
    )


def _told(example: OrderResults) -> dict[int, Answer]:
    return {200: Answer(description="What became of each.", type=OrderResults, example=example)}
