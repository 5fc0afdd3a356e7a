"""How far a load has come, kept in a file so that the same command goes on where it was stopped.

It is replaced as a whole, and only after everything before it has been committed. A load that is killed sends at most
one window again, which the ledger knows for duplicates.
"""

from collections import Counter
from collections.abc import Sequence
from pathlib import Path

import msgspec

from onhand.files.reading import Identity
from onhand.files.replacing import replace_file
from onhand.stock.intake import Outcome


class Counts(msgspec.Struct):
    """What became of the rows so far; the refused ones by the code of their reason."""

    accepted: int = 0
    duplicates: int = 0
    refused: dict[str, int] = msgspec.field(default_factory=dict)

    def add(self, outcomes: Sequence[Outcome]) -> None:
        """Count what became of more rows."""
        statuses = Counter(outcome.status for outcome in outcomes)
        self.accepted += statuses["accepted"]
        self.duplicates += statuses["duplicate"]
        for code in (outcome.refusal.code for outcome in outcomes if outcome.refusal):
            self.refused[code] = self.refused.get(code, 0) + 1

    @property
    def refused_total(self) -> int:
        """How many rows were refused."""
        return sum(self.refused.values())


class FilePosition(msgspec.Struct, frozen=True):
    """The file that it was, and the last row of it that is settled."""

    identity: Identity
    row: int


class Position(msgspec.Struct):
    """How far a load from one source has come, file by file."""

    source: str
    files: dict[str, FilePosition] = msgspec.field(default_factory=dict)
    counts: Counts = msgspec.field(default_factory=Counts)
    rejects_bytes: int = 0


def read_position(path: Path, source: str) -> Position:
    """The position that was kept at `path` by a load from `source`, or a new one."""
    try:
        position = msgspec.json.decode(path.read_bytes(), type=Position)
    except (FileNotFoundError, msgspec.DecodeError, UnicodeDecodeError):
        return Position(source)
    return position if position.source == source else Position(source)


def write_position(path: Path, position: Position) -> None:
    """Replace what is kept at `path`."""
    replace_file(path, msgspec.json.encode(position))
