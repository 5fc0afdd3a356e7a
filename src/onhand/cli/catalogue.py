"""`onhand load items`, `mappings` and `skus`: files of the catalogue, each taken as a whole or not at all (OP-02)."""

from collections.abc import Iterable
from typing import Any

import typer

from onhand.basics.clock import system_clock
from onhand.catalogue.report import ImportReport, RowProblem
from onhand.cli.answers import REFUSED, Problem, complain, counted, print_json
from onhand.cli.inputs import Files, input_file
from onhand.cli.opened import with_database
from onhand.cli.options import AsJson
from onhand.files.catalogue import KINDS, load_catalogue
from onhand.files.limits import ReadLimits, Unreadable
from onhand.settings import Settings
from onhand.store.database import Database

_SHOWN_MAX = 20


def items(files: Files, as_json: AsJson = False) -> None:
    """Add or change items: gtin, name, wmItemNbr, cid, category, productType, taxCode, publishedStatus.

    With a single problem in it nothing of a file is stored; the status is 1 then.

    Example: `onhand load items items.csv`
    """
    _load("items", files, as_json=as_json)


def mappings(files: Files, as_json: AsJson = False) -> None:
    """Let suppliers see items: gtin, supplier (its code), storeNbr (left empty: every store).

    With a single problem in it nothing of a file is stored; the status is 1 then.

    Example: `onhand load mappings mappings.csv`
    """
    _load("mappings", files, as_json=as_json)


def skus(files: Files, as_json: AsJson = False) -> None:
    """Say what sellers and vendors call items: gtin, partner (its code; or seller, as it may be called), sku.

    With a single problem in it nothing of a file is stored; the status is 1 then.

    Example: `onhand load skus skus.csv`
    """
    _load("skus", files, as_json=as_json)


def _load(kind: str, files: Files, *, as_json: bool) -> None:
    async def work(database: Database, settings: Settings) -> dict[str, ImportReport]:
        limits = ReadLimits(line_bytes_max=settings.line_bytes_max)
        return {
            str(path): await load_catalogue(database, system_clock, KINDS[kind], input_file(path), limits)
            for path in files
        }

    try:
        reports = with_database(work)
    except (Unreadable, OSError) as error:
        raise Problem(str(error)) from error
    if as_json:
        print_json([_facts(path, report) for path, report in reports.items()])
    else:
        for path, report in reports.items():
            _tell(path, report)
    if not all(report.is_stored for report in reports.values()):
        raise typer.Exit(REFUSED)


def _facts(path: str, report: ImportReport) -> dict[str, Any]:
    return {"file": path, "stored": report.is_stored, "report": report}


def _tell(path: str, report: ImportReport) -> None:
    counts = report.counts
    if report.is_stored:
        print(f"{path}: {counts.added:,} added, {counts.changed:,} changed, {counts.unchanged:,} unchanged")
    else:
        problems, rows = counted(report.problems_total, "problem"), counted(report.rows, "row")
        complain(f"{path}: nothing was stored; mend {problems} in {rows}")
    _list(path, report.problems, report.problems_total)
    _list(f"{path} (warning)", report.warnings, report.warnings_total)


def _list(place: str, found: Iterable[RowProblem], total: int) -> None:
    for problem in list(found)[:_SHOWN_MAX]:
        value = "" if problem.value is None else f" {problem.value!r}"
        complain(f"{place}, line {problem.line}: {problem.field}{value}: {problem.message}")
    if total > _SHOWN_MAX:
        complain(f"{place}: and {total - _SHOWN_MAX:,} more; --json lists up to a thousand")
