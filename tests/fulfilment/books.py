"""Short ways to refresh the reconciliation of a warehouse and to read it."""

import csv
import io
from datetime import date

from onhand.fulfilment.reconciliation.asking import Wanted, wanted_month
from onhand.fulfilment.reconciliation.reading import COLUMNS, MonthFile, month_file
from onhand.fulfilment.reconciliation.refreshes import Refresh, shown_refresh
from onhand.fulfilment.reconciliation.refreshing import Refresher
from onhand.store.database import Session
from tests.fulfilment.warehouse import NAMES, SELLER, Warehouse

FIGURES = COLUMNS[7:]
CODES = {name: code for code, name in NAMES.items()}


async def refreshed(warehouse: Warehouse, *, grace_days: int = 0, streams_max: int = 3) -> list[str]:
    """Do the refreshes that are due; the last day of each."""
    refresher = Refresher(warehouse.database, warehouse.clock, grace_days=grace_days, streams_max=streams_max)
    return [str(refresh.last_day) for refresh in await refresher.run_due()]


async def file_of(warehouse: Warehouse, wanted: Wanted | int, seller: str = SELLER) -> tuple[str, bytes]:
    """The name and the content of the file of a month; of one without a last day all that is known."""

    async def work(session: Session) -> tuple[str, bytes]:
        shown = await shown_refresh(session)
        assert shown is not None
        asked = wanted_month(wanted, shown, "month") if isinstance(wanted, int) else wanted
        assert isinstance(asked, Wanted), asked
        file: MonthFile = await month_file(session, warehouse.partner_ids[seller], asked, shown)
        return file.name, b"".join([piece async for piece in file.pieces(session)])

    return await warehouse.database.read(work)


async def rows_of(
    warehouse: Warehouse, wanted: Wanted | int, seller: str = SELLER
) -> dict[tuple[str, str], tuple[int, ...]]:
    """The figures of a month by GTIN and the code of the centre, seen to add up."""
    _, content = await file_of(warehouse, wanted, seller)
    found = {}
    for row in csv.DictReader(io.StringIO(content.decode(), newline="")):
        figures = tuple(int(row[name]) for name in FIGURES)
        assert sum(figures[:-1]) == figures[-1], row
        key = row["GTIN"], CODES[row["Fulfillment Center"]]
        assert key not in found
        found[key] = figures
    return found


async def shown(warehouse: Warehouse) -> Refresh:
    """The refresh that is shown."""
    found = await shown_refresh(warehouse.database)
    assert found is not None
    return found


def figures(starting: int = 0, ending: int | None = None, **moved: int) -> tuple[int, ...]:
    """The figures of a row, by the names of the columns in small letters."""
    names = [name.lower() for name in FIGURES[1:-1]]
    assert set(moved) <= set(names)
    movements = [moved.get(name, 0) for name in names]
    total = starting + sum(movements)
    assert ending in (None, total)
    return starting, *movements, total


def month(year: int, number: int) -> int:
    """A month as it is counted."""
    return year * 12 + number - 1


def day(text: str) -> date:
    """A day."""
    return date.fromisoformat(text)
