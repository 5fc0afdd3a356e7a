"""Which table of commission rates is in force, and loading another."""

from pathlib import Path

from onhand.basics.clock import Clock
from onhand.settlement.rates import RateProblem, RateTable, default_text, read_rates
from onhand.store.database import Database
from onhand.store.queries import Queries

_SQL = Queries(Path(__file__).with_name("schedules.sql"))
_NONE_LOADED = 0


class Schedules:
    """Gives the table that is in force; it is read anew only where another was loaded since."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._number = -1
        self._rates = RateTable(())

    async def in_force(self) -> RateTable:
        """The newest table that was loaded, or the one that comes with the program."""
        row = await self._database.one(_SQL["newest_number"])
        number = row[0] if row and row[0] is not None else _NONE_LOADED
        if number != self._number:
            rates = read_rates(await text_in_force(self._database))
            assert isinstance(rates, RateTable), "a table is checked before it is loaded"
            self._number, self._rates = number, rates
        return self._rates


async def text_in_force(database: Database) -> str:
    """The CSV of the table that is in force."""
    row = await database.one(_SQL["newest_table"])
    return str(row[1]) if row else default_text()


async def load_rates(database: Database, clock: Clock, text: str) -> RateTable | list[RateProblem]:
    """Put a table in force as a whole; where anything is wrong with it, nothing is changed.

    What was posted keeps the commission that it was posted with. The same table again changes nothing.
    """
    rates = read_rates(text)
    if isinstance(rates, RateTable) and text != await text_in_force(database):
        await database.write(lambda session: session.insert(_SQL["insert_table"], content=text, loaded_at=clock()))
    return rates
