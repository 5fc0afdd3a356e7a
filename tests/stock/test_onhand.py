"""What a supplier may see: its own items, at the stores that they are mapped for, with the others of their CIDs."""

import pytest

from onhand.stock.messages import OtherSide
from onhand.stock.onhand import ItemStatus, ItemStock, available, items_by_wm_item_nbr, status
from onhand.stock.vocabulary import Area, State
from tests.stock.conftest import Ledger
from tests.stock.sending import UNIT, add_supplier, event, moment
from tests.stock.strategies import GTIN

pytestmark = pytest.mark.contract("SI-01", "SI-02")

SUPPLIER, OTHER_SUPPLIER = 10, 11
# Three GTINs of one CID, of which the last is another supplier's, and one on its own.
SIBLING, FOREIGN, ALONE = "00044444444445", "00044444444446", "00044444444447"
OWN = int(GTIN)
Shelf = tuple[str, str, float]


async def seen(ledger: Ledger, store: int, gtin: str = GTIN, supplier_id: int = SUPPLIER) -> ItemStock:
    """What `available` answers."""
    location_id = (await ledger.place(store)).location_id if store else 0
    return await available(ledger.database, supplier_id=supplier_id, location_id=location_id, item_id=int(gtin))


async def statuses(ledger: Ledger, store: int, *gtins: str, supplier_id: int = SUPPLIER) -> dict[int, ItemStatus]:
    """What `status` answers."""
    location_id = (await ledger.place(store)).location_id if store else 0
    item_ids = [int(gtin) for gtin in gtins]
    return await status(ledger.database, supplier_id=supplier_id, location_id=location_id, item_ids=item_ids)


def shelves(of: ItemStock | ItemStatus) -> list[Shelf]:
    """Each area and state with its units."""
    return [(stock.area.name, stock.state.name, stock.quantity / UNIT) for stock in of.stocks]


def crossed(of: ItemStatus) -> dict[str, list[float]]:
    """The other GTINs of the CID with their units."""
    return {f"{item_id:014d}": [stock.quantity / UNIT for stock in stocks] for item_id, stocks in of.cross}


@pytest.fixture
async def store(ledger: Ledger) -> int:
    """A store with 5, 7, 9 and 2 units of the four items."""
    for gtin in (SIBLING, FOREIGN, ALONE):
        await ledger.add_item(gtin)
    await ledger.run(f"UPDATE item SET cid = 'c' WHERE item_id <> {int(ALONE)}")
    await ledger.run(f"UPDATE item SET wm_item_nbr = '900045678' WHERE item_id = {OWN}")
    await ledger.run(f"UPDATE item SET wm_item_nbr = '900045679' WHERE item_id = {int(FOREIGN)}")
    number = await ledger.new_store()
    for gtin, quantity in ((GTIN, 5), (SIBLING, 7), (FOREIGN, 9), (ALONE, 2)):
        await ledger.post("a", event(f"r{gtin}", "NGR", number, hours=9, quantity=quantity, gtin=gtin))
    await add_supplier(ledger, SUPPLIER, (GTIN, 0), (SIBLING, 0), (ALONE, 0))
    await add_supplier(ledger, OTHER_SUPPLIER, (FOREIGN, 0))
    return number


async def test_every_area_and_state_that_ever_had_a_leg_is_told_at_zero_too(ledger: Ledger, store: int) -> None:
    side = OtherSide(location_area="BACKROOM")
    await ledger.post("a", event("m1", "BR", store, hours=3, quantity=3, to=side))
    await ledger.post("a", event("m2", "BR", store, hours=2, quantity=3, from_=side))
    await ledger.post("a", event("c1", "RECLAMATION", store, quantity=-1.5))
    assert shelves(await seen(ledger, store)) == [
        ("STORE", "AVAILABLE", 3.5),
        ("STORE", "CLAIMS", 1.5),
        ("BACKROOM", "AVAILABLE", 0),
    ]


@pytest.mark.contract("SI-09")
async def test_the_newest_time_is_that_of_the_newest_event_and_a_late_one_does_not_move_it(
    ledger: Ledger, store: int
) -> None:
    await ledger.post("a", event("r2", "NGR", store, hours=2, quantity=1))
    await ledger.post("a", event("late", "NGR", store, hours=5, quantity=1))
    (stock,) = (await seen(ledger, store)).stocks
    assert (stock.area, stock.state) == (Area.STORE, State.AVAILABLE)
    assert (stock.quantity, stock.newest_occurred_at) == (7 * UNIT, moment(2))


async def test_another_suppliers_item_is_answered_as_one_that_does_not_exist(ledger: Ledger, store: int) -> None:
    nothing = ItemStock(mapped=False, stocks=())
    assert await seen(ledger, store, FOREIGN) == await seen(ledger, store, "00099999999999") == nothing
    assert await seen(ledger, store, supplier_id=OTHER_SUPPLIER) == nothing
    assert await seen(ledger, store, supplier_id=1) == nothing


async def test_a_mapped_item_without_data_is_told_from_one_that_is_not_mapped(ledger: Ledger, store: int) -> None:
    empty = await ledger.new_store()
    assert await seen(ledger, empty) == ItemStock(mapped=True, stocks=())


async def test_an_unknown_store_is_one_without_data(ledger: Ledger, store: int) -> None:
    assert await seen(ledger, 0) == ItemStock(mapped=True, stocks=())
    assert await seen(ledger, 0, FOREIGN) == ItemStock(mapped=False, stocks=())
    assert (await statuses(ledger, 0, GTIN))[OWN].stocks == ()


async def test_an_item_mapped_for_named_stores_is_seen_at_those_only(ledger: Ledger, store: int) -> None:
    named, other = await ledger.new_store(), await ledger.new_store()
    location_id = (await ledger.place(named)).location_id
    await add_supplier(ledger, 12, (GTIN, location_id))
    await add_supplier(ledger, 13, (GTIN, location_id), (GTIN, 0))
    for number in (named, other):
        await ledger.post("a", event("r", "NGR", number, quantity=1))
    assert [(await seen(ledger, number, supplier_id=12)).mapped for number in (named, other, 0)] == [True, False, False]
    # Mapped twice, seen once.
    assert shelves(await seen(ledger, named, supplier_id=13)) == [("STORE", "AVAILABLE", 1)]
    assert await statuses(ledger, other, GTIN, supplier_id=12) == {}
    assert [shelves(each) for each in (await statuses(ledger, named, GTIN, supplier_id=13)).values()] == [
        [("STORE", "AVAILABLE", 1)]
    ]


@pytest.mark.contract("SI-03")
async def test_several_items_are_answered_at_once_and_what_is_not_mapped_is_absent(ledger: Ledger, store: int) -> None:
    said = await statuses(ledger, store, ALONE, GTIN, FOREIGN, "00099999999999", GTIN)
    assert said.keys() == {int(ALONE), OWN}
    assert (said[OWN].wm_item_nbr, said[OWN].cid) == ("900045678", "c")
    assert shelves(said[OWN]) == [("STORE", "AVAILABLE", 5)]
    assert (said[int(ALONE)].wm_item_nbr, said[int(ALONE)].cid, said[int(ALONE)].cross) == (None, None, ())
    assert await statuses(ledger, store) == {}


@pytest.mark.contract("SI-06")
async def test_the_other_gtins_of_a_cid_are_told_without_those_of_other_suppliers(ledger: Ledger, store: int) -> None:
    said = await statuses(ledger, store, GTIN)
    assert crossed(said[OWN]) == {SIBLING: [7]}
    foreign = await statuses(ledger, store, FOREIGN, supplier_id=OTHER_SUPPLIER)
    assert crossed(foreign[int(FOREIGN)]) == {}


@pytest.mark.contract("SI-06")
async def test_a_gtin_of_the_cid_that_is_mapped_elsewhere_is_left_out(ledger: Ledger, store: int) -> None:
    elsewhere = await ledger.new_store()
    await add_supplier(ledger, 12, (GTIN, 0), (SIBLING, (await ledger.place(elsewhere)).location_id))
    assert crossed((await statuses(ledger, store, GTIN, supplier_id=12))[OWN]) == {}
    assert crossed((await statuses(ledger, elsewhere, GTIN, supplier_id=12))[OWN]) == {SIBLING: []}


@pytest.mark.contract("SI-03", "SI-04")
async def test_item_numbers_lead_to_the_suppliers_own_items_only(ledger: Ledger, store: int) -> None:
    location_id = (await ledger.place(store)).location_id
    numbers = ["900045678", "900045679", "900000000", "900045678"]
    found = await items_by_wm_item_nbr(
        ledger.database, supplier_id=SUPPLIER, location_id=location_id, wm_item_nbrs=numbers
    )
    assert found == {"900045678": OWN}
    assert await items_by_wm_item_nbr(
        ledger.database, supplier_id=OTHER_SUPPLIER, location_id=location_id, wm_item_nbrs=numbers
    ) == {"900045679": int(FOREIGN)}


@pytest.mark.contract("SI-09")
async def test_what_was_accepted_is_seen_by_the_next_read(ledger: Ledger, store: int) -> None:
    for number in range(1, 6):
        await ledger.post("a", event(f"s{number}", "SALES", store, quantity=-1))
        assert shelves(await seen(ledger, store)) == [("STORE", "AVAILABLE", 5 - number)]
