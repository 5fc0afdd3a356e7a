"""Events like a chain's registers make them: a few stores and items sell most, in the order of time. Seeded."""

import random
from collections.abc import Iterator
from datetime import datetime, timedelta
from itertools import accumulate
from pathlib import Path

from onhand.basics.clock import Clock
from onhand.stock.locations import NewStore, add_stores
from onhand.store.database import Database, Session
from onhand.store.queries import Query

STORES = 457
ITEMS = 20_000
_START = datetime(2017, 1, 1)  # noqa: DTZ001  the ledger takes a time without a zone as UTC
_SECONDS_APART = 6
_ITEMS_AT_A_TIME = 5_000

Line = tuple[str, int, int, datetime]
"""Event id, store number, item id, time."""


def item_ids() -> list[int]:
    """The items sold, by their numbers."""
    return random.Random(1).sample(range(10**13), ITEMS)


def lines(count: int, *, first: int = 0) -> Iterator[Line]:
    """Register lines from the `first` on."""
    chance = random.Random(first)
    items = item_ids()
    store_weights = list(accumulate(1 / (number + 10) for number in range(STORES)))
    item_weights = list(accumulate(1 / (number + 50) for number in range(ITEMS)))
    for start in range(first, first + count, 100_000):
        size = min(100_000, first + count - start)
        stores = chance.choices(range(1, STORES + 1), cum_weights=store_weights, k=size)
        sold = chance.choices(items, cum_weights=item_weights, k=size)
        for number, store, item in zip(range(start, start + size), stores, sold, strict=True):
            at = _START + timedelta(seconds=_SECONDS_APART * number)
            yield f"{31_198_570_000 + number // 9}-{number:08d}", store, item, at


def write_file(path: Path, count: int, *, first: int = 0) -> None:
    """Write register lines as the events that `onhand load events` reads."""
    with path.open("wb") as file:
        for event_id, store, item, at in lines(count, first=first):
            file.write(
                b'{"eventId":"%b","eventType":"SALES","storeNbr":%d,"gtin":"%014d","quantity":-1,"occurredAt":"%b"}\n'
                % (event_id.encode(), store, item, at.isoformat().encode())
            )


async def make_known(database: Database, clock: Clock) -> None:
    """Put the stores and the items into an empty database."""
    await add_stores(database, clock, [NewStore(number, f"Store {number}") for number in range(1, STORES + 1)])
    found = item_ids()
    for start in range(0, ITEMS, _ITEMS_AT_A_TIME):
        values = ", ".join(f"({item}, 'Item {item}', 0, 0)" for item in found[start : start + _ITEMS_AT_A_TIME])
        text = f"INSERT INTO item (item_id, name, created_at, updated_at) VALUES {values}"
        query = Query("items_of_the_benchmark", text, text)

        async def work(session: Session, query: Query = query) -> int:
            return await session.run(query)

        await database.write(work)
