"""Commission follows a table that is data, and a table that is wrong is refused by line (RC-12)."""

from datetime import date

import pytest

from onhand.basics.refusal import Refusal
from onhand.settlement.rates import CategoryRates, RateTable, commission_of, default_text, percent_text, read_rates
from onhand.settlement.schedules import Schedules, load_rates
from onhand.store.database import Database
from tests.conftest import FrozenClock

pytestmark = pytest.mark.contract("RC-12")

HEADER = "category,valid_from,valid_until,rule,above,up_to,percent\n"
DAY = date(2026, 3, 5)


def table(text: str = "") -> RateTable:
    read = read_rates(text or default_text())
    assert isinstance(read, RateTable)
    return read


def rates(category: str) -> CategoryRates:
    found = table().at(category, DAY)
    assert not isinstance(found, Refusal)
    return found


@pytest.mark.parametrize(
    ("category", "price", "units", "commission", "rate"),
    [
        ("Home & Garden", 3196, 4, 479, "15"),  # 4 at 7.99: 15% of 31.96
        ("Automotive & Powersports", 1952, 1, 234, "12"),
        ("Apparel & Accessories", 1500, 1, 75, "5"),
        ("Apparel & Accessories", 1501, 1, 150, "10"),
        ("Apparel & Accessories", 2001, 1, 300, "15"),
        ("Apparel & Accessories", 3000, 2, 150, "5"),  # 15.00 each
        ("Grocery", 1501, 1, 225, "15"),
        ("Watches", 200_000, 1, 24_000, "12"),  # 15% of 1,500 and 3% of 500
        ("Watches", 300_000, 2, 45_000, "15"),
        ("Electronics Accessories", 12_000, 1, 1_660, "13.83"),  # 15.00 and 1.60
        ("Personal Computers", 0, 1, 0, "6"),
    ],
)
def test_the_rate_follows_from_the_category_and_the_price_of_a_unit(
    category: str, price: int, units: int, commission: int, rate: str
) -> None:
    found = commission_of(rates(category), price, 0, units, 2)
    assert (found.on_product, found.rate) == (commission, rate)


def test_half_a_cent_is_rounded_up() -> None:
    found = commission_of(rates("Home & Garden"), 10, 0, 1, 2)
    assert (found.on_product, found.on_shipping) == (2, 0)  # 1.5


@pytest.mark.contract("RC-18")
def test_shipping_pays_what_it_adds_to_the_rounded_line() -> None:
    found = commission_of(rates("Home & Garden"), 10, 30, 1, 2)
    assert (found.on_product, found.on_shipping) == (2, 4)  # 1.5 and 4.5 are 6, not 2 and 5


def test_shipping_goes_on_where_the_portions_of_the_price_end() -> None:
    found = commission_of(rates("Electronics Accessories"), 9_900, 200, 1, 2)
    assert (found.on_product, found.on_shipping) == (1_485, 23)  # 15% of 99; 15% of 1 and 8% of 1


def test_percentages_are_printed_without_needless_decimals() -> None:
    assert [percent_text(points) for points in (1500, 850, 825, 5, 0)] == ["15", "8.5", "8.25", "0.05", "0"]


@pytest.mark.parametrize(
    ("rows", "line", "code"),
    [
        ("Grocery,2026-01-01,,switch,0,15,8\nGrocery,2026-01-01,,switch,16,,15\n", 3, "gap"),
        ("Grocery,2026-01-01,,switch,0,15,8\nGrocery,2026-01-01,,switch,14,,15\n", 3, "overlap"),
        ("Grocery,2026-01-01,,switch,0,15,8\n", 2, "gap"),
        ("Grocery,2026-01-01,2026-02-01,flat,0,,8\nGrocery,2026-02-02,,flat,0,,9\n", 3, "gap"),
        ("Grocery,2026-01-01,2026-02-02,flat,0,,8\nGrocery,2026-02-01,,flat,0,,9\n", 3, "overlap"),
        ("Grocery,2026-01-01,,flat,0,,8\nGroceries,2026-01-01,,flat,0,,8\n", 3, "invalid_category"),
        ("Grocery,2026-13-01,,flat,0,,8\n", 2, "invalid_valid_from"),
        ("Grocery,2026-01-01,2025-01-01,flat,0,,8\n", 2, "invalid_valid_until"),
        ("Grocery,2026-01-01,,tiered,0,,8\n", 2, "invalid_rule"),
        ("Grocery,2026-01-01,,flat,0,,101\n", 2, "invalid_percent"),
        ("Grocery,2026-01-01,,flat,0,,9E+999999\n", 2, "invalid_percent"),
        ("Grocery,2026-01-01,,switch,0,9E+999999,8\n", 2, "invalid_up_to"),
        ("Grocery,2026-01-01,,flat,0,8\n", 2, "columns"),
        ('Grocery,2026-01-01,,flat,0,,8\n"' + "x" * 140_000, 3, "unreadable"),
        ("", 1, "empty"),
    ],
)
def test_a_table_that_is_wrong_is_refused_with_its_line(rows: str, line: int, code: str) -> None:
    problems = read_rates(HEADER + rows)
    assert isinstance(problems, list)
    assert [(problem.line, problem.refusal.code) for problem in problems] == [(line, code)]


def test_a_table_that_a_spreadsheet_saved_is_read() -> None:
    saved = ("\ufeff" + HEADER + "Grocery,2026-01-01,,flat,0,,8\n").replace("\n", "\r\n")
    assert table(saved).categories == ["Grocery"]


def test_a_day_without_a_rate_is_told() -> None:
    read = table(HEADER + "Grocery,2026-01-01,2026-03-05,flat,0,,8\n")
    assert isinstance(read.at("Grocery", date(2026, 3, 4)), CategoryRates)
    refused = read.at("Grocery", DAY)
    assert isinstance(refused, Refusal)
    assert refused.code == "no_rate"


async def test_a_loaded_table_is_in_force_at_once(database: Database, clock: FrozenClock) -> None:
    schedules = Schedules(database)
    assert len((await schedules.in_force()).categories) == 35
    await load_rates(database, clock, HEADER + "Grocery,2026-01-01,,flat,0,,8\n")
    assert (await schedules.in_force()).categories == ["Grocery"]
    assert isinstance(await load_rates(database, clock, HEADER + "x\n"), list)
    assert (await schedules.in_force()).categories == ["Grocery"]
