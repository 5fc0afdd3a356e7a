"""Verification of signatures (SG)."""

import base64

import pytest
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import padding, rsa

from onhand.partners.identity import Identity
from onhand.partners.keys import fingerprint
from onhand.partners.published import Published
from onhand.partners.signatures import Denial, SecurityHeaders, Verifier, is_signature_of
from onhand.store.database import Database
from onhand.store.queries import Query
from tests.conftest import FrozenClock

# SG-08: a throw-away key, and the signature of the text with three line feeds.
VECTOR_KEY = (
    "MIIBIjANBgkqhkiG9w0BAQEFAAOCAQ8AMIIBCgKCAQEAj0CDhlSigllXQKqz08ZE4fHAeTRdKjkDHwf0DIQuS/d/9aStnEz3Vyx9nlJ6zV3guDiyp8V"
    "dhu5YgcLwZ9olUo1F5J92Fwtjgmzeo1JDirWtDaam7OaH0tgxXbeDioqgA+lwiF4Wy0bn+5mX4Vlsn6U8Ki9GMnfDqW98pyPOXIBpfQbUhv3S/72QCk"
    "ml/z83IeJLYahkeMUlW2s6FmW/XaKWOkD5G6vrl8U86ms8I6X1DMpNjYGHEvwmF1UR0Ez6iLTpD1WdgzzY2o2yvt3sLLlovvuI2FLN3Pnsle3G2NW/s"
    "pMlVD+f/oa6i780M4ToYAPrkH6hdQ3Osw3n/QuSHwIDAQAB"
)
VECTOR_SIGNATURE = (
    b"Z2B0h/9bcB0Mp6Dcqa9z/3PkPBsIlACdzJC7gVwuV8Fug8H/ush5iWcFLJ106ZCdZOIfOmWMaiKOGm1xMnLxoaGkXSAUBh5vbS1ozPbRJ+ojMT4vqwE"
    b"BYV2AyAKCOS9yNN864WFqHA1tLjlA+jXHSaxsh/emtIG07UTuBD+JLkl8Gw2YG9bDYAxpddAuzP6LKmNPsFTK0pglFdVjt2ugx57+dNtgJ8kFALmLoS"
    b"NDz3GsHwFrb7woHI4GFiuZcmMER/n6wiMA62GmRzO+9USpixbaxI7GEGFzu+8sOedxbZAo4LG+z1sEF3UKjn7JD99IW7byYFV60gN9HS9oQKAN6w=="
)
VECTOR = SecurityHeaders(b"00000000-0000-4000-8000-000000000001", b"1700000000000", b"1", VECTOR_SIGNATURE)

_CONSUMER = "a-consumer"
_INSERTS = (
    "INSERT INTO partner (partner_id, kind, code, name, created_at) VALUES (10, 'supplier', 'a', 'A', 0)",
    f"INSERT INTO consumer (consumer_id, partner_id, created_at) VALUES ('{_CONSUMER}', 10, 0)",
)


@pytest.fixture(scope="module")
def keys() -> dict[str, rsa.RSAPrivateKey]:
    """Two keys, by their version."""
    return {version: rsa.generate_private_key(public_exponent=65_537, key_size=2048) for version in ("1", "2")}


@pytest.fixture
async def verifier(database: Database, clock: FrozenClock, keys: dict[str, rsa.RSAPrivateKey]) -> Verifier:
    """A verifier that knows one consumer with both keys."""
    insert = "INSERT INTO consumer_key (consumer_id, key_version, public_key, created_at) VALUES ('{}', '{}', '{}', 0)"
    inserts = [insert.format(_CONSUMER, version, _public(key)) for version, key in keys.items()]
    for text in (*_INSERTS, *inserts):
        await _run(database, text)
    return Verifier(database, clock, signature_seconds=180, future_seconds=60, remembered_max=2)


async def _run(database: Database, text: str) -> None:
    await database.write(lambda session: session.run(Query("of_the_test", text, text)))


def _public(key: rsa.RSAPrivateKey) -> str:
    spki = serialization.PublicFormat.SubjectPublicKeyInfo
    return key.public_key().public_bytes(serialization.Encoding.PEM, spki).decode()


def _signed(key: rsa.RSAPrivateKey, clock: FrozenClock, version: str = "1", ahead_ms: int = 0) -> SecurityHeaders:
    stamp = str(clock() // 1000 + ahead_ms)
    text = f"{_CONSUMER}\n{stamp}\n{version}\n".encode()
    signature = base64.b64encode(key.sign(text, padding.PKCS1v15(), hashes.SHA256()))
    return SecurityHeaders(_CONSUMER.encode(), stamp.encode(), version.encode(), signature)


@pytest.mark.contract("SG-02", "SG-04", "SG-08")
def test_the_contracts_vector_is_verified() -> None:
    assert is_signature_of(VECTOR, VECTOR_KEY)


@pytest.mark.contract("SG-02", "SG-08")
@pytest.mark.parametrize(
    "altered",
    [
        SecurityHeaders(VECTOR.consumer_id, b"1700000000001", b"1", VECTOR_SIGNATURE),
        SecurityHeaders(VECTOR.consumer_id, b"01700000000000", b"1", VECTOR_SIGNATURE),
        SecurityHeaders(VECTOR.consumer_id, b"1700000000000", b"01", VECTOR_SIGNATURE),
        SecurityHeaders(VECTOR.consumer_id, b"1700000000000", b"1", VECTOR_SIGNATURE[:-4]),
        SecurityHeaders(VECTOR.consumer_id, b"1700000000000", b"1", b" " + VECTOR_SIGNATURE),
        SecurityHeaders(VECTOR.consumer_id, b"1700000000000", b"1", VECTOR_SIGNATURE.replace(b"/", b"_")),
        SecurityHeaders(VECTOR.consumer_id, b"1700000000000", b"1", b"\xff"),
    ],
)
def test_the_vector_with_one_value_altered_is_not(altered: SecurityHeaders) -> None:
    assert not is_signature_of(altered, VECTOR_KEY)


def test_a_key_that_cannot_be_read_verifies_nothing() -> None:
    assert not is_signature_of(VECTOR, "no key")


@pytest.mark.contract("SG-04")
async def test_each_of_a_consumers_versions_verifies_with_its_own_key(
    verifier: Verifier, clock: FrozenClock, keys: dict[str, rsa.RSAPrivateKey]
) -> None:
    for version, key in keys.items():
        assert isinstance(await verifier.verify(_signed(key, clock, version), None), Identity)
    crossed = await verifier.verify(_signed(keys["1"], clock, "2"), None)
    assert isinstance(crossed, Denial)
    assert crossed.code == "signature_invalid"


@pytest.mark.contract("SG-05")
@pytest.mark.parametrize(("ahead_ms", "code"), [(0, "signature_invalid"), (-181_000, "timestamp_expired")])
@pytest.mark.parametrize("version", ["1\0", "\x7f", "\x80"])
async def test_a_key_version_that_can_be_none_is_an_unknown_one_and_looked_at_after_the_time_stamp(
    verifier: Verifier, clock: FrozenClock, keys: dict[str, rsa.RSAPrivateKey], version: str, ahead_ms: int, code: str
) -> None:
    denial = await verifier.verify(_signed(keys["1"], clock, version, ahead_ms), None)
    assert isinstance(denial, Denial)
    assert denial.code == code


@pytest.mark.contract("SG-04")
async def test_a_replaced_key_no_longer_verifies_what_was_remembered(
    verifier: Verifier, clock: FrozenClock, keys: dict[str, rsa.RSAPrivateKey], database: Database
) -> None:
    headers = _signed(keys["1"], clock)
    assert isinstance(await verifier.verify(headers, None), Identity)
    await _run(database, f"UPDATE consumer_key SET public_key = '{_public(keys['2'])}' WHERE key_version = '1'")
    assert isinstance(await verifier.verify(headers, None), Denial)


async def test_what_is_remembered_is_bounded_and_what_was_forgotten_is_verified_again(
    verifier: Verifier, clock: FrozenClock, keys: dict[str, rsa.RSAPrivateKey]
) -> None:
    # Two are remembered at most.
    for ahead_ms in (0, 1, 2, 0):
        assert isinstance(await verifier.verify(_signed(keys["1"], clock, ahead_ms=ahead_ms), None), Identity)
    assert len(verifier._verified) == 2


@pytest.mark.contract("SB-02")
async def test_a_consumer_whose_key_is_public_is_refused_as_unknown(
    verifier: Verifier, clock: FrozenClock, keys: dict[str, rsa.RSAPrivateKey], database: Database
) -> None:
    strict = Verifier(
        database,
        clock,
        signature_seconds=180,
        future_seconds=60,
        published=Published(consumer_ids=frozenset({_CONSUMER})),
    )
    denial = await strict.verify(_signed(keys["1"], clock), None)
    assert isinstance(denial, Denial)
    assert denial.code == "consumer_unknown"


@pytest.mark.contract("SB-02")
async def test_a_key_whose_private_half_is_public_signs_nothing_for_anybody(
    verifier: Verifier, clock: FrozenClock, keys: dict[str, rsa.RSAPrivateKey], database: Database
) -> None:
    published = Published(key_fingerprints=frozenset({fingerprint(keys["1"].public_key())}))
    strict = Verifier(database, clock, signature_seconds=180, future_seconds=60, published=published)
    for _ in range(2):
        denial = await strict.verify(_signed(keys["1"], clock), None)
        assert isinstance(denial, Denial)
        assert denial.code == "signature_invalid"
