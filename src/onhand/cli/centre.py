"""`onhand centre`: the fulfilment centres in which the retailer keeps sellers' units."""

from typing import Annotated, Any

import typer

from onhand.basics.clock import system_clock
from onhand.cli.answers import print_facts, print_rows
from onhand.cli.onboarded import answer_of, every
from onhand.cli.options import AsJson, new_group
from onhand.fulfilment import centres
from onhand.fulfilment.centres import NewCentre
from onhand.stock.locations import Location

app = new_group("Fulfilment centres: where the retailer keeps sellers' units and sends them from.")
_COLUMNS = ("node", "name", "reporting_zone")


@app.command()
def add(
    node: Annotated[str, typer.Argument(help="The centre's code, as events name it.")],
    name: Annotated[str | None, typer.Option(help="What sellers read. (default: Fulfilment centre NODE)")] = None,
    as_json: AsJson = False,
) -> None:
    """Make a fulfilment centre known.

    Example: `onhand centre add LAX1 --name "Los Angeles 1"`
    """
    new = NewCentre(node, name or f"Fulfilment centre {node}")
    added = answer_of(lambda database: centres.add_centres(database, system_clock, [new]))
    print_facts({"node": node, "name": new.name, "new": added.added == 1}, as_json=as_json)


@app.command(name="list")
def list_centres(as_json: AsJson = False) -> None:
    """Show every fulfilment centre.

    Example: `onhand centre list --json`
    """
    found = every(
        lambda database, after: centres.list_centres(database, after=after),
        lambda centre: centre.code,
    )
    empty = "No fulfilment centres yet: onhand centre add."
    print_rows(list(map(_row, found)), columns=_COLUMNS, as_json=as_json, empty=empty)


def _row(centre: Location) -> dict[str, Any]:
    return {"node": centre.code, "name": centre.name, "reporting_zone": centre.reporting_zone}
