"""`onhand fulfilment get|inventory|log`: a seller's units in fulfilment centres, as the seller sees them."""

from collections.abc import Iterable
from datetime import date, datetime
from pathlib import Path
from typing import Annotated, Any

import typer

from onhand.basics.clock import system_clock
from onhand.cli.answers import Problem, counted, print_facts, print_rows, print_streamed
from onhand.cli.asking import ClientId, ClientSecret, ProfileName, Url, asker, partner_client
from onhand.cli.options import AsJson, new_group
from onhand.cli.outputs import check_folder
from onhand.cli.progress import waiting_bar
from onhand.client.results.fulfilment import CentreItem, LogEntry, ReconciliationRow
from onhand.fulfilment.reconciliation.calendar import last_day_due

app = new_group("A seller's units in fulfilment centres.")

_MOVES = ("received", "sold", "returned", "lost", "found", "damaged", "removed", "transferred", "adjusted")
_STOCK_COLUMNS = ("sku", "kind", "on_hand", "available_to_sell", "modified")
_LOG_COLUMNS = ("moved", "type", "units", "centre", "reason", "shipment")


@app.command()
def get(
    month: Annotated[
        datetime | None,
        typer.Argument(metavar="MONTH", formats=["%Y-%m"], help="Such as 2024-05. (default: the newest that is known)"),
    ] = None,
    into: Annotated[Path, typer.Option(metavar="DIR", help="The folder to save it in.")] = Path(),
    gtin: Annotated[str | None, typer.Option(help="Only this item; for the current month.")] = None,
    profile: ProfileName = None,
    url: Url = None,
    client_id: ClientId = None,
    client_secret: ClientSecret = None,
    as_json: AsJson = False,
) -> None:
    """Save the reconciliation of a month as a CSV, and show what moved in it and whether that explains what is there.

    Of the current month it has the days up to the last refresh. The status is 1 where a row doesn't add up.

    Example: `onhand fulfilment get 2024-05 --into reports --profile shop`
    """
    check_folder(into)
    wanted = month.date() if month else last_day_due(system_clock())
    file = into / f"reconciliation_{wanted:%Y-%m}{f'_{gtin}' if gtin else ''}.csv"
    asks = asker(profile, url, client_id, client_secret)
    with partner_client(asks) as client, waiting_bar("reconciliation", shown=not as_json) as bar:
        sums, wrong = _added_up(client.fulfilment.save_month(wanted, file, gtin=gtin, arrived=bar.arrived))
    print_facts({"month": f"{wanted:%Y-%m}", "file": str(file), **sums}, as_json=as_json)
    if wrong is not None:
        said = f"{wrong.gtin} in {wrong.fulfillment_center}: {_left_over(wrong)} left over"
        raise Problem(f"{counted(sums['wrong_rows'], 'row')} of {file} do not add up, first {said}")


@app.command()
def inventory(
    sku: Annotated[str | None, typer.Option(help="Only this item of yours.")] = None,
    profile: ProfileName = None,
    url: Url = None,
    client_id: ClientId = None,
    client_secret: ClientSecret = None,
    as_json: AsJson = False,
) -> None:
    """Show what the centres hold of your items.

    Example: `onhand fulfilment inventory --profile shop`
    """
    with partner_client(asker(profile, url, client_id, client_secret)) as client:
        items = client.fulfilment.inventory(sku=sku)
        if as_json:
            print_streamed(row for item in items for row in _stock_rows(item))
            return
        with waiting_bar("inventory", shown=True) as bar:
            rows = [row for item in bar.rows(items) for row in _stock_rows(item)]
        print_rows(rows, columns=_STOCK_COLUMNS, as_json=False, empty="The centres hold nothing of it.")


@app.command()
def log(
    gtin: Annotated[str, typer.Argument(help="The item, by its GTIN.")],
    *,
    start: Annotated[datetime | None, typer.Option("--from", formats=["%Y-%m-%d"], help="The first day.")] = None,
    end: Annotated[datetime | None, typer.Option("--to", formats=["%Y-%m-%d"], help="The last day.")] = None,
    transaction_type: Annotated[
        str | None, typer.Option("--type", help="Only movements of this type, such as SOLD.")
    ] = None,
    profile: ProfileName = None,
    url: Url = None,
    client_id: ClientId = None,
    client_secret: ClientSecret = None,
    as_json: AsJson = False,
) -> None:
    """Show the movements of an item in the centres, over all pages: what the reconciliation's figures come from.

    Example: `onhand fulfilment log 00012345678905 --from 2024-05-01 --to 2024-05-31 --profile shop`
    """
    with partner_client(asker(profile, url, client_id, client_secret)) as client:
        entries = client.fulfilment.log(
            gtin, start_date=_day(start), end_date=_day(end), transaction_type=transaction_type
        )
        if as_json:
            print_streamed(map(_log_row, entries))
            return
        with waiting_bar("inventory log", shown=True) as bar:
            rows = list(bar.rows(map(_log_row, entries)))
        print_rows(rows, columns=_LOG_COLUMNS, as_json=False, empty="Nothing moved.")


def _added_up(rows: Iterable[ReconciliationRow]) -> tuple[dict[str, int], ReconciliationRow | None]:
    """The sums of all columns, with how many rows don't add up, and the first of those."""
    names = ("starting_quantity", *_MOVES, "ending_quantity")
    sums = dict.fromkeys(("rows", *names, "wrong_rows"), 0)
    first = None
    for row in rows:
        sums["rows"] += 1
        for name in names:
            sums[name] += getattr(row, name)
        if _left_over(row):
            sums["wrong_rows"] += 1
            first = first or row
    return sums, first


def _left_over(row: ReconciliationRow) -> int:
    moved: int = sum(getattr(row, name) for name in _MOVES)
    return row.ending_quantity - row.starting_quantity - moved


def _stock_rows(item: CentreItem) -> list[dict[str, Any]]:
    return [
        {
            "sku": item.sku,
            "kind": node.ship_node_type,
            "on_hand": node.on_hand_qty,
            "available_to_sell": node.avail_to_sell_qty,
            "modified": node.modified_date,
        }
        for node in item.ship_nodes
    ]


def _log_row(entry: LogEntry) -> dict[str, Any]:
    return {
        "moved": entry.transaction_time,
        "type": entry.transaction_type,
        "units": entry.changed_units,
        "centre": entry.fc_name,
        "reason": entry.transaction_reason_desc,
        "shipment": entry.shipment_id,
    }


def _day(moment: datetime | None) -> date | None:
    return moment.date() if moment else None
