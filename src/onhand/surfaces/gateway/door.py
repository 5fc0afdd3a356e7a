"""The door of the gateway: every operation stands behind its token, its limits, its scopes and its header rules.

What is wrong is judged in one order: the token (401), the limit (429), what is accepted (406), what is sent (415), the
scope (403), and then every missing or bad header at once (400), of a read together with its bad parameters. A limit of
so few calls that a mistake may not cost one counts answers, and comes last.

Where calls are scarce, a repeat under an Idempotency-Key gets the first one's answer before its content is judged
again, and counts for nothing: whoever lost that answer can't have it otherwise (DS-11).
"""

from collections.abc import Awaitable, Callable, Mapping
from typing import Literal

import msgspec
from starlette.responses import Response

from onhand.partners.clients import Scopes
from onhand.partners.tokens import Caller, TokenDenial
from onhand.surfaces.gateway.errors import (
    FORBIDDEN,
    GATEWAY,
    INVALID_TOKEN,
    REQUEST_THRESHOLD_VIOLATED,
    UNAUTHORIZED,
    Fault,
    Refused,
    error_answers,
    refusal_response,
    refused,
)
from onhand.surfaces.gateway.forms import JSON, XML, choose_form
from onhand.surfaces.gateway.headers import (
    CHANNEL_TYPE,
    CORRELATION_ID,
    SERVICE_NAME,
    has_body,
    header_faults,
    not_acceptable,
    unsupported_body,
)
from onhand.surfaces.gateway.services import GatewayServices
from onhand.surfaces.plumbing.call import Call
from onhand.surfaces.plumbing.operations import Answer, Body, Handler, Operation, Parameter

__all__ = ["Caller", "Door", "GatewayHandler", "Scopes"]

TOKEN_HEADER = "WM_SEC.ACCESS_TOKEN"  # noqa: S105 - the name of a header
SECURITY_SCHEMES = {
    "gatewayToken": {
        "type": "apiKey",
        "in": "header",
        "name": TOKEN_HEADER,
        "description": "A token from `POST /v3/token`.",
    },
    "gatewayClient": {"type": "http", "scheme": "basic", "description": "A client's id and its secret."},
}
THROTTLING_HEADERS = {
    "X-Current-Token-Count": "How many calls of this operation are left now.",
    "X-Next-Replenishment-Time": "When the next one comes back, ISO 8601, UTC.",
    "x-next-replenish-time": "The same in its other spelling.",
}

GatewayHandler = Callable[[Call, Caller], Awaitable[Response | Refused]]
Limited = Callable[[Call, Caller], str]
"""Whose limit a call counts against, within its operation. It takes few values: each is a bucket for an hour."""
Repeated = Callable[[Call, Caller], Awaitable[Response | None]]
"""The answer that is kept to a call which is a repeat, None to any other."""
Subject = Literal["inventory", "feeds", "reports"]
Counted = Literal["calls", "answers"]
"""What a limit counts: every call before it is looked at, or only those that are answered as they were meant."""

_TOKEN_HEADER_BYTES = TOKEN_HEADER.lower().encode()
_GET_A_TOKEN = "Get a token from POST /v3/token and send it in WM_SEC.ACCESS_TOKEN."  # noqa: S105 - a sentence
_FULL, _NONE = "full_access", "no_access"


def each_client(_call: Call, caller: Caller) -> str:
    """A limit for each client (GW-15)."""
    return caller.client_id


class Door:
    """Makes operations that a caller reaches only with a live token and the right to them."""

    def __init__(self, services: GatewayServices) -> None:
        self._tokens = services.tokens
        self._throttle = services.throttle
        self._legacy = services.legacy_token_errors

    def operation(  # noqa: PLR0913 - as many as an operation has parts
        self,
        handler: GatewayHandler,
        method: Literal["GET", "POST", "PUT", "DELETE"],
        path: str,
        operation_id: str,
        summary: str,
        tag: str,
        *,
        service: str,
        scope: Subject | None,
        throttle_class: str,
        answers: Mapping[int, Answer],
        limited: Limited = each_client,
        counted: Counted = "calls",
        repeated: Repeated | None = None,
        limit_name: str | None = None,
        description: str = "",
        parameters: tuple[Parameter, ...] = (),
        body: Body | None = None,
        accepts: tuple[str, ...] = (JSON,),
        takes: tuple[str, ...] = (JSON,),
    ) -> Operation:
        """An operation behind the door, with its headers and the errors that follow from the door declared.

        `accepts` are the media types in which it answers, the first where the caller does not mind; `takes` those in
        which a body may come. `scope` None needs no scope. `service` stands in the codes of the handler's own
        errors. A call counts against the limit of its client, unless `limited` says whose; operations with one
        `limit_name` share it. `repeated` knows the calls that count for nothing because they were answered before.
        """
        body_required = body is not None and body.required
        taken = takes if body else ()
        allowed = _Allowed(scope, method != "GET", accepts, taken, limited, counted, repeated, body_required)
        return Operation(
            method=method,
            path=path,
            operation_id=operation_id,
            summary=summary,
            description=description,
            tag=tag,
            handler=self._guarded(handler, allowed, service),
            parameters=(*parameters, CORRELATION_ID, SERVICE_NAME, CHANNEL_TYPE),
            body=msgspec.structs.replace(body, media_types=takes) if body else None,
            answers=declared_answers(answers, accepts, has_body=body is not None, has_scope=scope is not None),
            security=("gatewayToken",),
            throttle_class=throttle_class,
            limit_name=limit_name,
        )

    def _guarded(self, handler: GatewayHandler, allowed: "_Allowed", service: str) -> Handler:
        async def answer(call: Call) -> Response:
            caller = await self._caller(call)
            if isinstance(caller, Refused):
                return refusal_response(call, caller)
            response = await respond(call, caller)
            if allowed.counted == "answers" and (response.status_code not in {200, 429} or _is_head(call)):
                self._throttle.tell(call, allowed.limited(call, caller))
            return response

        async def respond(call: Call, caller: Caller) -> Response:
            repeat = await self._repeat(call, caller, allowed)
            if repeat is not None:
                return repeat
            refusal = self._refusal(call, caller, allowed)
            if refusal is not None:
                return refusal_response(call, refusal)
            faults = tuple(msgspec.structs.replace(fault, service=GATEWAY) for fault in header_faults(call))
            if faults and allowed.changes:
                return refusal_response(call, Refused(400, faults))
            answered = await handler(call, caller)
            if faults:
                # A read does no harm, and tells what else was wrong.
                return refusal_response(call, Refused(400, (*faults, *_faults_of(answered))), service)
            if isinstance(answered, Refused):
                self._give_back(call, caller, allowed, answered)
                return refusal_response(call, answered, service)
            return answered if self._may_answer(call, caller, allowed) else refusal_response(call, too_many_requests())

        return answer

    async def _repeat(self, call: Call, caller: Caller, allowed: "_Allowed") -> Response | None:
        """The first answer to a call that is repeated by who may make it still, as it was made."""
        if allowed.repeated is None or _unfit(call, caller, allowed) or header_faults(call):
            return None
        answer = await allowed.repeated(call, caller)
        if answer is not None:
            self._throttle.tell(call, allowed.limited(call, caller))
        return answer

    def _give_back(self, call: Call, caller: Caller, allowed: "_Allowed", refusal: Refused) -> None:
        """Give back what a call took of its limit, where it was refused for no mistake of the caller's."""
        if allowed.counted == "calls" and not refusal.counts:
            self._throttle.give_back(call, allowed.limited(call, caller))

    def _may_answer(self, call: Call, caller: Caller, allowed: "_Allowed") -> bool:
        """Whether an answer that counts is within its limit; what HEAD tells of one does not count."""
        is_counted = allowed.counted == "answers" and not _is_head(call)
        return not is_counted or self._throttle.admit(call, allowed.limited(call, caller))

    async def _caller(self, call: Call) -> Caller | Refused:
        sent = call.header_bytes.get(_TOKEN_HEADER_BYTES)
        if not sent:
            return self._unauthorized(f"The {TOKEN_HEADER} header is missing. {_GET_A_TOKEN}")
        caller = await self._tokens.verify(sent.strip())
        if isinstance(caller, TokenDenial):
            return self._unauthorized(f"{caller.message} {_GET_A_TOKEN}")
        return caller

    def _refusal(self, call: Call, caller: Caller, allowed: "_Allowed") -> Refused | None:
        if allowed.counted == "calls" and not self._throttle.admit(call, allowed.limited(call, caller)):
            return too_many_requests()
        return _unfit(call, caller, allowed)

    def _unauthorized(self, description: str) -> Refused:
        if self._legacy:
            return refused(400, INVALID_TOKEN, "TOKEN", description)
        return refused(401, UNAUTHORIZED, UNAUTHORIZED, description)


class _Allowed(msgspec.Struct, frozen=True):
    """What an operation asks of a call."""

    scope: Subject | None
    changes: bool
    accepts: tuple[str, ...]
    takes: tuple[str, ...]
    limited: Limited
    counted: Counted
    repeated: Repeated | None
    body_required: bool


def too_many_requests() -> Refused:
    """The refusal of a call over the limit; the throttling headers are on its answer already (GW-15)."""
    said = "Too many requests of this operation. Come again after the seconds in the Retry-After header."
    return refused(429, REQUEST_THRESHOLD_VIOLATED, "REQUEST_THRESHOLD", said)


def declared_answers(
    answers: Mapping[int, Answer], accepts: tuple[str, ...], *, has_body: bool, has_scope: bool = False
) -> dict[int, Answer]:
    """An operation's answers with the errors that the door adds, and the headers that stand on all of them."""
    statuses = (400, 401, 406, 429, 500, 503, *((403,) if has_scope else ()), *((413, 415) if has_body else ()))
    others = tuple(form for form in accepts if form == XML)
    own = {
        status: msgspec.structs.replace(answer, other_media_types=others) if answer.media_type == JSON else answer
        for status, answer in answers.items()
        if answer.other_media_types == ()
    }
    whole = {**error_answers(*statuses), **answers, **own}
    return {
        status: msgspec.structs.replace(answer, headers={**THROTTLING_HEADERS, **answer.headers})
        for status, answer in whole.items()
    }


def _unfit(call: Call, caller: Caller, allowed: _Allowed) -> Refused | None:
    """What keeps a call from its operation, apart from its headers and its content."""
    if not choose_form(call, allowed.accepts):
        return not_acceptable(call, allowed.accepts)
    takes = allowed.takes if allowed.body_required or has_body(call) else ()
    unsupported = unsupported_body(call, takes) if takes else None
    if unsupported is not None or allowed.scope is None:
        return unsupported
    return _forbidden(caller.scopes, allowed.scope, changes=allowed.changes)


def _is_head(call: Call) -> bool:
    return bool(call.scope["method"] == "HEAD")


def _faults_of(answered: Response | Refused) -> tuple[Fault, ...]:
    """What a handler found wrong with the parameters of a request."""
    return answered.faults if isinstance(answered, Refused) and answered.status == 400 else ()


def _forbidden(scopes: Scopes, subject: Subject, *, changes: bool) -> Refused | None:
    has: str = getattr(scopes, subject)
    if has == _FULL or (has != _NONE and not changes):
        return None
    needed = _FULL if changes else f"view_only or {_FULL}"
    said = (
        f"This client has {has} for {subject}, and this call needs {needed}. Ask the operator for a client that has it."
    )
    return Refused(403, (Fault(FORBIDDEN, subject, said),))
