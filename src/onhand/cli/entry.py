"""The command line as a whole: which commands there are, and what becomes of what they raise."""

import logging
import os
import sys
from collections.abc import Mapping, Sequence
from importlib import import_module
from typing import Annotated, NoReturn

import typer

from onhand import __version__
from onhand.cli.answers import BROKEN_PIPE, REFUSED, USAGE, Problem, complain
from onhand.settings import BadSetting
from onhand.store.database import Unavailable
from onhand.wiring.databases import SchemaMismatch

# In the order of `onhand --help`. Each name is a module of this package with an `app`; beside it, what it is for.
COMMANDS = {
    "serve": "Serve the store APIs, the gateway and the operator's API.",
    "sandbox": "Serve a seeded copy of the APIs on this machine, with published credentials.",
    "tour": "Load a grocery chain's year of register lines, serve it, and ask about it.",
    "load": "Load files into the ledger and the catalogue.",
    "sign": "Print the headers that sign a request.",
    "keys": "Make pairs of RSA keys for signed requests.",
    "partner": "Say who may ask, with which keys, and on whose behalf.",
    "store": "Add and list the stores that units can be in.",
    "client": "Let partners' programs in at the gateway, and shut them out.",
    "node": "Add and list ship nodes, and choose a seller's default.",
    "centre": "Add and list the fulfilment centres that keep sellers' units.",
    "worker": "Do what is due: process feeds, and keep house.",
    "feeds": "Send feeds, follow them, and mend what failed of them.",
    "inventory": "Show what stores and ship nodes have, and declare what ship nodes have.",
    "history": "Show how the stock of an item in a store came to be.",
    "reports": "Ask for reports, and save them.",
    "settlement": "Save settlement reports, close and prove periods, set commission rates.",
    "fulfilment": "Save reconciliations of fulfilled stock, see what moved, refresh them and see how they stand.",
    "database": "Show the schema of the database, and bring it forward.",
    "ledger": "Prove the ledger, keep house, refresh and replay.",
    "settings": "Show every setting and what it accepts.",
}
# Every failure of a connection ends in one message; a server, which has a log, shows the pool's own lines there.
_SILENCE = logging.NullHandler()
_COMPLETING = "_ONHAND_COMPLETE"
_HELP = "Onhand: a ledger of units, the store APIs of suppliers and the gateway of drop-ship vendors."


def main(arguments: Sequence[str] | None = None) -> NoReturn:
    """Run the command that `arguments` (those of the process by default) name, and end the process.

    The status is 0 where all went well, 1 where something was refused or found wrong, 2 for a wrong use, 3 where a
    service is out of reach, over its limit or not finished, so that the same may go well later.
    """
    logging.getLogger("psycopg.pool").addHandler(_SILENCE)
    words = list(sys.argv[1:] if arguments is None else arguments)
    # A shell that completes a line gives it in a variable, without arguments.
    completing = _line_to_complete(os.environ) if _COMPLETING in os.environ else words
    try:
        app = command_line(completing) if _named(completing) else _list_of_commands()
        app(args=words, prog_name="onhand")
    except BadSetting as problem:
        complain(str(problem))
        sys.exit(USAGE)
    except Problem as problem:
        complain(str(problem))
        sys.exit(problem.status)
    except (SchemaMismatch, Unavailable) as problem:
        complain(str(problem))
        sys.exit(REFUSED)
    except BrokenPipeError:
        # `onhand … | head` has all it wants; closing what is left keeps the interpreter from complaining at its end.
        sys.stderr.close()
        sys.exit(BROKEN_PIPE)
    sys.exit(0)


def command_line(words: Sequence[str]) -> typer.Typer:
    """The application for `words`: with the one command that they name, or with all where they name none.

    Importing every command's modules would cost each of them the start of the heaviest.
    """
    app = _application()
    named = _named(words)
    for name in [named] if named else COMMANDS:
        command: typer.Typer = import_module(f"onhand.cli.{name}").app
        # A module with one command is that command; one with several is a group under the module's name.
        alone = len(command.registered_commands) == 1 and command.registered_callback is None
        app.add_typer(command, name=None if alone else name)
    return app


def _list_of_commands() -> typer.Typer:
    """The names of all commands, for those who ask what there is or misspelt one."""
    app = _application()
    for name, summary in COMMANDS.items():
        app.command(name, help=summary)(_options)
    return app


def _application() -> typer.Typer:
    app = typer.Typer(
        no_args_is_help=True,
        pretty_exceptions_enable=False,
        # Otherwise rich takes what stands in brackets for its own markup, and leaves it out.
        rich_markup_mode="markdown",
        context_settings={"help_option_names": ["-h", "--help"]},
    )
    app.callback(help=_HELP)(_options)
    return app


def _line_to_complete(environ: Mapping[str, str]) -> list[str]:
    """The words of a line that a shell completes, as bash, zsh, fish and PowerShell give them."""
    line = environ.get("_TYPER_COMPLETE_ARGS") or environ.get("COMP_WORDS", "")
    return line.split()[1:]


def _named(words: Sequence[str]) -> str | None:
    first = next((word for word in words if not word.startswith("-")), None)
    return first if first in COMMANDS else None


def _tell_version(asked: bool) -> None:
    if asked:
        print(f"onhand {__version__}")
        raise typer.Exit


def _options(
    version: Annotated[
        bool, typer.Option("--version", help="Print the version and end.", callback=_tell_version, is_eager=True)
    ] = False,
) -> None:
    """Options of the program as a whole."""
