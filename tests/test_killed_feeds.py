"""Feeds whose workers are killed at random moments end as if nobody had been: every row once, in the order taken."""

import asyncio
import itertools
import os
import random
import signal
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest

from onhand.basics.clock import system_clock
from onhand.dropship.feeds.forms import FeedFile, read_file
from onhand.dropship.feeds.taking import feed_id_of, take_feed
from onhand.settings import Settings
from onhand.store.database import Database, Session
from onhand.wiring.databases import open_database, upgrade_database
from tests import campaign
from tests.dropship.feeds.yard import file_of
from tests.feedkills import (
    ENVIRONMENT,
    PARTNERS,
    ROWS,
    add_partners,
    asked,
    check_as_if_nobody_had_been_killed,
    kill,
    rows_of,
)

pytestmark = pytest.mark.contract("DS-22")

_FEEDS = 6
_KILLS = 4
_WORKERS = 2
_IDS = itertools.count(1)


async def _prepare(url: str) -> tuple[Settings, dict[str, list[str]]]:
    settings = Settings(database_url=url)
    upgrade_database(settings)
    database = await open_database(settings)
    ids = await add_partners(database)
    taken = {
        code: [await _take(database, partner_id, rows_of(code, feed)) for feed in range(_FEEDS)]
        for code, partner_id in ids.items()
    }
    await database.close()
    return settings, taken


async def _take(database: Database, partner_id: int, rows: Sequence[Any]) -> str:
    file = read_file(file_of(rows), "DSV_INVENTORY", None, len(rows))
    assert isinstance(file, FeedFile)
    feed_id = feed_id_of(f"{next(_IDS):032x}")

    async def work(session: Session) -> None:
        await take_feed(session, partner_id, "DSV_INVENTORY", file, feed_id=feed_id, now=system_clock())

    await database.write(work)
    return feed_id


def _worker(url: str) -> subprocess.Popen[bytes]:
    environment = os.environ | ENVIRONMENT | {"ONHAND_DATABASE_URL": url}
    return subprocess.Popen([sys.executable, "-m", "onhand", "worker"], env=environment, stderr=subprocess.PIPE)


async def _rows_done(database: Database) -> int:
    ((done,),) = await asked(database, "SELECT SUM(rows_done) FROM feed")
    return int(done)


async def _finished(database: Database) -> None:
    while (await asked(database, "SELECT COUNT(*) FROM feed WHERE finished_at IS NULL"))[0][0]:  # noqa: ASYNC110 - it happens elsewhere
        await asyncio.sleep(0.05)


async def _disturb(database: Database, url: str, workers: list[subprocess.Popen[bytes]], moments: Sequence[int]) -> int:
    """Kill a worker once so many rows have been done, and start another in its place; how often one was at work."""
    hits = 0
    total = len(PARTNERS) * _FEEDS * ROWS
    for moment in moments:
        while (done := await _rows_done(database)) < min(moment, total):
            assert any(worker.poll() is None for worker in workers)
            await asyncio.sleep(0.002)
        hits += done < total
        kill(workers.pop(0))
        workers.append(_worker(url))
    return hits


@pytest.fixture(params=["sqlite", "postgresql"])
def url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    if request.param == "sqlite":
        return f"sqlite:///{tmp_path / 'killed.db'}"
    return str(request.getfixturevalue("postgresql_url"))


async def test_feeds_whose_workers_are_killed_end_as_if_nobody_had_been(url: str) -> None:
    settings, taken = await _prepare(url)
    database = await open_database(settings)
    chance = random.Random(campaign.factor)
    total = len(PARTNERS) * _FEEDS * ROWS
    workers = [_worker(url) for _ in range(_WORKERS)]
    try:
        moments = sorted(chance.randint(1, total - 1) for _ in range(campaign.times(_KILLS)))
        hits = await _disturb(database, url, workers, moments)
        await asyncio.wait_for(_finished(database), 120)
        for worker in workers:
            worker.send_signal(signal.SIGTERM)
            _, complaints = worker.communicate(timeout=30)
            # One that was started last may not yet have got so far as to end by itself.
            assert worker.returncode in {0, -signal.SIGTERM}
            assert complaints.decode() == ""
    finally:
        for worker in workers:
            kill(worker)
    assert hits > 0
    await check_as_if_nobody_had_been_killed(database, taken)
    await database.close()
