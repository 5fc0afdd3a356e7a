"""`onhand reports`: asking for reports, waiting for them, and saving them."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import date, datetime
from pathlib import Path
from shlex import join
from typing import Annotated, Any

import msgspec
import typer

from onhand.cli.answers import NotNow, Problem, print_facts, print_rows
from onhand.cli.asking import ClientId, ClientSecret, ProfileName, Url, asker, partner_client
from onhand.cli.options import AsJson, new_group
from onhand.cli.outputs import check_folder
from onhand.cli.progress import WaitingBar, waiting_bar
from onhand.cli.stopping import stoppable
from onhand.client.clients import Client
from onhand.client.csvs import rows_of_file
from onhand.client.errors import Failed
from onhand.client.results.reports import FileRow, RowFilter

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
    request_id: Annotated[
        str | None,
        typer.Option("--request", metavar="ID", help="Go on with this one, which was asked for before."),
    ] = None,
    profile: ProfileName = None,
    url: Url = None,
    client_id: ClientId = None,
    client_secret: ClientSecret = None,
    as_json: AsJson = False,
) -> None:
    """Ask for a report, wait until it is ready, and save its CSV; the status is 3 where it takes too long.

    Where that breaks off, the command says how to go on; a download goes on where it ended.

    Example: `onhand reports get DSV_INVENTORY --only 'Published Status=UNPUBLISHED' --profile acme`
    """
    check_folder(into)
    if request_id and (only or start or end):
        raise Problem("a report that was asked for before has its rows already: leave --only, --from and --to out")
    asks = asker(profile, url, client_id, client_secret)
    getting = _Getting(report_type, into, request_id, seconds_max)
    filters, first, last = filters_of(only or []), _day(start), _day(end)
    with (
        getting.told_how_to_go_on(profile, url),
        partner_client(asks) as client,
        waiting_bar(report_type, shown=not as_json) as bar,
    ):
        if getting.request_id is None:
            asked = client.reports.request(report_type, filters=filters, start_date=first, end_date=last)
            getting.request_id = asked.request_id
        path = getting.saved(client, getting.request_id, bar)
        rows = sum(1 for _ in rows_of_file(path, FileRow))
    print_facts({"request_id": getting.request_id, "file": str(path), "rows": rows}, as_json=as_json)


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


class _Getting:
    """A report on its way, and how to go on with it where that breaks off."""

    def __init__(self, report_type: str, into: Path, request_id: str | None, seconds_max: float) -> None:
        self.request_id = request_id
        self._report_type = report_type
        self._into = into
        self._seconds_max = seconds_max

    def saved(self, client: Client, request_id: str, bar: WaitingBar) -> Path:
        """Its file, waited for and saved."""
        ended = client.reports.wait(
            request_id,
            report_type=self._report_type,
            seconds_max=self._seconds_max,
            told=lambda seen: bar(seen.request_status),
        )
        if ended.request_status == "ERROR":
            raise Failed("report", request_id)
        return client.reports.download(request_id, self._into, seconds_max=self._seconds_max, arrived=bar.arrived)

    @contextmanager
    def told_how_to_go_on(self, profile: str | None, url: str | None) -> Iterator[None]:
        """Say it to whoever has to come again, or stopped it.

        Raises:
            NotNow: it can't be had for the moment.
        """
        words = ["--into", str(self._into)] if self._into != Path() else []
        words += [*(["--profile", profile] if profile else []), *(["--url", url] if url else [])]
        with stoppable(lambda: f"stopped{self._way_on(words)}"):
            try:
                yield
            except NotNow as problem:
                raise NotNow(f"{problem}{self._way_on(words)}") from problem

    def _way_on(self, words: Sequence[str]) -> str:
        if self.request_id is None:
            return ""
        return "; go on with: onhand " + join(
            ["reports", "get", self._report_type, "--request", self.request_id, *words]
        )


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


def _day(moment: datetime | None) -> date | None:
    return moment.date() if moment else None
