"""Refreshes whose processes are killed at random moments end as if nobody had been: every unit once, nothing half."""

import asyncio
import random
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from onhand.basics.clock import parse_time
from onhand.basics.gtin import format_gtin
from onhand.catalogue.imports import import_items, import_skus, listed
from onhand.catalogue.report import SourceRow
from onhand.fulfilment.reconciliation.refreshes import shown_refresh
from onhand.settings import Settings
from onhand.store.database import Database
from onhand.store.queries import Query
from onhand.wiring.databases import open_database, upgrade_database
from tests import campaign
from tests.conftest import FrozenClock
from tests.fulfilment.books import figures, month, refreshed, rows_of
from tests.fulfilment.warehouse import EAST, NORTH, SELLER, WEST, Warehouse, moved

pytestmark = pytest.mark.contract("WF-05", "WF-08")

_ITEMS = 60
_KILLS = 4
_FEBRUARY, _MARCH = month(2026, 2), month(2026, 3)


@pytest.fixture(params=["sqlite", "postgresql"])
def url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    if request.param == "sqlite":
        return f"sqlite:///{tmp_path / 'killed.db'}"
    return str(request.getfixturevalue("postgresql_url"))


def _process(url: str, now: int) -> subprocess.Popen[bytes]:
    command = [sys.executable, "-m", "tests.refreshing_process", url, str(now)]
    return subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, cwd=Path(__file__).parent.parent)


async def _slices(database: Database) -> int:
    text = "SELECT COUNT(*) FROM reconciliation_seen WHERE seq > 1"
    row = await database.one(Query("slices", text, text))
    assert row is not None
    return int(row[0])


async def _warehouse(database: Database, clock: FrozenClock, gtins: list[str]) -> Warehouse:
    """A refresh was done; then every item at every centre had a late sale and one in time."""
    warehouse = Warehouse(database, clock)
    await warehouse.open()
    items = [SourceRow(n, {"gtin": gtin, "name": f"Item {gtin}"}) for n, gtin in enumerate(gtins, 1)]
    skus = [SourceRow(n, {"gtin": gtin, "seller": SELLER, "sku": f"S-{gtin}"}) for n, gtin in enumerate(gtins, 1)]
    assert (await import_items(database, clock, listed(items))).is_stored
    assert (await import_skus(database, clock, listed(skus))).is_stored
    places = [(centre, gtin) for centre in (EAST, WEST, NORTH) for gtin in gtins]
    await warehouse.accept(*(moved(f"r{c}{g}", "RECEIVED", c, quantity=9, gtin=g, hours=480) for c, g in places))
    await refreshed(warehouse, streams_max=1000)
    late = [moved(f"l{c}{g}", "SOLD", c, quantity=-1, gtin=g, hours=360) for c, g in places]
    await warehouse.accept(*late, *(moved(f"i{c}{g}", "SOLD", c, quantity=-2, gtin=g, hours=24) for c, g in places))
    return warehouse


async def test_refreshes_that_are_killed_count_every_unit_once(url: str, clock: FrozenClock) -> None:
    settings = Settings(database_url=url)
    upgrade_database(settings)
    database = await open_database(settings)
    gtins = [format_gtin(number) for number in range(1, _ITEMS + 1)]
    warehouse = await _warehouse(database, clock, gtins)
    now = parse_time("2026-04-01T15:30:00")
    assert now is not None
    chance = random.Random(campaign.factor)
    total = 3 * _ITEMS
    hits = 0
    for stop in sorted(chance.randint(1, total - 1) for _ in range(campaign.times(_KILLS))):
        process = _process(url, now)
        while process.poll() is None and await _slices(database) < stop:  # noqa: ASYNC110 - it happens elsewhere
            await asyncio.sleep(0.001)
        process.send_signal(signal.SIGKILL)
        _, complaints = process.communicate()
        assert complaints == b""
        shown = await shown_refresh(database)
        assert shown is not None
        hits += str(shown.last_day) == "2026-03-03" and await _slices(database) > 0
    assert hits > 0
    clock.now = now
    assert await refreshed(warehouse) in (["2026-03-31"], [])
    keys = [(gtin, centre) for gtin in gtins for centre in (EAST, WEST, NORTH)]
    assert await rows_of(warehouse, _FEBRUARY) == dict.fromkeys(keys, figures(0, 9, received=9))
    assert await rows_of(warehouse, _MARCH) == dict.fromkeys(keys, figures(9, 6, sold=-2, adjusted=-1))
    await database.close()
