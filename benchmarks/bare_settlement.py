"""The floor of a report: 30 columns that stand ready in one table, from the database to a CSV by Polars, in parts.

Run as a process of its own: `python -m benchmarks.bare_settlement DATABASE FILE`.
"""

import sqlite3
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import polars as pl
import psycopg

from onhand.settlement.statement import COLUMNS

COLUMN_NAMES = [f"c{number}" for number in range(len(COLUMNS))]
_PART = 50_000
_SELECT = f"SELECT {', '.join(COLUMN_NAMES)} FROM bare"


def export(database: str, path: Path) -> None:
    """Write every row."""
    with path.open("wb") as file:
        for rows in _parts(database):
            frame = pl.DataFrame(rows, schema=dict.fromkeys(COLUMN_NAMES, pl.String), orient="row")
            frame.write_csv(file, include_header=False)


def _parts(database: str) -> Iterator[list[tuple[Any, ...]]]:
    if database.startswith("postgres"):
        with psycopg.connect(database) as server, server.cursor("bare") as cursor:
            cursor.itersize = _PART
            cursor.execute(_SELECT.encode())
            while fetched := cursor.fetchmany(_PART):
                yield fetched
        return
    connection = sqlite3.connect(database)
    read = connection.execute(_SELECT)
    while found := read.fetchmany(_PART):
        yield found
    connection.close()


if __name__ == "__main__":
    export(sys.argv[1], Path(sys.argv[2]))
