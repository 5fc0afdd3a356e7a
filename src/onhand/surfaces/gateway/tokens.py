"""Giving tokens out for a client's secret, and saying what a token is worth (GW-01 to GW-06)."""

from msgspec import UNSET, UnsetType
from starlette.responses import Response

from onhand.partners.clients import KnownClient
from onhand.partners.delegations import CodeDenial, redeem_code
from onhand.partners.tokens import Caller, TokenDenial
from onhand.surfaces.gateway.door import Door, declared_answers, too_many_requests
from onhand.surfaces.gateway.errors import (
    INVALID_REQUEST_HEADER,
    INVALID_REQUEST_PARAM,
    UNAUTHORIZED,
    Refused,
    refusal_response,
    refused,
)
from onhand.surfaces.gateway.forms import JSON, XML, choose_form, respond, wants_xml
from onhand.surfaces.gateway.headers import (
    CHANNEL_HEADER,
    CHANNEL_TYPE,
    CORRELATION_ID,
    SERVICE_NAME,
    header_faults,
    not_acceptable,
    unsupported_body,
)
from onhand.surfaces.gateway.services import GatewayServices
from onhand.surfaces.gateway.token_form import PARTNER_HEADER, TokenAsked, credentials, read_form
from onhand.surfaces.gateway.wire_tokens import OAuthToken, OAuthTokenDTO, TokenDetail, TokenForm
from onhand.surfaces.plumbing.call import Call
from onhand.surfaces.plumbing.operations import Answer, Body, Operation, Parameter

TOKEN_CLASS = "gateway_token"  # noqa: S105 - the name of a throttle class
DETAIL_CLASS = "gateway_token_detail"

_TAG = "Tokens"
_FORM = "application/x-www-form-urlencoded"
_FORM_BYTES_MAX = 16_384
_ACCEPTS = (JSON, XML)
_PROVIDER = "provider"
_CHALLENGE = ((b"www-authenticate", b'Basic realm="onhand"'),)
# A token is for who asked for it alone: nothing between keeps it.
_UNSTORED = [(b"cache-control", b"no-store")]
_BASIC = "Send Authorization: Basic, and Base64 of the client id, a colon and the client secret."
_CODE_MESSAGES = {
    "unknown": "This code was not issued to this client for this partner.",
    "expired": "This code has expired.",
    "spent": "This code was shown before, and works once.",
}


class TokenHandlers:
    """What answers the operations on tokens."""

    def __init__(self, services: GatewayServices) -> None:
        self._services = services
        self._tokens = services.tokens

    async def ask(self, call: Call) -> Response:
        """A token for a client's id and secret."""
        client = await self._client(call)
        if isinstance(client, Refused):
            return refusal_response(call, client)
        answered = self._refusal(call, client) or await self._granted(call, client)
        return refusal_response(call, answered) if isinstance(answered, Refused) else answered

    async def detail(self, call: Call, caller: Caller) -> Response:
        """What the caller's token is worth."""
        detail = TokenDetail(
            expire_at=str(caller.expires_at // 1000),
            issued_at=str(caller.issued_at // 1000),
            is_valid=True,
            is_channel_match=caller.channel_type in {None, _header(call, CHANNEL_HEADER)},
            scopes=caller.scopes,
        )
        return respond(call, detail, root="tokenDetail", headers=_UNSTORED)

    async def _client(self, call: Call) -> KnownClient | Refused:
        sent = call.header_bytes.get(b"authorization", b"").strip()
        if not sent:
            return _unauthorized(f"The Authorization header is missing. {_BASIC}")
        shown = credentials(sent)
        if shown is None:
            return _unauthorized(f"The Authorization header is malformed. {_BASIC}")
        client = await self._tokens.authenticate(*shown)
        if client is None:
            said = "No live client of this environment has this client id and this secret. Check both."
            return _unauthorized(said)
        return client

    def _refusal(self, call: Call, client: KnownClient) -> Refused | None:
        if not self._services.throttle.admit(call, client.client_id):
            return too_many_requests()
        if not choose_form(call, _ACCEPTS):
            return not_acceptable(call, _ACCEPTS)
        return unsupported_body(call, (_FORM,))

    async def _granted(self, call: Call, client: KnownClient) -> Response | Refused:
        body, partner_code = await call.read_body(_FORM_BYTES_MAX), _header(call, PARTNER_HEADER)
        asked = read_form(body, partner_code, acts_for_others=client.partner_kind == _PROVIDER)
        faults = header_faults(call)
        if not isinstance(asked, TokenAsked):
            return Refused(400, (*faults, *asked))
        if faults:
            return Refused(400, faults)
        if asked.grant == "client_credentials":
            return self._given(call, self._tokens.issue(client.client_id, client.partner_id))
        if asked.grant == "authorization_code":
            return await self._redeemed(call, client, asked)
        return await self._refreshed(call, client, asked)

    async def _redeemed(self, call: Call, client: KnownClient, asked: TokenAsked) -> Response | Refused:
        services, client_id = self._services, client.client_id
        acting = await redeem_code(
            services.database,
            services.clock,
            client_id=client_id,
            partner_code=asked.partner_code,
            code=asked.code,
            redemption=services.new_id(),
        )
        if isinstance(acting, CodeDenial):
            said = f"{_CODE_MESSAGES[acting.reason]} Ask the operator for a new one."
            return refused(400, INVALID_REQUEST_PARAM, "code", said)
        access = self._tokens.issue(client_id, acting.partner_id, renewals=acting.renewals)
        refresh = self._tokens.issue(client_id, acting.partner_id, use="refresh", renewals=acting.renewals)
        return self._given(call, access, refresh)

    async def _refreshed(self, call: Call, client: KnownClient, asked: TokenAsked) -> Response | Refused:
        holder = await self._tokens.verify(asked.refresh_token, "refresh")
        if isinstance(holder, TokenDenial):
            said = f"{holder.message} Show a new code of the operator's to get another refresh token."
            return refused(400, INVALID_REQUEST_PARAM, "refresh_token", said)
        if holder.client_id != client.client_id:
            said = "The token is unknown here: it was not given to this client. Send one that was."
            return refused(400, INVALID_REQUEST_PARAM, "refresh_token", said)
        if asked.partner_code not in {"", holder.partner_code}:
            said = f"The refresh token is not for the partner that {PARTNER_HEADER} names. Name its partner, or none."
            return refused(400, INVALID_REQUEST_HEADER, PARTNER_HEADER, said)
        return self._given(call, self._tokens.issue(holder.client_id, holder.partner_id, renewals=holder.renewals))

    def _given(self, call: Call, access: str, refresh: str | UnsetType = UNSET) -> Response:
        seconds = self._tokens.access_seconds
        if wants_xml(call):
            dto = OAuthTokenDTO(access, "Bearer", seconds, refresh)
            return respond(call, dto, root="OAuthTokenDTO", headers=_UNSTORED, namespace="")
        return respond(call, OAuthToken(access, "Bearer", seconds, refresh), root="", headers=_UNSTORED)


def token_operations(services: GatewayServices, door: Door) -> tuple[Operation, ...]:
    """The operations on tokens."""
    handlers = TokenHandlers(services)
    asking = Operation(
        method="POST",
        path="/v3/token",
        operation_id="getAccessToken",
        summary="Get a token for a client's id and secret",
        description=(
            "client_credentials gives a client a token for its own partner. A service provider's client shows the "
            "operator's code with authorization_code and gets a refresh token as well, for refresh_token later on."
        ),
        tag=_TAG,
        handler=handlers.ask,
        parameters=(CORRELATION_ID, SERVICE_NAME, CHANNEL_TYPE, _PARTNER),
        body=Body(
            description="The grant, and what it needs.",
            type=TokenForm,
            media_types=(_FORM,),
            example={"grant_type": "client_credentials"},
        ),
        answers=declared_answers(
            {200: Answer(description="The token.", type=OAuthToken, example=_TOKEN_EXAMPLE)}, _ACCEPTS, has_body=True
        ),
        security=("gatewayClient",),
        throttle_class=TOKEN_CLASS,
    )
    telling = door.operation(
        handlers.detail,
        "GET",
        "/v3/token/detail",
        "getTokenDetail",
        "What the token of the call is worth",
        _TAG,
        service="TOKEN",
        scope=None,
        throttle_class=DETAIL_CLASS,
        answers={200: Answer(description="The token.", type=TokenDetail, example=_DETAIL_EXAMPLE)},
    )
    return asking, telling


def _unauthorized(description: str) -> Refused:
    return refused(401, UNAUTHORIZED, UNAUTHORIZED, description, _CHALLENGE)


def _header(call: Call, name: str) -> str:
    return call.header_bytes.get(name.lower().encode(), b"").strip().decode("latin-1")


_PARTNER = Parameter(
    name=PARTNER_HEADER,
    place="header",
    description="The id of the partner that the client acts for; needed with authorization_code.",
)
_TOKEN_EXAMPLE = {"access_token": "eyJraWQiOiI1MWY3MjM0Ny0wYWY5", "token_type": "Bearer", "expires_in": 900}
_DETAIL_EXAMPLE = {
    "expire_at": "1700000900000",
    "issued_at": "1700000000000",
    "is_valid": True,
    "is_channel_match": True,
    "scopes": {"inventory": "full_access", "feeds": "view_only", "reports": "no_access"},
}
