import asyncio
import io
import re
import socket
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest
import uvicorn
from rich.console import Console

from onhand.client import Refused
from onhand.completejourney.streaming import Part
from onhand.partners.operators import list_operator_clients
from onhand.sandbox.credentials import PUBLISHED
from onhand.settings import Settings
from onhand.tour.demo import prepare, take_tour
from onhand.wiring.databases import open_database
from onhand.wiring.serving import running_server
from tests.conftest import FrozenClock


def ignore(_done: int, _total: int) -> None:
    pass


@pytest.fixture
def settings(tmp_path: Path, data_set: Path, monkeypatch: pytest.MonkeyPatch) -> Settings:
    monkeypatch.setattr("onhand.tour.demo.data_directory", lambda: data_set)
    return Settings(
        data_directory=str(tmp_path), database_url=f"sqlite:///{tmp_path / 'demo.db'}", housekeeping_seconds=0
    )


@asynccontextmanager
async def served(settings: Settings, clock: FrozenClock) -> AsyncIterator[str]:
    """The URL of a server that runs meanwhile."""
    listening = socket.create_server(("127.0.0.1", 0))
    async with running_server(settings, clock, published=PUBLISHED) as application:
        server = uvicorn.Server(uvicorn.Config(application, log_config=None))
        serving = asyncio.create_task(server.serve([listening]))
        yield f"http://127.0.0.1:{listening.getsockname()[1]}"
        server.should_exit = True
        await serving


async def tour_text(settings: Settings, clock: FrozenClock, directory: Path) -> str:
    loaded = await prepare(settings, clock, directory, Part(), ignore)
    console = Console(file=io.StringIO(), width=120)
    async with served(settings, clock) as url:
        await take_tour(settings, clock, loaded, url, console)
    assert isinstance(console.file, io.StringIO)
    return console.file.getvalue()


async def test_the_tour_shows_real_answers_and_says_what_is_simulated(
    settings: Settings, clock: FrozenClock, tmp_path: Path
) -> None:
    text = await tour_text(settings, clock, tmp_path)
    assert "GET /store/406/gtin/02000000256719/available" in text
    assert "gtin not mapped to the supplier" in text
    assert "invalid gtin" in text
    lines = [line.split("│")[1:-1] for line in text.splitlines() if line.startswith("│")]
    origins = {line[0].strip(): line[4].strip() for line in lines if len(line) == 5}
    assert origins["SALES"] == "register"
    assert origins["NGR"] == "simulated"
    assert origins["TSBR"] == "raised by the ledger"


async def test_a_seller_sees_its_shipments_and_what_was_simulated(
    settings: Settings, clock: FrozenClock, tmp_path: Path
) -> None:
    text = await tour_text(settings, clock, tmp_path)
    assert "GET /v3/fulfillment/inventory-log?gtin=" in text
    lines = [line.split("│")[1:-1] for line in text.splitlines() if line.startswith("│ FC-")]
    origins = {line[1].strip(): line[5].strip() for line in lines}
    assert origins == {"SOLD": "register", "RECEIVED": "simulated"}
    assert "│ P-25671 " in text


async def test_a_sellers_month_is_reconciled(settings: Settings, clock: FrozenClock, tmp_path: Path) -> None:
    text = await tour_text(settings, clock, tmp_path)
    assert "inventory-reconciliation-report?startDate=2022-01-01&endDate=2022-01-31" in text
    table = text.partition("A month's reconciliation")[2].partition("└")[0]
    rows = [[cell.strip() for cell in line.split("│")[1:-1]] for line in table.splitlines() if line.startswith("│")]
    assert rows
    for _, _, starting, received, sold, adjusted, ending in rows:
        assert int(starting) + int(received) + int(sold) + int(adjusted) == int(ending)
        assert int(sold) < 0
    assert "in 0 of them ending is not starting plus all that moved" in text


async def test_the_late_event_leaves_what_was_counted(settings: Settings, clock: FrozenClock, tmp_path: Path) -> None:
    text = await tour_text(settings, clock, tmp_path)
    before, _, after = text.partition("An event that comes late")
    rows = [[cell.strip() for cell in line.split("│")[1:-1]] for line in after.splitlines() if line.startswith("│")]
    newest_sale = next(
        line for line in before[before.index("How it came") :].splitlines() if line.startswith("│ SALES")
    )
    on_hand = float(newest_sale.split("│")[4])
    assert [(row[0], row[1], float(row[3])) for row in rows[:3]] == [
        ("PI", "-2", on_hand - 2),
        ("TSBR", "-3", on_hand),
        ("RETURNS", "+3", on_hand + 3),
    ]


async def test_the_vendors_report_has_every_row_of_its_feed(
    settings: Settings, clock: FrozenClock, tmp_path: Path
) -> None:
    text = await tour_text(settings, clock, tmp_path)
    applied = re.search(r"([\d,]+) rows applied", " ".join(text.split()))
    in_report = re.search(r"InventoryDSVReport_\S+\.csv: ([\d,]+) rows", " ".join(text.split()))
    assert applied is not None
    assert in_report is not None
    assert in_report[1] == applied[1]
    assert "Available To" in text


async def test_the_demo_is_loaded_once_and_the_tour_can_be_taken_again(
    settings: Settings, clock: FrozenClock, tmp_path: Path
) -> None:
    await tour_text(settings, clock, tmp_path)
    clock.advance(60)

    def forbid(_done: int, _total: int) -> None:
        raise AssertionError

    await prepare(settings, clock, tmp_path, Part(), forbid)
    assert "accepted" in await tour_text(settings, clock, tmp_path)


async def test_the_tour_leaves_no_way_in_behind(settings: Settings, clock: FrozenClock, tmp_path: Path) -> None:
    await tour_text(settings, clock, tmp_path)
    database = await open_database(settings)
    clients = await list_operator_clients(database)
    await database.close()
    assert [client.revoked_at for client in clients] == [clock.now]


async def test_a_tour_of_something_else_fails_aloud(settings: Settings, clock: FrozenClock, tmp_path: Path) -> None:
    loaded = await prepare(settings, clock, tmp_path, Part(), ignore)
    async with served(settings, clock) as url:
        with pytest.raises(Refused):
            await take_tour(settings, clock, loaded, f"{url}/elsewhere", Console(file=io.StringIO()))


@pytest.mark.contract("RC-11", "RC-22")
async def test_the_tour_settles_a_period_of_real_baskets(
    settings: Settings, clock: FrozenClock, tmp_path: Path
) -> None:
    text = await tour_text(settings, clock, tmp_path)
    assert "1 periods closed, 1 reports published" in text
    assert "PaymentSummary" in text
    assert "Sale: Purchase" in text
    amounts = [line.split()[-2] for line in text.splitlines() if "residual, " in line]
    assert amounts == ["0.00"] * 6
