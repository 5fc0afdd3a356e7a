"""The store APIs as the OpenAPI document shows them."""

import msgspec
import pytest

from onhand.surfaces.suppliers.routes import operations
from tests.surfaces.suppliers.shop import Shop

SECURITY_HEADERS = {
    "WM_CONSUMER.ID",
    "WM_CONSUMER.INTIMESTAMP",
    "WM_SEC.KEY_VERSION",
    "WM_SEC.AUTH_SIGNATURE",
}


@pytest.mark.contract("SG-01", "SI-01", "SI-03", "TH-01", "IA-01")
async def test_the_document_has_every_operation_with_its_security(shop: Shop) -> None:
    document = (await shop.client.get("/openapi.json")).json()
    operations = {
        (method.upper(), path): described
        for path, methods in document["paths"].items()
        for method, described in methods.items()
    }
    assert set(operations) == {
        ("GET", "/store/{storeNbr}/gtin/{gtin}/available"),
        ("POST", "/store/inventory/status"),
        ("GET", "/store/{storeNbr}/gtin/{gtin}/transactionHistory"),
        ("POST", "/store/inventoryActions"),
    }
    schemes = document["components"]["securitySchemes"]
    for described in operations.values():
        (needed,) = described["security"]
        assert {schemes[name]["name"] for name in needed} == SECURITY_HEADERS
        assert {"200", "400", "401", "403", "429", "500", "503"} <= set(described["responses"])


async def test_the_examples_are_of_the_types_they_stand_for(shop: Shop) -> None:
    for operation in operations(shop.services()):
        held = [operation.body, *operation.answers.values()]
        for each in held:
            if each is not None and each.example is not None:
                msgspec.convert(each.example, each.type, strict=True)
