"""A ship node with a few items, and short ways to tell it of declarations and orders."""

import itertools
from collections.abc import Mapping, Sequence
from datetime import datetime

from onhand.basics.clock import Clock, to_datetime
from onhand.basics.quantity import SCALE
from onhand.basics.refusal import Refusal
from onhand.dropship.declaring import declare
from onhand.dropship.nodes import add_ship_node
from onhand.dropship.orders.entries import (
    CancellationEntry,
    Entry,
    ExpiryEntry,
    LineEntry,
    ReservationEntry,
    ShipmentEntry,
)
from onhand.dropship.orders.intake import OrderIntake
from onhand.dropship.orders.outcomes import OrderOutcome
from onhand.dropship.vocabulary import Code
from onhand.partners.onboarding import add_partner
from onhand.stock.audit import verify
from onhand.stock.counting import Counting, post_counting
from onhand.stock.locations import Location, Locations
from onhand.store.database import Database, Row, Session
from onhand.store.queries import Query

A, B, C = "00000000000017", "00000000000024", "00000000000031"
GTINS = (A, B, C)
STRANGE = "00000000000093"
SHOP = "shop"
_NUMBERS = itertools.count(1)

Units = Mapping[str, int]


class Depot:
    """One ship node of one vendor; its items are in the catalogue, and nothing has been declared."""

    def __init__(self, database: Database, clock: Clock) -> None:
        self.database = database
        self.clock = clock
        self.locations = Locations(database)
        self.intake = OrderIntake(database, self.locations, clock)
        self.node: Location
        self._numbers = itertools.count(1)

    async def open(self) -> "Depot":
        """Make the vendor, the node and the items known; vendor and node are new ones each time."""
        number = next(_NUMBERS)
        code, owner = f"N{number}", f"acme-{number}"
        await add_partner(self.database, self.clock, kind="supplier", code=owner, name="Acme")
        node = await add_ship_node(self.database, self.clock, code=code, name="East", partner_code=owner)
        assert isinstance(node, Location)
        self.node = node
        for gtin in GTINS:
            await self.run(
                "INSERT INTO item (item_id, name, created_at, updated_at) "
                f"VALUES ({int(gtin)}, 'Item', 0, 0) ON CONFLICT DO NOTHING"
            )
        return self

    async def declare(self, gtin: str, units: int | None, code: Code = "AC") -> None:
        """What the vendor says is there: units, or none with AA."""
        event_id = f"declared-{next(self._numbers)}"

        async def work(session: Session) -> None:
            named = {"partner_id": self.node.partner_id, "item_id": int(gtin), "event_id": event_id}
            await declare(session, self.node, **named, code=code, units=units, now=self.clock())

        await self.database.write(work)

    async def count_late(self, units: Units, occurred_at: int) -> None:
        """Post a count of an earlier moment, as a feed does that was taken then."""
        counted = {int(gtin): each * SCALE for gtin, each in units.items()}
        partner_id = self.node.partner_id
        # Of two counts of one moment the later id stands, so ids sort as they are told.
        event_id = f"feed-{next(self._numbers):06}"
        counting = Counting(partner_id, f"partner-{partner_id}", event_id, occurred_at, counted)
        await self.database.write(lambda session: post_counting(session, self.node, counting, self.clock()))

    async def take(self, *entries: Entry | Refusal, source: str = SHOP) -> list[OrderOutcome]:
        """Tell of orders, all in one request."""
        return await self.intake.take(source, entries)

    async def one(self, entry: Entry, source: str = SHOP) -> OrderOutcome:
        """Tell of one order."""
        (outcome,) = await self.take(entry, source=source)
        return outcome

    def reservation(self, order_id: str, units: Units | Sequence[LineEntry], **more: object) -> ReservationEntry:
        """An order, told under an event id made of its own."""
        fields = {"event_id": f"reserve/{order_id}", "node": self.node.code, "lines": lines_of(units), **more}
        return ReservationEntry(order_id=order_id, **fields)

    def shipment(self, order_id: str, units: Units | None = None, **more: object) -> ShipmentEntry:
        """A shipment of an order, of all that it holds unless said."""
        fields = {"event_id": f"ship/{order_id}", "node": self.node.code, "lines": units and lines_of(units), **more}
        return ShipmentEntry(order_id=order_id, **fields)

    def cancellation(self, order_id: str, units: Units | None = None, **more: object) -> CancellationEntry:
        """A cancellation of an order, of all that it holds unless said."""
        fields = {"event_id": f"cancel/{order_id}", "node": self.node.code, "lines": units and lines_of(units), **more}
        return CancellationEntry(order_id=order_id, **fields)

    def expiry(self, order_id: str, **more: object) -> ExpiryEntry:
        """The end of a reservation, told by the operator."""
        return ExpiryEntry(order_id=order_id, **{"event_id": f"end/{order_id}", "node": self.node.code, **more})

    async def amounts(self, gtin: str) -> tuple[int, int]:
        """The units of an item on hand, and those that orders hold."""
        sql = (
            "SELECT state, quantity FROM stock "
            f"WHERE location_id = {self.node.location_id} AND item_id = {int(gtin)} AND area = 0"
        )
        held: dict[int, int] = dict(await self.rows(sql))
        return held.get(0, 0) // SCALE, held.get(2, 0) // SCALE

    async def amounts_at(self, gtin: str, moment: int) -> tuple[int, int]:
        """What an item had on hand at a moment, and what was held of it, by the legs alone."""
        sql = (
            "SELECT state, CAST(SUM(quantity) AS BIGINT) FROM leg "
            f"WHERE location_id = {self.node.location_id} AND item_id = {int(gtin)} AND occurred_at <= {moment} "
            "GROUP BY state"
        )
        held: dict[int, int] = dict(await self.rows(sql))
        return held.get(0, 0) // SCALE, held.get(2, 0) // SCALE

    async def at_rest(self) -> None:
        """See that the ledger agrees with itself, and that orders hold what is reserved."""
        report = await verify(self.database, self.locations, lambda *_: None)
        assert report.differences == ()
        where = f"WHERE location_id = {self.node.location_id}"
        held = await self.rows(
            f"SELECT item_id, CAST(SUM(reserved) AS BIGINT) FROM node_order_line {where} "
            "GROUP BY item_id HAVING SUM(reserved) <> 0 ORDER BY item_id"
        )
        reserved = await self.rows(
            f"SELECT item_id, quantity FROM stock {where} AND state = 2 AND quantity <> 0 ORDER BY item_id"
        )
        assert held == reserved
        torn = await self.rows(
            f"SELECT order_id FROM node_order_line {where} AND ordered <> reserved + shipped + cancelled + expired"
        )
        assert torn == []
        unclosed = await self.rows(
            f"SELECT order_id FROM node_order AS o {where} AND (closed_at IS NULL) <> EXISTS (SELECT 1 FROM "
            "node_order_line AS l WHERE l.location_id = o.location_id AND l.order_id = o.order_id AND l.reserved > 0)"
        )
        assert unclosed == []

    async def run(self, sql: str) -> None:
        """Run a statement of the test's own."""
        query = Query("of_the_test", sql, sql)
        await self.database.write(lambda session: session.run(query))

    async def rows(self, sql: str) -> list[Row]:
        """The rows of a question of the test's own."""
        return await self.database.all(Query("of_the_test", sql, sql))


def lines_of(units: Units | Sequence[LineEntry]) -> list[LineEntry]:
    """The lines of an order."""
    if isinstance(units, Mapping):
        return [LineEntry(gtin, quantity) for gtin, quantity in units.items()]
    return list(units)


def at(moment: int) -> datetime:
    """A moment as an entry says it."""
    return to_datetime(moment)


def codes(outcomes: Sequence[OrderOutcome]) -> list[str]:
    """What became of each entry: its status, or the code of its refusal."""
    return [outcome.refusal.code if outcome.refusal else outcome.status for outcome in outcomes]
