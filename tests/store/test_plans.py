"""How SQLite, which is told nothing of the sizes of tables, goes about statements that are given lists.

A list leads, and each of its rows is found by its key. The other way round every row that a table has under the
statement's other keys is looked for in the list, so that what is done once costs more with all that was done before.
"""

import re
import sqlite3
from collections.abc import Iterator
from pathlib import Path

import pytest

import onhand
from onhand.store.queries import Queries
from onhand.store.schema import create_embedded

SOURCE = Path(onhand.__file__).parent
_PARAMETER = re.compile(r"(?<![:\w]):([a-z_][a-z0-9_]*)")
# Of one feed, there are few parts.
BOUNDED = {"set_outcomes"}


def given_lists() -> Iterator[tuple[str, str]]:
    """The name and the text of every statement for SQLite that is given a list."""
    for path in sorted(SOURCE.rglob("*.sql")):
        if "migrations" not in path.parts:
            for name, query in Queries(path).all_by_name.items():
                for text in query.sqlite_statements:
                    if "json_each" in text and name not in BOUNDED:
                        yield f"{path.relative_to(SOURCE)} {name}", text


@pytest.fixture(scope="module")
def connection(tmp_path_factory: pytest.TempPathFactory) -> Iterator[sqlite3.Connection]:
    path = tmp_path_factory.mktemp("plans") / "onhand.db"
    create_embedded(path)
    opened = sqlite3.connect(path)
    yield opened
    opened.close()


@pytest.mark.parametrize(("name", "text"), list(given_lists()))
def test_a_list_is_gone_through_once(connection: sqlite3.Connection, name: str, text: str) -> None:
    given = dict.fromkeys(_PARAMETER.findall(text), "[]")
    steps: dict[int, list[str]] = {}
    for _, parent, _, step in connection.execute(f"EXPLAIN QUERY PLAN {text}", given):
        steps.setdefault(parent, []).append(step)
    for nested in steps.values():
        tables = [number for number, step in enumerate(nested) if is_of_a_table(step)]
        lists = [number for number, step in enumerate(nested) if "VIRTUAL TABLE" in step]
        assert not tables or not lists or lists[-1] < tables[0], (name, nested)


def is_of_a_table(step: str) -> bool:
    """Whether a step goes through rows of a table."""
    return step.startswith(("SEARCH", "SCAN")) and "VIRTUAL TABLE" not in step and "CONSTANT ROW" not in step
