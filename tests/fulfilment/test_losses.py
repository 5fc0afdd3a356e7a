"""What was lost, damaged and found is followed by a reader that goes on where it was (WF-11)."""

import pytest

from onhand.fulfilment.losses import OVERLAP_SECONDS, Loss, LossIdentity, LossPosition, losses_since
from tests.conftest import FrozenClock
from tests.fulfilment.warehouse import EAST, GTIN, OTHER_SELLER, SELLER, WEST, Warehouse, moved
from tests.stock.sending import UNIT, moment

pytestmark = pytest.mark.contract("WF-11")


async def read_all(warehouse: Warehouse, after: LossPosition, rows_max: int = 100) -> list[Loss]:
    """The losses at EAST after a position, page by page."""
    found: list[Loss] = []
    centre = await warehouse.centre(EAST)
    while page := await losses_since(warehouse.database, centre, after, rows_max=rows_max):
        found += page
        after = page[-1].position
    return found


async def test_losses_and_finds_have_an_identity_and_nothing_else_is_one(warehouse: Warehouse) -> None:
    theirs = {"partner_id": OTHER_SELLER}
    await warehouse.accept(
        moved("r", "RECEIVED", hours=9, quantity=20),
        moved("l", "LOST", hours=3, quantity=-2),
        moved("d", "DAMAGED", hours=2, quantity=-1),
        moved("f", "FOUND", hours=1, quantity=1),
        moved("elsewhere", "LOST", WEST, quantity=-5),
        moved("theirs", "LOST", quantity=-7, **theirs),
    )
    place = (await warehouse.centre(EAST)).location_id
    mine = warehouse.partner_ids[SELLER]
    found = [
        (loss.identity, loss.event_type, loss.quantity, loss.occurred_at)
        for loss in await read_all(warehouse, LossPosition())
    ]
    assert sorted(found, key=lambda row: (row[0].owner_id, row[3])) == [
        (LossIdentity(place, "wms", "l", int(GTIN), mine), "LOST", -2 * UNIT, moment(3)),
        (LossIdentity(place, "wms", "d", int(GTIN), mine), "DAMAGED", -1 * UNIT, moment(2)),
        (LossIdentity(place, "wms", "f", int(GTIN), mine), "FOUND", 1 * UNIT, moment(1)),
        (
            LossIdentity(place, "wms", "theirs", int(GTIN), warehouse.partner_ids[OTHER_SELLER]),
            "LOST",
            -7 * UNIT,
            moment(1),
        ),
    ]


async def test_a_reader_goes_on_where_it_was_in_pages_of_any_size(warehouse: Warehouse, clock: FrozenClock) -> None:
    for number in range(5):
        await warehouse.accept(moved(f"l{number}", "LOST", hours=1 + number, quantity=-1))
        clock.advance(1)
    whole = await read_all(warehouse, LossPosition())
    assert [loss.identity.event_id for loss in whole] == [f"l{number}" for number in range(5)]
    for size in (1, 2, 5):
        assert await read_all(warehouse, LossPosition(), size) == whole
    assert await read_all(warehouse, whole[2].position) == whole[3:]


async def test_an_event_told_late_comes_after_what_was_read(warehouse: Warehouse, clock: FrozenClock) -> None:
    await warehouse.accept(moved("first", "LOST", hours=1, quantity=-1))
    (first,) = await read_all(warehouse, LossPosition())
    clock.advance(60)
    await warehouse.accept(moved("late", "LOST", hours=200, quantity=-1))
    assert [loss.identity.event_id for loss in await read_all(warehouse, first.position)] == ["late"]


async def test_the_overlap_reads_again_what_may_have_ended_late(warehouse: Warehouse, clock: FrozenClock) -> None:
    await warehouse.accept(moved("old", "LOST", quantity=-1))
    clock.advance(OVERLAP_SECONDS + 1)
    await warehouse.accept(moved("new", "FOUND", quantity=1))
    newest = (await read_all(warehouse, LossPosition()))[-1].position
    again = await read_all(warehouse, newest.overlapping())
    assert [loss.identity.event_id for loss in again] == ["new"]
