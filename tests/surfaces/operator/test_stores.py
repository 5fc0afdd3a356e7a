"""Stores as the operator adds them."""

import pytest

from tests.surfaces.operator.desk import Desk, faults

pytestmark = pytest.mark.contract("OP-01")


async def test_a_store_put_again_is_the_same_store(desk: Desk) -> None:
    answers = [await desk.put("/stores/45", {"name": "Main Street"}) for _ in range(2)]
    assert [(answer.status_code, answer.json()) for answer in answers] == [
        (200, {"storeNbr": 45, "name": "Main Street"})
    ] * 2


async def test_a_known_store_with_another_name_is_a_conflict(desk: Desk) -> None:
    await desk.put("/stores/45", {"name": "Main Street"})
    answer = await desk.put("/stores/45", {"name": "Side Street"})
    assert faults(answer, 409, "conflict") == [("/storeNbr", "conflict")]


async def test_stores_are_added_all_or_none(desk: Desk) -> None:
    await desk.put("/stores/45", {"name": "Main Street"})
    refused = await desk.post(
        "/stores", {"stores": [{"storeNbr": 1, "name": "One"}, {"storeNbr": 45, "name": "Other"}]}
    )
    assert refused.status_code == 409
    added = await desk.post(
        "/stores", {"stores": [{"storeNbr": 1, "name": "One"}, {"storeNbr": 45, "name": "Main Street"}]}
    )
    assert added.json() == {"added": 1, "known": 1}


async def test_stores_are_listed_in_pages(desk: Desk) -> None:
    await desk.post("/stores", {"stores": [{"storeNbr": number, "name": f"Store {number}"} for number in (7, 3, 5)]})
    first = (await desk.get("/stores", limit="2")).json()
    second = (await desk.get("/stores", limit="2", after=str(first["nextAfter"]))).json()
    assert [store["storeNbr"] for page in (first, second) for store in page["stores"]] == [7, 3, 5]
    assert "nextAfter" not in second


@pytest.mark.parametrize("number", ["0", "-45", "4.5", "x", "1000000000", "٤٥", "%00", "9" * 5_000])
async def test_a_path_without_a_store_number_is_refused(desk: Desk, number: str) -> None:
    answer = await desk.put(f"/stores/{number}", {"name": "Main Street"})
    assert faults(answer, 400, "bad-parameters") == [("storeNbr", "invalid_storeNbr")]
