"""The operator's API: who there is, what there is, and where (OP-01, OP-02)."""

from collections.abc import Mapping as Named
from collections.abc import Sequence
from typing import Literal
from urllib.parse import quote

from onhand.client.back_office import asked, walk_after
from onhand.client.operations import Awaiting, Blocking, Group, Walk, listing, operation
from onhand.client.results.operator import (
    Added,
    Code,
    Consumer,
    ConsumerKey,
    Imported,
    Item,
    ItemsPage,
    KnownClient,
    Mapping,
    Mappings,
    Partner,
    PartnersPage,
    ShipNode,
    ShipNodesPage,
    Sku,
    SkusPage,
    Store,
    StoresPage,
)
from onhand.client.steps import Exchange


class CatalogueOperations(Group):
    """Items, who sees them, and what partners call them. A body is checked as a whole: all of it is stored, or none."""

    @operation
    def add_items(self, items: Sequence[Item]) -> Exchange[Imported]:
        """Add items or change them."""
        return self._caller.result(asked("POST /items", "/items", body={"items": items}), Imported)

    @operation
    def item(self, gtin: str) -> Exchange[Item]:
        """One item."""
        return self._caller.result(asked("GET /items/{gtin}", f"/items/{quote(gtin, safe='')}"), Item)

    @listing(Item)
    def items(self) -> Walk[Item]:
        """Every item, in the order of their GTINs."""
        return walk_after(
            self._caller, "GET /items", "/items", {}, ItemsPage, lambda page: (page.items, page.next_after)
        )

    @operation
    def add_mappings(self, mappings: Sequence[Mapping]) -> Exchange[Imported]:
        """Let suppliers see items."""
        return self._caller.result(asked("POST /mappings", "/mappings", body={"mappings": mappings}), Imported)

    @operation
    def mappings(self, gtin: str) -> Exchange[tuple[Mapping, ...]]:
        """Who sees an item, and where."""
        request = asked("GET /items/{gtin}/mappings", f"/items/{quote(gtin, safe='')}/mappings")
        return (yield from self._caller.result(request, Mappings)).mappings

    @operation
    def remove_mapping(self, gtin: str, supplier: str, *, store_nbr: int | None = None) -> Exchange[None]:
        """Stop a supplier from seeing an item: at one store, or by the mapping for every store."""
        path = f"/items/{quote(gtin, safe='')}/mappings/{quote(supplier, safe='')}"
        request = asked("DELETE /items/{gtin}/mappings/{supplier}", path, {"storeNbr": store_nbr})
        yield from self._caller.ask(request)

    @operation
    def add_skus(self, skus: Sequence[Sku]) -> Exchange[Imported]:
        """Say what sellers and vendors call items."""
        return self._caller.result(asked("POST /skus", "/skus", body={"skus": skus}), Imported)

    @listing(Sku)
    def skus(self, seller: str) -> Walk[Sku]:
        """What a seller or vendor calls items."""
        path = f"/sellers/{quote(seller, safe='')}/skus"
        return walk_after(
            self._caller,
            "GET /sellers/{seller}/skus",
            path,
            {},
            SkusPage,
            lambda page: (page.skus, page.next_after),
        )

    @operation
    def remove_sku(self, seller: str, sku: str) -> Exchange[None]:
        """Forget what a seller or vendor calls an item."""
        path = f"/sellers/{quote(seller, safe='')}/skus/{quote(sku, safe='')}"
        yield from self._caller.ask(asked("DELETE /sellers/{seller}/skus/{sku}", path))


class OnboardingOperations(Group):
    """Partners and their programs, stores and ship nodes. What is added again in the same words stays as it is."""

    @operation
    def add_partner(self, kind: Literal["supplier", "seller", "provider"], code: str, name: str) -> Exchange[Partner]:
        """Make a partner known."""
        body = {"kind": kind, "code": code, "name": name}
        return self._caller.result(asked("POST /partners", "/partners", body=body), Partner)

    @listing(Partner)
    def partners(self, *, kind: Literal["supplier", "seller", "provider"] | None = None) -> Walk[Partner]:
        """Every partner, in the order of their codes."""
        return walk_after(
            self._caller,
            "GET /partners",
            "/partners",
            {"kind": kind},
            PartnersPage,
            lambda page: (page.partners, page.next_after),
        )

    @operation
    def associate(self, provider: str, supplier: str) -> Exchange[None]:
        """Let a service provider ask on behalf of a supplier."""
        body = {"provider": provider, "supplier": supplier}
        yield from self._caller.ask(asked("POST /associations", "/associations", body=body))

    @operation
    def dissociate(self, provider: str, supplier: str) -> Exchange[None]:
        """Stop a service provider from asking on behalf of a supplier."""
        path = f"/partners/{quote(provider, safe='')}/suppliers/{quote(supplier, safe='')}"
        yield from self._caller.ask(asked("DELETE /partners/{provider}/suppliers/{supplier}", path))

    @operation
    def add_consumer(self, partner: str, consumer_id: str) -> Exchange[Consumer]:
        """Say by which id a partner signs."""
        body = {"partner": partner, "consumerId": consumer_id}
        return self._caller.result(asked("POST /consumers", "/consumers", body=body), Consumer)

    @operation
    def add_key(self, consumer_id: str, key_version: str, public_key: str) -> Exchange[ConsumerKey]:
        """Give a consumer a version of its public key."""
        path = f"/consumers/{quote(consumer_id, safe='')}/keys"
        body = {"keyVersion": key_version, "publicKey": public_key}
        return self._caller.result(asked("POST /consumers/{consumerId}/keys", path, body=body), ConsumerKey)

    @operation
    def revoke_key(self, consumer_id: str, key_version: str) -> Exchange[None]:
        """End a version of a key."""
        path = f"/consumers/{quote(consumer_id, safe='')}/keys/{quote(key_version, safe='')}"
        yield from self._caller.ask(asked("DELETE /consumers/{consumerId}/keys/{keyVersion}", path))

    @operation
    def add_client(
        self,
        client_id: str,
        partner: str,
        *,
        scopes: Named[str, str] | None = None,
        channel_type: str | None = None,
        secret: str | None = None,
    ) -> Exchange[KnownClient]:
        """Let a partner's program in at the gateway. Its secret is told once: give one, and it can be repeated."""
        given = {"scopes": scopes, "channelType": channel_type, "secret": secret}
        body = {"clientId": client_id, "partner": partner, **{k: v for k, v in given.items() if v is not None}}
        request = asked("POST /gateway-clients", "/gateway-clients", body=body, repeatable=secret is not None)
        return self._caller.result(request, KnownClient)

    @operation
    def rotate_secret(self, client_id: str, *, secret: str | None = None) -> Exchange[KnownClient]:
        """Give a program another secret; its tokens live on."""
        path = f"/gateway-clients/{quote(client_id, safe='')}/secret"
        body = {"secret": secret} if secret else {}
        operation_name = "POST /gateway-clients/{clientId}/secret"
        request = asked(operation_name, path, body=body, repeatable=secret is not None)
        return self._caller.result(request, KnownClient)

    @operation
    def revoke_client(self, client_id: str) -> Exchange[None]:
        """Shut a program out, with every token that it has."""
        path = f"/gateway-clients/{quote(client_id, safe='')}"
        yield from self._caller.ask(asked("DELETE /gateway-clients/{clientId}", path))

    @operation
    def issue_code(self, client_id: str, partner: str) -> Exchange[Code]:
        """A code with which a provider's program may act for a seller, shown once."""
        body = {"clientId": client_id, "partner": partner}
        request = asked("POST /authorization-codes", "/authorization-codes", body=body, repeatable=False)
        return self._caller.result(request, Code)

    @operation
    def add_stores(self, stores: Sequence[Store]) -> Exchange[Added]:
        """Make stores known, all or none."""
        return self._caller.result(asked("POST /stores", "/stores", body={"stores": stores}), Added)

    @listing(Store)
    def stores(self) -> Walk[Store]:
        """Every store."""
        return walk_after(
            self._caller, "GET /stores", "/stores", {}, StoresPage, lambda page: (page.stores, page.next_after)
        )

    @operation
    def add_ship_nodes(self, nodes: Sequence[ShipNode]) -> Exchange[Added]:
        """Make ship nodes known, all or none."""
        body = {"nodes": [{"node": node.node, "name": node.name, "partner": node.partner} for node in nodes]}
        return self._caller.result(asked("POST /ship-nodes", "/ship-nodes", body=body), Added)

    @listing(ShipNode)
    def ship_nodes(self, *, partner: str | None = None) -> Walk[ShipNode]:
        """Every ship node, in the order of their codes."""
        return walk_after(
            self._caller,
            "GET /ship-nodes",
            "/ship-nodes",
            {"partner": partner},
            ShipNodesPage,
            lambda page: (page.nodes, page.next_after),
        )


class Catalogue(CatalogueOperations, Blocking):
    """The catalogue, blocking."""


class AsyncCatalogue(CatalogueOperations, Awaiting):
    """The catalogue, awaited."""


class Onboarding(OnboardingOperations, Blocking):
    """Onboarding, blocking."""


class AsyncOnboarding(OnboardingOperations, Awaiting):
    """Onboarding, awaited."""
