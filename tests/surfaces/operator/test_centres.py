"""Fulfilment centres as the operator adds them, and reads what sellers have there."""

from typing import Any

import pytest

from tests.surfaces.operator.desk import GTIN, OTHER_GTIN, Desk, event, faults, problem

SELLER, RIVAL = "10000000001", "10000000002"
PATH = f"/fulfilment-centres/LAX1/sellers/{SELLER}/items/{GTIN}"


def movement(event_id: str, quantity: int = 1, **fields: Any) -> dict[str, Any]:
    """An event of SELLER's at LAX1."""
    at_centre = {"storeNbr": None, "node": "LAX1", "partnerId": SELLER, "eventType": "RECEIVED"}
    return event(event_id, quantity, **{**at_centre, **fields})


@pytest.fixture
async def centres(shop: Desk) -> Desk:
    """The shop with two centres and two sellers of one item."""
    added = await shop.post(
        "/fulfilment-centres",
        {"centres": [{"node": "LAX1", "name": "Los Angeles 1"}, {"node": "EWR1", "name": "Newark 1"}]},
    )
    assert added.json() == {"added": 2, "known": 0}
    for code in (SELLER, RIVAL):
        await shop.post("/partners", {"kind": "seller", "code": code, "name": f"Seller {code}"})
        answer = await shop.post("/skus", {"skus": [{"gtin": GTIN, "partner": code, "sku": "OAT-1"}]})
        assert answer.status_code == 200, answer.text
    return shop


@pytest.mark.contract("OP-01")
async def test_a_centre_put_again_is_the_same_and_by_another_name_a_conflict(shop: Desk) -> None:
    answers = [await shop.put("/fulfilment-centres/LAX1", {"name": "Los Angeles 1"}) for _ in range(2)]
    shown = {"node": "LAX1", "name": "Los Angeles 1", "reportingZone": "America/Los_Angeles"}
    assert [answer.json() for answer in answers] == [shown] * 2
    other = await shop.put("/fulfilment-centres/LAX1", {"name": "Elsewhere"})
    assert faults(other, 409, "conflict") == [("/node", "conflict")]


@pytest.mark.contract("OP-01")
async def test_centres_are_listed_in_pages(centres: Desk) -> None:
    first = (await centres.get("/fulfilment-centres", limit="1")).json()
    second = (await centres.get("/fulfilment-centres", limit="1", after=first["nextAfter"])).json()
    assert [centre["node"] for page in (first, second) for centre in page["centres"]] == ["EWR1", "LAX1"]
    assert "nextAfter" not in second


@pytest.mark.contract("OP-03", "OP-07")
async def test_movements_are_posted_with_the_rest_of_a_batch(centres: Desk) -> None:
    answer = await centres.post_events(
        event("till-1", 3),
        movement("r", 9),
        movement("t", 2, eventType="TRANSFERRED", to={"node": "EWR1"}),
        movement("d", 1, eventType="TRANSFERRED", to={"inTransit": True}),
        movement("x", 1, partnerId=None),
        movement("y", 1, eventType="TRANSFERRED", to={"inTransit": "yes"}),
    )
    assert [result["status"] for result in answer["results"]] == ["accepted"] * 4 + ["refused"] * 2
    assert [result.get("field") for result in answer["results"][4:]] == ["partnerId", "to.inTransit"]


@pytest.mark.contract("OP-08")
async def test_a_sellers_stock_is_read_as_of_a_moment_and_as_it_was_known(centres: Desk) -> None:
    await centres.post_events(movement("r", 9, occurredAt="2026-03-05T08:00:00Z"))
    centres.clock.advance(60)
    told = [movement("late", 2, occurredAt="2026-03-05T07:00:00Z"), movement("theirs", 70, partnerId=RIVAL)]
    await centres.post_events(*told)

    async def units(**at: str) -> list[float]:
        return [stock["quantity"] for stock in (await centres.get(f"{PATH}/stock", **at)).json()["stock"]]

    assert await units() == [11]
    assert await units(asOf="2026-03-05T07:30:00Z") == [2]
    assert await units(knownAt="2026-03-05T12:00:30Z") == [9]


@pytest.mark.contract("OP-08")
async def test_a_sellers_history_is_walked_in_pages(centres: Desk) -> None:
    await centres.post_events(*(movement(f"r{n}", 1, occurredAt=f"2026-03-05T0{n}:00:00Z") for n in range(3)))
    await centres.post_events(movement("d", 2, eventType="TRANSFERRED", to={"inTransit": True}))
    first = (await centres.get(f"{PATH}/history", limit="3")).json()
    second = (await centres.get(f"{PATH}/history", limit="3", cursor=first["cursor"])).json()
    rows = [(row["eventId"], row["quantity"], row["balance"]) for page in (first, second) for row in page["history"]]
    assert rows == [("d", -2, 1), ("r2", 1, 3), ("r1", 1, 2), ("r0", 1, 1)]
    assert "cursor" not in second
    sent = (await centres.get(f"{PATH}/history", state="IN_TRANSIT", eventType="TRANSFERRED")).json()
    assert [(row["eventId"], row["quantity"]) for row in sent["history"]] == [("d", 2)]
    other = PATH.replace(SELLER, RIVAL)
    assert faults(await centres.get(f"{other}/history", cursor=first["cursor"]), 400, "bad-parameters")
    assert faults(await centres.get(f"{PATH}/history", eventType="SALES"), 400, "bad-parameters") == [
        ("eventType", "unknown_word")
    ]


@pytest.mark.contract("OP-08")
async def test_nothing_had_happened_in_a_centre_in_the_first_moments_of_time(centres: Desk) -> None:
    await centres.post_events(movement("r", 9))
    for named in ("startTime", "endTime", "knownAt"):
        answer = await centres.get(f"{PATH}/history", **{named: "0001-01-01T00:00:00Z"})
        assert answer.status_code == 200, answer.text
        assert len(answer.json()["history"]) == (named == "startTime")
    assert (await centres.get(f"{PATH}/stock", asOf="0001-01-01T00:00:00Z")).json()["stock"] == []


async def test_unknown_centres_and_sellers_are_not_found(centres: Desk) -> None:
    for path in (
        f"/fulfilment-centres/N9/sellers/{SELLER}/items/{GTIN}",
        f"/fulfilment-centres/LAX1/sellers/awesome-company/items/{GTIN}",
        f"/fulfilment-centres/LAX1/sellers/nobody/items/{GTIN}",
    ):
        for what in ("stock", "history"):
            problem(await centres.get(f"{path}/{what}"), 404, "not-found")


@pytest.mark.contract("TH-09")
async def test_a_sellers_stream_is_replayed_and_refreshed(centres: Desk) -> None:
    await centres.post_events(movement("r", 9))
    command = {"commandId": "c-1", "node": "LAX1", "partnerId": SELLER, "gtin": GTIN}
    span = {"startTime": "2026-03-05T00:00:00Z", "endTime": "2026-03-06T00:00:00Z"}
    assert (await centres.post("/ledger/replay", {**command, **span})).json() == {"raised": 1}
    assert (await centres.post("/ledger/refresh", command)).json() == {"raised": 1}
    rows = (await centres.get(f"{PATH}/history")).json()["history"]
    assert [row["eventType"] for row in rows] == ["INRF", "NB", "RECEIVED"]
    assert {row["balance"] for row in rows} == {9}


@pytest.mark.parametrize(
    ("more", "field", "code"),
    [
        ({}, "/storeNbr", "missing_store"),
        ({"node": "N9", "partnerId": SELLER}, "/node", "unknown_node"),
        ({"node": "LAX1"}, "/partnerId", "unknown_partner"),
        ({"node": "LAX1", "partnerId": "awesome-company"}, "/partnerId", "unknown_partner"),
        ({"node": "LAX1", "partnerId": SELLER, "storeNbr": 45}, "/node", "two_places"),
        ({"partnerId": SELLER, "storeNbr": 45}, "/partnerId", "two_places"),
        ({"node": "LAX1", "partnerId": SELLER, "gtin": OTHER_GTIN}, "/gtin", "no_data"),
    ],
)
async def test_a_command_names_a_store_or_a_sellers_stream(
    centres: Desk, more: dict[str, Any], field: str, code: str
) -> None:
    answer = await centres.post("/ledger/refresh", {"commandId": "c-1", "gtin": GTIN, **more})
    assert faults(answer, 422, "refused") == [(field, code)]


@pytest.mark.contract("WF-11", "OP-07")
async def test_closing_by_hand_answers_for_what_a_centre_lost(centres: Desk) -> None:
    await centres.post_events(movement("r", 9), movement("l", -2, eventType="LOST"))
    assert (await centres.post("/settlement/close", None)).json() == {"closed": 0, "published": 0}
    (period,) = (await centres.get(f"/settlement/sellers/{SELLER}/periods")).json()["periods"]
    assert (period["rows"], period["total"]) == (1, "5.00")
