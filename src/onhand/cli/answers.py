"""How commands answer: rows and facts as readable text or as JSON on stdout, a problem as one line on stderr."""

import sys
from collections.abc import Iterable, Sequence
from decimal import Decimal
from typing import Any, NoReturn, TypeVar

import msgspec

from onhand.basics.refusal import Refusal

REFUSED = 1
USAGE = 2
NOT_NOW = 3
# What a shell shows for a process that SIGINT ended.
STOPPED = 130
# What a shell shows for a process that SIGPIPE ended.
BROKEN_PIPE = 141

T = TypeVar("T")


class Problem(Exception):
    """An expected no: its text is one line that says what was wrong and what to do."""

    status = REFUSED


class NotNow(Problem):
    """A no for the moment: out of reach, over a limit, or not finished. The same command may go well later."""

    status = NOT_NOW


def complain(message: str) -> None:
    """Say on stderr what was wrong."""
    print(f"onhand: {message}", file=sys.stderr)


def accepted(answer: T | Refusal) -> T:
    """The answer, where it is not a refusal.

    Raises:
        Problem: it is one.
    """
    if isinstance(answer, Refusal):
        raise Problem(answer.message)
    return answer


def print_json(answer: object) -> None:
    """Print an answer as one line of JSON."""
    # Flushed, because whoever started a server reads its one line through a pipe while it goes on.
    print(msgspec.json.encode(answer).decode(), flush=True)


def print_facts(facts: dict[str, Any], *, as_json: bool) -> None:
    """Print what there is to say about one thing: a line a fact, or one JSON object."""
    if as_json:
        print_json(facts)
        return
    width = max(map(len, facts))
    for name, value in facts.items():
        print(f"{name.replace('_', ' ').ljust(width)}  {_shown(value)}")


def print_streamed(rows: Iterable[object]) -> None:
    """Print rows as one JSON list, each as it comes, however many they are."""
    before = "["
    for row in rows:
        sys.stdout.write(before + msgspec.json.encode(row).decode())
        before = ",\n"
    sys.stdout.write("[]\n" if before == "[" else "]\n")


def print_rows(rows: Sequence[dict[str, Any]], *, columns: Sequence[str], as_json: bool, empty: str) -> None:
    """Print rows as a table, or as one JSON list; `empty` is said instead of a table without rows."""
    if as_json:
        print_json([{column: row[column] for column in columns} for row in rows])
        return
    if not rows:
        print(empty)
        return
    texts = [[_shown(row[column]) for column in columns] for row in rows]
    headings = [column.replace("_", " ") for column in columns]
    widths = [max(map(len, column)) for column in zip(headings, *texts, strict=True)]
    for line in (headings, *texts):
        print("  ".join(text.ljust(width) for text, width in zip(line, widths, strict=True)).rstrip())


def counted(number: int, noun: str) -> str:
    """So many of something, such as "1 row" or "2 rows"."""
    return f"{number:,} {noun}" if number == 1 else f"{number:,} {noun}s"


def plain_number(value: Decimal) -> int | float:
    """A number as JSON and tables show it: whole where it is."""
    return int(value) if value == value.to_integral_value() else float(value)


def refuse(message: str) -> NoReturn:
    """End the command with a problem."""
    raise Problem(message)


def _shown(value: Any) -> str:
    if value is None or value in ([], ()):
        return "-"
    return ", ".join(map(str, value)) if isinstance(value, tuple | list) else str(value)
