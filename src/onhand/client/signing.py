"""Signing requests of the store APIs (SG-01, SG-02). It shares nothing with the platform's own verifier."""

from base64 import b64encode
from collections.abc import Callable

from onhand.client.errors import BadSetup
from onhand.client.steps import Headers

Sign = Callable[[bytes], bytes]


def signed_text(consumer_id: str, timestamp_ms: int, key_version: str) -> bytes:
    """What is signed: the three values, trimmed, each with a line feed after it."""
    return f"{consumer_id.strip()}\n{timestamp_ms}\n{key_version.strip()}\n".encode()


def signing_headers(sign: Sign, consumer_id: str, key_version: str, timestamp_ms: int) -> Headers:
    """The four headers of a signed request."""
    signature = sign(signed_text(consumer_id, timestamp_ms, key_version))
    return (
        ("WM_CONSUMER.ID", consumer_id.strip()),
        ("WM_CONSUMER.INTIMESTAMP", str(timestamp_ms)),
        ("WM_SEC.KEY_VERSION", key_version.strip()),
        ("WM_SEC.AUTH_SIGNATURE", b64encode(signature).decode()),
    )


def rsa_signer(private_key_pem: str) -> Sign:
    """Sign with a private key, RSASSA-PKCS1-v1_5 with SHA-256.

    Raises:
        BadSetup: it is no RSA key in PEM without a passphrase.
    """
    # Half of what importing the client would take, and only suppliers need it.
    from cryptography.hazmat.primitives.asymmetric.padding import PKCS1v15
    from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey
    from cryptography.hazmat.primitives.hashes import SHA256
    from cryptography.hazmat.primitives.serialization import load_pem_private_key

    try:
        key = load_pem_private_key(private_key_pem.encode(), password=None)
    except (ValueError, TypeError) as error:
        raise BadSetup(f"the private key can't be read: give RSA in PEM, without a passphrase ({error})") from error
    if not isinstance(key, RSAPrivateKey):
        raise BadSetup("the private key is not RSA: `onhand keys generate` makes one that is")
    return lambda text: key.sign(text, PKCS1v15(), SHA256())
