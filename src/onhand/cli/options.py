"""Options that several commands share, each with one wording."""

from typing import Annotated

import typer

AsJson = Annotated[bool, typer.Option("--json", help="Print JSON instead of text.")]
ServerHost = Annotated[str | None, typer.Option("--host", help="The address to listen at. (default: ONHAND_HOST)")]
ServerPort = Annotated[
    int | None,
    typer.Option("--port", min=0, max=65_535, help="The port to listen at; 0 picks a free one. (default: ONHAND_PORT)"),
]
NoThrottle = Annotated[bool, typer.Option("--no-throttle", help="Answer no call with 429, however many come.")]


def new_group(about: str) -> typer.Typer:
    """A group of commands with the texts of its help."""
    return typer.Typer(help=about, no_args_is_help=True, rich_markup_mode="markdown")
