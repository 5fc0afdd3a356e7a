"""Reports whose workers are killed at random moments are built all the same, and each file is whole."""

import asyncio
import csv
import io
import os
import random
import signal
import subprocess
import sys
import zipfile
from collections.abc import Sequence
from pathlib import Path

import pytest

from onhand.basics.clock import system_clock
from onhand.dropship.declaring import declare_endless
from onhand.dropship.nodes import nodes_of
from onhand.reports.requests import request_id_of, take_request
from onhand.settings import Settings
from onhand.store.database import Database, Session
from onhand.wiring.databases import open_database, upgrade_database
from tests import campaign
from tests.feedkills import ENVIRONMENT, ITEMS, NODES, PARTNERS, add_partners, asked, kill

pytestmark = pytest.mark.contract("DS-24")

_REPORTS = 8
_KILLS = 4
_WORKERS = 2
_WAITING = "SELECT COUNT(*) FROM report_request WHERE finished_at IS NULL"
_BUILDING = "SELECT COUNT(*) FROM report_request WHERE status = 'INPROGRESS'"


async def _prepare(url: str) -> None:
    upgrade_database(Settings(database_url=url))
    database = await open_database(Settings(database_url=url))
    for code, partner_id in (await add_partners(database)).items():
        await _fill(database, partner_id)
        for number in range(_REPORTS):
            await _ask(database, partner_id, f"{PARTNERS.index(code) * _REPORTS + number:032x}")
    await database.close()


async def _fill(database: Database, partner_id: int) -> None:
    async def work(session: Session) -> None:
        for node in await nodes_of(session, partner_id):
            await declare_endless(session, node.location_id, range(1, ITEMS + 1), system_clock())

    await database.write(work)


async def _ask(database: Database, partner_id: int, made: str) -> None:
    named = {"request_id": request_id_of(made), "report_type": "DSV_INVENTORY", "report_version": "v1", "terms": "{}"}
    await database.write(lambda session: take_request(session, partner_id, now=system_clock(), **named))


def _worker(url: str, folder: Path) -> subprocess.Popen[bytes]:
    own = {"ONHAND_DATABASE_URL": url, "ONHAND_OBJECT_STORE_URL": folder.as_uri(), "ONHAND_REPORT_ATTEMPTS_MAX": "50"}
    return subprocess.Popen(
        [sys.executable, "-m", "onhand", "worker"], env=os.environ | ENVIRONMENT | own, stderr=subprocess.PIPE
    )


async def _disturb(database: Database, url: str, folder: Path, workers: list[subprocess.Popen[bytes]]) -> int:
    """Kill workers while a report is being built, and start others in their places; how often one was at work."""
    chance = random.Random(campaign.factor)
    hits = 0
    for _ in range(campaign.times(_KILLS)):
        while not (await asked(database, _BUILDING))[0][0] and (await asked(database, _WAITING))[0][0]:  # noqa: ASYNC110
            await asyncio.sleep(0.001)
        await asyncio.sleep(chance.random() * 0.03)
        hits += (await asked(database, _BUILDING))[0][0] > 0
        kill(workers.pop(0))
        workers.append(_worker(url, folder))
    return hits


async def _finished(database: Database) -> None:
    while (await asked(database, _WAITING))[0][0]:  # noqa: ASYNC110 - it happens elsewhere
        await asyncio.sleep(0.05)


@pytest.fixture(params=["sqlite", "postgresql"])
def url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    if request.param == "sqlite":
        return f"sqlite:///{tmp_path / 'killed.db'}"
    return str(request.getfixturevalue("postgresql_url"))


async def test_reports_whose_workers_are_killed_are_built_all_the_same(url: str, tmp_path: Path) -> None:
    await _prepare(url)
    folder = tmp_path / "objects"
    database = await open_database(Settings(database_url=url))
    workers = [_worker(url, folder) for _ in range(_WORKERS)]
    try:
        hits = await _disturb(database, url, folder, workers)
        await asyncio.wait_for(_finished(database), 120)
        for worker in workers:
            worker.send_signal(signal.SIGTERM)
            _, complaints = worker.communicate(timeout=30)
            assert complaints.decode() == ""
    finally:
        for worker in workers:
            kill(worker)
    assert hits > 0
    found = await asked(database, "SELECT status, file_name, file_bytes FROM report_request")
    await database.close()
    assert [row[0] for row in found] == ["READY"] * (len(PARTNERS) * _REPORTS)
    for _, name, size in found:
        assert _rows_of(folder / "reports" / "inventory-dsv-report" / str(name), int(str(size))) == ITEMS * len(NODES)


def _rows_of(path: Path, size: int) -> int:
    """How many rows there are in a file that is whole."""
    assert path.stat().st_size == size
    with zipfile.ZipFile(path) as archive:
        assert archive.testzip() is None
        rows: Sequence[Sequence[str]] = list(csv.reader(io.TextIOWrapper(archive.open(archive.namelist()[0]))))
    assert {len(row) for row in rows} == {15}
    return len(rows) - 1
