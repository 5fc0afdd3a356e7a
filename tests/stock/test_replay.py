"""A refresh and a replay are shown, once for each command, and change no quantity."""

import pytest

from onhand.basics.refusal import Refusal
from onhand.stock.replay import refresh, replay
from tests.stock.conftest import Ledger
from tests.stock.sending import FLOOR, dump, event, moment, pass_time, query, shown, units, walk

pytestmark = pytest.mark.contract("TH-09")


async def refreshed(ledger: Ledger, store: int, command_id: str) -> int | Refusal:
    """Refresh the sales floor."""
    place = await ledger.place(store)
    return await refresh(ledger.database, ledger.clock, location=place, stream=FLOOR, command_id=command_id)


async def replayed(ledger: Ledger, store: int, command_id: str, **more: int) -> int | Refusal:
    """Replay what happened from four hours ago until an hour ago."""
    place = await ledger.place(store)
    asked = {"since": moment(4), "until": moment(1), **more}
    return await replay(ledger.database, ledger.clock, location=place, stream=FLOOR, command_id=command_id, **asked)


@pytest.fixture
async def store(ledger: Ledger) -> int:
    """A store with a receipt of five hours ago, and of each hour since."""
    number = await ledger.new_store()
    await ledger.post(
        "a", *(event(f"r{hours}", "NGR", number, hours=hours, quantity=hours) for hours in range(5, 0, -1))
    )
    return number


async def test_a_refresh_is_shown_once_and_changes_nothing(ledger: Ledger, store: int) -> None:
    assert await refreshed(ledger, store, "one") == 1
    before = await dump(ledger)
    pass_time(ledger, 60)
    assert await refreshed(ledger, store, "one") == 0
    assert await dump(ledger) == before
    assert (await shown(ledger, store))[0] == ("INRF", 0, 15)
    assert await refreshed(ledger, store, "two") == 1


async def test_a_refresh_happens_when_it_is_asked_for(ledger: Ledger, store: int) -> None:
    await refreshed(ledger, store, "one")
    assert (await walk(ledger, await query(ledger, store)))[0].occurred_at == ledger.clock()


async def test_a_refresh_of_what_never_had_stock_is_refused_and_leaves_no_trace(ledger: Ledger) -> None:
    store = await ledger.new_store()
    before = await dump(ledger)
    refusal = await refreshed(ledger, store, "one")
    assert isinstance(refusal, Refusal)
    assert (refusal.code, refusal.field) == ("no_data", "gtin")
    assert await dump(ledger) == before


async def test_a_replay_shows_each_event_of_its_time_again_and_applies_none(ledger: Ledger, store: int) -> None:
    # From four hours ago up to but without an hour ago: 4, 3 and 2.
    assert await replayed(ledger, store, "one") == 3
    rows = await shown(ledger, store)
    assert rows[:3] == [("NB", 0, 15)] * 3
    assert await units(ledger, store) == {("STORE", "AVAILABLE"): 15}


async def test_a_replay_repeated_raises_nothing_twice(ledger: Ledger, store: int) -> None:
    await replayed(ledger, store, "one")
    before = await dump(ledger)
    pass_time(ledger, 60)
    assert await replayed(ledger, store, "one") == 0
    assert await dump(ledger) == before


async def test_what_was_replayed_is_not_replayed_by_the_next_command(ledger: Ledger, store: int) -> None:
    await replayed(ledger, store, "one", until=ledger.clock() + 1)
    assert await replayed(ledger, store, "two", until=ledger.clock() + 1000) == 4


async def test_a_replay_of_too_much_is_refused_whole(ledger: Ledger, store: int) -> None:
    assert await replayed(ledger, store, "one", rows_max=3) == 3
    before = await dump(ledger)
    refusal = await replayed(ledger, store, "two", rows_max=2)
    assert isinstance(refusal, Refusal)
    assert (refusal.code, refusal.field) == ("too_many", "until")
    assert await dump(ledger) == before


async def test_a_replay_keeps_its_order_when_the_newest_event_is_ahead_of_the_clock(ledger: Ledger, store: int) -> None:
    await ledger.post("a", event("ahead", "NGR", store, hours=-0.05, quantity=1))
    assert await replayed(ledger, store, "one") == 3
    rows = await walk(ledger, await query(ledger, store))
    assert [row.event_type for row in rows[:4]] == ["NB", "NB", "NB", "NGR"]
    assert [row.occurred_at - moment(-0.05) for row in rows[:4]] == [3, 2, 1, 0]
