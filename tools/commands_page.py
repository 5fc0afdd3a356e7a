"""docs/reference/commands.md: every command with its arguments and options, as `--help` knows them."""

from collections.abc import Iterator
from typing import Any

import typer

from onhand.cli.entry import command_line

_HEADING = """# Commands

Written by `make pages` from the command line itself; `make check` fails when it is stale.
Every command has `--help`.

| status | what it says |
|---|---|
| 0 | all went well |
| 1 | something was refused, or found wrong |
| 2 | a wrong use of the command |
| 3 | a service is out of reach, over its limit, or not finished: the same may go well later |
| 130, 141 | it was interrupted; whoever read its output has gone |
"""


def commands() -> dict[str, Any]:
    """Every command that does something, by its whole name (`onhand partner add`)."""
    return dict(_walk("onhand", typer.main.get_command(command_line([]))))


def page() -> str:
    """The text of the page."""
    return _HEADING + "".join(_section(name, command) for name, command in commands().items())


def _walk(name: str, command: Any) -> Iterator[tuple[str, Any]]:
    inner: dict[str, Any] = getattr(command, "commands", {})
    if not inner or command.invoke_without_command:
        yield name, command
    for word, each in inner.items():
        yield from _walk(f"{name} {word}", each)


def _section(name: str, command: Any) -> str:
    parameters = [parameter for parameter in command.params if not getattr(parameter, "hidden", False)]
    arguments = [parameter for parameter in parameters if parameter.param_type_name == "argument"]
    usage = " ".join([name, *(_argument(argument) for argument in arguments)])
    rows = [f"| {_names(parameter)} | {_about(parameter)} |" for parameter in parameters if parameter.name != "help"]
    table = "\n| argument or option | what it is |\n|---|---|\n" + "\n".join(rows) + "\n" if rows else ""
    return f"\n## `{usage}`\n\n{_paragraphs(command.help or '')}\n{table}"


def _argument(argument: Any) -> str:
    return _placeholder(argument) if argument.required else f"[{_placeholder(argument)}]"


def _placeholder(argument: Any) -> str:
    return str(argument.metavar or argument.name.upper())


def _names(parameter: Any) -> str:
    if parameter.param_type_name == "argument":
        return f"`{_placeholder(parameter)}`"
    return ", ".join(f"`{name}`" for name in (*parameter.opts, *parameter.secondary_opts))


def _about(parameter: Any) -> str:
    about = " ".join((getattr(parameter, "help", None) or "").split()).replace("|", "\\|")
    return f"{about} Required." if parameter.required and parameter.param_type_name == "option" else about


def _paragraphs(text: str) -> str:
    return "\n\n".join(" ".join(paragraph.split()) for paragraph in text.split("\n\n")).strip()
