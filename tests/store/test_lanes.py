"""Lanes: claimed by one at a time, kept, given back, taken over; nothing that was asked for is lost."""

import asyncio

from onhand.store.database import Database
from onhand.store.lanes import Lane, claim, keep, make_due, next_due, release

SECOND = 1_000_000
KINDS = {"feeds", "other"}


async def due(database: Database, kind: str = "feeds", partner_id: int = 5, at: int = 0) -> None:
    await database.write(lambda session: make_due(session, kind, partner_id, at))


async def claimed(database: Database, holder: str, now: int = 0) -> Lane | None:
    return await claim(database, KINDS, holder, now, now + 30 * SECOND)


async def test_a_lane_is_claimed_by_one_at_a_time(database: Database) -> None:
    await due(database)
    first = await claimed(database, "a")
    assert first is not None
    assert (first.kind, first.partner_id, await claimed(database, "b")) == ("feeds", 5, None)


async def test_what_has_been_due_longest_comes_first_and_what_is_due_later_waits(database: Database) -> None:
    await due(database, partner_id=1, at=20)
    await due(database, partner_id=2, at=10)
    await due(database, partner_id=3, at=90)
    assert await next_due(database, KINDS) == 10
    found = [await claimed(database, holder, now=50) for holder in "abc"]
    assert [lane.partner_id if lane else None for lane in found] == [2, 1, None]
    assert await next_due(database, KINDS) == 90


async def test_only_the_kinds_that_are_asked_for_are_claimed(database: Database) -> None:
    await due(database, kind="third")
    assert (await claimed(database, "a"), await next_due(database, KINDS)) == (None, None)


async def test_a_lane_that_was_given_back_is_not_due_any_more(database: Database) -> None:
    await due(database)
    lane = await claimed(database, "a")
    assert lane is not None
    assert await release(database, lane, due_at=None, failures=0)
    assert (await claimed(database, "b"), await next_due(database, KINDS)) == (None, None)


async def test_what_is_asked_for_while_a_lane_is_held_is_done_after_it(database: Database) -> None:
    await due(database)
    lane = await claimed(database, "a")
    assert lane is not None
    await due(database, at=40)
    assert await release(database, lane, due_at=None, failures=0)
    assert await claimed(database, "b", now=50) is not None


async def test_a_lane_that_is_due_earlier_already_stays_so(database: Database) -> None:
    await due(database, at=10)
    await due(database, at=20)
    assert await next_due(database, KINDS) == 10


async def test_a_lane_whose_lease_has_ended_is_taken_over_and_its_holder_told(database: Database) -> None:
    await due(database)
    dead = await claimed(database, "a")
    assert dead is not None
    assert await claimed(database, "b", now=29 * SECOND) is None
    assert await next_due(database, KINDS) == 30 * SECOND
    heir = await claimed(database, "b", now=30 * SECOND)
    assert heir is not None
    assert not await keep(database, dead, 99 * SECOND)
    assert not await release(database, dead, due_at=None, failures=0)
    assert await keep(database, heir, 99 * SECOND)


async def test_a_lane_that_is_kept_is_not_taken_over(database: Database) -> None:
    await due(database)
    lane = await claimed(database, "a")
    assert lane is not None
    assert await keep(database, lane, 60 * SECOND)
    assert await claimed(database, "b", now=30 * SECOND) is None


async def test_failures_are_counted_until_they_are_forgotten(database: Database) -> None:
    await due(database)
    for failures in (1, 2, 0):
        lane = await claimed(database, f"a{failures}")
        assert lane is not None
        assert await release(database, lane, due_at=0, failures=failures)
    lane = await claimed(database, "b")
    assert lane is not None
    assert lane.failures == 0


async def test_a_lane_that_rests_is_not_claimed_before_its_time_whoever_asks_for_it(database: Database) -> None:
    await due(database)
    lane = await claimed(database, "a")
    assert lane is not None
    assert await release(database, lane, due_at=5 * SECOND, failures=1, rests_until=5 * SECOND)
    await due(database, at=SECOND)
    assert (await claimed(database, "b", now=2 * SECOND), await next_due(database, KINDS)) == (None, 5 * SECOND)
    assert await claimed(database, "b", now=5 * SECOND) is not None


async def test_many_that_claim_at_once_get_a_lane_each(database: Database) -> None:
    for partner_id in range(6):
        await due(database, partner_id=partner_id)
    found = await asyncio.gather(*(claimed(database, f"h{number}") for number in range(12)))
    got = [lane.partner_id for lane in found if lane is not None]
    assert len(got) == len(set(got)) > 0
    while (lane := await claimed(database, f"later{len(got)}")) is not None:
        got.append(lane.partner_id)
    assert sorted(got) == list(range(6))
