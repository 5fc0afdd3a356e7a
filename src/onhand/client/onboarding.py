"""The operator's API: who there is, who may ask, and where things are (OP-01)."""

from collections.abc import Mapping as Named
from collections.abc import Sequence
from typing import Literal
from urllib.parse import quote

from onhand.client.back_office import asked, walk_after
from onhand.client.operations import Awaiting, Blocking, Group, Walk, listing, operation
from onhand.client.results.access import (
    ConsumersPage,
    GatewayClientsPage,
    KeysPage,
    OperatorProgram,
    OperatorProgramsPage,
)
from onhand.client.results.operator import (
    Added,
    Code,
    Consumer,
    ConsumerKey,
    KnownClient,
    Partner,
    PartnersPage,
    ShipNode,
    ShipNodesPage,
    Store,
    StoresPage,
)
from onhand.client.steps import Exchange


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

    @listing(Partner)
    def suppliers_of(self, provider: str) -> Walk[Partner]:
        """The suppliers on whose behalf a service provider may ask."""
        return walk_after(
            self._caller,
            "GET /partners/{provider}/suppliers",
            f"/partners/{quote(provider, safe='')}/suppliers",
            {},
            PartnersPage,
            lambda page: (page.partners, page.next_after),
        )

    @operation
    def add_consumer(self, partner: str, consumer_id: str) -> Exchange[Consumer]:
        """Say by which id a partner signs."""
        body = {"partner": partner, "consumerId": consumer_id}
        return self._caller.result(asked("POST /consumers", "/consumers", body=body), Consumer)

    @listing(Consumer)
    def consumers(self, *, partner: str | None = None) -> Walk[Consumer]:
        """The ids by which partners sign."""
        return walk_after(
            self._caller,
            "GET /consumers",
            "/consumers",
            {"partner": partner},
            ConsumersPage,
            lambda page: (page.consumers, page.next_after),
        )

    @operation
    def add_key(self, consumer_id: str, key_version: str, public_key: str) -> Exchange[ConsumerKey]:
        """Give a consumer a version of its public key."""
        path = f"/consumers/{quote(consumer_id, safe='')}/keys"
        body = {"keyVersion": key_version, "publicKey": public_key}
        return self._caller.result(asked("POST /consumers/{consumerId}/keys", path, body=body), ConsumerKey)

    @listing(ConsumerKey)
    def keys(self, consumer_id: str) -> Walk[ConsumerKey]:
        """The versions of a consumer's public key, live and revoked."""
        return walk_after(
            self._caller,
            "GET /consumers/{consumerId}/keys",
            f"/consumers/{quote(consumer_id, safe='')}/keys",
            {},
            KeysPage,
            lambda page: (page.keys, page.next_after),
        )

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

    @listing(KnownClient)
    def clients(self, *, partner: str | None = None) -> Walk[KnownClient]:
        """The programs of partners at the gateway, without their secrets."""
        return walk_after(
            self._caller,
            "GET /gateway-clients",
            "/gateway-clients",
            {"partner": partner},
            GatewayClientsPage,
            lambda page: (page.clients, page.next_after),
        )

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
    def end_delegation(self, client_id: str, partner: str) -> Exchange[None]:
        """End that a provider's program acts for a seller, with the tokens and codes that it has for it."""
        path = f"/gateway-clients/{quote(client_id, safe='')}/delegations/{quote(partner, safe='')}"
        yield from self._caller.ask(asked("DELETE /gateway-clients/{clientId}/delegations/{partner}", path))

    @operation
    def add_operator_client(
        self, client_id: str, *, source: str | None = None, token: str | None = None
    ) -> Exchange[OperatorProgram]:
        """Let a program of the operator's in; `source` of its events is its own id unless said.

        Its token is told once: give one of 16 characters or more, and it can be repeated.
        """
        body = {"clientId": client_id, "source": source or client_id, **({"token": token} if token else {})}
        request = asked("POST /operator-clients", "/operator-clients", body=body, repeatable=token is not None)
        return self._caller.result(request, OperatorProgram)

    @listing(OperatorProgram)
    def operator_clients(self) -> Walk[OperatorProgram]:
        """The operator's own programs, without their tokens."""
        return walk_after(
            self._caller,
            "GET /operator-clients",
            "/operator-clients",
            {},
            OperatorProgramsPage,
            lambda page: (page.clients, page.next_after),
        )

    @operation
    def revoke_operator_client(self, client_id: str) -> Exchange[OperatorProgram]:
        """Shut a program of the operator's out, for good."""
        path = f"/operator-clients/{quote(client_id, safe='')}"
        return self._caller.result(asked("DELETE /operator-clients/{clientId}", path), OperatorProgram)

    @operation
    def add_stores(self, stores: Sequence[Store]) -> Exchange[Added]:
        """Make stores known, all or none."""
        return self._caller.result(asked("POST /stores", "/stores", body={"stores": stores}), Added)

    @operation
    def put_store(self, store: Store) -> Exchange[Store]:
        """Make one store known. Conflict where it is known by another name."""
        path = f"/stores/{store.store_nbr}"
        return self._caller.result(asked("PUT /stores/{storeNbr}", path, body={"name": store.name}), Store)

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

    @operation
    def put_ship_node(self, node: ShipNode) -> Exchange[ShipNode]:
        """Make one ship node known. Conflict where it is known by another name or owner."""
        path = f"/ship-nodes/{quote(node.node, safe='')}"
        body = {"name": node.name, "partner": node.partner}
        return self._caller.result(asked("PUT /ship-nodes/{node}", path, body=body), ShipNode)

    @operation
    def set_default_node(self, seller: str, node: str) -> Exchange[None]:
        """Choose the ship node that a seller means where it names none."""
        path = f"/partners/{quote(seller, safe='')}/default-node"
        yield from self._caller.ask(asked("PUT /partners/{code}/default-node", path, body={"node": node}))

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


class Onboarding(OnboardingOperations, Blocking):
    """Onboarding, blocking."""


class AsyncOnboarding(OnboardingOperations, Awaiting):
    """Onboarding, awaited."""
