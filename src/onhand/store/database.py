"""What the rest of the platform knows of a database.

Work on it is a function of a session, given to `read` or `write`. A read sees one moment. A write is one transaction:
it is applied as a whole or leaves no trace, and it is run again as a whole when the database says that it was the
victim of others (busy, deadlock, connection lost) or the work itself saw that it was (RunAgain). So it must be
repeatable: every write of the platform is, by its keys.
"""

from collections.abc import Awaitable, Callable, Sequence
from typing import Any, Literal, Protocol, TypeVar

import msgspec

from onhand.store.queries import Query

Dialect = Literal["sqlite", "postgresql"]
Row = tuple[Any, ...]
Value = int | float | str | bytes | None
T = TypeVar("T")


class Session(Protocol):
    """Statements within one transaction."""

    async def all(self, query: Query, **parameters: Value) -> list[Row]:
        """Every row of the answer."""
        ...

    async def one(self, query: Query, **parameters: Value) -> Row | None:
        """The first row of the answer, or None."""
        ...

    async def run(self, query: Query, **parameters: Value) -> int:
        """Run a statement that changes rows; how many it changed."""
        ...

    async def insert(self, query: Query, **parameters: Value) -> int:
        """Run a statement whose keys another writer may be taking at the same moment; how many rows it changed.

        Raises:
            RunAgain: another writer was quicker with one of them.
        """
        ...

    async def run_rows(self, query: Query, rows: Sequence[msgspec.Struct]) -> int:
        """Run a statement for a set of rows; how many rows it changed altogether.

        Raises:
            RunAgain: the statement copies rows, and another writer was quicker with one of their keys.
        """
        ...


class Database(Protocol):
    """A database that has been opened."""

    dialect: Dialect

    async def all(self, query: Query, **parameters: Value) -> list[Row]:
        """Every row of the answer of a single reading statement."""
        ...

    async def one(self, query: Query, **parameters: Value) -> Row | None:
        """The first row of the answer of a single reading statement, or None."""
        ...

    async def read(self, work: Callable[[Session], Awaitable[T]]) -> T:
        """Run `work` over one moment of the database.

        Raises:
            Unavailable: the database could not be reached within its time.
        """
        ...

    async def write(
        self, work: Callable[[Session], Awaitable[T]], *, one_moment: bool = False, durable: bool = True
    ) -> T:
        """Run `work` as one transaction, again as a whole where the database asks for it.

        With `one_moment` all of its statements see the database as it was at the first of them; otherwise each may see
        what others committed before it began. One that is not `durable` does not wait for the disk: it may be lost with
        the machine's power, though only together with everything that was written after it.

        Raises:
            Unavailable: the database stayed busy or away longer than its time.
        """
        ...

    async def close(self) -> None:
        """Give back every connection."""
        ...


class Unavailable(Exception):
    """The database stayed busy or out of reach; what became of the work is not known, it may be repeated."""


class RunAgain(Exception):
    """Raised by the work of a write that another writer was quicker: the whole is to be run once more."""
