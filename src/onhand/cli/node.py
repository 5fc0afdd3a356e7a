"""`onhand node`: the ship nodes of suppliers and sellers."""

from typing import Annotated, Any

import typer

from onhand.basics.clock import system_clock
from onhand.cli.answers import print_facts, print_rows
from onhand.cli.onboarded import answer_of, every
from onhand.cli.options import AsJson, new_group
from onhand.dropship import nodes
from onhand.dropship.nodes import NewShipNode, ShipNode

app = new_group("Ship nodes: the facilities from which suppliers and sellers send what customers order.")
_COLUMNS = ("node", "name", "partner", "default")

Node = Annotated[str, typer.Argument(help="The node's code, as calls and feeds name it.")]


@app.command()
def add(
    node: Node,
    partner: Annotated[str, typer.Argument(help="The code of the supplier or seller whose node it is.")],
    name: Annotated[str | None, typer.Option(help="What people call it. (default: Ship node NODE)")] = None,
    as_json: AsJson = False,
) -> None:
    """Make a ship node known. The first one of a seller is meant where its calls name none.

    Example: `onhand node add 722222222 acme --name "Warehouse East"`
    """
    new = NewShipNode(node, name or f"Ship node {node}", partner)
    added = answer_of(lambda database: nodes.add_ship_nodes(database, system_clock, [new]))
    print_facts({"node": node, "name": new.name, "partner": partner, "new": added.added == 1}, as_json=as_json)


@app.command(name="list")
def list_nodes(
    partner: Annotated[str | None, typer.Option(help="Only those of the partner with this code.")] = None,
    as_json: AsJson = False,
) -> None:
    """Show ship nodes.

    Example: `onhand node list --partner acme`
    """
    found = every(
        lambda database, after: nodes.list_ship_nodes(database, partner_code=partner, after=after),
        lambda node: node.code,
    )
    print_rows(list(map(_row, found)), columns=_COLUMNS, as_json=as_json, empty="No ship nodes yet: onhand node add.")


@app.command()
def default(
    seller: Annotated[str, typer.Argument(help="The seller's code.")],
    node: Node,
    as_json: AsJson = False,
) -> None:
    """Choose the ship node that is meant where a seller's calls name none.

    Example: `onhand node default 10000000001 722222222`
    """
    answer_of(lambda database: nodes.set_default_node(database, partner_code=seller, code=node))
    print_facts({"partner": seller, "node": node}, as_json=as_json)


def _row(node: ShipNode) -> dict[str, Any]:
    return {"node": node.code, "name": node.name, "partner": node.partner_code, "default": node.is_default}
