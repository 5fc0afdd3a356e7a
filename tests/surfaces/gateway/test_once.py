"""Idempotency keys (DS-11)."""

import asyncio
from typing import Any

import httpx
import pytest

from onhand.partners.answers import forget_old_answers, partners_with_clients
from onhand.store.database import Database
from onhand.store.queries import Query
from onhand.surfaces.plumbing.throttling import Rate
from tests.conftest import FrozenClock
from tests.dropship.feeds.yard import file_of, row
from tests.surfaces.gateway.counter import GTIN, NODE, OTHER_NODE, SELLER_NODE, SKU, Counter, errors
from tests.surfaces.gateway.test_inventory import declare, each

pytestmark = pytest.mark.contract("DS-11")

CONFLICT = ("INVALID_REQUEST.GMP_INVENTORY_API", "Idempotency-Key")
COUNTS = "SELECT COUNT(*) FROM leg"
KEYS = "SELECT COUNT(*) FROM idempotency_key"


async def count(counter: Counter, text: str) -> int:
    row = await counter.database.one(Query("of_a_test", text, text))
    assert row is not None
    return int(row[0])


async def put(counter: Counter, key: str, amount: int = 7, node: str = NODE, **headers: Any) -> httpx.Response:
    body = {"gtin": GTIN, "availabilityCode": "AC", "quantity": each(amount)}
    sent = {"Idempotency-Key": key, **headers}
    return await counter.send("PUT", "/inventory/update", parameters={"shipNode": node}, json=body, headers=sent)


async def test_a_repeat_is_answered_the_same_and_done_once(shelves: Counter) -> None:
    first = await put(shelves, "k")
    await declare(shelves, 1)
    again = await put(shelves, "k")
    assert (again.status_code, again.content) == (200, first.content)
    for name in ("content-type", "etag", "content-length"):
        assert again.headers[name] == first.headers[name]
    read = await shelves.get("/inventory", gtin=GTIN, shipNode=NODE)
    assert read.json()["quantity"] == each(1)


async def test_a_repeat_in_xml_is_answered_in_xml(shelves: Counter) -> None:
    first = await put(shelves, "k", Accept="application/xml")
    again = await put(shelves, "k", Accept="application/xml")
    assert again.content == first.content
    assert again.headers["content-type"] == first.headers["content-type"]


async def test_another_request_under_a_key_is_a_conflict(shelves: Counter) -> None:
    await put(shelves, "k")
    assert errors(await put(shelves, "k", amount=8), 409) == [CONFLICT]
    assert errors(await put(shelves, "k", node=OTHER_NODE), 409) == [CONFLICT]
    assert (await put(shelves, "another", amount=8)).status_code == 200


async def test_a_key_is_its_clients_own(shelves: Counter) -> None:
    await put(shelves, "k")
    body = {"sku": SKU, "quantity": each(3)}
    answer = await shelves.send(
        "PUT",
        "/inventory",
        client="seller",
        parameters={"shipNode": SELLER_NODE},
        json=body,
        headers={"Idempotency-Key": "k"},
    )
    assert answer.json() == {"sku": SKU, "quantity": each(3)}


async def test_a_refusal_leaves_no_trace(shelves: Counter) -> None:
    assert (await put(shelves, "k", node="none")).status_code == 404
    assert await count(shelves, KEYS) == 0
    assert (await put(shelves, "k")).status_code == 200


async def test_a_repeat_is_answered_though_its_tag_is_stale_by_itself(shelves: Counter) -> None:
    await declare(shelves, 1)
    tag = (await shelves.get("/inventory", gtin=GTIN, shipNode=NODE)).headers["etag"]
    first = await put(shelves, "k", **{"If-Match": tag})
    again = await put(shelves, "k", **{"If-Match": tag})
    assert (first.status_code, again.content) == (200, first.content)


async def test_repeats_at_the_same_moment_run_once(shelves: Counter) -> None:
    await shelves.token()
    answers = await asyncio.gather(*(put(shelves, "k") for _ in range(8)))
    assert {(answer.status_code, answer.content, answer.headers["etag"]) for answer in answers} == {
        (200, answers[0].content, answers[0].headers["etag"])
    }
    assert (await count(shelves, COUNTS), await count(shelves, KEYS)) == (1, 1)


async def test_different_requests_at_the_same_moment_under_one_key_let_one_through(shelves: Counter) -> None:
    await shelves.token()
    answers = await asyncio.gather(*(put(shelves, "k", amount) for amount in range(8)))
    assert sorted(answer.status_code for answer in answers) == [200] + [409] * 7
    assert await count(shelves, COUNTS) == 1


@pytest.mark.parametrize("key", ["", "x" * 256, "a\tb", "é"])
async def test_what_is_no_key_is_refused(shelves: Counter, key: str) -> None:
    answer = await put(shelves, key.encode("latin-1"))
    assert errors(answer, 400) == [("INVALID_REQUEST_HEADER.GMP_INVENTORY_API", "Idempotency-Key")]


async def test_a_key_may_have_255_characters(shelves: Counter) -> None:
    assert (await put(shelves, "x" * 255)).status_code == 200


async def test_keys_are_forgotten_after_their_time(shelves: Counter) -> None:
    await put(shelves, "old")
    shelves.clock.advance(60)
    await put(shelves, "new")
    partners = await partners_with_clients(shelves.database)
    assert await forget_old_answers(shelves.database, partners, shelves.clock()) == 1
    assert errors(await put(shelves, "new", amount=8), 409) == [CONFLICT]
    assert (await put(shelves, "old", amount=8)).status_code == 200


@pytest.mark.contract("GW-16")
async def test_a_feed_that_is_sent_again_is_answered_though_the_limit_is_reached(
    database: Database, clock: FrozenClock
) -> None:
    counter = Counter(database, clock, rates={"feed_submit": Rate.of(1, 3600)})
    await counter.open()

    async def send(key: str, boundary: str) -> httpx.Response:
        part = b'Content-Disposition: form-data; name="file"\r\n\r\n' + file_of([row()])
        content = b"--%b\r\n%b\r\n--%b--\r\n" % (boundary.encode(), part, boundary.encode())
        headers = {"Content-Type": f"multipart/form-data; boundary={boundary}", "Idempotency-Key": key}
        parameters = {"feedType": "DSV_INVENTORY"}
        return await counter.send("POST", "/feeds", parameters=parameters, headers=headers, content=content)

    first, again, other = await send("k", "one"), await send("k", "two"), await send("another", "one")
    assert (first.status_code, again.content, other.status_code) == (200, first.content, 429)
    assert await count(counter, "SELECT COUNT(*) FROM feed") == 1
    await counter.client.aclose()
