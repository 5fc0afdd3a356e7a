"""Counting many items in one event says the same as counting each of them by itself would."""

import sqlite3
from collections.abc import Sequence

import msgspec
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from onhand.basics.quantity import SCALE
from onhand.stock.audit import rebuild, verify
from onhand.stock.counting import Counting, on_hand_stream, post_counting
from onhand.stock.locations import Location, Locations
from onhand.stock.onhand import stock_as_of
from onhand.stock.posting import post_at
from onhand.stock.streams import Event
from onhand.stock.vocabulary import DECLARED, EVENT_TYPE_BY_NAME
from onhand.store.database import Database, RunAgain, Session
from tests.campaign import times
from tests.conftest import FrozenClock
from tests.stock.conftest import Ledger
from tests.stock.sending import pass_time

pytestmark = pytest.mark.contract("DS-10", "DS-12", "OP-05")

OWNER = 1
ITEMS = (501, 502, 503)
# Ten moments so far apart reach over two ends of a month.
APART = 5 * 86_400_000_000
START = 1_760_000_000_000_000
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


async def apply(ledger: Ledger, place: Location, number: int, step: Counted | Sold) -> None:
    """Post a step under an id of its own; ids sort as the steps came."""
    event_id = f"{number:03d}"

    async def count(session: Session) -> None:
        assert isinstance(step, Counted)
        units = {item_id: each * SCALE for item_id, each in step.units.items()}
        counting = Counting(OWNER, "partner-1", event_id, START + step.moment * APART, units)
        await post_counting(session, place, counting, ledger.clock())

    async def sell(session: Session) -> None:
        assert isinstance(step, Sold)
        stream = on_hand_stream(step.item_id, OWNER)
        moment = START + step.moment * APART
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
    place = await new_place(ledger)
    for number, step in enumerate(taken):
        await apply(ledger, place, number, step)
    await check(ledger, place, taken)


@settings(max_examples=times(40), deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(taken=st.lists(steps, min_size=1, max_size=8))
async def test_what_was_known_at_a_moment_of_the_ledger_can_be_asked_afterwards(
    ledger: Ledger, taken: list[Counted | Sold]
) -> None:
    place = await new_place(ledger)
    known_at = []
    for number, step in enumerate(taken):
        await apply(ledger, place, number, step)
        known_at.append(ledger.clock())
        pass_time(ledger, 60)
    for number, moment in enumerate(known_at, 1):
        await check(ledger, place, taken[:number], moment)


@settings(max_examples=times(25), deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(taken=st.lists(steps, min_size=2, max_size=10), data=st.data())
async def test_what_is_kept_can_be_made_anew_between_two_steps(
    ledger: Ledger, taken: list[Counted | Sold], data: st.DataObject
) -> None:
    place, rebuilt_before = await new_place(ledger), data.draw(st.integers(1, len(taken) - 1))
    for number, step in enumerate(taken):
        if number == rebuilt_before:
            await rebuild(ledger.database, Locations(ledger.database), nothing)
        await apply(ledger, place, number, step)
    await check(ledger, place, taken)


async def test_the_flow_of_declarations_is_that_of_each_month(ledger: Ledger) -> None:
    place = await new_place(ledger)
    # The first two fall into October, the third and fourth into November (START is the 9th of October).
    for number, (moment, units) in enumerate(((0, 7), (1, 5), (5, 9), (6, 4))):
        await apply(ledger, place, number, Counted(moment, {ITEMS[0]: units}))
    flows = await ledger.rows(
        f"SELECT month - 2025 * 12 + 1, event_type, quantity / {SCALE} FROM month_flow "
        f"WHERE location_id = {place.location_id} ORDER BY month"
    )
    assert list(flows) == [(10, DECLARED.code, 5), (11, DECLARED.code, 4 - 5)]


async def check(ledger: Ledger, place: Location, taken: Sequence[Counted | Sold], known_at: int | None = None) -> None:
    """The ledger says of every moment what the oracle says, and what it keeps beside its legs agrees with them."""
    for item_id in ITEMS:
        for moment in range(10):
            asked = {"as_of": START + moment * APART, "known_at": known_at}
            stocks = await stock_as_of(ledger.database, location=place, item_id=item_id, owner_id=OWNER, **asked)
            expected = oracle(taken, item_id, moment)
            assert [stock.quantity for stock in stocks] == ([] if expected is None else [expected * SCALE])
    assert (await verify(ledger.database, Locations(ledger.database), nothing)).differences == ()


def nothing(*_: object) -> None:
    """Progress that nobody looks at."""


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
