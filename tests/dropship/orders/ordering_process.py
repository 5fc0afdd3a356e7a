"""One of several processes that order from the same few units at once: run by the test that nothing is oversold.

It reads what to do from standard input and writes, as JSON, how many units it reserved, shipped and gave back, and
how many of its entries were refused for want of units.
"""

import asyncio
import random
import sys
from collections import Counter

import msgspec

from onhand.basics.clock import parse_time
from onhand.basics.quantity import SCALE
from onhand.dropship.orders.entries import (
    CancellationEntry,
    Entry,
    ExpiryEntry,
    LineEntry,
    ReservationEntry,
    ShipmentEntry,
)
from onhand.dropship.orders.expiring import expire_everywhere
from onhand.dropship.orders.intake import OrderIntake
from onhand.stock.locations import Locations
from onhand.store.database import Database
from tests.stock.posting_process import opened


class Task(msgspec.Struct, frozen=True):
    """A process's part: its seed, the node, the items, and how many clients send how many requests each.

    With `same_for_all` it tells what every other process tells too, instead.
    """

    seed: int
    node: str
    gtins: tuple[str, ...]
    clients: int
    requests: int
    same_for_all: bool = False


def same_entries(task: Task) -> list[Entry]:
    """What every process tells alike: orders that take all there is of the first item, each shipped or given up."""
    told: list[Entry] = []
    for number in range(task.requests):
        order_id, lines = f"o{number}", [LineEntry(task.gtins[0], 1)]
        told.append(ReservationEntry(f"r{number}", order_id, task.node, lines))
        ends = (ShipmentEntry, CancellationEntry, ExpiryEntry)[number % 3]
        told.append(ends(f"e{number}", order_id, task.node))
    return told


class Shopper:
    """A client that orders, and sometimes ships or gives up what it or anybody else has ordered."""

    def __init__(self, task: Task, number: int) -> None:
        self._task = task
        self._chance = random.Random(f"{task.seed}/{number}")
        self._name = f"{task.seed}-{number}"
        self._made = 0

    def request(self) -> list[Entry]:
        """The entries of one request."""
        return [self._entry() for _ in range(self._chance.choice([1, 1, 2, 5]))]

    def _entry(self) -> Entry:
        self._made += 1
        names = (f"{self._name}/{self._made}", self._task.node)
        match self._chance.choice(["reserve"] * 5 + ["ship", "ship", "cancel", "expire"]):
            case "reserve":
                # Some ids are everybody's: only one of those orders may come to stand.
                order_id = self._chance.choice([names[0], names[0], f"shared-{self._chance.randrange(40)}"])
                seconds = self._chance.choice([None, 30])
                return ReservationEntry(names[0], order_id, names[1], self._lines(), None, seconds)
            case "ship":
                return ShipmentEntry(names[0], self._some_order(), names[1])
            case "cancel":
                return CancellationEntry(names[0], self._some_order(), names[1])
            case _:
                return ExpiryEntry(names[0], self._some_order(), names[1])

    def _lines(self) -> list[LineEntry]:
        gtins = self._chance.sample(self._task.gtins, self._chance.choice([1, 1, 2, len(self._task.gtins)]))
        return [LineEntry(gtin, self._chance.choice([1, 1, 2, 3])) for gtin in gtins]

    def _some_order(self) -> str:
        return self._chance.choice(
            [f"{self._name}/{self._chance.randrange(1, self._made + 1)}", f"shared-{self._chance.randrange(40)}"]
        )


class Process:
    """Everything that one process tells, and what became of it."""

    def __init__(self, database: Database, task: Task) -> None:
        self.database, self.task = database, task
        self.counts: Counter[str] = Counter()
        # Each process has a clock of its own, a little off from the others', so that some see orders due before others.
        self._now = (parse_time("2026-03-05T12:00:00") or 0) + task.seed * 7_000_000
        self._locations = Locations(database)
        self._intake = OrderIntake(database, self._locations, self._clock)

    async def order(self) -> None:
        """Let the clients order at random, and what is due expire."""
        await asyncio.gather(self._expire(), *(self._shop(number) for number in range(self.task.clients)))

    async def tell_the_same(self) -> None:
        """Tell of the same orders as everybody, in the same order: whoever is behind catches up, by duplicates."""
        for entry in same_entries(self.task):
            await self._take([entry])

    async def _shop(self, number: int) -> None:
        shopper = Shopper(self.task, number)
        for _ in range(self.task.requests):
            await self._take(shopper.request())

    async def _take(self, entries: list[Entry]) -> None:
        for entry, outcome in zip(entries, await self._intake.take("shop", entries), strict=True):
            self.counts[outcome.refusal.code if outcome.refusal else outcome.status] += 1
            self.counts["answered with the order"] += outcome.order is not None
            moved = sum(each.quantity for each in outcome.moved) // SCALE
            self.counts[f"units of {type(entry).__name__}"] += moved

    async def _expire(self) -> None:
        for _ in range(5):
            await expire_everywhere(self.database, self._locations, self._clock)
            await asyncio.sleep(0.02)

    def _clock(self) -> int:
        self._now += 50_000
        return self._now


async def run(target: str, task: Task) -> Counter[str]:
    """Do a process's part, and count what became of its entries."""
    database = await opened(target)
    process = Process(database, task)
    await (process.tell_the_same() if task.same_for_all else process.order())
    await database.close()
    return process.counts


if __name__ == "__main__":
    sent = msgspec.json.decode(sys.stdin.buffer.read(), type=Task)
    sys.stdout.buffer.write(msgspec.json.encode(asyncio.run(run(sys.argv[1], sent))))
