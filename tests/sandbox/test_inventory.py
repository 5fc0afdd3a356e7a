"""The store inventory document's samples, down to the bodies (SB-04)."""

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
