"""What suppliers send about the stores (IA)."""

import json
from typing import Any

import pytest

from tests.surfaces.suppliers.shop import GTIN, OTHER, OTHER_CONSUMER, Shop, only_error

PATH = "/store/inventoryActions"
SIBLING = "00055555555555"
STRANGER = "00066666666666"
# 2026-03-05T11:00:00Z, an hour before the clock of the tests.
AN_HOUR_AGO = 1_772_708_400_000


@pytest.fixture(autouse=True)
async def _items(shop: Shop) -> None:
    await shop.item()
    await shop.item(SIBLING)
    await shop.item(STRANGER, supplier=OTHER)


def _message(event_type: str, quantity: Any, *, message_id: str = "m1", **other: Any) -> dict[str, Any]:
    return {
        "messageId": message_id,
        "eventType": event_type,
        "storeNbr": 45,
        "eventCreationTime": AN_HOUR_AGO,
        "lineInfo": [{"gtin": GTIN, "quantity": quantity}],
        **other,
    }


async def _newest(shop: Shop) -> tuple[str, float, float]:
    row = (await shop.get(f"/store/45/gtin/{GTIN}/transactionHistory")).json()["eventHistory"][0]
    return row["eventType"], row["eventQty"], row["aggregatedQty"]


@pytest.mark.contract("IA-01")
@pytest.mark.parametrize(
    ("event_type", "quantity", "newest"),
    [
        ("ARRIVAL", 5, ("STOCKED", 5, 15)),
        ("REMOVAL", 2.5, ("REMOVAL", -2.5, 7.5)),
        ("CORRECTION", 8, ("CORRECTION", -2, 8)),
        ("BOOTSTRAP", 8, ("PI", -2, 8)),
    ],
)
async def test_an_action_is_posted_and_shown(
    shop: Shop, event_type: str, quantity: float, newest: tuple[str, float, float]
) -> None:
    await shop.event("1", "LR", 10)
    response = await shop.post(PATH, _message(event_type, quantity))
    assert response.status_code == 200
    assert response.json() == {
        "supplier": "Awesome Company",
        "storeNbr": 45,
        "messageId": "m1",
        "lineInfo": [{"gtin": GTIN, "status": "ACCEPTED"}],
    }
    assert await _newest(shop) == newest


@pytest.mark.contract("IA-01")
async def test_a_line_that_is_refused_says_why_and_the_others_stand(shop: Shop) -> None:
    lines = [{"gtin": gtin, "quantity": 3} for gtin in (STRANGER, GTIN, "x")]
    lines.append({"gtin": SIBLING, "quantity": -1})
    outcomes = (await shop.post(PATH, _message("ARRIVAL", 0, lineInfo=lines))).json()["lineInfo"]
    assert [outcome["status"] for outcome in outcomes] == ["REFUSED", "ACCEPTED", "REFUSED", "REFUSED"]
    assert outcomes[0]["message"] == "The requested GTIN is not mapped to the Supplier."
    assert await _newest(shop) == ("STOCKED", 3, 3)


@pytest.mark.contract("IA-02")
async def test_a_message_sent_again_is_answered_as_before_and_posted_once(shop: Shop) -> None:
    first = await shop.post(PATH, _message("ARRIVAL", 5))
    again = await shop.post(PATH, _message("ARRIVAL", 5))
    assert (again.status_code, again.text) == (200, first.text)
    assert await _newest(shop) == ("STOCKED", 5, 5)


@pytest.mark.contract("IA-02")
@pytest.mark.parametrize("other", [{"eventType": "REMOVAL"}, {"documentInfo": [{"documentId": "1"}]}])
async def test_a_message_id_with_another_body_is_a_conflict(shop: Shop, other: dict[str, Any]) -> None:
    await shop.post(PATH, _message("ARRIVAL", 5))
    response = await shop.post(PATH, _message("ARRIVAL", 5, **other))
    assert response.status_code == 409
    error = only_error(response)
    assert (error["instance"], error["status"]) == (PATH, "CONFLICT")


@pytest.mark.contract("IA-02")
async def test_another_suppliers_message_of_the_same_id_is_another(shop: Shop) -> None:
    await shop.put("mapping", item_id=int(GTIN), partner_id=OTHER, location_id=0)
    assert (await shop.post(PATH, _message("ARRIVAL", 5))).status_code == 200
    assert (await shop.post(PATH, _message("ARRIVAL", 6), consumer_id=OTHER_CONSUMER)).status_code == 200
    assert (await _newest(shop))[2] == 11


@pytest.mark.contract("IA-01", "SE-06")
@pytest.mark.parametrize(
    ("changed", "fields"),
    [
        ({"messageId": ""}, ["messageId"]),
        ({"messageId": "x" * 37}, ["messageId"]),
        ({"messageId": "a\x00b"}, ["messageId"]),
        ({"eventType": "SALES"}, ["eventType"]),
        ({"storeNbr": -45}, ["storeNbr"]),
        ({"storeNbr": "45"}, ["storeNbr"]),
        ({"eventCreationTime": "2026-03-05"}, ["eventCreationTime"]),
        ({"eventCreationTime": 10**30}, ["eventCreationTime"]),
        ({"eventCreationTime": AN_HOUR_AGO + 3_600_000 + 301_000}, ["eventCreationTime"]),
        ({"lineInfo": []}, ["lineInfo"]),
        ({"lineInfo": [{"gtin": GTIN}]}, ["lineInfo[0]"]),
        ({"lineInfo": [{"gtin": 5, "quantity": 1}, {"gtin": GTIN, "quantity": "5"}]}, ["lineInfo[0]", "lineInfo[1]"]),
        ({"messageId": "a\x00b", "eventCreationTime": 10**30}, ["messageId", "eventCreationTime"]),
        ({"lineInfo": [{"gtin": GTIN, "quantity": 1}] * 1001}, ["lineInfo"]),
        ({"documentInfo": "x"}, ["documentInfo"]),
        ({"messageId": 1, "storeNbr": None, "lineInfo": None}, ["messageId", "storeNbr", "lineInfo"]),
    ],
)
async def test_a_message_that_is_wrong_as_a_whole_is_refused(
    shop: Shop, changed: dict[str, Any], fields: list[str]
) -> None:
    response = await shop.post(PATH, {**_message("ARRIVAL", 5), **changed})
    assert response.status_code == 400
    assert [error["fieldName"] for error in response.json()["errors"]] == fields
    assert (await shop.get(f"/store/45/gtin/{GTIN}/transactionHistory")).status_code == 404


@pytest.mark.contract("IA-01")
async def test_every_missing_field_is_named(shop: Shop) -> None:
    errors = (await shop.post(PATH, {})).json()["errors"]
    assert [error["fieldName"] for error in errors] == [
        "messageId",
        "eventType",
        "storeNbr",
        "eventCreationTime",
        "lineInfo",
    ]
    assert errors[0]["message"] == "Invalid messageId. The field is required."
    assert errors[2]["message"] == "Invalid storeNbr."


@pytest.mark.contract("IA-01", "SE-06")
@pytest.mark.parametrize("store", [999, 10**30])
async def test_a_store_that_is_not_known_is_told_from_one_without_data_by_nothing(shop: Shop, store: int) -> None:
    lines = [{"gtin": gtin, "quantity": 1} for gtin in (STRANGER, "00099999999999")]
    answers = [
        (await shop.post(PATH, {**_message("ARRIVAL", 5), "storeNbr": number, "lineInfo": lines})).json()
        for number in (30, store)
    ]
    assert answers[0]["lineInfo"] == answers[1]["lineInfo"]


@pytest.mark.contract("IA-01", "SE-06")
async def test_nothing_is_posted_at_a_store_that_is_not_known(shop: Shop) -> None:
    (line,) = (await shop.post(PATH, {**_message("ARRIVAL", 5), "storeNbr": 999})).json()["lineInfo"]
    assert (line["status"], line["message"]) == ("REFUSED", "Data not found for the given request parameters.")


@pytest.mark.contract("IA-02")
async def test_the_same_body_in_another_spelling_is_a_repeat(shop: Shop) -> None:
    sent = {**_message("ARRIVAL", 5), "documentInfo": [{"a": 1, "b": 2}]}
    again = {**_message("ARRIVAL", 5.0), "documentInfo": [{"b": 2, "a": 1.0}]}
    assert (await shop.post(PATH, sent)).json() == (await shop.post(PATH, again)).json()
    assert (await shop.get(f"/store/45/gtin/{GTIN}/available")).json()["quantity"] == 5.0


@pytest.mark.contract("IA-02")
async def test_a_body_that_differs_in_a_field_that_nobody_knows_is_another(shop: Shop) -> None:
    assert (await shop.post(PATH, {**_message("ARRIVAL", 5), "foo": 1})).status_code == 200
    assert (await shop.post(PATH, {**_message("ARRIVAL", 5), "foo": 2})).status_code == 409


@pytest.mark.contract("IA-01")
@pytest.mark.parametrize("depth", [40, 400, 600, 900])
async def test_a_field_that_nobody_reads_may_not_be_nested_too_deep(shop: Shop, depth: int) -> None:
    deep = json.loads("[" * depth + "]" * depth)
    response = await shop.post(PATH, _message("ARRIVAL", 5, extra=deep))
    assert response.status_code == 400
    assert only_error(response)["fieldName"] == "body"
