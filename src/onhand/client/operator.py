"""The operator's API: events, orders, the ledger and its upkeep (OP-03 to OP-08)."""

from collections.abc import Iterable, Sequence
from typing import Any, TypedDict, Unpack
from urllib.parse import quote

import msgspec

from onhand.client.back_office import asked, walk_after
from onhand.client.operations import Awaiting, Blocking, Group, Walk, listing, operation
from onhand.client.results.operator import (
    BatchResult,
    HousekeepingPass,
    ItemStock,
    LedgerHistory,
    LedgerRow,
    Order,
    OrderResults,
    OrdersPage,
    Raised,
    Shortfall,
    ShortfallsPage,
    Told,
)
from onhand.client.steps import Exchange

_NDJSON = (("Content-Type", "application/x-ndjson"),)
_STREAM_NAMES = {
    "store_nbr": "storeNbr",
    "node": "node",
    "seller": "partnerId",
    "location_area": "locationArea",
    "state": "state",
}


class StreamNames(TypedDict, total=False):
    """Where a stream is: at a store, or at a fulfilment centre with the seller whose units they are.

    Without an area it is STORE, without a state AVAILABLE.
    """

    store_nbr: int | None
    node: str | None
    seller: str | None
    location_area: str | None
    state: str | None


class OperatorOperations(Group):
    """What an operator tells of its units, and asks of the ledger. Entries are mappings with the contract's keys."""

    @operation
    def post_events(self, events: Iterable[Told]) -> Exchange[BatchResult]:
        """Tell of what happened; each event has its own outcome, and one that is told again counts once."""
        body = msgspec.json.Encoder().encode_lines(list(events))
        request = msgspec.structs.replace(asked("POST /events", "/events"), headers=_NDJSON, body=body)
        return self._caller.result(request, BatchResult)

    @operation
    def reserve(self, orders: Sequence[Told]) -> Exchange[OrderResults]:
        """Hold orders at ship nodes, each as a whole or not at all."""
        return self._told("reserve", "orders", orders)

    @operation
    def ship(self, shipments: Sequence[Told]) -> Exchange[OrderResults]:
        """Tell what has left its ship node."""
        return self._told("ship", "shipments", shipments)

    @operation
    def cancel(self, cancellations: Sequence[Told]) -> Exchange[OrderResults]:
        """Release what orders hold."""
        return self._told("cancel", "cancellations", cancellations)

    @operation
    def expire(self, expiries: Sequence[Told]) -> Exchange[OrderResults]:
        """End reservations before their time."""
        return self._told("expire", "expiries", expiries)

    @operation
    def order(self, node: str, order_id: str) -> Exchange[Order]:
        """One order of a ship node."""
        path = f"/ship-nodes/{quote(node, safe='')}/orders/{quote(order_id, safe='')}"
        return self._caller.result(asked("GET /ship-nodes/{node}/orders/{orderId}", path), Order)

    @listing(Order)
    def orders(self, node: str, *, open_only: bool = False) -> Walk[Order]:
        """The orders of a ship node."""
        return walk_after(
            self._caller,
            "GET /ship-nodes/{node}/orders",
            f"/ship-nodes/{quote(node, safe='')}/orders",
            {"open": open_only},
            OrdersPage,
            lambda page: (page.orders, page.next_after),
        )

    @listing(Shortfall)
    def shortfalls(self, node: str) -> Walk[Shortfall]:
        """Where less was declared than orders hold, the newest first."""
        return walk_after(
            self._caller,
            "GET /ship-nodes/{node}/shortfalls",
            f"/ship-nodes/{quote(node, safe='')}/shortfalls",
            {},
            ShortfallsPage,
            lambda page: (page.shortfalls, page.cursor),
            place_name="cursor",
        )

    @operation
    def stock(
        self, store_nbr: int, gtin: str, *, as_of: str | None = None, known_at: str | None = None
    ) -> Exchange[ItemStock]:
        """What is on hand, or was."""
        path = f"/stores/{store_nbr}/items/{quote(gtin, safe='')}/stock"
        named = {"asOf": as_of, "knownAt": known_at}
        return self._caller.result(asked("GET /stores/{storeNbr}/items/{gtin}/stock", path, named), ItemStock)

    @listing(LedgerRow)
    def history(
        self,
        store_nbr: int,
        gtin: str,
        *,
        location_area: str | None = None,
        state: str | None = None,
        event_type: str | None = None,
        start_time: str | None = None,
        end_time: str | None = None,
        known_at: str | None = None,
    ) -> Walk[LedgerRow]:
        """How the stock came to be, newest first."""
        filters = {
            "locationArea": location_area,
            "state": state,
            "eventType": event_type,
            "startTime": start_time,
            "endTime": end_time,
            "knownAt": known_at,
            "limit": 1_000,
        }
        return walk_after(
            self._caller,
            "GET /stores/{storeNbr}/items/{gtin}/history",
            f"/stores/{store_nbr}/items/{quote(gtin, safe='')}/history",
            filters,
            LedgerHistory,
            lambda page: (page.history, page.cursor),
            place_name="cursor",
        )

    @operation
    def refresh(self, command_id: str, gtin: str, **of: Unpack[StreamNames]) -> Exchange[Raised]:
        """Show in a stream's history that it was refreshed (INRF); no quantity changes.

        A command that is repeated under its id raises nothing twice.
        """
        body = {"commandId": command_id, "gtin": gtin, **_named(of)}
        return self._caller.result(asked("POST /ledger/refresh", "/ledger/refresh", body=body), Raised)

    @operation
    def replay(
        self, command_id: str, gtin: str, start_time: str, end_time: str, **of: Unpack[StreamNames]
    ) -> Exchange[Raised]:
        """Show what happened in a stream from one moment until before another once more (NB); no quantity changes."""
        body = {"commandId": command_id, "gtin": gtin, "startTime": start_time, "endTime": end_time, **_named(of)}
        return self._caller.result(asked("POST /ledger/replay", "/ledger/replay", body=body), Raised)

    @operation
    def housekeeping(self) -> Exchange[HousekeepingPass]:
        """Run a housekeeping pass now, as a server does by itself."""
        return self._caller.result(asked("POST /ledger/housekeeping", "/ledger/housekeeping"), HousekeepingPass)

    def _told(self, verb: str, name: str, entries: Sequence[Told]) -> Exchange[OrderResults]:
        body: dict[str, Any] = {name: list(entries)}
        return self._caller.result(asked(f"POST /orders/{verb}", f"/orders/{verb}", body=body), OrderResults)


def _named(of: StreamNames) -> dict[str, object]:
    return {_STREAM_NAMES[name]: value for name, value in of.items() if value is not None}


class Operator(OperatorOperations, Blocking):
    """The operator's API, blocking."""


class AsyncOperator(OperatorOperations, Awaiting):
    """The operator's API, awaited."""
