"""`onhand fulfilment`: the monthly reconciliation of sellers' units, as the operator refreshes it and sees it."""

from typing import Any

from onhand.basics.clock import format_seconds, system_clock
from onhand.cli import fulfilled
from onhand.cli.answers import print_facts, print_json, print_rows
from onhand.cli.opened import with_database
from onhand.cli.options import AsJson, new_group
from onhand.fulfilment.reconciliation.asking import month_name
from onhand.fulfilment.reconciliation.refreshes import Refresh
from onhand.fulfilment.reconciliation.status import Status, status_of
from onhand.settings import Settings
from onhand.store.database import Database
from onhand.wiring.working import build_refresher

app = new_group("Sellers' units in fulfilment centres: the monthly reconciliation, and what is there.")


@app.command()
def refresh(as_json: AsJson = False) -> None:
    """Do the refresh that is due now, as a worker does by itself at 07:00 Pacific time; one that was begun is finished.

    Example: `onhand fulfilment refresh`
    """

    async def work(database: Database, settings: Settings) -> list[Refresh]:
        return await build_refresher(settings, database, system_clock).run_due()

    done = [_refreshed(each) for each in with_database(work)]
    print_rows(done, columns=("last_day", "open_from"), as_json=as_json, empty="Nothing is due: see the status.")


@app.command()
def status(as_json: AsJson = False) -> None:
    """Show the last refresh, the months that are closed, and how far each centre is.

    Example: `onhand fulfilment status`
    """

    async def work(database: Database, _settings: Settings) -> Status:
        return await status_of(database, system_clock())

    found = with_database(work)
    facts = _facts(found)
    centres = [{"centre": each.centre.code, "name": each.centre.name, "done": each.is_done} for each in found.centres]
    if as_json:
        print_json({**facts, "centres": centres})
        return
    print_facts(facts, as_json=False)
    print_rows(centres, columns=("centre", "name", "done"), as_json=False, empty="No centres yet: onhand centre add.")


# Those of the seller stand in the same group, after the operator's.
app.add_typer(fulfilled.app)


def _refreshed(done: Refresh) -> dict[str, Any]:
    return {"last_day": str(done.last_day), "open_from": month_name(done.open_month)}


def _facts(found: Status) -> dict[str, str | None]:
    shown, under_way = found.shown, found.under_way
    is_any_closed = found.closed_to >= found.closed_from
    return {
        "last_refreshed_day": str(shown.last_day) if shown else None,
        "refreshed_at": _moment(shown.completed_at) if shown and shown.completed_at else None,
        "closed_from": month_name(found.closed_from) if is_any_closed else None,
        "closed_to": month_name(found.closed_to) if is_any_closed else None,
        "under_way": str(under_way.last_day) if under_way else None,
        "next_due_at": _moment(found.next_due_at),
    }


def _moment(moment: int) -> str:
    return f"{format_seconds(moment)}Z"
