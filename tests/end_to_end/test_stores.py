"""What the sandbox's supplier reads of its store: a week of history, and what it shows of it (SB-03)."""

from datetime import date, datetime
from decimal import Decimal
from itertools import pairwise

import pytest

from onhand.client import Client, HistoryEvent
from onhand.testing import LocalSandbox
from tests.end_to_end.published import SHELF_ITEM, STORE

GTINS = [f"000444444444{last}" for last in range(44, 50)] + [f"000555555555{last}" for last in range(55, 60)]


@pytest.fixture
def supplier(sandbox: LocalSandbox) -> Client:
    """The supplier of a fresh sandbox."""
    return sandbox.supplier


def history(supplier: Client, gtin: str, event_type: str | None = None) -> list[HistoryEvent]:
    """The events of the week of the document, newest first."""
    days = {"start_date": date(2023, 2, 16), "end_date": date(2023, 2, 22)}
    return supplier.stores.history(STORE, gtin, event_type=event_type, **days).to_list()


@pytest.mark.contract("TH-10", "TH-02")
def test_every_gtin_has_a_history_of_seven_days_that_adds_up(supplier: Client) -> None:
    for gtin in GTINS:
        events = history(supplier, gtin)
        assert {event.event_creation_time.date() for event in events} == {date(2023, 2, day) for day in range(16, 23)}
        for newer, older in pairwise(events):
            assert newer.aggregated_qty == older.aggregated_qty + newer.event_qty, gtin
        assert min(event.aggregated_qty for event in events) > 0, gtin


@pytest.mark.contract("TH-10")
def test_every_gtin_has_each_event_type_that_the_document_names(supplier: Client) -> None:
    for event_type in ("LP", "POF", "LR", "PI", "BR"):
        assert [gtin for gtin in GTINS if not history(supplier, gtin, event_type)] == []


@pytest.mark.contract("TH-10")
def test_the_newest_row_equals_what_store_inventory_shows(supplier: Client) -> None:
    shown = supplier.stores.available(STORE, SHELF_ITEM)
    assert (shown.quantity, shown.last_updated_time) == (Decimal(150), datetime.fromisoformat("2023-02-22T06:00:00"))
    newest = history(supplier, SHELF_ITEM)[0]
    assert (newest.aggregated_qty, newest.event_creation_time) == (shown.quantity, shown.last_updated_time)


@pytest.mark.contract("SB-03", "SI-06")
def test_two_gtins_of_one_consumer_item_are_summed(supplier: Client) -> None:
    (item,) = supplier.stores.status(STORE, ["00614141000012"]).inventory
    assert item.inventory_by_location[0].quantity == 24
    # 24 of its own, and 17 - 2 of the other GTIN.
    assert item.cid_level_inventory[0].quantity == 39
    assert [reference.gtin for reference in item.cross_references] == ["00614141000029"]


@pytest.mark.contract("SB-03", "SI-08")
def test_a_weighed_item_has_a_fractional_quantity(supplier: Client) -> None:
    # 41.25 were counted, 1.135 sold.
    assert supplier.stores.available(STORE, "00614141000036").quantity == Decimal("40.115")


@pytest.mark.contract("SB-03", "SI-01")
def test_an_item_of_the_market_fulfilment_centre_lists_both_areas(supplier: Client) -> None:
    shown = supplier.stores.available(STORE, "00614141000043")
    listed = {place.location_area: place.quantity for place in shown.inventory_by_location}
    assert (shown.quantity, listed) == (Decimal(11), {"STORE": Decimal(11), "MFC": Decimal(80)})
