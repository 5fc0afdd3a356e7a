"""What sellers read of their units in fulfilment centres: the log and what is there, and never another seller's."""

from collections.abc import Sequence
from typing import Any

import pytest

from onhand.catalogue.imports import import_items, import_skus, listed
from onhand.catalogue.report import SourceRow
from onhand.fulfilment.centres import NewCentre, add_centres
from onhand.partners.clients import Scopes, add_gateway_client
from onhand.partners.onboarding import add_partner
from onhand.stock.intake import Intake
from onhand.stock.locations import Locations
from onhand.stock.messages import EventMessage
from onhand.stock.resolving import EventLimits
from onhand.surfaces.plumbing.throttling import Rate
from tests.fulfilment.warehouse import EAST, NAMES, WEST, arrival, dispatch, moved, transfer
from tests.surfaces.gateway import counter as desk
from tests.surfaces.gateway.counter import GTIN, OTHER_GTIN, OTHER_SKU, SKU, Counter, errors

pytestmark = pytest.mark.contract("WF-10")

OTHER_SELLER = "10000000002"
LOG, INVENTORY = "/fulfillment/inventory-log", "/fulfillment/inventory"
NEVER_SOLD, NEVER_SOLD_SKU = "00012345678936", "NEVER-1"


@pytest.fixture
async def counter(counter: Counter, monkeypatch: pytest.MonkeyPatch) -> Counter:
    """The counter with two centres, and a second seller of the same item."""
    await counter.stock_shelves()
    await stock(counter)
    monkeypatch.setitem(desk.CODES, "rival", OTHER_SELLER)
    await add_partner(counter.database, counter.clock, kind="seller", code=OTHER_SELLER, name="Rival")
    named = {"client_id": desk.client_id("rival"), "partner_code": OTHER_SELLER, "secret": desk.client_secret("rival")}
    await add_gateway_client(counter.database, counter.clock, **named, scopes=desk.FULL)
    item = [SourceRow(1, {"gtin": NEVER_SOLD, "name": "Never sent in"})]
    assert (await import_items(counter.database, counter.clock, listed(item))).is_stored
    skus = [(GTIN, OTHER_SELLER, "RIVAL-1"), (NEVER_SOLD, desk.CODES["seller"], NEVER_SOLD_SKU)]
    rows = [SourceRow(n, {"gtin": g, "seller": s, "sku": k}) for n, (g, s, k) in enumerate(skus, 1)]
    assert (await import_skus(counter.database, counter.clock, listed(rows))).is_stored
    return counter


async def stock(counter: Counter) -> None:
    """Open the centres."""
    new = [NewCentre(code, NAMES[code]) for code in (EAST, WEST)]
    await add_centres(counter.database, counter.clock, new)


async def tell(counter: Counter, *messages: EventMessage) -> None:
    """Post events that are accepted."""
    intake = Intake(counter.database, Locations(counter.database), counter.clock, EventLimits())
    outcomes = await intake.post("wms", messages)
    assert {outcome.status for outcome in outcomes} == {"accepted"}, outcomes


async def log(counter: Counter, client: str = "seller", **asked: str) -> list[dict[str, Any]]:
    """The rows of a log."""
    answer = await counter.get(LOG, client=client, **{"gtin": GTIN, **asked})
    assert answer.status_code == 200, answer.text
    assert list(answer.json()) == ["inventoryLog"]
    rows: list[dict[str, Any]] = answer.json()["inventoryLog"]
    return rows


def ids(rows: Sequence[dict[str, Any]]) -> list[str]:
    """Which events the rows are of."""
    return [row["id"].rpartition("/")[2] for row in rows]


async def test_a_movement_is_shown_in_the_documented_shape(counter: Counter) -> None:
    await tell(counter, moved("ship/1", "SOLD", quantity=-2, reference="1084701"))
    assert await log(counter) == [
        {
            "id": "EWR1/wms/ship/1",
            "fcName": "Newark 1",
            "changedUnits": -2,
            "transactionTime": "2026-03-05T11:00:00Z",
            "transactionLocation": "EWR1",
            "transactionReasonCode": "SOLD",
            "transactionReasonDesc": "Sold and shipped to a customer",
            "transactionType": "SOLD",
            "shipmentId": "1084701",
        }
    ]


async def test_the_log_runs_over_all_centres_newest_first(counter: Counter) -> None:
    await tell(
        counter,
        moved("r1", "RECEIVED", EAST, hours=9, quantity=20),
        moved("r2", "RECEIVED", WEST, hours=8, quantity=20),
        moved("s1", "SOLD", EAST, hours=3, quantity=-1),
        transfer("t1", EAST, WEST, 5, hours=2),
    )
    rows = await log(counter)
    told = [(row["id"], row["changedUnits"]) for row in rows]
    assert told == [
        ("LAX1/wms/t1", 5),
        ("EWR1/wms/t1", -5),
        ("EWR1/wms/s1", -1),
        ("LAX1/wms/r2", 20),
        ("EWR1/wms/r1", 20),
    ]


async def test_units_in_transit_are_no_movement_of_a_centre(counter: Counter) -> None:
    await tell(counter, moved("r", "RECEIVED", hours=9, quantity=9), dispatch("d", EAST, 4, hours=6))
    await tell(counter, arrival("a", EAST, WEST, 4, hours=2))
    rows = await log(counter, transactionType="TRANSFERRED")
    assert [(row["id"], row["changedUnits"]) for row in rows] == [("LAX1/wms/a", 4), ("EWR1/wms/d", -4)]


async def test_counts_and_what_they_set_right_are_adjusted_with_their_reasons(counter: Counter) -> None:
    await tell(counter, moved("r", "RECEIVED", hours=9, quantity=10), moved("c", "PI", hours=5, counted=8))
    await tell(counter, moved("late", "SOLD", hours=7, quantity=-3))
    rows = await log(counter, transactionType="ADJUSTED")
    assert [(row["id"], row["transactionReasonCode"], row["changedUnits"]) for row in rows] == [
        ("EWR1/wms/c", "PI", -2),
        ("EWR1/TSBR/wms/late", "TSBR", 3),
    ]
    assert {row["transactionType"] for row in rows} == {"ADJUSTED"}


async def test_every_page_size_gives_the_same_rows_each_once(counter: Counter) -> None:
    # Many of one moment, at both centres.
    events = [moved(f"e{n}", "RECEIVED", (EAST, WEST)[n % 2], hours=1 + n // 6, quantity=1) for n in range(30)]
    await tell(counter, *events)
    whole = await log(counter, limit="300")
    assert len({row["id"] for row in whole}) == 30
    for size in (1, 7, 10):
        pages = [await log(counter, limit=str(size), offset=str(at)) for at in range(0, 30, size)]
        assert [row for page in pages for row in page] == whole
    assert await log(counter, offset="30") == []
    assert len(await log(counter)) == 10


async def test_days_are_pacific_and_both_are_included(counter: Counter) -> None:
    # 2026-03-05T07:59Z is 23:59 of 4 March in Los Angeles, one minute later it is the 5th.
    await tell(
        counter,
        moved("fourth", "RECEIVED", hours=4 + 1 / 60, quantity=1),
        moved("fifth", "RECEIVED", hours=4, quantity=1),
    )
    assert ids(await log(counter, startDate="2026-03-05")) == ["fifth"]
    assert ids(await log(counter, endDate="2026-03-04")) == ["fourth"]
    assert ids(await log(counter, startDate="2026-03-04", endDate="2026-03-05")) == ["fifth", "fourth"]
    assert ids(await log(counter, startDate="2026-03-06")) == []


@pytest.mark.contract("DS-03")
async def test_a_shorter_gtin_is_padded(counter: Counter) -> None:
    await tell(counter, moved("a", "RECEIVED", quantity=1))
    assert ids(await log(counter, gtin="012345678905")) == ["a"]


async def test_a_sellers_item_that_was_never_in_a_centre_has_an_empty_log(counter: Counter) -> None:
    assert await log(counter, gtin=NEVER_SOLD) == []


@pytest.mark.parametrize(
    ("asked", "fault"),
    [
        ({}, ("MISSING_REQUEST_PARAM", "gtin")),
        ({"gtin": "x"}, ("INVALID_REQUEST_PARAM", "gtin")),
        ({"gtin": "1"}, ("INVALID_REQUEST_PARAM", "gtin")),
        ({"startDate": "2024-13-01"}, ("INVALID_REQUEST_PARAM", "startDate")),
        ({"startDate": "20240501"}, ("INVALID_REQUEST_PARAM", "startDate")),
        ({"startDate": "0001-01-01"}, ("INVALID_REQUEST_PARAM", "startDate")),
        ({"endDate": "9999-12-31"}, ("INVALID_REQUEST_PARAM", "endDate")),
        ({"endDate": "yesterday"}, ("INVALID_REQUEST_PARAM", "endDate")),
        ({"startDate": "2024-05-02", "endDate": "2024-05-01"}, ("INVALID_REQUEST_PARAM", "startDate")),
        ({"transactionType": "SALES"}, ("INVALID_REQUEST_PARAM", "transactionType")),
        ({"transactionType": "PI"}, ("INVALID_REQUEST_PARAM", "transactionType")),
        ({"limit": "0"}, ("INVALID_REQUEST_PARAM", "limit")),
        ({"limit": "301"}, ("INVALID_REQUEST_PARAM", "limit")),
        ({"limit": "-1"}, ("INVALID_REQUEST_PARAM", "limit")),
        ({"limit": "٣"}, ("INVALID_REQUEST_PARAM", "limit")),
        ({"offset": "10001"}, ("INVALID_REQUEST_PARAM", "offset")),
        ({"offset": "9" * 5000}, ("INVALID_REQUEST_PARAM", "offset")),
    ],
)
async def test_what_can_not_be_asked_of_the_log_is_named(
    counter: Counter, asked: dict[str, str], fault: tuple[str, str]
) -> None:
    whole = asked if not asked or "gtin" in asked else {"gtin": GTIN, **asked}
    assert errors(await counter.get(LOG, client="seller", **whole), 400) == [
        (f"{fault[0]}.GMP_FULFILLMENT_API", fault[1])
    ]


async def test_everything_that_is_wrong_is_named_at_once(counter: Counter) -> None:
    asked = {"gtin": "x", "startDate": "x", "endDate": "x", "transactionType": "x", "limit": "x", "offset": "x"}
    fields = [field for _, field in errors(await counter.get(LOG, client="seller", **asked), 400)]
    assert fields == ["gtin", "startDate", "endDate", "transactionType", "offset", "limit"]


async def test_anothers_item_answers_as_an_unknown_one(counter: Counter) -> None:
    await tell(counter, moved("a", "RECEIVED", quantity=1, gtin=OTHER_GTIN))
    answers = [
        await counter.get(LOG, client="rival", gtin=OTHER_GTIN),
        await counter.get(LOG, client="rival", gtin="00099999999998"),
    ]
    assert [errors(answer, 404) for answer in answers] == [[("CONTENT_NOT_FOUND.GMP_FULFILLMENT_API", "gtin")]] * 2
    said = [answer.text.replace(OTHER_GTIN, "G").replace("00099999999998", "G") for answer in answers]
    assert said[0] == said[1]
    skus = [await counter.get(INVENTORY, client="rival", sku=sku) for sku in (OTHER_SKU, "NOBODYS")]
    assert [errors(answer, 404) for answer in skus] == [[("CONTENT_NOT_FOUND.GMP_FULFILLMENT_API", "sku")]] * 2


async def test_another_sellers_units_are_never_seen(counter: Counter) -> None:
    await tell(counter, moved("mine", "RECEIVED", quantity=3))
    before = [(await counter.get(path, client="seller", **asked)).text for path, asked in _READS]
    theirs = {"partner_id": OTHER_SELLER}
    await tell(
        counter,
        moved("r", "RECEIVED", hours=0.5, quantity=70, **theirs),
        moved("c", "PI", hours=0.4, counted=60, **theirs),
        transfer("t", EAST, WEST, 5, hours=0.3, **theirs),
    )
    assert [(await counter.get(path, client="seller", **asked)).text for path, asked in _READS] == before
    assert len(await log(counter, "rival")) == 4
    rival = (await counter.get(INVENTORY, client="rival")).json()
    assert [(item["sku"], item["shipNodes"][0]["onHandQty"]) for item in rival["payload"]["inventory"]] == [
        ("RIVAL-1", 60)
    ]


_READS = [(LOG, {"gtin": GTIN}), (INVENTORY, {}), (INVENTORY, {"sku": SKU})]


async def test_inventory_sums_an_items_centres_in_the_documented_shape(counter: Counter) -> None:
    await tell(
        counter,
        moved("a", "RECEIVED", EAST, hours=5, quantity=10),
        moved("b", "RECEIVED", WEST, hours=4, quantity=4),
        dispatch("d", EAST, 3, hours=3),
    )
    assert (await counter.get(INVENTORY, client="seller")).json() == {
        "headers": {"totalCount": 1, "limit": 10, "offset": 0},
        "payload": {
            "inventory": [
                {
                    "sku": SKU,
                    "shipNodes": [
                        {
                            "modifiedDate": "2026-03-05T09:00:00Z",
                            "availToSellQty": 11,
                            "onHandQty": 11,
                            "shipNodeType": "WFSFulfilled",
                        }
                    ],
                }
            ]
        },
    }


async def test_a_centre_below_zero_takes_nothing_from_what_another_can_sell(counter: Counter) -> None:
    await tell(counter, moved("a", "SOLD", EAST, quantity=-2), moved("b", "RECEIVED", WEST, quantity=5))
    answer = (await counter.get(INVENTORY, client="seller", sku=SKU)).json()
    units = answer["payload"]["inventory"][0]["shipNodes"][0]
    assert (units["availToSellQty"], units["onHandQty"]) == (5, 3)


async def test_inventory_is_paged_in_the_order_of_gtins(counter: Counter) -> None:
    await tell(counter, moved("a", "RECEIVED", quantity=1, gtin=OTHER_GTIN), moved("b", "RECEIVED", WEST, quantity=2))
    pages = [(await counter.get(INVENTORY, client="seller", limit="1", offset=str(at))).json() for at in range(3)]
    assert [[item["sku"] for item in page["payload"]["inventory"]] for page in pages] == [[SKU], [OTHER_SKU], []]
    assert {page["headers"]["totalCount"] for page in pages} == {2}


async def test_a_sku_that_was_never_in_a_centre_has_nothing_there(counter: Counter) -> None:
    answer = (await counter.get(INVENTORY, client="seller", sku=NEVER_SOLD_SKU)).json()
    assert (answer["headers"]["totalCount"], answer["payload"]) == (0, {"inventory": []})


async def test_an_item_whose_sku_moved_on_goes_by_its_gtin(counter: Counter) -> None:
    await tell(counter, moved("a", "RECEIVED", quantity=1))
    row = SourceRow(1, {"gtin": NEVER_SOLD, "seller": desk.CODES["seller"], "sku": SKU})
    assert (await import_skus(counter.database, counter.clock, listed([row]))).is_stored
    answer = (await counter.get(INVENTORY, client="seller")).json()
    assert [item["sku"] for item in answer["payload"]["inventory"]] == [GTIN]
    assert (await counter.get(INVENTORY, client="seller", sku=GTIN)).json()["payload"] == answer["payload"]
    assert ids(await log(counter)) == ["a"]


@pytest.mark.contract("GW-05")
async def test_both_reads_need_the_scope_of_inventory(counter: Counter) -> None:
    named = {"client_id": desk.client_id("blind"), "partner_code": OTHER_SELLER, "secret": desk.client_secret("blind")}
    await add_gateway_client(
        counter.database, counter.clock, **named, scopes=Scopes("no_access", "full_access", "full_access")
    )
    for path in (LOG, INVENTORY):
        answer = await counter.get(path, client="blind", gtin=GTIN)
        assert errors(answer, 403) == [("FORBIDDEN.GMP_GATEWAY_API", "inventory")]


@pytest.mark.contract("GW-16")
@pytest.mark.parametrize(("name", "path"), [("fulfilment_log", LOG), ("fulfilment_inventory", INVENTORY)])
async def test_each_read_has_a_limit_of_its_own(counter: Counter, name: str, path: str) -> None:
    limited = Counter(counter.database, counter.clock, rates={name: Rate.of(1, 60)})
    answers = [await limited.get(path, client="seller", gtin=GTIN) for _ in range(2)]
    assert [answer.status_code for answer in answers] == [200, 429]
    await limited.client.aclose()
