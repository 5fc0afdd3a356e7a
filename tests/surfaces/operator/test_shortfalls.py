"""Where partners declared less than orders hold, as the operator sees it."""

import pytest

from tests.surfaces.operator.desk import GTIN, OTHER_GTIN, Desk, faults, problem
from tests.surfaces.operator.test_orders import entry, node, tell

__all__ = ["node"]

pytestmark = pytest.mark.contract("DS-12")

PATH = "/ship-nodes/N1/shortfalls"


@pytest.fixture
async def short(node: Desk) -> Desk:
    """A node where orders hold 4 and 2 of two items, of which then 3 and 1 were declared."""
    await tell(node, "reserve", entry("1", {GTIN: 4}), entry("2", {OTHER_GTIN: 2}))
    await node.stock_node("N1", GTIN, 3)
    node.clock.advance(60)
    await node.stock_node("N1", OTHER_GTIN, 1)
    return node


async def test_a_shortfall_says_what_was_declared_and_held_and_how_it_stands(short: Desk) -> None:
    found = (await short.get(PATH)).json()
    for shortfall in found["shortfalls"]:
        assert shortfall.pop("declaredAt").startswith("2026-03-05T12:0")
    assert found == {
        "shortfalls": [
            {
                "gtin": gtin,
                "declared": there,
                "reserved": held,
                "onHandNow": there,
                "reservedNow": held,
                "stillShort": True,
            }
            for gtin, there, held in ((OTHER_GTIN, 1, 2), (GTIN, 3, 4))
        ]
    }


async def test_a_shortfall_ends_when_orders_hold_no_more_than_there_is(short: Desk) -> None:
    await tell(short, "cancel", entry("1", {GTIN: 1}, eventId="c"))
    await short.stock_node("N1", OTHER_GTIN, 2)
    found = (await short.get(PATH)).json()["shortfalls"]
    assert [(each["gtin"], each["reservedNow"], each["stillShort"]) for each in found] == [
        (OTHER_GTIN, 2, False),
        (GTIN, 3, False),
    ]


async def test_nothing_is_short_of_an_item_without_end(short: Desk) -> None:
    await short.stock_node("N1", GTIN, None)
    found = (await short.get(PATH)).json()["shortfalls"]
    assert [(each["gtin"], each["stillShort"]) for each in found] == [(OTHER_GTIN, True), (GTIN, False)]


async def test_shortfalls_come_in_pages_newest_first(short: Desk) -> None:
    first = (await short.get(PATH, limit="1")).json()
    second = (await short.get(PATH, limit="1", cursor=first["cursor"])).json()
    assert [page["shortfalls"][0]["gtin"] for page in (first, second)] == [OTHER_GTIN, GTIN]
    assert "cursor" not in second


async def test_a_cursor_of_another_list_is_refused(short: Desk) -> None:
    cursor = (await short.get(PATH, limit="1")).json()["cursor"]
    await short.put("/ship-nodes/N2", {"name": "West", "partner": "awesome-company"})
    answer = await short.get("/ship-nodes/N2/shortfalls", cursor=cursor)
    assert faults(answer, 400, "bad-parameters") == [("cursor", "invalid_value")]
    assert faults(await short.get(PATH, cursor="x"), 400, "bad-parameters") == [("cursor", "invalid_value")]


async def test_a_node_that_is_not_known_has_no_shortfalls(short: Desk) -> None:
    problem(await short.get("/ship-nodes/N9/shortfalls"), 404, "not-found")
