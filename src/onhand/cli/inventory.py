"""`onhand inventory`: what stores and ship nodes have, and declaring what a ship node has."""

from typing import Annotated, Any

import typer

from onhand.cli.answers import Problem, plain_number, print_facts, print_rows, print_streamed
from onhand.cli.asking import ClientId, ClientSecret, ProfileName, Url, asker, partner_client
from onhand.cli.options import AsJson, new_group
from onhand.cli.progress import waiting_bar
from onhand.client.clients import Client
from onhand.client.results.inventory import NodeInventory, Quantity
from onhand.client.results.stores import StoreStatus

app = new_group("Inventory: what stores and ship nodes have, and what you declare of your ship nodes.")

Items = Annotated[list[str], typer.Argument(metavar="ITEM…", help="The items, by their GTINs; with --sku by yours.")]
BySku = Annotated[bool, typer.Option("--sku", help="The items are named by your SKUs.")]
Node = Annotated[str | None, typer.Option("--node", help="One ship node. (default: all of yours, or the profile's)")]
_NODE_COLUMNS = ("item", "ship_node", "input", "available_to_sell", "reserved")
_LIST_COLUMNS = ("sku", *_NODE_COLUMNS[1:])
_STORE_COLUMNS = ("item", "area", "state", "quantity", "last_updated", "problem")
_VALUES_MAX = 100


@app.command()
def get(
    items: Items,
    *,
    store: Annotated[int | None, typer.Option(help="Show what this store has, as a supplier.")] = None,
    node: Node = None,
    by_sku: BySku = False,
    profile: ProfileName = None,
    url: Url = None,
    client_id: ClientId = None,
    client_secret: ClientSecret = None,
    as_json: AsJson = False,
) -> None:
    """Show what there is of items: at ship nodes, or with --store in a store.

    Example: `onhand inventory get 00012947218283 --profile acme`
    """
    if store is not None and (by_sku or node):
        raise Problem("a store knows items by their GTINs and has no ship nodes: leave --sku and --node out")
    asks = asker(profile, url, client_id, client_secret)
    with partner_client(asks) as client:
        if store is not None:
            rows = [row for part in _parts(items) for row in _store_rows(client.stores.status(store, part))]
        else:
            rows = [row for item in items for row in _node_rows(client, item, node, by_sku=by_sku)]
    columns = _NODE_COLUMNS if store is None else _STORE_COLUMNS
    print_rows(rows, columns=columns, as_json=as_json, empty="Nothing was ever declared of it.")


@app.command(name="list")
def list_all(
    node: Annotated[str | None, typer.Option("--node", help="Only what this ship node has. (default: all)")] = None,
    profile: ProfileName = None,
    url: Url = None,
    client_id: ClientId = None,
    client_secret: ClientSecret = None,
    as_json: AsJson = False,
) -> None:
    """List every item that you declared, at each of your ship nodes.

    Example: `onhand inventory list --profile acme --json`
    """
    with partner_client(asker(profile, url, client_id, client_secret)) as client:
        rows = (
            {"sku": item.sku, **_node_row(item.sku, each)}
            for item in client.inventory.list()
            for each in item.nodes
            if node in (None, each.ship_node)
        )
        if as_json:
            print_streamed({column: row[column] for column in _LIST_COLUMNS} for row in rows)
            return
        with waiting_bar("inventory", shown=True) as waiting:
            found = list(waiting.rows(rows))
    print_rows(found, columns=_LIST_COLUMNS, as_json=False, empty="Nothing was declared yet.")


@app.command(name="set")
def declare(
    item: Annotated[str, typer.Argument(help="The item, by its GTIN; with --sku by yours.")],
    *,
    units: Annotated[int | None, typer.Argument(help="How many are there, reserved ones included.")] = None,
    infinite: Annotated[
        bool, typer.Option("--infinite", help="There is no end of it (AA); no number is given.")
    ] = False,
    node: Annotated[str | None, typer.Option("--node", help="The ship node. (default: the profile's)")] = None,
    by_sku: BySku = False,
    profile: ProfileName = None,
    url: Url = None,
    client_id: ClientId = None,
    client_secret: ClientSecret = None,
    as_json: AsJson = False,
) -> None:
    """Declare what a ship node has of an item.

    Example: `onhand inventory set 00012947218283 23 --node 123456701 --profile acme`
    """
    if (units is None) != infinite:
        raise Problem("say how many there are, or --infinite, and not both")
    asks = asker(profile, url, client_id, client_secret)
    named = {"sku": item} if by_sku else {"gtin": item}
    with partner_client(asks) as client:
        found = client.inventory.set(**named, ship_node=node or asks.ship_node, amount=units)
    shown = {"sku": found.sku, "gtin": found.gtin, "units": _units(found.quantity), "etag": found.etag}
    print_facts(shown, as_json=as_json)


def _node_rows(client: Client, item: str, node: str | None, *, by_sku: bool) -> list[dict[str, Any]]:
    found = client.inventory.item(item, product_id_type="sku" if by_sku else "gtin", ship_node=node)
    return [_node_row(item, each) for each in found.nodes]


def _node_row(item: str, node: NodeInventory) -> dict[str, Any]:
    return {
        "item": item,
        "ship_node": node.ship_node,
        "input": _units(node.input_qty),
        "available_to_sell": _units(node.avail_to_sell_qty),
        "reserved": _units(node.reserved_qty),
    }


def _store_rows(status: StoreStatus) -> list[dict[str, Any]]:
    rows: list[dict[str, Any]] = [
        {
            "item": item.gtin,
            "area": area.location_area,
            "state": area.state,
            "quantity": plain_number(area.quantity),
            "last_updated": area.last_updated_time.isoformat(),
            "problem": None,
        }
        for item in status.inventory
        for area in item.inventory_by_location
    ]
    nothing = dict.fromkeys(_STORE_COLUMNS)
    return [*rows, *({**nothing, "item": error.value, "problem": error.message} for error in status.errors)]


def _units(quantity: Quantity | None) -> int | str | None:
    if quantity is None:
        return None
    return "infinite" if quantity.amount is None else quantity.amount


def _parts(items: list[str]) -> list[list[str]]:
    return [items[start : start + _VALUES_MAX] for start in range(0, len(items), _VALUES_MAX)]
