"""How a request identifies itself: by a signature, by a token that is renewed, or by one that is given. No I/O."""

from base64 import b64encode
from collections.abc import Callable, Mapping
from typing import Protocol
from urllib.parse import urlencode

import msgspec

from onhand.client.credentials import GatewayClient, OperatorToken, SupplierKey
from onhand.client.errors import BadSetup, TimedOut, Unreadable
from onhand.client.problems import is_token_refused
from onhand.client.signing import Sign, rsa_signer, signing_headers
from onhand.client.steps import Answer, DoorName, Exchange, Headers, Request, one_at_a_time

SIGNATURE_SECONDS = 60.0
"""How long one signature is sent: it lives three minutes (SG-03), and clocks differ."""
RENEW_BEFORE_SECONDS = 60.0
"""How long before a token expires it is renewed; a tenth of its life, where that is shorter."""

Ask = Callable[[Request, float], Exchange[Answer]]
"""Asks, trying again as the policy has it, until a moment on the monotonic clock."""


class Token(msgspec.Struct, frozen=True):
    """A token as it was answered (GW-01); a refresh token comes only where a code was shown."""

    access_token: str
    expires_in: int
    token_type: str = "Bearer"  # noqa: S105 - the scheme's name
    refresh_token: str | None = None


class Door(Protocol):
    """A way in."""

    def headers(self, until: float) -> Exchange[Headers]:
        """The headers that let a request in."""
        ...

    def is_renewed(self, answer: Answer, used: Headers) -> bool:
        """Whether a refused request may be sent once more, because the headers will be others then."""
        ...


class OpenDoor:
    """Links, which carry their own signature, and what anybody may ask."""

    def headers(self, until: float) -> Exchange[Headers]:  # noqa: ARG002
        """None."""
        yield from ()
        return ()

    def is_renewed(self, answer: Answer, used: Headers) -> bool:  # noqa: ARG002
        """Never."""
        return False


class FixedDoor(OpenDoor):
    """Headers that are always the same: the operator's token, or the client's id and secret."""

    def __init__(self, headers: Headers) -> None:
        self._headers = headers

    def headers(self, until: float) -> Exchange[Headers]:  # noqa: ARG002
        """Them."""
        yield from ()
        return self._headers


class ClosedDoor(OpenDoor):
    """No credentials of this kind were given."""

    def __init__(self, name: str, argument: str) -> None:
        self._said = f"the {name} needs credentials: give {argument} when the client is made"

    def headers(self, until: float) -> Exchange[Headers]:  # noqa: ARG002
        """None.

        Raises:
            BadSetup: always.
        """
        yield from ()
        raise BadSetup(self._said)


class SignedDoor(OpenDoor):
    """The store APIs; a signature is used for a while, as it holds for any request of its consumer.

    `clock` gives seconds since 1970.
    """

    def __init__(self, key: SupplierKey, clock: Callable[[], float]) -> None:
        self._key = key
        self._clock = clock
        self._sign: Sign | None = None
        self._signed_at = 0.0
        self._headers: Headers = ()
        self._context: Headers = (("wm_context_identifier", key.context),) if key.context else ()

    def headers(self, until: float) -> Exchange[Headers]:  # noqa: ARG002
        """The four headers, and whom it is for."""
        yield from ()
        now = self._clock()
        if not self._headers or not self._signed_at <= now < self._signed_at + SIGNATURE_SECONDS:
            self._sign = self._sign or rsa_signer(self._key.private_key_pem)
            signed = signing_headers(self._sign, self._key.consumer_id, self._key.key_version, int(now * 1000))
            self._headers, self._signed_at = signed + self._context, now
        return self._headers


class TokenDoor:
    """The gateway: a token is kept, renewed before it expires, and once after it was refused (GW-06, GW-12)."""

    def __init__(self, client: GatewayClient, ask: Ask, monotonic: Callable[[], float]) -> None:
        self._client = client
        self._ask = ask
        self._monotonic = monotonic
        self._token = ""
        self._renew_at = 0.0
        self._others: Headers = (("WM_CONSUMER.CHANNEL.TYPE", client.channel_type),) if client.channel_type else ()

    def headers(self, until: float) -> Exchange[Headers]:
        """The token, renewed where it is time; those who come meanwhile wait for the same one."""
        if not self._is_good() and not (yield from one_at_a_time(lambda: self._renew(until), until)):
            reason = "no token came in time: another call of this client was still waiting for it"
            raise TimedOut(reason, operation="POST /v3/token", correlation_id="-", attempts=1)
        return (("WM_SEC.ACCESS_TOKEN", self._token), *self._others)

    def is_renewed(self, answer: Answer, used: Headers) -> bool:
        """Forget the token where it was refused, unless somebody has renewed it already."""
        if not is_token_refused(answer):
            return False
        if ("WM_SEC.ACCESS_TOKEN", self._token) in used:
            self._token = ""
        return True

    def _is_good(self) -> bool:
        return bool(self._token) and self._monotonic() < self._renew_at

    def _renew(self, until: float) -> Exchange[None]:
        if self._is_good():
            return
        request = token_request(self._client)
        token = token_of(request, (yield from self._ask(request, until)))
        life = float(token.expires_in)
        self._renew_at = self._monotonic() + life - min(RENEW_BEFORE_SECONDS, life / 10)
        self._token = token.access_token


def token_request(client: GatewayClient, form: Mapping[str, str] | None = None) -> Request:
    """The request for a token: by the client's own grant unless `form` says another (GW-01, GW-03)."""
    if form is None:
        form = {"grant_type": "client_credentials"}
        if client.refresh_token:
            form = {"grant_type": "refresh_token", "refresh_token": client.refresh_token}
    acting: Headers = (("WM_PARTNER.ID", client.partner_id),) if client.partner_id else ()
    return Request(
        operation="POST /v3/token",
        method="POST",
        path="/v3/token",
        door="login",
        headers=(("Content-Type", "application/x-www-form-urlencoded"), *acting),
        body=urlencode(form).encode(),
        # A code works once; any other grant gives as many tokens as are asked for.
        repeatable="code" not in form,
    )


def token_of(request: Request, answer: Answer) -> Token:
    """The token in an answer.

    Raises:
        Unreadable: there is none.
    """
    try:
        return msgspec.json.decode(answer.body, type=Token)
    except msgspec.DecodeError as error:
        raise Unreadable(str(error), operation=request.operation) from error


def doors_of(
    supplier: SupplierKey | None,
    gateway: GatewayClient | None,
    operator: OperatorToken | None,
    *,
    ask: Ask,
    clock: Callable[[], float],
    monotonic: Callable[[], float],
) -> dict[DoorName, Door]:
    """The way in for each kind of request."""
    no_gateway = ClosedDoor("gateway", "gateway=GatewayClient(…)")
    return {
        "open": OpenDoor(),
        "nobody": OpenDoor(),
        "supplier": SignedDoor(supplier, clock) if supplier else ClosedDoor("store API", "supplier=SupplierKey(…)"),
        "login": FixedDoor((("Authorization", _basic(gateway)),)) if gateway else no_gateway,
        "gateway": TokenDoor(gateway, ask, monotonic) if gateway else no_gateway,
        "operator": FixedDoor((("Authorization", f"Bearer {operator.token}"),))
        if operator
        else ClosedDoor("operator's API", "operator=OperatorToken(…)"),
    }


def _basic(client: GatewayClient) -> str:
    return "Basic " + b64encode(f"{client.client_id}:{client.client_secret}".encode()).decode()
