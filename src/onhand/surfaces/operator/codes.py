"""Codes by which a service provider's client comes to act for a supplier or a seller, and the end of that (GW-03)."""

from collections.abc import Callable
from typing import Annotated

import msgspec
from msgspec import Meta
from starlette.responses import Response

from onhand.basics.clock import Clock, format_micros
from onhand.basics.refusal import Refusal
from onhand.partners.delegations import CODE_SECONDS, CODE_SECONDS_MAX, end_delegation, issue_code
from onhand.partners.operators import OperatorClient
from onhand.store.database import Database
from onhand.surfaces.operator.access import Access
from onhand.surfaces.operator.parameters import Key, Readings, Time
from onhand.surfaces.operator.partners import Code
from onhand.surfaces.operator.problems import CONFLICT, NOT_FOUND, Problem, of_refusal
from onhand.surfaces.operator.reading import read_json
from onhand.surfaces.plumbing.call import Call
from onhand.surfaces.plumbing.operations import Answer, Body, Operation, Parameter
from onhand.surfaces.plumbing.responses import JsonResponse

TAG = "Gateway clients"


class NewCodeBody(msgspec.Struct, frozen=True, rename="camel", omit_defaults=True):
    """Which client is to act, for whom, and for how long the code is good."""

    client_id: Code
    partner: Annotated[Code, Meta(description="The code of the supplier or seller that the client is to act for.")]
    seconds: Annotated[int, Meta(ge=1, le=CODE_SECONDS_MAX)] = CODE_SECONDS


class CodeBody(msgspec.Struct, frozen=True, rename="camel"):
    """A code that its client may show once, until it expires."""

    client_id: str
    partner: str
    code: Annotated[str, Meta(description="Shown this once: only its hash is kept.")]
    expires_at: Time


_NEW = NewCodeBody("data-house-app", "10000000001")
_EXAMPLE = CodeBody(_NEW.client_id, _NEW.partner, "c0de-5h0wn-0nce-0n1y", "2026-03-05T12:10:00Z")
_CLIENT = Parameter(
    name="clientId", place="path", description="The service provider's client.", type=Key, example=_NEW.client_id
)
_PARTNER = Parameter(
    name="partner", place="path", description="Whom it acts for, by its code.", type=Key, example=_NEW.partner
)


class CodeHandlers:
    """Answers about authorization codes. `new_code` makes a random code."""

    def __init__(self, database: Database, clock: Clock, body_bytes_max: int, new_code: Callable[[], str]) -> None:
        self._database = database
        self._clock = clock
        self._body_bytes_max = body_bytes_max
        self._new_code = new_code

    async def issue(self, call: Call, _: OperatorClient) -> Response | Problem:
        """Issue a code."""
        body = await read_json(Readings(call), NewCodeBody, self._body_bytes_max)
        if isinstance(body, Problem):
            return body
        code = self._new_code()
        issued = await issue_code(
            self._database,
            self._clock,
            client_id=body.client_id,
            partner_code=body.partner,
            code=code,
            seconds=body.seconds,
        )
        if isinstance(issued, Refusal):
            return of_refusal(issued)
        return JsonResponse(CodeBody(body.client_id, body.partner, code, format_micros(issued.expires_at)))

    async def end(self, call: Call, _: OperatorClient) -> Response | Problem:
        """End that a client acts for a partner."""
        readings = Readings(call)
        client_id, partner = readings.path_key("clientId"), readings.path_key("partner")
        problem = readings.problem()
        if problem:
            return problem
        refusal = await end_delegation(self._database, self._clock, client_id=client_id, partner_code=partner)
        return Problem(NOT_FOUND, refusal.message) if refusal else Response(status_code=204)


def code_operations(handlers: CodeHandlers, access: Access) -> tuple[Operation, ...]:
    """The operations on authorization codes and on what they gave."""
    return (
        access.operation(
            handlers.issue,
            "POST",
            "/authorization-codes",
            "issueAuthorizationCode",
            "Let a service provider's client act for a supplier or a seller",
            TAG,
            description="The client shows the code at `POST /v3/token` (`grant_type=authorization_code`), once and in "
            "time, and may act for the partner from then on.",
            body=Body(description="Who is to act for whom.", type=NewCodeBody, example=_NEW),
            answers={200: Answer(description="The code.", type=CodeBody, example=_EXAMPLE)},
            problems=(CONFLICT,),
        ),
        access.operation(
            handlers.end,
            "DELETE",
            "/gateway-clients/{clientId}/delegations/{partner}",
            "endDelegation",
            "End that a service provider's client acts for a partner",
            TAG,
            description="Its tokens for that partner, and codes that it has not shown yet, are not accepted any more.",
            parameters=(_CLIENT, _PARTNER),
            answers={204: Answer(description="It has ended.")},
            problems=(NOT_FOUND,),
        ),
    )
