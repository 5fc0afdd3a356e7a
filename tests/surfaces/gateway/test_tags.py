"""Entity tags, and updates that are made only while one holds (DS-11)."""

import asyncio

import httpx
import pytest

from tests.surfaces.gateway.counter import GTIN, NODE, OTHER_SELLER_NODE, SELLER_NODE, SKU, Counter, errors
from tests.surfaces.gateway.test_inventory import declare, declare_as_seller, each, name_item
from tests.surfaces.gateway.test_updates import HEADER, nodes_body, query, reserve, units

pytestmark = pytest.mark.contract("DS-11")

CONFLICT = ("INVALID_REQUEST.GMP_INVENTORY_API", "If-Match")
MOMENT = "SELECT moment FROM partner_moment WHERE partner_id = :partner_id"


async def put_if(counter: Counter, tag: str, amount: int = 1, path: str = "/inventory/update") -> httpx.Response:
    body = {"gtin": GTIN, "availabilityCode": "AC", "quantity": each(amount)}
    headers = {"If-Match": tag}
    return await counter.send("PUT", path, parameters={"shipNode": NODE}, json=body, headers=headers)


async def tag_of(counter: Counter, path: str = "/inventory", client: str = "vendor", **parameters: str) -> str:
    answer = await counter.get(path, client=client, **(parameters or {"gtin": GTIN, "shipNode": NODE}))
    assert answer.status_code == 200, answer.text
    return answer.headers["etag"]


async def test_a_tag_that_holds_lets_an_update_through(shelves: Counter) -> None:
    await declare(shelves, 7)
    answer = await put_if(shelves, await tag_of(shelves), 8)
    assert answer.status_code == 200
    assert answer.headers["etag"] == await tag_of(shelves)
    assert (await put_if(shelves, answer.headers["etag"], 9, "/inventory")).status_code == 200


async def test_a_stale_tag_changes_nothing(shelves: Counter) -> None:
    await declare(shelves, 7)
    tag = await tag_of(shelves)
    await declare(shelves, 8)
    moment = await shelves.database.one(query(MOMENT), partner_id=await shelves.partner_id("vendor"))
    assert errors(await put_if(shelves, tag), 409) == [CONFLICT]
    assert await units(shelves) == each(8)
    assert await shelves.database.one(query(MOMENT), partner_id=await shelves.partner_id("vendor")) == moment


async def test_a_weak_tag_never_matches(shelves: Counter) -> None:
    await declare(shelves, 7)
    tag = await tag_of(shelves)
    assert errors(await put_if(shelves, f"W/{tag}"), 409) == [CONFLICT]


async def test_one_tag_of_a_list_is_enough(shelves: Counter) -> None:
    await declare(shelves, 7)
    tag = await tag_of(shelves)
    assert (await put_if(shelves, f'"other,one", W/"x" ,, {tag}')).status_code == 200


async def test_a_star_matches_what_there_is(shelves: Counter) -> None:
    assert errors(await put_if(shelves, "*"), 409) == [CONFLICT]
    await declare(shelves, None)
    assert (await put_if(shelves, "*")).status_code == 200


@pytest.mark.parametrize(
    "tag", ["", "x", '"x', '"x" "y"', "*, *", 'w/"x"', '"a b"', pytest.param('"x"' + " ," * 20_000 + "!", id="long")]
)
async def test_what_is_no_tag_is_refused(shelves: Counter, tag: str) -> None:
    assert errors(await put_if(shelves, tag), 400) == [(HEADER, "If-Match")]


@pytest.mark.parametrize("begun", [True, False])
async def test_of_racing_updates_with_one_tag_one_is_made(shelves: Counter, begun: bool) -> None:
    path = f"/inventories/{SKU}"
    if begun:
        await declare_as_seller(shelves, 7, SELLER_NODE)
    headers = {"If-Match": (await shelves.get(path, client="seller")).headers["etag"]}
    answers = await asyncio.gather(
        *(
            shelves.send("PUT", path, client="seller", json=nodes_body((SELLER_NODE, units)), headers=headers)
            for units in range(8)
        )
    )
    assert sorted(answer.status_code for answer in answers) == [200] + [409] * 7
    made = next(units for units, answer in enumerate(answers) if answer.status_code == 200)
    nodes = (await shelves.get(path, client="seller")).json()["nodes"]
    assert [node["inputQty"]["amount"] for node in nodes] == [made]


async def test_the_tag_of_units_does_not_see_reservations_and_that_of_nodes_does(shelves: Counter) -> None:
    await declare(shelves, 7)
    path, named = f"/inventories/{GTIN}", {"productIdType": "gtin"}
    tags = [await tag_of(shelves), await tag_of(shelves, path, **named)]
    await reserve(shelves, 2)
    after = [await tag_of(shelves), await tag_of(shelves, path, **named)]
    assert [one == other for one, other in zip(tags, after, strict=True)] == [True, False]


async def test_each_kind_of_availability_has_a_tag_of_its_own(shelves: Counter) -> None:
    await declare(shelves, 7)
    tag = await tag_of(shelves)
    await declare(shelves, None)
    assert await tag_of(shelves) != tag
    assert errors(await put_if(shelves, tag), 409) == [CONFLICT]


async def test_the_tag_is_the_same_by_each_name_and_in_each_form(shelves: Counter) -> None:
    await declare(shelves, 7)
    await name_item(shelves, "OAT", GTIN)
    tag = await tag_of(shelves)
    assert await tag_of(shelves, sku="OAT", shipNode=NODE) == tag
    parameters = {"gtin": GTIN, "shipNode": NODE}
    xml = await shelves.send("GET", "/inventory", parameters=parameters, headers={"Accept": "application/xml"})
    assert xml.headers["etag"] == tag


async def test_the_tag_of_a_sum_covers_every_node(shelves: Counter) -> None:
    body, address = {"sku": SKU, "quantity": each(4)}, {"sku": SKU}
    tag = await tag_of(shelves, client="seller", **address)
    first = await shelves.send(
        "PUT", "/inventory", client="seller", parameters=address, json=body, headers={"If-Match": tag}
    )
    assert first.headers["etag"] == await tag_of(shelves, client="seller", **address)
    await declare_as_seller(shelves, 1, OTHER_SELLER_NODE)
    again = await shelves.send(
        "PUT", "/inventory", client="seller", parameters=address, json=body, headers={"If-Match": first.headers["etag"]}
    )
    assert errors(again, 409) == [CONFLICT]


async def test_an_update_of_several_nodes_is_compared_with_a_read_of_them(shelves: Counter) -> None:
    path = f"/inventories/{SKU}"
    tag = (await shelves.get(path, client="seller")).headers["etag"]
    body, headers = nodes_body((SELLER_NODE, 4)), {"If-Match": tag}
    first = await shelves.send("PUT", path, client="seller", json=body, headers=headers)
    assert first.headers["etag"] == (await shelves.get(path, client="seller")).headers["etag"]
    again = await shelves.send("PUT", path, client="seller", json=nodes_body((SELLER_NODE, 5)), headers=headers)
    assert errors(again, 409) == [CONFLICT]
    nodes = (await shelves.get(path, client="seller")).json()["nodes"]
    assert [node["inputQty"]["amount"] for node in nodes] == [4]
