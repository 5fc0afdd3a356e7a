"""Who may use the operator's API, a client that shows its token; and its operations, which all stand behind that."""

import re
from collections.abc import Awaitable, Callable, Mapping, Sequence
from typing import Literal

from starlette.responses import Response

from onhand.partners.operators import OperatorClient, operator_client_by_token, operator_clients_by_tokens
from onhand.store.combining import Combiner
from onhand.store.database import Database
from onhand.surfaces.operator.problems import (
    BAD_PARAMETERS,
    REFUSED,
    TOO_LARGE,
    TOO_MANY_REQUESTS,
    UNAUTHORIZED,
    UNREADABLE_BODY,
    UNSUPPORTED_MEDIA_TYPE,
    Problem,
    ProblemType,
    problem_answers,
    problem_response,
)
from onhand.surfaces.plumbing.call import Call
from onhand.surfaces.plumbing.operations import Answer, Body, Handler, Operation, Parameter
from onhand.surfaces.plumbing.throttling import Throttle

SECURITY_SCHEMES = {
    "operatorToken": {"type": "http", "scheme": "bearer", "description": "The token of an operator client."}
}
PREFIX = "/operator/v1"
THROTTLE_CLASS = "operator"
_LOOKUPS_MAX = 1_000

OperatorHandler = Callable[[Call, OperatorClient], Awaitable[Response | Problem]]

_BODY_PROBLEMS = (UNREADABLE_BODY, TOO_LARGE, UNSUPPORTED_MEDIA_TYPE, REFUSED)
_BEARER = re.compile(rb"bearer +([A-Za-z0-9._~+/-]{1,512}=*) *", re.IGNORECASE)


class Access:
    """The door of the operator's API. `refused_tokens` open it nowhere, whatever the database says (SB-02)."""

    def __init__(self, database: Database, throttle: Throttle, refused_tokens: frozenset[str] = frozenset()) -> None:
        self._database = database
        self._throttle = throttle
        self._refused_tokens = refused_tokens
        # A look-up begins after the request has come, so a client that was revoked before is out. Those that come
        # meanwhile share the next one; an embedded database answers sooner than they could wait for each other.
        self._lookups = None if database.dialect == "sqlite" else Combiner(self._clients_by_tokens, _LOOKUPS_MAX)

    def operation(  # noqa: PLR0913 - as many as an operation has parts
        self,
        handler: OperatorHandler,
        method: Literal["GET", "POST", "PUT", "DELETE"],
        path: str,
        operation_id: str,
        summary: str,
        tag: str,
        *,
        answers: Mapping[int, Answer],
        problems: tuple[ProblemType, ...] = (),
        description: str = "",
        parameters: tuple[Parameter, ...] = (),
        body: Body | None = None,
    ) -> Operation:
        """An operation behind the door; the problems that follow from its body and parameters are declared with it."""
        declared = {*problems, *(_BODY_PROBLEMS if body else ()), BAD_PARAMETERS}
        return Operation(
            method=method,
            path=PREFIX + path,
            operation_id=operation_id,
            summary=summary,
            description=description,
            tag=tag,
            handler=self.guarded(handler),
            parameters=parameters,
            body=body,
            answers={**answers, **problem_answers(*declared)},
            security=tuple(SECURITY_SCHEMES),
            throttle_class=THROTTLE_CLASS,
        )

    def guarded(self, handler: OperatorHandler) -> Handler:
        """A handler that is reached by an operator client only, and whose problems are answered."""

        async def answer(call: Call) -> Response:
            client = await self._client(call)
            answered = client if isinstance(client, Problem) else await handler(call, client)
            return problem_response(call, answered) if isinstance(answered, Problem) else answered

        return answer

    async def _client(self, call: Call) -> OperatorClient | Problem:
        sent = call.header_bytes.get(b"authorization")
        if sent is None:
            return _unauthorized("The Authorization header is missing", b"Bearer")
        shown = _BEARER.fullmatch(sent)
        if shown is None:
            return _unauthorized("The Authorization header is not `Bearer <token>`", b"Bearer")
        token = shown[1].decode("ascii")
        client = None if token in self._refused_tokens else await self._client_by_token(token)
        if client is None:
            return _unauthorized("No live operator client has this token", b'Bearer error="invalid_token"')
        if not self._throttle.admit(call, client.client_id):
            return Problem(TOO_MANY_REQUESTS, TOO_MANY_REQUESTS.mend)
        return client

    async def _client_by_token(self, token: str) -> OperatorClient | None:
        if self._lookups is None:
            return await operator_client_by_token(self._database, token)
        (client,) = await self._lookups.take([token])
        return client

    async def _clients_by_tokens(self, tokens: Sequence[str]) -> list[OperatorClient | None]:
        return await operator_clients_by_tokens(self._database, tokens)


def _unauthorized(reason: str, challenge: bytes) -> Problem:
    return Problem(UNAUTHORIZED, f"{reason}. {UNAUTHORIZED.mend}", headers=((b"www-authenticate", challenge),))
