"""Tokens of the gateway: signed texts that every process of a server accepts without having made them (GW-06).

A token says who it was given to, on whose behalf, and until when; nothing of it is stored. What can end before its
time, a client or that it acts for somebody, is asked of the database on every request, in one statement.
"""

import binascii
import hmac
from collections.abc import Callable
from functools import lru_cache
from pathlib import Path
from typing import Literal

import msgspec

from onhand.basics.clock import MICROSECONDS, Clock, format_seconds
from onhand.partners.clients import KnownClient, Scopes, client_by_secret
from onhand.partners.published import NOTHING_PUBLISHED, Published
from onhand.store.database import Database, Value
from onhand.store.queries import Queries

_SQL = Queries(Path(__file__).with_name("tokens.sql"))
ACCESS_SECONDS = 900
REFRESH_SECONDS = 365 * 86_400

_LABEL = b"gateway tokens, version 1"
_DIGEST = "sha256"
_DIGEST_BYTES = 32
_TEXT_MAX = 1_024
_READ_REMEMBERED = 4_096
_FROM_URL_ALPHABET = bytes.maketrans(b"-_", b"+/")

Use = Literal["access", "refresh"]


class Caller(msgspec.Struct, frozen=True):
    """Whose token it is, and the partner on whose behalf it asks; `kind` is `supplier` or `seller`.

    `issued_at` and `expires_at` are the token's, in microseconds.
    """

    client_id: str
    partner_id: int
    partner_code: str
    kind: str
    scopes: Scopes
    channel_type: str | None = None
    issued_at: int = 0
    expires_at: int = 0
    renewals: int = 0


class TokenDenial(msgspec.Struct, frozen=True):
    """Why a token opens nothing, and the sentence that says so; it never repeats the token."""

    reason: Literal["malformed", "unknown", "expired"]
    message: str


class _Claims(msgspec.Struct, frozen=True, array_like=True, forbid_unknown_fields=True, gc=False):
    """What a token says. `renewals` is that of the delegation, 0 for a client's own partner."""

    version: Literal[1]
    use: Use
    client_id: str
    partner_id: int
    renewals: int
    issued_at: int
    expires_at: int
    nonce: str


class _Denied(Exception):
    def __init__(self, denial: TokenDenial) -> None:
        super().__init__(denial.reason)
        self.denial = denial


_MALFORMED = TokenDenial("malformed", "The token is malformed: it is not whole, or no token of this API.")
_UNKNOWN = TokenDenial(
    "unknown",
    "The token is unknown here: it is another environment's, or its client or its right to act for this partner ended.",
)
_WRONG_USE: dict[Use, TokenDenial] = {
    "access": TokenDenial("unknown", "The token is unknown as an access token: it is a refresh token."),
    "refresh": TokenDenial("unknown", "The token is unknown as a refresh token: it is an access token."),
}


class Tokens:
    """Gives tokens out and reads them. `secret` is shared by every process of the server and by no other.

    `published` are credentials that open nothing here, whatever the database says (SB-02).
    """

    def __init__(
        self,
        database: Database,
        clock: Clock,
        *,
        secret: bytes,
        new_id: Callable[[], str],
        access_seconds: int = ACCESS_SECONDS,
        refresh_seconds: int = REFRESH_SECONDS,
        published: Published = NOTHING_PUBLISHED,
    ) -> None:
        self.access_seconds = access_seconds
        self._database = database
        self._clock = clock
        self._key = hmac.digest(secret, _LABEL, _DIGEST)
        self._new_id = new_id
        self._seconds: dict[Use, int] = {"access": access_seconds, "refresh": refresh_seconds}
        self._published = published
        # Clients send one token many times. What is no token is not remembered, so it takes no room.
        self._read = lru_cache(maxsize=_READ_REMEMBERED)(self._read_once)

    async def authenticate(self, client_id: str, secret: str) -> KnownClient | None:
        """The live client of that id, where this is its secret."""
        client = await client_by_secret(self._database, client_id, secret)
        return None if self._published.refused_client(client_id, secret) else client

    def issue(self, client_id: str, partner_id: int, *, use: Use = "access", renewals: int = 0) -> str:
        """A token for a client that acts for a partner; `renewals` is that of its delegation, 0 for its own partner."""
        now = self._clock()
        expires_at = now + self._seconds[use] * MICROSECONDS
        said = _encode(_Claims(1, use, client_id, partner_id, renewals, now, expires_at, self._new_id()))
        whole = said + hmac.digest(self._key, said, _DIGEST)
        return binascii.b2a_base64(whole, newline=False).rstrip(b"=").replace(b"+", b"-").replace(b"/", b"_").decode()

    async def verify(self, text: bytes | str, use: Use = "access") -> Caller | TokenDenial:
        """Whose token this is, or why it opens nothing."""
        try:
            claims = self._read(text)
        except _Denied as denied:
            return denied.denial
        if claims.use != use:
            return _WRONG_USE[use]
        if self._clock() >= claims.expires_at:
            said = f"The token expired at {format_seconds(claims.expires_at)}Z."
            return TokenDenial("expired", said)
        client_id, partner_id = claims.client_id, claims.partner_id
        if client_id in self._published.client_ids:
            return _UNKNOWN
        named: dict[str, Value] = {"client_id": client_id, "partner_id": partner_id, "renewals": claims.renewals}
        row = await self._database.one(_SQL["caller"], **named)
        if row is None:
            return _UNKNOWN
        code, kind, inventory, feeds, reports, channel_type = row
        return Caller(
            client_id,
            partner_id,
            code,
            kind,
            Scopes(inventory, feeds, reports),
            channel_type,
            claims.issued_at,
            claims.expires_at,
            claims.renewals,
        )

    def _read_once(self, text: bytes | str) -> _Claims:
        whole = _decoded(text)
        said, signature = whole[:-_DIGEST_BYTES], whole[-_DIGEST_BYTES:]
        try:
            claims = _decode(said)
        except (msgspec.MsgspecError, UnicodeDecodeError):
            raise _Denied(_MALFORMED) from None
        if not hmac.compare_digest(signature, hmac.digest(self._key, said, _DIGEST)):
            raise _Denied(_UNKNOWN)
        return claims


def _decoded(text: bytes | str) -> bytes:
    try:
        sent = text.encode("ascii") if isinstance(text, str) else text
        if len(sent) > _TEXT_MAX:
            raise _Denied(_MALFORMED)
        padded = sent.translate(_FROM_URL_ALPHABET) + b"=" * (-len(sent) % 4)
        return binascii.a2b_base64(padded, strict_mode=True)
    except ValueError:
        raise _Denied(_MALFORMED) from None


_encode = msgspec.msgpack.Encoder().encode
_decode = msgspec.msgpack.Decoder(_Claims).decode
