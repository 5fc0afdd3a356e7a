"""What the store APIs need of the house."""

import msgspec

from onhand.basics.clock import Clock
from onhand.partners.signatures import Verifier
from onhand.stock.locations import Locations
from onhand.stock.resolving import EventLimits
from onhand.store.database import Database
from onhand.surfaces.plumbing.throttling import Throttle


class SupplierServices(msgspec.Struct, frozen=True, kw_only=True):
    """The parts that the handlers call. `floor_at_zero` shows availability below 0 as 0 (OP-06)."""

    database: Database
    locations: Locations
    clock: Clock
    verifier: Verifier
    throttle: Throttle
    limits: EventLimits
    page_token_secret: bytes
    page_rows_max: int
    body_bytes_max: int
    floor_at_zero: bool = False
