"""Stock and history as of any time, and what the ledger is told to do."""

import pytest

from tests.surfaces.operator.desk import GTIN, OTHER_GTIN, Desk, event, faults, problem

STOCK = f"/stores/45/items/{GTIN}/stock"
HISTORY = f"/stores/45/items/{GTIN}/history"


@pytest.mark.contract("OP-08")
async def test_stock_is_read_as_of_a_moment_and_as_it_was_known(shop: Desk) -> None:
    await shop.post_events(event("e-1", 5, occurredAt="2026-03-05T08:00:00Z"))
    shop.clock.advance(60)
    await shop.post_events(event("e-2", 3, occurredAt="2026-03-05T07:00:00Z"))

    async def units(**at: str) -> list[float]:
        return [stock["quantity"] for stock in (await shop.get(STOCK, **at)).json()["stock"]]

    assert await units() == [8]
    assert await units(asOf="2026-03-05T07:30:00Z") == [3]
    assert await units(knownAt="2026-03-05T12:00:30Z") == [5]
    assert await units(asOf="2026-03-05T07:30:00Z", knownAt="2026-03-05T12:00:30Z") == []
    assert await units(asOf="2026-03-05T08:00:00+01:00") == [3]


@pytest.mark.contract("OP-08")
async def test_stock_shows_every_area_and_state(shop: Desk) -> None:
    await shop.post_events(
        event("e-1", 5), event("e-2", 2.5, locationArea="BACKROOM"), event("e-3", -1, eventType="RECLAMATION")
    )
    assert (await shop.get(STOCK)).json() == {
        "storeNbr": 45,
        "gtin": GTIN,
        "stock": [
            {"locationArea": area, "state": state, "quantity": quantity, "lastUpdatedTime": "2026-03-05T10:00:00Z"}
            for area, state, quantity in (
                ("STORE", "AVAILABLE", 4),
                ("STORE", "CLAIMS", 1),
                ("BACKROOM", "AVAILABLE", 2.5),
            )
        ],
    }


@pytest.mark.contract("OP-08")
async def test_history_tells_who_told_and_when_it_was_learned(shop: Desk) -> None:
    await shop.post_events(event("e-1", 5), event("e-2", -2, eventType="SALES", occurredAt="2026-03-05T11:00:00.5Z"))
    assert (await shop.get(HISTORY)).json() == {
        "storeNbr": 45,
        "gtin": GTIN,
        "locationArea": "STORE",
        "state": "AVAILABLE",
        "history": [
            {
                "eventType": "SALES",
                "quantity": -2,
                "occurredAt": "2026-03-05T11:00:00.500000Z",
                "balance": 3,
                "eventId": "e-2",
                "source": "tills",
                "recordedAt": "2026-03-05T12:00:00Z",
            },
            {
                "eventType": "NGR",
                "quantity": 5,
                "occurredAt": "2026-03-05T10:00:00Z",
                "balance": 5,
                "eventId": "e-1",
                "source": "tills",
                "recordedAt": "2026-03-05T12:00:00Z",
            },
        ],
    }


@pytest.mark.contract("OP-08", "TH-06")
async def test_a_walk_over_the_pages_shows_what_was_known_at_the_first(shop: Desk) -> None:
    await shop.post_events(*(event(f"e-{n}", 1, occurredAt=f"2026-03-05T10:0{n}:00Z") for n in range(5)))
    page = (await shop.get(HISTORY, limit="2")).json()
    rows = page["history"]
    shop.clock.advance(1)
    await shop.post_events(event("late", 7, occurredAt="2026-03-05T09:00:00Z"))
    while "cursor" in page:
        page = (await shop.get(HISTORY, limit="2", cursor=page["cursor"])).json()
        rows += page["history"]
    assert [(row["eventId"], row["balance"]) for row in rows] == [(f"e-{n}", n + 1) for n in (4, 3, 2, 1, 0)]


@pytest.mark.contract("OP-08")
async def test_history_is_filtered_by_time_type_area_and_knowledge(shop: Desk) -> None:
    await shop.post_events(
        event("e-1", 5, occurredAt="2026-03-05T08:00:00Z"),
        event("e-2", -1, eventType="SALES", occurredAt="2026-03-05T09:00:00Z"),
        event("e-3", 4, locationArea="BACKROOM"),
    )
    shop.clock.advance(1)
    await shop.post_events(event("e-4", 2, occurredAt="2026-03-05T10:00:00Z"))

    async def ids(**filters: str) -> list[str]:
        return [row["eventId"] for row in (await shop.get(HISTORY, **filters)).json()["history"]]

    assert await ids() == ["e-4", "e-2", "e-1"]
    assert await ids(startTime="2026-03-05T09:00:00Z", endTime="2026-03-05T10:00:00Z") == ["e-2"]
    assert await ids(eventType="SALES") == ["e-2"]
    assert await ids(eventType="LP") == ["e-2"]
    assert await ids(locationArea="BACKROOM") == ["e-3"]
    assert await ids(state="CLAIMS") == []
    assert await ids(knownAt="2026-03-05T12:00:00Z") == ["e-2", "e-1"]


@pytest.mark.contract("TH-06")
@pytest.mark.parametrize("change", ["", "x", "=", "é"])
async def test_an_altered_cursor_or_another_walk_is_refused(shop: Desk, change: str) -> None:
    await shop.post_events(event("e-1"), event("e-2"))
    cursor = (await shop.get(HISTORY, limit="1")).json()["cursor"]
    filters = {} if change else {"eventType": "NGR"}
    answer = await shop.get(HISTORY, limit="1", cursor=cursor + change, **filters)
    assert faults(answer, 400, "bad-parameters") == [("cursor", "invalid_value")]


async def test_every_bad_parameter_of_a_history_is_named(shop: Desk) -> None:
    answer = await shop.get(
        "/stores/x/items/y/history",
        locationArea="store",
        state="SOLD",
        startTime="2026-03-05",
        endTime="0000-01-01T00:00:00Z",
        eventType="123",
        knownAt="now",
        limit="1001",
        cursor="x",
        page="2",
    )
    named = {name for name, _ in faults(answer, 400, "bad-parameters")}
    filters = {"locationArea", "state", "startTime", "endTime", "eventType", "knownAt"}
    assert named == filters | {"storeNbr", "gtin", "limit", "cursor", "page"}


async def test_a_start_after_the_end_is_refused(shop: Desk) -> None:
    answer = await shop.get(HISTORY, startTime="2026-03-05T10:00:00Z", endTime="2026-03-05T09:00:00Z")
    assert faults(answer, 400, "bad-parameters") == [("startTime", "invalid_value")]


@pytest.mark.parametrize("moment", ["0001-01-01T00:00:00Z", "9999-12-31T23:59:59.999999Z", "2026-03-05T10:00:00"])
async def test_the_first_and_the_last_moment_can_be_asked_for(shop: Desk, moment: str) -> None:
    await shop.post_events(event("e-1"))
    for path in (STOCK, HISTORY):
        assert (await shop.get(path, knownAt=moment)).status_code == 200
    assert (await shop.get(STOCK, asOf=moment)).status_code == 200
    assert (await shop.get(HISTORY, startTime=moment, endTime=moment)).status_code == 200


@pytest.mark.parametrize("moment", ["0001-01-01T00:00:00+14:00", "9999-12-31T23:59:59-14:00"])
async def test_a_moment_that_is_out_of_the_calendar_in_utc_is_refused(shop: Desk, moment: str) -> None:
    assert faults(await shop.get(STOCK, asOf=moment), 400, "bad-parameters") == [("asOf", "invalid_time")]


async def test_a_store_that_is_not_known_is_not_found(shop: Desk) -> None:
    problem(await shop.get(f"/stores/99/items/{GTIN}/stock"), 404, "not-found")
    problem(await shop.get(f"/stores/99/items/{GTIN}/history"), 404, "not-found")


@pytest.mark.contract("TH-09")
async def test_a_refresh_is_shown_once_and_changes_nothing(shop: Desk) -> None:
    await shop.post_events(event("e-1", 5))
    command = {"commandId": "r-1", "storeNbr": 45, "gtin": GTIN}
    answers = [await shop.post("/ledger/refresh", command) for _ in range(2)]
    assert [answer.json() for answer in answers] == [{"raised": 1}, {"raised": 0}]
    rows = (await shop.get(HISTORY)).json()["history"]
    assert [(row["eventType"], row["quantity"], row["balance"]) for row in rows] == [("INRF", 0, 5), ("NGR", 5, 5)]


@pytest.mark.parametrize(
    ("field", "value"), [("locationArea", "STORE\n"), ("state", "AVAILABLE\n"), ("commandId", "r-1\n")]
)
async def test_a_word_of_a_command_ends_where_it_ends(shop: Desk, field: str, value: str) -> None:
    await shop.post_events(event("e-1", 5))
    command = {"commandId": "r-1", "storeNbr": 45, "gtin": GTIN, field: value}
    assert faults(await shop.post("/ledger/refresh", command), 422, "refused") == [(f"/{field}", "invalid_value")]


@pytest.mark.contract("TH-09")
async def test_a_replay_shows_a_period_once_more_and_applies_nothing_twice(shop: Desk) -> None:
    await shop.post_events(event("e-1", 5), event("e-2", 1, occurredAt="2026-03-04T10:00:00Z"))
    command = {
        "commandId": "r-1",
        "storeNbr": 45,
        "gtin": GTIN,
        "startTime": "2026-03-05T00:00:00Z",
        "endTime": "2026-03-06T00:00:00Z",
    }
    answers = [await shop.post("/ledger/replay", command) for _ in range(2)]
    assert [answer.json() for answer in answers] == [{"raised": 1}, {"raised": 0}]
    assert [stock["quantity"] for stock in (await shop.get(STOCK)).json()["stock"]] == [6]


@pytest.mark.contract("TH-09")
async def test_a_command_about_nothing_is_refused(shop: Desk) -> None:
    command = {"commandId": "r-1", "storeNbr": 45, "gtin": OTHER_GTIN}
    period = {"startTime": "2026-03-06T00:00:00Z", "endTime": "2026-03-05T00:00:00Z"}
    unread = {"startTime": "today", "endTime": "9999-99-99T00:00:00Z"}
    assert faults(await shop.post("/ledger/refresh", command), 422, "refused") == [("/gtin", "no_data")]
    unknown = await shop.post("/ledger/refresh", {**command, "storeNbr": 99, "gtin": GTIN})
    assert faults(unknown, 422, "refused") == [("/storeNbr", "unknown_store")]
    turned = await shop.post("/ledger/replay", {**command, **period})
    assert faults(turned, 422, "refused") == [("/startTime", "invalid_period")]
    neither = await shop.post("/ledger/replay", {**command, **unread})
    assert faults(neither, 422, "refused") == [("/startTime", "invalid_time"), ("/endTime", "invalid_time")]


@pytest.mark.contract("TH-09")
async def test_a_housekeeping_pass_tells_what_it_raised(shop: Desk) -> None:
    await shop.post_events(event("e-1", 5, locationArea="BACKROOM", occurredAt="2026-03-01T10:00:00Z"))
    shop.clock.advance(25 * 3_600)
    answer = await shop.client.post("/operator/v1/ledger/housekeeping")
    assert answer.json() == {"timeboundState": 1, "cidGtinBalance": 0, "pcid": 0, "transfersFinished": 0}
