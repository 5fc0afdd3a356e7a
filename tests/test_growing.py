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
# What belongs to a place, with location_id first in its keys.
OF_PLACES = {
    "event",
    "leg",
    "stock",
    "month_flow_kept",
    "transfer",
    "inventory_action",
    "endless",
    "in_transit",
    "node_order",
    "node_order_line",
    "shortfall",
    "loss_position",
    "reconciliation_progress",
    "reconciliation_seen",
    "reconciliation_day",
    "reconciliation_month",
}
# Views of these, which are read as they are.
VIEWS_OF_PLACES = {"month_flow"}
# What belongs to a partner, with partner_id first in its keys.
OF_PARTNERS = {
    "partner_moment",
    "authorization_code",
    "idempotency_key",
    "feed",
    "feed_part",
    "seller_account",
    "money_event",
    "money_posting",
    "money_line",
    "money_leg",
    "money_balance",
    "sold_line",
    "reimbursed_units",
    "settlement_period",
    "report_request",
    "reconciliation_name",
}
GROWING = OF_PLACES | OF_PARTNERS
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
    "default_node",
    "gateway_client",
    "delegation",
    "commission_table",
    "reconciliation_refresh",
    "reconciliation_seller",
    "alembic_version",
}
# Small and written often: one row for each partner and kind of work. It stays whole on one machine.
CENTRAL = {"work_lane"}
# Statements on a growing table that name no single location, each with the reason why it may.
EXCEPTIONS: dict[str, str] = {}

DIALECTS = ("sqlite", "postgresql")


class Spread:
    """The forms by which a statement on the tables that are spread by a column names one value of it."""

    def __init__(self, column: str, tables: set[str]) -> None:
        self.column = column
        names = "|".join(sorted(tables))
        self.table = re.compile(rf"\b(?:FROM|JOIN|INTO|UPDATE)\s+({names})\b", re.IGNORECASE)
        self.insert = re.compile(rf"\bINSERT INTO (?:{names}) \(([^)]*)\)", re.IGNORECASE)
        self.one = re.compile(rf"\b{column} = :{column}\b", re.IGNORECASE)
        self.same = re.compile(rf"\b\w+\.{column} = \w+\.{column}\b", re.IGNORECASE)

    def faults_of(self, text: str) -> list[str]:
        """What is wrong with a statement's way to this column."""
        faults: list[str] = []
        inserts = self.insert.findall(text)
        if not all(self.column in columns for columns in inserts):
            faults.append(f"rows inserted without their {self.column}")
        read = len(self.table.findall(text)) - len(inserts)
        named = len(self.one.findall(text)) + len(self.same.findall(text))
        if read > named or (read and not self.one.search(text)):
            faults.append(f"a growing table without {self.column} = :{self.column}")
        if read and _LOCK.search(text) and not self.one.search(text):
            faults.append(f"row locks over more than one {self.column}")
        return faults


_LOCK = re.compile(r"\bFOR (?:NO KEY )?UPDATE\b", re.IGNORECASE)
_ORDERED_LOCK = re.compile(r"\bORDER BY\b.*\bFOR (?:NO KEY )?UPDATE\b", re.IGNORECASE | re.DOTALL)
_LOCK_OF_ONE_ROW = re.compile(
    r"\bWHERE\s+(?!location_id)\w+_id = (?:\d+|:\w+)\s+FOR (?:NO KEY )?UPDATE\b", re.IGNORECASE
)
SPREADS = (Spread("location_id", OF_PLACES | VIEWS_OF_PLACES), Spread("partner_id", OF_PARTNERS))
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
    faults += [fault for spread in SPREADS for fault in spread.faults_of(text)]
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
            for statement in query.sqlite_statements:
                yield f"{name}@sqlite", statement
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
        ("INSERT INTO event (source, event_id) VALUES (?, ?)", "rows inserted without their location_id"),
        ("UPDATE stock SET quantity = random() WHERE location_id = :location_id", "randomness of the database"),
        ("UPDATE stock SET last_seq = now() WHERE location_id = :location_id", "a clock of the database"),
        ("UPDATE stock SET location_id = 2 WHERE location_id = :location_id", "a changed location_id"),
        ("SELECT 1 FROM stock WHERE location_id = :location_id FOR UPDATE", "row locks without an order"),
        ("SELECT 1 FROM stock ORDER BY item_id FOR UPDATE", "row locks over more than one location_id"),
        ("MERGE INTO stock USING r ON true WHEN MATCHED THEN DELETE", "MERGE"),
        ("SELECT pg_advisory_lock(1)", "an advisory lock"),
        ("SELECT 1 FROM feed WHERE feed_id = :feed_id", "a growing table without partner_id = :partner_id"),
        ("INSERT INTO feed (feed_id) VALUES (?)", "rows inserted without their partner_id"),
        (
            "WITH a AS (INSERT INTO leg (location_id) VALUES (1)) INSERT INTO stock (item_id) SELECT 1",
            "rows inserted without their location_id",
        ),
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
    assert {row[0] for row in tables} == GROWING | REFERENCE | CENTRAL


def test_every_view_is_known(postgresql_url: str) -> None:
    views = rows_of(postgresql_url, "SELECT viewname FROM pg_views WHERE schemaname = 'public'")
    assert {row[0] for row in views} == VIEWS_OF_PLACES


def test_every_table_has_a_primary_key(postgresql_url: str) -> None:
    keyed = rows_of(
        postgresql_url,
        """
        SELECT conrelid::regclass::text FROM pg_constraint
         WHERE contype = 'p' AND connamespace = 'public'::regnamespace
        """,
    )
    assert {row[0] for row in keyed} == GROWING | REFERENCE | CENTRAL


def test_every_unique_key_of_a_growing_table_begins_with_its_place_or_partner(postgresql_url: str) -> None:
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
    first = dict.fromkeys(OF_PLACES, "location_id") | dict.fromkeys(OF_PARTNERS, "partner_id")
    assert [row for row in growing if row[2] != first[row[0]]] == []


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
