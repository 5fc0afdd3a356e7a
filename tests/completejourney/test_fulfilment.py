"""Register lines of stores, told as shipments from fulfilment centres in the years that are reported."""

from datetime import datetime
from pathlib import Path

import polars as pl
import pytest

from onhand.completejourney.fulfilment import (
    WEEKS_LATER,
    centre_of,
    fulfilment_of,
    load_fulfilment,
    read_shipments,
    windows,
)
from onhand.completejourney.loading import JourneyOptions, load_completejourney
from onhand.completejourney.messages import REGISTER, SIMULATED
from onhand.completejourney.register import register_lines
from onhand.completejourney.streaming import Part, read_journey
from onhand.fulfilment.inventory import seller_inventory
from onhand.partners.onboarding import partner_by_code
from onhand.stock.intake import Intake
from onhand.stock.locations import Locations
from onhand.stock.resolving import EventLimits
from onhand.store.database import Database
from tests.conftest import FrozenClock

pytestmark = pytest.mark.contract("OP-07", "WF-10")

MAKER, PRODUCTS, STORES = 2, (25671, 26081, 26093), (406, 34280)


def ignore(_done: int, _total: int) -> None:
    pass


def test_the_year_moves_by_whole_weeks_to_what_is_reported() -> None:
    assert WEEKS_LATER.days % 7 == 0
    assert datetime.fromisoformat("2017-01-01") + WEEKS_LATER == datetime.fromisoformat("2022-01-02")


def test_each_register_line_of_the_maker_is_a_shipment_and_nothing_else_is(data_set: Path) -> None:
    shipments = read_shipments(read_journey(data_set, Part()))
    assert (shipments.maker, shipments.stores) == (MAKER, STORES)
    lines = pl.concat(register_lines(data_set, 1000)).filter(pl.col("product").is_in(PRODUCTS))
    expected = {
        (centre_of(store), f"{basket}-{product}", -quantity, sold_at + WEEKS_LATER)
        for store, product, basket, quantity, sold_at in lines.iter_rows()
    }
    told = [m for window in windows(shipments, "seller-2") if window.source == REGISTER for m in window.messages]
    assert {(m.node, m.event_id, m.quantity, m.occurred_at) for m in told} == expected
    assert len(told) == len(expected)
    assert {(m.event_type, m.partner_id) for m in told} == {("SOLD", "seller-2")}


def test_receipts_are_told_as_simulated_and_cover_what_is_sold(data_set: Path) -> None:
    shipments = read_shipments(read_journey(data_set, Part()))
    told = list(windows(shipments, "seller-2"))
    receipts = [m for window in told if window.source == SIMULATED for m in window.messages]
    assert {(m.event_type, m.reference) for m in receipts} == {("RECEIVED", "simulated")}
    assert len({(m.node, m.event_id) for m in receipts}) == len(receipts)
    held: dict[tuple[str | None, str], float] = {}
    for message in sorted((m for w in told for m in w.messages), key=lambda m: (m.occurred_at, m.event_type == "SOLD")):
        key = (message.node, message.gtin)
        held[key] = held.get(key, 0) + (message.quantity or 0)
        assert held[key] >= 0


async def test_the_seller_has_what_was_received_less_what_was_sold(
    database: Database, clock: FrozenClock, data_set: Path
) -> None:
    intake = Intake(database, Locations(database), clock, EventLimits())
    await load_completejourney(database, intake, clock, data_set, JourneyOptions(), ignore)
    shipments = read_shipments(read_journey(data_set, Part()))
    first = await load_fulfilment(database, intake, clock, shipments)
    again = await load_fulfilment(database, intake, clock, shipments)
    assert (first.refused, again.refused, again.accepted, again.duplicates) == ({}, {}, 0, first.accepted)
    messages = [m for window in windows(shipments, "seller-2") for m in window.messages]
    seller = await partner_by_code(database, fulfilment_of(shipments).seller_code)
    assert seller is not None
    page = await seller_inventory(database, seller.partner_id, offset=0, limit=10)
    assert page.total == len(PRODUCTS)
    assert sum(units.on_hand for units in page.items) == 10_000 * sum(int(m.quantity or 0) for m in messages)
