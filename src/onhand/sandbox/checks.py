"""That what the sandbox seeds is accepted."""

from typing import TypeVar

from onhand.basics.refusal import Refusal
from onhand.catalogue.report import ImportReport

T = TypeVar("T")


class SeedRefused(Exception):
    """The sandbox's own data was refused: a defect of the program."""


def accepted(answer: T | Refusal) -> T:
    """The answer.

    Raises:
        SeedRefused: it is a refusal.
    """
    if isinstance(answer, Refusal):
        raise SeedRefused(answer)
    return answer


def stored(report: ImportReport) -> None:
    """Go on where a file of the catalogue was stored.

    Raises:
        SeedRefused: it was not.
    """
    if not report.is_stored:
        raise SeedRefused(report.problems)
