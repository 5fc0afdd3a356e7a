"""Counting many items in one event says the same as counting each of them by itself would."""

import sqlite3
from collections.abc import Sequence

import msgspec
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from onhand.basics.quantity import SCALE
from onhand.stock.audit import verify
from onhand.stock.counting import Counting, on_hand_stream, post_counting
from onhand.stock.locations import Location, Locations
from onhand.stock.onhand import stock_as_of
from onhand.stock.posting import post_at
from onhand.stock.streams import Event
from onhand.stock.vocabulary import EVENT_TYPE_BY_NAME
from onhand.store.database import Database, RunAgain, Session
from tests.campaign import times
from tests.conftest import FrozenClock
from tests.stock.conftest import Ledger

pytestmark = pytest.mark.contract("DS-10", "DS-12", "OP-05")

OWNER = 1
ITEMS = (501, 502, 503)
DAY = 86_400_000_000
SALES = EVENT_TYPE_BY_NAME["SALES"].code


class Counted(msgspec.Struct, frozen=True):
    """A counting of some items at a moment."""

    moment: int
    units: dict[int, int]


class Sold(msgspec.Struct, frozen=True):
    """Units of an item that left at a moment."""

    moment: int
    item_id: int
    units: int


moments = st.integers(0, 9)
steps = st.one_of(
    st.builds(Counted, moments, st.dictionaries(st.sampled_from(ITEMS), st.integers(0, 20), min_size=1)),
    st.builds(Sold, moments, st.sampled_from(ITEMS), st.integers(1, 5)),
)


async def apply(ledger: Ledger, place: Location, start: int, number: int, step: Counted | Sold) -> None:
    """Post a step under an id of its own; ids sort as the steps came."""
    event_id = f"{number:03d}"

    async def count(session: Session) -> None:
        assert isinstance(step, Counted)
        units = {item_id: each * SCALE for item_id, each in step.units.items()}
        counting = Counting(OWNER, "partner-1", event_id, start + step.moment * DAY, units)
        await post_counting(session, place, counting, ledger.clock())

    async def sell(session: Session) -> None:
        assert isinstance(step, Sold)
        stream = on_hand_stream(step.item_id, OWNER)
        moment = start + step.moment * DAY
        event = Event(place.location_id, "tills", event_id, SALES, stream, moment, -step.units * SCALE)
        await post_at(session, place, [event], ledger.clock())

    await ledger.database.write(count if isinstance(step, Counted) else sell)


def oracle(taken: Sequence[Counted | Sold], item_id: int, moment: int) -> int | None:
    """What there is of an item at the end of a moment: the last count and what was sold since; moves before counts."""
    places = sorted(
        (step.moment, 1 if isinstance(step, Counted) else 0, number, step) for number, step in enumerate(taken)
    )
    found: int | None = None
    for occurred, _, _, step in places:
        if occurred > moment:
            break
        if isinstance(step, Sold) and step.item_id == item_id:
            found = (found or 0) - step.units
        elif isinstance(step, Counted) and item_id in step.units:
            found = step.units[item_id]
    return found


async def new_place(ledger: Ledger) -> Location:
    return await ledger.place(await ledger.new_store())


@settings(max_examples=times(60), deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(taken=st.lists(steps, min_size=1, max_size=12))
async def test_in_any_order_the_ledger_says_what_was_counted_last_and_what_happened_since(
    ledger: Ledger, taken: list[Counted | Sold]
) -> None:
    place, start = await new_place(ledger), 1_760_000_000_000_000
    for number, step in enumerate(taken):
        await apply(ledger, place, start, number, step)
    for item_id in ITEMS:
        for moment in range(10):
            stocks = await stock_as_of(
                ledger.database, location=place, item_id=item_id, owner_id=OWNER, as_of=start + moment * DAY
            )
            expected = oracle(taken, item_id, moment)
            assert [stock.quantity for stock in stocks] == ([] if expected is None else [expected * SCALE])
    report = await verify(ledger.database, Locations(ledger.database), lambda _place, _legs: None)
    assert report.differences == ()


async def test_an_event_of_no_items_leaves_no_trace(ledger: Ledger) -> None:
    place = await new_place(ledger)
    counting = Counting(OWNER, "partner-1", "empty", ledger.clock(), {})
    await ledger.database.write(lambda session: post_counting(session, place, counting, ledger.clock()))
    assert await ledger.rows("SELECT 1 FROM event WHERE event_id = 'empty'") == []


async def test_a_counting_is_not_posted_twice(database: Database, ledger: Ledger, clock: FrozenClock) -> None:
    place = await new_place(ledger)
    counting = Counting(OWNER, "partner-1", "once", clock(), {ITEMS[0]: 5 * SCALE})
    await database.write(lambda session: post_counting(session, place, counting, clock()))

    async def again(session: Session) -> None:
        try:
            await post_counting(session, place, counting, clock())
        except RunAgain as error:
            raise _Repeated from error

    with pytest.raises((_Repeated, sqlite3.IntegrityError)):
        await database.write(again)
    assert await ledger.rows("SELECT COUNT(*) FROM leg") == [(1,)]


class _Repeated(Exception):
    """What a real writer would answer by running again."""
