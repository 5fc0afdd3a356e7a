"""The sandbox's ship nodes: the drop-ship document's samples, down to the bodies."""

import pytest

from tests.sandbox.conftest import Client

pytestmark = pytest.mark.contract("SB-02", "SB-03", "SB-04")


async def test_the_vendors_item_is_answered_as_the_document_shows_it(sandbox: Client) -> None:
    answer = await sandbox.ask(
        "vendor", "GET", "/v3/inventory", params={"gtin": "00012947218283", "shipNode": "123456701"}
    )
    assert answer.json() == {
        "sku": "RG-IRAE-79VD",
        "gtin": "00012947218283",
        "quantity": {"unit": "EACH", "amount": 23},
    }


async def test_the_documents_items_stand_at_both_nodes(sandbox: Client) -> None:
    answer = await sandbox.ask("vendor", "GET", "/v3/inventories/01234567891011", params={"productIdType": "gtin"})
    nodes = {node["shipNode"]: node["inputQty"] for node in answer.json()["nodes"]}
    assert nodes == {
        "123456701": {"unit": "EACH", "availabilityCode": "AA"},
        "123456702": {"unit": "EACH", "amount": 11},
    }


async def test_the_seller_reads_the_sum_over_its_nodes(sandbox: Client) -> None:
    answer = await sandbox.ask("seller", "GET", "/v3/inventory", params={"sku": "SELLER-MUG-01"})
    assert answer.json() == {"sku": "SELLER-MUG-01", "quantity": {"unit": "EACH", "amount": 45}}
