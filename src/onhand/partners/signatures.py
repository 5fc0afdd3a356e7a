"""Signed requests: whether the four security headers come from the consumer that they name, and are fresh (SG).

The signed text is the consumer id, the time stamp and the key version, a line feed after each, as the headers
themselves say them; the signature is RSASSA-PKCS1-v1_5 with SHA-256 in standard Base64.
"""

import binascii
from base64 import b64decode
from collections import OrderedDict
from functools import lru_cache
from typing import Literal

import msgspec
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.padding import PKCS1v15
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPublicKey
from cryptography.hazmat.primitives.hashes import SHA256

from onhand.basics.clock import Clock
from onhand.partners.identity import Identity, identify
from onhand.partners.keys import read_public_key
from onhand.partners.published import NOTHING_PUBLISHED, Published
from onhand.store.database import Database

DenialCode = Literal["no_consumer_id", "headers_missing", "consumer_unknown", "timestamp_expired", "signature_invalid"]

_MICROSECONDS_PER_MILLISECOND = 1000
_MILLISECONDS_PER_SECOND = 1000
_TIMESTAMP_DIGITS_MAX = 18
# A time stamp so far back is read as one in seconds: in milliseconds it would lie before September 2001.
_MILLISECONDS_MIN = 1_000_000_000_000


class SecurityHeaders(msgspec.Struct, frozen=True, gc=False):
    """The four headers as sent, trimmed; empty where missing."""

    consumer_id: bytes
    timestamp: bytes
    key_version: bytes
    signature: bytes


class Denial(msgspec.Struct, frozen=True):
    """Why a request is not who it says, in the words of SG-05; `hint` tells how to mend it where that isn't plain."""

    code: DenialCode
    message: str
    hint: str = ""


_NO_CONSUMER_ID = Denial("no_consumer_id", "wm_consumer.id is not found in the request header.")
_HEADERS_MISSING = Denial(
    "headers_missing",
    "Request is missing required security headers, please read documentation for security headers.",
)
_CONSUMER_UNKNOWN = Denial("consumer_unknown", "The Consumer ID is not subscribed to the service name.")
_SIGNATURE_INVALID = Denial(
    "signature_invalid", "Could not authenticate inrequest, auth signature: Signature verification failed."
)


class Verifier:
    """Verifies the headers of requests, and remembers what it verified for as long as the signature lives.

    Clients send one signature with every call of its three minutes. The key is read from the database each time all
    the same and is part of what is remembered, so one that was revoked or replaced is refused at once.
    `published` are credentials that are nobody's here, whatever the database says (SB-02): its consumers are unknown,
    and its keys sign nothing.
    """

    def __init__(
        self,
        database: Database,
        clock: Clock,
        *,
        signature_seconds: float,
        future_seconds: float,
        published: Published = NOTHING_PUBLISHED,
        remembered_max: int = 10_000,
    ) -> None:
        self._database = database
        self._clock = clock
        self._signature_milliseconds = int(signature_seconds * _MILLISECONDS_PER_SECOND)
        self._future_milliseconds = int(future_seconds * _MILLISECONDS_PER_SECOND)
        self._published = published
        self._remembered_max = remembered_max
        # A plain dictionary would look for its oldest among all places that were emptied before it.
        self._verified: OrderedDict[tuple[SecurityHeaders, str], None] = OrderedDict()

    async def verify(self, headers: SecurityHeaders, context: str | None) -> Identity | Denial:
        """Who asks, or why not, found out in the order of SG-05."""
        if not headers.consumer_id:
            return _NO_CONSUMER_ID
        if not (headers.timestamp and headers.key_version and headers.signature):
            return _HEADERS_MISSING
        identity = await self._identify(headers, context)
        if identity is None:
            return _CONSUMER_UNKNOWN
        stale = self._staleness(headers.timestamp)
        if stale is not None:
            return stale
        if identity.public_key is None or not self._is_signed(headers, identity.public_key):
            return _SIGNATURE_INVALID
        return identity

    async def _identify(self, headers: SecurityHeaders, context: str | None) -> Identity | None:
        consumer_id = headers.consumer_id.decode("latin-1")
        key_version = headers.key_version.decode("latin-1")
        # PostgreSQL takes no text with a NUL in it, and no id or code has any other such character either.
        if not consumer_id.isprintable() or consumer_id in self._published.consumer_ids:
            return None
        if not key_version.isprintable():
            key_version = ""
        if context is not None and not context.isprintable():
            context = ""
        return await identify(self._database, consumer_id, key_version, context)

    def _staleness(self, sent: bytes) -> Denial | None:
        now = self._clock() // _MICROSECONDS_PER_MILLISECOND
        if not sent.isdigit() or len(sent) > _TIMESTAMP_DIGITS_MAX:
            return _expired(sent, "The time stamp is epoch milliseconds: digits only.")
        timestamp = int(sent)
        if -self._future_milliseconds <= now - timestamp <= self._signature_milliseconds:
            return None
        return _expired(sent, _hint(timestamp, now))

    def _is_signed(self, headers: SecurityHeaders, public_key: str) -> bool:
        signed = (headers, public_key)
        if signed in self._verified:
            return True
        if self._published.refused_key(public_key) or not is_signature_of(headers, public_key):
            return False
        if len(self._verified) >= self._remembered_max:
            # The oldest goes: it is the nearest to its end.
            self._verified.popitem(last=False)
        self._verified[signed] = None
        return True


def is_signature_of(headers: SecurityHeaders, public_key: str) -> bool:
    """Whether the signature is one of the other three values, made with the private half of `public_key`."""
    key = _key_of(public_key)
    try:
        signature = b64decode(headers.signature, validate=True)
        if key is None:
            return False
        text = b"%s\n%s\n%s\n" % (headers.consumer_id, headers.timestamp, headers.key_version)
        key.verify(signature, text, PKCS1v15(), SHA256())
    except (binascii.Error, InvalidSignature):
        return False
    return True


@lru_cache(maxsize=1024)
def _key_of(public_key: str) -> RSAPublicKey | None:
    # Reading a key takes half as long again as verifying with it.
    key = read_public_key(public_key)
    return key if isinstance(key, RSAPublicKey) else None


def _expired(sent: bytes, hint: str) -> Denial:
    shown = sent.decode("latin-1")
    return Denial("timestamp_expired", f"The timestamp {shown} passed for the signature has expired.", hint)


def _hint(timestamp: int, now: int) -> str:
    if timestamp < _MILLISECONDS_MIN:
        return "The time stamp looks like seconds: send epoch milliseconds."
    if timestamp > now:
        ahead = (timestamp - now) // _MILLISECONDS_PER_SECOND
        return f"The time stamp is {ahead} s ahead of the server's clock: set the client's clock right."
    return ""
