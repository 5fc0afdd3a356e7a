"""The yard of the tests: a vendor and a seller with ship nodes and items, and feeds sent past the gateway."""

import itertools
import json
from collections.abc import Mapping, Sequence
from typing import Any

from onhand.basics.gtin import format_gtin
from onhand.basics.quantity import SCALE
from onhand.basics.refusal import Refusal
from onhand.catalogue.imports import import_items, import_mappings, import_skus, listed
from onhand.catalogue.report import SourceRow
from onhand.dropship.feeds.forms import FeedFile, read_file
from onhand.dropship.feeds.known import Owner
from onhand.dropship.feeds.processing import FeedProcessor
from onhand.dropship.feeds.status import Feed, RowStatus, feed_with_rows
from onhand.dropship.feeds.taking import feed_id_of, take_feed
from onhand.dropship.nodes import add_ship_node
from onhand.partners.onboarding import Partner, add_partner
from onhand.stock.locations import Location
from onhand.store.database import Database
from onhand.store.queries import Query
from tests.conftest import FrozenClock

NODE, OTHER_NODE, FOREIGN_NODE = "123456701", "123456702", "123456799"
SELLER_NODE, OTHER_SELLER_NODE = "20000001", "20000002"
ITEM, OTHER_ITEM, FOREIGN_ITEM = "00012345678905", "00012345678912", "00012345678929"
SKU, OTHER_SKU = "OAT-1", "RYE-1"
HEADER = {
    "version": "5.0.20240905-15_39_48-api",
    "feedType": "DSV_INVENTORY",
    "feedDate": "2024-12-30T13:03:33.000Z",
    "locale": "en",
    "businessUnit": "WALMART_US",
}
EVERY_ROW = 10**6


def row(product: Any = ITEM, node: Any = NODE, code: Any = "AC", quantity: Any = 5, **others: Any) -> dict[str, Any]:
    """A row of the form by GTIN; what is None is left out."""
    fields = {"productId": product, "shipNode": node, "availabilityCode": code, "quantity": quantity, **others}
    return {name: value for name, value in fields.items() if value is not None}


def file_of(rows: Sequence[Any], **header: Any) -> bytes:
    """A file of rows by GTIN."""
    return json.dumps({"InventoryFeedHeader": {**HEADER, **header}, "Inventory": list(rows)}).encode()


async def keep() -> None:
    """Nobody else wants the lane."""


class Yard:
    """Partners, nodes and items on a database."""

    def __init__(self, database: Database, clock: FrozenClock, *, rows_max: int = 10_000) -> None:
        self.database = database
        self.clock = clock
        self.owners: dict[str, Owner] = {}
        self.processor = FeedProcessor(database, clock, rows_max=rows_max)
        self._numbers = itertools.count(1)

    async def open(self) -> "Yard":
        """Make everything known."""
        for code, kind in (("vendor", "supplier"), ("other", "supplier"), ("seller", "seller")):
            added = await add_partner(self.database, self.clock, kind=kind, code=code, name=code)
            assert isinstance(added, Partner)
            self.owners[code] = Owner(added.partner_id, kind)
        for code, partner in (
            (NODE, "vendor"),
            (OTHER_NODE, "vendor"),
            (FOREIGN_NODE, "other"),
            (SELLER_NODE, "seller"),
            (OTHER_SELLER_NODE, "seller"),
        ):
            node = await add_ship_node(self.database, self.clock, code=code, name=code, partner_code=partner)
            assert isinstance(node, Location)
        await self.know({ITEM: "vendor", OTHER_ITEM: "vendor", FOREIGN_ITEM: "other"})
        skus = [{"gtin": gtin, "seller": "seller", "sku": sku} for gtin, sku in ((ITEM, SKU), (OTHER_ITEM, OTHER_SKU))]
        assert (await import_skus(self.database, self.clock, listed(_rows(skus)))).is_stored
        return self

    async def know(self, items: Mapping[str, str]) -> None:
        """Make items known, each with the supplier that it is mapped to."""
        known = [{"gtin": gtin, "name": gtin} for gtin in items]
        mapped = [{"gtin": gtin, "supplier": supplier} for gtin, supplier in items.items()]
        assert (await import_items(self.database, self.clock, listed(_rows(known)))).is_stored
        assert (await import_mappings(self.database, self.clock, listed(_rows(mapped)))).is_stored

    async def many(self, number: int) -> list[str]:
        """So many more items of the vendor's."""
        gtins = [format_gtin(10**13 + each) for each in range(number)]
        await self.know(dict.fromkeys(gtins, "vendor"))
        return gtins

    async def take(
        self, content: bytes, *, partner: str = "vendor", feed_type: str = "DSV_INVENTORY", ship_node: str | None = None
    ) -> str:
        """Take a feed; its id."""
        file = read_file(content, feed_type, ship_node, EVERY_ROW)
        assert not isinstance(file, Refusal), file
        return await self.take_file(file, partner, feed_type)

    async def take_file(self, file: FeedFile, partner: str = "vendor", feed_type: str = "DSV_INVENTORY") -> str:
        """Take a feed whose file was read; its id."""
        feed_id = feed_id_of(f"{next(self._numbers):032x}")
        partner_id, now = self.owners[partner].partner_id, self.clock()
        await self.database.write(
            lambda session: take_feed(session, partner_id, feed_type, file, feed_id=feed_id, now=now)
        )
        return feed_id

    async def process(self, partner: str = "vendor") -> None:
        """Process what is waiting."""
        await self.processor.process(self.owners[partner].partner_id, keep)

    async def sent(self, rows: Sequence[Any], **header: Any) -> tuple[Feed, list[RowStatus]]:
        """What became of a feed of rows by GTIN that was taken and processed."""
        feed_id = await self.take(file_of(rows, **header))
        await self.process()
        return await self.status(feed_id)

    async def status(self, feed_id: str, partner: str = "vendor") -> tuple[Feed, list[RowStatus]]:
        """A feed with all of its rows."""
        found = await feed_with_rows(self.database, self.owners[partner], feed_id, 0, EVERY_ROW)
        assert found is not None
        return found

    async def units(self, gtin: str = ITEM, node: str = NODE) -> int | None:
        """The whole units on hand of an item at a node, None where nothing was ever declared."""
        rows = await self._asked(
            "SELECT s.quantity FROM stock s JOIN location l ON l.location_id = s.location_id"
            f" WHERE l.code = '{node}' AND s.item_id = {int(gtin)} AND s.state = 0"
        )
        return rows[0][0] // SCALE if rows else None

    async def endless(self, gtin: str = ITEM, node: str = NODE) -> bool:
        """Whether infinite availability of an item was ever declared at a node."""
        rows = await self._asked(
            "SELECT 1 FROM endless e JOIN location l ON l.location_id = e.location_id"
            f" WHERE l.code = '{node}' AND e.item_id = {int(gtin)}"
        )
        return bool(rows)

    async def in_transit(self, gtin: str = ITEM, node: str = NODE) -> Any:
        """What is in transit of an item to a node."""
        rows = await self._asked(
            "SELECT t.content FROM in_transit t JOIN location l ON l.location_id = t.location_id"
            f" WHERE l.code = '{node}' AND t.item_id = {int(gtin)}"
        )
        return json.loads(rows[0][0]) if rows else None

    async def legs(self) -> int:
        """How many legs the ledger has."""
        return int((await self._asked("SELECT COUNT(*) FROM leg"))[0][0])

    async def _asked(self, text: str) -> list[tuple[Any, ...]]:
        return await self.database.all(Query("asked", text, text))


def _rows(fields: Sequence[dict[str, Any]]) -> list[SourceRow]:
    return [SourceRow(number, each) for number, each in enumerate(fields, 1)]
