"""Stores are made known all together or not at all, and keep their identity."""

import asyncio

import pytest

from onhand.basics.refusal import Refusal
from onhand.stock.locations import STORE_NUMBER_MAX, Locations, NewStore, StoresAdded, add_stores
from onhand.store.database import Database
from tests.conftest import FrozenClock

pytestmark = pytest.mark.contract("OP-01")


async def names(database: Database) -> dict[str, str]:
    """The stores that are known."""
    return {store.code: store.name for store in await Locations(database).list("store")}


async def test_a_store_added_again_by_its_name_is_left_as_it_is(database: Database, clock: FrozenClock) -> None:
    assert await add_stores(database, clock, [NewStore(45, "A"), NewStore(46, "B")]) == StoresAdded(2, 0)
    before = await Locations(database).store(45)
    assert await add_stores(database, clock, [NewStore(47, "C"), NewStore(45, "A")]) == StoresAdded(1, 1)
    assert await Locations(database).store(45) == before
    assert await names(database) == {"45": "A", "46": "B", "47": "C"}


async def test_a_known_store_by_another_name_refuses_them_all(database: Database, clock: FrozenClock) -> None:
    await add_stores(database, clock, [NewStore(45, "A")])
    refusal = await add_stores(database, clock, [NewStore(46, "B"), NewStore(45, "Other")])
    assert isinstance(refusal, Refusal)
    assert (refusal.code, refusal.field) == ("conflict", "storeNbr")
    assert await names(database) == {"45": "A"}


async def test_one_number_with_two_names_in_one_list_is_refused(sqlite_database: Database, clock: FrozenClock) -> None:
    assert isinstance(await add_stores(sqlite_database, clock, [NewStore(45, "A"), NewStore(45, "B")]), Refusal)


@pytest.mark.parametrize("number", [0, -45, STORE_NUMBER_MAX + 1])
async def test_a_number_that_is_none_of_a_store_is_refused(
    sqlite_database: Database, clock: FrozenClock, number: int
) -> None:
    refusal = await add_stores(sqlite_database, clock, [NewStore(1, "A"), NewStore(number, "B")])
    assert isinstance(refusal, Refusal)
    assert (refusal.code, refusal.field) == ("invalid_store", "storeNbr")
    assert await names(sqlite_database) == {}


@pytest.mark.parametrize("name", ["", " ", "a\u0000", "a\nb"])
async def test_a_name_without_a_printable_character_is_refused(
    sqlite_database: Database, clock: FrozenClock, name: str
) -> None:
    refusal = await add_stores(sqlite_database, clock, [NewStore(1, name)])
    assert isinstance(refusal, Refusal)
    assert (refusal.code, refusal.field) == ("invalid_name", "name")


async def test_writers_that_add_stores_at_once_give_each_its_own_id(database: Database, clock: FrozenClock) -> None:
    added = await asyncio.gather(*(add_stores(database, clock, [NewStore(number, "S")]) for number in range(1, 9)))
    assert added == [StoresAdded(1, 0)] * 8
    assert len({store.location_id for store in await Locations(database).list("store")}) == 8


async def test_a_store_that_is_added_later_is_found(database: Database, clock: FrozenClock) -> None:
    locations = Locations(database)
    assert await locations.store(45) is None
    await add_stores(database, clock, [NewStore(45, "A")])
    found = await locations.store(45)
    assert found
    assert (found.code, found.name, found.reporting_zone, found.partner_id) == ("45", "A", "UTC", 1)
