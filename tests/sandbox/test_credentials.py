"""The published credentials: who they let in, and where they do not (SB-02)."""

from pathlib import Path

import msgspec
import pytest
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat, load_pem_private_key

from onhand.sandbox.credentials import PUBLISHED, credentials, provider_public_key, supplier_public_key
from onhand.sandbox.starting import running_sandbox, settings_of_sandbox
from onhand.wiring.serving import running_server
from tests.conftest import FrozenClock
from tests.sandbox.conftest import UNTHROTTLED, Client, asked, signed_headers

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


@pytest.mark.contract("SB-02", "SG-06")
async def test_the_provider_asks_on_behalf_of_the_supplier(sandbox: Client) -> None:
    answer = await sandbox.get(PATH, "provider", wm_context_identifier="awesome-company")
    assert (answer.status_code, answer.json()["supplier"]) == (200, "Awesome Company")
    assert (await sandbox.get(PATH, "provider")).status_code == 400


@pytest.mark.contract("SB-02")
async def test_the_operators_token_opens_the_operators_api(sandbox: Client) -> None:
    assert (await sandbox.operate("/operator/v1/stores", "sandbox-operator")).status_code == 200


@pytest.mark.contract("SB-02")
async def test_a_server_that_is_no_sandbox_refuses_them_even_on_a_sandboxs_database(
    tmp_path: Path, clock: FrozenClock
) -> None:
    async with running_sandbox(tmp_path, UNTHROTTLED, clock):
        pass
    settings = settings_of_sandbox(UNTHROTTLED, tmp_path / "sandbox.db")
    async with asked(running_server(settings, clock, published=PUBLISHED)) as http:
        for who in ("supplier", "provider"):
            answer = await http.get(PATH, headers=signed_headers(who, clock))
            assert (answer.status_code, "not subscribed" in answer.text) == (403, True)
        assert (await http.get("/operator/v1/stores", headers=OPERATOR)).status_code == 401


@pytest.mark.contract("SB-01")
async def test_a_kept_sandbox_keeps_what_was_done_to_it(tmp_path: Path, clock: FrozenClock) -> None:
    sale = {"eventId": "1", "eventType": "SALES", "storeNbr": 45, "gtin": "00044444444444", "quantity": -2}
    async with asked(running_sandbox(tmp_path, UNTHROTTLED, clock)) as http:
        body = [sale | {"occurredAt": "2026-03-05T11:00:00Z"}]
        answer = await http.post("/operator/v1/events", json=body, headers=OPERATOR)
        assert answer.json()["accepted"] == 1, answer.text
    async with asked(running_sandbox(tmp_path, UNTHROTTLED, clock)) as http:
        shown = await http.get(PATH, headers=signed_headers("supplier", clock))
    # 150 before the sale.
    assert shown.json()["quantity"] == 148.0


async def test_a_half_seeded_database_of_a_killed_sandbox_is_made_anew(tmp_path: Path, clock: FrozenClock) -> None:
    left_over = tmp_path / "sandbox.db.part"
    left_over.write_bytes(b"half a database")
    async with running_sandbox(tmp_path, UNTHROTTLED, clock):
        pass
    assert not left_over.exists()
