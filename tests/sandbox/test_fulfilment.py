"""The seller's movements in the sandbox's fulfilment centres (SB-03, SB-04)."""

from collections import Counter
from typing import Any

import pytest

from onhand.fulfilment.vocabulary import COLUMNS
from onhand.sandbox.fulfilment import CENTRES, GTINS, SAMPLE_GTIN, counts, movements
from tests.sandbox.conftest import Client

pytestmark = pytest.mark.contract("SB-03", "SB-04")

LOG, INVENTORY = "/v3/fulfillment/inventory-log", "/v3/fulfillment/inventory"
APRIL, MAY = ("2024-04-01", "2024-04-30"), ("2024-05-01", "2024-05-31")
JUNE = ("2024-06-01", "2024-06-10")


async def log(sandbox: Client, days: tuple[str, str], gtin: str = SAMPLE_GTIN) -> list[dict[str, Any]]:
    """What the seller reads of some days."""
    asked = {"gtin": gtin, "startDate": days[0], "endDate": days[1], "limit": "300"}
    answer = await sandbox.ask("seller", "GET", LOG, params=asked)
    assert answer.status_code == 200, answer.text
    rows: list[dict[str, Any]] = answer.json()["inventoryLog"]
    assert len(rows) < 300
    return rows


async def test_two_whole_months_have_every_kind_of_movement_at_both_centres(sandbox: Client) -> None:
    for gtin in GTINS:
        rows = [*await log(sandbox, APRIL, gtin), *await log(sandbox, MAY, gtin), *await log(sandbox, JUNE, gtin)]
        assert {row["transactionType"] for row in rows} == set(COLUMNS)
        assert {row["transactionLocation"] for row in rows} == set(CENTRES)


async def test_the_documents_item_has_may_and_the_first_days_of_june(sandbox: Client) -> None:
    may, june = await log(sandbox, MAY), await log(sandbox, JUNE)
    # 31 days at two centres; the evening of the 31st is already June in UTC.
    assert Counter(row["transactionType"] for row in may)["SOLD"] == 62
    assert max(row["transactionTime"] for row in may) == "2024-06-01T06:30:00Z"
    assert Counter(row["transactionType"] for row in june)["SOLD"] == 20
    assert await log(sandbox, ("2024-06-11", "2024-12-31")) == []


async def test_what_is_there_is_the_sum_of_the_log_and_never_below_zero(sandbox: Client) -> None:
    rows = await log(sandbox, ("2024-04-01", "2024-06-10"))
    held: Counter[str] = Counter()
    for row in reversed(rows):
        held[row["transactionLocation"]] += row["changedUnits"]
        assert held[row["transactionLocation"]] >= 0
    answer = (await sandbox.ask("seller", "GET", INVENTORY, params={"sku": "SELLER-BOTTLE-03"})).json()
    units = answer["payload"]["inventory"][0]["shipNodes"][0]
    assert (units["onHandQty"], units["availToSellQty"]) == (held.total(), held.total())
    # The count takes one unit at each centre, and everything else sums as told.
    counted = [row["changedUnits"] for row in rows if row["transactionReasonCode"] == "PI"]
    assert counted == [-1, -1]


async def test_a_transfer_was_in_transit_when_may_ended(sandbox: Client) -> None:
    moved = [
        sum(row["changedUnits"] for row in await log(sandbox, days) if row["transactionType"] == "TRANSFERRED")
        for days in (APRIL, MAY, JUNE)
    ]
    assert moved == [0, -10, 10]


def test_the_movements_are_the_same_each_time() -> None:
    first, second = [*movements(), *counts()], [*movements(), *counts()]
    assert first == second
    assert len({(event["node"], event["eventId"]) for event in first}) == len(first)


async def test_the_vendor_has_nothing_in_the_centres(sandbox: Client) -> None:
    answer = await sandbox.ask("vendor", "GET", INVENTORY)
    assert answer.json()["payload"] == {"inventory": []}
    assert (await sandbox.ask("vendor", "GET", LOG, params={"gtin": SAMPLE_GTIN})).status_code == 404
