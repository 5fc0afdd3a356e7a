"""Orders that wait at one node go together, and each caller gets what became of its own."""

import asyncio
from collections import Counter

import pytest

from onhand.dropship.orders.intake import OrderIntake
from tests.dropship.orders.depot import A, Depot, codes

pytestmark = pytest.mark.contract("DS-30")


async def test_callers_at_one_node_get_their_own_outcomes(depot: Depot) -> None:
    await depot.declare(A, 7)
    outcomes = await asyncio.gather(
        *(depot.take(depot.reservation(f"{n}", {A: 1}), depot.shipment(f"{n}", {A: 2})) for n in range(10))
    )
    assert [outcome[0].order_id for outcome in outcomes] == [str(n) for n in range(10)]
    found = Counter(tuple(codes(outcome)) for outcome in outcomes)
    assert found == {("accepted", "not_reserved"): 7, ("short_stock", "unknown_order"): 3}
    await depot.at_rest()


async def test_the_transactions_of_many_callers_are_few(depot: Depot, monkeypatch: pytest.MonkeyPatch) -> None:
    await depot.declare(A, 100)
    await depot.one(depot.reservation("first", {A: 1}))
    writes = 0
    write = depot.database.write

    async def counted(work: object) -> object:
        nonlocal writes
        writes += 1
        return await write(work)

    monkeypatch.setattr(depot.database, "write", counted)
    outcomes = await asyncio.gather(*(depot.one(depot.reservation(f"{n}", {A: 1})) for n in range(64)))
    assert codes(outcomes) == ["accepted"] * 64
    assert writes <= 4


@pytest.mark.parametrize("verb", ["reservation", "shipment", "cancellation", "expiry"])
async def test_the_same_entry_told_to_several_processes_at_once_is_accepted_once(depot: Depot, verb: str) -> None:
    # Each intake has its own queue, as that of another process has.
    intakes = [OrderIntake(depot.database, depot.locations, depot.clock) for _ in range(4)]
    for number in range(15):
        # The last unit: whoever comes second must not take its own order for another's.
        await depot.declare(A, 1)
        order_id = str(number)
        if verb != "reservation":
            await depot.one(depot.reservation(order_id, {A: 1}))
        entry = depot.reservation(order_id, {A: 1}) if verb == "reservation" else getattr(depot, verb)(order_id)
        outcomes = await asyncio.gather(*(intake.take("shop", [entry]) for intake in intakes))
        assert sorted(codes([outcome for (outcome,) in outcomes])) == ["accepted", *["duplicate"] * 3]
        assert len({outcome.order for (outcome,) in outcomes}) == 1
        await depot.take(depot.cancellation(order_id, event_id=f"clear {number}"))
    await depot.at_rest()
