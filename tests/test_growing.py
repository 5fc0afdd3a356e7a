"""The rules by which the same schema and statements also run on a PostgreSQL that is spread over machines.

They are held against a real PostgreSQL's catalogue and against every `.sql` text (docs/explanation/growing.md).
"""

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any, LiteralString

import psycopg
import pytest

import onhand
from onhand.store.queries import Queries

SOURCE = Path(onhand.__file__).parent
GROWING = {"event", "leg", "stock", "month_flow", "transfer", "inventory_action"}
# Small, read by everything, written rarely: whole on every machine.
REFERENCE = {
    "secret",
    "partner",
    "association",
    "consumer",
    "consumer_key",
    "operator_client",
    "location",
    "item",
    "item_supplier",
    "sku",
    "cid_change",
    "alembic_version",
}
# Statements on a growing table that name no single location, each with the reason why it may.
EXCEPTIONS: dict[str, str] = {}

DIALECTS = ("sqlite", "postgresql")

_TABLE = re.compile(rf"\b(?:FROM|JOIN|INTO|UPDATE)\s+({'|'.join(sorted(GROWING))})\b", re.IGNORECASE)
_INSERT = re.compile(
    rf"^\s*(?:WITH\b.*?)?INSERT INTO ({'|'.join(sorted(GROWING))}) \(([^)]*)\)", re.IGNORECASE | re.DOTALL
)
_ONE_LOCATION = re.compile(r"\blocation_id = :location_id\b", re.IGNORECASE)
_LOCK = re.compile(r"\bFOR (?:NO KEY )?UPDATE\b", re.IGNORECASE)
_ORDERED_LOCK = re.compile(r"\bORDER BY\b.*\bFOR (?:NO KEY )?UPDATE\b", re.IGNORECASE | re.DOTALL)
_LOCK_OF_ONE_ROW = re.compile(
    r"\bWHERE\s+(?!location_id)\w+_id = (?:\d+|:\w+)\s+FOR (?:NO KEY )?UPDATE\b", re.IGNORECASE
)
_SAME_LOCATION = re.compile(r"\b\w+\.location_id = \w+\.location_id\b", re.IGNORECASE)
# 0 stands for every store in the mapping of items to suppliers, which is a reference table.
_REFUSED_FORMS = {
    "MERGE": r"\bMERGE\s+INTO\b",
    "a list of locations": r"\blocation_id\s*(?:=\s*ANY|IN\s*\((?!0, :location_id\)))",
    "an advisory lock": r"\bpg_(?:try_)?advisory",
    "a clock of the database": r"\b(?:now\s*\(|(?:clock|statement)_timestamp|CURRENT_(?:TIME|DATE)|strftime|unixepoch)",
    "randomness of the database": r"\b(?:random\s*\(|gen_random_uuid|uuidv7|randomblob)",
    "an id of the database": r"\b(?:nextval|last_insert_rowid|lastval)\b",
    "a changed location_id": r"\bSET\b[^;]*?(?<![\w.])location_id\s*=(?!\s*:location_id\b)",
    "ROLLUP or a recursive query": r"\b(?:ROLLUP|CUBE|GROUPING SETS|WITH RECURSIVE)\b",
}


def faults_of(text: str) -> list[str]:
    """What a statement does that a spread PostgreSQL refuses or serialises."""
    faults = [form for form, pattern in _REFUSED_FORMS.items() if re.search(pattern, text, re.IGNORECASE)]
    inserted = _INSERT.match(text)
    if inserted and "location_id" not in inserted[2]:
        faults.append("rows inserted without their location")
    read = len(_TABLE.findall(text)) - (1 if inserted else 0)
    named = len(_ONE_LOCATION.findall(text)) + len(_SAME_LOCATION.findall(text))
    if read > named or (read and not _ONE_LOCATION.search(text)):
        faults.append("a growing table without location_id = :location_id")
    if read and _LOCK.search(text) and not _ONE_LOCATION.search(text):
        faults.append("row locks over several locations")
    if _LOCK.search(text) and not (_ORDERED_LOCK.search(text) or _LOCK_OF_ONE_ROW.search(text)):
        faults.append("row locks without an order")
    return faults


def statements() -> Iterator[tuple[str, str]]:
    """Every named statement of the program, in each database's words."""
    for path in sorted(SOURCE.rglob("*.sql")):
        if "migrations" in path.parts:
            continue
        for query in Queries(path).all_by_name.values():
            name = f"{path.relative_to(SOURCE).as_posix()}:{query.name}"
            yield f"{name}@sqlite", query.sqlite
            yield f"{name}@postgresql", re.sub(r"%\((\w+)\)s", r":\1", query.postgresql)


def rows_of(url: str, statement: LiteralString) -> list[tuple[Any, ...]]:
    with psycopg.connect(url) as connection:
        return connection.execute(statement).fetchall()


@pytest.mark.parametrize(("name", "text"), [pytest.param(*each, id=each[0]) for each in statements()])
def test_a_statement_keeps_to_one_location(name: str, text: str) -> None:
    if name.partition("@")[0] in EXCEPTIONS:
        pytest.skip(EXCEPTIONS[name.partition("@")[0]])
    assert faults_of(text) == []


def test_every_exception_names_a_statement_that_needs_it() -> None:
    texts = dict(statements())
    needed = {name for name in EXCEPTIONS if any(faults_of(texts.get(f"{name}@{each}", "")) for each in DIALECTS)}
    assert needed == set(EXCEPTIONS)


@pytest.mark.parametrize(
    ("text", "fault"),
    [
        ("SELECT quantity FROM stock WHERE item_id = :item_id", "a growing table without location_id = :location_id"),
        ("SELECT 1 FROM leg WHERE location_id = ANY (:ids)", "a list of locations"),
        ("SELECT 1 FROM leg WHERE location_id IN (SELECT 1)", "a list of locations"),
        ("INSERT INTO event (source, event_id) VALUES (?, ?)", "rows inserted without their location"),
        ("UPDATE stock SET quantity = random() WHERE location_id = :location_id", "randomness of the database"),
        ("UPDATE stock SET last_seq = now() WHERE location_id = :location_id", "a clock of the database"),
        ("UPDATE stock SET location_id = 2 WHERE location_id = :location_id", "a changed location_id"),
        ("SELECT 1 FROM stock WHERE location_id = :location_id FOR UPDATE", "row locks without an order"),
        ("SELECT 1 FROM stock ORDER BY item_id FOR UPDATE", "row locks over several locations"),
        ("MERGE INTO stock USING r ON true WHEN MATCHED THEN DELETE", "MERGE"),
        ("SELECT pg_advisory_lock(1)", "an advisory lock"),
        (
            "SELECT 1 FROM leg JOIN event ON leg.source = event.source WHERE leg.location_id = :location_id",
            "a growing table without location_id = :location_id",
        ),
    ],
)
def test_a_form_that_does_not_spread_is_found(text: str, fault: str) -> None:
    assert fault in faults_of(text)


def test_every_table_is_known_as_growing_or_as_reference(postgresql_url: str) -> None:
    tables = rows_of(postgresql_url, "SELECT tablename FROM pg_tables WHERE schemaname = 'public'")
    assert {row[0] for row in tables} == GROWING | REFERENCE


def test_every_table_has_a_primary_key(postgresql_url: str) -> None:
    keyed = rows_of(
        postgresql_url,
        """
        SELECT conrelid::regclass::text FROM pg_constraint
         WHERE contype = 'p' AND connamespace = 'public'::regnamespace
        """,
    )
    assert {row[0] for row in keyed} == GROWING | REFERENCE


def test_every_unique_key_of_a_growing_table_begins_with_its_location(postgresql_url: str) -> None:
    keys = rows_of(
        postgresql_url,
        """
        SELECT i.indrelid::regclass::text, i.indexrelid::regclass::text, a.attname
          FROM pg_index i
          JOIN pg_attribute a ON a.attrelid = i.indrelid AND a.attnum = i.indkey[0]
         WHERE i.indisunique AND i.indrelid IN (SELECT oid FROM pg_class WHERE relnamespace = 'public'::regnamespace)
        """,
    )
    growing = [row for row in keys if row[0] in GROWING]
    assert {row[0] for row in growing} == GROWING
    assert [row for row in growing if row[2] != "location_id"] == []


def test_no_table_makes_its_own_ids(postgresql_url: str) -> None:
    made = rows_of(
        postgresql_url,
        """
        SELECT table_name, column_name FROM information_schema.columns
         WHERE table_schema = 'public'
           AND (is_identity = 'YES' OR is_generated <> 'NEVER' OR column_default LIKE '%(%')
        """,
    )
    sequences = rows_of(postgresql_url, "SELECT sequencename FROM pg_sequences")
    assert (made, sequences) == ([], [])


def test_there_are_no_triggers_or_rules(postgresql_url: str) -> None:
    triggers = rows_of(postgresql_url, "SELECT tgname FROM pg_trigger WHERE NOT tgisinternal")
    rules = rows_of(postgresql_url, "SELECT rulename FROM pg_rules WHERE schemaname = 'public'")
    assert (triggers, rules) == ([], [])


def test_foreign_keys_lead_to_reference_tables_only(postgresql_url: str) -> None:
    keys = rows_of(
        postgresql_url,
        "SELECT conrelid::regclass::text, confrelid::regclass::text FROM pg_constraint WHERE contype = 'f'",
    )
    assert {row[1] for row in keys} <= REFERENCE
