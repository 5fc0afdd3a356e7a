"""A load that is killed at random moments and begun again ends as one that nobody disturbed."""

import asyncio
import os
import random
import signal
import subprocess
import sys
import time
from collections.abc import Sequence
from contextlib import closing
from pathlib import Path
from typing import Any

import psycopg
import pytest

from onhand.basics.clock import system_clock
from onhand.settings import Settings
from onhand.stock.audit import verify
from onhand.stock.locations import Locations, NewStore, add_stores
from onhand.store.database import Session
from onhand.store.queries import Query
from onhand.wiring.databases import open_database, upgrade_database
from tests import campaign

pytestmark = pytest.mark.contract("OP-03", "OP-04")

_STORES = range(1, 9)
_ITEMS = range(1, 41)
_EVENTS = 12_000
_KILLS = 3
_DUMP = (
    "SELECT location_id, item_id, area, state, quantity, last_seq, newest_occurred_at FROM stock ORDER BY 1, 2, 3, 4",
    "SELECT location_id, item_id, area, month, event_type, quantity FROM month_flow ORDER BY 1, 2, 3, 4, 5",
    "SELECT location_id, source, event_id, content_hash FROM event ORDER BY 1, 2, 3",
)


def _write_events(path: Path) -> None:
    chance = random.Random(7)
    with path.open("w", encoding="utf-8") as file:
        for number in range(_EVENTS):
            # A count every now and then, and moments out of order, so that the ledger has late events to correct.
            counts = number % 97 == 0
            said = f'"eventType":"PI","counted":{number % 50}' if counts else '"eventType":"SALES","quantity":-1'
            file.write(
                f'{{"eventId":"e{number}",{said},"storeNbr":{chance.choice(_STORES)},'
                f'"gtin":"{chance.choice(_ITEMS):014d}","occurredAt":"2026-01-{chance.randint(1, 28):02d}T10:00:00"}}\n'
            )


async def _prepare(url: str) -> Settings:
    settings = Settings(database_url=url)
    upgrade_database(settings)
    database = await open_database(settings)
    await add_stores(database, system_clock, [NewStore(number, f"Store {number}") for number in _STORES])
    values = ", ".join(f"({item}, 'Item {item}', 0, 0)" for item in _ITEMS)
    text = f"INSERT INTO item (item_id, name, created_at, updated_at) VALUES {values}"

    async def work(session: Session) -> int:
        return await session.run(Query("items", text, text))

    await database.write(work)
    await database.close()
    return settings


def _load(url: str, file: Path) -> subprocess.Popen[bytes]:
    command = [sys.executable, "-m", "onhand", "load", "events", str(file), "--source", "registers", "--json"]
    # Many small transactions, so that the kills find a load in the middle.
    environment = os.environ | {"ONHAND_DATABASE_URL": url, "ONHAND_TRANSACTION_EVENTS_MAX": "300"}
    return subprocess.Popen(command, env=environment, stdout=subprocess.PIPE, stderr=subprocess.PIPE)


async def _asked(settings: Settings, text: str) -> Sequence[tuple[Any, ...]]:
    database = await open_database(settings)
    try:
        return await database.all(Query("dump", text, text))
    finally:
        await database.close()


async def _kill_when(process: subprocess.Popen[bytes], settings: Settings, events: int) -> bool:
    """Kill a load once it has posted so many events; whether it was still at work."""
    while process.poll() is None:
        ((posted,),) = await _asked(settings, "SELECT COUNT(*) FROM event")
        if posted >= events:
            process.send_signal(signal.SIGKILL)
            break
        await asyncio.sleep(0.01)
    process.communicate()
    return process.returncode == -signal.SIGKILL


def _finish(process: subprocess.Popen[bytes]) -> None:
    _, complaints = process.communicate(timeout=240)
    assert process.returncode == 0, complaints.decode()


async def _loaded(url: str, file: Path, kills: Sequence[int]) -> tuple[list[Any], int]:
    """What a database holds after a load that was killed so often, and how often it was hit at work."""
    settings = await _prepare(url)
    hits = 0
    for events in kills:
        hits += await _kill_when(_load(url, file), settings, events)
    _finish(_load(url, file))
    database = await open_database(settings)
    audit = await verify(database, Locations(database), lambda *_: None)
    await database.close()
    assert audit.differences == ()
    return [await _asked(settings, text) for text in _DUMP], hits


@pytest.fixture(params=["sqlite", "postgresql"])
def urls(request: pytest.FixtureRequest, tmp_path: Path, postgresql_server: str) -> tuple[str, str]:
    """Two empty databases of a kind."""
    if request.param == "sqlite":
        return f"sqlite:///{tmp_path / 'killed.db'}", f"sqlite:///{tmp_path / 'undisturbed.db'}"
    names = [f"{name}_{os.getpid()}_{time.monotonic_ns()}" for name in ("killed", "undisturbed")]
    with closing(psycopg.connect(postgresql_server, autocommit=True)) as connection:
        for name in names:
            connection.execute(f"CREATE DATABASE {name}")
    killed, undisturbed = (postgresql_server.replace("/postgres?", f"/{name}?") for name in names)
    return killed, undisturbed


async def test_a_load_killed_at_random_moments_ends_as_an_undisturbed_one(
    urls: tuple[str, str], tmp_path: Path
) -> None:
    file = tmp_path / "events.ndjson"
    _write_events(file)
    chance = random.Random(campaign.factor)
    kills = [chance.randint(0, _EVENTS - 1) for _ in range(campaign.times(_KILLS))]
    killed, hits = await _loaded(urls[0], file, kills)
    undisturbed, _ = await _loaded(urls[1], file, [])
    assert hits > 0
    assert len(killed[2]) == _EVENTS
    assert killed == undisturbed
