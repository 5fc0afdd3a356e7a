"""The programs of partners that ask at the gateway, and the secrets that let them in (OP-01, GW-19)."""

from collections.abc import Callable, Sequence
from typing import Annotated, Literal

import msgspec
from msgspec import Meta
from starlette.responses import Response

from onhand.basics.clock import Clock, format_micros
from onhand.basics.refusal import Refusal
from onhand.partners.clients import (
    FULL_ACCESS,
    GatewayClient,
    Scopes,
    add_gateway_client,
    list_gateway_clients,
    revoke_gateway_client,
    rotate_secret,
)
from onhand.partners.operators import OperatorClient
from onhand.partners.published import Published
from onhand.store.database import Database
from onhand.surfaces.operator.access import Access
from onhand.surfaces.operator.parameters import PAGING, Key, Readings, Time, paging
from onhand.surfaces.operator.partners import Code
from onhand.surfaces.operator.problems import CONFLICT, NOT_FOUND, Problem, of_refusal
from onhand.surfaces.operator.reading import read_json
from onhand.surfaces.plumbing.call import Call
from onhand.surfaces.plumbing.operations import Answer, Body, Operation, Parameter
from onhand.surfaces.plumbing.responses import JsonResponse

TAG = "Gateway clients"

Scope = Literal["full_access", "view_only", "no_access"]
_Shown = Annotated[str | None, Meta(description="Shown this once: only its hash is kept.")]
_OwnSecret = Annotated[
    str,
    Meta(
        min_length=16,
        max_length=256,
        description="A random secret of your own, so that the request can be repeated; made here if absent.",
    ),
]
_ChannelType = Annotated[
    str, Meta(min_length=1, max_length=128, description="The WM_CONSUMER.CHANNEL.TYPE that the client is to send.")
]


class ScopesBody(msgspec.Struct, frozen=True):
    """What a client may do with each subject."""

    inventory: Scope = "full_access"
    feeds: Scope = "full_access"
    reports: Scope = "full_access"


class NewGatewayClientBody(msgspec.Struct, frozen=True, rename="camel", omit_defaults=True):
    """A program of a partner; it may do everything unless its scopes say otherwise."""

    client_id: Code
    partner: Code
    scopes: ScopesBody = ScopesBody()
    channel_type: _ChannelType | None = None
    secret: _OwnSecret | None = None


class SecretBody(msgspec.Struct, frozen=True, omit_defaults=True):
    """Another secret for a client."""

    secret: _OwnSecret | None = None


class GatewayClientBody(msgspec.Struct, frozen=True, rename="camel", omit_defaults=True, kw_only=True):
    """A program of a partner as it is known; it is let in unless it was revoked."""

    client_id: str
    partner: str
    kind: Annotated[str, Meta(description="What its partner is: supplier, seller or provider.")]
    scopes: Annotated[Scopes, Meta(description="full_access, view_only or no_access for each subject.")]
    channel_type: str | None = None
    created_at: Time
    revoked_at: Time | None = None
    secret: _Shown = None


class GatewayClientsPage(msgspec.Struct, frozen=True, rename="camel", omit_defaults=True):
    """Some clients in the order of their ids, and where the next ones begin."""

    clients: list[GatewayClientBody]
    next_after: Annotated[str | None, Meta(description="The `after` of the next page; absent on the last.")] = None


_EXAMPLE = GatewayClientBody(
    client_id="acme-warehouse",
    partner="awesome-company",
    kind="supplier",
    scopes=Scopes.of(FULL_ACCESS),
    created_at="2026-03-05T12:00:00Z",
)
_SECRET = "k3y-5h0wn-0nce-0n1y"  # noqa: S105 - an example
_SHOWN = msgspec.structs.replace(_EXAMPLE, secret=_SECRET)
_NEW = NewGatewayClientBody(_EXAMPLE.client_id, _EXAMPLE.partner)
_CLIENT = Parameter(name="clientId", place="path", description="The client.", type=Key, example=_EXAMPLE.client_id)
_PARTNER = Parameter(name="partner", place="query", description="Clients of the partner of this code only.", type=Key)


class GatewayClientHandlers:
    """Answers about gateway clients. `new_secret` makes a random secret; those that are `published` are refused."""

    def __init__(
        self, database: Database, clock: Clock, body_bytes_max: int, new_secret: Callable[[], str], published: Published
    ) -> None:
        self._database = database
        self._clock = clock
        self._body_bytes_max = body_bytes_max
        self._new_secret = new_secret
        self._published = published

    async def add(self, call: Call, _: OperatorClient) -> Response | Problem:
        """Let a program of a partner in."""
        body = await read_json(Readings(call), NewGatewayClientBody, self._body_bytes_max)
        if isinstance(body, Problem):
            return body
        secret = body.secret or self._new_secret()
        added = self._published.refused_client(body.client_id, body.secret) or await add_gateway_client(
            self._database,
            self._clock,
            client_id=body.client_id,
            partner_code=body.partner,
            secret=secret,
            scopes=Scopes(body.scopes.inventory, body.scopes.feeds, body.scopes.reports),
            channel_type=body.channel_type,
        )
        return of_refusal(added) if isinstance(added, Refusal) else JsonResponse(_body(added, secret))

    async def list(self, call: Call, _: OperatorClient) -> Response | Problem:
        """A page of clients."""
        readings = Readings(call)
        partner, (after, limit) = readings.key("partner"), readings.page()
        problem = readings.problem("partner", *PAGING)
        if problem:
            return problem
        found = await list_gateway_clients(
            self._database, partner_code=partner or None, after=after, rows_max=limit + 1
        )
        return JsonResponse(_page(found, limit))

    async def rotate(self, call: Call, _: OperatorClient) -> Response | Problem:
        """Give a client another secret."""
        readings = Readings(call)
        client_id = readings.path_key("clientId")
        body = await read_json(readings, SecretBody, self._body_bytes_max)
        if isinstance(body, Problem):
            return body
        secret = body.secret or self._new_secret()
        refusal = self._published.refused_client(client_id, body.secret)
        rotated = refusal or await rotate_secret(self._database, client_id=client_id, secret=secret)
        return _refused(rotated) if isinstance(rotated, Refusal) else JsonResponse(_body(rotated, secret))

    async def revoke(self, call: Call, _: OperatorClient) -> Response | Problem:
        """Shut a client out for good."""
        readings = Readings(call)
        client_id = readings.path_key("clientId")
        problem = readings.problem()
        if problem:
            return problem
        revoked = await revoke_gateway_client(self._database, self._clock, client_id=client_id)
        return _refused(revoked) if isinstance(revoked, Refusal) else JsonResponse(_body(revoked))


def _refused(refusal: Refusal) -> Problem:
    return Problem(NOT_FOUND, refusal.message) if refusal.code == "unknown_client" else of_refusal(refusal)


def _page(found: Sequence[GatewayClient], limit: int) -> GatewayClientsPage:
    shown = found[:limit]
    following = shown[-1].client_id if len(found) > limit else None
    return GatewayClientsPage([_body(client) for client in shown], following)


def _body(client: GatewayClient, secret: str | None = None) -> GatewayClientBody:
    return GatewayClientBody(
        client_id=client.client_id,
        partner=client.partner_code,
        kind=client.partner_kind,
        scopes=client.scopes,
        channel_type=client.channel_type,
        created_at=format_micros(client.created_at),
        revoked_at=None if client.revoked_at is None else format_micros(client.revoked_at),
        secret=secret,
    )


def gateway_client_operations(handlers: GatewayClientHandlers, access: Access) -> tuple[Operation, ...]:
    """The operations on gateway clients."""
    return (
        access.operation(
            handlers.add,
            "POST",
            "/gateway-clients",
            "addGatewayClient",
            "Let a program of a partner ask at the gateway",
            TAG,
            description="The secret is shown in this answer only. Other words or another secret for a known id are a "
            "conflict.",
            body=Body(description="The client.", type=NewGatewayClientBody, example=_NEW),
            answers={200: Answer(description="It is let in now.", type=GatewayClientBody, example=_SHOWN)},
            problems=(CONFLICT,),
        ),
        access.operation(
            handlers.list,
            "GET",
            "/gateway-clients",
            "listGatewayClients",
            "List the programs of partners, without their secrets",
            TAG,
            parameters=(_PARTNER, *paging(Key)),
            answers={
                200: Answer(
                    description="A page of them.", type=GatewayClientsPage, example=GatewayClientsPage([_EXAMPLE])
                )
            },
        ),
        access.operation(
            handlers.rotate,
            "POST",
            "/gateway-clients/{clientId}/secret",
            "rotateGatewayClientSecret",
            "Give a client another secret",
            TAG,
            description="The one before is not accepted any more; tokens that were got with it live on (GW-06).",
            parameters=(_CLIENT,),
            body=Body(description="A secret of your own, or an empty object.", type=SecretBody, example=SecretBody()),
            answers={200: Answer(description="The secret is another now.", type=GatewayClientBody, example=_SHOWN)},
            problems=(NOT_FOUND, CONFLICT),
        ),
        access.operation(
            handlers.revoke,
            "DELETE",
            "/gateway-clients/{clientId}",
            "revokeGatewayClient",
            "Shut a client out, for good",
            TAG,
            description="Its secret and every token that it has are not accepted any more (GW-06).",
            parameters=(_CLIENT,),
            answers={200: Answer(description="It is shut out.", type=GatewayClientBody, example=_EXAMPLE)},
            problems=(NOT_FOUND,),
        ),
    )
