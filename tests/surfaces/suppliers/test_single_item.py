"""Store inventory of one item (SI-01, SI-02)."""

import pytest

from tests.conftest import FrozenClock
from tests.surfaces.suppliers.shop import GTIN, Shop, only_error

PATH = f"/store/45/gtin/{GTIN}/available"


@pytest.mark.contract("SI-01")
async def test_the_units_in_the_store_are_answered(shop: Shop) -> None:
    await shop.item()
    await shop.event("1", "LR", 12, at="2024-01-23T00:15:03")
    response = await shop.get(PATH)
    # As text: the quantity is a decimal number even where it is whole.
    assert response.text == (
        '{"supplier":"Awesome Company","storeNbr":45,"gtin":"00044444444444","locationArea":"STORE",'
        '"state":"AVAILABLE","quantity":12.0,"lastUpdatedTime":"2024-01-23T00:15:03"}'
    )


@pytest.mark.contract("SI-09")
async def test_what_was_accepted_is_seen_at_once_and_a_late_event_leaves_the_time(shop: Shop) -> None:
    await shop.item()
    await shop.event("1", "LR", 12, at="2026-03-04T10:00:00")
    await shop.event("2", "SALES", -2, at="2026-03-04T09:00:00")
    found = (await shop.get(PATH)).json()
    assert (found["quantity"], found["lastUpdatedTime"]) == (10.0, "2026-03-04T10:00:00")


@pytest.mark.contract("SI-01")
async def test_stock_of_a_fulfilment_centre_is_listed_beside_the_stores(shop: Shop) -> None:
    await shop.item()
    await shop.event("1", "LR", 12)
    await shop.event("2", "LR", 5, location_area="MFC")
    await shop.event("3", "LR", 7, location_area="BACKROOM")
    found = (await shop.get(PATH)).json()
    moment = {"lastUpdatedTime": "2026-03-04T10:00:00"}
    assert found["quantity"] == 12.0
    assert found["inventoryByLocation"] == [
        {"locationArea": "STORE", "state": "AVAILABLE", "quantity": 12.0, **moment},
        {"locationArea": "MFC", "state": "AVAILABLE", "quantity": 5.0, **moment},
    ]


@pytest.mark.contract("SI-01")
async def test_a_stream_at_zero_is_shown(shop: Shop) -> None:
    await shop.item()
    await shop.event("1", "LR", 2)
    await shop.event("2", "SALES", -2)
    assert (await shop.get(PATH)).json()["quantity"] == 0.0


@pytest.mark.contract("SI-01")
async def test_without_stock_at_store_level_there_is_no_data(shop: Shop) -> None:
    await shop.item()
    await shop.event("1", "LR", 7, location_area="BACKROOM")
    response = await shop.get(PATH)
    assert response.status_code == 404
    assert only_error(response)["message"] == "Data not found for the given request parameters."


@pytest.mark.contract("SI-02")
async def test_an_item_mapped_for_another_store_is_not_mapped(shop: Shop) -> None:
    await shop.item(store=30)
    await shop.event("1", "LR", 1)
    response = await shop.get(PATH)
    assert response.status_code == 404
    assert only_error(response)["message"] == "The requested GTIN is not mapped to the Supplier."


@pytest.mark.contract("SI-08")
async def test_a_weighed_quantity_is_exact(shop: Shop) -> None:
    await shop.item()
    await shop.event("1", "LR", 0.1)
    await shop.event("2", "LR", 0.2003)
    assert (await shop.get(PATH)).json()["quantity"] == 0.3003


@pytest.mark.contract("OP-06")
async def test_availability_below_zero_may_be_floored(shop: Shop, clock: FrozenClock) -> None:
    await shop.item()
    await shop.event("1", "SALES", -3)
    assert (await shop.get(PATH)).json()["quantity"] == -3.0
    floored = await shop.client_of(floor_at_zero=True).get(PATH, headers=shop.headers())
    assert floored.json()["quantity"] == 0.0


async def test_head_is_answered_as_get_is(shop: Shop) -> None:
    await shop.item()
    await shop.event("1", "LR", 1)
    assert (await shop.client.head(PATH, headers=shop.headers())).status_code == 200
