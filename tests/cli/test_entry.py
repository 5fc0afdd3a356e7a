"""The command line as a whole."""

import subprocess
import sys

import pytest

from onhand import __version__
from onhand.cli.entry import COMMANDS
from tests.cli.conftest import Run
from tools.commands_page import commands


def test_the_version_is_told(run: Run) -> None:
    assert run("--version").out == f"onhand {__version__}\n"


def test_the_help_names_every_command(run: Run) -> None:
    told = run("--help").out
    assert [name for name in COMMANDS if name not in told] == []


def test_a_command_after_two_hyphens_is_that_command(run: Run) -> None:
    assert run("--", "store", "list").out == "No stores yet.\n"


@pytest.mark.parametrize("name", COMMANDS)
def test_every_command_tells_what_it_is_for(run: Run, name: str) -> None:
    ran = run(name, "--help")
    assert ran.status == 0
    assert f"Usage: onhand {name}" in ran.out


def test_every_command_that_prints_facts_prints_them_as_json_too() -> None:
    without = {
        # Servers and workers, whose logs are JSON lines.
        "onhand serve",
        "onhand worker",
        # It shows what it does to a person.
        "onhand tour",
        # They write a file in a form of its own.
        "onhand feeds errors",
        "onhand settlement file",
    }
    options = {
        name: {each for parameter in command.params for each in parameter.opts} for name, command in commands().items()
    }
    assert {name for name, opts in options.items() if "--json" not in opts} == without


def test_a_command_that_does_not_exist_is_a_wrong_use(run: Run) -> None:
    ran = run("serv")
    assert ran.status == 2
    assert "serve" in ran.err


def test_a_setting_that_is_not_accepted_ends_any_command_with_one_line(
    run: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("ONHAND_PORT", "many")
    ran = run("store", "list")
    assert ran.status == 2
    assert ran.err == "onhand: ONHAND_PORT is 'many'; accepted: a whole number of 0 or more, 65,535 at most\n"


@pytest.mark.parametrize("name", ["serve", "sandbox"])
def test_a_server_starts_without_what_only_other_commands_need(name: str) -> None:
    heavy = ("polars", "alembic", "sqlalchemy", "psycopg", "rich.progress", "httpx")
    code = (
        f"import sys; from onhand.cli.entry import command_line; command_line(['{name}']); import onhand.cli.server\n"
        f"print([m for m in {heavy} if m in sys.modules])"
    )
    told = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert told.stdout.strip() == "[]"


@pytest.mark.parametrize("words", [("tour",), ("load", "completejourney")])
def test_the_help_shows_what_stands_in_brackets(run: Run, words: tuple[str, ...]) -> None:
    assert "onhand[demo]" in run(*words, "--help").out
