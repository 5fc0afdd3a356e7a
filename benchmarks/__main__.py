"""`make bench`: measures everything, prints it, and writes docs/benchmarks.md and the figures beside it."""

import argparse
import asyncio
import sys
import tempfile
from collections.abc import Coroutine, Iterable
from datetime import UTC, datetime
from itertools import groupby
from pathlib import Path
from typing import Any

import msgspec
from rich.console import Console
from rich.table import Table

from benchmarks import (
    client,
    feeds,
    gateway,
    history,
    links,
    loading,
    reconciliation,
    reports,
    reserving,
    serving,
    settlement,
    whole,
)
from benchmarks.databases import postgresql_server
from benchmarks.figures import Figure, machine

_PAGE = Path(__file__).parent.parent / "docs" / "benchmarks.md"
_KEPT = _PAGE.with_suffix(".json")
_PARTS = (
    "whole",
    "serving",
    "gateway",
    "links",
    "feeds",
    "reserving",
    "reports",
    "history",
    "reconciliation",
    "settlement",
    "loading",
    "client",
)


def main() -> int:
    """Measure the parts asked for, all by default, and put the figures into the page; a quick run leaves it alone."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks", description=main.__doc__)
    parser.add_argument("parts", nargs="*", choices=[*_PARTS, []], default=[], help="only these")
    parser.add_argument(
        "--quick", action="store_true", help="a tenth of the data: to see whether it runs, not to quote"
    )
    asked = parser.parse_args()
    console = Console()
    found: list[Figure] = []
    with tempfile.TemporaryDirectory() as name:
        directory = Path(name)
        with postgresql_server(directory / "postgresql") as server_url:
            for part in asked.parts or _PARTS:
                console.print(f"[dim]measuring: {part}")
                figures = _measure(part, directory, server_url, quick=asked.quick)
                console.print(_table(figures))
                found += figures
    if not asked.quick:
        _keep(found)
    return 0 if all(figure.holds is not False for figure in found) else 1


def _measure(part: str, directory: Path, server_url: str, *, quick: bool) -> list[Figure]:
    less = 10 if quick else 1
    if part == "whole":
        return [*whole.year(directory), *whole.sandbox_start(5)]
    if part == "client":
        return client.figures(rounds=7, requests=2_000 // less, rows=100_000 // less, imports=9, tests=200 // less)
    return asyncio.run(_measured(part, directory, server_url, less))


def _measured(part: str, directory: Path, server_url: str, less: int) -> Coroutine[Any, Any, list[Figure]]:
    match part:
        case "serving":
            figures = serving.figures(
                directory, rounds=5, requests_each=20_000 // less, requests_in_all=100_000 // less
            )
        case "gateway":
            figures = gateway.figures(
                directory, rounds=5, requests_each=20_000 // less, requests_in_all=100_000 // less
            )
        case "links":
            figures = links.figures(directory, rounds=7, requests_each=5_000 // less, first_bytes=500 // less)
        case "feeds":
            figures = feeds.figures(directory, server_url, rows=10_000 // less, rounds=7, polls=1_000 // less)
        case "reserving":
            figures = reserving.figures(directory, server_url, seconds=5 if less == 1 else 1, rounds=3)
        case "reports":
            figures = reports.figures(directory, server_url, rows=1_000_000 // less, rounds=3)
        case "history":
            figures = history.figures(directory, server_url, small=1_000, large=1_000_000 // less, rounds=7)
        case "settlement":
            figures = settlement.figures(directory, server_url, rows=1_000_000 // less, rounds=3)
        case "reconciliation":
            sizes = [size // less for size in (1_000_000, 10_000_000, 50_000_000)]
            figures = reconciliation.figures(directory, server_url, sizes=sizes, server_sizes=sizes[:2], days=3)
        case _:
            figures = loading.figures(
                directory, server_url, events_each=200_000 // less, rounds=3, preload=5_000_000 // less
            )
    return figures


def _table(figures: Iterable[Figure]) -> Table:
    table = Table("what", "measured", "to reach", "")
    for figure in figures:
        holds = {True: "[green]holds", False: "[red]falls short", None: ""}[figure.holds]
        table.add_row(figure.what, figure.measured, figure.target or "", holds)
    return table


def _page(figures: Iterable[Figure]) -> str:
    lines = [
        "# Benchmarks",
        "",
        "Written by `make bench`. Ratios are medians of rounds in which both sides took turns in one run; single",
        "figures depend on the machine. The last run was on:",
        "",
        *(f"- {line}" for line in machine()),
        "",
    ]
    for part, group in groupby(sorted(figures, key=lambda figure: figure.part), key=lambda figure: figure.part):
        lines += [f"## {part}", "", "| what | measured | to reach | | on |", "|---|---|---|---|---|"]
        for figure in group:
            holds = {True: "holds", False: "**falls short**", None: ""}[figure.holds]
            lines.append(f"| {figure.what} | {figure.measured} | {figure.target or ''} | {holds} | {figure.on} |")
        lines.append("")
    return "\n".join(lines)


def _keep(found: Iterable[Figure]) -> None:
    """Put what was measured in the place of what was measured before; what was not measured now stays."""
    kept = msgspec.json.decode(_KEPT.read_bytes(), type=list[Figure]) if _KEPT.exists() else []
    figures = {(figure.part, figure.what): figure for figure in kept}
    today = f"{datetime.now(UTC):%Y-%m-%d}"
    for figure in found:
        figures[figure.part, figure.what] = msgspec.structs.replace(figure, on=today)
    encoded = msgspec.json.format(msgspec.json.encode(list(figures.values())), indent=1)
    _KEPT.write_bytes(encoded + b"\n")
    _PAGE.write_text(_page(figures.values()), encoding="utf-8")


if __name__ == "__main__":
    sys.exit(main())
