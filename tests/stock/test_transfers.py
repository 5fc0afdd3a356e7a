"""Moves between two stores: both halves in the end or neither, wherever somebody stops."""

import pytest

from onhand.stock.audit import verify
from onhand.stock.housekeeping import run_pass
from onhand.stock.intake import Intake, Outcome
from onhand.stock.messages import EventMessage, OtherSide
from onhand.stock.resolving import EventLimits
from onhand.stock.transfers import CLAIM_SECONDS, finish_transfers
from onhand.store.database import Database
from tests.stock.conftest import Ledger
from tests.stock.sending import dump, event, pass_time, said, shown, units
from tests.stock.stopping import Stopped, StoppingDatabase

pytestmark = pytest.mark.contract("OP-04", "TH-08")

FLOOR = ("STORE", "AVAILABLE")


def transfer(giver: int, taker: int, quantity: float = 4, **more: object) -> EventMessage:
    """Units that go from one store to another."""
    return event("t1", "STOCK_TRANSFER", giver, quantity=quantity, to=OtherSide(store_nbr=taker), **more)


async def post_through(ledger: Ledger, database: Database, message: EventMessage) -> list[Outcome]:
    """Post by way of another database object."""
    intake = Intake(database, ledger.locations, ledger.clock, EventLimits())
    return await intake.post("a", [message])


async def stop_after(ledger: Ledger, writes: int, message: EventMessage) -> None:
    """Post a message and be killed after so many transactions."""
    with pytest.raises(Stopped):
        await post_through(ledger, StoppingDatabase(ledger.database, writes=writes), message)


async def finish(ledger: Ledger, *stores: int, database: Database | None = None) -> int:
    """What housekeeping does for unfinished moves, at each store."""
    places = {place.location_id: place for place in [await ledger.place(store) for store in stores]}
    return sum(
        [await finish_transfers(database or ledger.database, ledger.clock, places, place) for place in sorted(places)]
    )


async def floors(ledger: Ledger, *stores: int) -> list[float | None]:
    """Units on each store's sales floor."""
    return [(await units(ledger, store)).get(FLOOR) for store in stores]


async def leftovers(ledger: Ledger) -> int:
    """Rows of unfinished moves."""
    return len(await ledger.rows("SELECT role FROM transfer"))


@pytest.fixture
async def stores(ledger: Ledger) -> tuple[int, int]:
    """Two stores; there are ten units in the first."""
    giver, taker = await ledger.new_store(), await ledger.new_store()
    await ledger.post("a", event("r1", "NGR", giver, hours=5, quantity=10))
    return giver, taker


@pytest.mark.parametrize("told_by", ["giver", "taker"])
async def test_both_halves_stand_under_one_id_and_sum_to_zero(
    ledger: Ledger, stores: tuple[int, int], told_by: str
) -> None:
    giver, taker = stores
    message = transfer(giver, taker)
    if told_by == "taker":
        message = event("t1", "STOCK_TRANSFER", taker, quantity=4, from_=OtherSide(store_nbr=giver))
    assert said(await ledger.post("a", message)) == ["accepted"]
    assert await shown(ledger, giver) == [("STOCK_TRANSFER", -4, 6), ("NGR", 10, 10)]
    assert await shown(ledger, taker) == [("STOCK_TRANSFER", 4, 4)]
    halves = await ledger.rows("SELECT quantity, occurred_at FROM leg WHERE event_id = 't1'")
    assert len(halves) == 2
    assert sum(int(str(quantity)) for quantity, _ in halves) == 0
    assert len({occurred_at for _, occurred_at in halves}) == 1
    assert await leftovers(ledger) == 0


async def test_a_transfer_sent_again_is_a_duplicate(ledger: Ledger, stores: tuple[int, int]) -> None:
    message = transfer(*stores)
    assert said(await ledger.post("a", message, message)) == ["accepted", "duplicate"]
    before = await dump(ledger)
    assert said(await ledger.post("a", message)) == ["duplicate"]
    assert await dump(ledger) == before
    assert await floors(ledger, *stores) == [6, 4]


@pytest.mark.parametrize("where", [0, 1], ids=["where the units leave", "where they go to"])
async def test_a_transfer_that_conflicts_at_either_store_leaves_no_trace(
    ledger: Ledger, stores: tuple[int, int], where: int
) -> None:
    await ledger.post("a", event("t1", "NGR", stores[where], hours=6, quantity=1))
    before = await dump(ledger)
    assert said(await ledger.post("a", transfer(*stores))) == ["conflict"]
    assert await dump(ledger) == before


@pytest.mark.parametrize("at_taker", [False, True], ids=["where the units leave", "where they go to"])
async def test_of_a_transfer_and_another_event_of_one_batch_and_id_the_first_stands(
    ledger: Ledger, stores: tuple[int, int], at_taker: bool
) -> None:
    received = event("t1", "NGR", stores[at_taker], quantity=1)
    assert said(await ledger.post("a", received, transfer(*stores))) == ["accepted", "conflict"]
    assert await floors(ledger, *stores) == ([10, 1] if at_taker else [11, None])
    assert await leftovers(ledger) == 0


async def test_a_transfer_of_another_quantity_under_the_same_id_is_a_conflict(
    ledger: Ledger, stores: tuple[int, int]
) -> None:
    await ledger.post("a", transfer(*stores))
    before = await dump(ledger)
    assert said(await ledger.post("a", transfer(*stores, quantity=5))) == ["conflict"]
    assert await dump(ledger) == before


async def test_the_id_of_a_transfer_is_taken_at_both_stores(ledger: Ledger, stores: tuple[int, int]) -> None:
    await ledger.post("a", transfer(*stores))
    for store in stores:
        assert said(await ledger.post("a", event("t1", "NGR", store, quantity=1))) == ["conflict"]


async def test_each_half_is_late_behind_its_own_stores_counts(ledger: Ledger, stores: tuple[int, int]) -> None:
    giver, taker = stores
    await ledger.post("a", event("c1", "PI", taker, hours=2, counted=20))
    await ledger.post("a", transfer(giver, taker, hours=3))
    assert await shown(ledger, giver) == [("STOCK_TRANSFER", -4, 6), ("NGR", 10, 10)]
    assert await shown(ledger, taker) == [("PI", 20, 20), ("TSBR", -4, 0), ("STOCK_TRANSFER", 4, 4)]


async def test_a_move_to_another_store_may_change_its_area(ledger: Ledger, stores: tuple[int, int]) -> None:
    giver, taker = stores
    side = OtherSide(store_nbr=taker, location_area="MFC")
    assert said(await ledger.post("a", event("d1", "DECANTING", giver, quantity=3, to=side))) == ["accepted"]
    assert await units(ledger, giver) == {FLOOR: 7}
    assert await units(ledger, taker) == {("MFC", "AVAILABLE"): 3}


# The transactions are: claim where the units go to, post the out-half, post the in-half, forget the move.
@pytest.mark.parametrize(("writes", "left"), [(1, [10, None]), (2, [6, 4]), (3, [6, 4])])
async def test_a_transfer_that_stopped_is_taken_back_or_completed(
    ledger: Ledger, stores: tuple[int, int], writes: int, left: list[float | None]
) -> None:
    before = await dump(ledger)
    await stop_after(ledger, writes, transfer(*stores))
    pass_time(ledger, CLAIM_SECONDS + 1)
    assert await finish(ledger, *stores) > 0
    assert await floors(ledger, *stores) == left
    assert await leftovers(ledger) == 0
    if writes == 1:
        assert await dump(ledger) == before
    assert await finish(ledger, *stores) == 0
    assert (await verify(ledger.database, ledger.locations, lambda *_: None)).differences == ()


async def test_a_claim_whose_out_half_stands_is_completed_from_where_the_units_go_to(
    ledger: Ledger, stores: tuple[int, int]
) -> None:
    await stop_after(ledger, 2, transfer(*stores))
    pass_time(ledger, CLAIM_SECONDS + 1)
    places = {place.location_id: place for place in [await ledger.place(store) for store in stores]}
    taker_id = (await ledger.place(stores[1])).location_id
    assert await finish_transfers(ledger.database, ledger.clock, places, taker_id) == 1
    assert await floors(ledger, *stores) == [6, 4]
    assert await leftovers(ledger) == 0


@pytest.mark.parametrize("writes", [0, 1, 2, 3])
@pytest.mark.parametrize("seconds", [0, CLAIM_SECONDS + 1])
@pytest.mark.parametrize("tidied", [False, True], ids=["", "after housekeeping"])
async def test_a_transfer_that_stopped_and_is_sent_again_counts_once(
    ledger: Ledger, stores: tuple[int, int], writes: int, seconds: int, tidied: bool
) -> None:
    await stop_after(ledger, writes, transfer(*stores))
    pass_time(ledger, seconds)
    if tidied:
        await run_pass(ledger.database, ledger.locations, ledger.clock)
    assert said(await ledger.post("a", transfer(*stores))) == ["accepted" if writes < 2 else "duplicate"]
    assert await floors(ledger, *stores) == [6, 4]
    assert await leftovers(ledger) == 0


async def test_a_claim_is_left_to_its_writer_for_a_minute(ledger: Ledger, stores: tuple[int, int]) -> None:
    await stop_after(ledger, 1, transfer(*stores))
    pass_time(ledger, CLAIM_SECONDS - 1)
    assert await finish(ledger, *stores) == 0
    assert await leftovers(ledger) == 1


async def test_a_transfer_whose_key_went_while_it_was_stopped_posts_nothing(
    ledger: Ledger, stores: tuple[int, int]
) -> None:
    giver, taker = stores
    await stop_after(ledger, 1, transfer(giver, taker))
    assert said(await ledger.post("a", event("t1", "NGR", giver, quantity=1))) == ["accepted"]
    assert said(await ledger.post("a", transfer(giver, taker))) == ["conflict"]
    assert await floors(ledger, giver, taker) == [11, None]
    assert await leftovers(ledger) == 0
    # What it had claimed is free again.
    assert said(await ledger.post("a", event("t1", "NGR", taker, quantity=1))) == ["accepted"]


async def test_housekeeping_that_stops_in_the_middle_is_finished_by_the_next_pass(
    ledger: Ledger, stores: tuple[int, int]
) -> None:
    await stop_after(ledger, 2, transfer(*stores))
    pass_time(ledger, CLAIM_SECONDS + 1)
    with pytest.raises(Stopped):
        await finish(ledger, *stores, database=StoppingDatabase(ledger.database, writes=1))
    assert await finish(ledger, *stores) > 0
    assert await floors(ledger, *stores) == [6, 4]
    assert await leftovers(ledger) == 0


async def test_a_repeat_while_a_pass_takes_its_claim_back_loses_no_units(
    ledger: Ledger, stores: tuple[int, int]
) -> None:
    await stop_after(ledger, 1, transfer(*stores))
    pass_time(ledger, CLAIM_SECONDS + 1)
    came_between: list[int] = []

    async def send_again() -> None:
        # The repeat finds the claim, posts the out-half, and is stopped before the in-half.
        if not came_between:
            came_between.append(1)
            await stop_after(ledger, 2, transfer(*stores))

    await finish(ledger, *stores, database=StoppingDatabase(ledger.database, after_read=send_again))
    pass_time(ledger, CLAIM_SECONDS + 1)
    await finish(ledger, *stores)
    assert came_between
    assert await leftovers(ledger) == 0
    assert await floors(ledger, *stores) == [6, 4]


async def test_a_pass_finishes_moves_of_all_stores(ledger: Ledger, stores: tuple[int, int]) -> None:
    await stop_after(ledger, 2, transfer(*stores))
    pass_time(ledger, CLAIM_SECONDS + 1)
    assert (await run_pass(ledger.database, ledger.locations, ledger.clock)).transfers_finished > 0
    assert await floors(ledger, *stores) == [6, 4]
