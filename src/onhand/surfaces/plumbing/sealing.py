"""Opaque texts that callers send back: content under a seal, so that it is ours, unaltered, and meant for this use."""

import binascii
import hmac
from base64 import urlsafe_b64decode, urlsafe_b64encode

import msgspec

_SEAL_BYTES = 32


def sealed(content: bytes, scope: bytes, secret: bytes) -> str:
    """The text that carries `content`; it opens for the same scope and secret only."""
    return _text_of(_seal_of(content, scope, secret) + content)


def opened(text: str, scope: bytes, secret: bytes) -> bytes | None:
    """The content of a sealed text, or None where it was altered or sealed for another scope."""
    try:
        whole = urlsafe_b64decode(text + "=" * (-len(text) % 4))
    except (binascii.Error, ValueError):
        return None
    content = whole[_SEAL_BYTES:]
    # The decoder passes over characters that are not of its alphabet, and over the last ones' unused bits.
    if text != _text_of(whole) or not hmac.compare_digest(whole[:_SEAL_BYTES], _seal_of(content, scope, secret)):
        return None
    return content


def _text_of(whole: bytes) -> str:
    return urlsafe_b64encode(whole).rstrip(b"=").decode("ascii")


def _seal_of(content: bytes, scope: bytes, secret: bytes) -> bytes:
    # As a JSON list, so that no scope and content run together into those of another.
    return hmac.digest(secret, msgspec.json.encode([scope, content]), "sha256")
