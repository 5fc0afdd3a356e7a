"""A sandbox in the process of the tests: its clients, what it is given, and what a reset brings back (SB-05)."""

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from onhand.client import BadInput, Client, FeedRow, NotConnected, NotFound, ServerFailed, Throttled
from onhand.client.results.operator import Item, Mapping, Store
from onhand.testing import LocalSandbox, NotSeeded, local_sandbox

GTIN = "00012947218283"
NODE = "123456701"
NEW = Item(gtin="00012345678905", name="Our own mug")
ROW = FeedRow(product_id=GTIN, ship_node=NODE, quantity=7)
JUNE = datetime(2024, 6, 11, 15, tzinfo=UTC)

pytestmark = pytest.mark.contract("SB-05")


def amount(sandbox: LocalSandbox) -> int | None:
    """How much the vendor has of its item."""
    return sandbox.vendor.inventory.get(gtin=GTIN, ship_node=NODE).quantity.amount


def test_every_published_caller_is_signed_in(onhand_sandbox: LocalSandbox) -> None:
    assert onhand_sandbox.supplier.stores.available(45, "00044444444444").quantity == 150
    assert onhand_sandbox.provider.stores.available(45, "00044444444444").supplier == "Awesome Company"
    assert amount(onhand_sandbox) == 23
    assert onhand_sandbox.viewer.inventory.get(gtin=GTIN, ship_node=NODE).quantity.amount == 23
    assert onhand_sandbox.seller.settlement.dates()
    assert onhand_sandbox.operator.catalogue.item(GTIN).gtin == GTIN


async def test_a_client_to_be_awaited_is_signed_in_too(onhand_sandbox: LocalSandbox) -> None:
    async with onhand_sandbox.connect_async("vendor") as client:
        found = await client.inventory.get(gtin=GTIN, ship_node=NODE)
    assert found.quantity.amount == 23


@pytest.mark.parametrize("amount_set", [1, 2])
def test_each_test_begins_with_the_seeded_state(onhand_sandbox: LocalSandbox, amount_set: int) -> None:
    assert amount(onhand_sandbox) == 23
    onhand_sandbox.vendor.inventory.set(gtin=GTIN, ship_node=NODE, amount=amount_set)
    onhand_sandbox.controls.fail(status=503, times=1_000)
    onhand_sandbox.controls.advance(timedelta(days=3))


def test_events_can_be_told_without_an_id_and_a_time(onhand_sandbox: LocalSandbox) -> None:
    sale = {"eventType": "SALES", "storeNbr": 45, "gtin": "00044444444444", "quantity": -2}
    assert onhand_sandbox.post_events(sale, sale).accepted == 2
    assert onhand_sandbox.supplier.stores.available(45, "00044444444444").quantity == 146


def test_an_event_that_is_refused_is_said_with_its_reason(onhand_sandbox: LocalSandbox) -> None:
    with pytest.raises(NotSeeded, match=r"1 of 1 events were refused\nevent 1: .*eventType.*"):
        onhand_sandbox.post_events({"eventType": "SALE", "storeNbr": 45, "gtin": GTIN, "quantity": -2})


def test_it_can_be_given_stores_items_and_who_sees_them(onhand_sandbox: LocalSandbox) -> None:
    with pytest.raises(NotFound):
        onhand_sandbox.supplier.stores.available(7, NEW.gtin)
    onhand_sandbox.seed(
        stores=[Store(store_nbr=7, name="Store 7")],
        items=[NEW],
        mappings=[Mapping(gtin=NEW.gtin, supplier="awesome-company")],
        events=[{"eventType": "STOCKED", "storeNbr": 7, "gtin": NEW.gtin, "quantity": 12}],
    )
    assert onhand_sandbox.supplier.stores.available(7, NEW.gtin).quantity == 12


def test_signing_follows_the_clock_wherever_it_is_put(onhand_sandbox: LocalSandbox) -> None:
    for moment in (JUNE, datetime(2031, 1, 1, tzinfo=UTC)):
        assert onhand_sandbox.controls.move_clock(moment).now >= moment
        assert onhand_sandbox.supplier.stores.available(45, "00044444444444").quantity == 150
        assert amount(onhand_sandbox) == 23


def test_a_clock_that_is_held_stands_still_until_it_is_let_go(onhand_sandbox: LocalSandbox) -> None:
    controls = onhand_sandbox.controls
    assert controls.move_clock(JUNE, hold=True).now == controls.clock().now == JUNE
    assert controls.advance(timedelta(minutes=15)).now == controls.clock().now == JUNE + timedelta(minutes=15)
    assert controls.move_clock(JUNE, hold=False).now < controls.clock().now


def test_a_clock_can_be_held_from_a_reset_on(onhand_sandbox: LocalSandbox) -> None:
    controls = onhand_sandbox.controls
    assert controls.reset(at=JUNE, hold=True).now == controls.clock().now == JUNE
    assert controls.reset().now > JUNE
    assert controls.clock().now < controls.clock().now


@pytest.mark.parametrize("by", [timedelta(seconds=-1), timedelta(days=-400)])
def test_time_does_not_advance_backwards(onhand_sandbox: LocalSandbox, by: timedelta) -> None:
    with pytest.raises(BadInput, match="move_clock"):
        onhand_sandbox.controls.advance(by)


def test_a_moment_without_a_zone_is_not_guessed(onhand_sandbox: LocalSandbox) -> None:
    with pytest.raises(BadInput, match="tzinfo=UTC"):
        onhand_sandbox.controls.move_clock(datetime(2024, 6, 11))  # noqa: DTZ001 - that is the mistake


def test_faults_strike_as_often_as_they_are_told_to(onhand_sandbox: LocalSandbox) -> None:
    onhand_sandbox.controls.fail("getInventory", status=503, times=2, retry_after=0)
    assert amount(onhand_sandbox) == 23
    asked = onhand_sandbox.controls.requests(operation="getInventory")
    assert [each.status for each in asked] == [200, 503, 503]


def test_faults_can_be_listed_and_cleared(onhand_sandbox: LocalSandbox) -> None:
    controls = onhand_sandbox.controls
    made = controls.fail("getInventory", delay_seconds=0.25, rate=0.5, seed=7)
    assert controls.faults() == (made,)
    assert (made.delay, made.rate, made.seed, made.times) == ("PT0.25S", 0.5, 7, None)
    controls.clear_faults()
    assert controls.faults() == ()


def test_a_call_that_finds_no_end_of_faults_ends_with_a_typed_error(onhand_sandbox: LocalSandbox) -> None:
    controls = onhand_sandbox.controls
    controls.fail("getInventory", status=500, times=1_000)
    with pytest.raises(ServerFailed):
        onhand_sandbox.vendor.within(0.2).inventory.get(gtin=GTIN, ship_node=NODE)
    controls.clear_faults()
    controls.fail("getInventory", throttle=True, retry_after=60)
    with pytest.raises(Throttled):
        onhand_sandbox.vendor.within(0.2).inventory.get(gtin=GTIN, ship_node=NODE)


def test_what_was_asked_is_listed_after_a_number(onhand_sandbox: LocalSandbox) -> None:
    amount(onhand_sandbox)
    newest = onhand_sandbox.controls.requests(limit=1)[0]
    amount(onhand_sandbox)
    (later,) = onhand_sandbox.controls.requests(after=newest.number)
    assert (later.operation, later.status, later.method) == ("getInventory", 200, "GET")
    assert later.at.tzinfo is not None


@pytest.mark.onhand_sandbox(manual=True)
def test_with_manual_work_waits_until_the_clock_is_moved(onhand_sandbox: LocalSandbox) -> None:
    feeds = onhand_sandbox.vendor.feeds
    feed_id = feeds.submit([ROW])
    assert feeds.status(feed_id).feed_status == "RECEIVED"
    onhand_sandbox.controls.advance(timedelta(seconds=1))
    assert feeds.status(feed_id).feed_status == "PROCESSED"


def test_without_it_work_is_done_at_once(onhand_sandbox: LocalSandbox) -> None:
    assert onhand_sandbox.vendor.feeds.submit_and_wait([ROW]).status.feed_status == "PROCESSED"
    assert amount(onhand_sandbox) == 7


@pytest.mark.onhand_sandbox(throttle=True)
def test_calls_are_throttled_where_a_test_wants_that(onhand_sandbox: LocalSandbox) -> None:
    onhand_sandbox.vendor.reports.request("DSV_INVENTORY")
    with pytest.raises(Throttled):
        onhand_sandbox.vendor.within(0.2).reports.request("DSV_INVENTORY")


@pytest.mark.onhand_sandbox(at=JUNE, hold=True)
def test_a_test_may_begin_at_a_moment(onhand_sandbox: LocalSandbox) -> None:
    assert onhand_sandbox.controls.clock().now == JUNE


def test_what_is_kept_comes_back_with_its_files(tmp_path: Path) -> None:
    with local_sandbox() as sandbox:
        sandbox.vendor.inventory.set(gtin=GTIN, ship_node=NODE, amount=5)
        request_id = sandbox.vendor.reports.request("DSV_INVENTORY").request_id
        sandbox.vendor.reports.wait(request_id, report_type="DSV_INVENTORY")
        sandbox.keep()
        sandbox.vendor.inventory.set(gtin=GTIN, ship_node=NODE, amount=6)
        anew = sandbox.begun_anew()
        assert amount(anew) == 5
        assert anew.vendor.reports.download(request_id, tmp_path).stat().st_size > 0


def test_a_sandbox_is_gone_with_its_context() -> None:
    with local_sandbox() as sandbox:
        assert amount(sandbox) == 23
    with pytest.raises(NotConnected):
        Client(sandbox.url).within(1.0).sandbox.clock()


def test_data_may_be_kept_in_a_folder_from_one_run_to_the_next(tmp_path: Path) -> None:
    with local_sandbox(tmp_path) as sandbox:
        sandbox.vendor.inventory.set(gtin=GTIN, ship_node=NODE, amount=5)
    with local_sandbox(tmp_path) as sandbox:
        assert amount(sandbox) == 5


def test_what_keeps_it_from_starting_is_raised(tmp_path: Path) -> None:
    (tmp_path / "sandbox.db").write_text("no database", encoding="ascii")
    with pytest.raises(Exception, match="database"), local_sandbox(tmp_path):
        pass
