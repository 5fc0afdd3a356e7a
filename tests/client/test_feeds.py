"""Feeds by the client: what is checked before, how they are waited for, what failed of them."""

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from onhand.client import (
    SANDBOX,
    SERVICE,
    BadInput,
    Failed,
    FeedRow,
    Forbidden,
    InTransit,
    Polling,
    ServerFailed,
    Unfinished,
)
from onhand.client.feed_rows import checked_rows
from onhand.client.polling import polling_for
from tests.client.conftest import Stage
from tests.client.rogue import Act, Asked, Drop, Reply, in_turn, said

GTIN = "00012947218283"
FEED = "991B8779687C4D5DBC06DF18DB167192@AQkBAQA"
SELDOM = Polling(first_seconds=30.0, factor=2.0, seconds_max=100.0)


def row(**fields: Any) -> FeedRow:
    return FeedRow(**{"product_id": GTIN, "ship_node": "n", "quantity": 1, **fields})


def status(state: str, succeeded: int = 0, failed: int = 0, **more: Any) -> Reply:
    counts = {"itemsReceived": 2, "itemsSucceeded": succeeded, "itemsFailed": failed}
    return Reply(200, {"feedId": FEED, "feedStatus": state, **counts, **more})


def failed_row(index: int) -> dict[str, Any]:
    error = {"type": "DATA_ERROR", "code": "ERR_X", "field": "quantity", "description": "Mend it."}
    return {"index": index, "sku": "S", "ingestionStatus": "DATA_ERROR", "ingestionErrors": {"ingestionError": [error]}}


class Mill:
    """A feed that is over after so many questions."""

    def __init__(self, questions: int, end: Reply, *details: Reply) -> None:
        self.questions = questions
        self.end = end
        self.details = list(details)
        self.taken: dict[str, bytes] = {}

    def __call__(self, asked: Asked, _: int) -> Act:
        if asked.method == "POST":
            self.taken[asked.headers["idempotency-key"]] = asked.body
            return Reply(200, {"feedId": FEED})
        if asked.query.get("includeDetails") == "true":
            return self.details.pop(0)
        self.questions -= 1
        return status("INPROGRESS") if self.questions > 0 else self.end


def test_a_feed_is_sent_waited_for_and_told_of_with_its_failed_rows(stage: Stage) -> None:
    good = {"index": 0, "sku": "S", "ingestionStatus": "SUCCESS", "ingestionErrors": {"ingestionError": []}}
    first = status("PROCESSED", 1, 1, nextCursor="c", itemDetails={"itemIngestionStatus": [good]})
    second = status("PROCESSED", 1, 1, itemDetails={"itemIngestionStatus": [failed_row(1)]})
    scene = stage(Mill(3, status("PROCESSED", 1, 1), first, second))
    heard: list[str] = []
    rows = [row(), row(product_id="12947218283".zfill(12), ship_node="m", availability_code="AA", quantity=None)]
    result = scene.ask(
        lambda client: client.feeds.submit_and_wait(
            rows, polling=SELDOM, told=lambda seen: heard.append(seen.feed_status)
        )
    )
    assert (result.feed_id, [each.index for each in result.failed]) == (FEED, [1])
    assert result.failed[0].problems[0].description == "Mend it."
    assert (scene.world.waits, heard) == ([30.0, 60.0], ["INPROGRESS", "INPROGRESS", "PROCESSED"])
    # One feed, three questions, two pages of rows.
    assert len(scene.rogue.calls) == 6
    file = json.loads(scene.rogue.calls[0].body)
    assert file["InventoryFeedHeader"]["feedDate"] == "2026-03-05T12:00:00.000Z"
    assert [each["productId"] for each in file["Inventory"]] == [GTIN, GTIN]
    assert "quantity" not in file["Inventory"][1]


def test_a_feed_without_failed_rows_is_not_asked_for_its_rows(stage: Stage) -> None:
    scene = stage(Mill(1, status("PROCESSED", 2)))
    assert scene.ask(lambda client: client.feeds.submit_and_wait([row()])).failed == ()
    assert (len(scene.rogue.calls), scene.world.waits) == (2, [])


def test_a_feed_whose_answer_is_lost_is_sent_again_as_the_same(stage: Stage) -> None:
    mill = Mill(1, status("PROCESSED", 2))

    def script(asked: Asked, number: int) -> Act:
        answer = mill(asked, number)
        return Drop() if number == 1 else answer

    scene = stage(script)
    scene.ask(lambda client: client.feeds.submit_and_wait([row()]))
    assert (len(mill.taken), [asked.method for asked in scene.rogue.calls]) == (1, ["POST", "POST", "GET"])


def test_a_feed_that_takes_too_long_says_so_and_its_id(stage: Stage) -> None:
    scene = stage(Mill(1_000, status("PROCESSED")))
    with pytest.raises(Unfinished, match="it goes on") as raised:
        scene.ask(lambda client: client.feeds.wait(FEED, seconds_max=200.0, polling=SELDOM))
    assert (raised.value.id, raised.value.status) == (FEED, "INPROGRESS")
    # 30, 60, 100, and what is left.
    assert (scene.world.waits, len(scene.rogue.calls)) == ([30.0, 60.0, 100.0, 10.0], 5)


def test_what_breaks_off_a_wait_says_which_feed_goes_on(stage: Stage) -> None:
    scene = stage(lambda asked, _number: Reply(200, {"feedId": FEED}) if asked.method == "POST" else said(403))
    with pytest.raises(Forbidden) as raised:
        scene.ask(lambda client: client.feeds.submit_and_wait([row()]))
    assert raised.value.__notes__ == [f"The feed {FEED} goes on, and can be waited for again"]


def test_a_wait_lasts_no_longer_than_it_may_though_nothing_is_answered(stage: Stage) -> None:
    scene = stage(in_turn(status("INPROGRESS"), said(503, Retry_After="40")))
    with pytest.raises(ServerFailed):
        scene.ask(lambda client: client.feeds.wait(FEED, seconds_max=5.0, polling=SELDOM))
    # One attempt more may take its 30 s.
    assert scene.world.waits == [5.0]


def test_a_file_that_was_refused_as_a_whole_is_an_error_with_its_reasons(stage: Stage) -> None:
    reasons = {
        "ingestionError": [{"type": "DATA_ERROR", "code": "ERR_VERSION", "field": "version", "description": "No."}]
    }
    scene = stage(Mill(1, status("ERROR", ingestionErrors=reasons)))
    with pytest.raises(Failed, match="ERR_VERSION") as raised:
        scene.ask(lambda client: client.feeds.submit_and_wait([row()]))
    assert raised.value.problems[0].field == "version"


def test_an_unknown_feed_is_not_found_though_its_id_is_strange(stage: Stage) -> None:
    scene = stage(lambda _asked, _number: said(404, "CONTENT_NOT_FOUND.GMP_FEED_API"))
    with pytest.raises(Exception, match="CONTENT_NOT_FOUND"):
        scene.ask(lambda client: client.feeds.status("../token"))
    assert scene.rogue.calls[0].path == "/v3/feeds/..%2Ftoken"


@pytest.mark.parametrize(
    ("wrong", "field"),
    [
        ({"product_id": "123"}, "rows[0].product_id"),
        ({"product_id": "0001294721828X"}, "rows[0].product_id"),
        ({"product_id": "٠٠٠١٢٩٤٧٢١٨٢٨٣"}, "rows[0].product_id"),
        ({"product_id": 12947218283}, "rows[0].product_id"),
        ({"ship_node": " "}, "rows[0].ship_node"),
        ({"ship_node": "123456701 "}, "rows[0].ship_node"),
        ({"availability_code": "AB"}, "rows[0].availability_code"),
        ({"quantity": None}, "rows[0].quantity"),
        ({"quantity": -1}, "rows[0].quantity"),
        ({"quantity": 1.5}, "rows[0].quantity"),
        ({"quantity": True}, "rows[0].quantity"),
        ({"quantity": 1_000_000_000}, "rows[0].quantity"),
        ({"in_transit_inventory": InTransit(-1, "2026-03-05")}, "rows[0].in_transit_inventory[0].quantity"),
        (
            {"in_transit_inventory": [InTransit(1, "5 March")]},
            "rows[0].in_transit_inventory[0].expected_availability_date",
        ),
        (
            {"in_transit_inventory": [InTransit(1, "20260305")]},
            "rows[0].in_transit_inventory[0].expected_availability_date",
        ),
    ],
)
def test_a_row_that_can_t_be_right_is_told_before_anything_is_sent(
    stage: Stage, wrong: dict[str, Any], field: str
) -> None:
    scene = stage(Mill(1, status("PROCESSED")))
    with pytest.raises(BadInput) as raised:
        scene.ask(lambda client: client.feeds.submit([row(**wrong)]))
    assert ([problem.field for problem in raised.value.problems], scene.rogue.asked) == ([field], [])


def test_every_wrong_row_is_told_of_and_a_duplicate_names_the_first() -> None:
    rows = [row(), row(quantity=-1, ship_node="m"), row(product_id=GTIN[1:])]
    with pytest.raises(BadInput) as raised:
        checked_rows(rows)
    assert [(each.code, each.field) for each in raised.value.problems] == [
        ("bad_quantity", "rows[1].quantity"),
        ("duplicate", "rows[2]"),
    ]
    assert "rows[0]" in raised.value.problems[1].description


@pytest.mark.parametrize("count", [0, 10_001])
def test_a_feed_has_one_row_at_least_and_ten_thousand_at_most(count: int) -> None:
    rows = [row(ship_node=str(number)) for number in range(count)]
    with pytest.raises(BadInput, match="give 1 to 10,000"):
        checked_rows(rows)


@given(
    st.lists(
        st.tuples(st.from_regex(r"[0-9]{8}|[0-9]{12,14}", fullmatch=True), st.integers(0, 999_999_999)),
        min_size=1,
        max_size=20,
        unique_by=lambda pair: pair[0].zfill(14),
    )
)
def test_rows_that_are_right_are_sent_as_they_are_with_padded_gtins(pairs: list[tuple[str, int]]) -> None:
    sent = checked_rows([row(product_id=gtin, quantity=units) for gtin, units in pairs])
    assert [(each["productId"], each["quantity"]) for each in sent] == [
        (gtin.zfill(14), units) for gtin, units in pairs
    ]


@pytest.mark.parametrize(
    ("url", "polling"),
    [
        ("http://127.0.0.1:8080", SANDBOX),
        ("https://localhost", SANDBOX),
        ("https://api.example.com", SERVICE),
        ("https://127.0.0.1.example.com", SERVICE),
    ],
)
def test_a_service_is_asked_seldom_and_one_s_own_machine_often(url: str, polling: Polling) -> None:
    assert polling_for(url) == polling
    assert SERVICE.first_seconds >= 30


def test_the_list_of_feeds_is_walked_by_offsets(stage: Stage) -> None:
    def script(asked: Asked, _: int) -> Reply:
        offset = int(asked.query["offset"])
        feeds = [
            {"feedId": str(n), "feedType": "inventory", "feedStatus": "PROCESSED"}
            | {"itemsReceived": 1, "itemsSucceeded": 1, "itemsFailed": 0}
            for n in range(offset, min(offset + 2, 5))
        ]
        return Reply(200, {"totalResults": 5, "offset": offset, "limit": 2, "results": {"feed": feeds}})

    scene = stage(script)
    found = scene.ask(lambda client: client.feeds.list(page_size=2))
    assert ([feed.feed_id for feed in found], len(scene.rogue.calls)) == (list("01234"), 3)
