"""The last count of a stream is kept in its stock row, and late events are found by it."""

import pytest

from onhand.stock.audit import rebuild, verify
from tests.stock.conftest import Ledger
from tests.stock.sending import event

_SPOILED = ["count_occurred_at = NULL, count_source = NULL, count_event_id = NULL", "count_event_id = 'c1'"]


@pytest.fixture
async def store(ledger: Ledger) -> int:
    """A store that was counted twice."""
    number = await ledger.new_store()
    for event_id, hours in (("c1", 3), ("c2", 2)):
        await ledger.post("a", event(event_id, "PI", number, hours=hours, counted=5))
    return number


@pytest.mark.parametrize("spoiled", _SPOILED)
async def test_a_last_count_that_is_none_of_the_legs_is_found(ledger: Ledger, store: int, spoiled: str) -> None:
    await ledger.run(f"UPDATE stock SET {spoiled}")
    assert (await verify(ledger.database, ledger.locations, lambda *_: None)).differences


@pytest.mark.parametrize("spoiled", _SPOILED)
async def test_a_rebuild_mends_a_last_count(ledger: Ledger, store: int, spoiled: str) -> None:
    before = await ledger.rows("SELECT * FROM stock")
    await ledger.run(f"UPDATE stock SET {spoiled}")
    await rebuild(ledger.database, ledger.locations, lambda *_: None)
    assert await ledger.rows("SELECT * FROM stock") == before
