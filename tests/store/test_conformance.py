"""What both databases must do alike, seen only through the interface that the rest of the program knows."""

import asyncio
import sqlite3
from collections.abc import AsyncIterator, Awaitable, Callable
from pathlib import Path

import msgspec
import psycopg
import pytest

from onhand.store.database import Database, RunAgain, Session, Unavailable
from onhand.store.postgresql import PostgresqlDatabase
from onhand.store.queries import Query
from onhand.store.sqlite import SqliteDatabase

BIGGEST, SMALLEST = 2**63 - 1, -(2**63)

CREATE = Query(
    "create",
    "CREATE TABLE thing (id BIGINT PRIMARY KEY, name TEXT, number BIGINT)",
    'CREATE TABLE thing (id BIGINT PRIMARY KEY, name TEXT COLLATE "C", number BIGINT)',
)
INSERT = Query(
    "insert",
    "INSERT INTO thing (id, name, number) VALUES (:id, :name, :number)",
    "INSERT INTO thing (id, name, number) VALUES (%(id)s, %(name)s, %(number)s)",
)
INSERT_ROWS = Query(
    "insert_rows",
    "INSERT INTO thing (id, name, number) VALUES (?, ?, ?) ON CONFLICT DO NOTHING",
    "INSERT INTO thing (id, name, number) SELECT id, name, number FROM json_to_recordset(%(rows)s::json)"
    " AS r (id BIGINT, name TEXT, number BIGINT) ON CONFLICT DO NOTHING",
)
_SELECT = "SELECT id, name, number FROM thing ORDER BY id"
SELECT = Query("select", _SELECT, _SELECT)
_BY_NAME = "SELECT name FROM thing ORDER BY name"
BY_NAME = Query("by_name", _BY_NAME, _BY_NAME)
SET = Query(
    "set", "UPDATE thing SET number = :number WHERE id = :id", "UPDATE thing SET number = %(number)s WHERE id = %(id)s"
)
ADD = Query(
    "add",
    "UPDATE thing SET number = number + 1 WHERE id = :id",
    "UPDATE thing SET number = number + 1 WHERE id = %(id)s",
)


class Thing(msgspec.Struct, frozen=True):
    id: int
    name: str | None
    number: int | None


class Upset(Exception):
    """What the work of a test raises."""


def run(query: Query, **parameters: int | str | None) -> Callable[[Session], Awaitable[int]]:
    """The work of one statement."""

    async def work(session: Session) -> int:
        return await session.run(query, **parameters)

    return work


@pytest.fixture
async def things(database: Database) -> Database:
    """Either database, with an empty table of the test's own."""
    await database.write(run(CREATE))
    return database


async def test_all_statements_of_a_write_can_see_one_moment(things: Database) -> None:
    await things.write(run(INSERT, id=1, name="one", number=0))
    begun, changed = asyncio.Event(), asyncio.Event()

    async def work(session: Session) -> list[object]:
        first = await session.all(SELECT)
        begun.set()
        if things.dialect == "postgresql":
            await changed.wait()
        return [first, await session.all(SELECT)]

    async def meanwhile() -> None:
        await begun.wait()
        await things.write(run(ADD, id=1))
        changed.set()

    (first, second), _ = await asyncio.gather(things.write(work, one_moment=True), meanwhile())
    assert first == second == [(1, "one", 0)]
    assert await things.all(SELECT) == [(1, "one", 1)]


async def test_writers_of_one_row_in_one_moment_each_take_effect(things: Database) -> None:
    await things.write(run(INSERT, id=1, name="one", number=0))

    async def work(session: Session) -> None:
        await session.all(SELECT)
        await asyncio.sleep(0)
        await session.run(ADD, id=1)

    await asyncio.gather(*(things.write(work, one_moment=True) for _ in range(5)))
    assert await things.all(SELECT) == [(1, "one", 5)]


async def test_a_write_that_need_not_last_is_seen_like_any_other(database: Database) -> None:
    await database.write(run(CREATE))
    assert await database.write(run(INSERT, id=1, name="a", number=2), durable=False) == 1
    assert await database.all(SELECT) == [(1, "a", 2)]


async def test_on_sqlite_only_a_write_that_need_not_last_does_not_wait_for_the_disk(tmp_path: Path) -> None:
    database = SqliteDatabase(tmp_path / "lasting.db", cache_bytes=1_000_000, busy_seconds=1.0)
    assert await _waits(database, "PRAGMA synchronous") == [2, 1, 2], "FULL is 2, NORMAL is 1"


async def test_on_postgresql_only_a_write_that_need_not_last_does_not_wait_for_the_disk(postgresql_url: str) -> None:
    url = f"{postgresql_url}&options=-csynchronous_commit%3Don"
    database = await PostgresqlDatabase.open(url, connections_max=1, busy_seconds=10.0)
    assert await _waits(database, "SHOW synchronous_commit") == ["on", "off", "on"]


async def _waits(database: Database, question: str) -> list[object]:
    """What a database says of itself within writes that last, need not, and last."""
    asked = Query("waits", question, question)
    try:
        rows = [await database.write(lambda session: session.one(asked), durable=each) for each in (True, False, True)]
        return [row and row[0] for row in rows]
    finally:
        await database.close()


async def test_what_was_written_is_read(things: Database) -> None:
    assert await things.write(run(INSERT, id=1, name="one", number=None)) == 1
    assert await things.all(SELECT) == [(1, "one", None)]
    assert await things.one(SELECT) == (1, "one", None)


async def test_an_empty_answer_is_no_row(things: Database) -> None:
    assert await things.one(SELECT) is None
    assert await things.all(SELECT) == []
    assert await things.read(lambda session: session.one(SELECT)) is None


async def test_numbers_of_64_bits_come_back_exactly(things: Database) -> None:
    rows = [Thing(1, "a", BIGGEST), Thing(2, "b", SMALLEST), Thing(3, "c", 2**53 + 1)]
    await things.write(lambda session: session.run_rows(INSERT_ROWS, rows))
    await things.write(run(INSERT, id=BIGGEST, name="d", number=BIGGEST))
    assert [row[2] for row in await things.all(SELECT)] == [BIGGEST, SMALLEST, 2**53 + 1, BIGGEST]


@pytest.mark.parametrize("text", ["", "Größe ﬁ", "日本", "𝄞🧺", "quote ' \" \\ `", "%s %(a)s :a ?", "a\nb\tc", "{}[]"])
async def test_texts_come_back_exactly(things: Database, text: str) -> None:
    await things.write(run(INSERT, id=1, name=text, number=0))
    await things.write(lambda session: session.run_rows(INSERT_ROWS, [Thing(2, text, 0)]))
    assert [row[1] for row in await things.all(SELECT)] == [text, text]


async def test_texts_sort_by_code_point(things: Database) -> None:
    texts = ["a", "B", "ä", "Z", "𝄞", "\uff5a", "a b", "a-b", "A"]
    await things.write(lambda session: session.run_rows(INSERT_ROWS, [Thing(n, t, 0) for n, t in enumerate(texts)]))
    assert [name for (name,) in await things.all(BY_NAME)] == sorted(texts)


async def test_a_set_of_no_rows_changes_nothing(things: Database) -> None:
    assert await things.write(lambda session: session.run_rows(INSERT_ROWS, [])) == 0


async def test_a_set_of_rows_tells_how_many_it_changed(things: Database) -> None:
    await things.write(run(INSERT, id=1, name="there", number=0))
    rows = [Thing(number, "new", number) for number in range(3)]
    assert await things.write(lambda session: session.run_rows(INSERT_ROWS, rows)) == 2
    assert [row[1] for row in await things.all(SELECT)] == ["new", "there", "new"]


async def test_a_statement_tells_how_many_rows_it_changed(things: Database) -> None:
    assert await things.write(run(SET, id=1, number=1)) == 0


async def test_a_write_that_raises_leaves_no_trace(things: Database) -> None:
    async def work(session: Session) -> None:
        await session.run(INSERT, id=1, name="a", number=0)
        raise Upset

    with pytest.raises(Upset):
        await things.write(work)
    assert await things.all(SELECT) == []
    await things.write(run(INSERT, id=1, name="b", number=0))
    assert await things.one(SELECT) == (1, "b", 0)


async def test_a_write_that_the_database_refuses_leaves_no_trace(things: Database) -> None:
    async def work(session: Session) -> None:
        await session.run(INSERT, id=1, name="a", number=0)
        await session.run(INSERT, id=1, name="again", number=0)

    with pytest.raises((sqlite3.IntegrityError, psycopg.IntegrityError)):
        await things.write(work)
    assert await things.all(SELECT) == []


async def test_the_loser_of_a_race_for_a_key_runs_again(postgresql_database: Database) -> None:
    things = postgresql_database
    await things.write(run(CREATE))
    runs = 0

    async def work(session: Session) -> None:
        nonlocal runs
        runs += 1
        if runs == 1:
            await session.insert(INSERT, id=1, name="a", number=0)
            # As if another writer had just been quicker.
            await session.insert(INSERT, id=1, name="b", number=0)

    await things.write(work)
    assert (runs, await things.all(SELECT)) == (2, [])


async def test_a_write_that_is_cancelled_leaves_no_trace(things: Database) -> None:
    async def work(session: Session) -> None:
        await session.run(INSERT, id=1, name="a", number=0)
        raise asyncio.CancelledError

    with pytest.raises(asyncio.CancelledError):
        await things.write(work)
    assert await things.all(SELECT) == []
    assert await things.write(run(INSERT, id=2, name="after", number=0)) == 1


async def test_a_write_sees_what_it_has_written_itself(things: Database) -> None:
    async def work(session: Session) -> list[tuple[object, ...]]:
        await session.run(INSERT, id=1, name="a", number=0)
        return await session.all(SELECT)

    assert await things.write(work) == [(1, "a", 0)]


async def test_nobody_sees_a_write_before_it_is_whole(things: Database) -> None:
    seen: list[object] = []

    async def work(session: Session) -> None:
        await session.run(INSERT, id=1, name="a", number=0)
        seen.append(await things.all(SELECT))

    await things.write(work)
    assert seen == [[]]


async def test_a_read_sees_one_moment_whatever_is_written_meanwhile(things: Database) -> None:
    await things.write(run(INSERT, id=1, name="a", number=1))

    async def work(session: Session) -> list[object]:
        before = await session.one(SELECT)
        await things.write(run(SET, id=1, number=2))
        return [before, await session.one(SELECT)]

    assert await things.read(work) == [(1, "a", 1), (1, "a", 1)]
    assert await things.one(SELECT) == (1, "a", 2)


async def test_a_read_that_raises_gives_its_connection_back_clean(things: Database) -> None:
    async def work(session: Session) -> None:
        await session.all(SELECT)
        raise Upset

    for _ in range(12):
        with pytest.raises(Upset):
            await things.read(work)
    await things.write(run(INSERT, id=1, name="a", number=1))
    assert await things.read(lambda session: session.one(SELECT)) == (1, "a", 1)


async def test_reads_go_on_beside_one_another(things: Database) -> None:
    await things.write(run(INSERT, id=1, name="a", number=1))
    inside = asyncio.Barrier(4)

    async def work(session: Session) -> object:
        await inside.wait()
        return await session.one(SELECT)

    assert await asyncio.gather(*(things.read(work) for _ in range(4))) == [(1, "a", 1)] * 4


async def test_work_that_another_writer_outran_is_run_again_as_a_whole(things: Database) -> None:
    attempts: list[int] = []

    async def work(session: Session) -> str:
        attempts.append(await session.run(INSERT, id=1, name=f"attempt {len(attempts)}", number=0))
        if len(attempts) < 3:
            raise RunAgain
        return "done"

    assert await things.write(work) == "done"
    assert attempts == [1, 1, 1]
    assert await things.all(SELECT) == [(1, "attempt 2", 0)]


async def test_writers_at_once_each_count(things: Database) -> None:
    await things.write(run(INSERT, id=1, name="a", number=0))
    await asyncio.gather(*(things.write(run(ADD, id=1)) for _ in range(20)))
    assert await things.one(SELECT) == (1, "a", 20)


@pytest.fixture
async def impatient_sqlite(sqlite_database: SqliteDatabase, tmp_path: Path) -> AsyncIterator[SqliteDatabase]:
    """A second opening of the same file, as another process has it, which waits a tenth of a second only."""
    opened = SqliteDatabase(tmp_path / "onhand.db", cache_bytes=1_000_000, busy_seconds=0.1, durable=False)
    yield opened
    await opened.close()


async def test_a_file_that_another_process_keeps_busy_is_unavailable_to_writers_and_not_to_readers(
    sqlite_database: SqliteDatabase, impatient_sqlite: SqliteDatabase, tmp_path: Path
) -> None:
    await sqlite_database.write(run(CREATE))
    other = sqlite3.connect(tmp_path / "onhand.db", isolation_level=None)
    other.execute("BEGIN IMMEDIATE")
    with pytest.raises(Unavailable, match=r"onhand\.db is kept busy by another process for over 0\.1 s"):
        await impatient_sqlite.write(run(INSERT, id=1, name="a", number=0))
    assert await impatient_sqlite.all(SELECT) == []
    other.execute("ROLLBACK")
    other.close()
    assert await impatient_sqlite.write(run(INSERT, id=1, name="a", number=0)) == 1


async def test_work_that_is_outrun_each_time_is_unavailable_in_the_end(impatient_sqlite: SqliteDatabase) -> None:
    async def work(_: Session) -> None:
        raise RunAgain

    with pytest.raises(Unavailable, match="quicker each time"):
        await impatient_sqlite.write(work)


@pytest.fixture
async def narrow_postgresql(postgresql_url: str) -> AsyncIterator[PostgresqlDatabase]:
    """A pool of one connection that waits a fifth of a second only."""
    opened = await PostgresqlDatabase.open(postgresql_url, connections_max=1, busy_seconds=10.0)
    opened._pool.timeout = 0.1
    opened._busy_seconds = 0.2
    yield opened
    await opened.close()


async def test_a_pool_with_no_connection_to_spare_is_unavailable(narrow_postgresql: PostgresqlDatabase) -> None:
    async def work(_: Session) -> None:
        with pytest.raises(Unavailable):
            await narrow_postgresql.all(Query("one", "SELECT 1", "SELECT 1"))

    await narrow_postgresql.read(work)
    assert await narrow_postgresql.all(Query("one", "SELECT 1", "SELECT 1")) == [(1,)]


async def test_a_server_that_is_not_there_is_unavailable(tmp_path: Path) -> None:
    with pytest.raises(Unavailable, match="check the database URL"):
        await PostgresqlDatabase.open(f"postgresql:///none?host={tmp_path}", connections_max=1, busy_seconds=0.2)


async def test_a_server_that_refuses_is_unavailable_at_once_with_its_reason(postgresql_url: str) -> None:
    url = postgresql_url.replace("/onhand_", "/nowhere_", 1)
    with pytest.raises(Unavailable, match=r'database "nowhere_\d+" does not exist$'):
        await PostgresqlDatabase.open(url, connections_max=1, busy_seconds=3600)


async def test_the_victim_of_a_deadlock_is_run_again(postgresql_database: PostgresqlDatabase) -> None:
    await postgresql_database.write(run(CREATE))
    for number in (1, 2):
        await postgresql_database.write(run(INSERT, id=number, name="a", number=0))
    attempts: list[int] = []
    both_hold_one = asyncio.Barrier(2)

    async def add_to(first: int, second: int) -> None:
        async def work(session: Session) -> None:
            attempts.append(first)
            await session.run(ADD, id=first)
            # Only the first time: the victim's second attempt has nobody to wait for.
            if attempts.count(first) == 1:
                await both_hold_one.wait()
            await session.run(ADD, id=second)

        await postgresql_database.write(work)

    await asyncio.gather(add_to(1, 2), add_to(2, 1))
    assert len(attempts) == 3
    assert await postgresql_database.all(SELECT) == [(1, "a", 2), (2, "a", 2)]


async def test_a_write_whose_connection_is_cut_is_run_again(
    postgresql_database: PostgresqlDatabase, postgresql_url: str
) -> None:
    await postgresql_database.write(run(CREATE))
    attempts: list[int] = []
    own_process = Query("own_process", "", "SELECT pg_backend_pid()")

    async def work(session: Session) -> int:
        (process_id,) = await session.one(own_process) or (0,)
        attempts.append(process_id)
        await session.run(INSERT, id=1, name="a", number=len(attempts))
        if len(attempts) == 1:
            with psycopg.connect(postgresql_url, autocommit=True) as other:
                other.execute("SELECT pg_terminate_backend(%s)", (process_id,))
        return await session.run(ADD, id=1)

    assert await postgresql_database.write(work) == 1
    assert len(set(attempts)) == 2
    assert await postgresql_database.all(SELECT) == [(1, "a", 3)]
