"""Reports that are kept no longer are removed by whichever worker is first, files first."""

from pathlib import Path

import pytest

from onhand.basics.clock import DAY
from onhand.partners.clients import GatewayClient, Scopes, add_gateway_client
from onhand.partners.onboarding import Partner, add_partner
from onhand.reports.requests import Requests, request_id_of, take_request
from onhand.settings import Settings
from onhand.stock.locations import Locations
from onhand.store.database import Database
from onhand.store.folders import FolderStore
from onhand.store.queries import Query
from onhand.wiring.working import begin_periodics, build_worker
from tests.conftest import FrozenClock

pytestmark = pytest.mark.contract("DS-24")

_HOUR_SECONDS = 3600
_COUNT = "SELECT COUNT(*) FROM report_request"


async def asked(database: Database, clock: FrozenClock, number: int) -> tuple[int, str]:
    """A vendor with a client, and the id of a report that it asked for."""
    partner = await add_partner(database, clock, kind="supplier", code=f"acme-{number}", name="Acme")
    assert isinstance(partner, Partner)
    client = await add_gateway_client(
        database,
        clock,
        client_id=f"client-{number}",
        partner_code=partner.code,
        secret="a-secret-of-the-tests",
        scopes=Scopes.of("full_access"),
    )
    assert isinstance(client, GatewayClient)
    request_id = request_id_of(f"{number:032x}")
    named = {"request_id": request_id, "report_type": "DSV_INVENTORY", "report_version": "v1", "terms": "{}"}
    await database.write(lambda session: take_request(session, partner.partner_id, now=clock(), **named))
    return partner.partner_id, request_id


async def test_workers_remove_what_is_kept_no_longer_once_an_hour(
    database: Database, clock: FrozenClock, tmp_path: Path
) -> None:
    objects = FolderStore(tmp_path)
    settings = Settings(report_days=2, housekeeping_seconds=0)
    workers = [build_worker(settings, database, objects, Locations(database), clock) for _ in range(2)]
    await begin_periodics(settings, database, objects, Locations(database), clock)
    partner_id, request_id = await asked(database, clock, 1)
    clock.advance(_HOUR_SECONDS)
    await workers[0].run_due()
    other_id, other_request = await asked(database, clock, 2)
    await workers[1].run_due()
    requests = Requests(database, days=2)
    found = await requests.by_id(partner_id, request_id, clock())
    other = await requests.by_id(other_id, other_request, clock())
    assert found is not None
    assert other is not None
    assert other.file_name is not None
    assert (found.status, other.status, len(files(tmp_path))) == ("READY", "READY", 2)
    clock.now += 2 * DAY
    for worker in workers:
        await worker.run_due()
    # The other's is exactly two days old, and there still.
    assert files(tmp_path) == [other.file_name]
    assert await database.all(Query("count", _COUNT, _COUNT)) == [(1,)]
    clock.advance(_HOUR_SECONDS)
    for worker in workers:
        await worker.run_due()
    assert files(tmp_path) == []
    assert await database.all(Query("count", _COUNT, _COUNT)) == [(0,)]


async def test_requests_stay_until_their_files_are_gone(database: Database, clock: FrozenClock, tmp_path: Path) -> None:
    folder = tmp_path / "objects"
    settings = Settings(report_days=2, housekeeping_seconds=0)
    worker = build_worker(settings, database, FolderStore(folder), Locations(database), clock)
    await begin_periodics(settings, database, FolderStore(folder), Locations(database), clock)
    await asked(database, clock, 1)
    await worker.run_due()
    # Where the folder of the files stood there is a file: the storage is away.
    things = folder / "reports" / "inventory-dsv-report"
    things.rename(tmp_path / "aside")
    things.symlink_to(things)
    clock.now += 2 * DAY + 1
    await worker.run_due()
    assert await database.all(Query("count", _COUNT, _COUNT)) == [(1,)]
    things.unlink()
    (tmp_path / "aside").rename(things)
    clock.advance(_HOUR_SECONDS)
    await worker.run_due()
    assert (files(folder), await database.all(Query("count", _COUNT, _COUNT))) == ([], [(0,)])


def files(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.rglob("*.zip"))
