"""Real processes close and publish at once, and are killed while they do: every period is closed once, and whole."""

import asyncio
import os
import random
import signal
import sys
from contextlib import suppress
from pathlib import Path

import msgspec
import pytest

from onhand.settlement.publishing import publish_due
from onhand.settlement.reading import periods_of
from onhand.settlement.statement import StatementForm
from onhand.store.database import Database
from onhand.store.postgresql import PostgresqlDatabase
from onhand.store.queries import Query
from onhand.store.sqlite import SqliteDatabase
from tests.campaign import times
from tests.conftest import FrozenClock
from tests.counting_processes import counted_in_a_process
from tests.settlement.books import CALENDAR, SALE, Books, cents
from tests.settlement.closing_process import Task

pytestmark = pytest.mark.contract("RC-07", "RC-14", "RC-16")

PROCESS = "tests.settlement.closing_process"
_PERIODS = 6
_KILLS = 6
_START = 1_772_712_000_000_000


async def filled(database: Database) -> Books:
    """Books with as many periods as are to be closed, the sums of some of which are negative."""
    books = await Books(database, FrozenClock(_START)).open()
    for number in range(_PERIODS):
        sales = [{**SALE, "purchaseOrder": f"{number}/{each}", "quantity": 3} for each in range(200)]
        assert {outcome.status for outcome in await books.tell("sale", *sales)} == {"accepted"}
        if number % 2:
            await books.post("fee", description="Misc Invoices", amount="-20000")
        books.wait(CALENDAR.days)
    return books


async def see_that_all_is_closed_once(books: Books) -> None:
    assert (await books.audit()).differences == ()
    closed = [period for period in await periods_of(books.database, books.partner_id) if period.closed_at is not None]
    assert len(closed) == _PERIODS
    # 200 × 42.50 = 8,500 a period, and a fee of 20,000 in every other: 8,500 paid, then 11,500 owed, of which the next
    # period's sales take 8,500 off.
    assert [(period.paid, period.carried) for period in reversed(closed)] == [
        (850_000, 0),
        (0, -1_150_000),
        (0, -300_000),
        (0, -1_450_000),
        (0, -600_000),
        (0, -1_750_000),
    ]
    for period in closed:
        statement = await books.published(period.reports_on)
        rows = await books.v1(statement)
        assert cents(rows[0]["Total Payable"]) == sum(cents(row["Amount"]) for row in rows[1:])


async def close_at_once(database: Database, target: str) -> None:
    books = await filled(database)
    task = Task(books.clock.now)
    counted = await asyncio.gather(*[counted_in_a_process(PROCESS, target, task) for _ in range(3)])
    assert sum(each["closed"] for each in counted) == _PERIODS
    assert sum(each["published"] for each in counted) == _PERIODS
    await see_that_all_is_closed_once(books)


async def close_and_be_killed(database: Database, target: str) -> None:
    books = await filled(database)
    chance = random.Random(17)
    for _ in range(times(_KILLS)):
        process = await asyncio.create_subprocess_exec(
            sys.executable, "-m", PROCESS, target, stdin=asyncio.subprocess.PIPE, stdout=asyncio.subprocess.DEVNULL
        )
        assert process.stdin is not None
        process.stdin.write(msgspec.json.encode(Task(books.clock.now)))
        process.stdin.close()
        await one_more_done(database, process)
        await asyncio.sleep(chance.uniform(0, 0.02))
        with suppress(ProcessLookupError):
            os.kill(process.pid, signal.SIGKILL)
        await process.wait()
        assert (await books.audit()).differences == ()
    await books.close()
    await publish_due(database, books.clock, CALENDAR, StatementForm(), books.partner_id)
    await see_that_all_is_closed_once(books)


async def one_more_done(database: Database, process: asyncio.subprocess.Process) -> None:
    """Wait until a process has closed or published one period more, or has come to its end."""
    asked = "SELECT COUNT(closed_at) + COUNT(published_at) FROM settlement_period"
    before = await database.all(Query("done", asked, asked))
    while process.returncode is None and await database.all(Query("done", asked, asked)) == before:  # noqa: ASYNC110 - it happens elsewhere
        await asyncio.sleep(0.002)


async def test_processes_on_sqlite_close_each_period_once(sqlite_database: SqliteDatabase, tmp_path: Path) -> None:
    await close_at_once(sqlite_database, str(tmp_path / "onhand.db"))


async def test_processes_on_postgresql_close_each_period_once(
    postgresql_database: PostgresqlDatabase, postgresql_url: str
) -> None:
    await close_at_once(postgresql_database, postgresql_url)


async def test_a_close_that_is_killed_on_sqlite_leaves_nothing_half_done(
    sqlite_database: SqliteDatabase, tmp_path: Path
) -> None:
    await close_and_be_killed(sqlite_database, str(tmp_path / "onhand.db"))


async def test_a_close_that_is_killed_on_postgresql_leaves_nothing_half_done(
    postgresql_database: PostgresqlDatabase, postgresql_url: str
) -> None:
    await close_and_be_killed(postgresql_database, postgresql_url)
