"""RSA keys of consumers, and signing with them as a caller does (SG-02, SG-04)."""

import base64
import binascii
import re
from hashlib import sha256
from typing import NamedTuple

from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import padding, rsa

from onhand.basics.refusal import Refusal

RSA_BITS_MIN = 2048
# Checking a signature costs the square of the length: longer keys would be a way to slow the server down.
RSA_BITS_MAX = 8192
KEY_TEXT_MAX = 16_384

_PUBLIC_PEM = re.compile(r"-----BEGIN PUBLIC KEY-----(.*?)-----END PUBLIC KEY-----", re.DOTALL)
_PRIVATE = "This is a private key. Keep it to yourself and take it for known from here on: make a new pair with \
`onhand keys generate`, and give the public key of that one."
_OTHER_FORMS = {
    "BEGIN RSA PUBLIC KEY": "This is a PKCS#1 public key: convert it with \
`openssl rsa -RSAPublicKey_in -in FILE -pubout`, and give what that prints.",
    "BEGIN CERTIFICATE": "This is a certificate: take its public key out with \
`openssl x509 -in FILE -noout -pubkey`, and give what that prints.",
    "BEGIN SSH2 PUBLIC KEY": "This is an SSH2 public key: convert it with `ssh-keygen -i -f FILE` first, \
and what that prints with `ssh-keygen -e -m PKCS8`.",
}
_OPENSSH = "This is an OpenSSH public key: convert it with `ssh-keygen -e -m PKCS8 -f FILE`, \
and give what that prints."
_ACCEPTED = "give an RSA public key of 2048 bits or more as SPKI PEM (-----BEGIN PUBLIC KEY-----), \
or its Base64 without the BEGIN and END lines"


class KeyPair(NamedTuple):
    """A new key: the private half in PKCS#8 PEM, the public half in SPKI PEM."""

    private_pem: str
    public_pem: str


def generate_key_pair(bits: int = RSA_BITS_MIN) -> KeyPair:
    """A new RSA key of so many bits."""
    private_key = rsa.generate_private_key(public_exponent=65_537, key_size=bits)
    private_pem = private_key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    return KeyPair(private_pem.decode(), public_pem(private_key.public_key()))


def public_pem(key: rsa.RSAPublicKey) -> str:
    """The key as SPKI PEM, the one form in which keys are kept."""
    spki = serialization.PublicFormat.SubjectPublicKeyInfo
    return key.public_bytes(serialization.Encoding.PEM, spki).decode()


def fingerprint(key: rsa.RSAPublicKey) -> str:
    """What a key is known by: the SHA-256 of its SPKI in DER, in hexadecimal."""
    spki = serialization.PublicFormat.SubjectPublicKeyInfo
    return sha256(key.public_bytes(serialization.Encoding.DER, spki)).hexdigest()


def read_public_key(text: str) -> rsa.RSAPublicKey | Refusal:
    """The RSA public key in SPKI PEM, or in its Base64 without the BEGIN and END lines (SG-04).

    What is something else is refused with a message that says what it is and how to get the right form; the message
    never repeats what was given, which may be a secret.
    """
    if len(text) > KEY_TEXT_MAX:
        return _refused(f"This is {len(text):,} characters long, no key: {_ACCEPTED}.")
    other = _other_form(text)
    if other:
        return _refused(other)
    pem = _PUBLIC_PEM.search(text)
    der = _decoded(pem[1] if pem else text)
    if not der:
        return _refused(f"This can't be read as a key: {_ACCEPTED}.")
    return _read_der(der)


def read_private_key(text: str) -> rsa.RSAPrivateKey | Refusal:
    """The RSA private key in PEM that a caller signs with; one locked by a passphrase is refused."""
    try:
        key = serialization.load_pem_private_key(text.encode(), password=None)
    except TypeError:
        message = "This private key is locked by a passphrase: unlock it with `openssl pkey -in FILE -out UNLOCKED`."
        return Refusal("invalid_key", "privateKey", message)
    except (ValueError, UnsupportedAlgorithm):
        message = "This can't be read as a private key: give PKCS#8 PEM, as `onhand keys generate` writes it."
        return Refusal("invalid_key", "privateKey", message)
    if not isinstance(key, rsa.RSAPrivateKey):
        return Refusal("invalid_key", "privateKey", "This is not an RSA key: make one with `onhand keys generate`.")
    return key


def signed_text(consumer_id: str, timestamp: str, key_version: str) -> bytes:
    """The text under a signature: three values, trimmed, a line feed after each (SG-02)."""
    return "".join(f"{value.strip()}\n" for value in (consumer_id, timestamp, key_version)).encode()


def sign(private_key: str | rsa.RSAPrivateKey, consumer_id: str, timestamp_ms: int, key_version: str) -> str:
    """The signature of a call, RSASSA-PKCS1-v1_5 with SHA-256, in standard Base64 (SG-02).

    The key is PEM, or one that `read_private_key` gave, which spares reading it again for each call.

    Raises:
        ValueError: the text is not a private key; the message says how to mend it.
    """
    key = _key_of_text(private_key) if isinstance(private_key, str) else private_key
    text = signed_text(consumer_id, str(timestamp_ms), key_version)
    return base64.b64encode(key.sign(text, padding.PKCS1v15(), hashes.SHA256())).decode()


def signing_headers(
    private_key: str | rsa.RSAPrivateKey, consumer_id: str, key_version: str, timestamp_ms: int
) -> dict[str, str]:
    """The four headers of a signed call (SG-01).

    Raises:
        ValueError: the text is not a private key; the message says how to mend it.
    """
    return {
        "WM_CONSUMER.ID": consumer_id.strip(),
        "WM_CONSUMER.INTIMESTAMP": str(timestamp_ms),
        "WM_SEC.KEY_VERSION": key_version.strip(),
        "WM_SEC.AUTH_SIGNATURE": sign(private_key, consumer_id, timestamp_ms, key_version),
    }


def _key_of_text(text: str) -> rsa.RSAPrivateKey:
    key = read_private_key(text)
    if not isinstance(key, Refusal):
        return key
    raise ValueError(key.message)


def _refused(message: str) -> Refusal:
    return Refusal("invalid_key", "publicKey", message)


def _other_form(text: str) -> str | None:
    if "PRIVATE KEY" in text:
        return _PRIVATE
    if text.strip().startswith("ssh-"):
        return _OPENSSH
    return next((message for mark, message in _OTHER_FORMS.items() if mark in text), None)


def _decoded(text: str) -> bytes | None:
    try:
        return base64.b64decode("".join(text.split()), validate=True)
    except (binascii.Error, ValueError):
        return None


def _read_der(der: bytes) -> rsa.RSAPublicKey | Refusal:
    try:
        key = serialization.load_der_public_key(der)
    except (ValueError, UnsupportedAlgorithm):
        return _refused(_PRIVATE if _is_private(der) else f"This can't be read as a key: {_ACCEPTED}.")
    if not isinstance(key, rsa.RSAPublicKey):
        return _refused(f"This is a key, but not an RSA key: {_ACCEPTED}.")
    if not RSA_BITS_MIN <= key.key_size <= RSA_BITS_MAX:
        return _refused(
            f"This key has {key.key_size} bits: make one of {RSA_BITS_MIN} to {RSA_BITS_MAX} bits, "
            "for example with `onhand keys generate`."
        )
    return key


def _is_private(der: bytes) -> bool:
    try:
        serialization.load_der_private_key(der, password=None)
    except TypeError:
        return True  # it asks for a passphrase
    except (ValueError, UnsupportedAlgorithm):
        return False
    return True
