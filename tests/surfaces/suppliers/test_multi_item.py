"""Store inventory of several items (SI-03 to SI-07)."""

from typing import Any

import pytest

from tests.surfaces.suppliers.shop import GTIN, OTHER, Shop, only_error

BY_GTIN = "/store/inventory/status?itemIdentifier=gtin"
BY_NUMBER = "/store/inventory/status?itemIdentifier=wmItemNbr"
MOMENT = {"lastUpdatedTime": "2026-03-04T10:00:00"}
SIBLING = "00055555555555"
STRANGER = "00066666666666"


def _area(area: str, quantity: float) -> dict[str, Any]:
    return {"locationArea": area, "state": "AVAILABLE", "quantity": quantity, **MOMENT}


async def _asked(shop: Shop, path: str, *values: Any) -> dict[str, Any]:
    response = await shop.post(path, {"storeNbr": 45, "values": list(values)})
    assert response.status_code == 200, response.text
    answer: dict[str, Any] = response.json()
    assert answer.pop("supplier") == "Awesome Company"
    assert answer.pop("storeNbr") == 45
    for error in answer.get("errors", ()):
        assert error.pop("timestamp") == "2026-03-05T12:00:00"
    return answer


@pytest.mark.contract("SI-03")
async def test_an_item_is_answered_with_its_number_and_its_areas(shop: Shop) -> None:
    await shop.item(wm_item_nbr="900045678")
    await shop.event("1", "LR", 12)
    await shop.event("2", "LR", 5, location_area="MFC")
    await shop.event("3", "LR", 7, location_area="BACKROOM")
    item = {
        "gtin": GTIN,
        "wmItemNbr": "900045678",
        "inventoryByLocation": [_area("STORE", 12.0), _area("MFC", 5.0)],
    }
    assert await _asked(shop, BY_GTIN, GTIN) == {"inventory": [item]}
    assert await _asked(shop, BY_NUMBER, "900045678") == {"inventory": [item]}
    assert await _asked(shop, BY_NUMBER, 900045678) == {"inventory": [item]}


@pytest.mark.contract("SI-03")
async def test_answers_stand_in_the_order_asked_for_and_a_repeated_value_once(shop: Shop) -> None:
    for gtin in (GTIN, SIBLING):
        await shop.item(gtin)
        await shop.event(gtin, "LR", 1, gtin=gtin)
    answer = await _asked(shop, BY_GTIN, SIBLING, GTIN, "x", SIBLING, "x")
    assert [item["gtin"] for item in answer["inventory"]] == [SIBLING, GTIN]
    assert [error["value"] for error in answer["errors"]] == ["x"]


@pytest.mark.contract("SI-04")
@pytest.mark.parametrize(
    ("path", "value", "field", "message"),
    [
        (BY_GTIN, "0002840031041#", "gtin", "invalid gtin"),
        (BY_GTIN, "-00028400310414", "gtin", "invalid gtin"),
        (BY_GTIN, "00028400310414", "gtin", "gtin not mapped to the supplier"),
        (BY_GTIN, STRANGER, "gtin", "gtin not mapped to the supplier"),
        (BY_GTIN, GTIN, "gtin", "No data found"),
        (BY_NUMBER, "9000543678", "wmItemNbr", "invalid wmItemNbr"),
        (BY_NUMBER, "90004567²", "wmItemNbr", "invalid wmItemNbr"),
        (BY_NUMBER, "900067543", "wmItemNbr", "wmtItemNbr not mapped to the supplier"),
        (BY_NUMBER, "900000002", "wmItemNbr", "wmtItemNbr not mapped to the supplier"),
        (BY_NUMBER, "900000001", "wmItemNbr", "No data found"),
    ],
)
async def test_a_problem_with_an_item_stands_in_the_body(
    shop: Shop, path: str, value: str, field: str, message: str
) -> None:
    await shop.item(wm_item_nbr="900000001")
    await shop.item(STRANGER, supplier=OTHER, wm_item_nbr="900000002")
    await shop.event("1", "LR", 1, gtin=STRANGER)
    assert await _asked(shop, path, value) == {"errors": [{"fieldName": field, "value": value, "message": message}]}


@pytest.mark.contract("SI-04")
@pytest.mark.parametrize(("value", "shown"), [(None, "null"), (True, "true"), ([], "[]"), (1.5, "1.5")])
async def test_a_value_that_is_no_text_is_an_invalid_item(shop: Shop, value: Any, shown: str) -> None:
    error = {"fieldName": "gtin", "value": shown, "message": "invalid gtin"}
    assert await _asked(shop, BY_GTIN, value) == {"errors": [error]}


@pytest.mark.contract("SI-05")
async def test_an_item_without_stock_at_store_level_has_an_empty_list(shop: Shop) -> None:
    await shop.item()
    await shop.event("1", "LR", 7, location_area="BACKROOM")
    assert await _asked(shop, BY_GTIN, GTIN) == {"inventory": [{"gtin": GTIN, "inventoryByLocation": []}]}


@pytest.mark.contract("SI-06")
async def test_the_items_of_one_cid_are_summed_and_listed(shop: Shop) -> None:
    await shop.item(cid="C1")
    await shop.item(SIBLING, cid="C1")
    await shop.event("1", "LR", 12)
    await shop.event("2", "LR", 3, gtin=SIBLING)
    await shop.event("3", "LR", 5, gtin=SIBLING, location_area="MFC")
    answer = await _asked(shop, BY_GTIN, GTIN)
    assert answer["inventory"] == [
        {
            "gtin": GTIN,
            "inventoryByLocation": [_area("STORE", 12.0)],
            # 12 of its own and 3 of the other GTIN.
            "cidLevelInventory": [_area("STORE", 15.0), _area("MFC", 5.0)],
            "crossReferences": [{"gtin": SIBLING, "inventoryByLocation": [_area("STORE", 3.0), _area("MFC", 5.0)]}],
        }
    ]


@pytest.mark.contract("SI-06")
async def test_another_suppliers_item_of_the_same_cid_is_not_seen(shop: Shop) -> None:
    await shop.item(cid="C1")
    await shop.item(STRANGER, cid="C1", supplier=OTHER)
    await shop.event("1", "LR", 12)
    await shop.event("2", "LR", 3, gtin=STRANGER)
    (item,) = (await _asked(shop, BY_GTIN, GTIN))["inventory"]
    assert item["cidLevelInventory"] == [_area("STORE", 12.0)]
    assert "crossReferences" not in item


@pytest.mark.contract("SI-07")
@pytest.mark.parametrize(
    ("path", "body", "fields"),
    [
        (BY_GTIN, {"storeNbr": 45, "values": []}, ["values"]),
        (BY_GTIN, {"storeNbr": 45}, ["values"]),
        (BY_GTIN, {"storeNbr": 45, "values": GTIN}, ["values"]),
        (BY_GTIN, {"storeNbr": 45, "values": [GTIN] * 101}, ["values"]),
        (BY_GTIN, {"values": [GTIN]}, ["storeNbr"]),
        (BY_GTIN, {"storeNbr": -45, "values": [GTIN]}, ["storeNbr"]),
        (BY_GTIN, {"storeNbr": 4.5, "values": [GTIN]}, ["storeNbr"]),
        (BY_GTIN, {"storeNbr": True, "values": [GTIN]}, ["storeNbr"]),
        (BY_GTIN, [], ["body"]),
        ("/store/inventory/status", {}, ["itemIdentifier", "storeNbr", "values"]),
        ("/store/inventory/status?itemIdentifier=upc", {"storeNbr": 45, "values": [GTIN]}, ["itemIdentifier"]),
    ],
)
async def test_a_request_that_is_wrong_as_a_whole_is_refused(
    shop: Shop, path: str, body: Any, fields: list[str]
) -> None:
    response = await shop.post(path, body)
    assert response.status_code == 400
    assert [error["fieldName"] for error in response.json()["errors"]] == fields


@pytest.mark.contract("SE-02")
async def test_the_item_identifier_is_asked_for_in_the_contracts_words(shop: Shop) -> None:
    response = await shop.post("/store/inventory/status", {"storeNbr": 45, "values": [GTIN]})
    message = "The request must contain either gtin or wmItemNbr as itemIdentifier."
    assert only_error(response) == {"fieldName": "itemIdentifier", "message": message, "status": "BAD_REQUEST"}


@pytest.mark.contract("SI-07")
async def test_a_hundred_values_are_answered(shop: Shop) -> None:
    answer = await _asked(shop, BY_GTIN, *(f"{number:014d}" for number in range(100)))
    assert len(answer["errors"]) == 100


@pytest.mark.parametrize("body", [b"", b"{", b"\xff", b'"\\ud800"', b"[" * 50_000, b'{"values":[1e400]}'])
async def test_a_body_that_is_no_json_object_is_refused(shop: Shop, body: bytes) -> None:
    response = await shop.client.post(BY_GTIN, content=body, headers=shop.headers())
    assert response.status_code == 400
    assert only_error(response)["fieldName"] == "body"


async def test_a_body_over_the_limit_is_refused(shop: Shop) -> None:
    response = await shop.client.post(BY_GTIN, content=b" " * 100_001, headers=shop.headers())
    assert response.status_code == 413
    assert response.headers["connection"] == "close"
    assert only_error(response)["status"] == "PAYLOAD_TOO_LARGE"
