"""The kinds of reports: what each is called, who may ask for it, what it may be told, and what makes its rows.

Their makers live in the packages whose figures they tell. `wiring` puts them into one table, so that nothing here knows
any of them.
"""

from collections.abc import AsyncIterator, Awaitable, Callable, Iterable, Mapping, Sequence
from typing import Any

import msgspec

from onhand.basics.refusal import Refusal
from onhand.store.database import Database, Session


class Ordered(msgspec.Struct, frozen=True):
    """A report as it was asked for: by which partner, when (microseconds), on which terms (JSON)."""

    partner_id: int
    requested_at: int
    terms: str


Rows = Callable[[Session, Ordered], AsyncIterator[bytes]]
"""The pieces of a report's CSV, each of a few hundred kilobytes at most, so that no report is ever held whole.

All of it is read by the one session, so that it is the picture of one moment. It may be begun again from the start. Its
bytes follow from the ledger and from what was ordered alone. Others have their turn between two pieces.
"""

ReadTerms = Callable[[Database, int, Mapping[str, Any], int], Awaitable[str | Sequence[Refusal]]]
"""Reads what a partner's request says in its body (a JSON object, an empty one where there was no body) at a moment.

What it gives (JSON) is kept with the request, and reaches the maker of the rows; or everything that is wrong with it.
"""


class Kind(msgspec.Struct, frozen=True, kw_only=True):
    """A kind of report.

    `names` are all by which it may be asked for, the first its own. `partner_kinds` may ask for it. `folder` stands in
    the paths of its files, `file_prefix` begins their names: letters, digits and hyphens, which need no quoting.
    """

    names: tuple[str, ...]
    partner_kinds: frozenset[str]
    folder: str
    file_prefix: str
    read_terms: ReadTerms
    rows: Rows
    versions: tuple[str, ...] = ("v1",)

    @property
    def name(self) -> str:
        """The name that is its own."""
        return self.names[0]


class Kinds:
    """The table of the kinds of reports."""

    def __init__(self, kinds: Iterable[Kind]) -> None:
        self._kinds = tuple(kinds)
        self._by_name = {name.upper(): kind for kind in self._kinds for name in kind.names}

    def named(self, name: str) -> Kind | None:
        """The kind of that name, in capitals or not."""
        return self._by_name.get(name.upper())

    def of_partner(self, partner_kind: str, name: str) -> Kind | None:
        """The kind of that name that such a partner may ask for."""
        kind = self.named(name)
        return kind if kind is not None and partner_kind in kind.partner_kinds else None

    def names_for(self, partner_kind: str) -> list[str]:
        """Every name by which such a partner may ask for a report."""
        return [name for kind in self._kinds if partner_kind in kind.partner_kinds for name in kind.names]
