"""Building the concrete objects: databases and what their processes share."""

import asyncio
import stat
from pathlib import Path

import psycopg
import pytest

from onhand.settings import Settings
from onhand.store.database import Database
from onhand.store.schema import newest_revision
from onhand.wiring.databases import SchemaMismatch, database_name, open_database, schema_revision, shared_secret


async def test_processes_that_begin_at_once_share_one_secret(database: Database) -> None:
    made = await asyncio.gather(*(shared_secret(database, "page-tokens") for _ in range(5)))
    assert len(set(made)) == 1
    assert len(made[0]) == 32


async def test_secrets_of_other_names_are_others(database: Database) -> None:
    assert await shared_secret(database, "page-tokens") != await shared_secret(database, "other")


async def test_a_database_keeps_its_name(database: Database) -> None:
    assert await database_name(database) == await database_name(database)


async def test_a_server_database_of_another_revision_is_refused_and_left_as_it_is(postgresql_url: str) -> None:
    settings = Settings(database_url=postgresql_url)
    assert await schema_revision(settings) == newest_revision()
    for revision, said in (("0000", "onhand database upgrade"), ("9999", "install the newer Onhand")):
        with psycopg.connect(postgresql_url) as connection:
            connection.execute("UPDATE alembic_version SET version_num = %s", (revision,))
        with pytest.raises(SchemaMismatch, match=said):
            await open_database(settings)
        assert await schema_revision(settings) == revision


async def test_nobody_but_its_owner_may_read_an_embedded_database_or_its_log(tmp_path: Path) -> None:
    directory = tmp_path / "data"
    database = await open_database(Settings(data_directory=str(directory)))
    await shared_secret(database, "links")
    rights = {path.name: stat.filemode(path.stat().st_mode) for path in directory.iterdir()}
    await database.close()
    assert rights == dict.fromkeys(("onhand.db", "onhand.db-wal", "onhand.db-shm"), "-rw-------")
    assert stat.filemode(directory.stat().st_mode) == "drwx------"
