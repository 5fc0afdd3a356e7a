"""What the commands of onboarding share: asking, listing page by page, and reading a key from a file."""

import sys
from collections.abc import Awaitable, Callable, Sequence
from pathlib import Path
from typing import TypeVar

from onhand.basics.clock import format_micros
from onhand.basics.refusal import Refusal
from onhand.cli.answers import Problem, accepted
from onhand.cli.opened import with_database
from onhand.settings import Settings
from onhand.store.database import Database

T = TypeVar("T")


def answer_of(ask: Callable[[Database], Awaitable[T | Refusal]]) -> T:
    """What was answered.

    Raises:
        Problem: it was refused.
    """

    async def work(database: Database, _settings: Settings) -> T:
        return accepted(await ask(database))

    return with_database(work)


def every(page_after: Callable[[Database, str], Awaitable[Sequence[T]]], place_of: Callable[[T], str]) -> list[T]:
    """All of a list that is read in pages, each from the place of the last one of the page before."""

    async def work(database: Database, _settings: Settings) -> list[T]:
        found: list[T] = []
        while page := await page_after(database, place_of(found[-1]) if found else ""):
            found += page
        return found

    return with_database(work)


def text_of(path: Path) -> str:
    """The text of a file, or of standard input where the path is a hyphen.

    Raises:
        Problem: it can't be read.
    """
    try:
        return sys.stdin.read() if str(path) == "-" else path.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise Problem(f"can't read {path}: {error}") from error


def moment_text(moment: int | None) -> str | None:
    """A moment as it is shown, or None where there is none."""
    return None if moment is None else format_micros(moment)
