"""`onhand store`: the stores that units can be in."""

from typing import Annotated, Any

import typer

from onhand.basics.clock import system_clock
from onhand.cli.answers import accepted, print_facts, print_rows
from onhand.cli.opened import with_database
from onhand.cli.options import AsJson, new_group
from onhand.settings import Settings
from onhand.stock.locations import STORE, Location, Locations, NewStore, StoresAdded, add_stores
from onhand.store.database import Database

app = new_group("The stores that units can be in.")


@app.command()
def add(
    number: Annotated[int, typer.Argument(help="The store's number, as it stands in the paths of the APIs.")],
    name: Annotated[str | None, typer.Option(help="What people call it. (default: Store NUMBER)")] = None,
    as_json: AsJson = False,
) -> None:
    """Make a store known.

    Example: `onhand store add 45 --name "Main Street"`
    """
    store = NewStore(number, name or f"Store {number}")

    async def work(database: Database, _settings: Settings) -> StoresAdded:
        return accepted(await add_stores(database, system_clock, [store]))

    outcome = with_database(work)
    print_facts({"store": number, "name": store.name, "new": outcome.added == 1}, as_json=as_json)


@app.command(name="list")
def list_stores(as_json: AsJson = False) -> None:
    """Show every store.

    Example: `onhand store list --json`
    """
    rows = [_row(location) for location in with_database(_all_stores)]
    print_rows(rows, columns=("store", "name", "reporting_zone"), as_json=as_json, empty="No stores yet.")


async def _all_stores(database: Database, _settings: Settings) -> list[Location]:
    return await Locations(database).all(STORE)


def _row(location: Location) -> dict[str, Any]:
    return {"store": int(location.code), "name": location.name, "reporting_zone": location.reporting_zone}
