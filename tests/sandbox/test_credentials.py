"""The published credentials: who they let in, and where they do not (SB-02)."""

from pathlib import Path

import msgspec
import pytest
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat, load_pem_private_key

from onhand.sandbox.credentials import PUBLISHED, credentials, provider_public_key, supplier_public_key
from onhand.sandbox.starting import running_sandbox
from tests.conftest import FrozenClock
from tests.sandbox.conftest import UNTHROTTLED

PATH = "/store/45/gtin/00044444444444/available"
OPERATOR = {"Authorization": "Bearer sandbox-operator"}


@pytest.mark.contract("SB-02")
def test_the_credentials_are_those_of_the_contract() -> None:
    printed = msgspec.to_builtins(credentials())
    for who in ("supplier", "provider"):
        assert printed[who].pop("private_key_pem").startswith("-----BEGIN PRIVATE KEY-----\n")
    assert printed == {
        "supplier": {"consumer_id": "00000000-0000-4000-8000-0000000000a1", "key_version": "1"},
        "provider": {
            "consumer_id": "00000000-0000-4000-8000-0000000000b1",
            "key_version": "1",
            "context": "awesome-company",
        },
        "vendor": {"client_id": "sandbox-vendor", "client_secret": "sandbox-vendor-secret"},
        "seller": {
            "client_id": "sandbox-seller",
            "client_secret": "sandbox-seller-secret",
            "partner_id": "10000000001",
        },
        "viewer": {"client_id": "sandbox-viewer", "client_secret": "sandbox-viewer-secret"},
        "operator": {"token": "sandbox-operator"},
    }


@pytest.mark.contract("SB-02")
def test_each_private_key_belongs_to_the_public_key_that_is_seeded() -> None:
    known = credentials()
    for signer, public_key in ((known.supplier, supplier_public_key()), (known.provider, provider_public_key())):
        own = load_pem_private_key(signer.private_key_pem.encode(), password=None).public_key()
        assert own.public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo).decode() == public_key


@pytest.mark.contract("SB-02")
def test_all_of_them_are_known_as_published() -> None:
    known = credentials()
    for public_key in (supplier_public_key(), provider_public_key()):
        assert PUBLISHED.refused_key(public_key) is not None
        assert PUBLISHED.refused_key("".join(public_key.splitlines()[1:-1])) is not None
    for signer in (known.supplier, known.provider):
        assert PUBLISHED.refused_consumer(signer.consumer_id) is not None
    for client in (known.vendor, known.seller, known.viewer):
        assert PUBLISHED.refused_client(client.client_id, None) is not None
        assert PUBLISHED.refused_client("another", client.client_secret) is not None
    assert PUBLISHED.refused_token(known.operator.token) is not None


async def test_a_half_seeded_database_of_a_killed_sandbox_is_made_anew(tmp_path: Path, clock: FrozenClock) -> None:
    left_over = tmp_path / "sandbox.db.part"
    left_over.write_bytes(b"half a database")
    async with running_sandbox(tmp_path, UNTHROTTLED, clock):
        pass
    assert not left_over.exists()
