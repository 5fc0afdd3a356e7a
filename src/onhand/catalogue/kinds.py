"""What the kinds of catalogue files have in common, as the import sees them."""

from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Protocol, TypeVar

from onhand.catalogue.repeats import Key
from onhand.catalogue.report import Counts, Findings
from onhand.store.database import Session
from onhand.store.queries import Queries, json_list

SQL = Queries(Path(__file__).with_name("imports.sql"))


class Row(Protocol):
    """A row of any kind that was read."""

    @property
    def line(self) -> int:
        """Where it stands in its file."""
        ...


RowT = TypeVar("RowT", bound=Row)
SettledT = TypeVar("SettledT")


class RowKind(Protocol[RowT, SettledT]):
    """One kind of file: how its rows are read, checked against what stands, and written."""

    fields: frozenset[str]

    def read(self, values: Mapping[str, object], line: int, findings: Findings) -> RowT | None:
        """The row, or None where a field is not accepted, which is noted."""
        ...

    def keys(self, row: RowT) -> Iterable[Key]:
        """What may stand only once in a file."""
        ...

    async def settle(self, session: Session, rows: Sequence[RowT], findings: Findings) -> SettledT:
        """Look up what the rows refer to; what is unknown or taken is noted."""
        ...

    async def write(self, session: Session, settled: SettledT, now: int) -> Counts:
        """Store rows that were settled without a problem."""
        ...


async def partner_ids(session: Session, kind: str, codes: Iterable[str]) -> dict[str, int]:
    """The partners of a kind among those codes."""
    return dict(await session.all(SQL["partners_with_codes"], kind=kind, codes=json_list(codes)))
