"""Items, mappings and SKUs as the operator tells of them."""

import pytest

from onhand.partners.onboarding import partner_by_code
from onhand.stock.locations import Locations
from onhand.stock.onhand import available
from tests.surfaces.operator.desk import GTIN, OTHER_GTIN, Desk, faults, problem

pytestmark = pytest.mark.contract("OP-02")

ITEM = {
    "gtin": GTIN,
    "name": "Oat drink",
    "wmItemNbr": "900045678",
    "cid": "C-1",
    "category": "Drinks",
    "productType": "Oat",
    "taxCode": "2038710",
    "publishedStatus": "PUBLISHED",
}


async def add_mappings(shop: Desk, *stores: int | None) -> None:
    """Let the supplier see the first item at each of the stores; None is every store."""
    row = {"gtin": GTIN, "supplier": "awesome-company"}
    rows = [row if store is None else {**row, "storeNbr": store} for store in stores]
    assert (await shop.post("/mappings", {"mappings": rows})).status_code == 200


async def is_seen(shop: Desk, store_number: int) -> bool:
    """Whether the supplier sees the first item at a store, read as a supplier's request reads it."""
    supplier = await partner_by_code(shop.database, "awesome-company")
    store = await Locations(shop.database).store(store_number)
    assert supplier is not None
    assert store is not None
    ids = {"supplier_id": supplier.partner_id, "location_id": store.location_id, "item_id": int(GTIN)}
    return (await available(shop.database, **ids)).mapped


async def test_items_are_added_once_and_changed_by_what_is_said(desk: Desk) -> None:
    added = await desk.post("/items", {"items": [ITEM, {"gtin": OTHER_GTIN, "name": "Rye bread"}]})
    again = await desk.post("/items", {"items": [ITEM, {"gtin": OTHER_GTIN, "category": "Bread"}]})
    assert added.json() == {"added": 2, "changed": 0, "unchanged": 0}
    assert again.json() == {"added": 0, "changed": 1, "unchanged": 1}
    assert (await desk.get(f"/items/{GTIN}")).json() == ITEM
    other = (await desk.get(f"/items/{OTHER_GTIN}")).json()
    assert (other["name"], other["category"]) == ("Rye bread", "Bread")


async def test_a_put_replaces_all_that_is_said_of_an_item(desk: Desk) -> None:
    await desk.post("/items", {"items": [ITEM]})
    answer = await desk.put(f"/items/{GTIN}", {"name": "Oat drink, 1 l", "cid": "C-2"})
    cleared = dict.fromkeys(("wmItemNbr", "category", "productType", "taxCode"))
    assert answer.json() == {**ITEM, **cleared, "name": "Oat drink, 1 l", "cid": "C-2"}


async def test_a_put_names_its_item_in_the_path(desk: Desk) -> None:
    answer = await desk.put(f"/items/{GTIN}", {"gtin": OTHER_GTIN, "name": "Rye bread"})
    assert faults(answer, 422, "refused") == [("/gtin", "other_gtin")]
    problem(await desk.get(f"/items/{GTIN}"), 404, "not-found")


async def test_every_fault_of_a_put_is_listed(desk: Desk) -> None:
    answer = await desk.put(f"/items/{GTIN}", {"wmItemNbr": "12", "colour": "red"})
    assert sorted(faults(answer, 422, "refused")) == [
        ("/colour", "invalid_colour"),
        ("/name", "invalid_name"),
        ("/wmItemNbr", "invalid_wmItemNbr"),
    ]


async def test_a_batch_with_faults_stores_nothing_and_lists_them_by_row(desk: Desk) -> None:
    rows = [
        {"gtin": GTIN, "name": "Oat drink"},
        {"gtin": "0001234567890X", "name": "Letters"},
        {"gtin": OTHER_GTIN},
        {"gtin": GTIN, "name": "Twice"},
        {"gtin": "00012345678929", "name": "a\u0000b", "wmItemNbr": "12"},
    ]
    answer = await desk.post("/items", {"items": rows})
    assert faults(answer, 422, "refused") == [
        ("/items/1/gtin", "invalid_gtin"),
        ("/items/2/name", "invalid_name"),
        ("/items/3/gtin", "invalid_gtin"),
        ("/items/4/wmItemNbr", "invalid_wmItemNbr"),
        ("/items/4/name", "invalid_name"),
    ]
    assert (await desk.get("/items")).json() == {"items": []}


@pytest.mark.contract("SE-03")
async def test_a_wrong_check_digit_is_warned_of_and_taken(desk: Desk) -> None:
    answer = await desk.post("/items", {"items": [{"gtin": "00012345678906", "name": "Oat drink"}]})
    assert [warning["pointer"] for warning in answer.json()["warnings"]] == ["/items/0/gtin"]
    assert (await desk.get("/items/00012345678906")).status_code == 200


async def test_items_are_listed_in_pages_by_gtin(desk: Desk) -> None:
    gtins = ["00000000000017", "00000000000024", "00000000000031"]
    await desk.post("/items", {"items": [{"gtin": gtin, "name": gtin} for gtin in reversed(gtins)]})
    first = (await desk.get("/items", limit="2")).json()
    second = (await desk.get("/items", limit="2", after=first["nextAfter"])).json()
    assert [item["gtin"] for page in (first, second) for item in page["items"]] == gtins
    assert faults(await desk.get("/items", after="x"), 400, "bad-parameters") == [("after", "invalid_value")]


@pytest.mark.parametrize("gtin", ["0001234567890X", "-00012345678905", "12345678905", "０００１２３４５６７８９０５"])
async def test_a_path_without_a_gtin_is_refused(desk: Desk, gtin: str) -> None:
    assert faults(await desk.get(f"/items/{gtin}"), 400, "bad-parameters") == [("gtin", "invalid_gtin")]


async def test_mappings_say_who_sees_an_item_and_where(shop: Desk) -> None:
    mappings = [
        {"gtin": GTIN, "supplier": "awesome-company"},
        {"gtin": GTIN, "supplier": "awesome-company", "storeNbr": 45},
    ]
    answers = [await shop.post("/mappings", {"mappings": mappings}) for _ in range(2)]
    assert [answer.json() for answer in answers] == [
        {"added": 2, "changed": 0, "unchanged": 0},
        {"added": 0, "changed": 0, "unchanged": 2},
    ]
    assert (await shop.get(f"/items/{GTIN}/mappings")).json() == {"mappings": mappings}
    assert (await shop.get(f"/items/{OTHER_GTIN}/mappings")).json() == {"mappings": []}


async def test_a_mapping_of_what_is_not_known_is_refused(shop: Desk) -> None:
    row = {"gtin": "00000000000017", "supplier": "nobody", "storeNbr": 99}
    answer = await shop.post("/mappings", {"mappings": [row]})
    assert sorted(pointer for pointer, _ in faults(answer, 422, "refused")) == [
        "/mappings/0/gtin",
        "/mappings/0/storeNbr",
        "/mappings/0/supplier",
    ]


async def test_skus_say_what_a_seller_calls_an_item(shop: Desk) -> None:
    await shop.post("/partners", {"kind": "seller", "code": "10000000001", "name": "A seller"})
    sku = {"gtin": GTIN, "seller": "10000000001", "sku": "OAT-1L"}
    await shop.post("/skus", {"skus": [sku]})
    changed = await shop.post("/skus", {"skus": [{**sku, "gtin": OTHER_GTIN}]})
    assert changed.json() == {"added": 0, "changed": 1, "unchanged": 0}
    assert (await shop.get("/sellers/10000000001/skus")).json() == {"skus": [{**sku, "gtin": OTHER_GTIN}]}


async def test_a_supplier_no_longer_sees_an_item_whose_mapping_was_ended(shop: Desk) -> None:
    await add_mappings(shop, None)
    assert await is_seen(shop, 45)
    answer = await shop.delete(f"/items/{GTIN}/mappings/awesome-company")
    assert (answer.status_code, answer.content) == (204, b"")
    assert not await is_seen(shop, 45)


async def test_the_mapping_of_one_store_is_ended_alone(shop: Desk) -> None:
    await add_mappings(shop, 45, 46)
    assert (await shop.delete(f"/items/{GTIN}/mappings/awesome-company", storeNbr="45")).status_code == 204
    assert [await is_seen(shop, store) for store in (45, 46)] == [False, True]


async def test_ending_the_mapping_for_every_store_leaves_those_for_single_stores(shop: Desk) -> None:
    await add_mappings(shop, None, 46)
    assert (await shop.delete(f"/items/{GTIN}/mappings/awesome-company")).status_code == 204
    assert [await is_seen(shop, store) for store in (45, 46)] == [False, True]


@pytest.mark.parametrize(
    ("gtin", "supplier", "parameters"),
    [
        (GTIN, "awesome-company", {}),
        (GTIN, "awesome-company", {"storeNbr": "46"}),
        (GTIN, "awesome-company", {"storeNbr": "99"}),
        (GTIN, "nobody", {"storeNbr": "45"}),
        (OTHER_GTIN, "awesome-company", {"storeNbr": "45"}),
    ],
)
async def test_a_mapping_that_there_is_not_can_not_be_ended(
    shop: Desk, gtin: str, supplier: str, parameters: dict[str, str]
) -> None:
    await add_mappings(shop, 45)
    problem(await shop.delete(f"/items/{gtin}/mappings/{supplier}", **parameters), 404, "not-found")
    assert await is_seen(shop, 45)


async def test_a_mapping_is_ended_by_a_gtin_and_a_store_number(shop: Desk) -> None:
    await add_mappings(shop, None)
    for store in ("0", "", "x", "1234567890123"):
        answer = await shop.delete("/items/12345/mappings/awesome-company", storeNbr=store)
        assert faults(answer, 400, "bad-parameters") == [("gtin", "invalid_gtin"), ("storeNbr", "invalid_storeNbr")]
    answer = await shop.delete(f"/items/{GTIN}/mappings/awesome-company", store="45")
    assert faults(answer, 400, "bad-parameters") == [("store", "unknown_parameter")]
    assert await is_seen(shop, 45)


async def test_a_sku_is_forgotten_once(shop: Desk) -> None:
    await shop.post("/partners", {"kind": "seller", "code": "10000000001", "name": "A seller"})
    skus = [{"gtin": GTIN, "seller": "10000000001", "sku": sku} for sku in ("OAT 1L", "OAT-2L")]
    await shop.post("/skus", {"skus": skus})
    answer = await shop.delete("/sellers/10000000001/skus/OAT%201L")
    assert (answer.status_code, answer.content) == (204, b"")
    assert (await shop.get("/sellers/10000000001/skus")).json() == {"skus": skus[1:]}
    problem(await shop.delete("/sellers/10000000001/skus/OAT%201L"), 404, "not-found")
    problem(await shop.delete("/sellers/nobody/skus/OAT-2L"), 404, "not-found")


@pytest.mark.parametrize("depth", [40, *range(900, 960, 8)])
async def test_a_value_that_is_nested_too_deep_is_refused_however_deep_it_is(desk: Desk, depth: int) -> None:
    body = b'{"name":' + b'{"a":' * depth + b"1" + b"}" * depth + b"}"
    headers = {"Content-Type": "application/json"}
    answer = await desk.client.put(f"/operator/v1/items/{GTIN}", content=body, headers=headers)
    assert "too deep" in problem(answer, 400, "unreadable-body")["detail"]
