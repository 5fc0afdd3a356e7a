"""`onhand settlement get|list`: which settlement reports a seller has, and saving them, as the seller."""

from datetime import date, datetime
from decimal import Decimal
from pathlib import Path
from typing import Annotated

import typer

from onhand.cli.answers import Problem, print_facts, print_rows
from onhand.cli.asking import ClientId, ClientSecret, ProfileName, Url, asker, partner_client
from onhand.cli.options import AsJson, new_group
from onhand.cli.outputs import check_folder
from onhand.cli.progress import waiting_bar
from onhand.client.clients import Client
from onhand.client.csvs import ReportRows
from onhand.client.results.settlement import LegacyRow, SettlementRow

app = new_group("Settlement reports of a marketplace seller: what was paid, line by line.")

Legacy = Annotated[bool, typer.Option("--legacy", help="The earlier form, with 67 columns.")]


@app.command()
def get(
    report_date: Annotated[
        datetime | None,
        typer.Argument(metavar="DATE", formats=["%Y-%m-%d"], help="The report's date. (default: the newest)"),
    ] = None,
    into: Annotated[Path, typer.Option(metavar="DIR", help="The folder to save it in.")] = Path(),
    legacy: Legacy = False,
    profile: ProfileName = None,
    url: Url = None,
    client_id: ClientId = None,
    client_secret: ClientSecret = None,
    as_json: AsJson = False,
) -> None:
    """Save a settlement report's CSV, and show what is payable and whether its rows add up to that.

    The status is 1 where they don't.

    Example: `onhand settlement get 2026-05-05 --into reports --profile shop`
    """
    check_folder(into)
    asks = asker(profile, url, client_id, client_secret)
    with partner_client(asks) as client, waiting_bar("settlement", shown=not as_json) as bar:
        day = report_date.date() if report_date else _newest(client, legacy=legacy)
        if legacy:
            facts = _legacy_facts(client.settlement.save_legacy(day, into, arrived=bar.arrived))
        else:
            facts = _facts(client.settlement.save(day, into, arrived=bar.arrived))
    print_facts({"report_date": str(day), **facts}, as_json=as_json)
    if facts.get("residual") not in (None, "0.00", "0"):
        raise Problem(f"the rows do not add up to what is payable: {facts['residual']} is left over")


@app.command(name="list")
def list_dates(
    legacy: Legacy = False,
    profile: ProfileName = None,
    url: Url = None,
    client_id: ClientId = None,
    client_secret: ClientSecret = None,
    as_json: AsJson = False,
) -> None:
    """Show the dates for which there is a report, newest first.

    Example: `onhand settlement list --profile shop`
    """
    with partner_client(asker(profile, url, client_id, client_secret)) as client:
        rows = [{"report_date": str(day)} for day in client.settlement.dates(legacy=legacy)]
    print_rows(rows, columns=("report_date",), as_json=as_json, empty="No report has been published yet.")


def _newest(client: Client, *, legacy: bool) -> date:
    dates = client.settlement.dates(legacy=legacy)
    if not dates:
        raise Problem("no report has been published yet")
    return dates[0]


def _facts(report: ReportRows[SettlementRow]) -> dict[str, str | int | None]:
    rows, total, payable, currency = 0, Decimal(), Decimal(), None
    for row in report:
        if row.is_summary:
            payable, currency = row.total_payable or Decimal(), row.currency
        else:
            rows, total = rows + 1, total + (row.amount or 0)
    return {
        "file": str(report.path),
        "rows": rows,
        "total_payable": str(payable),
        "currency": currency,
        "residual": str(payable - total),
    }


def _legacy_facts(report: ReportRows[LegacyRow]) -> dict[str, str | int | None]:
    rows, payable = 0, Decimal()
    for row in report:
        rows, payable = rows + 1, payable + (row.payable_to_partner_from_sale or 0)
    return {"file": str(report.path), "rows": rows, "payable_from_sales_and_refunds": str(payable)}
