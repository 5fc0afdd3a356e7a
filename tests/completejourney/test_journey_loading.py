from datetime import datetime
from pathlib import Path

import pytest

from onhand.basics.clock import Clock, from_datetime
from onhand.catalogue.items import list_items, list_mappings
from onhand.completejourney.catalogue import Conflict
from onhand.completejourney.loading import JourneyOptions, load_completejourney
from onhand.completejourney.streaming import Part
from onhand.files.position import Counts
from onhand.partners.onboarding import add_partner, list_partners
from onhand.stock.intake import Intake
from onhand.stock.locations import Locations
from onhand.stock.onhand import stock_as_of
from onhand.stock.resolving import EventLimits
from onhand.store.database import Database


def ignore(_done: int, _total: int) -> None:
    pass


@pytest.fixture
def intake(database: Database, clock: Clock) -> Intake:
    return Intake(database, Locations(database), clock, EventLimits())


async def test_the_data_set_is_loaded_once_however_often(
    database: Database, intake: Intake, clock: Clock, data_set: Path
) -> None:
    told: list[tuple[int, int]] = []
    options = JourneyOptions(window_events=20)
    first = await load_completejourney(database, intake, clock, data_set, options, lambda *done: told.append(done))
    assert first.refused == {}
    assert told[-1] == (first.accepted, first.accepted)
    again = await load_completejourney(database, intake, clock, data_set, options, ignore)
    assert again == Counts(accepted=0, duplicates=first.accepted)


async def test_the_opening_count_is_the_first_thing_known_of_an_item(
    database: Database, intake: Intake, clock: Clock, data_set: Path
) -> None:
    await load_completejourney(database, intake, clock, data_set, JourneyOptions(), ignore)
    store = await Locations(database).store(406)
    assert store is not None
    opened = from_datetime(datetime.fromisoformat("2017-01-01"))
    before = await stock_as_of(database, location=store, item_id=2000000256719, as_of=opened - 1, known_at=None)
    after = await stock_as_of(database, location=store, item_id=2000000256719, as_of=opened, known_at=None)
    assert before == ()
    assert len(after) == 1
    assert after[0].quantity > 0


async def test_products_become_items_of_their_manufacturers_and_unlisted_ones_of_nobody(
    database: Database, intake: Intake, clock: Clock, data_set: Path
) -> None:
    await load_completejourney(database, intake, clock, data_set, JourneyOptions(part=Part(stores_max=1)), ignore)
    names = {item.item_id: item.name for item in await list_items(database)}
    assert len(names) == 5
    assert names[2000000009995] == "Product 999, not in the data set's list"
    assert [partner.code for partner in await list_partners(database)] == ["manufacturer-2", "manufacturer-69"]
    mapped = {(mapping.gtin, mapping.supplier_code) for mapping in await list_mappings(database)}
    assert len(mapped) == 4
    assert ("02000000256719", "manufacturer-2") in mapped


async def test_an_interrupted_load_is_gone_on_with(
    database: Database, intake: Intake, clock: Clock, data_set: Path, tmp_path: Path
) -> None:
    options = JourneyOptions(window_events=20, position_path=tmp_path / "position")

    def interrupt(done: int, _total: int) -> None:
        if done > 60:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        await load_completejourney(database, intake, clock, data_set, options, interrupt)
    counts = await load_completejourney(database, intake, clock, data_set, options, ignore)
    assert counts.duplicates == 0
    assert not (tmp_path / "position").exists()


async def test_a_partner_that_is_somebody_else_already_is_told(
    sqlite_database: Database, clock: Clock, data_set: Path
) -> None:
    await add_partner(sqlite_database, clock, kind="supplier", code="manufacturer-69", name="Somebody else")
    intake = Intake(sqlite_database, Locations(sqlite_database), clock, EventLimits())
    with pytest.raises(Conflict, match="Somebody else"):
        await load_completejourney(sqlite_database, intake, clock, data_set, JourneyOptions(), ignore)
