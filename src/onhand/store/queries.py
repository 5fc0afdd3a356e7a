"""Named SQL: the text stands in `.sql` files beside the module that uses it.

A file is a list of statements, each under a line `-- name: the_name`. Where the two databases need different
text, the name stands twice, as `-- name: the_name @sqlite` and `-- name: the_name @postgresql`. Parameters are
written `:name` in both. A statement for many rows takes them as `?` on SQLite (one call a row, in the order of the
row's fields). On PostgreSQL it takes them as `:rows`, one JSON list of objects for the whole set, or is a `COPY … FROM
STDIN` where no row can be there already. What PostgreSQL says in one statement may be several on SQLite, with a line of
`;` between two; only `run` and `insert` take such.
"""

import re
from collections.abc import Iterable, Mapping
from functools import cached_property
from pathlib import Path
from typing import Any

import msgspec

_HEADING = re.compile(r"^-- name: (?P<name>[a-z][a-z0-9_]*)(?: @(?P<dialect>sqlite|postgresql))?\s*$", re.MULTILINE)
_PARAMETER = re.compile(r"(?<![:\w]):([a-z_][a-z0-9_]*)")


class Query(msgspec.Struct, frozen=True):
    """One named statement, in the form each database's driver takes."""

    name: str
    sqlite: str
    postgresql: str

    @property
    def sqlite_statements(self) -> list[str]:
        """The statements for SQLite: nearly always one."""
        return self.sqlite.split("\n;\n")


class Queries:
    """The statements of the `.sql` files given, read when the first of them is asked for."""

    def __init__(self, *paths: Path) -> None:
        self._paths = paths

    def __getitem__(self, name: str) -> Query:
        """The statement of that name.

        Raises:
            KeyError: no file has it.
        """
        return self.all_by_name[name]

    @cached_property
    def all_by_name(self) -> dict[str, Query]:
        """Every statement by its name."""
        texts: dict[str, dict[str, str]] = {}
        for path in self._paths:
            _read_statements(path, texts)
        return {name: _query(name, by_dialect) for name, by_dialect in texts.items()}


def json_list(values: Iterable[object]) -> str:
    """A set of values as one parameter of a statement."""
    return msgspec.json.encode(list(values)).decode()


def json_object(values: Mapping[Any, object]) -> str:
    """Values by their keys as one parameter of a statement."""
    return msgspec.json.encode(values).decode()


def _read_statements(path: Path, texts: dict[str, dict[str, str]]) -> None:
    text = path.read_text(encoding="utf-8")
    headings = list(_HEADING.finditer(text))
    for heading, following in zip(headings, [*headings[1:], None], strict=True):
        body = text[heading.end() : following.start() if following else len(text)].strip().rstrip(";")
        by_dialect = texts.setdefault(heading["name"], {})
        for dialect in (heading["dialect"],) if heading["dialect"] else ("sqlite", "postgresql"):
            if dialect in by_dialect:
                raise ValueError(f"{path.name}: the statement {heading['name']} stands twice for {dialect}")
            by_dialect[dialect] = body


def _query(name: str, by_dialect: dict[str, str]) -> Query:
    if len(by_dialect) != 2:
        raise ValueError(f"the statement {name} is written for {', '.join(by_dialect)} only")
    server = _PARAMETER.sub(r"%(\1)s", by_dialect["postgresql"].replace("%", "%%"))
    return Query(name, _without_comments(by_dialect["sqlite"]), _without_comments(server))


def _without_comments(text: str) -> str:
    return "\n".join(line for line in text.splitlines() if not line.lstrip().startswith("--"))
