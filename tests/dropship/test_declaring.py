"""What partners declare at their ship nodes, and what each node then has (DS-07, DS-10, DS-12, DS-20)."""

import asyncio

import pytest

from onhand.dropship.availability import NodeStock, OwnNodes, at_node_by_gtin, stocks_of_items, sum_of
from onhand.dropship.declaring import declare, declare_endless, declare_in_transit
from onhand.dropship.moments import newest_moment
from onhand.dropship.nodes import add_ship_node
from onhand.dropship.shortfalls import record_shortfalls
from onhand.dropship.vocabulary import Code
from onhand.partners.onboarding import Partner, add_partner
from onhand.stock.counting import Counting, on_hand_stream, post_counting, reserved_stream
from onhand.stock.locations import Location
from onhand.stock.planning import Draft
from onhand.stock.posting import lock_streams, post_drafts
from onhand.stock.vocabulary import RESERVED, SHIPPED
from onhand.store.database import Database, Session
from onhand.store.queries import Query
from tests.conftest import FrozenClock

pytestmark = pytest.mark.contract("DS-07", "DS-10", "DS-12", "DS-20")

ITEM, OTHER_ITEM = 12345678905, 12345678912
UNITS = 10_000
IN_TRANSIT = "SELECT item_id, declared_at, content FROM in_transit ORDER BY item_id"
SHORTFALLS = "SELECT item_id, declared, reserved FROM shortfall ORDER BY item_id"
LEGS = "SELECT COUNT(*) FROM leg"


class Yard:
    """A vendor with one ship node."""

    def __init__(self, database: Database, clock: FrozenClock) -> None:
        self.database = database
        self.clock = clock
        self.node: Location
        self._events = 0

    async def open(self) -> None:
        added = await add_partner(self.database, self.clock, kind="supplier", code="vendor", name="Vendor")
        assert isinstance(added, Partner)
        node = await add_ship_node(self.database, self.clock, code="1", name="One", partner_code="vendor")
        assert isinstance(node, Location)
        self.node = node

    @property
    def partner_id(self) -> int:
        return self.node.partner_id

    def event_id(self) -> str:
        self._events += 1
        return f"e-{self._events}"

    async def declare(self, units: int | None) -> None:
        event_id = self.event_id()
        code: Code = "AA" if units is None else "AC"

        async def work(session: Session) -> None:
            named = {"partner_id": self.partner_id, "item_id": ITEM, "event_id": event_id}
            await declare(session, self.node, **named, code=code, units=units, now=self.clock())

        await self.database.write(work)

    async def count(self, counted: dict[int, int], occurred_at: int) -> None:
        """Post units as of a moment, as the rows of a feed do."""
        held = {item_id: units * UNITS for item_id, units in counted.items()}
        counting = Counting(self.partner_id, "partner-1", self.event_id(), occurred_at, held)

        async def work(session: Session) -> None:
            await post_counting(session, self.node, counting, self.clock())
            await record_shortfalls(session, self.node, counting)

        await self.database.write(work)

    async def endless(self, declared_at: int) -> None:
        """Declare infinite availability as of a moment."""
        await self.database.write(
            lambda session: declare_endless(session, self.node.location_id, [ITEM, OTHER_ITEM], declared_at)
        )

    async def in_transit(self, contents: dict[int, str], declared_at: int) -> None:
        await self.database.write(
            lambda session: declare_in_transit(session, self.node.location_id, contents, declared_at)
        )

    async def reserve(self, item_id: int, units: int) -> None:
        stream = reserved_stream(item_id, self.partner_id)
        draft = Draft(self.clock(), 0, "test", self.event_id(), RESERVED.code, units * UNITS, None)
        await self.database.write(lambda session: post_drafts(session, self.node, {stream: [draft]}, {}, self.clock()))

    async def ship(self, item_id: int, units: int, occurred_at: int) -> None:
        """Post units that have left and are held no longer."""
        draft = Draft(occurred_at, 0, "test", self.event_id(), SHIPPED.code, -units * UNITS, None)
        streams = (on_hand_stream(item_id, self.partner_id), reserved_stream(item_id, self.partner_id))

        async def work(session: Session) -> None:
            stocks = await lock_streams(session, self.node.location_id, streams)
            await post_drafts(session, self.node, {stream: [draft] for stream in streams}, stocks, self.clock())

        await self.database.write(work)

    async def stock(self) -> NodeStock | None:
        found = await self.database.read(lambda session: stocks_of_items(session, self.partner_id, [self.node], [ITEM]))
        return found[ITEM][0] if found[ITEM] else None

    async def shown(self) -> int | None:
        """The units on hand, None for infinite availability."""
        stock = await self.stock()
        assert stock is not None
        return None if stock.endless else stock.on_hand

    async def rows(self, text: str) -> list[tuple[object, ...]]:
        return await self.database.all(Query("of_a_test", text, text))


@pytest.fixture
async def yard(database: Database, clock: FrozenClock) -> Yard:
    """A yard that is open."""
    opened = Yard(database, clock)
    await opened.open()
    return opened


async def test_nothing_is_there_before_anything_was_declared(yard: Yard) -> None:
    assert await yard.stock() is None


async def test_declarations_of_one_moment_keep_their_order(yard: Yard) -> None:
    for units in (3, None, 5, None, None, 0):
        await yard.declare(units)
        assert await yard.shown() == units


async def test_a_declaration_is_later_than_whatever_stands_there(yard: Yard) -> None:
    await yard.count({ITEM: 9}, yard.clock() + 1_000_000)
    await yard.declare(4)
    assert await yard.shown() == 4
    newest = await yard.database.read(lambda session: newest_moment(session, yard.partner_id))
    assert newest == yard.clock() + 1_000_001


@pytest.mark.parametrize("endless_first", [True, False])
async def test_the_later_of_aa_and_ac_stands_in_whatever_order_they_are_told(yard: Yard, endless_first: bool) -> None:
    now = yard.clock()
    for aa_at, ac_at, expected in ((now, now + 1, 5), (now + 3, now + 2, None), (now + 4, now + 6, 5)):
        for is_endless in (endless_first, not endless_first):
            await (yard.endless(aa_at) if is_endless else yard.count({ITEM: 5}, ac_at))
        assert await yard.shown() == expected


async def test_infinite_availability_told_late_does_not_go_back(yard: Yard) -> None:
    await yard.endless(yard.clock() + 10)
    await yard.endless(yard.clock())
    await yard.count({ITEM: 5}, yard.clock() + 5)
    assert await yard.shown() is None


async def test_a_move_does_not_end_infinite_availability(yard: Yard) -> None:
    await yard.declare(None)
    await yard.reserve(ITEM, 2)
    stock = await yard.stock()
    assert stock is not None
    assert (stock.endless, stock.reserved) == (True, 2)


async def test_a_declaration_of_units_says_nothing_of_what_is_in_transit(yard: Yard) -> None:
    await yard.in_transit({ITEM: "[]"}, 5)
    await yard.declare(3)
    await yard.declare(None)
    assert await yard.rows(IN_TRANSIT) == [(ITEM, 5, "[]")]


async def test_what_is_in_transit_is_what_was_declared_last(yard: Yard) -> None:
    await yard.in_transit({ITEM: "[1]", OTHER_ITEM: "[2]"}, 5)
    await yard.in_transit({ITEM: "[3]"}, 4)
    await yard.in_transit({OTHER_ITEM: "[4]"}, 6)
    assert await yard.rows(IN_TRANSIT) == [(ITEM, 5, "[1]"), (OTHER_ITEM, 6, "[4]")]


async def test_a_shortfall_is_written_down_for_each_item_that_has_one(yard: Yard) -> None:
    await yard.reserve(ITEM, 5)
    await yard.reserve(OTHER_ITEM, 5)
    await yard.count({ITEM: 5, OTHER_ITEM: 4, 99: 0}, yard.clock() + 1)
    assert await yard.rows(SHORTFALLS) == [(OTHER_ITEM, 4 * UNITS, 5 * UNITS)]


async def test_a_declaration_that_a_later_one_has_overtaken_is_short_of_nothing(yard: Yard) -> None:
    await yard.declare(9)
    await yard.reserve(ITEM, 5)
    await yard.reserve(OTHER_ITEM, 5)
    await yard.endless(yard.clock())
    await yard.count({ITEM: 2, OTHER_ITEM: 2}, yard.clock() - 1)
    assert await yard.rows(SHORTFALLS) == []


async def test_a_declaration_posted_late_is_measured_by_what_orders_held_of_it(yard: Yard) -> None:
    await yard.declare(9)
    await yard.reserve(ITEM, 5)
    await yard.ship(ITEM, 3, yard.clock() + 20)
    await yard.count({ITEM: 3}, yard.clock() + 10)
    assert await yard.rows(SHORTFALLS) == [(ITEM, 3 * UNITS, 5 * UNITS)]


async def test_what_is_available_is_never_below_zero(yard: Yard) -> None:
    await yard.declare(4)
    await yard.reserve(ITEM, 5)
    stock = await yard.stock()
    assert stock is not None
    assert (stock.on_hand, stock.reserved, stock.available) == (4, 5, 0)


async def test_racing_declarations_are_all_made_and_one_stands(yard: Yard) -> None:
    await asyncio.gather(*(yard.declare(units) for units in range(12)))
    assert await yard.shown() in range(12)
    assert await yard.rows(LEGS) == [(12,)]


async def test_a_node_is_found_by_its_owner_alone(yard: Yard) -> None:
    nodes = OwnNodes(yard.database)
    assert await nodes.find(yard.partner_id, "1") == yard.node
    assert await nodes.find(yard.partner_id + 1, "1") is None
    assert await nodes.find(yard.partner_id, "2") is None


async def test_an_item_of_nobodys_has_no_stock_to_show(yard: Yard) -> None:
    await yard.declare(4)
    assert await at_node_by_gtin(yard.database, yard.partner_id, yard.node, ITEM) is None


def test_a_sum_leaves_out_what_is_infinite() -> None:
    counted, endless = NodeStock("1", False, 4, 0, (0, 1, 0)), NodeStock("2", True, 9, 0, (1, 1, 0))
    assert [sum_of(stocks) for stocks in ([], [counted], [counted, endless], [endless])] == [0, 4, 4, None]
