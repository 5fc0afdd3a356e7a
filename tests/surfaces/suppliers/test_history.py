"""Transaction history (TH)."""

from collections.abc import AsyncIterator
from typing import Any

import pytest

from tests.conftest import FrozenClock
from tests.surfaces.suppliers.shop import AWESOME_CONSUMER, GTIN, PROVIDER_CONSUMER, Shop, only_error

PATH = f"/store/45/gtin/{GTIN}/transactionHistory"
TOKEN = "continuationpagetoken"


@pytest.fixture(autouse=True)
async def _item(shop: Shop) -> None:
    await shop.item()


def _rows(answer: dict[str, Any]) -> list[tuple[str, float, float]]:
    return [(row["eventType"], row["eventQty"], row["aggregatedQty"]) for row in answer["eventHistory"]]


async def _walk(shop: Shop, page_rows: int, path: str = PATH) -> AsyncIterator[dict[str, Any]]:
    client = shop.client_of(page_rows_max=page_rows)
    token = None
    while True:
        response = await client.get(path, headers={**shop.headers(), **({TOKEN: token} if token else {})})
        assert response.status_code == 200, response.text
        yield response.json()
        token = response.headers.get(TOKEN)
        if token is None:
            return


@pytest.mark.contract("TH-01", "TH-02")
async def test_the_history_is_newest_first_with_the_count_after_each_event(shop: Shop) -> None:
    await shop.event("1", "LR", 12, at="2026-03-04T10:00:00")
    await shop.event("2", "SALES", -2.5, at="2026-03-04T11:00:00")
    response = await shop.get(PATH)
    assert TOKEN not in response.headers
    # As text: whole numbers have no fraction here.
    assert response.text == (
        '{"supplier":"Awesome Company","storeNbr":45,"gtin":"00044444444444","eventHistory":['
        '{"eventType":"SALES","eventQty":-2.5,"eventCreationTime":"2026-03-04T11:00:00","aggregatedQty":9.5},'
        '{"eventType":"LR","eventQty":12,"eventCreationTime":"2026-03-04T10:00:00","aggregatedQty":12}]}'
    )


@pytest.mark.contract("TH-03")
@pytest.mark.parametrize("by", ["header", "parameter", "both"])
async def test_an_area_is_named_by_header_or_parameter(shop: Shop, by: str) -> None:
    await shop.event("1", "LR", 12)
    await shop.event("2", "LR", 5, location_area="MFC")
    headers = {} if by == "parameter" else {"locationArea": "MFC"}
    response = await shop.get(PATH if by == "header" else f"{PATH}?locationArea=MFC", **headers)
    assert _rows(response.json()) == [("LR", 5, 5)]


@pytest.mark.contract("TH-03")
@pytest.mark.parametrize(("header", "parameter"), [("store", ""), ("", "mfc"), ("MFC", "STORE"), ("MFC,STORE", "")])
async def test_an_unknown_or_ambiguous_area_is_refused(shop: Shop, header: str, parameter: str) -> None:
    response = await shop.get(f"{PATH}?locationArea={parameter}", locationArea=header)
    assert response.status_code == 400
    message = "Invalid locationArea."
    assert only_error(response) == {"fieldName": "locationArea", "message": message, "status": "BAD_REQUEST"}


@pytest.mark.contract("TH-04")
@pytest.mark.parametrize(
    ("query", "days"),
    [
        # The clock stands at noon of the 5th of March: seven days reach back to the 27th of February.
        ("", ["03-05", "03-04", "02-27"]),
        ("?startDate=2026-02-26", ["03-05", "03-04", "02-27", "02-26"]),
        ("?endDate=2026-03-04", ["03-04", "02-27", "02-26"]),
        ("?startDate=2026-03-04&endDate=2026-03-04", ["03-04"]),
        ("?startDate=&endDate=", ["03-05", "03-04", "02-27"]),
        ("?startDate=0001-01-01&endDate=9999-12-31", ["03-05", "03-04", "02-27", "02-26"]),
    ],
)
async def test_days_are_whole_inclusive_and_seven_by_default(shop: Shop, query: str, days: list[str]) -> None:
    for day in ("02-26T23:59:59.999999", "02-27T00:00:00", "03-04T23:59:59.999999", "03-05T12:01:00"):
        await shop.event(day, "LR", 1, at=f"2026-{day}")
    rows = (await shop.get(f"{PATH}{query}")).json()["eventHistory"]
    assert [row["eventCreationTime"][5:10] for row in rows] == days


@pytest.mark.contract("TH-04")
@pytest.mark.parametrize(
    ("query", "field", "message"),
    [
        ("startDate=2023-02-25&endDate=2023-02-22", "startDate", "Start date cannot be greater than end date"),
        ("startDate=2026-03-06", "startDate", "Start date cannot be greater than end date"),
        ("startDate=20260305", "startDate", "Invalid startDate."),
        ("startDate=2026-02-30", "startDate", "Invalid startDate."),
        ("endDate=2026-3-5", "endDate", "Invalid endDate."),
        ("startDate=2099-02-25&endDate=x", "endDate", "Invalid endDate."),
        ("startDate=x&endDate=2026-03-04", "startDate", "Invalid startDate."),
        ("endDate=0000-01-01", "endDate", "Invalid endDate."),
        ("eventType=123", "eventType", "Invalid eventType."),
        ("eventType=sales", "eventType", "Invalid eventType."),
    ],
)
async def test_a_filter_that_is_wrong_is_refused(shop: Shop, query: str, field: str, message: str) -> None:
    response = await shop.get(f"{PATH}?{query}")
    assert response.status_code == 400
    assert only_error(response) == {"fieldName": field, "message": message, "status": "BAD_REQUEST"}


@pytest.mark.contract("TH-02", "TH-05")
@pytest.mark.parametrize(
    ("event_type", "rows"),
    [
        ("SALES", [("SALES", -2, 10)]),
        ("LP", [("RETURNS", 1, 14), ("LP", 3, 13), ("SALES", -2, 10)]),
        ("ALL", [("RETURNS", 1, 14), ("LP", 3, 13), ("SALES", -2, 10), ("LR", 12, 12)]),
    ],
)
async def test_a_filter_by_event_type_leaves_the_counts_as_they_are(
    shop: Shop, event_type: str, rows: list[tuple[str, float, float]]
) -> None:
    for hour, (kind, quantity) in enumerate([("LR", 12), ("SALES", -2), ("LP", 3), ("RETURNS", 1)]):
        await shop.event(kind, kind, quantity, at=f"2026-03-04T1{hour}:00:00")
    assert _rows((await shop.get(f"{PATH}?eventType={event_type}")).json()) == rows


@pytest.mark.contract("TH-07")
async def test_without_events_in_range_there_is_no_data(shop: Shop) -> None:
    await shop.event("1", "LR", 12, at="2026-03-04T10:00:00")
    response = await shop.get(f"{PATH}?endDate=2026-03-03")
    message = "Data not found for the given request parameters."
    assert response.status_code == 404
    assert only_error(response) == {"instance": PATH, "message": message, "status": "NOT_FOUND"}


@pytest.mark.contract("TH-02", "TH-06")
async def test_a_walk_shows_the_ledger_as_it_was_at_its_first_page(shop: Shop, clock: FrozenClock) -> None:
    for number in range(5):
        await shop.event(str(number), "LR", 1, at=f"2026-03-04T10:0{number}:00")
    rows = []
    async for page in _walk(shop, 2):
        rows += _rows(page)
        # Whatever arrives meanwhile, early or late, is not seen; midnight passes too.
        clock.advance(86_400 / 2)
        await shop.event(f"new {len(rows)}", "LR", 100, at="2026-03-04T10:00:30")
    assert rows == [("LR", 1, 5), ("LR", 1, 4), ("LR", 1, 3), ("LR", 1, 2), ("LR", 1, 1)]


@pytest.mark.contract("TH-06")
async def test_the_token_may_be_sent_as_a_parameter(shop: Shop) -> None:
    for number in range(3):
        await shop.event(str(number), "LR", 1, at=f"2026-03-04T10:0{number}:00")
    client = shop.client_of(page_rows_max=2)
    token = (await client.get(PATH, headers=shop.headers())).headers[TOKEN]
    response = await client.get(f"{PATH}?{TOKEN}={token}", headers=shop.headers())
    assert _rows(response.json()) == [("LR", 1, 1)]


@pytest.mark.contract("TH-06")
@pytest.mark.parametrize(
    ("path", "headers", "consumer_id"),
    [
        (f"{PATH}?eventType=LR", {}, AWESOME_CONSUMER),
        (f"{PATH}?startDate=2026-03-04", {}, AWESOME_CONSUMER),
        (f"{PATH}?endDate=2026-03-05", {}, AWESOME_CONSUMER),
        (PATH.replace("45", "30"), {}, AWESOME_CONSUMER),
        (PATH, {"locationArea": "MFC"}, AWESOME_CONSUMER),
        (PATH, {"wm_context_identifier": "awesome-company"}, PROVIDER_CONSUMER),
    ],
)
async def test_a_token_is_good_for_its_own_walk_only(
    shop: Shop, path: str, headers: dict[str, str], consumer_id: str
) -> None:
    for number in range(3):
        await shop.event(str(number), "LR", 1, at=f"2026-03-04T10:0{number}:00")
    token = (await shop.client_of(page_rows_max=2).get(PATH, headers=shop.headers())).headers[TOKEN]
    response = await shop.get(path, consumer_id=consumer_id, **{**headers, TOKEN: token})
    assert response.status_code == 400
    assert only_error(response) == {
        "fieldName": TOKEN,
        "message": "Invalid continuationpagetoken.",
        "status": "BAD_REQUEST",
    }


@pytest.mark.contract("TH-06")
async def test_an_altered_token_is_refused(shop: Shop) -> None:
    for number in range(3):
        await shop.event(str(number), "LR", 1, at=f"2026-03-04T10:0{number}:00")
    token = (await shop.client_of(page_rows_max=2).get(PATH, headers=shop.headers())).headers[TOKEN]
    altered = [token[:-4], f"{token}AAAA", f"!{token}", f"{token}=", token.swapcase(), "x", "\xe9", token[60:]]
    for text in altered:
        response = await shop.client.get(
            PATH, headers=[*shop.headers().items(), (TOKEN.encode(), text.encode("latin-1"))]
        )
        assert response.status_code == 400, text
