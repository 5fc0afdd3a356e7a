"""The statements of a transaction do not grow with its entries."""

from collections.abc import Callable
from typing import Any

import pytest

from onhand.dropship.orders.entries import Entry
from tests.conftest import FrozenClock
from tests.dropship.orders.depot import GTINS, Depot, codes

pytestmark = pytest.mark.contract("DS-30")
# No transaction of orders has more than these, however many entries go together.
STATEMENTS_MAX = 12


class Counting:
    """A session that counts the statements that really go out."""

    def __init__(self, session: Any, count: Callable[[], None]) -> None:
        self._session = session
        self._count = count

    def __getattr__(self, name: str) -> Any:
        method = getattr(self._session, name)

        async def counted(query: object, *arguments: object, **parameters: object) -> Any:
            if not (name == "run_rows" and not arguments[0]):
                self._count()
            return await method(query, *arguments, **parameters)

        return counted


@pytest.mark.parametrize("verb", ["reservation", "shipment", "cancellation", "expiry"])
async def test_a_hundred_entries_take_no_more_statements_than_two(
    depot: Depot, clock: FrozenClock, monkeypatch: pytest.MonkeyPatch, verb: str
) -> None:
    for gtin in GTINS:
        await depot.declare(gtin, 1_000)
    everything = dict.fromkeys(GTINS, 1)
    entries: list[Entry] = [depot.reservation(f"{n:03d}", everything) for n in range(102)]
    if verb != "reservation":
        await depot.take(*entries)
        entries = [getattr(depot, verb)(f"{n:03d}") for n in range(102)]
    else:
        await depot.take(depot.reservation("the first of its kind", everything))
    statements = 0

    def count() -> None:
        nonlocal statements
        statements += 1

    write = depot.database.write
    monkeypatch.setattr(depot.database, "write", lambda work: write(lambda session: work(Counting(session, count))))
    found = []
    for part in (entries[:2], entries[2:]):
        statements = 0
        assert set(codes(await depot.take(*part))) == {"accepted"}
        found.append(statements)
    assert found[1] <= found[0] <= STATEMENTS_MAX
    monkeypatch.undo()
    await depot.at_rest()
