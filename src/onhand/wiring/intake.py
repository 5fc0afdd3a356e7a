"""What takes events in, within the limits of the settings."""

from onhand.basics.clock import Clock
from onhand.settings import Settings
from onhand.stock.intake import Intake
from onhand.stock.locations import Locations
from onhand.stock.resolving import EventLimits
from onhand.store.database import Database

_WRITERS_MAX = 4


def build_intake(database: Database, settings: Settings, clock: Clock, locations: Locations | None = None) -> Intake:
    """What posts events into the ledger, within the limits of the settings."""
    limits = EventLimits(future_seconds=settings.event_future_seconds)
    embedded = database.dialect == "sqlite"
    return Intake(
        database,
        locations or Locations(database),
        clock,
        limits,
        transaction_events_max=settings.transaction_events_max,
        transaction_locations_max=settings.transaction_locations_max,
        writers_max=1 if embedded else min(_WRITERS_MAX, settings.database_connections_max),
    )
