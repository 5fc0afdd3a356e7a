"""The catalogue is read page by page, and a mapping or a SKU can be ended."""

import pytest

from onhand.catalogue.imports import import_items, import_mappings, import_skus, listed
from onhand.catalogue.items import item_by_id, list_items, list_mappings, list_skus, remove_mapping, remove_sku
from onhand.catalogue.report import SourceRow
from onhand.partners.onboarding import add_partner
from onhand.stock.locations import NewStore, add_stores
from onhand.store.database import Database
from tests.conftest import FrozenClock

FIRST, SECOND, THIRD = "00000000000000", "00044444444444", "99999999999999"


@pytest.fixture
async def catalogue(database: Database, clock: FrozenClock) -> Database:
    """Three items; the first mapped for every store and for two by name; two SKUs of a seller."""
    for kind, code in (("supplier", "acme"), ("supplier", "other"), ("seller", "shop")):
        await add_partner(database, clock, kind=kind, code=code, name=code)
    await add_stores(database, clock, [NewStore(30, "Thirty"), NewStore(45, "Forty-five")])
    items: list[dict[str, object]] = [{"gtin": gtin, "name": "n"} for gtin in (FIRST, SECOND, THIRD)]
    mappings: list[dict[str, object]] = [
        {"gtin": FIRST, "supplier": "acme"},
        {"gtin": FIRST, "supplier": "other", "storeNbr": 30},
        {"gtin": FIRST, "supplier": "other", "storeNbr": 45},
        {"gtin": THIRD, "supplier": "acme"},
    ]
    skus: list[dict[str, object]] = [{"gtin": FIRST, "seller": "shop", "sku": sku} for sku in ("b", "a")]
    for store_file, values in ((import_items, items), (import_mappings, mappings), (import_skus, skus)):
        report = await store_file(database, clock, listed([SourceRow(1, row) for row in values]))
        assert report.is_stored
    return database


async def mapped(database: Database) -> list[tuple[str, str, int | None]]:
    return [(mapping.gtin, mapping.supplier_code, mapping.store_number) for mapping in await list_mappings(database)]


@pytest.mark.contract("OP-02")
async def test_an_item_is_found_by_its_gtin(catalogue: Database) -> None:
    item = await item_by_id(catalogue, int(THIRD))
    assert item is not None
    assert item.gtin == THIRD
    assert await item_by_id(catalogue, 1) is None


@pytest.mark.contract("OP-02")
async def test_items_are_listed_in_pages_by_gtin(catalogue: Database) -> None:
    first = await list_items(catalogue, rows_max=2)
    assert [item.gtin for item in first] == [FIRST, SECOND]
    assert [item.gtin for item in await list_items(catalogue, after=first[-1].item_id)] == [THIRD]


@pytest.mark.contract("OP-02")
async def test_mappings_are_listed_in_pages_by_key(catalogue: Database) -> None:
    first = await list_mappings(catalogue, rows_max=2)
    rest = await list_mappings(catalogue, after=first[-1].key)
    found = [(mapping.gtin, mapping.supplier_code, mapping.store_number) for mapping in (*first, *rest)]
    assert found == [(FIRST, "acme", None), (FIRST, "other", 30), (FIRST, "other", 45), (THIRD, "acme", None)]


@pytest.mark.contract("OP-02")
async def test_the_mappings_of_one_item_are_listed_alone(catalogue: Database) -> None:
    first = await list_mappings(catalogue, item_id=int(FIRST), rows_max=2)
    rest = await list_mappings(catalogue, item_id=int(FIRST), after=first[-1].key)
    assert (len(first), len(rest)) == (2, 1)
    assert await list_mappings(catalogue, item_id=int(SECOND)) == []


@pytest.mark.contract("OP-02")
async def test_a_mapping_is_ended_for_one_store_or_for_every_store(catalogue: Database) -> None:
    first = int(FIRST)
    assert await remove_mapping(catalogue, item_id=first, supplier_code="other", store_number=30)
    assert await remove_mapping(catalogue, item_id=first, supplier_code="acme")
    assert await mapped(catalogue) == [(FIRST, "other", 45), (THIRD, "acme", None)]


@pytest.mark.contract("OP-02")
async def test_ending_a_mapping_that_there_is_not_changes_nothing(catalogue: Database) -> None:
    before = await mapped(catalogue)
    for supplier, store in (("other", None), ("other", 99), ("acme", 45), ("nobody", None)):
        assert not await remove_mapping(catalogue, item_id=int(FIRST), supplier_code=supplier, store_number=store)
    assert await mapped(catalogue) == before


@pytest.mark.contract("OP-02")
async def test_skus_are_listed_in_pages_and_can_be_forgotten(catalogue: Database) -> None:
    assert [sku.sku for sku in await list_skus(catalogue, partner_code="shop", rows_max=1)] == ["a"]
    assert [sku.sku for sku in await list_skus(catalogue, partner_code="shop", after="a")] == ["b"]
    assert await remove_sku(catalogue, partner_code="shop", sku="a")
    assert not await remove_sku(catalogue, partner_code="shop", sku="a")
    assert [sku.sku for sku in await list_skus(catalogue, partner_code="shop")] == ["b"]
