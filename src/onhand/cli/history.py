"""`onhand history`: how the stock of an item in a store came to be, as its supplier sees it."""

from datetime import datetime
from enum import StrEnum
from typing import Annotated, Any

import typer

from onhand.cli.answers import plain_number, print_rows, print_streamed
from onhand.cli.asking import ProfileName, asker, partner_client
from onhand.cli.options import AsJson
from onhand.cli.progress import waiting_bar
from onhand.client.results.stores import HistoryEvent

app = typer.Typer(rich_markup_mode="markdown")

_COLUMNS = ("event_type", "quantity", "happened", "on_hand_after")


class Area(StrEnum):
    """An area of a store."""

    STORE = "STORE"
    BACKROOM = "BACKROOM"
    MFC = "MFC"


@app.command()
def history(
    gtin: Annotated[str, typer.Argument(help="The item, by its GTIN of 14 digits.")],
    store: Annotated[int, typer.Option(help="The number of the store.")],
    start: Annotated[datetime | None, typer.Option("--from", formats=["%Y-%m-%d"], help="The first day, UTC.")] = None,
    end: Annotated[datetime | None, typer.Option("--to", formats=["%Y-%m-%d"], help="The last day, UTC.")] = None,
    event_type: Annotated[str | None, typer.Option("--type", help="Only events of this type, such as SALES.")] = None,
    area: Annotated[Area | None, typer.Option(help="The area. (default: STORE)")] = None,
    profile: ProfileName = None,
    as_json: AsJson = False,
) -> None:
    """Show what happened to an item in a store, newest first: every page, each row with the count after it.

    Example: `onhand history 00044444444444 --store 45 --from 2023-02-16 --to 2023-02-22 --profile acme`
    """
    with partner_client(asker(profile, None, None, None)) as client:
        rows = client.stores.history(
            store,
            gtin,
            event_type=event_type,
            start_date=start.date() if start else None,
            end_date=end.date() if end else None,
            location_area=area.value if area else None,
        )
        if as_json:
            print_streamed(map(_row, rows))
        else:
            with waiting_bar("history", shown=True) as told:
                found = list(told.rows(map(_row, rows)))
            print_rows(found, columns=_COLUMNS, as_json=False, empty="Nothing happened.")


def _row(event: HistoryEvent) -> dict[str, Any]:
    return {
        "event_type": event.event_type,
        "quantity": plain_number(event.event_qty),
        "happened": event.event_creation_time.isoformat(),
        "on_hand_after": plain_number(event.aggregated_qty),
    }
