"""Inventory at ship nodes, item by item (DS-01 to DS-12), and tokens (GW-01 to GW-05)."""

from collections.abc import Mapping
from typing import Literal, TypeVar
from urllib.parse import quote

import msgspec

from onhand.client.answers import decoded
from onhand.client.caller import Caller, json_body
from onhand.client.doors import Token, token_request
from onhand.client.errors import BadSetup
from onhand.client.gateway import read, write
from onhand.client.gtins import padded_gtin
from onhand.client.operations import Awaiting, Blocking, Group, Page, Walk, listing, operation
from onhand.client.results.inventory import (
    Inventory,
    InventoryPage,
    ItemInventory,
    ItemOutcome,
    TokenDetail,
)
from onhand.client.steps import Exchange, Request

IdType = Literal["gtin", "sku"]
S = TypeVar("S", Inventory, ItemInventory)


class InventoryOperations(Group):
    """Reads and updates of single items."""

    @operation
    def get(
        self, *, gtin: str | None = None, sku: str | None = None, ship_node: str | None = None
    ) -> Exchange[Inventory]:
        """The units of one item at a ship node; for a seller without one, at all of its nodes."""
        named = {"gtin": padded_gtin(gtin), "sku": sku, "shipNode": ship_node}
        return _tagged(self._caller, read("GET /v3/inventory", "/v3/inventory", named), Inventory)

    @operation
    def item(
        self, identifier: str, *, product_id_type: IdType = "gtin", ship_node: str | None = None
    ) -> Exchange[ItemInventory]:
        """One item at its ship nodes: on hand, to sell, reserved."""
        named = {"productIdType": product_id_type, "shipNode": ship_node}
        path = _item_path(identifier, product_id_type)
        return _tagged(self._caller, read("GET /v3/inventories/{id}", path, named), ItemInventory)

    @listing(ItemInventory)
    def list(self, *, page_size: int = 50) -> Walk[ItemInventory]:
        """Every item of the caller's at its ship nodes, over all pages."""

        def page(place: str | None) -> Exchange[Page[ItemInventory]]:
            parameters = {"limit": page_size, "nextCursor": place}
            request = read("GET /v3/inventories", "/v3/inventories", parameters)
            found = yield from self._caller.result(request, InventoryPage)
            return Page(found.elements.inventories, found.meta.next_cursor, found.meta.total_count)

        return page

    @operation
    def set(
        self,
        *,
        ship_node: str | None = None,
        gtin: str | None = None,
        sku: str | None = None,
        amount: int | None = None,
        if_match: str | None = None,
        idempotency_key: str | None = None,
    ) -> Exchange[Inventory]:
        """Declare the units of one item at a ship node; with no amount, infinite availability (`AA`).

        `if_match` is the `etag` of a read: Conflict, and nothing changed, where the item changed since.
        """
        body = {"gtin": padded_gtin(gtin), "sku": sku} | _declared("quantity", amount, says_code=gtin is not None)
        content = json_body({name: value for name, value in body.items() if value is not None})
        # Where only a SKU names the item, the older path is the one that takes it everywhere.
        path = "/v3/inventory/update" if gtin else "/v3/inventory"
        named = {"sku": None if gtin else sku, "shipNode": ship_node}
        keys = {"if_match": if_match, "idempotency_key": idempotency_key}
        return _tagged(self._caller, write(self._caller, f"PUT {path}", path, content, named, **keys), Inventory)

    @operation
    def set_nodes(
        self,
        identifier: str,
        amounts: Mapping[str, int | None],
        *,
        product_id_type: IdType = "sku",
        if_match: str | None = None,
        idempotency_key: str | None = None,
    ) -> Exchange[ItemOutcome]:
        """Declare one item at several ship nodes, each for itself; None is infinite availability."""
        nodes = [
            {"shipNode": node} | _declared("inputQty", amount, says_code=False) for node, amount in amounts.items()
        ]
        request = write(
            self._caller,
            "PUT /v3/inventories/{id}",
            _item_path(identifier, product_id_type),
            json_body({"inventories": {"nodes": nodes}}),
            {"productIdType": product_id_type},
            if_match=if_match,
            idempotency_key=idempotency_key,
        )
        return self._caller.result(request, ItemOutcome)


class TokenOperations(Group):
    """Tokens; calls get theirs by themselves, so that only solution providers need these."""

    @operation
    def detail(self) -> Exchange[TokenDetail]:
        """What the token of this client is worth."""
        return self._caller.result(read("GET /v3/token/detail", "/v3/token/detail"), TokenDetail)

    @operation
    def ask(self) -> Exchange[Token]:
        """Another token, beside the one that the calls of this client use."""
        client = self._caller.gateway_client
        if client is None:
            raise BadSetup("ask() needs credentials: give gateway=GatewayClient(…) when the client is made")
        request = token_request(client)
        return decoded(request, (yield from self._caller.ask(request)), Token)

    @operation
    def redeem(self, code: str) -> Exchange[Token]:
        """Show the code that the operator issued (GW-03), once; its refresh token goes into the credentials."""
        client = self._caller.gateway_client
        if client is None or client.partner_id is None:
            raise BadSetup("redeem() acts for a seller: give gateway=GatewayClient(…, partner_id=…)")
        request = token_request(client, {"grant_type": "authorization_code", "code": code})
        return decoded(request, (yield from self._caller.ask(request)), Token)


class InventoryGroup(InventoryOperations, Blocking):
    """Inventory, blocking."""


class AsyncInventoryGroup(InventoryOperations, Awaiting):
    """Inventory, awaited."""


class Tokens(TokenOperations, Blocking):
    """Tokens, blocking."""


class AsyncTokens(TokenOperations, Awaiting):
    """Tokens, awaited."""


def _tagged(caller: Caller, request: Request, kind: type[S]) -> Exchange[S]:
    answer = yield from caller.ask(request)
    return msgspec.structs.replace(decoded(request, answer, kind), etag=answer.headers.get("etag"))


def _declared(field: str, amount: int | None, *, says_code: bool) -> dict[str, object]:
    if amount is None:
        return {"availabilityCode": "AA"}
    counted: dict[str, object] = {field: {"unit": "EACH", "amount": amount}}
    return {"availabilityCode": "AC", **counted} if says_code else counted


def _item_path(identifier: str, kind: IdType) -> str:
    named = padded_gtin(identifier) if kind == "gtin" else identifier
    return f"/v3/inventories/{quote(named or identifier, safe='')}"
