"""Orders on ship nodes over HTTP: bodies, outcomes with their shapes, and what can be read afterwards."""

from typing import Any

import pytest

from tests.surfaces.operator.desk import GTIN, OTHER_GTIN, Desk, faults, problem

pytestmark = pytest.mark.contract("DS-30", "OP-07", "OP-04")

VERBS = {"reserve": "orders", "ship": "shipments", "cancel": "cancellations", "expire": "expiries"}


@pytest.fixture
async def node(shop: Desk) -> Desk:
    """A desk whose supplier has the ship node N1, with 5 of one item and 2 of another."""
    await shop.put("/ship-nodes/N1", {"name": "East", "partner": "awesome-company"})
    for gtin, units in ((GTIN, 5), (OTHER_GTIN, 2)):
        await shop.stock_node("N1", gtin, units)
    return shop


async def tell(desk: Desk, verb: str, *entries: Any) -> Any:
    """The answer to a request of a verb."""
    answer = await desk.post(f"/orders/{verb}", {VERBS[verb]: list(entries)})
    assert answer.status_code == 200, answer.text
    return answer.json()


def entry(order_id: str, units: dict[str, int] | None = None, **more: Any) -> dict[str, Any]:
    """An entry of any verb about an order at N1; a None leaves a field out."""
    lines = None if units is None else [{"gtin": gtin, "quantity": quantity} for gtin, quantity in units.items()]
    whole = {"eventId": f"e-{order_id}", "orderId": order_id, "node": "N1", "lines": lines, **more}
    return {name: value for name, value in whole.items() if value is not None}


async def test_an_order_is_held_and_answered_as_it_stands(node: Desk) -> None:
    found = await tell(node, "reserve", entry("1", {GTIN: 2}, expiresInSeconds=900))
    line = {"gtin": GTIN, "ordered": 2, "reserved": 2, "shipped": 0, "cancelled": 0, "expired": 0}
    order = found["results"][0]["order"]
    assert order.pop("reservedAt").startswith("2026-03-05T12:00:00")
    assert order == {"orderId": "1", "status": "open", "expiresAt": "2026-03-05T12:15:00Z", "lines": [line]}
    assert found == {
        "accepted": 1,
        "duplicate": 0,
        "refused": 0,
        "results": [{"position": 1, "status": "accepted", "eventId": "e-1", "orderId": "1", "order": order}],
    }


async def test_short_stock_has_its_shape_and_the_others_stand(node: Desk) -> None:
    found = await tell(
        node, "reserve", entry("1", {GTIN: 2}), entry("2", {GTIN: 4, OTHER_GTIN: 2}), entry("3", {GTIN: 3})
    )
    assert [found[name] for name in ("accepted", "duplicate", "refused")] == [2, 0, 1]
    refused = found["results"][1]
    assert refused.pop("message")
    assert refused == {
        "position": 2,
        "status": "refused",
        "eventId": "e-2",
        "orderId": "2",
        "code": "short_stock",
        "field": "lines",
        "shortages": [{"gtin": GTIN, "asked": 4, "available": 3}],
    }


async def test_a_shipment_says_what_it_took_and_a_refused_one_what_is_left(node: Desk) -> None:
    await tell(node, "reserve", entry("1", {GTIN: 3}))
    found = await tell(
        node,
        "ship",
        entry("1", {GTIN: 2}, eventId="s1"),
        entry("1", {GTIN: 2}, eventId="s2"),
        entry("1", eventId="s3", occurredAt="2026-03-05T12:00:00Z"),
    )
    first, second, third = found["results"]
    assert first["shipped"] == [{"gtin": GTIN, "quantity": 2}]
    assert (second["code"], second["left"]) == ("not_reserved", [{"gtin": GTIN, "asked": 2, "reserved": 1}])
    assert third["shipped"] == [{"gtin": GTIN, "quantity": 1}]
    assert third["order"]["status"] == "closed"
    assert third["order"]["closedAt"] >= third["order"]["reservedAt"]


@pytest.mark.parametrize(("verb", "column"), [("cancel", "cancelled"), ("expire", "expired")])
async def test_a_release_says_how_much_it_released_and_a_second_one_nothing(node: Desk, verb: str, column: str) -> None:
    await tell(node, "reserve", entry("1", {GTIN: 3}))
    found = await tell(node, verb, entry("1", eventId="c1"), entry("1", eventId="c2"), entry("1", eventId="c1"))
    assert [result["status"] for result in found["results"]] == ["accepted", "accepted", "duplicate"]
    assert [result.get("released") for result in found["results"]] == [[{"gtin": GTIN, "quantity": 3}], [], None]
    assert found["results"][2]["order"]["lines"][0][column] == 3


@pytest.mark.parametrize("verb", VERBS)
async def test_a_repeat_is_a_duplicate_and_other_content_a_conflict(node: Desk, verb: str) -> None:
    lines = {"lines": [{"gtin": GTIN, "quantity": 1}]} if verb == "reserve" else {}
    if verb != "reserve":
        await tell(node, "reserve", entry("1", {GTIN: 1}), entry("2", {GTIN: 1}))
    whole = entry("1", eventId="e", **lines)
    for expected in ("accepted", "duplicate"):
        assert (await tell(node, verb, whole))[expected] == 1
    (conflict,) = (await tell(node, verb, {**whole, "orderId": "2"}))["results"]
    assert (conflict["status"], conflict["code"], conflict["field"]) == ("refused", "conflict", "eventId")


@pytest.mark.parametrize(
    ("bad", "code", "field"),
    [
        ({"orderId": None}, "invalid_field", "orderId"),
        ({"eventId": None}, "invalid_field", "eventId"),
        ({"node": 7}, "invalid_field", "node"),
        ({"lines": None}, "invalid_field", "lines"),
        ({"lines": [{"gtin": GTIN}]}, "invalid_field", "lines[0]"),
        ({"lines": [{"gtin": GTIN, "quantity": "1"}]}, "invalid_field", "lines[0].quantity"),
        ({"lines": [{"gtin": GTIN, "quantity": True}]}, "invalid_field", "lines[0].quantity"),
        ({"lines": [{"gtin": GTIN, "quantity": 1.5}]}, "invalid_quantity", "lines[0].quantity"),
        ({"lines": []}, "invalid_lines", "lines"),
        ({"lines": [{"gtin": "123", "quantity": 1}]}, "invalid_gtin", "lines[0].gtin"),
        ({"lines": [{"gtin": "00000000000093", "quantity": 1}]}, "unknown_item", "lines[0].gtin"),
        ({"node": "N2"}, "unknown_node", "node"),
        ({"expiresAt": "tomorrow"}, "invalid_field", "expiresAt"),
        ({"expiresAt": "2026-03-05T11:00:00Z"}, "in_the_past", "expiresAt"),
        ({"expiresInSeconds": 1.5}, "invalid_field", "expiresInSeconds"),
        ({"expiresInSeconds": -1}, "invalid_time", "expiresInSeconds"),
        ({"partner": "x"}, "invalid_field", "partner"),
    ],
)
async def test_a_bad_entry_is_refused_with_its_field_and_the_good_one_stands(
    node: Desk, bad: dict[str, Any], code: str, field: str
) -> None:
    found = await tell(node, "reserve", entry("1", **{"units": {GTIN: 1}, **bad}), entry("2", {GTIN: 1}))
    refused, accepted = found["results"]
    assert (refused["status"], refused["code"], refused["field"]) == ("refused", code, field)
    assert refused["message"]
    assert refused.get("orderId") == (None if "orderId" in bad else "1")
    assert accepted["status"] == "accepted"


async def test_an_entry_that_is_no_object_is_refused_alone(node: Desk) -> None:
    found = await tell(node, "reserve", 7, None, "x", [], entry("1", {GTIN: 1}))
    assert [result.get("code", result["status"]) for result in found["results"]] == ["invalid_field"] * 4 + ["accepted"]


@pytest.mark.parametrize("verb", VERBS)
@pytest.mark.parametrize(
    ("body", "status", "name"),
    [
        (b"", 400, "unreadable-body"),
        (b"{", 400, "unreadable-body"),
        (b"\xff\xfe", 400, "unreadable-body"),
        (b"[" * 100_000, 413, "too-large"),
        (b"[" * 50_000, 400, "unreadable-body"),
        (b"[]", 422, "refused"),
        (b"{}", 422, "refused"),
        (b'{"%s": []}', 422, "refused"),
        (b'{"%s": {}}', 422, "refused"),
        (b'{"%s": [{}], "more": 1}', 422, "refused"),
        (b'{"things": [{}]}', 422, "refused"),
    ],
)
async def test_a_body_that_is_no_list_of_entries_is_a_problem(
    node: Desk, verb: str, body: bytes, status: int, name: str
) -> None:
    content = body + b" " if len(body) == 100_000 else body.replace(b"%s", VERBS[verb].encode())
    headers = {"content-type": "application/json"}
    answer = await node.client.post(f"/operator/v1/orders/{verb}", content=content, headers=headers)
    problem(answer, status, name)


async def test_more_entries_than_are_taken_are_refused_as_a_whole(node: Desk) -> None:
    entries = [entry(f"{n}", {GTIN: 1}) for n in range(11)]
    answer = await node.post("/orders/reserve", {"orders": entries})
    problem(answer, 413, "too-large")
    assert (await node.get("/ship-nodes/N1/orders")).json() == {"orders": []}
    assert (await tell(node, "reserve", *entries[:10]))["accepted"] == 5


async def test_an_order_is_read_by_its_id_whatever_that_is(node: Desk) -> None:
    await tell(node, "reserve", entry("shop/2026 ü", {GTIN: 1}))
    found = await node.get("/ship-nodes/N1/orders/shop%2F2026%20%C3%BC")
    assert (found.status_code, found.json()["orderId"]) == (200, "shop/2026 ü")
    for path in ("/ship-nodes/N1/orders/1", "/ship-nodes/N2/orders/1"):
        problem(await node.get(path), 404, "not-found")


async def test_orders_are_listed_in_pages_and_by_whether_they_hold_units(node: Desk) -> None:
    await tell(node, "reserve", *(entry(f"{n}", {GTIN: 1}) for n in range(5)))
    await tell(node, "ship", entry("1", eventId="s1"), entry("3", eventId="s3"))
    first = (await node.get("/ship-nodes/N1/orders", limit="2")).json()
    assert ([order["orderId"] for order in first["orders"]], first["nextAfter"]) == (["0", "1"], "1")
    rest = (await node.get("/ship-nodes/N1/orders", limit="9", after="1")).json()
    assert [order["orderId"] for order in rest["orders"]] == ["2", "3", "4"]
    assert "nextAfter" not in rest
    still = (await node.get("/ship-nodes/N1/orders", open="true", limit="2")).json()
    assert ([order["orderId"] for order in still["orders"]], still["nextAfter"]) == (["0", "2"], "2")
    assert all(order["status"] == "open" for order in still["orders"])


async def test_what_a_list_of_orders_cannot_take_is_said(node: Desk) -> None:
    answer = await node.get("/ship-nodes/N1/orders", open="yes", limit="0", sort="x")
    assert faults(answer, 400, "bad-parameters") == [
        ("limit", "invalid_limit"),
        ("open", "unknown_word"),
        ("sort", "unknown_parameter"),
    ]
    problem(await node.get("/ship-nodes/nowhere/orders"), 404, "not-found")


async def test_orders_need_a_token(node: Desk) -> None:
    for method, path in (("POST", "/orders/reserve"), ("GET", "/ship-nodes/N1/orders")):
        answer = await node.client.request(method, f"/operator/v1{path}", headers={"Authorization": "Bearer x"})
        problem(answer, 401, "unauthorized")
