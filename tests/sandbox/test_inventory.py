"""The store inventory document's samples, and what the sandbox shows beside them (SB-03, SB-04)."""

from typing import Any

import pytest

from tests.sandbox.conftest import Client


def problems(body: dict[str, Any]) -> list[tuple[str, str, str]]:
    return [(error["fieldName"], error["value"], error["message"]) for error in body["errors"]]


@pytest.mark.contract("SB-04", "SI-04")
async def test_the_documents_gtins_are_not_mapped_and_without_data(sandbox: Client) -> None:
    body = await sandbox.status("gtin", "00028400310414", "00301490477014", "0002840031041#")
    assert problems(body) == [
        ("gtin", "00028400310414", "gtin not mapped to the supplier"),
        ("gtin", "00301490477014", "No data found"),
        ("gtin", "0002840031041#", "invalid gtin"),
    ]
    assert "inventory" not in body


@pytest.mark.contract("SB-04", "SI-04")
async def test_the_documents_item_number_is_without_data(sandbox: Client) -> None:
    body = await sandbox.status("wmItemNbr", "900045678", "9000543678")
    assert problems(body) == [
        ("wmItemNbr", "900045678", "No data found"),
        ("wmItemNbr", "9000543678", "invalid wmItemNbr"),
    ]


@pytest.mark.contract("SB-04", "SI-05")
async def test_an_item_that_lies_in_the_backroom_only_is_shown_as_the_document_shows_it(sandbox: Client) -> None:
    body = await sandbox.status("gtin", "00300450524218")
    assert body == {
        "supplier": "Awesome Company",
        "storeNbr": 45,
        "inventory": [{"gtin": "00300450524218", "inventoryByLocation": []}],
    }


@pytest.mark.contract("SB-03", "SI-06")
async def test_two_gtins_of_one_consumer_item_are_summed(sandbox: Client) -> None:
    (item,) = (await sandbox.status("gtin", "00614141000012"))["inventory"]
    assert item["inventoryByLocation"][0]["quantity"] == 24
    # 24 of its own, and 17 - 2 of the other GTIN.
    assert item["cidLevelInventory"][0]["quantity"] == 39
    assert [reference["gtin"] for reference in item["crossReferences"]] == ["00614141000029"]


@pytest.mark.contract("SB-03", "SI-08")
async def test_a_weighed_item_has_a_fractional_quantity(sandbox: Client) -> None:
    answer = await sandbox.get("/store/45/gtin/00614141000036/available")
    # 41.25 were counted, 1.135 sold.
    assert answer.json()["quantity"] == 40.115


@pytest.mark.contract("SB-03", "SI-01")
async def test_an_item_of_the_market_fulfilment_centre_lists_both_areas(sandbox: Client) -> None:
    body = (await sandbox.get("/store/45/gtin/00614141000043/available")).json()
    listed = {place["locationArea"]: place["quantity"] for place in body["inventoryByLocation"]}
    assert (body["quantity"], listed) == (11.0, {"STORE": 11.0, "MFC": 80.0})
