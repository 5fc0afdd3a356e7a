"""The sandbox's fulfilment centres: the seller's movements, and its months from the first request on (SB-03, SB-04)."""

from collections import Counter
from datetime import UTC, date, datetime

import pytest

from onhand.client import BadRequest, LogEntry, NotFound
from onhand.fulfilment.vocabulary import COLUMNS
from onhand.sandbox.fulfilment import CENTRES, GTINS, SAMPLE_GTIN
from onhand.testing import LocalSandbox

pytestmark = pytest.mark.contract("SB-03", "SB-04")

Days = tuple[date, date]

APRIL, MAY = (date(2024, 4, 1), date(2024, 4, 30)), (date(2024, 5, 1), date(2024, 5, 31))
JUNE = (date(2024, 6, 1), date(2024, 6, 10))


def log(sandbox: LocalSandbox, days: Days, gtin: str = SAMPLE_GTIN) -> list[LogEntry]:
    """What the seller reads of some days, newest first."""
    entries = sandbox.seller.fulfilment.log(gtin, start_date=days[0], end_date=days[1])
    return entries.to_list()


def test_two_whole_months_have_every_kind_of_movement_at_both_centres(sandbox: LocalSandbox) -> None:
    for gtin in GTINS:
        rows = [*log(sandbox, APRIL, gtin), *log(sandbox, MAY, gtin), *log(sandbox, JUNE, gtin)]
        assert {row.transaction_type for row in rows} == set(COLUMNS)
        assert {row.transaction_location for row in rows} == set(CENTRES)


def test_the_documents_item_has_may_and_the_first_days_of_june(sandbox: LocalSandbox) -> None:
    may, june = log(sandbox, MAY), log(sandbox, JUNE)
    # 31 days at two centres; the evening of the 31st is already June in UTC.
    assert Counter(row.transaction_type for row in may)["SOLD"] == 62
    assert max(row.transaction_time for row in may) == "2024-06-01T06:30:00Z"
    assert Counter(row.transaction_type for row in june)["SOLD"] == 20
    assert log(sandbox, (date(2024, 6, 11), date(2024, 12, 31))) == []


def test_what_is_there_is_the_sum_of_the_log_and_never_below_zero(sandbox: LocalSandbox) -> None:
    rows = log(sandbox, (APRIL[0], JUNE[1]))
    held: Counter[str | None] = Counter()
    for row in reversed(rows):
        held[row.transaction_location] += row.changed_units
        assert held[row.transaction_location] >= 0
    (item,) = sandbox.seller.fulfilment.inventory(sku="SELLER-BOTTLE-03").to_list()
    units = item.ship_nodes[0]
    assert (units.on_hand_qty, units.avail_to_sell_qty) == (held.total(), held.total())
    # The count takes one unit at each centre, and everything else sums as told.
    counted = [row.changed_units for row in rows if row.transaction_reason_code == "PI"]
    assert counted == [-1, -1]


def test_a_transfer_was_in_transit_when_may_ended(sandbox: LocalSandbox) -> None:
    moved = [
        sum(row.changed_units for row in log(sandbox, days) if row.transaction_type == "TRANSFERRED")
        for days in (APRIL, MAY, JUNE)
    ]
    assert moved == [0, -10, 10]


def test_the_vendor_has_nothing_in_the_centres(sandbox: LocalSandbox) -> None:
    vendor = sandbox.vendor.fulfilment
    assert vendor.inventory().to_list() == []
    with pytest.raises(NotFound):
        vendor.log(SAMPLE_GTIN).to_list()


@pytest.mark.contract("WF-01", "WF-04")
def test_may_is_answered_at_once(sandbox: LocalSandbox) -> None:
    rows = sandbox.seller.fulfilment.reconciliation(*MAY).to_list()
    assert [row.vendor_seller_sku for row in rows[:2]] == ["SELLER-BOTTLE-03"] * 2


@pytest.mark.contract("WF-01", "WF-04")
def test_june_is_answered_up_to_the_10th_when_the_clock_stands_there(sandbox: LocalSandbox) -> None:
    # 08:00 Pacific time on the 11th.
    sandbox.controls.reset(at=datetime(2024, 6, 11, 15, tzinfo=UTC))
    fulfilment = sandbox.seller.fulfilment
    may = fulfilment.reconciliation(*MAY).to_list()
    june = fulfilment.reconciliation(*JUNE, gtin=SAMPLE_GTIN).to_list()
    with pytest.raises(BadRequest, match="2024-06-10"):
        fulfilment.reconciliation(JUNE[0], date(2024, 6, 11), gtin=SAMPLE_GTIN)
    assert {row.gtin for row in june} == {SAMPLE_GTIN}
    ending = {(row.gtin, row.fulfillment_center): row.ending_quantity for row in may}
    assert [ending[row.gtin, row.fulfillment_center] for row in june] == [row.starting_quantity for row in june]
