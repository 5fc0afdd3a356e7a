"""`onhand reports`: asking for reports, waiting for them, and saving them."""

from datetime import date, datetime
from pathlib import Path
from typing import Annotated, Any

import msgspec
import typer

from onhand.cli.answers import Problem, print_facts, print_rows
from onhand.cli.asking import ClientId, ClientSecret, ProfileName, Url, asker, partner_client
from onhand.cli.options import AsJson, new_group
from onhand.cli.progress import waiting_bar
from onhand.client.results.reports import RowFilter

app = new_group("Reports: asked for, waited for, saved.")

ReportType = Annotated[str, typer.Argument(help="The type, such as DSV_INVENTORY, INVENTORY or INVENTORY_RECON.")]
_COLUMNS = ("request_id", "request_status", "report_type", "request_submission_date", "report_generation_date")


@app.command()
def get(
    report_type: ReportType,
    *,
    into: Annotated[Path, typer.Option(metavar="DIR", help="The folder to save it in.")] = Path(),
    only: Annotated[
        list[str] | None,
        typer.Option("--only", metavar="COLUMN=VALUE", help="Only rows whose column has this value; may be repeated."),
    ] = None,
    start: Annotated[
        datetime | None, typer.Option("--from", formats=["%Y-%m-%d"], help="The first day of a period.")
    ] = None,
    end: Annotated[datetime | None, typer.Option("--to", formats=["%Y-%m-%d"], help="Its last day.")] = None,
    seconds_max: Annotated[float, typer.Option("--wait", min=0, help="For how many seconds to wait for it.")] = 3_600.0,
    profile: ProfileName = None,
    url: Url = None,
    client_id: ClientId = None,
    client_secret: ClientSecret = None,
    as_json: AsJson = False,
) -> None:
    """Ask for a report, wait until it is ready, and save its CSV; the status is 3 where it takes too long.

    Example: `onhand reports get DSV_INVENTORY --only 'Published Status=UNPUBLISHED' --profile acme`
    """
    _check_folder(into)
    asks = asker(profile, url, client_id, client_secret)
    with partner_client(asks) as client, waiting_bar(report_type, shown=not as_json) as told:
        report = client.reports.request_and_download(
            report_type,
            into,
            filters=filters_of(only or []),
            start_date=_day(start),
            end_date=_day(end),
            seconds_max=seconds_max,
            told=lambda seen: told(seen.request_status),
        )
        rows = sum(1 for _ in report)
    print_facts({"file": str(report.path), "rows": rows}, as_json=as_json)


@app.command(name="list")
def list_reports(
    report_type: ReportType,
    profile: ProfileName = None,
    url: Url = None,
    client_id: ClientId = None,
    client_secret: ClientSecret = None,
    as_json: AsJson = False,
) -> None:
    """Show the reports of a type that were asked for in the last 30 days.

    Example: `onhand reports list DSV_INVENTORY --profile acme`
    """
    with partner_client(asker(profile, url, client_id, client_secret)) as client:
        rows: list[dict[str, Any]] = [
            msgspec.structs.asdict(each) for each in client.reports.list(report_type=report_type)
        ]
    print_rows(rows, columns=_COLUMNS, as_json=as_json, empty="No report of this type was asked for.")


def filters_of(only: list[str]) -> list[RowFilter]:
    """Filters by column; values of the same column are taken together.

    Raises:
        Problem: one is not written as COLUMN=VALUE.
    """
    values: dict[str, list[str]] = {}
    for each in only:
        column, mark, value = each.partition("=")
        if not mark or not column or not value:
            raise Problem(f"--only {each!r}: write COLUMN=VALUE, such as 'Published Status=UNPUBLISHED'")
        values.setdefault(column.strip(), []).append(value.strip())
    return [RowFilter(column, tuple(found)) for column, found in values.items()]


def _check_folder(folder: Path) -> None:
    if not folder.is_dir():
        raise Problem(f"there is no folder {folder}: make it, or name another with --into")


def _day(moment: datetime | None) -> date | None:
    return moment.date() if moment else None
