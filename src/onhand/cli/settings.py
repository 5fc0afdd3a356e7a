"""`onhand settings`: every setting with what it accepts."""

from collections.abc import Iterable
from typing import Annotated

import msgspec
import typer

from onhand.cli.answers import print_rows
from onhand.cli.options import AsJson
from onhand.settings import SettingReference, reference

app = typer.Typer()
_HEADING = """# Settings

Every setting is an environment variable; one that is absent or empty has its default. A value that is not accepted ends
the command with status 2 and a line that names the variable. This page is what `onhand settings --markdown` prints.

| Variable | Default | Accepted | What it is |
|---|---|---|---|"""


@app.command()
def settings(
    markdown: Annotated[bool, typer.Option("--markdown", help="Print the page of the documentation.")] = False,
    as_json: AsJson = False,
) -> None:
    """Show every setting: its environment variable, its default, and what it accepts.

    Example: `onhand settings`
    """
    if markdown:
        print(settings_page(reference()))
        return
    rows = [msgspec.structs.asdict(line) for line in reference()]
    columns = ("variable", "default", "accepted", "description")
    print_rows(rows, columns=columns, as_json=as_json, empty="")


def settings_page(lines: Iterable[SettingReference]) -> str:
    """The page of the documentation, without its last line feed."""
    return "\n".join([_HEADING, *map(_line, lines)])


def _line(line: SettingReference) -> str:
    default = f"`{line.default}`" if line.default else "nothing"
    return f"| `{line.variable}` | {default} | {line.accepted} | {line.description} |"
