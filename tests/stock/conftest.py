"""A ledger with an item, and stores by the dozen."""

import itertools
from collections.abc import Awaitable, Callable, Sequence

import pytest

from onhand.basics.clock import Clock
from onhand.stock.intake import Intake, Outcome
from onhand.stock.locations import Location, Locations, NewStore, StoresAdded, add_stores
from onhand.stock.messages import EventMessage
from onhand.stock.resolving import EventLimits
from onhand.store.database import Database, Session
from onhand.store.queries import Query
from tests.stock.strategies import GTIN

_STORES = itertools.count(1)


class Ledger:
    """A database with an intake, and a way to get an empty store at once."""

    def __init__(self, database: Database, clock: Clock) -> None:
        self.database = database
        self.clock = clock
        self.locations = Locations(database)
        self.intake = Intake(database, self.locations, clock, EventLimits(), transaction_events_max=7)

    async def new_store(self) -> int:
        """The number of a store where nothing has happened."""
        number = next(_STORES)
        assert isinstance(
            await add_stores(self.database, self.clock, [NewStore(number, f"Store {number}")]), StoresAdded
        )
        return number

    async def place(self, number: int) -> Location:
        """The location of a store."""
        store = await self.locations.store(number)
        assert store is not None
        return store

    async def post(self, source: str, *messages: EventMessage) -> list[Outcome]:
        """Post messages of one source."""
        return await self.intake.post(source, messages)

    async def add_item(self, gtin: str, cid: str | None = None) -> None:
        """Make an item known."""
        sql = (
            "INSERT INTO item (item_id, cid, name, created_at, updated_at) "
            f"VALUES ({int(gtin)}, {(cid and repr(cid)) or 'NULL'}, 'Item {gtin}', 0, 0)"
        )
        await self.run(sql)

    async def run(self, sql: str) -> None:
        """Run a statement of the test's own."""
        query = Query("of_the_test", sql, sql)

        async def work(session: Session) -> int:
            return await session.run(query)

        await self.database.write(work)

    async def rows(self, sql: str) -> Sequence[tuple[object, ...]]:
        """The rows of a question of the test's own."""
        return await self.database.all(Query("of_the_test", sql, sql))


@pytest.fixture
async def ledger(database: Database, clock: Clock) -> Ledger:
    """An empty ledger that knows one item."""
    made = Ledger(database, clock)
    await made.add_item(GTIN)
    return made


Act = Callable[[], Awaitable[None]]
