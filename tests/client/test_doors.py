"""How requests identify themselves: signatures, tokens, and what is said where a clock is wrong."""

import json
import threading
from base64 import b64decode
from pathlib import Path
from typing import Any

import pytest
from cryptography.hazmat.primitives.asymmetric.padding import PKCS1v15
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPublicKey
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import load_der_public_key, load_pem_private_key

from onhand.client import BadSetup, Client, GatewayClient, SupplierKey, Unauthorized
from onhand.client.signing import signed_text
from tests.client.conftest import Stage
from tests.client.rogue import Asked, Reply, Rogue, in_turn, said
from tests.client.test_misbehaving import GOOD, read
from tests.client.world import HTTP_NOW, NOW, key_pem

VECTOR = json.loads(Path(__file__).with_name("signature-vector.json").read_text(encoding="utf-8"))
SHELF = Reply(
    200,
    {
        "supplier": "A",
        "storeNbr": 45,
        "gtin": "00044444444444",
        "locationArea": "STORE",
        "state": "AVAILABLE",
        "quantity": 12.5,
        "lastUpdatedTime": "2024-01-23T00:15:03",
    },
)


def shelf(client: Any) -> Any:
    return client.stores.available(45, "00044444444444")


@pytest.mark.contract("SG-02", "SG-08")
def test_the_signed_text_is_the_contract_s_and_its_signature_verifies() -> None:
    consumer_id, timestamp_ms, key_version = VECTOR["text"].split("\n")[:3]
    text = signed_text(f" {consumer_id} ", int(timestamp_ms), f"{key_version} ")
    assert text.decode() == VECTOR["text"]
    key = load_der_public_key(b64decode(VECTOR["public_key_spki_base64"]))
    assert isinstance(key, RSAPublicKey)
    key.verify(b64decode(VECTOR["signature_base64"]), text, PKCS1v15(), SHA256())


@pytest.mark.contract("SG-01")
def test_a_call_of_a_supplier_carries_the_four_headers(stage: Stage) -> None:
    scene = stage(in_turn(SHELF))
    assert float(scene.ask(shelf).quantity) == 12.5
    headers = scene.rogue.calls[0].headers
    key: Any = load_pem_private_key(key_pem().encode(), None)
    assert headers["wm_consumer.intimestamp"] == str(int(NOW * 1000))
    text = f"a-consumer\n{int(NOW * 1000)}\n1\n".encode()
    key.public_key().verify(b64decode(headers["wm_sec.auth_signature"]), text, PKCS1v15(), SHA256())


def test_a_signature_is_sent_for_a_minute_and_not_longer(stage: Stage) -> None:
    scene = stage(in_turn(SHELF))
    for seconds in (0.0, 59.0, 1.0):
        scene.world.now += seconds
        scene.ask(shelf)
    stamps = [asked.headers["wm_consumer.intimestamp"] for asked in scene.rogue.calls]
    assert stamps == [str(int(moment * 1000)) for moment in (NOW, NOW, NOW + 60)]


def test_a_clock_that_is_set_back_makes_another_signature(stage: Stage) -> None:
    scene = stage(in_turn(SHELF))
    scene.ask(shelf)
    scene.world.now -= 5.0
    scene.ask(shelf)
    assert scene.rogue.calls[1].headers["wm_consumer.intimestamp"] == str(int((NOW - 5) * 1000))


@pytest.mark.contract("SG-06")
def test_a_provider_names_whom_it_asks_for() -> None:
    with Rogue(in_turn(SHELF)).running() as rogue:
        key = SupplierKey(consumer_id="p", private_key_pem=key_pem(), context="awesome-company")
        Client(rogue.url, supplier=key).stores.available(45, "00044444444444")
    assert rogue.calls[0].headers["wm_context_identifier"] == "awesome-company"


@pytest.mark.parametrize(
    ("ahead", "told"),
    [(-240.0, "clock is 240 s behind the server's"), (301.0, "clock is 300 s ahead of the server's"), (5.0, None)],
)
def test_an_error_about_a_signature_says_how_wrong_the_clock_is(stage: Stage, ahead: float, told: str | None) -> None:
    stale = {"errors": [{"instance": "/store", "message": "The timestamp 1 passed for the signature has expired."}]}
    scene = stage(in_turn(Reply(401, stale, {"Date": HTTP_NOW})))
    scene.world.now = ahead
    with pytest.raises(Unauthorized) as raised:
        scene.ask(shelf)
    assert (told or "clock") in str(raised.value) if told else "clock" not in str(raised.value)
    skew = raised.value.clock_skew_seconds
    # The server's clock shows whole seconds: ahead by 301 s may be 300.
    assert skew == (ahead if ahead < 0 else ahead - 1)
    assert len(scene.rogue.calls) == 1


def test_the_life_of_a_token_may_be_told_as_a_text() -> None:
    with Rogue(in_turn(GOOD)).running() as rogue:
        rogue.token_seconds = "900"
        client = Client(rogue.url, gateway=GatewayClient(client_id="me", client_secret="mine"))
        read(client)
        read(client)
        client.close()
    assert rogue.tokens == 1


def test_many_threads_get_one_token_together() -> None:
    started = threading.Barrier(8)
    with Rogue(in_turn(GOOD)).running() as rogue:
        client = Client(rogue.url, gateway=GatewayClient(client_id="me", client_secret="mine"))

        def ask() -> None:
            started.wait()
            read(client)

        threads = [threading.Thread(target=ask) for _ in range(8)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        client.close()
    assert (len(rogue.calls), rogue.tokens) == (8, 1)


def test_many_threads_whose_token_is_refused_renew_it_once() -> None:
    arrived = threading.Barrier(6)

    def script(asked: Asked, _: int) -> Reply:
        if asked.headers["wm_sec.access_token"] == "token-1":
            # All of them are refused before the first can come again.
            arrived.wait(timeout=30)
            return said(401, "UNAUTHORIZED.GMP_GATEWAY_API")
        return GOOD

    with Rogue(script).running() as rogue:
        client = Client(rogue.url, gateway=GatewayClient(client_id="me", client_secret="mine"))
        threads = [threading.Thread(target=read, args=(client,)) for _ in range(6)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        client.close()
    assert (len(rogue.calls), rogue.tokens) == (12, 2)


@pytest.mark.contract("GW-03")
def test_a_solution_provider_shows_its_code_and_then_asks_with_the_refresh_token() -> None:
    with Rogue(in_turn(GOOD)).running() as rogue:
        acting = GatewayClient(client_id="me", client_secret="mine", partner_id="10000000001")
        Client(rogue.url, gateway=acting).tokens.redeem("the-code")
        kept = GatewayClient(client_id="me", client_secret="mine", partner_id="10000000001", refresh_token="kept")
        read(Client(rogue.url, gateway=kept))
    forms = [asked.body for asked in rogue.asked if asked.path == "/v3/token"]
    assert forms == [b"grant_type=authorization_code&code=the-code", b"grant_type=refresh_token&refresh_token=kept"]
    assert rogue.asked[0].headers["wm_partner.id"] == "10000000001"


@pytest.mark.parametrize(
    "ask",
    [
        read,
        shelf,
        lambda client: client.onboarding.stores().to_list(),
        lambda client: client.tokens.redeem("code"),
    ],
)
def test_a_call_without_its_credentials_says_which(ask: Any) -> None:
    with pytest.raises(BadSetup, match="give"):
        ask(Client("http://127.0.0.1:9"))


@pytest.mark.parametrize("pem", ["no key", "-----BEGIN PRIVATE KEY-----\nAAAA\n-----END PRIVATE KEY-----\n"])
def test_a_key_that_can_t_be_read_says_so(pem: str) -> None:
    client = Client("http://127.0.0.1:9", supplier=SupplierKey(consumer_id="c", private_key_pem=pem))
    with pytest.raises(BadSetup, match="private key can't be read"):
        shelf(client)


@pytest.mark.contract("GW-21")
def test_credentials_do_not_go_over_plain_http_to_another_machine_unless_allowed() -> None:
    with pytest.raises(BadSetup, match="in the open"):
        Client("http://api.example.com")
    Client("http://api.example.com", allow_plain_http=True).close()


@pytest.mark.parametrize("url", ["api.example.com", "ftp://127.0.0.1", ""])
def test_a_url_that_is_none_is_told_at_once(url: str) -> None:
    with pytest.raises(BadSetup, match="is no URL"):
        Client(url)
