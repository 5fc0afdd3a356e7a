"""Reading inventory (DS-01 to DS-06)."""

from typing import Any

import httpx
import pytest
from defusedxml.ElementTree import fromstring

from onhand.catalogue.imports import import_items, import_mappings, import_skus, listed
from onhand.catalogue.report import SourceRow
from onhand.stock.locations import Locations, NewStore, add_stores
from onhand.store.database import Database
from onhand.store.queries import Query
from tests.surfaces.gateway.counter import (
    FOREIGN_GTIN,
    FOREIGN_NODE,
    GTIN,
    NODE,
    OTHER_GTIN,
    OTHER_NODE,
    OTHER_SELLER_NODE,
    OTHER_SKU,
    SELLER_NODE,
    SKU,
    Counter,
    descriptions,
    errors,
)

pytestmark = pytest.mark.contract("DS-01", "DS-02", "DS-03", "DS-04", "DS-05", "DS-06", "GW-18")

NOT_FOUND = "CONTENT_NOT_FOUND.GMP_INVENTORY_API"
BAD_PARAMETER = "INVALID_REQUEST_PARAM.GMP_INVENTORY_API"
MISSING = "MISSING_REQUEST_PARAM.GMP_INVENTORY_API"
XML = {"Accept": "application/xml"}
NAMESPACE = "{http://walmart.com/}"


def each(amount: int) -> dict[str, Any]:
    return {"unit": "EACH", "amount": amount}


ENDLESS = {"unit": "EACH", "availabilityCode": "AA"}


async def declare(counter: Counter, units: int | None, node: str = NODE, gtin: str = GTIN) -> None:
    body: dict[str, Any] = {"gtin": gtin, "availabilityCode": "AA" if units is None else "AC"}
    if units is not None:
        body["quantity"] = each(units)
    answer = await counter.put("/inventory/update", body, shipNode=node)
    assert answer.status_code == 200, answer.text


async def declare_as_seller(counter: Counter, units: int | None, node: str, sku: str = SKU) -> None:
    body = {"sku": sku, "quantity": each(units)} if units is not None else {"sku": sku, "availabilityCode": "AA"}
    answer = await counter.put("/inventory", body, client="seller", shipNode=node)
    assert answer.status_code == 200, answer.text


async def name_item(counter: Counter, sku: str, gtin: str, partner: str = "vendor") -> None:
    rows = listed([SourceRow(1, {"gtin": gtin, "seller": partner, "sku": sku})])
    report = await import_skus(counter.database, counter.clock, rows)
    assert report.is_stored, report


async def test_a_vendor_reads_the_units_of_an_item_at_a_node(shelves: Counter) -> None:
    await declare(shelves, 23)
    answer = await shelves.get("/inventory", gtin=GTIN, shipNode=NODE)
    assert answer.status_code == 200
    assert answer.json() == {"sku": GTIN, "gtin": GTIN, "quantity": each(23)}
    assert answer.headers["etag"].startswith('"')


async def test_the_sku_is_shown_that_was_asked_by_and_else_the_smallest(shelves: Counter) -> None:
    await declare(shelves, 23)
    await name_item(shelves, "OAT/2", GTIN)
    await name_item(shelves, "OAT/1", GTIN)
    shown = {
        asked: (await shelves.get("/inventory", shipNode=NODE, **{name: asked})).json()["sku"]
        for name, asked in (("sku", "OAT/1"), ("sku", "OAT/2"), ("gtin", GTIN))
    }
    assert shown == {"OAT/1": "OAT/1", "OAT/2": "OAT/2", GTIN: "OAT/1"}


async def test_a_gtin_stands_in_the_place_of_a_sku_only_while_there_is_none(shelves: Counter) -> None:
    await declare(shelves, 23)
    assert (await shelves.get("/inventory", sku=GTIN, shipNode=NODE)).json()["sku"] == GTIN
    await name_item(shelves, "OAT", GTIN)
    assert errors(await shelves.get("/inventory", sku=GTIN, shipNode=NODE), 404) == [(NOT_FOUND, "sku")]


async def test_a_short_gtin_is_padded_with_zeros(shelves: Counter) -> None:
    await declare(shelves, 23)
    answer = await shelves.get("/inventory", gtin=GTIN[2:], shipNode=NODE)
    assert answer.json()["gtin"] == GTIN
    answer = await shelves.get(f"/inventories/{GTIN[2:]}", productIdType="gtin")
    assert answer.json()["gtin"] == GTIN


@pytest.mark.parametrize("gtin", ["", "1", "1234567", "123456789", "12345678901", "123456789012345", "1234567890123x"])
async def test_what_is_no_gtin_is_refused(shelves: Counter, gtin: str) -> None:
    assert errors(await shelves.get("/inventory", gtin=gtin, shipNode=NODE), 400) == [(BAD_PARAMETER, "gtin")]
    if gtin:
        answer = await shelves.get(f"/inventories/{gtin}", productIdType="gtin")
        assert errors(answer, 400) == [(BAD_PARAMETER, "id")]


@pytest.mark.parametrize("sku", ["", "a\x00b", "x" * 101])
async def test_what_is_no_sku_is_refused(shelves: Counter, sku: str) -> None:
    assert errors(await shelves.get("/inventory", sku=sku, shipNode=NODE), 400) == [(BAD_PARAMETER, "sku")]


async def test_sku_and_gtin_together_have_to_name_one_item(shelves: Counter) -> None:
    await declare(shelves, 23)
    await name_item(shelves, "OAT", GTIN)
    both = await shelves.get("/inventory", sku="OAT", gtin=GTIN, shipNode=NODE)
    assert both.json()["sku"] == "OAT"
    for gtin in (OTHER_GTIN, FOREIGN_GTIN, "99999999999999"):
        answer = await shelves.get("/inventory", sku="OAT", gtin=gtin, shipNode=NODE)
        assert errors(answer, 400) == [(BAD_PARAMETER, "sku")]


async def test_every_parameter_that_is_missing_is_named(shelves: Counter) -> None:
    assert errors(await shelves.get("/inventory"), 400) == [(MISSING, "gtin"), (MISSING, "shipNode")]
    assert errors(await shelves.get("/inventory", client="seller"), 400) == [(MISSING, "sku")]
    assert errors(await shelves.get("/inventory", client="seller", gtin=GTIN), 400) == [(MISSING, "sku")]
    assert errors(await shelves.get(f"/inventories/{GTIN}"), 400) == [(MISSING, "productIdType")]


async def test_a_parameter_given_twice_is_refused(shelves: Counter) -> None:
    answer = await shelves.get(f"/inventory?gtin={GTIN}&gtin={OTHER_GTIN}&shipNode={NODE}")
    assert errors(answer, 400) == [(BAD_PARAMETER, "gtin")]


async def test_another_product_id_type_is_refused(shelves: Counter) -> None:
    answer = await shelves.get(f"/inventories/{GTIN}", productIdType="upc")
    assert errors(answer, 400) == [(BAD_PARAMETER, "productIdType")]


async def test_unknown_items_and_nodes_are_named_both(shelves: Counter) -> None:
    answer = await shelves.get("/inventory", gtin="99999999999999", shipNode="none")
    assert errors(answer, 404) == [(NOT_FOUND, "shipNode"), (NOT_FOUND, "gtin")]


async def test_nothing_ever_declared_at_a_node_is_not_found(shelves: Counter) -> None:
    await declare(shelves, 5, OTHER_NODE)
    assert errors(await shelves.get("/inventory", gtin=GTIN, shipNode=NODE), 404) == [(NOT_FOUND, "shipNode")]
    answer = await shelves.get(f"/inventories/{GTIN}", productIdType="gtin")
    assert [node["shipNode"] for node in answer.json()["nodes"]] == [OTHER_NODE]
    empty = await shelves.get(f"/inventories/{GTIN}", productIdType="gtin", shipNode=NODE)
    assert empty.json()["nodes"] == []


async def test_an_item_that_is_a_vendors_at_one_node_is_unknown_at_another(shelves: Counter) -> None:
    await map_item(shelves, FOREIGN_GTIN, (await shelves.node(NODE)).location_id)
    await declare(shelves, 4, NODE, FOREIGN_GTIN)
    assert (await shelves.get("/inventory", gtin=FOREIGN_GTIN, shipNode=NODE)).json()["quantity"] == each(4)
    answer = await shelves.get("/inventory", sku=FOREIGN_GTIN, shipNode=OTHER_NODE)
    assert errors(answer, 404) == [(NOT_FOUND, "sku")]
    assert await walk(shelves) == [[GTIN], [OTHER_GTIN], [FOREIGN_GTIN]]
    path, entries = (
        f"/inventories/{FOREIGN_GTIN}",
        [{"shipNode": node, "inputQty": each(5)} for node in (NODE, OTHER_NODE)],
    )
    several = await shelves.put(path, {"inventories": {"nodes": entries}})
    assert [node["status"] for node in several.json()["nodes"]] == ["Success", "Failure"]
    nodes = (await shelves.get(path, productIdType="gtin")).json()["nodes"]
    assert [(node["shipNode"], node["inputQty"]["amount"]) for node in nodes] == [(NODE, 5)]


async def test_an_item_that_is_a_suppliers_at_a_store_is_not_for_its_nodes(shelves: Counter) -> None:
    await add_stores(shelves.database, shelves.clock, [NewStore(45, "Main Street")])
    store = await Locations(shelves.database).store(45)
    assert store is not None
    await map_item(shelves, FOREIGN_GTIN, store.location_id)
    for name in ("gtin", "sku"):
        answer = await shelves.get("/inventory", shipNode=NODE, **{name: FOREIGN_GTIN})
        assert errors(answer, 404) == [(NOT_FOUND, name)]
        assert (await shelves.get(f"/inventories/{FOREIGN_GTIN}", productIdType=name)).status_code == 404
    assert await walk(shelves) == [[GTIN], [OTHER_GTIN]]


async def map_item(counter: Counter, gtin: str, location_id: int) -> None:
    """Map an item to the vendor at one place."""
    values = f"({int(gtin)}, {await counter.partner_id('vendor')}, {location_id}, 0)"
    text = f"INSERT INTO item_supplier (item_id, partner_id, location_id, created_at) VALUES {values}"
    await counter.database.write(lambda session: session.run(Query("of_a_test", text, text)))


class Statements:
    """Counts the statements that a database is asked, by name."""

    def __init__(self, database: Database, monkeypatch: pytest.MonkeyPatch) -> None:
        self.names: list[str] = []
        for method in ("one", "all"):
            monkeypatch.setattr(database, method, self._counted(getattr(database, method)))

    def _counted(self, ask: Any) -> Any:
        async def counted(query: Query, **parameters: Any) -> Any:
            self.names.append(query.name)
            return await ask(query, **parameters)

        return counted

    def taken(self) -> list[str]:
        names, self.names = self.names, []
        return names


@pytest.mark.parametrize(
    ("foreign", "unknown"),
    [
        ({"gtin": FOREIGN_GTIN, "shipNode": NODE}, {"gtin": "00099999999990", "shipNode": NODE}),
        ({"gtin": GTIN, "shipNode": FOREIGN_NODE}, {"gtin": GTIN, "shipNode": "999999999"}),
        ({"sku": SKU, "shipNode": NODE}, {"sku": "NONE", "shipNode": NODE}),
    ],
)
async def test_what_is_somebody_elses_is_answered_as_what_there_is_not(
    shelves: Counter, foreign: dict[str, str], unknown: dict[str, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    await shelves.put(
        "/inventory/update",
        {"gtin": FOREIGN_GTIN, "availabilityCode": "AC", "quantity": each(9)},
        client="other",
        shipNode=FOREIGN_NODE,
    )
    await declare(shelves, 23)
    assert (await shelves.get("/inventory", gtin=GTIN, shipNode=NODE)).status_code == 200
    statements = Statements(shelves.database, monkeypatch)
    for _ in range(2):
        # What the server remembers of nodes tells no more the second time.
        theirs = await shelves.get("/inventory", **foreign)
        asked = statements.taken()
        none = await shelves.get("/inventory", **unknown)
        assert statements.taken() == asked
        assert errors(theirs, 404) == errors(none, 404)
        assert without(theirs, foreign) == without(none, unknown)


def without(answer: httpx.Response, names: dict[str, str]) -> str:
    """What an answer says, without the names that were sent."""
    said = descriptions(answer)
    for name in names.values():
        said = said.replace(name, "-")
    return said


async def test_all_nodes_of_an_item_are_shown_in_the_order_of_their_codes(shelves: Counter) -> None:
    await declare(shelves, None, OTHER_NODE)
    await declare(shelves, 11)
    answer = await shelves.get(f"/inventories/{GTIN}", productIdType="gtin")
    assert answer.json() == {
        "sku": GTIN,
        "gtin": GTIN,
        "nodes": [
            {"shipNode": NODE, "inputQty": each(11), "availToSellQty": each(11), "reservedQty": each(0)},
            {"shipNode": OTHER_NODE, "inputQty": ENDLESS, "availToSellQty": ENDLESS, "reservedQty": each(0)},
        ],
    }
    one = await shelves.get(f"/inventories/{GTIN}", productIdType="gtin", shipNode=OTHER_NODE)
    assert one.json()["nodes"] == answer.json()["nodes"][1:]


async def test_a_sku_with_a_slash_is_a_name_in_a_path(shelves: Counter) -> None:
    await declare(shelves, 11)
    await name_item(shelves, "OAT/2 %", GTIN)
    answer = await shelves.get("/inventories/OAT%2F2%20%25", productIdType="sku")
    assert answer.json()["sku"] == "OAT/2 %"


async def test_a_seller_reads_the_sum_over_its_nodes(shelves: Counter) -> None:
    nothing = await shelves.get("/inventory", client="seller", sku=SKU)
    assert nothing.json() == {"sku": SKU, "quantity": each(0)}
    await declare_as_seller(shelves, 40, SELLER_NODE)
    await declare_as_seller(shelves, 5, OTHER_SELLER_NODE)
    assert (await shelves.get("/inventory", client="seller", sku=SKU)).json()["quantity"] == each(45)
    at_node = await shelves.get("/inventory", client="seller", sku=SKU, shipNode=OTHER_SELLER_NODE)
    assert at_node.json() == {"sku": SKU, "quantity": each(5)}


async def test_a_sum_leaves_infinite_availability_out_until_there_is_nothing_else(shelves: Counter) -> None:
    await declare_as_seller(shelves, 40, SELLER_NODE)
    await declare_as_seller(shelves, None, OTHER_SELLER_NODE)
    assert (await shelves.get("/inventory", client="seller", sku=SKU)).json()["quantity"] == each(40)
    await declare_as_seller(shelves, None, SELLER_NODE)
    assert (await shelves.get("/inventory", client="seller", sku=SKU)).json()["quantity"] == ENDLESS


async def test_what_a_vendor_declares_is_not_in_a_sellers_sum(shelves: Counter) -> None:
    await declare(shelves, 23)
    assert (await shelves.get("/inventory", client="seller", sku=SKU)).json()["quantity"] == each(0)


async def test_a_seller_names_items_by_sku_without_saying_so(shelves: Counter) -> None:
    await declare_as_seller(shelves, 40, SELLER_NODE)
    answer = await shelves.get(f"/inventories/{SKU}", client="seller")
    assert (answer.json()["sku"], answer.json()["gtin"]) == (SKU, GTIN)
    assert errors(await shelves.get("/inventories/NONE", client="seller"), 404) == [(NOT_FOUND, "id")]


async def test_reads_are_answered_in_xml(shelves: Counter) -> None:
    await declare(shelves, 23)
    await declare(shelves, None, OTHER_NODE)
    one = await shelves.send("GET", "/inventory", parameters={"gtin": GTIN, "shipNode": NODE}, headers=XML)
    assert one.headers["content-type"].startswith("application/xml")
    root = fromstring(one.content)
    assert root.tag == f"{NAMESPACE}inventory"
    assert root.findtext(f"{NAMESPACE}quantity/{NAMESPACE}amount") == "23"
    path = f"/inventories/{GTIN}"
    nodes = await shelves.send("GET", path, parameters={"productIdType": "gtin"}, headers=XML)
    found = fromstring(nodes.content).findall(f"{NAMESPACE}nodes/{NAMESPACE}node")
    assert [node.findtext(f"{NAMESPACE}shipNode") for node in found] == [NODE, OTHER_NODE]
    assert found[1].findtext(f"{NAMESPACE}inputQty/{NAMESPACE}availabilityCode") == "AA"
    every = await shelves.send("GET", "/inventories", headers=XML)
    assert fromstring(every.content).findtext(f"{NAMESPACE}meta/{NAMESPACE}totalCount") == "2"
    wrong = await shelves.send("GET", "/inventory", headers=XML)
    assert [error.findtext("field") for error in fromstring(wrong.content)] == ["gtin", "shipNode"]


async def walk(counter: Counter, client: str = "vendor", limit: int = 1) -> list[list[str]]:
    """The SKUs of every page of the list."""
    pages: list[list[str]] = []
    more: dict[str, str] = {}
    while True:
        answer = await counter.get("/inventories", client=client, limit=str(limit), **more)
        assert answer.status_code == 200, answer.text
        pages.append([item["sku"] for item in answer.json()["elements"]["inventories"]])
        cursor = answer.json()["meta"].get("nextCursor")
        if cursor is None:
            return pages
        more = {"nextCursor": cursor}


async def test_the_list_shows_every_item_of_the_callers_page_by_page(shelves: Counter) -> None:
    await declare(shelves, 11)
    assert await walk(shelves) == [[GTIN], [OTHER_GTIN]]
    assert await walk(shelves, "seller", limit=2) == [[SKU, OTHER_SKU]]
    assert await walk(shelves, "other") == [[FOREIGN_GTIN]]
    whole = (await shelves.get("/inventories")).json()
    assert whole["meta"] == {"totalCount": 2}
    node = {"shipNode": NODE, "inputQty": each(11), "availToSellQty": each(11), "reservedQty": each(0)}
    expected = [{"sku": GTIN, "nodes": [node]}, {"sku": OTHER_GTIN, "nodes": []}]
    assert whole["elements"]["inventories"] == expected


async def test_an_item_that_is_mapped_and_named_is_listed_once(shelves: Counter) -> None:
    await name_item(shelves, "B", GTIN)
    await name_item(shelves, "A", GTIN)
    await name_item(shelves, "TEA", FOREIGN_GTIN)
    assert await walk(shelves) == [["A"], [OTHER_GTIN], ["TEA"]]


async def test_a_cursor_keeps_its_place_while_others_write(shelves: Counter) -> None:
    first = (await shelves.get("/inventories", limit="1")).json()
    cursor = first["meta"]["nextCursor"]
    await declare(shelves, 3)
    rows = listed([SourceRow(1, {"gtin": FOREIGN_GTIN, "supplier": "vendor"})])
    await import_mappings(shelves.database, shelves.clock, rows)
    second = (await shelves.get("/inventories", limit="1", nextCursor=cursor)).json()
    assert [item["sku"] for item in second["elements"]["inventories"]] == [OTHER_GTIN]
    assert second["meta"]["totalCount"] == 3


async def test_a_cursor_is_its_callers_alone(shelves: Counter) -> None:
    cursor = (await shelves.get("/inventories", limit="1")).json()["meta"]["nextCursor"]
    for client, sent in (("seller", cursor), ("other", cursor), ("vendor", cursor[:-1]), ("vendor", "")):
        answer = await shelves.get("/inventories", client=client, nextCursor=sent)
        assert errors(answer, 400) == [(BAD_PARAMETER, "nextCursor")]


@pytest.mark.parametrize("limit", ["0", "51", "-1", "1.5", "ten", "", "9" * 60, "٣"])
async def test_a_limit_out_of_bounds_is_refused(shelves: Counter, limit: str) -> None:
    answer = await shelves.get("/inventories", limit=limit, nextCursor="x")
    assert errors(answer, 400) == [(BAD_PARAMETER, "limit"), (BAD_PARAMETER, "nextCursor")]


async def test_a_page_has_ten_items_unless_said(shelves: Counter) -> None:
    for number in range(11):
        gtin = f"{number + 1:014d}"
        await _add_item(shelves, gtin)
    page = (await shelves.get("/inventories")).json()
    assert len(page["elements"]["inventories"]) == 10
    assert page["meta"]["totalCount"] == 13
    assert len((await shelves.get("/inventories", limit="50")).json()["elements"]["inventories"]) == 13


async def _add_item(counter: Counter, gtin: str) -> None:
    await import_items(counter.database, counter.clock, listed([SourceRow(1, {"gtin": gtin, "name": gtin})]))
    rows = listed([SourceRow(1, {"gtin": gtin, "supplier": "vendor"})])
    await import_mappings(counter.database, counter.clock, rows)


@pytest.mark.contract("GW-13")
async def test_a_read_is_told_of_its_bad_headers_and_its_bad_parameters_at_once(counter: Counter) -> None:
    answer = await counter.send("GET", "/inventory", parameters={"gtin": "x"}, headers={"WM_SVC.NAME": None})
    assert errors(answer, 400) == [
        ("INVALID_REQUEST_HEADER.GMP_GATEWAY_API", "WM_SVC.NAME"),
        (BAD_PARAMETER, "gtin"),
        ("MISSING_REQUEST_PARAM.GMP_INVENTORY_API", "shipNode"),
    ]
