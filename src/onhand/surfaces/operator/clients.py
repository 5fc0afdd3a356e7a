"""The operator's own programs and the tokens that let them in (OP-01)."""

from collections.abc import Callable
from typing import Annotated

import msgspec
from msgspec import Meta
from starlette.responses import Response

from onhand.basics.clock import Clock, format_micros
from onhand.basics.refusal import Refusal
from onhand.partners.operators import OperatorClient, add_operator_client, list_operator_clients, revoke_operator_client
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

TAG = "Operator clients"
_OwnToken = Annotated[
    str,
    Meta(
        min_length=16,
        max_length=256,
        description="A random token of your own, so that the request can be repeated; made here if absent.",
    ),
]


class NewClientBody(msgspec.Struct, frozen=True, rename="camel"):
    """A program of the operator's; `source` is the source of the events that it posts."""

    client_id: Code
    source: Code
    token: _OwnToken | None = None


class ClientBody(msgspec.Struct, frozen=True, rename="camel", omit_defaults=True):
    """A program of the operator's as it is known; it is let in unless it was revoked."""

    client_id: str
    source: str
    created_at: Time
    revoked_at: Time | None = None
    token: Annotated[str | None, Meta(description="Shown this once: only its hash is kept.")] = None


class ClientsPage(msgspec.Struct, frozen=True, rename="camel", omit_defaults=True):
    """Some clients in the order of their ids, and where the next ones begin."""

    clients: list[ClientBody]
    next_after: Annotated[str | None, Meta(description="The `after` of the next page; absent on the last.")] = None


_TOKEN = "k3y-5h0wn-0nce-0n1y"  # noqa: S105 - an example
_CLIENT = Parameter(name="clientId", place="path", description="The client.", type=Key, example="tills")
_EXAMPLE = ClientBody("tills", "tills", "2026-03-05T12:00:00Z")


class ClientHandlers:
    """Answers about operator clients. `new_token` makes a random token; those that are `published` are refused."""

    def __init__(
        self, database: Database, clock: Clock, body_bytes_max: int, new_token: Callable[[], str], published: Published
    ) -> None:
        self._database = database
        self._clock = clock
        self._body_bytes_max = body_bytes_max
        self._new_token = new_token
        self._published = published

    async def add(self, call: Call, _: OperatorClient) -> Response | Problem:
        """Let a program in."""
        body = await read_json(Readings(call), NewClientBody, self._body_bytes_max)
        if isinstance(body, Problem):
            return body
        token = body.token or self._new_token()
        added = self._published.refused_token(body.token) or await add_operator_client(
            self._database, self._clock, client_id=body.client_id, source=body.source, token=token
        )
        return of_refusal(added) if isinstance(added, Refusal) else JsonResponse(_client_body(added, token))

    async def list(self, call: Call, _: OperatorClient) -> Response | Problem:
        """A page of clients."""
        readings = Readings(call)
        after, limit = readings.page()
        problem = readings.problem(*PAGING)
        if problem:
            return problem
        found = await list_operator_clients(self._database, after=after, rows_max=limit + 1)
        shown = found[:limit]
        following = shown[-1].client_id if len(found) > limit else None
        return JsonResponse(ClientsPage([_client_body(client) for client in shown], following))

    async def revoke(self, call: Call, _: OperatorClient) -> Response | Problem:
        """Shut a program out for good."""
        readings = Readings(call)
        client_id = readings.path_key("clientId")
        problem = readings.problem()
        if problem:
            return problem
        revoked = await revoke_operator_client(self._database, self._clock, client_id=client_id)
        return (
            Problem(NOT_FOUND, revoked.message) if isinstance(revoked, Refusal) else JsonResponse(_client_body(revoked))
        )


def _client_body(client: OperatorClient, token: str | None = None) -> ClientBody:
    revoked_at = None if client.revoked_at is None else format_micros(client.revoked_at)
    return ClientBody(client.client_id, client.source, format_micros(client.created_at), revoked_at, token)


def client_operations(handlers: ClientHandlers, access: Access) -> tuple[Operation, ...]:
    """The operations on operator clients."""
    shown = msgspec.structs.replace(_EXAMPLE, token=_TOKEN)
    return (
        access.operation(
            handlers.add,
            "POST",
            "/operator-clients",
            "addOperatorClient",
            "Let a program of the operator's in",
            TAG,
            description="The token is shown in this answer only. Another source or token for a known id is a conflict.",
            body=Body(description="The client.", type=NewClientBody, example=NewClientBody("tills", "tills")),
            answers={200: Answer(description="It is let in now.", type=ClientBody, example=shown)},
            problems=(CONFLICT,),
        ),
        access.operation(
            handlers.list,
            "GET",
            "/operator-clients",
            "listOperatorClients",
            "List the operator's programs, without their tokens",
            TAG,
            parameters=paging(Key),
            answers={200: Answer(description="A page of them.", type=ClientsPage, example=ClientsPage([_EXAMPLE]))},
        ),
        access.operation(
            handlers.revoke,
            "DELETE",
            "/operator-clients/{clientId}",
            "revokeOperatorClient",
            "Shut a program out, for good",
            TAG,
            parameters=(_CLIENT,),
            answers={200: Answer(description="Its token is not accepted any more.", type=ClientBody, example=_EXAMPLE)},
            problems=(NOT_FOUND,),
        ),
    )
