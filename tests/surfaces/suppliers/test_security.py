"""Who may ask at all (SG), and how often (SE-04)."""

import pytest
from cryptography.hazmat.primitives.asymmetric import rsa

from tests.conftest import FrozenClock
from tests.surfaces.suppliers.shop import (
    AWESOME_CONSUMER,
    GTIN,
    OTHER_CONSUMER,
    PROVIDER_CONSUMER,
    SELLER_CONSUMER,
    Shop,
    only_error,
    sign,
)

PATH = f"/store/45/gtin/{GTIN}/available"
NOT_VERIFIED = "Could not authenticate inrequest, auth signature: Signature verification failed."
MISSING = "Request is missing required security headers, please read documentation for security headers."
NO_ASSOCIATION = {
    "fieldName": "wm_context_identifier",
    "message": "Association not present with provided context supplier.",
    "status": "BAD_REQUEST",
}


@pytest.fixture(autouse=True)
async def _stock(shop: Shop) -> None:
    await shop.item()
    await shop.event("1", "LR", 12)


@pytest.mark.contract("SG-01", "SG-02")
async def test_a_signed_request_is_answered(shop: Shop) -> None:
    assert (await shop.get(PATH)).status_code == 200


@pytest.mark.contract("SG-01")
async def test_the_correlation_id_comes_back(shop: Shop) -> None:
    response = await shop.get(PATH, **{"WM_QOS.CORRELATION_ID": "a-1"})
    assert response.headers["wm_qos.correlation_id"] == "a-1"


@pytest.mark.contract("SG-05", "SE-05")
async def test_without_a_consumer_id_nothing_else_is_looked_at(shop: Shop) -> None:
    response = await shop.client.get(PATH)
    message = "wm_consumer.id is not found in the request header."
    assert response.status_code == 401
    assert response.json()["details"] == {"Description": message}
    assert only_error(response) == {"instance": PATH, "message": message, "status": "UNAUTHORIZED"}


@pytest.mark.contract("SG-05", "SE-05")
@pytest.mark.parametrize("missing", ["timestamp", "version", "signature"])
async def test_a_missing_security_header_is_refused(shop: Shop, missing: str) -> None:
    response = await shop.client.get(PATH, headers=shop.headers(**{missing: None}))
    assert response.status_code == 403
    assert response.json()["details"] == {"Description": MISSING}
    assert only_error(response) == {"instance": PATH, "message": MISSING, "status": "FORBIDDEN"}


@pytest.mark.contract("SG-05")
@pytest.mark.parametrize("consumer_id", ["nobody", SELLER_CONSUMER, "\x7f"])
async def test_an_unknown_consumer_is_refused_before_its_time_stamp(shop: Shop, consumer_id: str) -> None:
    response = await shop.client.get(PATH, headers=shop.headers(consumer=consumer_id, timestamp="1"))
    assert response.status_code == 403
    assert only_error(response)["message"] == "The Consumer ID is not subscribed to the service name."


@pytest.mark.contract("SG-03", "SG-05")
@pytest.mark.parametrize(("seconds", "status"), [(-181, 401), (-180, 200), (60, 200), (61, 401)])
async def test_a_signature_lives_three_minutes_and_may_be_a_minute_ahead(
    shop: Shop, clock: FrozenClock, private_key: rsa.RSAPrivateKey, seconds: int, status: int
) -> None:
    stamp = str(clock() // 1000 + seconds * 1000)
    response = await shop.client.get(PATH, headers=sign(private_key, AWESOME_CONSUMER, stamp))
    assert response.status_code == status
    if status == 401:
        assert only_error(response)["message"] == f"The timestamp {stamp} passed for the signature has expired."


@pytest.mark.contract("SG-03")
async def test_a_signature_that_was_verified_goes_stale_all_the_same(shop: Shop, clock: FrozenClock) -> None:
    headers = shop.headers()
    assert (await shop.client.get(PATH, headers=headers)).status_code == 200
    clock.advance(181)
    assert (await shop.client.get(PATH, headers=headers)).status_code == 401


@pytest.mark.contract("SG-03")
@pytest.mark.parametrize(
    ("stamp", "hint"),
    [
        ("1772712000", "looks like seconds"),
        ("1772712061000", "61 s ahead"),
        ("soon", "digits only"),
        ("-1", "digits only"),
    ],
)
async def test_a_wrong_time_stamp_is_explained(
    shop: Shop, private_key: rsa.RSAPrivateKey, stamp: str, hint: str
) -> None:
    response = await shop.client.get(PATH, headers=sign(private_key, AWESOME_CONSUMER, stamp))
    message = f"The timestamp {stamp} passed for the signature has expired."
    assert response.status_code == 401
    assert response.json()["details"]["Description"] == message
    assert hint in response.json()["details"]["Hint"]


@pytest.mark.contract("SG-05")
@pytest.mark.parametrize(
    "replaced",
    [
        {"version": "2"},
        {"version": "\x7f"},
        {"signature": "AAAA"},
        {"signature": "not base64!"},
        {"consumer": OTHER_CONSUMER},
    ],
)
async def test_a_signature_over_other_values_is_refused(shop: Shop, replaced: dict[str, str]) -> None:
    response = await shop.client.get(PATH, headers=shop.headers(**replaced))
    assert response.status_code == 401
    assert response.json()["details"] == {"Description": NOT_VERIFIED}
    assert only_error(response) == {"instance": PATH, "message": NOT_VERIFIED, "status": "UNAUTHORIZED"}


@pytest.mark.contract("SG-04", "SG-05")
async def test_a_revoked_key_is_refused_at_once_even_with_a_signature_seen_before(shop: Shop) -> None:
    headers = shop.headers()
    assert (await shop.client.get(PATH, headers=headers)).status_code == 200
    await shop.put("revoke", consumer_id=AWESOME_CONSUMER)
    assert (await shop.client.get(PATH, headers=headers)).status_code == 401


@pytest.mark.contract("SG-06")
async def test_a_provider_asks_for_a_supplier_that_it_is_associated_with(shop: Shop) -> None:
    response = await shop.get(PATH, consumer_id=PROVIDER_CONSUMER, wm_context_identifier="awesome-company")
    assert response.json()["supplier"] == "Awesome Company"


@pytest.mark.contract("SG-05", "SG-06")
@pytest.mark.parametrize("context", ["", "other-company", "nobody", "provider", "\x7f"])
async def test_a_provider_without_an_association_is_refused(shop: Shop, context: str) -> None:
    response = await shop.get(PATH, consumer_id=PROVIDER_CONSUMER, wm_context_identifier=context)
    assert response.status_code == 400
    assert only_error(response) == NO_ASSOCIATION


@pytest.mark.contract("SG-06")
async def test_a_supplier_may_name_itself(shop: Shop) -> None:
    assert (await shop.get(PATH, wm_context_identifier="awesome-company")).status_code == 200


@pytest.mark.contract("SG-05", "SG-06")
async def test_a_supplier_may_not_name_another(shop: Shop) -> None:
    response = await shop.get(PATH, wm_context_identifier="other-company")
    assert response.status_code == 400
    assert only_error(response) == NO_ASSOCIATION


@pytest.mark.contract("SG-05", "SE-06")
async def test_a_context_refusal_stands_before_the_other_problems_of_a_request(shop: Shop) -> None:
    response = await shop.get("/store/x/gtin/1/available", wm_context_identifier="other-company")
    fields = [error["fieldName"] for error in response.json()["errors"]]
    assert fields == ["wm_context_identifier", "storeNbr", "gtin"]


@pytest.mark.contract("SE-04", "GW-15")
async def test_calls_over_the_rate_are_refused_until_a_token_comes_back(shop: Shop, clock: FrozenClock) -> None:
    client = shop.client_of(calls_per_second=2)
    left = [(await client.get(PATH, headers=shop.headers())).headers["x-current-token-count"] for _ in range(2)]
    refused = await client.get(PATH, headers=shop.headers())
    assert left == ["1", "0"]
    assert refused.status_code == 429
    assert only_error(refused) == {
        "instance": PATH,
        "message": "Too many requests, please retry after some time.",
        "status": "TOO_MANY_REQUESTS",
    }
    assert refused.headers["retry-after"] == "1"
    assert refused.headers["x-next-replenishment-time"] == "2026-03-05T12:00:00.500000Z"
    assert refused.headers["x-next-replenish-time"] == "2026-03-05T12:00:00.500000Z"
    clock.advance(0.5)
    assert (await client.get(PATH, headers=shop.headers())).status_code == 200


@pytest.mark.contract("SE-04")
async def test_the_rate_holds_for_each_consumer_and_operation_alone(shop: Shop) -> None:
    client = shop.client_of(calls_per_second=1)
    history = f"/store/45/gtin/{GTIN}/transactionHistory"
    assert (await client.get(PATH, headers=shop.headers())).status_code == 200
    assert (await client.get(history, headers=shop.headers())).status_code == 200
    assert (await client.get(PATH, headers=shop.headers(OTHER_CONSUMER))).status_code == 404
    assert (await client.get(PATH, headers=shop.headers())).status_code == 429


@pytest.mark.contract("SE-04")
async def test_requests_that_are_not_verified_take_no_token(shop: Shop) -> None:
    client = shop.client_of(calls_per_second=1)
    assert (await client.get(PATH, headers=shop.headers(signature="AAAA"))).status_code == 401
    assert (await client.get(PATH, headers=shop.headers())).status_code == 200


@pytest.mark.contract("SE-04")
async def test_a_provider_has_one_rate_for_all_its_suppliers(shop: Shop) -> None:
    client = shop.client_of(calls_per_second=1)
    for context, status in (("awesome-company", 200), ("other-company", 429)):
        headers = {**shop.headers(PROVIDER_CONSUMER), "wm_context_identifier": context}
        assert (await client.get(PATH, headers=headers)).status_code == status


@pytest.mark.contract("SG-07")
async def test_a_request_without_any_header_of_ours_is_logged_as_such(
    shop: Shop, caplog: pytest.LogCaptureFixture
) -> None:
    await shop.client.get(PATH, headers={"WM_SVC.NAME": "a service"})
    assert "no WM_* header" not in caplog.text
    await shop.client.get(PATH)
    assert "no WM_* header" in caplog.text
