"""A ledger that knows one store and two items, to load files into."""

from collections.abc import Callable

import pytest

from onhand.basics.clock import Clock
from onhand.catalogue.imports import import_items, listed
from onhand.catalogue.report import SourceRow
from onhand.stock.intake import Intake
from onhand.stock.locations import Locations, NewStore, add_stores
from onhand.stock.resolving import EventLimits
from onhand.store.database import Database

GTINS = ("00012345678905", "00036000291452")
Event = Callable[..., dict[str, object]]


@pytest.fixture
async def intake(database: Database, clock: Clock) -> Intake:
    """What posts into a ledger that knows store 45 and two items."""
    await add_stores(database, clock, [NewStore(45, "Store 45"), NewStore(46, "Store 46")])
    rows = [SourceRow(line, {"gtin": gtin, "name": "An item"}) for line, gtin in enumerate(GTINS, 1)]
    report = await import_items(database, clock, listed(rows))
    assert report.is_stored
    return Intake(database, Locations(database), clock, EventLimits())


@pytest.fixture
def event() -> Event:
    """An event of store 45 with what is given changed."""

    def make(event_id: object, **fields: object) -> dict[str, object]:
        event: dict[str, object] = {"eventId": str(event_id), "eventType": "SALES", "storeNbr": 45, "gtin": GTINS[0]}
        return event | {"quantity": -1, "occurredAt": "2026-03-05T11:58:00Z"} | fields

    return make
