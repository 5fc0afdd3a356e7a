"""Every unit that a centre lost, damaged or found is followed to the settlement once, however late it comes (WF-11)."""

import msgspec
import pytest

from onhand.basics.clock import format_micros
from onhand.settings import Settings
from onhand.settlement.audit import verify
from onhand.settlement.calendar import SettlementCalendar
from onhand.settlement.entries import SaleEntry
from onhand.settlement.intake import SettlementIntake
from onhand.store.database import Database
from onhand.store.queries import Query
from onhand.wiring.settling import follow_losses, settle
from tests.conftest import FrozenClock
from tests.fulfilment.warehouse import GTIN, OTHER_SELLER, SELLER, WEST, Warehouse, moved
from tests.settlement.books import SALE

pytestmark = pytest.mark.contract("WF-11")

SETTINGS = Settings(settlement_unit_value="2.50")


@pytest.fixture
async def warehouse(database: Database, clock: FrozenClock) -> Warehouse:
    """Two sellers, their items, and three centres where nothing has happened."""
    made = Warehouse(database, clock)
    await made.open()
    return made


async def follow(warehouse: Warehouse, settings: Settings = SETTINGS) -> int:
    return await follow_losses(settings, warehouse.database, warehouse.locations, warehouse.clock)


async def posted(warehouse: Warehouse) -> list[tuple[int, str, int]]:
    """Of each posting: the seller, its description, and the amount."""
    asked = (
        "SELECT p.partner_id, p.description, l.amount FROM money_posting AS p JOIN money_line AS l "
        "ON l.partner_id = p.partner_id AND l.posting_no = p.posting_no ORDER BY p.partner_id, p.posting_no"
    )
    return [tuple(row) for row in await warehouse.database.all(Query("posted", asked, asked))]


async def test_losses_of_all_centres_reach_their_sellers(warehouse: Warehouse) -> None:
    await warehouse.accept(
        moved("r", "RECEIVED", hours=9, quantity=20),
        moved("l", "LOST", hours=3, quantity=-2),
        moved("d", "DAMAGED", hours=2, quantity=-1),
        moved("f", "FOUND", hours=1, quantity=1),
        moved("elsewhere", "LOST", WEST, quantity=-5),
        moved("theirs", "LOST", quantity=-7, partner_id=OTHER_SELLER),
    )
    assert await follow(warehouse) == 5
    amounts = sorted((seller, what, amount) for seller, what, amount in await posted(warehouse))
    mine, theirs = sorted(warehouse.partner_ids.values())
    assert amounts == [
        (mine, "WFS DamageInWarehouse", 250),
        (mine, "WFS FoundInventory", -250),
        (mine, "WFS LostInventory", 500),
        (mine, "WFS LostInventory", 1250),
        (theirs, "WFS LostInventory", 1750),
    ]
    assert (await verify(warehouse.database)).differences == ()


async def test_what_was_followed_is_not_answered_for_again_and_what_is_new_is(
    warehouse: Warehouse, clock: FrozenClock
) -> None:
    await warehouse.accept(moved("l", "LOST", hours=3, quantity=-2))
    assert (await follow(warehouse), await follow(warehouse)) == (1, 0)
    await warehouse.accept(moved("late", "LOST", hours=8, quantity=-1))
    assert (await follow(warehouse), await follow(warehouse)) == (1, 0)
    clock.advance(86_400)
    await warehouse.accept(moved("next", "LOST", hours=1, quantity=-1))
    assert await follow(warehouse) == 1
    assert [amount for _, _, amount in await posted(warehouse)] == [500, 250, 250]


async def test_a_loss_of_a_seller_without_a_ledger_is_answered_for_when_its_first_sale_was_told(
    warehouse: Warehouse, clock: FrozenClock
) -> None:
    worthless = Settings(settlement_unit_value="0.00")
    await warehouse.accept(moved("lost", "LOST", hours=3, quantity=-2))
    for _ in range(2):
        assert await follow(warehouse, worthless) == 0
        clock.advance(3_600)
    posted_at = format_micros(clock.now - 8 * 3_600_000_000)
    sale = {**SALE, "currency": "CAD", "gtin": GTIN, "postedAt": posted_at, "eventId": "sale", "partner": SELLER}
    intake = SettlementIntake(warehouse.database, clock, SettlementCalendar())
    await intake.take("sale", "shop", [msgspec.convert(sale, SaleEntry, strict=False)])
    assert (await follow(warehouse, worthless), await follow(warehouse, worthless)) == (1, 0)
    assert (await posted(warehouse))[-1][1:] == ("WFS LostInventory", 10_000)


async def test_settling_answers_for_what_was_lost_until_then(warehouse: Warehouse) -> None:
    await warehouse.accept(moved("lost", "LOST", hours=1, quantity=-2))
    await settle(SETTINGS, warehouse.database, warehouse.locations, warehouse.clock)
    assert [amount for _, _, amount in await posted(warehouse)] == [500]


async def test_losses_that_can_not_be_followed_keep_no_period_from_closing(
    warehouse: Warehouse, clock: FrozenClock, caplog: pytest.LogCaptureFixture
) -> None:
    await warehouse.accept(moved("lost", "LOST", hours=3, quantity=-2))
    await follow(warehouse)
    await warehouse.run("UPDATE loss_position SET reached = '?'")
    clock.advance(15 * 86_400)
    settled = await settle(SETTINGS, warehouse.database, warehouse.locations, clock)
    assert settled.closed == 1
    assert "losses could not be followed" in caplog.text
