"""What was found in a file of the catalogue, kept within bounds however much is wrong with it."""

from collections.abc import Mapping

import msgspec

from onhand.basics.refusal import Refusal

_VALUE_SHOWN_MAX = 80


class SourceRow(msgspec.Struct, frozen=True, gc=False):
    """A row as it was sent: its line (the first is 1) and its fields, or why the line can't be read."""

    line: int
    values: Mapping[str, object] | Refusal


class RowProblem(msgspec.Struct, frozen=True):
    """What is wrong with a row: where, the value as it was given, and what is accepted."""

    line: int
    field: str
    value: str | None
    message: str


class ImportLimits(msgspec.Struct, frozen=True):
    """How much of a file is taken, and how much of what is wrong with it is told."""

    rows_max: int = 5_000_000
    problems_listed_max: int = 1_000


class Counts(msgspec.Struct, frozen=True):
    """What became of the rows that were stored."""

    added: int = 0
    changed: int = 0
    unchanged: int = 0

    def __add__(self, other: "Counts") -> "Counts":
        return Counts(self.added + other.added, self.changed + other.changed, self.unchanged + other.unchanged)


class ImportReport(msgspec.Struct, frozen=True):
    """What became of a file. With a single problem nothing of it was stored; warnings hold nothing up.

    The first problems and warnings are listed, in the order of their lines; the totals count them all.
    """

    rows: int
    counts: Counts
    problems: tuple[RowProblem, ...]
    problems_total: int
    warnings: tuple[RowProblem, ...]
    warnings_total: int

    @property
    def is_stored(self) -> bool:
        """Whether the file was taken."""
        return self.problems_total == 0


class Findings:
    """What has been found so far."""

    def __init__(self, listed_max: int) -> None:
        self.rows = 0
        self.problems_total = 0
        self._listed_max = listed_max
        self._problems: list[RowProblem] = []
        self._warnings: list[RowProblem] = []
        self._warnings_total = 0
        self._unknown_fields: set[str] = set()

    def problem(self, line: int, field: str, value: object, message: str) -> None:
        """Note what keeps the file from being stored."""
        self.problems_total += 1
        if len(self._problems) < self._listed_max:
            self._problems.append(RowProblem(line, field, _shown(value), message))

    def warning(self, line: int, field: str, value: object, message: str) -> None:
        """Note what somebody should look at, though it is taken."""
        self._warnings_total += 1
        if len(self._warnings) < self._listed_max:
            self._warnings.append(RowProblem(line, field, _shown(value), message))

    def unknown_field(self, line: int, field: str, value: object, known: frozenset[str]) -> None:
        """Note a field that nothing reads, the first time it is met: it stands in every row of a table."""
        if field not in self._unknown_fields:
            if len(self._unknown_fields) < self._listed_max:
                self._unknown_fields.add(field)
            self.problem(
                line, field[:_VALUE_SHOWN_MAX], value, f"The field is unknown: give {', '.join(sorted(known))}."
            )

    def report(self, counts: Counts) -> ImportReport:
        """All of it, in the order of the lines."""
        return ImportReport(
            self.rows,
            Counts() if self.problems_total else counts,
            tuple(sorted(self._problems, key=lambda problem: problem.line)),
            self.problems_total,
            tuple(self._warnings),
            self._warnings_total,
        )


def _shown(value: object) -> str | None:
    if value is None:
        return None
    text = value if isinstance(value, str) else msgspec.json.encode(value, enc_hook=str).decode()
    # What a terminal or a database would stumble over is spelled out.
    return (text if text.isprintable() else ascii(text)[1:-1])[:_VALUE_SHOWN_MAX]
