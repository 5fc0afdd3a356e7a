"""Many real processes order from few units: what was sold and what is left is always what was declared."""

import asyncio
from collections import Counter
from pathlib import Path

import pytest

from onhand.basics.quantity import SCALE
from onhand.store.database import Database
from onhand.store.postgresql import PostgresqlDatabase
from onhand.store.sqlite import SqliteDatabase
from tests.campaign import times
from tests.conftest import FrozenClock
from tests.counting_processes import counted_in_a_process
from tests.dropship.orders.depot import GTINS, Depot
from tests.dropship.orders.ordering_process import Task

pytestmark = pytest.mark.contract("DS-30")

PROCESS = "tests.dropship.orders.ordering_process"
DECLARED = 60


class Watcher:
    """Looks at the node while others order: at no moment that anybody can see is more held or sold than declared."""

    def __init__(self, depot: Depot) -> None:
        self.depot = depot
        self.looks = 0
        self.stopped = False

    async def watch(self) -> None:
        while not self.stopped:
            for on_hand, reserved, shipped, held in await self.depot.rows(self._question()):
                assert 0 <= reserved <= on_hand <= DECLARED * SCALE
                assert on_hand + shipped == DECLARED * SCALE
                assert held == reserved
            self.looks += 1
            await asyncio.sleep(0.01)

    def _question(self) -> str:
        """Everything of one moment: units on hand and reserved by the ledger, shipped and held by the orders."""
        where = f"location_id = {self.depot.node.location_id}"
        lines = f"FROM node_order_line AS l WHERE l.{where} AND l.item_id = s.item_id"
        return (
            "SELECT s.quantity, COALESCE((SELECT r.quantity FROM stock AS r WHERE r.location_id = s.location_id "
            "AND r.item_id = s.item_id AND r.state = 2), 0), "
            f"CAST(COALESCE((SELECT SUM(l.shipped) {lines}), 0) AS BIGINT), "
            f"CAST(COALESCE((SELECT SUM(l.reserved) {lines}), 0) AS BIGINT) "
            f"FROM stock AS s WHERE s.{where} AND s.state = 0"
        )


async def order_at_once(database: Database, target: str, processes: int, requests: int) -> None:
    """Let so many processes order from one node, and see that all of it adds up."""
    depot = await Depot(database, FrozenClock(1_772_000_000_000_000)).open()
    for gtin in GTINS:
        await depot.declare(gtin, DECLARED)
    watcher = Watcher(depot)
    watching = asyncio.create_task(watcher.watch())
    tasks = [Task(seed, depot.node.code, GTINS, 3, requests) for seed in range(processes)]
    found = await asyncio.gather(*(counted_in_a_process(PROCESS, target, task) for task in tasks))
    watcher.stopped = True
    await watching
    assert watcher.looks > 3
    counts = sum(found, Counter())
    # The units were few enough to run out, and every verb had its turn.
    for name in ("accepted", "short_stock", "order_exists", "not_reserved", "unknown_order"):
        assert counts[name] > 0, counts
    amounts = [await depot.amounts(gtin) for gtin in GTINS]
    left, held = (sum(column) for column in zip(*amounts, strict=True))
    assert counts["units of ShipmentEntry"] + left == DECLARED * len(GTINS)
    given_back = counts["units of CancellationEntry"] + counts["units of ExpiryEntry"]
    by_itself = await depot.rows("SELECT CAST(-SUM(quantity) AS BIGINT) FROM leg WHERE source = 'onhand'")
    released = given_back + counts["units of ShipmentEntry"] + (by_itself[0][0] or 0) // SCALE
    assert counts["units of ReservationEntry"] - released == held
    await depot.at_rest()


async def test_eight_processes_never_oversell_on_postgresql(
    postgresql_database: PostgresqlDatabase, postgresql_url: str
) -> None:
    await order_at_once(postgresql_database, postgresql_url, 8, times(12))


async def test_three_processes_never_oversell_on_one_sqlite_file(
    sqlite_database: SqliteDatabase, tmp_path: Path
) -> None:
    await order_at_once(sqlite_database, str(tmp_path / "onhand.db"), 3, times(20))


async def tell_the_same_at_once(database: Database, target: str, processes: int, orders: int) -> None:
    """Let so many processes tell of the same orders, which take all that there is."""
    depot = await Depot(database, FrozenClock(1_772_000_000_000_000)).open()
    await depot.declare(GTINS[0], orders)
    tasks = [Task(seed, depot.node.code, GTINS, 1, orders, same_for_all=True) for seed in range(processes)]
    found = await asyncio.gather(*(counted_in_a_process(PROCESS, target, task) for task in tasks))
    told = 2 * orders
    counts = sum(found, Counter())
    assert {name: count for name, count in counts.items() if not name.startswith("units")} == {
        "accepted": told,
        "duplicate": told * (processes - 1),
        "answered with the order": told * processes,
    }
    shipped = -(-orders // 3)
    assert await depot.amounts(GTINS[0]) == (orders - shipped, 0)
    await depot.at_rest()


async def test_the_same_orders_from_eight_processes_count_once_on_postgresql(
    postgresql_database: PostgresqlDatabase, postgresql_url: str
) -> None:
    await tell_the_same_at_once(postgresql_database, postgresql_url, 8, times(60))


async def test_the_same_orders_from_three_processes_count_once_on_one_sqlite_file(
    sqlite_database: SqliteDatabase, tmp_path: Path
) -> None:
    await tell_the_same_at_once(sqlite_database, str(tmp_path / "onhand.db"), 3, times(30))
