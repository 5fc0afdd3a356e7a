"""One of several processes that post the same events at once: run by the tests of concurrency.

It reads a JSON list of batches from standard input, each a list of (source, message), and writes one line when every
batch has been posted: how many events were accepted, and how many were duplicates.
"""

import asyncio
import sys
from collections import Counter
from pathlib import Path

import msgspec

from onhand.basics.clock import parse_time
from onhand.stock.intake import Intake
from onhand.stock.locations import Locations
from onhand.stock.messages import EventMessage
from onhand.stock.resolving import EventLimits
from onhand.store.database import Database
from onhand.store.postgresql import PostgresqlDatabase
from onhand.store.sqlite import SqliteDatabase

Batches = list[list[tuple[str, EventMessage]]]


async def opened(target: str) -> Database:
    """The database at a URL, or in a file."""
    if target.startswith("postgres"):
        return await PostgresqlDatabase.open(target, connections_max=4, busy_seconds=30.0)
    return SqliteDatabase(Path(target), cache_bytes=2_000_000, busy_seconds=30.0, durable=False)


async def post(target: str, batches: Batches) -> Counter[str]:
    """Post all batches, and count what became of their events."""
    now = parse_time("2026-03-05T12:00:00") or 0
    database = await opened(target)
    intake = Intake(database, Locations(database), lambda: now, EventLimits(), transaction_events_max=9, writers_max=3)
    outcomes: Counter[str] = Counter()
    for batch in batches:
        for source in sorted({source for source, _ in batch}):
            posted = await intake.post(source, [message for sent_by, message in batch if sent_by == source])
            outcomes.update(outcome.refusal.code if outcome.refusal else outcome.status for outcome in posted)
    await database.close()
    return outcomes


if __name__ == "__main__":
    sent = msgspec.json.decode(sys.stdin.buffer.read(), type=Batches)
    sys.stdout.buffer.write(msgspec.json.encode(asyncio.run(post(sys.argv[1], sent))))
