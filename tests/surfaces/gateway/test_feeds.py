"""Feeds at the gateway: taken, refused, followed, listed, and their errors sent back."""

import json
from collections.abc import AsyncIterator
from typing import Any

import httpx
import pytest

from onhand.dropship.declaring import declare
from onhand.dropship.feeds import processing
from onhand.dropship.feeds.processing import FeedProcessor
from onhand.dropship.feeds.taking import LANE
from onhand.store.database import Database
from onhand.store.queries import Query
from onhand.surfaces.gateway.xml_forms import read_xml
from onhand.work.worker import Worker
from tests.conftest import FrozenClock
from tests.dropship.feeds.yard import HEADER, file_of, row
from tests.surfaces.gateway.counter import (
    FOREIGN_NODE,
    GTIN,
    NODE,
    OTHER_GTIN,
    OTHER_NODE,
    OTHER_SELLER_NODE,
    SELLER_NODE,
    SKU,
    Counter,
)

DSV = {"feedType": "DSV_INVENTORY"}
XML = f"""<?xml version="1.0" encoding="UTF-8"?>
<InventoryFeed xmlns="http://walmart.com/"><InventoryHeader><version>1.4</version></InventoryHeader>
<inventory><sku>{SKU}</sku><quantity><unit>EACH</unit><amount>11</amount></quantity></inventory>
</InventoryFeed>"""


class Feeds:
    """Sends feeds to a counter and has them processed."""

    def __init__(self, counter: Counter) -> None:
        self.counter = counter
        processor = FeedProcessor(counter.database, counter.clock)
        self.worker = Worker(counter.database, counter.clock, {LANE: processor.process}, new_id=counter.new_id)

    async def post(self, *, client: str = "vendor", parameters: Any = None, **body: Any) -> httpx.Response:
        return await self.counter.send("POST", "/feeds", client=client, parameters=parameters or DSV, **body)

    async def sent(self, content: bytes, **named: Any) -> str:
        """The id of a feed that was taken and processed."""
        headers = {"Content-Type": "application/json", **named.pop("headers", {})}
        answer = await self.post(content=content, headers=headers, **named)
        assert answer.status_code == 200, answer.text
        await self.worker.run_due()
        return str(answer.json()["feedId"])

    async def get(self, feed_id: str, *, client: str = "vendor", **parameters: str) -> httpx.Response:
        return await self.counter.send("GET", f"/feeds/{feed_id}", client=client, parameters=parameters)

    async def count(self) -> int:
        rows = await self.counter.database.all(Query("count", "SELECT COUNT(*) FROM feed", "SELECT COUNT(*) FROM feed"))
        return int(rows[0][0])

    async def units(self, node: str = NODE, gtin: str = GTIN) -> int | None:
        text = (
            "SELECT s.quantity FROM stock s JOIN location l ON l.location_id = s.location_id"
            f" WHERE l.code = '{node}' AND s.item_id = {int(gtin)} AND s.state = 0"
        )
        rows = await self.counter.database.all(Query("units", text, text))
        return rows[0][0] // 10_000 if rows else None


@pytest.fixture
async def feeds(database: Database, clock: FrozenClock) -> AsyncIterator[Feeds]:
    counter = Counter(database, clock)
    await counter.open()
    await counter.stock_shelves()
    yield Feeds(counter)
    await counter.client.aclose()


def good(quantity: int = 5, node: str = NODE, gtin: str = GTIN) -> dict[str, Any]:
    return row(gtin, node, quantity=quantity)


def errors_of(answer: httpx.Response) -> list[tuple[str, str]]:
    return [(error["code"], error["field"]) for error in answer.json()["error"]]


@pytest.mark.contract("DS-13", "DS-15", "DS-16", "DS-17")
async def test_a_feed_is_taken_at_once_and_processed_afterwards(feeds: Feeds) -> None:
    answer = await feeds.post(json=json.loads(file_of([good(), good(7, OTHER_NODE, OTHER_GTIN)])))
    assert answer.status_code == 200
    feed_id = answer.json()["feedId"]
    digits, _, suffix = feed_id.partition("@")
    assert (len(digits), digits == digits.upper(), 0 < len(suffix) < 10, list(answer.json())) == (
        32,
        True,
        True,
        ["feedId"],
    )
    assert feeds.counter.wakes == 1
    before = (await feeds.get(feed_id, includeDetails="true")).json()
    assert (before["feedStatus"], before["itemsProcessing"], before["itemsSucceeded"]) == ("RECEIVED", 2, 0)
    statuses = [each["ingestionStatus"] for each in before["itemDetails"]["itemIngestionStatus"]]
    assert statuses == ["INPROGRESS", "INPROGRESS"]
    await feeds.worker.run_due()
    after = (await feeds.get(feed_id, includeDetails="true")).json()
    assert (after["feedStatus"], after["itemsProcessing"], after["itemsSucceeded"]) == ("PROCESSED", 0, 2)
    assert after["itemDetails"]["itemIngestionStatus"][1] == {
        "martId": 0,
        "sku": OTHER_GTIN,
        "index": 1,
        "productIdentifiers": {"productIdentifier": [{"productIdType": "GTIN", "productId": OTHER_GTIN}]},
        "shipNode": OTHER_NODE,
        "ingestionStatus": "SUCCESS",
        "ingestionErrors": {"ingestionError": []},
    }
    assert (after["feedId"], after["feedSubmissionDate"]) == (feed_id, feeds.counter.clock() // 1000)
    assert (after["offset"], after["limit"], "nextCursor" in after) == (0, 50, False)
    assert len(after["activityId"]) == 8


@pytest.mark.contract("DS-16")
async def test_without_details_the_list_is_empty_and_the_counts_stand(feeds: Feeds) -> None:
    feed_id = await feeds.sent(file_of([good(), row(quantity=-1)]))
    answer = (await feeds.get(feed_id)).json()
    assert answer["itemDetails"] == {"itemIngestionStatus": []}
    assert (answer["itemsReceived"], answer["itemsSucceeded"], answer["itemsFailed"]) == (2, 1, 1)


@pytest.mark.contract("DS-16")
async def test_the_id_is_taken_with_its_at_sign_raw_and_escaped(feeds: Feeds) -> None:
    feed_id = await feeds.sent(file_of([good()]))
    for written in (feed_id, feed_id.replace("@", "%40")):
        assert (await feeds.get(written)).json()["feedId"] == feed_id


@pytest.mark.contract("DS-14")
@pytest.mark.parametrize("name", ["feed.json", None])
async def test_the_file_may_be_a_field_of_a_form(feeds: Feeds, name: str | None) -> None:
    answer = await feeds.post(files={"other": (None, b"x"), "file": (name, file_of([good(9)]), "application/json")})
    assert answer.status_code == 200, answer.text
    await feeds.worker.run_due()
    assert await feeds.units() == 9


@pytest.mark.contract("DS-14")
@pytest.mark.parametrize(
    ("content", "content_type", "code"),
    [
        (b"--b\r\n", "multipart/form-data; boundary=b", "INVALID_REQUEST_CONTENT.GMP_FEED_API"),
        (b"junk", "multipart/form-data; boundary=b", "MALFORMED_REQUEST_CONTENT.GMP_FEED_API"),
        (b"junk", "multipart/form-data", "MALFORMED_REQUEST_CONTENT.GMP_FEED_API"),
        (b"junk", f"multipart/form-data; boundary={'b' * 5_000}", "MALFORMED_REQUEST_CONTENT.GMP_FEED_API"),
    ],
)
async def test_a_form_without_the_file_is_refused(feeds: Feeds, content: bytes, content_type: str, code: str) -> None:
    answer = await feeds.post(content=content, headers={"Content-Type": content_type})
    assert (answer.status_code, errors_of(answer)[0][0], await feeds.count()) == (400, code, 0)


@pytest.mark.contract("DS-14")
@pytest.mark.parametrize("content_type", ["application/xml", "text/xml; charset=utf-8"])
async def test_an_xml_feed_of_the_older_form_is_taken(feeds: Feeds, content_type: str) -> None:
    named = {"client": "seller", "parameters": {"feedType": "inventory"}, "headers": {"Content-Type": content_type}}
    feed_id = await feeds.sent(XML.encode(), **named)
    assert await feeds.units(SELLER_NODE) == 11
    answer = (await feeds.get(feed_id, client="seller", includeDetails="true")).json()
    assert answer["itemDetails"]["itemIngestionStatus"][0]["sku"] == SKU


@pytest.mark.contract("DS-14")
async def test_the_elements_of_an_xml_row_are_read_in_any_case(feeds: Feeds) -> None:
    content = XML.replace("quantity>", "Quantity>").replace("amount>", "Amount>").replace("sku>", "Sku>")
    headers = {"Content-Type": "application/xml"}
    await feeds.sent(content.encode(), client="seller", parameters={"feedType": "inventory"}, headers=headers)
    assert await feeds.units(SELLER_NODE) == 11


@pytest.mark.contract("DS-14")
async def test_the_node_of_the_query_is_that_of_rows_without_one(feeds: Feeds) -> None:
    file = {
        "InventoryHeader": {"version": "1.4"},
        "Inventory": [{"sku": SKU, "quantity": {"unit": "EACH", "amount": 4}}],
    }
    named: dict[str, Any] = {"client": "seller", "parameters": {"feedType": "inventory", "shipNode": OTHER_SELLER_NODE}}
    await feeds.sent(json.dumps(file).encode(), **named)
    assert (await feeds.units(OTHER_SELLER_NODE), await feeds.units(SELLER_NODE)) == (4, None)
    named["parameters"] = {"feedType": "inventory", "shipNode": FOREIGN_NODE}
    refused = await feeds.post(json=file, **named)
    assert (refused.status_code, errors_of(refused)) == (404, [("CONTENT_NOT_FOUND.GMP_FEED_API", "shipNode")])


@pytest.mark.contract("DS-13")
async def test_a_dsv_feed_in_xml_is_refused(feeds: Feeds) -> None:
    answer = await feeds.post(content=XML.encode(), headers={"Content-Type": "application/xml"})
    assert (answer.status_code, errors_of(answer)[0][0]) == (415, "UNSUPPORTED_MEDIA_TYPE.GMP_FEED_API")


@pytest.mark.contract("DS-14")
@pytest.mark.parametrize(
    ("parameters", "code"),
    [({"feedType": "item"}, "INVALID_REQUEST_PARAM"), ({"x": "y"}, "MISSING_REQUEST_PARAM")],
)
async def test_another_feed_type_is_refused_with_those_that_are_taken(
    feeds: Feeds, parameters: dict[str, str], code: str
) -> None:
    answer = await feeds.post(parameters=parameters, json={})
    assert (answer.status_code, errors_of(answer)) == (400, [(f"{code}.GMP_FEED_API", "feedType")])
    assert "DSV_INVENTORY, inventory, MP_INVENTORY" in answer.json()["error"][0]["description"]


@pytest.mark.contract("DS-15")
async def test_what_is_not_json_is_refused_and_a_malformed_file_is_an_error_feed(feeds: Feeds) -> None:
    headers = {"Content-Type": "application/json"}
    refused = await feeds.post(content=b"{", headers=headers)
    assert (refused.status_code, errors_of(refused)) == (400, [("MALFORMED_REQUEST_CONTENT.GMP_FEED_API", "body")])
    assert await feeds.count() == 0
    feed_id = await feeds.sent(json.dumps({"InventoryFeedHeader": HEADER}).encode())
    answer = (await feeds.get(feed_id)).json()
    assert (answer["feedStatus"], answer["itemsReceived"]) == ("ERROR", 0)
    assert answer["ingestionErrors"]["ingestionError"][0]["code"] == "ERR_INVALID_FILE"


@pytest.mark.contract("DS-21")
async def test_too_many_records_are_refused_and_nothing_is_stored(feeds: Feeds) -> None:
    answer = await feeds.post(json=json.loads(file_of([good()] * 1_001)))
    assert (answer.status_code, await feeds.count(), feeds.counter.wakes) == (413, 0, 0)


@pytest.mark.contract("DS-21")
async def test_too_many_bytes_are_refused_before_they_are_read(feeds: Feeds) -> None:
    read: list[bool] = []

    async def body() -> AsyncIterator[bytes]:
        read.append(True)
        yield b"{}"

    headers = {"Content-Type": "application/json", "Content-Length": "1000001"}
    answer = await feeds.post(content=body(), headers=headers)
    assert (answer.status_code, read, await feeds.count()) == (413, [], 0)


@pytest.mark.contract("DS-11")
async def test_a_feed_sent_again_under_its_key_is_taken_once(feeds: Feeds) -> None:
    headers = {"Content-Type": "application/json", "Idempotency-Key": "k1"}
    first, again = [await feeds.post(content=file_of([good()]), headers=headers) for _ in range(2)]
    assert (first.json(), await feeds.count()) == (again.json(), 1)
    other = await feeds.post(content=file_of([good(6)]), headers=headers)
    assert (other.status_code, await feeds.count()) == (409, 1)


@pytest.mark.contract("DS-11", "DS-14")
async def test_a_form_sent_again_under_its_key_may_have_another_boundary(feeds: Feeds) -> None:
    async def send(boundary: str, quantity: int) -> httpx.Response:
        part = b'Content-Disposition: form-data; name="file"\r\n\r\n' + file_of([good(quantity)])
        content = b"--%b\r\n%b\r\n--%b--\r\n" % (boundary.encode(), part, boundary.encode())
        headers = {"Content-Type": f"multipart/form-data; boundary={boundary}", "Idempotency-Key": "k1"}
        return await feeds.post(content=content, headers=headers)

    first, again = await send("one", 5), await send("two", 5)
    assert (first.status_code, first.json(), await feeds.count()) == (200, again.json(), 1)
    assert ((await send("three", 6)).status_code, await feeds.count()) == (409, 1)


@pytest.mark.contract("GW-13")
async def test_a_bad_feed_type_and_a_bad_key_are_told_at_once(feeds: Feeds) -> None:
    headers = {"Content-Type": "application/json", "Idempotency-Key": ""}
    answer = await feeds.post(content=file_of([good()]), parameters={"feedType": "item"}, headers=headers)
    assert {field for _, field in errors_of(answer)} == {"feedType", "Idempotency-Key"}


@pytest.mark.contract("DS-16")
async def test_pages_by_cursor_give_each_row_once(feeds: Feeds) -> None:
    feed_id = await feeds.sent(file_of([row(f"{number:014d}") for number in range(990)]))
    seen: list[int] = []
    parameters = {"includeDetails": "true", "limit": "400"}
    while True:
        page = (await feeds.get(feed_id, **parameters)).json()
        assert (page["limit"], page["offset"]) == (100, len(seen))
        seen += [each["index"] for each in page["itemDetails"]["itemIngestionStatus"]]
        if "nextCursor" not in page:
            break
        parameters["nextCursor"] = page["nextCursor"]
    assert seen == list(range(990))


@pytest.mark.contract("DS-16", "GW-18")
async def test_a_cursor_serves_the_caller_and_the_feed_that_it_was_given_for(feeds: Feeds) -> None:
    first = await feeds.sent(file_of([good(), good(5, OTHER_NODE)]))
    second = await feeds.sent(file_of([good(), good(5, OTHER_NODE)]))
    cursor = (await feeds.get(first, includeDetails="true", limit="1")).json()["nextCursor"]
    for feed_id, sent in ((second, cursor), (first, cursor[:-1]), (first, "1"), (first, "")):
        answer = await feeds.get(feed_id, includeDetails="true", nextCursor=sent)
        assert (answer.status_code, errors_of(answer)) == (400, [("INVALID_REQUEST_PARAM.GMP_FEED_API", "nextCursor")])


@pytest.mark.contract("DS-16")
async def test_offset_is_for_feeds_under_a_thousand_records(feeds: Feeds) -> None:
    small = await feeds.sent(file_of([row(f"{number:014d}") for number in range(999)]))
    large = await feeds.sent(file_of([row(f"{number:014d}") for number in range(1_000)]))
    page = (await feeds.get(small, includeDetails="true", offset="998")).json()
    assert ([each["index"] for each in page["itemDetails"]["itemIngestionStatus"]], page["offset"]) == ([998], 998)
    answer = await feeds.get(large, offset="0")
    assert (answer.status_code, errors_of(answer)) == (400, [("INVALID_REQUEST_PARAM.GMP_FEED_API", "offset")])


@pytest.mark.contract("DS-16", "GW-13")
async def test_every_bad_parameter_is_told(feeds: Feeds) -> None:
    feed_id = await feeds.sent(file_of([good()]))
    answer = await feeds.get(feed_id, limit="0", offset="-1", includeDetails="maybe", nextCursor="x")
    assert answer.status_code == 400
    assert {field for _, field in errors_of(answer)} == {"limit", "offset", "includeDetails", "nextCursor"}
    for limit in ("x", "1.5", "", "٣", "9" * 30):
        assert (await feeds.get(feed_id, limit=limit)).status_code == 400


@pytest.mark.contract("DS-16")
@pytest.mark.parametrize("digits", [30, 6_000])
async def test_zeros_before_a_number_too_large_hide_nothing(feeds: Feeds, digits: int) -> None:
    feed_id = await feeds.sent(file_of([good()]))
    for path in (f"/feeds/{feed_id}", "/feeds"):
        for name in ("offset", "limit"):
            answer = await feeds.counter.send("GET", path, parameters={name: "0" * 30 + "9" * digits})
            assert (answer.status_code, errors_of(answer)[0][1]) == (400, name)
        assert (await feeds.counter.send("GET", path, parameters={"offset": "0" * 30})).status_code == 200


@pytest.mark.contract("GW-18")
async def test_another_s_feed_answers_as_an_unknown_one_does(feeds: Feeds) -> None:
    feed_id = await feeds.sent(file_of([good()]))
    unknown = "0" * 32 + "@AAAA"
    for path in ("", "/errorReport"):
        theirs, nobody_s = [await feeds.get(each + path, client="other") for each in (feed_id, unknown)]
        assert (theirs.status_code, nobody_s.status_code) == (404, 404)
        assert theirs.text.replace(feed_id, "…") == nobody_s.text.replace(unknown, "…")
    listed = await feeds.counter.send("GET", "/feeds", client="other")
    assert listed.json()["results"] == {"feed": []}


@pytest.mark.contract("DS-21")
async def test_the_list_shows_the_newest_first(feeds: Feeds) -> None:
    taken = [await feeds.sent(file_of([good(number)])) for number in range(3)]
    listed = (await feeds.counter.send("GET", "/feeds", parameters={"limit": "2"})).json()
    assert [each["feedId"] for each in listed["results"]["feed"]] == taken[:0:-1]
    assert (listed["totalResults"], listed["limit"], listed["results"]["feed"][0]["itemsSucceeded"]) == (3, 2, 1)
    one = (await feeds.counter.send("GET", "/feeds", parameters={"feedId": taken[0]})).json()
    assert [each["feedId"] for each in one["results"]["feed"]] == taken[:1]
    rest = (await feeds.counter.send("GET", "/feeds", parameters={"offset": "2"})).json()
    assert [each["feedId"] for each in rest["results"]["feed"]] == taken[:1]


@pytest.mark.contract("DS-19")
async def test_the_failed_rows_come_as_a_file_that_is_mended_and_sent_again(feeds: Feeds) -> None:
    feed_id = await feeds.sent(
        file_of([good(1), row(quantity=-4, note="mine", node=OTHER_NODE), 7, row("1", code="AB")])
    )
    answer = await feeds.counter.send("GET", f"/feeds/{feed_id}/errorReport", headers={"Accept": "*/*"})
    assert answer.headers["content-type"] == "application/json"
    assert answer.headers["content-disposition"].startswith('attachment; filename="feed-errors-')
    file = answer.json()
    assert file["InventoryFeedHeader"] == HEADER
    assert [each if isinstance(each, int) else each["quantity"] for each in file["Inventory"]] == [-4, 7, 5]
    first = file["Inventory"][0]
    assert (first["note"], first["ingestionErrors"][0]["code"]) == ("mine", "ERR_INVALID_QUANTITY")
    first["quantity"] = 4
    again = await feeds.sent(json.dumps({**file, "Inventory": [first]}).encode())
    assert (await feeds.get(again)).json()["itemsSucceeded"] == 1
    assert (await feeds.units(), await feeds.units(OTHER_NODE)) == (1, 4)


@pytest.mark.contract("DS-14", "DS-19")
@pytest.mark.parametrize("node", [{}, {"shipNode": None}, {"shipNodes": [{}]}])
async def test_a_failed_row_without_a_node_is_sent_again_to_the_node_that_was_meant(feeds: Feeds, node: Any) -> None:
    listed = [{"sku": SKU, "quantity": {"unit": "EACH", "amount": -4}, **node}]
    content = json.dumps({"InventoryHeader": {"version": "1.5"}, "Inventory": listed}).encode()
    said = {"feedType": "inventory", "shipNode": OTHER_SELLER_NODE}
    feed_id = await feeds.sent(content, client="seller", parameters=said)
    report = await feeds.get(f"{feed_id}/errorReport", client="seller")
    mended = report.content.replace(b"-4", b"4")
    await feeds.sent(mended, client="seller", parameters={"feedType": "inventory"})
    assert (await feeds.units(OTHER_SELLER_NODE), await feeds.units(SELLER_NODE)) == (4, None)


@pytest.mark.contract("DS-15", "DS-16", "DS-17")
async def test_a_feed_that_fails_on_our_side_is_an_error_of_the_system_s(
    feeds: Feeds, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def fail(*_: Any) -> None:
        raise ValueError("a defect")

    monkeypatch.setattr(processing, "apply_rows", fail)
    feed_id = await feeds.sent(file_of([good(), good(7, OTHER_NODE, OTHER_GTIN)]))
    for _ in range(4):
        feeds.counter.clock.advance(60)
        assert (await feeds.get(feed_id)).json()["feedStatus"] == "RECEIVED"
        await feeds.worker.run_due()
    found = (await feeds.get(feed_id, includeDetails="true")).json()
    counts = [found[name] for name in ("itemsReceived", "itemsSucceeded", "itemsFailed", "itemsProcessing")]
    assert (found["feedStatus"], counts) == ("ERROR", [2, 0, 2, 0])
    rows = found["itemDetails"]["itemIngestionStatus"]
    assert [each["ingestionStatus"] for each in rows] == ["SYSTEM_ERROR"] * 2
    for each in (found, *rows):
        assert [error["type"] for error in each["ingestionErrors"]["ingestionError"]] == ["SYSTEM_ERROR"]
    (listed,) = (await feeds.counter.send("GET", "/feeds", client="vendor")).json()["results"]["feed"]
    assert (listed["feedStatus"], listed["itemsFailed"], listed["itemsProcessing"]) == ("ERROR", 2, 0)
    monkeypatch.undo()
    report = await feeds.get(f"{feed_id}/errorReport")
    mended = (await feeds.get(await feeds.sent(report.content))).json()
    assert (mended["feedStatus"], mended["itemsSucceeded"], await feeds.units()) == ("PROCESSED", 2, 5)


async def test_a_feed_without_failures_has_an_empty_report(feeds: Feeds) -> None:
    feed_id = await feeds.sent(file_of([good()]))
    assert (await feeds.counter.send("GET", f"/feeds/{feed_id}/errorReport")).json()["Inventory"] == []


@pytest.mark.contract("GW-19")
async def test_who_may_only_look_sends_no_feed_but_follows_one(feeds: Feeds) -> None:
    feed_id = await feeds.sent(file_of([good()]))
    assert (await feeds.post(client="viewer", json={})).status_code == 403
    assert (await feeds.get(feed_id, client="viewer")).status_code == 200


@pytest.mark.contract("DS-10")
async def test_what_is_declared_after_a_feed_was_taken_stands_although_the_feed_is_processed_later(
    feeds: Feeds,
) -> None:
    answer = await feeds.post(json=json.loads(file_of([good(5)])))
    assert answer.status_code == 200
    node, partner_id = await feeds.counter.node(NODE), await feeds.counter.partner_id("vendor")
    said: dict[str, Any] = {"item_id": int(GTIN), "event_id": "later", "units": 8, "now": feeds.counter.clock()}
    await feeds.counter.database.write(lambda session: declare(session, node, partner_id=partner_id, code="AC", **said))
    await feeds.worker.run_due()
    assert await feeds.units() == 8


@pytest.mark.contract("DS-14", "GW-07")
async def test_who_asks_for_xml_is_answered_in_xml(feeds: Feeds) -> None:
    xml = {"Content-Type": "application/xml", "Accept": "application/xml"}
    answer = await feeds.post(client="seller", parameters={"feedType": "inventory"}, content=XML.encode(), headers=xml)
    taken = read_xml(answer.content)
    assert taken is not None
    await feeds.worker.run_due()
    path, details = f"/feeds/{taken['feedId']}", {"includeDetails": "true"}
    status = await feeds.counter.send("GET", path, client="seller", parameters=details, headers=xml)
    found = read_xml(status.content)
    assert found is not None
    assert (found["feedStatus"], found["itemDetails"]["itemIngestionStatus"]["sku"]) == ("PROCESSED", SKU)
