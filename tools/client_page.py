"""The page of the client: every operation with its parameters and its result, from the client itself."""

import inspect
import re
from collections.abc import Iterator
from typing import Any, get_args

from onhand.client import Client
from onhand.client.operations import Group, operation

_HEAD = """# The client's operations

Written by `make pages` from the client itself; `make check` fails when it is stale.
[Ask with the client](../how-to/ask-with-the-client.md) shows how they are used.

On `AsyncClient` each is awaited, and what is listed (`Rows`) is iterated with `async for`. What results and rows hold
stands in `onhand.client.results`, all of it typed; what a call can end with otherwise, in `onhand.client.errors`.
"""
_MODULE = re.compile(r"\b(?:[a-z_0-9]+\.)+(?=[A-Z])")


def page() -> str:
    """The page in Markdown."""
    with Client("http://127.0.0.1:1") as client:
        groups = {name: each for name, each in vars(client).items() if isinstance(each, Group)}
    return "\n".join([_HEAD, *(_section(name, type(group)) for name, group in groups.items())])


def _section(name: str, kind: type[Group]) -> str:
    lines = [
        f"## `client.{name}`",
        "",
        inspect.getdoc(kind.__mro__[1]) or "",
        "",
        "| call | gives | |",
        "|---|---|---|",
    ]
    for called, function, result in _operations(kind):
        about = (inspect.getdoc(function) or "").partition("\n\n")[0].replace("\n", " ").replace("|", "\\|")
        lines.append(f"| `{called}{_parameters(function)}` | `{result}` | {about} |")
    return "\n".join([*lines, ""])


def _operations(kind: type[Group]) -> Iterator[tuple[str, Any, str]]:
    for name, member in vars(kind.__mro__[1]).items():
        if isinstance(member, operation):
            result = get_args(inspect.signature(member.exchange).return_annotation)[2]
            yield name, member.exchange, _named(result)
        elif hasattr(member, "start"):
            yield name, member.start, f"Rows[{_named(member.kind)}]"


def _parameters(function: Any) -> str:
    signature = inspect.signature(function)
    shown = [
        each.replace(annotation=inspect.Parameter.empty)
        for each in signature.parameters.values()
        if each.name != "self"
    ]
    return str(signature.replace(parameters=shown, return_annotation=inspect.Signature.empty))


def _named(kind: Any) -> str:
    if kind is type(None) or kind is None:
        return "None"
    shown = kind.__name__ if isinstance(kind, type) and not get_args(kind) else _MODULE.sub("", str(kind))
    return shown.replace("|", "\\|")
