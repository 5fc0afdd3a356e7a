"""The signed store APIs: what a supplier sees of the stores, and what it sends about them (SI, TH, IA)."""

from collections.abc import Sequence
from datetime import date
from typing import Any, Literal
from urllib.parse import quote

from onhand.client.answers import decoded
from onhand.client.caller import json_body
from onhand.client.operations import Awaiting, Blocking, Group, Page, Walk, listing, operation
from onhand.client.results.stores import (
    Action,
    ActionLine,
    ActionOutcome,
    HistoryEvent,
    StoreInventory,
    StoreStatus,
    TransactionHistory,
)
from onhand.client.steps import Exchange, Headers, Request

Area = Literal["STORE", "BACKROOM", "MFC"]
_TOKEN = "continuationpagetoken"  # noqa: S105 - the name of a header
_JSON: Headers = (("Content-Type", "application/json"),)


class StoreOperations(Group):
    """What a supplier may ask of the stores, and tell them."""

    @operation
    def available(self, store_nbr: int, gtin: str) -> Exchange[StoreInventory]:
        """What a store has of one item. NotFound where the item is not the supplier's, or nothing is known."""
        path = f"/store/{store_nbr}/gtin/{_segment(gtin)}/available"
        return self._caller.result(_signed("GET /store/{storeNbr}/gtin/{gtin}/available", path), StoreInventory)

    @operation
    def status(
        self, store_nbr: int, values: Sequence[str], *, item_identifier: Literal["gtin", "wmItemNbr"] = "gtin"
    ) -> Exchange[StoreStatus]:
        """What a store has of up to 100 items, by their GTINs or item numbers."""
        body = json_body({"storeNbr": store_nbr, "values": list(values)})
        query = (("itemIdentifier", item_identifier),)
        request = _signed("POST /store/inventory/status", "/store/inventory/status", query, _JSON, body)
        return self._caller.result(request, StoreStatus)

    @listing(HistoryEvent)
    def history(
        self,
        store_nbr: int,
        gtin: str,
        *,
        event_type: str | None = None,
        start_date: date | None = None,
        end_date: date | None = None,
        location_area: Area | None = None,
    ) -> Walk[HistoryEvent]:
        """The events of one item in one store, newest first, over all pages. NotFound where there are none."""
        filters = {"eventType": event_type, "startDate": start_date, "endDate": end_date}
        query = tuple((name, str(value)) for name, value in filters.items() if value is not None)
        path = f"/store/{store_nbr}/gtin/{_segment(gtin)}/transactionHistory"
        area: Headers = (("locationArea", location_area),) if location_area else ()

        def page(place: str | None) -> Exchange[Page[HistoryEvent]]:
            token: Headers = ((_TOKEN, place),) if place else ()
            operation_name = "GET /store/{storeNbr}/gtin/{gtin}/transactionHistory"
            request = _signed(operation_name, path, query, (*area, *token))
            answer = yield from self._caller.ask(request)
            found = decoded(request, answer, TransactionHistory)
            return Page(found.event_history, answer.headers.get(_TOKEN) or None)

        return page

    @operation
    def send_action(
        self,
        event_type: Action,
        store_nbr: int,
        lines: Sequence[ActionLine],
        *,
        message_id: str | None = None,
        happened_at: float | None = None,
        documents: Sequence[dict[str, Any]] = (),
    ) -> Exchange[ActionOutcome]:
        """Say what was brought, taken or counted in a store.

        A message is known by its id, so that it is safe to repeat; one is made up where none is given. `happened_at`
        is in seconds since 1970, now where it is left out.
        """
        around = self._caller.around
        moment = around.clock() if happened_at is None else happened_at
        message = {
            "messageId": message_id or around.new_id(),
            "eventType": event_type,
            "storeNbr": store_nbr,
            "eventCreationTime": int(moment * 1000),
            "lineInfo": list(lines),
            **({"documentInfo": list(documents)} if documents else {}),
        }
        request = _signed("POST /store/inventoryActions", "/store/inventoryActions", (), _JSON, json_body(message))
        return self._caller.result(request, ActionOutcome)


class Stores(StoreOperations, Blocking):
    """The store APIs, blocking."""


class AsyncStores(StoreOperations, Awaiting):
    """The store APIs, awaited."""


def _signed(
    operation_name: str, path: str, query: Headers = (), headers: Headers = (), body: bytes | None = None
) -> Request:
    return Request(
        operation=operation_name,
        method=operation_name.partition(" ")[0],
        path=path,
        door="supplier",
        query=query,
        headers=headers,
        body=body,
    )


def _segment(text: str) -> str:
    return quote(text, safe="")
