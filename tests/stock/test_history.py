"""History in pages: one ledger from the first page to the last, whatever arrives meanwhile."""

import msgspec
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from onhand.basics.clock import DAY, TIME_MAX
from onhand.stock.history import HistoryQuery, HistoryRow, Position, history_page
from onhand.stock.streams import Stream
from onhand.stock.vocabulary import EVENT_TYPE_BY_NAME, Area, codes_matching
from tests.campaign import times
from tests.stock.conftest import Ledger
from tests.stock.sending import FLOOR, UNIT, add_supplier, event, moment, pass_time, query, shown, walk
from tests.stock.strategies import GTIN, deliveries, histories
from tests.stock.test_any_order import deliver

pytestmark = pytest.mark.contract("TH-02", "TH-06")

SUPPLIER = 10


@settings(max_examples=times(40), deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(data=st.data())
async def test_the_pages_of_a_walk_are_the_history_as_it_was_known_at_the_first(
    ledger: Ledger, data: st.DataObject
) -> None:
    history = data.draw(histories(0, events_max=30))
    batches = data.draw(deliveries(history))
    known = data.draw(st.integers(1, len(batches)))
    store = await ledger.new_store()
    await deliver(ledger, store, batches[:known])
    types = data.draw(st.sampled_from([None, codes_matching("LP"), codes_matching("PI") | codes_matching("BR")]))
    asked = await query(ledger, store, rows_max=data.draw(st.integers(1, 3)), event_types=types)
    whole = await walk(ledger, msgspec.structs.replace(asked, rows_max=1000))
    # What is still to come arrives between the pages, late events and counts among it.
    coming = iter(batches[known:])
    rows: list[HistoryRow] = []
    after: Position | None = None
    while True:
        page = await history_page(ledger.database, asked, after)
        assert page is not None
        rows += page.rows
        await deliver(ledger, store, [batch] if (batch := next(coming, None)) else [])
        if page.next is None:
            break
        # As it goes out in a token and comes back.
        after = msgspec.json.decode(msgspec.json.encode(page.next), type=Position)
    assert rows == whole


async def test_a_late_event_and_a_count_between_two_pages_change_nothing_in_the_walk(ledger: Ledger) -> None:
    store = await ledger.new_store()
    await ledger.post("a", *(event(f"r{hours}", "NGR", store, hours=hours, quantity=1) for hours in range(6, 0, -1)))
    asked = await query(ledger, store, rows_max=2)
    first = await history_page(ledger.database, asked)
    assert first
    await ledger.post("a", event("late", "SALES", store, hours=3.5, quantity=-1))
    await ledger.post("a", event("c1", "PI", store, hours=2.5, counted=100))
    await ledger.post("a", event("new", "NGR", store, hours=0.5, quantity=1))
    second = await history_page(ledger.database, asked, first.next)
    assert second
    third = await history_page(ledger.database, asked, second.next)
    assert third
    balances = [row.balance // UNIT for page in (first, second, third) for row in page.rows]
    assert balances == [6, 5, 4, 3, 2, 1]
    assert third.next is None
    # A walk that begins now sees it all: 1 + 1 + 1, less the late sale, counted as 100, and three more.
    assert (await shown(ledger, store))[0] == ("NGR", 1, 103)


@pytest.mark.parametrize("rows_max", [1, 2, 3, 5, 6, 7])
async def test_the_last_page_is_told_by_its_having_no_next(ledger: Ledger, rows_max: int) -> None:
    store = await ledger.new_store()
    await ledger.post("a", *(event(f"r{hours}", "NGR", store, hours=hours, quantity=1) for hours in range(6, 0, -1)))
    asked = await query(ledger, store, rows_max=rows_max)
    sizes = []
    after: Position | None = None
    while True:
        page = await history_page(ledger.database, asked, after)
        assert page
        sizes.append(len(page.rows))
        after = page.next
        if after is None:
            break
    full, rest = divmod(6, rows_max)
    assert sizes == [rows_max] * full + ([rest] if rest else [])


@pytest.fixture
async def mixed(ledger: Ledger) -> int:
    """A store with an event an hour of several types: 10, then 7 after a sale, 5 counted, 6 returned, 3 picked."""
    store = await ledger.new_store()
    await ledger.post("a", event("1", "NGR", store, hours=5, quantity=10))
    await ledger.post("a", event("2", "SALES", store, hours=4, quantity=-3))
    await ledger.post("a", event("3", "PI", store, hours=3, counted=5))
    await ledger.post("a", event("4", "RETURNS", store, hours=2, quantity=1))
    await ledger.post("a", event("5", "LP", store, hours=1, quantity=-3))
    return store


@pytest.mark.contract("TH-05")
@pytest.mark.parametrize("rows_max", [1, 100])
@pytest.mark.parametrize(
    ("name", "rows"),
    [
        ("NGR", [("NGR", 10, 10)]),
        ("SALES", [("SALES", -3, 7)]),
        ("PI", [("PI", -2, 5)]),
        ("LP", [("LP", -3, 3), ("RETURNS", 1, 6), ("SALES", -3, 7)]),
        ("RETURNS", [("RETURNS", 1, 6)]),
        ("STOLEN", []),
    ],
)
async def test_a_filter_by_type_does_not_change_a_rows_balance(
    ledger: Ledger, mixed: int, name: str, rows: list[tuple[str, float, float]], rows_max: int
) -> None:
    assert await shown(ledger, mixed, event_types=codes_matching(name), rows_max=rows_max) == rows


@pytest.mark.contract("TH-05")
def test_only_lp_matches_other_types_as_well() -> None:
    for name, event_type in EVENT_TYPE_BY_NAME.items():
        if name != "LP":
            assert codes_matching(name) == {event_type.code}
    assert codes_matching("LP") == {EVENT_TYPE_BY_NAME[name].code for name in ("LP", "SALES", "RETURNS")}


@pytest.mark.contract("TH-04")
async def test_the_first_moment_is_inside_and_the_last_outside(ledger: Ledger, mixed: int) -> None:
    between = await shown(ledger, mixed, since=moment(4), until=moment(2))
    assert between == [("PI", -2, 5), ("SALES", -3, 7)]
    assert await shown(ledger, mixed, since=moment(4) + 1, until=moment(2) + 1) == [("RETURNS", 1, 6), ("PI", -2, 5)]
    assert await shown(ledger, mixed, since=moment(2), until=moment(2)) == []


@pytest.mark.contract("TH-04")
@pytest.mark.parametrize(
    "bounds", [{"since": 0, "until": 1}, {"since": TIME_MAX}, {"until": 0}, {"until": moment(900)}]
)
async def test_a_time_without_events_has_no_rows(ledger: Ledger, mixed: int, bounds: dict[str, int]) -> None:
    assert await shown(ledger, mixed, **bounds) == []


async def test_balances_hold_in_the_months_before_and_after(ledger: Ledger) -> None:
    # The clock stands on 5 March: 60 days before is in January, 20 in February.
    store = await ledger.new_store()
    for days, quantity in ((60, 1), (40, 2), (20, 4), (10, 8), (1, 16)):
        await ledger.post("a", event(f"r{days}", "NGR", store, hours=24 * days, quantity=quantity))
    for until, balance in (
        (None, 31),
        (moment(24 * 5), 15),
        (moment(24 * 15), 7),
        (moment(24 * 30), 3),
        (moment(24 * 50), 1),
    ):
        assert (await shown(ledger, store, until=until))[0][2] == balance
    assert [row[2] for row in await shown(ledger, store, since=moment(24 * 45), until=moment(24 * 15))] == [7, 3]


@pytest.mark.contract("OP-08")
async def test_a_history_as_it_was_known_shows_neither_what_came_later_nor_what_that_changed(
    ledger: Ledger, mixed: int
) -> None:
    known_at, before = ledger.clock(), await shown(ledger, mixed)
    pass_time(ledger, 60)
    await ledger.post("a", event("late", "SALES", mixed, hours=4.5, quantity=-1))
    await ledger.post("a", event("late count", "PI", mixed, hours=3.5, counted=70))
    await ledger.post("a", event("new", "SALES", mixed, hours=0.5, quantity=-1))
    assert await shown(ledger, mixed, known_at=known_at) == before
    assert len(await shown(ledger, mixed, known_at=ledger.clock())) == len(before) + 5
    assert await shown(ledger, mixed, known_at=known_at - 1) == []


async def test_an_area_and_a_state_have_a_history_of_their_own(ledger: Ledger, mixed: int) -> None:
    await ledger.post("a", event("b1", "NGR", mixed, hours=2, quantity=4, location_area="BACKROOM"))
    backroom = msgspec.structs.replace(FLOOR, area=Area.BACKROOM)
    assert await shown(ledger, mixed, stream=backroom) == [("NGR", 4, 4)]
    assert len(await shown(ledger, mixed)) == 5
    assert await shown(ledger, mixed, stream=msgspec.structs.replace(FLOOR, owner_id=2)) == []


@pytest.mark.contract("TH-07")
async def test_a_store_that_is_not_known_is_one_without_data(ledger: Ledger, mixed: int) -> None:
    assert await shown(ledger, mixed, location=None) == []
    assert await shown(ledger, await ledger.new_store()) == []


async def page_for(ledger: Ledger, asked: HistoryQuery, supplier_id: int | None) -> int | None:
    """How many rows a supplier is shown, None where the item is none of its own."""
    page = await history_page(ledger.database, msgspec.structs.replace(asked, supplier_id=supplier_id))
    return None if page is None else len(page.rows)


async def test_only_a_supplier_that_the_item_is_mapped_to_is_shown_its_history(ledger: Ledger, mixed: int) -> None:
    elsewhere = await ledger.new_store()
    await add_supplier(ledger, SUPPLIER, (GTIN, 0))
    await add_supplier(ledger, 11)
    await add_supplier(ledger, 12, (GTIN, (await ledger.place(elsewhere)).location_id))
    here, there = await query(ledger, mixed), await query(ledger, elsewhere)
    unknown = msgspec.structs.replace(here, location=None)
    said = {
        each: [await page_for(ledger, asked, each) for asked in (here, there, unknown)]
        for each in (None, 1, 10, 11, 12)
    }
    assert said == {None: [5, 0, 0], 1: [None] * 3, 10: [5, 0, 0], 11: [None] * 3, 12: [None, 0, None]}
    other_item = msgspec.structs.replace(here, stream=Stream(99_999, 1, 0, 0))
    assert await page_for(ledger, other_item, SUPPLIER) is None


async def test_rows_carry_their_source_id_and_both_times(ledger: Ledger) -> None:
    store = await ledger.new_store()
    pass_time(ledger, DAY / 1_000_000)
    await ledger.post("till 7", event("basket/1", "SALES", store, hours=2, quantity=-0.25))
    assert await walk(ledger, await query(ledger, store)) == [
        HistoryRow("SALES", -2_500, moment(2), -2_500, "basket/1", "till 7", ledger.clock(), None)
    ]
