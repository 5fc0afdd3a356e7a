"""Real processes that post the same events at once: each is counted once, and nobody sees a deadlock."""

import asyncio
import random
from collections import Counter
from collections.abc import Sequence
from decimal import Decimal
from pathlib import Path

import msgspec
import pytest

from onhand.basics.clock import from_datetime
from onhand.stock.audit import verify
from onhand.stock.locations import NewStore, add_stores
from onhand.stock.messages import EventMessage, OtherSide
from onhand.store.database import Database
from onhand.store.postgresql import PostgresqlDatabase
from onhand.store.sqlite import SqliteDatabase
from tests.conftest import FrozenClock
from tests.counting_processes import counted_in_a_process
from tests.stock import posting_process
from tests.stock.conftest import Ledger
from tests.stock.model import on_hand
from tests.stock.sending import NOON, event, units
from tests.stock.strategies import GTIN

pytestmark = pytest.mark.contract("OP-04", "OP-05")

PROCESS = posting_process.__name__
_STORES = (101, 102, 103)
_GTINS = (GTIN, "00044444444445", "00044444444446")
Sent = tuple[str, EventMessage]


def one_event(chance: random.Random, number: int) -> Sent:
    """An event of any kind in any of the stores; hours are whole, so that ties and late events are common."""
    store, gtin = chance.choice(_STORES), chance.choice(_GTINS)
    more: dict[str, object] = {"hours": chance.randrange(1, 24), "gtin": gtin}
    match chance.choice(["NGR", "SALES", "SALES", "PI", "CORRECTION", "RECLAMATION", "BR"]):
        case "PI" | "CORRECTION" as counts:
            made = event(f"e{number}", counts, store, counted=chance.randrange(50), **more)
        case "BR":
            side = OtherSide(location_area="BACKROOM")
            made = event(f"e{number}", "BR", store, quantity=chance.randrange(9), to=side, **more)
        case "NGR":
            made = event(f"e{number}", "NGR", store, quantity=chance.randrange(20), **more)
        case takes:
            made = event(f"e{number}", takes, store, quantity=-chance.randrange(5), **more)
    return chance.choice(["a", "b"]), made


def transfers(chance: random.Random, count: int) -> list[Sent]:
    """Moves from store to store, in every direction."""
    pairs = [chance.sample(_STORES, 2) for _ in range(count)]
    return [
        ("a", event(f"t{number}", "STOCK_TRANSFER", giver, quantity=1, to=OtherSide(store_nbr=taker)))
        for number, (giver, taker) in enumerate(pairs)
    ]


def shuffled(chance: random.Random, events: Sequence[Sent]) -> posting_process.Batches:
    """All events in an order of their own, some of them twice, in batches that overlap."""
    order = [*events, *chance.sample(events, len(events) // 5)]
    chance.shuffle(order)
    return [order[start : start + 40] for start in range(0, len(order), 30)]


async def post_at_once(database: Database, target: str, events: Sequence[Sent], processes: int) -> Counter[str]:
    """Let so many processes post all the events at once; what became of them altogether."""
    clock = FrozenClock(from_datetime(NOON))
    await add_stores(database, clock, [NewStore(number, f"Store {number}") for number in _STORES])
    ledger = Ledger(database, clock)
    for gtin in _GTINS:
        await ledger.add_item(gtin)
    outcomes = await asyncio.gather(
        *(counted_in_a_process(PROCESS, target, shuffled(random.Random(seed), events)) for seed in range(processes))
    )
    return sum(outcomes, Counter())


async def assert_as_the_model(database: Database, events: Sequence[Sent], moved: Sequence[Sent]) -> None:
    """Every event is kept once, every total is the model's, and the ledger agrees with itself."""
    ledger = Ledger(database, FrozenClock(from_datetime(NOON)))
    for store in _STORES:
        for gtin in _GTINS:
            expected = on_hand([each for each in events if (each[1].store_nbr, each[1].gtin) == (store, gtin)], NOON)
            if gtin == GTIN:
                balance = sum(
                    (message.to is not None and message.to.store_nbr == store) - (message.store_nbr == store)
                    for _, message in moved
                )
                shelf = ("STORE", "AVAILABLE")
                expected[shelf] = expected.get(shelf, Decimal(0)) + balance
            said = {shelf: Decimal(str(held)) for shelf, held in (await units(ledger, store, gtin)).items()}
            assert {shelf: held for shelf, held in said.items() if held} == {
                shelf: held for shelf, held in expected.items() if held
            }
    assert len(await ledger.rows("SELECT event_id FROM event")) == len(events) + 2 * len(moved)
    assert await ledger.rows("SELECT role FROM transfer") == []
    assert (await verify(database, ledger.locations, lambda *_: None)).differences == ()


def some_events(count: int) -> tuple[list[Sent], list[Sent]]:
    """Events of every kind, and moves between the stores after the last of them."""
    chance = random.Random(45)
    return [one_event(chance, number) for number in range(count)], [
        (source, msgspec.structs.replace(message, occurred_at=NOON))
        for source, message in transfers(chance, count // 8)
    ]


async def test_eight_processes_that_post_the_same_events_to_postgresql_count_each_once(
    postgresql_database: PostgresqlDatabase, postgresql_url: str
) -> None:
    events, moved = some_events(160)
    outcomes = await post_at_once(postgresql_database, postgresql_url, [*events, *moved], 8)
    # The two halves of a move may be accepted by the one that gives and found by all the others.
    assert outcomes["accepted"] == len(events) + len(moved)
    assert outcomes.keys() == {"accepted", "duplicate"}
    await assert_as_the_model(postgresql_database, events, moved)


async def test_three_processes_that_post_the_same_events_to_one_sqlite_file_count_each_once(
    sqlite_database: SqliteDatabase, tmp_path: Path
) -> None:
    events, moved = some_events(240)
    outcomes = await post_at_once(sqlite_database, str(tmp_path / "onhand.db"), [*events, *moved], 3)
    assert outcomes["accepted"] == len(events) + len(moved)
    assert outcomes.keys() == {"accepted", "duplicate"}
    await assert_as_the_model(sqlite_database, events, moved)
