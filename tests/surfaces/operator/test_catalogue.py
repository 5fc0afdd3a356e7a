"""Items, mappings and SKUs as the operator tells of them."""

import pytest

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
