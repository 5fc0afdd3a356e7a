"""Errors that are the same for every operation (SE)."""

import pytest

from onhand.store.database import Unavailable
from tests.surfaces.suppliers.shop import GTIN, OTHER, OTHER_CONSUMER, Shop, only_error

PATH = f"/store/45/gtin/{GTIN}/available"


@pytest.mark.contract("SE-01", "SE-02")
@pytest.mark.parametrize("path", ["/", "/store/45", f"/store/45/gtin/{GTIN}", f"{PATH}/", "/store//gtin/1/available"])
async def test_an_unknown_url_is_not_found(shop: Shop, path: str) -> None:
    response = await shop.client.get(f"{path}?a=b")
    assert response.status_code == 404
    assert response.json() == {
        "errors": [
            {"instance": path, "message": "Not found.", "status": "NOT_FOUND", "timestamp": "2026-03-05T12:00:00"}
        ]
    }


@pytest.mark.contract("SE-02")
@pytest.mark.parametrize(
    ("method", "path", "allowed"),
    [("POST", PATH, "GET, HEAD"), ("DELETE", PATH, "GET, HEAD"), ("GET", "/store/inventory/status", "POST")],
)
async def test_another_verb_is_not_allowed(shop: Shop, method: str, path: str, allowed: str) -> None:
    response = await shop.client.request(method, path)
    assert response.status_code == 405
    assert response.headers["allow"] == allowed
    assert only_error(response) == {"instance": path, "message": "Method not allowed.", "status": "METHOD_NOT_ALLOWED"}


@pytest.mark.contract("SE-03", "SE-06")
@pytest.mark.parametrize("store", ["-45", "4#5", "x", "4.5", "²", " 45"])
async def test_a_store_number_is_digits(shop: Shop, store: str) -> None:
    response = await shop.get(f"/store/{store.replace('#', '%23')}/gtin/{GTIN}/available")
    assert response.status_code == 400
    assert only_error(response) == {"fieldName": "storeNbr", "message": "Invalid storeNbr.", "status": "BAD_REQUEST"}


async def test_a_store_number_may_have_any_number_of_leading_zeros(shop: Shop) -> None:
    await shop.item()
    await shop.event("1", "LR", 1)
    response = await shop.get(PATH.replace("45", "0" * 5000 + "45", 1))
    assert response.json()["storeNbr"] == 45


@pytest.mark.contract("SE-03")
@pytest.mark.parametrize("gtin", ["-00044444444444", "0004444444444", "000444444444444", "0004444444444x", "٠" * 14])
async def test_a_gtin_is_fourteen_digits(shop: Shop, gtin: str) -> None:
    response = await shop.get(f"/store/45/gtin/{gtin}/available")
    assert response.status_code == 400
    assert only_error(response) == {"fieldName": "gtin", "message": "Invalid GTIN.", "status": "BAD_REQUEST"}


@pytest.mark.contract("SE-03")
async def test_a_check_digit_is_not_enforced(shop: Shop) -> None:
    # The check digit of 0004444444444 is 0, not 4: 3 * (3 * 4 + …) is no multiple of ten short of it.
    await shop.item()
    await shop.event("1", "LR", 1)
    assert (await shop.get(PATH)).status_code == 200


@pytest.mark.contract("SE-06")
async def test_every_problem_of_a_request_is_listed(shop: Shop) -> None:
    response = await shop.get("/store/x/gtin/y/transactionHistory?eventType=123&startDate=a&endDate=b&locationArea=c")
    fields = [error["fieldName"] for error in response.json()["errors"]]
    assert fields == ["storeNbr", "gtin", "locationArea", "eventType", "startDate", "endDate"]


@pytest.mark.contract("SE-06", "SI-02")
@pytest.mark.parametrize("kind", ["available", "transactionHistory"])
async def test_an_unknown_gtin_answers_as_another_suppliers_does(shop: Shop, kind: str) -> None:
    await shop.item(supplier=OTHER)
    await shop.event("1", "LR", 1)
    of_other = await shop.get(f"/store/45/gtin/{GTIN}/{kind}")
    unknown = await shop.get(f"/store/45/gtin/00099999999999/{kind}")
    assert of_other.status_code == unknown.status_code == 404
    assert of_other.text.replace(GTIN, "") == unknown.text.replace("00099999999999", "")
    assert only_error(unknown)["message"] == "The requested GTIN is not mapped to the Supplier."
    assert (await shop.get(f"/store/45/gtin/{GTIN}/{kind}", consumer_id=OTHER_CONSUMER)).status_code == 200


@pytest.mark.contract("SE-06", "SI-02")
@pytest.mark.parametrize("kind", ["available", "transactionHistory"])
@pytest.mark.parametrize("store", ["30", "999", "9" * 18, "9" * 19, "1" * 5000])
async def test_an_unknown_store_answers_as_one_without_data(shop: Shop, kind: str, store: str) -> None:
    await shop.item()
    path = f"/store/{store}/gtin/{GTIN}/{kind}"
    response = await shop.get(path)
    message = "Data not found for the given request parameters."
    assert response.status_code == 404
    assert only_error(response) == {"instance": path, "message": message, "status": "NOT_FOUND"}


@pytest.mark.contract("SE-02")
async def test_a_defect_is_answered_without_its_cause(shop: Shop, monkeypatch: pytest.MonkeyPatch) -> None:
    async def fail(number: int) -> None:
        raise ZeroDivisionError("a defect")

    monkeypatch.setattr(shop.locations, "store", fail)
    response = await shop.get(PATH)
    assert response.status_code == 500
    assert only_error(response) == {
        "instance": PATH,
        "message": "Internal server error.",
        "status": "INTERNAL_SERVER_ERROR",
    }


@pytest.mark.contract("SE-01")
async def test_a_busy_database_asks_to_come_again(shop: Shop, monkeypatch: pytest.MonkeyPatch) -> None:
    async def fail(number: int) -> None:
        raise Unavailable("busy")

    monkeypatch.setattr(shop.locations, "store", fail)
    response = await shop.get(PATH)
    assert response.status_code == 503
    assert response.headers["retry-after"] == "1"
    assert only_error(response)["status"] == "SERVICE_UNAVAILABLE"
