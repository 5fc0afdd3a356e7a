"""Feeds processed: good rows applied, bad ones refused each for itself, repeats, order, resuming."""

import asyncio
import json
from typing import Any

import pytest

from onhand.basics.gtin import format_gtin
from onhand.dropship.feeds import faults
from onhand.dropship.feeds.taking import PART_ROWS
from onhand.store.database import Database, Session
from tests.conftest import FrozenClock
from tests.dropship.feeds.yard import (
    FOREIGN_ITEM,
    FOREIGN_NODE,
    ITEM,
    OTHER_ITEM,
    OTHER_NODE,
    OTHER_SELLER_NODE,
    OTHER_SKU,
    SELLER_NODE,
    SKU,
    Yard,
    file_of,
    keep,
    row,
)


@pytest.fixture
async def yard(database: Database, clock: FrozenClock) -> Yard:
    return await Yard(database, clock).open()


def codes_of(found: Any) -> list[str]:
    return [fault.code for fault in found.faults]


@pytest.mark.contract("DS-13", "DS-15")
async def test_what_good_rows_say_is_what_there_is(yard: Yard) -> None:
    feed, rows = await yard.sent([row(quantity=23), row(OTHER_ITEM, OTHER_NODE, quantity=0), row(OTHER_ITEM)])
    assert (feed.status, feed.rows_received, feed.rows_succeeded, feed.rows_failed) == ("PROCESSED", 3, 3, 0)
    assert {each.outcome for each in rows} == {"SUCCESS"}
    assert await yard.units() == 23
    assert await yard.units(OTHER_ITEM, OTHER_NODE) == 0


@pytest.mark.contract("DS-07", "DS-13")
async def test_a_row_with_aa_declares_infinite_availability_and_no_units(yard: Yard) -> None:
    feed, _ = await yard.sent([row(code="AA", quantity=None), row(OTHER_ITEM, code="AA", quantity=7)])
    assert feed.rows_succeeded == 2
    assert (await yard.endless(), await yard.endless(OTHER_ITEM)) == (True, True)
    assert (await yard.units(), await yard.units(OTHER_ITEM)) == (None, None)


@pytest.mark.contract("DS-03")
async def test_a_shorter_gtin_is_the_padded_one_before_repeats_are_looked_for(yard: Yard) -> None:
    feed, rows = await yard.sent([row(ITEM.lstrip("0").rjust(12, "0"), quantity=3), row(ITEM, quantity=4)])
    assert (feed.rows_succeeded, codes_of(rows[1])) == (1, [faults.DUPLICATE_ROW])
    assert (rows[0].gtin, await yard.units()) == (ITEM, 3)


BAD_ROWS: list[tuple[str, Any, list[str]]] = [
    ("no object", 7, [faults.UNREADABLE_ROW]),
    ("a list", [1], [faults.UNREADABLE_ROW]),
    ("null", None, [faults.UNREADABLE_ROW]),
    ("nothing", {}, [faults.MISSING_FIELD] * 3),
    ("a GTIN of letters", row("0001234567890A"), [faults.INVALID_GTIN]),
    ("a GTIN of nine digits", row("123456789"), [faults.INVALID_GTIN]),
    ("a GTIN of fifteen digits", row("000012345678905"), [faults.INVALID_GTIN]),
    ("a GTIN as a number", row(12345678905), [faults.INVALID_GTIN]),
    ("a GTIN with a sign", row("+0012345678905"), [faults.INVALID_GTIN]),
    ("a GTIN with an underscore", row("0001234_678905"), [faults.INVALID_GTIN]),
    ("a GTIN of other digits", row("٠" * 14), [faults.INVALID_GTIN]),
    ("an empty GTIN", row(""), [faults.INVALID_GTIN]),
    ("no GTIN", row(None), [faults.MISSING_FIELD]),
    ("no node", row(node=None), [faults.MISSING_FIELD]),
    ("a node as a number", row(node=123456701), [faults.INVALID_SHIP_NODE]),
    ("an empty node", row(node=""), [faults.INVALID_SHIP_NODE]),
    ("an unknown node", row(node="999"), [faults.UNKNOWN_SHIP_NODE]),
    ("someone else's node", row(node=FOREIGN_NODE), [faults.UNKNOWN_SHIP_NODE]),
    ("an unknown item", row("99999999999999"), [faults.UNKNOWN_ITEM]),
    ("the GTIN of zeros alone", row("0" * 14), [faults.UNKNOWN_ITEM]),
    ("someone else's item", row(FOREIGN_ITEM), [faults.UNKNOWN_ITEM]),
    ("no code", row(code=None), [faults.MISSING_FIELD]),
    ("another code", row(code="AB"), [faults.INVALID_CODE]),
    ("a code in small letters", row(code="ac"), [faults.INVALID_CODE]),
    ("a code as a number", row(code=1), [faults.INVALID_CODE]),
    ("no quantity", row(quantity=None), [faults.MISSING_FIELD]),
    ("a negative quantity", row(quantity=-1), [faults.INVALID_QUANTITY]),
    ("a fractional quantity", row(quantity=1.5), [faults.INVALID_QUANTITY]),
    ("too large a quantity", row(quantity=1_000_000_000), [faults.INVALID_QUANTITY]),
    ("a quantity beyond 64 bits", row(quantity=10**30), [faults.INVALID_QUANTITY]),
    ("a quantity as a text", row(quantity="5"), [faults.INVALID_QUANTITY]),
    ("a quantity that is true", row(quantity=True), [faults.INVALID_QUANTITY]),
    ("a bad quantity with AA", row(code="AA", quantity=-5), [faults.INVALID_QUANTITY]),
    ("another unit", row(quantity={"unit": "CASE", "amount": 5}), [faults.INVALID_UNIT]),
    ("in transit as a text", row(inTransitInventory="5"), [faults.INVALID_IN_TRANSIT]),
    ("in transit without a date", row(inTransitInventory={"quantity": 5}), [faults.INVALID_IN_TRANSIT]),
    (
        "in transit on no day",
        row(inTransitInventory={"quantity": 5, "expectedAvailabilityDate": "2026-02-30"}),
        [faults.INVALID_IN_TRANSIT],
    ),
    (
        "less than nothing in transit",
        row(inTransitInventory=[{"quantity": -5, "expectedAvailabilityDate": "2026-02-03"}]),
        [faults.INVALID_IN_TRANSIT],
    ),
    (
        "all wrong",
        row("x", 1, "AB", -1),
        [faults.INVALID_GTIN, faults.INVALID_SHIP_NODE, faults.INVALID_CODE, faults.INVALID_QUANTITY],
    ),
]


@pytest.mark.contract("DS-09", "DS-19")
@pytest.mark.parametrize(("bad", "codes"), [pytest.param(*each[1:], id=each[0]) for each in BAD_ROWS])
async def test_a_bad_row_says_all_that_is_wrong_and_changes_nothing(yard: Yard, bad: Any, codes: list[str]) -> None:
    feed, rows = await yard.sent([row(OTHER_ITEM, quantity=8), bad, row(OTHER_ITEM, OTHER_NODE, quantity=9)])
    assert [each.outcome for each in rows] == ["SUCCESS", "DATA_ERROR", "SUCCESS"]
    assert (feed.rows_succeeded, feed.rows_failed, codes_of(rows[1])) == (2, 1, codes)
    assert (await yard.units(OTHER_ITEM), await yard.units(OTHER_ITEM, OTHER_NODE), await yard.units()) == (8, 9, None)
    assert (await yard.legs(), await yard.in_transit()) == (2, None)


@pytest.mark.contract("DS-19")
async def test_another_s_item_and_node_are_refused_in_the_words_of_unknown_ones(yard: Yard) -> None:
    _, rows = await yard.sent(
        [row(FOREIGN_ITEM), row("00000000000017"), row(node=FOREIGN_NODE), row(OTHER_ITEM, "123456798")]
    )
    foreign, unknown = rows[0].faults[0].description, rows[1].faults[0].description
    assert foreign.replace(FOREIGN_ITEM, "…") == unknown.replace("00000000000017", "…")
    foreign, unknown = rows[2].faults[0].description, rows[3].faults[0].description
    assert foreign.replace(FOREIGN_NODE, "…") == unknown.replace("123456798", "…")


@pytest.mark.contract("DS-18")
async def test_the_first_of_two_rows_for_one_item_and_node_stands_whatever_became_of_it(yard: Yard) -> None:
    feed, rows = await yard.sent([row(quantity=-1), row(quantity=4), row(node=OTHER_NODE, quantity=4)])
    assert (feed.rows_failed, codes_of(rows[1]), await yard.units()) == (2, [faults.DUPLICATE_ROW], None)
    assert "index 0" in rows[1].faults[0].description
    assert await yard.units(node=OTHER_NODE) == 4


@pytest.mark.contract("DS-18")
async def test_a_repeat_is_found_in_another_transaction_and_after_a_crash_between(
    database: Database, clock: FrozenClock
) -> None:
    yard = await Yard(database, clock, rows_max=PART_ROWS).open()
    gtins = await yard.many(PART_ROWS + 1)
    feed_id = await yard.take(file_of([*(row(gtin) for gtin in gtins), row(gtins[3], quantity=9)]))

    async def stop() -> None:
        raise asyncio.CancelledError

    with pytest.raises(asyncio.CancelledError):
        await yard.processor.process(yard.owners["vendor"].partner_id, stop)
    halfway, rows = await yard.status(feed_id)
    assert (halfway.status, halfway.rows_done, rows[-1].outcome) == ("INPROGRESS", PART_ROWS, "INPROGRESS")
    await yard.process()
    feed, rows = await yard.status(feed_id)
    assert (feed.status, feed.rows_succeeded, feed.rows_failed) == ("PROCESSED", PART_ROWS + 1, 1)
    assert "index 3 " in rows[-1].faults[0].description
    assert await yard.units(gtins[3]) == 5


@pytest.mark.contract("DS-20")
async def test_what_is_in_transit_is_kept_until_it_is_said_anew(yard: Yard) -> None:
    expected = {"quantity": 5, "expectedAvailabilityDate": "2026-04-01"}
    await yard.sent([row(inTransitInventory=expected)])
    await yard.sent([row(quantity=1)])
    assert await yard.in_transit() == [expected]
    later = {"quantity": 2, "expectedAvailabilityDate": "2026-05-01"}
    await yard.sent([row(inTransitInventory=[later, expected])])
    assert await yard.in_transit() == [later, expected]
    await yard.sent([row(inTransitInventory=[])])
    assert (await yard.in_transit(), await yard.units()) == ([], 5)


@pytest.mark.contract("DS-10", "DS-22")
async def test_feeds_count_in_the_order_in_which_they_were_taken(yard: Yard) -> None:
    taken = [await yard.take(file_of([row(quantity=number)])) for number in (1, 2, 3)]
    await yard.process()
    assert await yard.units() == 3
    assert {(await yard.status(feed_id))[0].status for feed_id in taken} == {"PROCESSED"}


@pytest.mark.contract("DS-22")
async def test_two_that_process_the_same_feeds_at_once_apply_no_row_twice(
    database: Database, clock: FrozenClock
) -> None:
    yard = await Yard(database, clock, rows_max=PART_ROWS).open()
    gtins = await yard.many(3 * PART_ROWS)
    feed_id = await yard.take(file_of([row(gtin) for gtin in gtins]))
    partner_id = yard.owners["vendor"].partner_id
    await asyncio.gather(*(yard.processor.process(partner_id, keep) for _ in range(3)))
    feed, _ = await yard.status(feed_id)
    assert (feed.status, feed.rows_succeeded, feed.rows_failed) == ("PROCESSED", len(gtins), 0)
    assert await yard.legs() == len(gtins)


@pytest.mark.contract("DS-14")
async def test_rows_by_sku_name_the_seller_s_items(yard: Yard) -> None:
    file = {
        "InventoryHeader": {"version": "1.4"},
        "Inventory": [
            {"sku": SKU, "quantity": {"unit": "EACH", "amount": 3}},
            {"sku": "UNKNOWN", "quantity": {"unit": "EACH", "amount": 3}},
            {"sku": SKU, "shipNode": OTHER_SELLER_NODE, "availabilityCode": "AA"},
            {"sku": SKU, "quantity": {"unit": "EACH", "amount": 4}},
        ],
    }
    feed_id = await yard.take(json.dumps(file).encode(), partner="seller", feed_type="inventory", ship_node=SELLER_NODE)
    await yard.process("seller")
    feed, rows = await yard.status(feed_id, "seller")
    assert [codes_of(each) for each in rows] == [[], [faults.UNKNOWN_ITEM], [], [faults.DUPLICATE_ROW]]
    assert (rows[0].sku, rows[0].gtin, rows[0].ship_node) == (SKU, ITEM, SELLER_NODE)
    assert (feed.rows_failed, await yard.units(ITEM, SELLER_NODE)) == (2, 3)
    assert await yard.endless(ITEM, OTHER_SELLER_NODE)


@pytest.mark.contract("DS-14")
async def test_each_node_of_a_row_of_version_1_5_is_a_record_of_its_own(yard: Yard) -> None:
    amounts = [{"shipNode": node, "quantity": {"unit": "EACH", "amount": 6}} for node in (SELLER_NODE, FOREIGN_NODE)]
    file = {"inventoryHeader": {"version": "1.5"}, "inventory": [{"sku": SKU, "shipNodes": amounts}]}
    feed_id = await yard.take(json.dumps(file).encode(), partner="seller", feed_type="MP_INVENTORY")
    await yard.process("seller")
    feed, rows = await yard.status(feed_id, "seller")
    assert [codes_of(each) for each in rows] == [[], [faults.UNKNOWN_SHIP_NODE]]
    assert (feed.rows_received, rows[1].ship_node, await yard.units(ITEM, SELLER_NODE)) == (2, FOREIGN_NODE, 6)


@pytest.mark.contract("DS-14", "DS-19")
async def test_a_key_in_another_case_is_never_passed_over(yard: Yard) -> None:
    listed = [
        {"sku": SKU, "ShipNode": OTHER_SELLER_NODE, "quantity": {"unit": "EACH", "amount": 4}},
        {"sku": SKU, "AvailabilityCode": "AA", "quantity": {"unit": "EACH", "amount": 5}},
        {"sku": OTHER_SKU, "quantity": {"Unit": "CASE", "amount": 6}},
    ]
    file = {"InventoryHeader": {"version": "1.4"}, "Inventory": listed}
    feed_id = await yard.take(json.dumps(file).encode(), partner="seller", feed_type="inventory", ship_node=SELLER_NODE)
    await yard.process("seller")
    _, rows = await yard.status(feed_id, "seller")
    assert [codes_of(each) for each in rows] == [[], [], [faults.INVALID_UNIT]]
    assert (await yard.units(ITEM, OTHER_SELLER_NODE), await yard.units(ITEM, SELLER_NODE)) == (4, None)
    assert await yard.endless(ITEM, SELLER_NODE)


@pytest.mark.contract("DS-14", "DS-19")
@pytest.mark.parametrize("nodes", [[], [5], "x", {"shipNode": SELLER_NODE}])
async def test_nodes_that_are_no_list_of_nodes_are_a_fault(yard: Yard, nodes: Any) -> None:
    listed = [{"sku": SKU, "quantity": {"unit": "EACH", "amount": 4}, "shipNodes": nodes}]
    file = {"inventoryHeader": {"version": "1.5"}, "inventory": listed}
    feed_id = await yard.take(json.dumps(file).encode(), partner="seller", feed_type="inventory", ship_node=SELLER_NODE)
    await yard.process("seller")
    _, rows = await yard.status(feed_id, "seller")
    assert [fault.field for fault in rows[0].faults] == ["shipNodes"]
    assert await yard.units(ITEM, SELLER_NODE) is None


async def test_text_that_no_database_takes_is_a_bad_row_and_not_a_failure(yard: Yard) -> None:
    bad = '{"sku": "a\\u0000b", "quantity": {"amount": 1}}, {"sku": "\\u001f", "quantity": {"amount": 1}}'
    content = f'{{"InventoryHeader": {{"version": "1.4"}}, "Inventory": [{bad}]}}'.encode()
    feed_id = await yard.take(content, partner="seller", feed_type="inventory", ship_node=SELLER_NODE)
    await yard.process("seller")
    feed, _ = await yard.status(feed_id, "seller")
    assert (feed.status, feed.rows_failed) == ("PROCESSED", 2)


async def test_ten_thousand_unknown_nodes_are_refused_without_a_question_each(yard: Yard) -> None:
    feed, rows = await yard.sent([row(format_gtin(number), f"n{number}") for number in range(2_000)])
    assert (feed.rows_failed, codes_of(rows[1_999])) == (2_000, [faults.UNKNOWN_SHIP_NODE])


async def test_an_empty_feed_is_processed_at_once(yard: Yard) -> None:
    feed, rows = await yard.sent([])
    assert (feed.status, feed.rows_received, rows) == ("PROCESSED", 0, [])


@pytest.mark.contract("DS-13", "DS-15")
async def test_a_feed_that_is_faulty_as_a_whole_is_over_at_once(yard: Yard) -> None:
    feed, rows = await yard.sent([row()], version="4.1", feedType="ITEM")
    assert (feed.status, feed.rows_received, rows) == ("ERROR", 0, [])
    assert codes_of(feed) == [faults.INVALID_VERSION, faults.FEED_TYPE_DIFFERS]
    assert await yard.units() is None


async def test_the_work_of_a_feed_may_be_run_again_as_a_whole(database: Database, clock: FrozenClock) -> None:
    yard = await Yard(database, clock).open()
    await yard.take(file_of([row(quantity=5), row(quantity=6)]))
    original = database.write
    runs = 0

    async def twice(work: Any) -> Any:
        nonlocal runs

        async def undone(session: Session) -> Any:
            nonlocal runs
            runs += 1
            if runs == 1:
                await work(session)
                raise ValueError("undone")
            return await work(session)

        try:
            return await original(undone)
        except ValueError:
            return await original(undone)

    database.write = twice  # type: ignore[assignment, method-assign]
    await yard.process()
    assert (runs, await yard.units(), await yard.legs()) == (2, 5, 1)
