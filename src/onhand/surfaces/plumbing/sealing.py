"""Opaque texts that callers send back: content that only we can read, unaltered, and meant for this use.

A position names events of the operator's, which are not the caller's to read, so the content is enciphered and not only
signed. AES-SIV needs no randomness: the same content in the same scope gives the same text.
"""

import binascii
from base64 import urlsafe_b64decode, urlsafe_b64encode
from hashlib import sha512

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESSIV


def sealed(content: bytes, scope: bytes, secret: bytes) -> str:
    """The text that carries `content`, which is not empty; it opens for the same scope and secret only."""
    return _text_of(_cipher(secret).encrypt(content, [scope]))


def opened(text: str, scope: bytes, secret: bytes) -> bytes | None:
    """The content of a sealed text, or None where it was altered or sealed for another scope."""
    try:
        whole = urlsafe_b64decode(text + "=" * (-len(text) % 4))
        content = _cipher(secret).decrypt(whole, [scope])
    except (binascii.Error, ValueError, InvalidTag):
        return None
    # The decoder passes over characters that are not of its alphabet, and over the last ones' unused bits.
    return content if text == _text_of(whole) else None


def _text_of(whole: bytes) -> str:
    return urlsafe_b64encode(whole).rstrip(b"=").decode("ascii")


def _cipher(secret: bytes) -> AESSIV:
    return AESSIV(sha512(secret).digest())
