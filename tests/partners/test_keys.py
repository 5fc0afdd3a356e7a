"""Keys are taken in the forms of SG-04, and signing gives what the contract's vector says."""

import base64

import pytest
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec, padding, rsa

from onhand.basics.refusal import Refusal
from onhand.partners.keys import (
    KEY_TEXT_MAX,
    generate_key_pair,
    public_pem,
    read_private_key,
    read_public_key,
    sign,
    signed_text,
    signing_headers,
)

# The contract's test vector (SG-08), made with a throw-away key by another program.
VECTOR_TEXT = b"00000000-0000-4000-8000-000000000001\n1700000000000\n1\n"
VECTOR_PUBLIC_KEY = (
    "MIIBIjANBgkqhkiG9w0BAQEFAAOCAQ8AMIIBCgKCAQEAj0CDhlSigllXQKqz08ZE4fHAeTRdKjkDHwf0DIQuS/d/9aStnEz3Vyx9nlJ6zV3guDiyp8V"
    "dhu5YgcLwZ9olUo1F5J92Fwtjgmzeo1JDirWtDaam7OaH0tgxXbeDioqgA+lwiF4Wy0bn+5mX4Vlsn6U8Ki9GMnfDqW98pyPOXIBpfQbUhv3S/72QCkm"
    "l/z83IeJLYahkeMUlW2s6FmW/XaKWOkD5G6vrl8U86ms8I6X1DMpNjYGHEvwmF1UR0Ez6iLTpD1WdgzzY2o2yvt3sLLlovvuI2FLN3Pnsle3G2NW/sp"
    "MlVD+f/oa6i780M4ToYAPrkH6hdQ3Osw3n/QuSHwIDAQAB"
)
VECTOR_SIGNATURE = (
    "Z2B0h/9bcB0Mp6Dcqa9z/3PkPBsIlACdzJC7gVwuV8Fug8H/ush5iWcFLJ106ZCdZOIfOmWMaiKOGm1xMnLxoaGkXSAUBh5vbS1ozPbRJ+ojMT4vqwEB"
    "YV2AyAKCOS9yNN864WFqHA1tLjlA+jXHSaxsh/emtIG07UTuBD+JLkl8Gw2YG9bDYAxpddAuzP6LKmNPsFTK0pglFdVjt2ugx57+dNtgJ8kFALmLoSN"
    "Dz3GsHwFrb7woHI4GFiuZcmMER/n6wiMA62GmRzO+9USpixbaxI7GEGFzu+8sOedxbZAo4LG+z1sEF3UKjn7JD99IW7byYFV60gN9HS9oQKAN6w=="
)

SPKI = serialization.PublicFormat.SubjectPublicKeyInfo
PKCS8 = serialization.PrivateFormat.PKCS8
PEM = serialization.Encoding.PEM
DER = serialization.Encoding.DER
PAIR = generate_key_pair()


def private_key() -> rsa.RSAPrivateKey:
    key = read_private_key(PAIR.private_pem)
    assert not isinstance(key, Refusal)
    return key


def refusal_of(text: str) -> Refusal:
    refusal = read_public_key(text)
    assert isinstance(refusal, Refusal)
    assert (refusal.code, refusal.field) == ("invalid_key", "publicKey")
    return refusal


@pytest.mark.contract("SG-02", "SG-08")
def test_the_signed_text_is_that_of_the_vector() -> None:
    assert signed_text("00000000-0000-4000-8000-000000000001", "1700000000000", "1") == VECTOR_TEXT


@pytest.mark.contract("SG-02")
def test_the_signed_values_are_trimmed() -> None:
    assert signed_text(" 00000000-0000-4000-8000-000000000001", "1700000000000 ", "\t1 ") == VECTOR_TEXT


@pytest.mark.contract("SG-08")
def test_the_vectors_signature_is_verified_by_its_key() -> None:
    key = read_public_key(VECTOR_PUBLIC_KEY)
    assert not isinstance(key, Refusal)
    key.verify(base64.b64decode(VECTOR_SIGNATURE), VECTOR_TEXT, padding.PKCS1v15(), hashes.SHA256())


@pytest.mark.contract("SG-02", "SG-08")
def test_a_signature_is_standard_base64_of_the_algorithm_that_the_vector_was_signed_by() -> None:
    signature = base64.b64decode(sign(PAIR.private_pem, "00000000-0000-4000-8000-000000000001", 1700000000000, "1"))
    private_key().public_key().verify(signature, VECTOR_TEXT, padding.PKCS1v15(), hashes.SHA256())


def test_signing_with_a_key_that_was_read_gives_the_same_as_with_its_text() -> None:
    assert sign(private_key(), "a", 1, "1") == sign(PAIR.private_pem, "a", 1, "1")


@pytest.mark.contract("SG-01", "SG-04")
def test_the_four_headers_carry_what_was_signed() -> None:
    headers = signing_headers(PAIR.private_pem, " a ", "2", 1700000000000)
    assert headers == {
        "WM_CONSUMER.ID": "a",
        "WM_CONSUMER.INTIMESTAMP": "1700000000000",
        "WM_SEC.KEY_VERSION": "2",
        "WM_SEC.AUTH_SIGNATURE": sign(PAIR.private_pem, "a", 1700000000000, "2"),
    }


def test_signing_with_what_is_no_key_says_how_to_mend_it() -> None:
    with pytest.raises(ValueError, match="onhand keys generate"):
        sign("no key", "a", 1, "1")


@pytest.mark.contract("SG-04")
def test_a_generated_pair_is_one_key_of_2048_bits() -> None:
    public_key = read_public_key(PAIR.public_pem)
    assert not isinstance(public_key, Refusal)
    assert public_key.key_size == 2048
    assert public_pem(private_key().public_key()) == PAIR.public_pem


@pytest.mark.contract("SG-04")
@pytest.mark.parametrize("ends", ["\n", "\r\n", "\r\n  "])
def test_a_pem_key_is_read_whatever_its_line_ends(ends: str) -> None:
    assert not isinstance(read_public_key("  " + PAIR.public_pem.replace("\n", ends)), Refusal)


@pytest.mark.contract("SG-04")
def test_a_key_without_its_begin_and_end_lines_is_read() -> None:
    bare = "\n".join(PAIR.public_pem.splitlines()[1:-1])
    key = read_public_key(bare)
    assert not isinstance(key, Refusal)
    assert public_pem(key) == PAIR.public_pem


@pytest.mark.contract("SG-04")
def test_a_short_key_is_refused_with_its_length() -> None:
    short = rsa.generate_private_key(public_exponent=65_537, key_size=1024).public_key()
    assert "1024 bits" in refusal_of(public_pem(short)).message


@pytest.mark.contract("SG-04")
def test_a_key_of_another_kind_is_refused() -> None:
    elliptic = ec.generate_private_key(ec.SECP256R1()).public_key().public_bytes(PEM, SPKI).decode()
    assert "not an RSA key" in refusal_of(elliptic).message


@pytest.mark.contract("SG-04")
@pytest.mark.parametrize("form", ["pem", "bare", "locked", "bare pkcs1"])
def test_a_private_key_given_by_mistake_is_refused_and_not_repeated(form: str) -> None:
    key = private_key()
    plain, locked = serialization.NoEncryption(), serialization.BestAvailableEncryption(b"secret")
    traditional = serialization.PrivateFormat.TraditionalOpenSSL
    text = {
        "pem": PAIR.private_pem,
        "bare": base64.b64encode(key.private_bytes(DER, PKCS8, plain)).decode(),
        "locked": key.private_bytes(PEM, PKCS8, locked).decode(),
        "bare pkcs1": base64.b64encode(key.private_bytes(DER, traditional, plain)).decode(),
    }[form]
    refusal = refusal_of(text)
    assert refusal.message.startswith("This is a private key.")
    assert text[100:120] not in refusal.message


@pytest.mark.contract("SG-04")
def test_other_forms_of_a_public_key_are_refused_with_the_command_that_converts_them() -> None:
    key = private_key().public_key()
    pkcs1 = key.public_bytes(PEM, serialization.PublicFormat.PKCS1).decode()
    openssh = key.public_bytes(serialization.Encoding.OpenSSH, serialization.PublicFormat.OpenSSH).decode()
    assert "openssl rsa" in refusal_of(pkcs1).message
    assert "ssh-keygen -e" in refusal_of(openssh).message
    assert "openssl x509" in refusal_of("-----BEGIN CERTIFICATE-----\nMIIB\n-----END CERTIFICATE-----").message


@pytest.mark.contract("SG-04")
@pytest.mark.parametrize("text", ["", " ", "key", "AAAA", "ключ", VECTOR_PUBLIC_KEY[:-8], "-----BEGIN PUBLIC KEY-----"])
def test_what_is_no_key_is_refused_with_what_is_accepted(text: str) -> None:
    assert "give an RSA public key of 2048 bits or more as SPKI PEM" in refusal_of(text).message


def test_a_text_too_long_to_be_a_key_is_refused_unread() -> None:
    assert "16,385 characters" in refusal_of("A" * (KEY_TEXT_MAX + 1)).message


def test_a_locked_private_key_is_refused_with_how_to_unlock_it() -> None:
    locked = private_key().private_bytes(PEM, PKCS8, serialization.BestAvailableEncryption(b"secret")).decode()
    refusal = read_private_key(locked)
    assert isinstance(refusal, Refusal)
    assert "openssl pkey" in refusal.message
