"""Stores, ship nodes and fulfilment centres: where units can be."""

from collections.abc import Sequence
from pathlib import Path

import msgspec

from onhand.basics.clock import Clock
from onhand.basics.refusal import Refusal
from onhand.stock.vocabulary import RETAILER_ID
from onhand.store.database import Database, RunAgain, Session
from onhand.store.queries import Queries, json_list

_SQL = Queries(Path(__file__).with_name("sql") / "locations.sql")
STORE = "store"
SHIP_NODE = "ship_node"
FULFILMENT_CENTRE = "fulfilment_centre"
KINDS = (STORE, SHIP_NODE, FULFILMENT_CENTRE)
STORE_NUMBER_MAX = 999_999_999
STORE_ZONE = "UTC"
CENTRE_ZONE = "America/Los_Angeles"
"""Days and months of fulfilment centres are those of the Pacific time zone (WF-08)."""
_PAGE_ROWS = 500


class Location(msgspec.Struct, frozen=True):
    """A place that keeps units, and the zone in which its months are reported."""

    location_id: int
    kind: str
    code: str
    name: str
    partner_id: int
    reporting_zone: str


class NewLocation(msgspec.Struct, frozen=True):
    """A location that is to be known, without the id that it will have."""

    kind: str
    code: str
    name: str
    partner_id: int
    reporting_zone: str


class NewStore(msgspec.Struct, frozen=True):
    """A store that is to be known."""

    number: int
    name: str


class StoresAdded(msgspec.Struct, frozen=True):
    """How many stores are new, and how many were known already."""

    added: int
    known: int


class _LocationRow(msgspec.Struct, frozen=True):
    location_id: int
    kind: str
    code: str
    name: str
    partner_id: int
    reporting_zone: str
    created_at: int


class Locations:
    """The locations of a database, remembered once they have been found: a location never changes its identity."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._found: dict[tuple[str, str], Location] = {}

    async def store(self, number: int) -> Location | None:
        """The store of that number."""
        return await self.find(STORE, str(number))

    async def find(self, kind: str, code: str) -> Location | None:
        """The location of that kind and code."""
        key = (kind, code)
        if key not in self._found:
            row = await self._database.one(_SQL["location_by_code"], kind=kind, code=code)
            if row is None:
                return None
            self._found[key] = Location(*row)
        return self._found[key]

    async def all(self, kind: str) -> list[Location]:
        """Every location of a kind, in the order of their ids."""
        found: list[Location] = []
        while page := await self.list(kind, found[-1].location_id if found else 0, _PAGE_ROWS):
            found += page
        return found

    async def list(self, kind: str, after: int = 0, rows_max: int = 1000) -> list[Location]:
        """Locations of a kind in the order of their ids, from the one after `after` on."""
        rows = await self._database.all(_SQL["all_locations"], kind=kind, after=after, rows_max=rows_max)
        return [Location(*row) for row in rows]


async def add_stores(database: Database, clock: Clock, stores: Sequence[NewStore]) -> StoresAdded | Refusal:
    """Make stores known; one that is known by the same name already is left as it is.

    All or nothing: a store of a known number with another name refuses them all.
    """
    names: dict[int, str] = {}
    for store in stores:
        if names.setdefault(store.number, store.name) != store.name:
            return Refusal("conflict", "storeNbr", f"Store {store.number} is given twice, with different names.")
        if not 0 < store.number <= STORE_NUMBER_MAX:
            message = f"{store.number} is not a store number: give one from 1 to {STORE_NUMBER_MAX}."
            return Refusal("invalid_store", "storeNbr", message)
        if not store.name.strip() or not store.name.isprintable():
            return Refusal("invalid_name", "name", f"Store {store.number} needs a name of printable characters.")

    async def work(session: Session) -> StoresAdded | Refusal:
        wanted = {str(store.number): store.name for store in stores}
        codes = json_list(wanted)
        known = await session.all(_SQL["locations_with_codes"], kind=STORE, codes=codes)
        for code, name, _ in known:
            if wanted.pop(code) != name:
                return Refusal("conflict", "storeNbr", f"Store {code} is known already, by the name “{name}”.")
        new = [NewLocation(STORE, code, name, RETAILER_ID, STORE_ZONE) for code, name in wanted.items()]
        made = await insert_locations(session, new, clock())
        return StoresAdded(len(made), len(known))

    return await database.write(work)


async def insert_locations(session: Session, new: Sequence[NewLocation], now: int) -> list[Location]:
    """Store locations whose codes were seen not to be taken, and give them their ids.

    Raises:
        RunAgain: another writer was quicker with an id or a code.
    """
    newest = await session.one(_SQL["newest_location"])
    first = (newest[0] if newest else 0) + 1
    rows = [
        _LocationRow(number, place.kind, place.code, place.name, place.partner_id, place.reporting_zone, now)
        for number, place in enumerate(new, first)
    ]
    if rows and await session.run_rows(_SQL["insert_locations"], rows) != len(rows):
        raise RunAgain
    return [Location(row.location_id, row.kind, row.code, row.name, row.partner_id, row.reporting_zone) for row in rows]
