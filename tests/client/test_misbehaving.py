"""Against a server that misbehaves, every call ends with the right result or a typed error, in so many requests."""

from decimal import Decimal
from typing import Any

import pytest

from onhand.client import (
    Dropped,
    NotConnected,
    NotFound,
    Policy,
    Quantity,
    Refused,
    ServerFailed,
    Throttled,
    TimedOut,
    Unauthorized,
    Unreadable,
)
from onhand.client.policy import wait_seconds
from onhand.client.steps import Failure
from tests.client.conftest import Stage
from tests.client.rogue import Drop, Reply, Stall, in_turn, said
from tests.client.world import HTTP_NOW

GTIN = "00012947218283"
IMPATIENT = Policy(attempt_seconds=0.5, backoff_seconds=1.0)
"""Only silence takes real time."""
GOOD = Reply(200, {"sku": "S", "gtin": GTIN, "quantity": {"unit": "EACH", "amount": 23}})


def read(client: Any) -> Any:
    return client.inventory.get(gtin=GTIN, ship_node="n")


def write(client: Any) -> Any:
    return client.inventory.set(gtin=GTIN, ship_node="n", amount=23)


def let_in(client: Any) -> Any:
    """A write that is not safe to repeat: each time another secret is made."""
    return client.onboarding.add_client("app", "acme")


@pytest.mark.parametrize("trouble", [said(500), said(503), Reply(502, b"<html>"), Drop(), Reply(200, b"{}", cut=1)])
def test_a_read_is_asked_again_after_trouble(stage: Stage, trouble: Any) -> None:
    scene = stage(in_turn(trouble, trouble, GOOD))
    assert scene.ask(read).quantity.amount == 23
    # Half of 1 s and of 2 s, as the lot is 0.
    assert (len(scene.rogue.calls), scene.world.waits) == (3, [0.5, 1.0])


@pytest.mark.parametrize("trouble", [said(500), said(503), Drop(), Reply(200, b"{}", cut=1)])
def test_a_write_is_repeated_under_the_same_key_with_the_same_body(stage: Stage, trouble: Any) -> None:
    scene = stage(in_turn(trouble, GOOD))
    assert scene.ask(write).quantity.amount == 23
    first, second = scene.rogue.calls
    assert first.headers["idempotency-key"] == second.headers["idempotency-key"]
    assert (first.body, first.headers["wm_qos.correlation_id"]) == (
        second.body,
        second.headers["wm_qos.correlation_id"],
    )


def test_a_server_that_says_nothing_is_asked_again_if_that_is_safe(stage: Stage) -> None:
    scene = stage(in_turn(Stall(), GOOD), IMPATIENT)
    assert scene.ask(write).quantity.amount == 23
    assert len({asked.headers["idempotency-key"] for asked in scene.rogue.calls}) == 1


def test_a_server_that_says_nothing_is_given_up(stage: Stage) -> None:
    scene = stage(in_turn(Stall()), IMPATIENT)
    with pytest.raises(TimedOut):
        scene.ask(let_in)
    assert len(scene.rogue.calls) == 1


def test_two_writes_have_two_keys(stage: Stage) -> None:
    scene = stage(in_turn(GOOD))
    scene.ask(write)
    scene.ask(write)
    assert len({asked.headers["idempotency-key"] for asked in scene.rogue.calls}) == 2


@pytest.mark.parametrize(("trouble", "error"), [(said(500), ServerFailed), (Drop(), Dropped)])
def test_what_is_not_safe_to_repeat_is_not_repeated(stage: Stage, trouble: Any, error: type[Exception]) -> None:
    scene = stage(in_turn(trouble))
    with pytest.raises(error):
        scene.ask(let_in)
    assert (len(scene.rogue.calls), scene.world.waits) == (1, [])


def test_what_was_throttled_was_not_done_and_is_repeated_whatever_it_is(stage: Stage) -> None:
    scene = stage(in_turn(said(429, Retry_After="7"), Reply(200, {"clientId": "app", "partner": "acme"})))
    assert scene.ask(let_in).client_id == "app"
    assert (len(scene.rogue.calls), scene.world.waits) == (2, [7.0])


@pytest.mark.parametrize(("trouble", "error"), [(said(500), ServerFailed), (Drop(), Dropped)])
def test_trouble_that_does_not_end_is_a_typed_error_after_so_many_attempts(
    stage: Stage, trouble: Any, error: type[Exception]
) -> None:
    scene = stage(in_turn(trouble), Policy(backoff_seconds=1.0, attempts_max=3))
    with pytest.raises(error) as raised:
        scene.ask(read)
    assert (len(scene.rogue.calls), scene.world.waits) == (3, [0.5, 1.0])
    assert (raised.value.attempts, raised.value.operation) == (3, "GET /v3/inventory")  # type: ignore[attr-defined]
    assert "tried 3 times" in str(raised.value)


def test_waiting_grows_to_its_bound_and_half_of_it_is_drawn_by_lot(stage: Stage) -> None:
    scene = stage(in_turn(said(500)), Policy(backoff_seconds=1.0, backoff_seconds_max=3.0, attempts_max=5))
    scene.world.lot = 1.0
    with pytest.raises(ServerFailed):
        scene.ask(read)
    assert scene.world.waits == [1.0, 2.0, 3.0, 3.0]


@pytest.mark.parametrize("trouble", [Drop(), said(500), said(503)])
def test_what_is_gone_when_its_removal_is_repeated_was_removed(stage: Stage, trouble: Any) -> None:
    scene = stage(in_turn(trouble, said(404, "not-found")))
    assert scene.ask(lambda client: client.catalogue.remove_sku("10000000001", "S")) is None
    assert [asked.method for asked in scene.rogue.calls] == ["DELETE", "DELETE"]


@pytest.mark.parametrize("before", [[], [said(429, Retry_After="1")]])
def test_what_was_never_there_is_not_found(stage: Stage, before: list[Reply]) -> None:
    scene = stage(in_turn(*before, said(404, "not-found")))
    with pytest.raises(NotFound):
        scene.ask(lambda client: client.catalogue.remove_sku("10000000001", "S"))


def test_waiting_has_its_bound_after_any_number_of_attempts() -> None:
    assert wait_seconds(Policy(backoff_seconds_max=3.0), Failure("dropped", ""), 100_000, 1.0) == 3.0


def test_retry_after_is_waited_for_in_full(stage: Stage) -> None:
    scene = stage(in_turn(said(429, Retry_After="40"), said(503, Retry_After="3"), GOOD))
    assert scene.ask(read).quantity.amount == 23
    assert scene.world.waits == [40.0, 3.0]


def test_a_retry_after_of_nothing_is_no_busy_loop(stage: Stage) -> None:
    scene = stage(in_turn(said(429, Retry_After="0")), Policy(backoff_seconds=1.0, attempts_max=3))
    with pytest.raises(Throttled):
        scene.ask(read)
    assert (len(scene.rogue.calls), scene.world.waits) == (3, [0.5, 1.0])


@pytest.mark.parametrize("told", ["\xb2", "-5", "1.5", "soon", "Thu, 05 Mar 99999 12:00:00 GMT"])
def test_a_retry_after_that_is_none_is_as_if_nothing_was_said(stage: Stage, told: str) -> None:
    scene = stage(in_turn(said(429, Retry_After=told, Date=HTTP_NOW), GOOD))
    scene.ask(read)
    assert scene.world.waits == [0.5]


def test_a_retry_after_without_end_is_not_begun(stage: Stage) -> None:
    scene = stage(in_turn(said(429, Retry_After="9" * 400)))
    with pytest.raises(Throttled):
        scene.ask(read)
    assert (len(scene.rogue.calls), scene.world.waits) == (1, [])


def test_what_leads_elsewhere_is_not_followed_with_credentials(stage: Stage) -> None:
    scene = stage(in_turn(Reply(302, {}, {"Location": "/elsewhere"}), GOOD))
    with pytest.raises(Refused) as raised:
        scene.ask(read)
    assert (raised.value.status, len(scene.rogue.calls)) == (302, 1)
    assert "It leads on to '/elsewhere'" in str(raised.value)


def test_retry_after_as_a_date_is_measured_by_the_server_s_clock(stage: Stage) -> None:
    later = "Thu, 05 Mar 2026 12:00:09 GMT"
    scene = stage(in_turn(said(503, Retry_After=later, Date=HTTP_NOW), GOOD))
    scene.ask(read)
    assert scene.world.waits == [9.0]


def test_a_wait_that_is_longer_than_the_call_may_last_is_not_begun(stage: Stage) -> None:
    scene = stage(in_turn(said(429, "REQUEST_THRESHOLD_VIOLATED.GMP_GATEWAY_API", Retry_After="101")))
    with pytest.raises(Throttled) as raised:
        scene.ask(read)
    assert (len(scene.rogue.calls), scene.world.waits, raised.value.retry_after_seconds) == (1, [], 101.0)
    assert "Come again in 101 s" in str(raised.value)


@pytest.mark.contract("GW-15")
def test_without_retry_after_the_next_token_is_waited_for(stage: Stage) -> None:
    spent = {
        "X-Current-Token-Count": "0",
        "x-next-replenish-time": "2026-03-05T12:00:20Z",
        "Date": HTTP_NOW,
    }
    scene = stage(in_turn(Reply(429, {"error": []}, spent), GOOD))
    scene.ask(read)
    assert scene.world.waits == [20.0]


@pytest.mark.contract("GW-15")
def test_an_operation_without_tokens_left_is_not_asked_for_before_the_next_one(stage: Stage) -> None:
    spent = {
        "X-Current-Token-Count": "0",
        "X-Next-Replenishment-Time": "2026-03-05T12:00:20.5Z",
        "Date": HTTP_NOW,
    }
    scene = stage(in_turn(GOOD._replace(headers=spent), GOOD))
    scene.ask(read)
    scene.ask(write)
    assert scene.world.waits == []
    scene.ask(read)
    assert (scene.world.waits, len(scene.rogue.calls)) == ([20.5], 3)


@pytest.mark.contract("GW-12")
@pytest.mark.parametrize(
    "refusal",
    [said(401, "UNAUTHORIZED.GMP_GATEWAY_API"), said(400, "INVALID_TOKEN.GMP_GATEWAY_API")],
)
def test_a_token_that_is_refused_is_renewed_once(stage: Stage, refusal: Reply) -> None:
    scene = stage(in_turn(GOOD, refusal, GOOD))
    scene.ask(read)
    assert scene.ask(write).quantity.amount == 23
    tokens = [asked.headers["wm_sec.access_token"] for asked in scene.rogue.calls]
    assert (tokens, scene.rogue.tokens, scene.world.waits) == (["token-1", "token-1", "token-2"], 2, [])


def test_a_fresh_token_that_is_refused_too_is_an_error(stage: Stage) -> None:
    scene = stage(in_turn(said(401, "UNAUTHORIZED.GMP_GATEWAY_API")))
    with pytest.raises(Unauthorized) as raised:
        scene.ask(read)
    assert (len(scene.rogue.calls), scene.rogue.tokens, raised.value.status) == (2, 2, 401)


def test_another_400_renews_nothing(stage: Stage) -> None:
    scene = stage(in_turn(said(400, "INVALID_REQUEST_PARAM.GMP_INVENTORY_API")))
    with pytest.raises(Refused):
        scene.ask(read)
    assert (len(scene.rogue.calls), scene.rogue.tokens) == (1, 1)


@pytest.mark.contract("GW-06")
def test_a_token_is_renewed_before_it_expires(stage: Stage) -> None:
    scene = stage(in_turn(GOOD))
    scene.ask(read)
    scene.world.now += 839.0
    scene.ask(read)
    assert scene.rogue.tokens == 1
    # A minute before its end.
    scene.world.now += 1.0
    scene.ask(read)
    assert scene.rogue.tokens == 2


def test_a_token_that_lives_shortly_is_kept_for_nine_tenths_of_its_life(stage: Stage) -> None:
    scene = stage(in_turn(GOOD))
    scene.rogue.token_seconds = 10
    scene.ask(read)
    scene.world.now += 8.9
    scene.ask(read)
    assert scene.rogue.tokens == 1
    scene.world.now += 0.1
    scene.ask(read)
    assert scene.rogue.tokens == 2


def test_a_body_that_is_not_what_the_contract_says_is_unreadable_and_not_asked_for_again(stage: Stage) -> None:
    scene = stage(in_turn(Reply(200, {"sku": 5})))
    with pytest.raises(Unreadable, match="GET /v3/inventory"):
        scene.ask(read)
    assert len(scene.rogue.calls) == 1


@pytest.mark.parametrize(
    ("answer", "told"),
    [
        (Reply(200, b"<html>", {"Content-Type": "text/html"}), "it is text/html and starts '<html>'"),
        (Reply(200, b""), "it is empty"),
        (Reply(204, b""), "it is empty"),
    ],
)
def test_an_answer_that_is_no_json_says_what_it_is_instead(stage: Stage, answer: Reply, told: str) -> None:
    scene = stage(in_turn(answer))
    with pytest.raises(Unreadable, match=told) as raised:
        scene.ask(read)
    assert raised.value.correlation_id == scene.rogue.calls[0].headers["wm_qos.correlation_id"]


def test_nulls_stand_for_what_is_left_out(stage: Stage) -> None:
    scene = stage(in_turn(Reply(200, {"sku": "S", "gtin": None, "quantity": {"unit": None, "amount": "23"}})))
    assert scene.ask(read).quantity == Quantity(unit="EACH", amount=23)


def test_a_null_for_what_has_to_be_there_is_unreadable(stage: Stage) -> None:
    scene = stage(in_turn(Reply(200, {"sku": None, "quantity": {"amount": 23}})))
    with pytest.raises(Unreadable, match=r"got `null` - at `\$.sku`"):
        scene.ask(read)


def test_decimals_beside_nulls_stay_exact(stage: Stage) -> None:
    body = b"""{"supplier": "A", "storeNbr": 45, "gtin": "00044444444444", "locationArea": "STORE",
        "state": "AVAILABLE", "quantity": 1234567890123.0001, "lastUpdatedTime": "2024-01-23T00:15:03",
        "inventoryByLocation": null}"""
    scene = stage(in_turn(Reply(200, body)))
    found = scene.ask(lambda client: client.stores.available(45, "00044444444444"))
    assert (found.quantity, found.inventory_by_location) == (Decimal("1234567890123.0001"), ())


def test_an_answer_larger_than_allowed_is_given_up(stage: Stage) -> None:
    scene = stage(in_turn(Reply(200, b" " * 5_000)), Policy(answer_bytes_max=4_096))
    with pytest.raises(Unreadable, match="4,096 bytes"):
        scene.ask(read)
    assert len(scene.rogue.calls) == 1


def test_nobody_there_is_a_typed_error(stage: Stage) -> None:
    scene = stage(in_turn(GOOD), Policy(attempts_max=2))
    scene.rogue._server.server_close()
    with pytest.raises(NotConnected):
        scene.ask(read)
    assert scene.world.waits == [0.25]


def test_pages_that_lead_in_a_circle_are_found_out(stage: Stage) -> None:
    page = {"meta": {"totalCount": 9, "nextCursor": "again"}, "elements": {"inventories": []}}
    scene = stage(in_turn(Reply(200, page)))
    with pytest.raises(Unreadable, match="circle"):
        scene.ask(lambda client: client.inventory.list())
    assert len(scene.rogue.calls) == 2


def test_pages_that_lead_in_a_wide_circle_are_found_out_too(stage: Stage) -> None:
    def script(_: Any, number: int) -> Reply:
        page = {"meta": {"totalCount": 9, "nextCursor": f"place-{number % 5}"}, "elements": {"inventories": []}}
        return Reply(200, page)

    scene = stage(script)
    with pytest.raises(Unreadable, match="circle"):
        scene.ask(lambda client: client.inventory.list())
    assert len(scene.rogue.calls) < 20


def test_a_walk_goes_on_when_its_token_expires_in_the_middle(stage: Stage) -> None:
    def script(asked: Any, number: int) -> Reply:
        if number == 2:
            return said(401, "UNAUTHORIZED.GMP_GATEWAY_API")
        place = int(asked.query.get("nextCursor", 0))
        meta = {"totalCount": 3, **({"nextCursor": str(place + 1)} if place < 2 else {})}
        return Reply(200, {"meta": meta, "elements": {"inventories": [{"sku": f"s{place}", "nodes": []}]}})

    scene = stage(script)
    rows = scene.ask(lambda client: client.inventory.list())
    assert ([row.sku for row in rows], len(scene.rogue.calls), scene.rogue.tokens) == (["s0", "s1", "s2"], 4, 2)


def test_a_walk_that_broke_off_goes_on_at_the_place_that_the_last_page_named(stage: Stage) -> None:
    def script(asked: Any, _: int) -> Reply:
        place = int(asked.query.get("nextCursor", 0))
        if place == 2 and not mended:
            return said(403)
        meta = {"totalCount": 4, **({"nextCursor": str(place + 1)} if place < 3 else {})}
        return Reply(200, {"meta": meta, "elements": {"inventories": [{"sku": f"s{place}", "nodes": []}]}})

    def skus(start: str | None) -> list[str]:
        for page in scene.ask.pages(lambda client: client.inventory.list(), start):
            places.append(page.following)
            found.extend(row.sku for row in page.rows)
        return found

    found: list[str] = []
    places: list[str | None] = []
    mended = False
    scene = stage(script)
    with pytest.raises(Refused):
        skus(None)
    mended = True
    assert skus(places[-1]) == ["s0", "s1", "s2", "s3"]
    assert len(scene.rogue.calls) == 5


def test_an_answer_that_drips_is_given_up_when_its_time_is_over(stage: Stage) -> None:
    scene = stage(in_turn(Reply(200, b" " * 4_000_000)), Policy(attempts_max=1, attempt_seconds=10.0))
    # Each look at the clock finds half a second gone: the body's many pieces take longer than the attempt may.
    scene.world.step = 0.5
    with pytest.raises(TimedOut, match="to its end"):
        scene.ask(read)
    assert len(scene.rogue.calls) == 1
