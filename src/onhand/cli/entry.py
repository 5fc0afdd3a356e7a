"""The command line as a whole: which commands there are, and what becomes of what they raise."""

import sys
from collections.abc import Sequence
from importlib import import_module
from typing import Annotated, NoReturn

import typer

from onhand import __version__
from onhand.cli.answers import BROKEN_PIPE, REFUSED, USAGE, Problem, complain
from onhand.settings import BadSetting
from onhand.store.database import Unavailable
from onhand.wiring import SchemaMismatch

# In the order of `onhand --help`. Each name is a module of this package with an `app`.
COMMANDS = (
    "serve",
    "sandbox",
    "tour",
    "load",
    "sign",
    "keys",
    "partner",
    "store",
    "database",
    "ledger",
    "settings",
)

_HELP = "Onhand: a ledger of units, and the signed store APIs that suppliers read it by."


def main(arguments: Sequence[str] | None = None) -> NoReturn:
    """Run the command that `arguments` (those of the process by default) name, and end the process.

    The status is 0 where all went well, 1 where something was refused or found wrong, 2 for a wrong use.
    """
    words = list(sys.argv[1:] if arguments is None else arguments)
    try:
        command_line(words)(args=words, prog_name="onhand")
    except BadSetting as problem:
        complain(str(problem))
        sys.exit(USAGE)
    except (Problem, SchemaMismatch, Unavailable) as problem:
        complain(str(problem))
        sys.exit(REFUSED)
    except BrokenPipeError:
        # `onhand … | head` has all it wants; closing what is left keeps the interpreter from complaining at its end.
        sys.stderr.close()
        sys.exit(BROKEN_PIPE)
    sys.exit(0)


def command_line(words: Sequence[str]) -> typer.Typer:
    """The commands as one application: only the one that `words` begin with where they name one, else all of them.

    Importing every command's modules would cost each of them the start of the heaviest.
    """
    app = typer.Typer(
        no_args_is_help=True,
        add_completion=False,
        pretty_exceptions_enable=False,
        context_settings={"help_option_names": ["-h", "--help"]},
    )
    app.callback(help=_HELP)(_options)
    for name in words[:1] if words and words[0] in COMMANDS else COMMANDS:
        command: typer.Typer = import_module(f"onhand.cli.{name}").app
        # A module with one command is that command; one with several is a group under the module's name.
        alone = len(command.registered_commands) == 1 and command.registered_callback is None
        app.add_typer(command, name=None if alone else name)
    return app


def _tell_version(asked: bool) -> None:
    if asked:
        print(f"onhand {__version__}")
        raise typer.Exit


def _options(
    version: Annotated[  # noqa: ARG001  its callback has acted on it
        bool, typer.Option("--version", help="Print the version and end.", callback=_tell_version, is_eager=True)
    ] = False,
) -> None:
    """Options of the program as a whole."""
