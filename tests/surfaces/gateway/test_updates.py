"""Updating inventory (DS-06 to DS-12)."""

from typing import Any

import httpx
import pytest
from defusedxml.ElementTree import fromstring

from onhand.dropship.nodes import set_default_node
from onhand.stock.counting import on_hand_stream, reserved_stream
from onhand.stock.planning import Draft
from onhand.stock.posting import lock_streams, post_drafts
from onhand.stock.vocabulary import RESERVED
from onhand.store.database import Session
from onhand.store.queries import Query
from onhand.surfaces.gateway.wire_inventory import NODES_MAX
from tests.surfaces.gateway.counter import (
    CODES,
    FOREIGN_GTIN,
    FOREIGN_NODE,
    GTIN,
    NODE,
    OTHER_GTIN,
    OTHER_SELLER_NODE,
    SELLER_NODE,
    SKU,
    Counter,
    descriptions,
    errors,
)
from tests.surfaces.gateway.test_inventory import ENDLESS, declare, each, name_item

pytestmark = pytest.mark.contract("DS-06", "DS-07", "DS-08", "DS-09", "DS-10", "DS-11", "DS-12", "GW-13")

CONTENT = "INVALID_REQUEST_CONTENT.GMP_INVENTORY_API"
MALFORMED = "MALFORMED_REQUEST_CONTENT.GMP_INVENTORY_API"
NOT_FOUND = "CONTENT_NOT_FOUND.GMP_INVENTORY_API"
PARAMETER = "INVALID_REQUEST_PARAM.GMP_INVENTORY_API"
MISSING = "MISSING_REQUEST_PARAM.GMP_INVENTORY_API"
HEADER = "INVALID_REQUEST_HEADER.GMP_INVENTORY_API"
UNITS = 10_000
XML_BODY = {"Content-Type": "application/xml"}
SHORTFALLS = "SELECT item_id, declared, reserved FROM shortfall ORDER BY occurred_at"
UNLESS_SAID = {"gtin": GTIN, "availabilityCode": "AC", "quantity": {"unit": "EACH", "amount": 7}}


def query(text: str) -> Query:
    """A statement of a test."""
    return Query("of_a_test", text, text.replace(":partner_id", "%(partner_id)s"))


async def reserve(counter: Counter, units: int, node: str = NODE, client: str = "vendor") -> None:
    """Hold units of the item as an order does."""
    location, partner_id = await counter.node(node), await counter.partner_id(client)
    stream = reserved_stream(int(GTIN), partner_id)

    async def work(session: Session) -> None:
        await lock_streams(session, location.location_id, [on_hand_stream(int(GTIN), partner_id)])
        stocks = await lock_streams(session, location.location_id, [stream])
        event = counter.new_id()
        draft = Draft(counter.clock() + int(event, 16), 0, "test", event, RESERVED.code, units * UNITS, None)
        await post_drafts(session, location, {stream: [draft]}, stocks, counter.clock())

    await counter.database.write(work)


async def units(counter: Counter, node: str = NODE, **named: str) -> Any:
    answer = await counter.get("/inventory", shipNode=node, **(named or {"gtin": GTIN}))
    assert answer.status_code == 200, answer.text
    return answer.json()["quantity"]


async def send_xml(counter: Counter, path: str, body: str, client: str = "vendor", **parameters: str) -> httpx.Response:
    return await counter.send(
        "PUT", path, client=client, parameters=parameters, headers=XML_BODY, content=body.encode()
    )


@pytest.mark.parametrize("path", ["/inventory/update", "/inventory"])
async def test_an_update_is_answered_as_declared_and_seen_by_the_next_read(shelves: Counter, path: str) -> None:
    answer = await shelves.put(path, UNLESS_SAID, shipNode=NODE)
    assert answer.status_code == 200
    assert answer.json() == {"sku": GTIN, "gtin": GTIN, "quantity": each(7)}
    assert await units(shelves) == each(7)


async def test_writes_within_one_tick_of_the_clock_keep_their_order(shelves: Counter) -> None:
    for amount in (7, 3, 5, 0):
        await declare(shelves, amount)
        assert await units(shelves) == each(amount)


async def test_a_clock_that_goes_back_does_not_bring_old_units_back(shelves: Counter) -> None:
    await declare(shelves, 7)
    shelves.clock.advance(-60)
    await declare(shelves, 3)
    assert await units(shelves) == each(3)


async def test_infinite_availability_begins_with_aa_and_ends_with_ac(shelves: Counter) -> None:
    await declare(shelves, 7)
    body = {"gtin": GTIN, "availabilityCode": "AA"}
    answer = await shelves.put("/inventory/update", body, shipNode=NODE)
    assert answer.json()["quantity"] == ENDLESS
    assert await units(shelves) == ENDLESS
    await declare(shelves, 2)
    assert await units(shelves) == each(2)
    await declare(shelves, None)
    assert await units(shelves) == ENDLESS


async def test_infinite_availability_may_be_all_that_was_ever_declared(shelves: Counter) -> None:
    await declare(shelves, None)
    assert await units(shelves) == ENDLESS


async def test_a_quantity_sent_with_aa_is_checked_and_passed_over(shelves: Counter) -> None:
    body = {"gtin": GTIN, "availabilityCode": "AA", "quantity": each(5)}
    assert (await shelves.put("/inventory/update", body, shipNode=NODE)).json()["quantity"] == ENDLESS
    body["quantity"] = each(-5)
    answer = await shelves.put("/inventory/update", body, shipNode=NODE)
    assert errors(answer, 400) == [(CONTENT, "quantity.amount")]


@pytest.mark.parametrize("amount", [0, 999_999_999, "0", "007", "999999999"])
async def test_whole_units_within_the_bounds_are_taken(shelves: Counter, amount: Any) -> None:
    answer = await shelves.put("/inventory/update", UNLESS_SAID | {"quantity": each(amount)}, shipNode=NODE)
    assert answer.json()["quantity"] == each(int(amount))


@pytest.mark.parametrize(
    "amount",
    ["-1", "1.5", "23.0", "1e2", "1000000000", "123456789012345678901234567890", "true", "[]", "{}"]
    + [f'"{text}"' for text in ("12x", "", " 5", "+5", "-5", "1.0", "NaN", "Infinity", "1000000000", "٣", "9" * 60)],
)
async def test_what_is_no_whole_number_within_the_bounds_changes_nothing(shelves: Counter, amount: str) -> None:
    await declare(shelves, 7)
    body = f'{{"gtin":"{GTIN}","availabilityCode":"AC","quantity":{{"unit":"EACH","amount":{amount}}}}}'
    answer = await send_json(shelves, body)
    assert errors(answer, 400) == [(CONTENT, "quantity.amount")]
    assert await units(shelves) == each(7)


async def send_json(counter: Counter, body: str | bytes, **parameters: str) -> httpx.Response:
    headers = {"Content-Type": "application/json"}
    named = parameters or {"shipNode": NODE}
    return await counter.send("PUT", "/inventory/update", parameters=named, headers=headers, content=body)


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"{",
        b"null",
        b"5",
        b'"text"',
        b"[]",
        b'{"a":NaN}',
        b'{"a":Infinity}',
        b'{"quantity":{"amount":1e999}}',
        b'{"a":"\xff"}',
        pytest.param(b"[" * 100_000, id="deep"),
    ],
)
async def test_a_body_that_is_no_json_object_is_malformed(shelves: Counter, body: bytes) -> None:
    assert errors(await send_json(shelves, body), 400) == [(MALFORMED, "body")]


@pytest.mark.parametrize("depth", [40, 600, *range(930, 990, 4)])
async def test_a_value_that_is_nested_too_deep_is_malformed_however_deep_it_is(shelves: Counter, depth: int) -> None:
    body = b'{"gtin":"%s","quantity":%s}' % (GTIN.encode(), b'{"a":' * depth + b"1" + b"}" * depth)
    assert errors(await send_json(shelves, body), 400) == [(MALFORMED, "body")]


@pytest.mark.parametrize(
    ("changed", "field"),
    [
        ({"gtin": 12947218283}, "gtin"),
        ({"gtin": "123"}, "gtin"),
        ({"gtin": None}, "gtin"),
        ({"gtin": None, "sku": ["A"]}, "sku"),
        ({"gtin": None, "sku": ""}, "sku"),
        ({"gtin": None, "sku": "a\x00"}, "sku"),
        ({"availabilityCode": None}, "availabilityCode"),
        ({"availabilityCode": "ac"}, "availabilityCode"),
        ({"availabilityCode": "AB"}, "availabilityCode"),
        ({"availabilityCode": {}}, "availabilityCode"),
        ({"quantity": None}, "quantity"),
        ({"quantity": 5}, "quantity"),
        ({"quantity": [each(5)]}, "quantity"),
        ({"quantity": {"unit": "EACH"}}, "quantity.amount"),
        ({"quantity": {"unit": "DOZEN", "amount": 5}}, "quantity.unit"),
        ({"quantity": {"unit": {}, "amount": 5}}, "quantity.unit"),
        ({"quantity": {"unit": "", "amount": 5}}, "quantity.unit"),
    ],
)
async def test_a_field_that_is_wrong_is_named_and_nothing_changes(
    shelves: Counter, changed: dict[str, Any], field: str
) -> None:
    await declare(shelves, 3)
    body = {name: value for name, value in (UNLESS_SAID | changed).items() if value is not None}
    assert errors(await shelves.put("/inventory/update", body, shipNode=NODE), 400) == [(CONTENT, field)]
    null = UNLESS_SAID | changed
    assert errors(await shelves.put("/inventory/update", null, shipNode=NODE), 400) == [(CONTENT, field)]
    assert await units(shelves) == each(3)


async def test_everything_that_is_wrong_is_said_at_once(shelves: Counter) -> None:
    answer = await shelves.send(
        "PUT",
        "/inventory/update",
        json={"availabilityCode": "AC", "quantity": {"unit": "BOX", "amount": -1}},
        headers={"If-Match": "no tag", "Idempotency-Key": ""},
    )
    assert errors(answer, 400) == [
        (MISSING, "shipNode"),
        (CONTENT, "gtin"),
        (CONTENT, "quantity.unit"),
        (CONTENT, "quantity.amount"),
        (HEADER, "If-Match"),
        (HEADER, "Idempotency-Key"),
    ]


async def test_keys_that_are_not_known_are_passed_over(shelves: Counter) -> None:
    body = UNLESS_SAID | {"fulfillmentLagTime": 1, "x": [{}]}
    assert (await shelves.put("/inventory/update", body, shipNode=NODE)).status_code == 200


async def test_units_may_be_left_out_of_the_unit(shelves: Counter) -> None:
    answer = await shelves.put("/inventory/update", UNLESS_SAID | {"quantity": {"amount": 4}}, shipNode=NODE)
    assert answer.json()["quantity"] == each(4)


async def test_the_forms_by_sku_mean_ac(shelves: Counter) -> None:
    await name_item(shelves, "OAT", GTIN)
    body = {"sku": "OAT", "quantity": each(4)}
    answer = await shelves.put("/inventory/update", body, shipNode=NODE)
    assert answer.json() == {"sku": "OAT", "gtin": GTIN, "quantity": each(4)}


async def test_names_in_query_and_body_have_to_be_one(shelves: Counter) -> None:
    await name_item(shelves, "OAT", GTIN)
    agreed = await shelves.put("/inventory", {"sku": "OAT", "quantity": each(4)}, shipNode=NODE, sku="OAT", gtin=GTIN)
    assert agreed.status_code == 200
    body = {"sku": "OAT", "quantity": each(5)}
    differ = await shelves.put("/inventory", body, shipNode=NODE, sku="RYE")
    assert errors(differ, 400) == [(PARAMETER, "sku")]
    other = await shelves.put("/inventory", body, shipNode=NODE, gtin=OTHER_GTIN)
    assert errors(other, 400) == [(PARAMETER, "sku")]
    assert await units(shelves) == each(4)


@pytest.mark.parametrize(
    ("gtin", "node", "fields"),
    [
        (FOREIGN_GTIN, NODE, ["gtin"]),
        ("00099999999990", NODE, ["gtin"]),
        (GTIN, FOREIGN_NODE, ["shipNode"]),
        (GTIN, "none", ["shipNode"]),
        (FOREIGN_GTIN, FOREIGN_NODE, ["shipNode", "gtin"]),
    ],
)
async def test_what_is_not_the_callers_is_not_found(shelves: Counter, gtin: str, node: str, fields: list[str]) -> None:
    answer = await shelves.put("/inventory/update", UNLESS_SAID | {"gtin": gtin}, shipNode=node)
    assert errors(answer, 404) == [(NOT_FOUND, field) for field in fields]


async def test_who_may_only_look_changes_nothing(shelves: Counter) -> None:
    answer = await shelves.put("/inventory/update", UNLESS_SAID, client="viewer", shipNode=NODE)
    assert answer.status_code == 403


async def test_a_seller_that_names_no_node_means_its_default(shelves: Counter) -> None:
    body = {"sku": SKU, "quantity": each(4)}
    answer = await shelves.put("/inventory", body, client="seller", sku=SKU)
    assert answer.json() == {"sku": SKU, "quantity": each(4)}
    await set_default_node(shelves.database, partner_code=CODES["seller"], code=OTHER_SELLER_NODE)
    await shelves.put("/inventory", {"quantity": each(9)}, client="seller", sku=SKU)
    nodes = (await shelves.get(f"/inventories/{SKU}", client="seller")).json()["nodes"]
    assert {node["shipNode"]: node["inputQty"]["amount"] for node in nodes} == {
        SELLER_NODE: 4,
        OTHER_SELLER_NODE: 9,
    }


async def test_a_seller_without_nodes_is_told_so(counter: Counter) -> None:
    answer = await counter.put("/inventory", {"sku": SKU, "quantity": each(4)}, client="seller")
    assert errors(answer, 404) == [(NOT_FOUND, "shipNode"), (NOT_FOUND, "sku")]


async def test_an_update_comes_in_xml_and_is_answered_as_accept_says(shelves: Counter) -> None:
    await name_item(shelves, "OAT", GTIN)
    body = (
        '<?xml version="1.0"?><inventory xmlns="http://walmart.com/"><sku>OAT</sku><quantity><unit>EACH</unit>'
        "<amount>12</amount></quantity><fulfillmentLagTime>1</fulfillmentLagTime></inventory>"
    )
    answer = await send_xml(shelves, "/inventory", body, shipNode=NODE)
    assert answer.json() == {"sku": "OAT", "gtin": GTIN, "quantity": each(12)}
    both = {"Accept": "application/xml", "Content-Type": "application/json"}
    sent = {"gtin": GTIN, "availabilityCode": "AC", "quantity": each(13)}
    answer = await shelves.send("PUT", "/inventory", parameters={"shipNode": NODE}, json=sent, headers=both)
    found = fromstring(answer.content)
    assert found.findtext("{*}quantity/{*}amount") == "13"
    wrong = await send_xml(shelves, "/inventory", "<inventory><gtin/></inventory>", shipNode=NODE)
    assert errors(wrong, 400) == [
        (CONTENT, "gtin"),
        (CONTENT, "availabilityCode"),
    ]


@pytest.mark.parametrize("body", ["", "{}", "<a>", '<!DOCTYPE a [<!ENTITY b "c">]><a>&b;</a>'])
async def test_a_body_that_is_no_xml_is_malformed(shelves: Counter, body: str) -> None:
    assert errors(await send_xml(shelves, "/inventory", body, shipNode=NODE), 400) == [(MALFORMED, "body")]


def nodes_body(*nodes: tuple[str, Any]) -> dict[str, Any]:
    listed = [{"shipNode": node, "inputQty": each(amount)} for node, amount in nodes]
    return {"inventories": {"nodes": listed}}


async def test_several_nodes_are_declared_at_once_each_for_itself(shelves: Counter) -> None:
    body = nodes_body((OTHER_SELLER_NODE, 4), (NODE, 1), (SELLER_NODE, "6"), ("none", -1), (OTHER_SELLER_NODE, 5))
    answer = await shelves.put(f"/inventories/{SKU}", body, client="seller")
    assert answer.status_code == 200
    assert answer.json()["sku"] == SKU
    found = [
        (node["shipNode"], node["status"], [(error["code"], error["field"]) for error in node.get("errors", [])])
        for node in answer.json()["nodes"]
    ]
    assert found == [
        (OTHER_SELLER_NODE, "Success", []),
        (NODE, "Failure", [(NOT_FOUND, "shipNode")]),
        (SELLER_NODE, "Success", []),
        ("none", "Failure", [(CONTENT, "inputQty.amount"), (NOT_FOUND, "shipNode")]),
        (OTHER_SELLER_NODE, "Failure", [(CONTENT, "shipNode")]),
    ]
    assert "errors" not in answer.json()["nodes"][0]
    nodes = (await shelves.get(f"/inventories/{SKU}", client="seller")).json()["nodes"]
    assert [node["inputQty"]["amount"] for node in nodes] == [6, 4]


async def test_somebody_elses_node_fails_as_an_unknown_one_does(shelves: Counter) -> None:
    body = nodes_body((NODE, 1), ("777777777", 1))
    nodes = (await shelves.put(f"/inventories/{SKU}", body, client="seller")).json()["nodes"]
    theirs, none = (msg["errors"][0]["description"].replace(msg["shipNode"], "-") for msg in nodes)
    assert theirs == none


async def test_several_nodes_come_in_xml(shelves: Counter) -> None:
    node = "<node><shipNode>{}</shipNode><inputQty><unit>EACH</unit><amount>{}</amount></inputQty></node>"
    one, other = node.format(SELLER_NODE, 3), node.format(OTHER_SELLER_NODE, 4)
    for text in (
        f'<inventories xmlns="http://walmart.com/"><nodes>{one}{other}</nodes></inventories>',
        f"<inventory><inventories><nodes>{one}{other}</nodes></inventories></inventory>",
        f"<inventories><nodes>{one}</nodes></inventories>",
    ):
        answer = await send_xml(shelves, f"/inventories/{SKU}", text, client="seller")
        assert {found["status"] for found in answer.json()["nodes"]} == {"Success"}
    nodes = (await shelves.get(f"/inventories/{SKU}", client="seller")).json()["nodes"]
    assert [found["inputQty"]["amount"] for found in nodes] == [3, 4]


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({}, "inventories"),
        ({"inventories": []}, "inventories"),
        ({"inventories": {}}, "inventories.nodes"),
        ({"inventories": {"nodes": []}}, "inventories.nodes"),
        ({"inventories": {"nodes": {}}}, "inventories.nodes"),
        ({"inventories": {"nodes": [5]}}, "inventories.nodes[0]"),
        ({"inventories": {"nodes": [{"shipNode": NODE}, {}]}}, "inventories.nodes[1].shipNode"),
        ({"inventories": {"nodes": [{"shipNode": 5}]}}, "inventories.nodes[0].shipNode"),
        ({"inventories": {"nodes": [{"shipNode": "a\x00"}]}}, "inventories.nodes[0].shipNode"),
    ],
)
async def test_an_update_of_several_nodes_that_names_none_is_refused(
    shelves: Counter, body: dict[str, Any], field: str
) -> None:
    assert errors(await shelves.put(f"/inventories/{SKU}", body, client="seller"), 400) == [(CONTENT, field)]


async def test_more_nodes_than_an_update_may_have_are_refused_at_once(shelves: Counter) -> None:
    body = nodes_body(*[(SELLER_NODE, 1)] * (NODES_MAX + 1))
    answer = await shelves.put(f"/inventories/{SKU}", body, client="seller")
    assert errors(answer, 400) == [(CONTENT, "inventories.nodes")]
    answer = await shelves.put(f"/inventories/{SKU}", nodes_body(*[("none", 1)] * NODES_MAX), client="seller")
    assert len(answer.json()["nodes"]) == NODES_MAX


@pytest.mark.parametrize(
    ("path", "said", "found"),
    [
        (SKU, {"sku": "ANOTHER"}, [(PARAMETER, "sku")]),
        (SKU, {"gtin": OTHER_GTIN}, [(PARAMETER, "sku")]),
        (f"{GTIN}?productIdType=gtin", {"gtin": OTHER_GTIN}, [(PARAMETER, "gtin")]),
        (SKU, {"sku": 5, "gtin": "x"}, [(CONTENT, "sku"), (CONTENT, "gtin")]),
    ],
)
async def test_an_update_of_several_nodes_whose_body_names_another_item_changes_nothing(
    shelves: Counter, path: str, said: dict[str, Any], found: list[tuple[str, str]]
) -> None:
    before = (await shelves.get(f"/inventories/{SKU}", client="seller")).json()
    answer = await shelves.put(f"/inventories/{path}", nodes_body((SELLER_NODE, 77)) | said, client="seller")
    assert errors(answer, 400) == found
    assert (await shelves.get(f"/inventories/{SKU}", client="seller")).json() == before


async def test_an_update_of_several_nodes_may_name_its_item_again(shelves: Counter) -> None:
    body = nodes_body((SELLER_NODE, 8)) | {"sku": SKU, "gtin": GTIN}
    answer = await shelves.put(f"/inventories/{SKU}", body, client="seller")
    assert [node["status"] for node in answer.json()["nodes"]] == ["Success"]


async def test_several_nodes_of_an_item_that_is_not_the_callers(shelves: Counter) -> None:
    answer = await shelves.put("/inventories/NONE", nodes_body((SELLER_NODE, 1)), client="seller")
    assert errors(answer, 404) == [(NOT_FOUND, "id")]


async def test_fewer_units_than_are_reserved_are_accepted_and_written_down(shelves: Counter) -> None:
    await declare(shelves, 7)
    await reserve(shelves, 5)
    await declare(shelves, 5)
    assert await shelves.database.all(query(SHORTFALLS)) == []
    await declare(shelves, 3)
    assert await shelves.database.all(query(SHORTFALLS)) == [(int(GTIN), 3 * UNITS, 5 * UNITS)]
    answer = await shelves.get(f"/inventories/{GTIN}", productIdType="gtin")
    node = answer.json()["nodes"][0]
    assert (node["inputQty"], node["availToSellQty"], node["reservedQty"]) == (each(3), each(0), each(5))


async def test_an_error_never_repeats_more_than_a_line_of_what_was_sent(shelves: Counter) -> None:
    body = UNLESS_SAID | {"availabilityCode": "x" * 50_000}
    answer = await shelves.put("/inventory/update", body, shipNode="y" * 10_000)
    assert len(descriptions(answer)) < 500
