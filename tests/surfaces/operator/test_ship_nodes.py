"""Ship nodes as the operator adds them."""

from typing import Any

import pytest

from tests.surfaces.operator.desk import Desk, faults

pytestmark = pytest.mark.contract("OP-01")

EAST = {"node": "N1", "name": "East", "partner": "acme"}
WEST = {"node": "N2", "name": "West", "partner": "shop"}


@pytest.fixture
async def desk_with_owners(desk: Desk) -> Desk:
    """A desk that knows the supplier `acme` and the seller `shop`."""
    for kind, code in (("supplier", "acme"), ("seller", "shop")):
        await desk.post("/partners", {"kind": kind, "code": code, "name": code.title()})
    return desk


async def listed(desk: Desk, **parameters: str) -> Any:
    """The nodes of a page."""
    return (await desk.get("/ship-nodes", **parameters)).json()["nodes"]


async def test_a_node_put_again_is_the_same_node(desk_with_owners: Desk) -> None:
    answers = [await desk_with_owners.put("/ship-nodes/N1", {"name": "East", "partner": "acme"}) for _ in range(2)]
    assert [(answer.status_code, answer.json()) for answer in answers] == [(200, EAST)] * 2
    assert await listed(desk_with_owners) == [{**EAST, "default": False}]


async def test_a_known_node_in_other_words_is_a_conflict(desk_with_owners: Desk) -> None:
    await desk_with_owners.put("/ship-nodes/N1", {"name": "East", "partner": "acme"})
    answer = await desk_with_owners.put("/ship-nodes/N1", {"name": "East", "partner": "shop"})
    assert faults(answer, 409, "conflict") == [("/node", "conflict")]


async def test_nodes_are_added_all_or_none(desk_with_owners: Desk) -> None:
    refused = await desk_with_owners.post("/ship-nodes", {"nodes": [EAST, {**WEST, "partner": "nobody"}]})
    assert faults(refused, 422, "refused") == [("/partner", "unknown_partner")]
    assert await listed(desk_with_owners) == []
    added = await desk_with_owners.post("/ship-nodes", {"nodes": [EAST, WEST]})
    assert added.json() == {"added": 2, "known": 0}


async def test_nodes_are_listed_in_pages_and_by_partner(desk_with_owners: Desk) -> None:
    await desk_with_owners.post("/ship-nodes", {"nodes": [WEST, EAST, {**WEST, "node": "N3"}]})
    first = (await desk_with_owners.get("/ship-nodes", limit="2")).json()
    second = (await desk_with_owners.get("/ship-nodes", limit="2", after=first["nextAfter"])).json()
    assert [node["node"] for page in (first, second) for node in page["nodes"]] == ["N1", "N2", "N3"]
    assert "nextAfter" not in second
    assert [node["node"] for node in await listed(desk_with_owners, partner="shop")] == ["N2", "N3"]


@pytest.mark.contract("DS-14")
async def test_a_sellers_default_is_its_first_node_until_another_is_chosen(desk_with_owners: Desk) -> None:
    await desk_with_owners.post("/ship-nodes", {"nodes": [WEST, {**WEST, "node": "N3"}]})
    assert [node["default"] for node in await listed(desk_with_owners)] == [True, False]
    chosen = await desk_with_owners.put("/partners/shop/default-node", {"node": "N3"})
    assert (chosen.status_code, chosen.json()) == (200, {"node": "N3"})
    assert [node["default"] for node in await listed(desk_with_owners)] == [False, True]


async def test_a_default_must_be_a_node_of_the_seller(desk_with_owners: Desk) -> None:
    await desk_with_owners.post("/ship-nodes", {"nodes": [EAST]})
    answer = await desk_with_owners.put("/partners/shop/default-node", {"node": "N1"})
    assert faults(answer, 422, "refused") == [("/node", "unknown_node")]


@pytest.mark.parametrize(
    ("path", "body", "pointers"),
    [
        ("/ship-nodes/-", {"name": "East", "partner": "acme"}, ["/node"]),
        ("/ship-nodes/N1", {"name": " ", "partner": "acme"}, ["/name"]),
        ("/ship-nodes/N1", {"name": "East", "partner": "nobody"}, ["/partner"]),
        ("/ship-nodes/N1", {"partner": "a b"}, ["/name", "/partner"]),
    ],
)
async def test_a_node_of_wrong_words_is_refused(
    desk_with_owners: Desk, path: str, body: dict[str, str], pointers: list[str]
) -> None:
    answer = await desk_with_owners.put(path, body)
    assert [pointer for pointer, _ in faults(answer, 422, "refused")] == pointers
    assert await listed(desk_with_owners) == []
