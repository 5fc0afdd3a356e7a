"""The rows of a month for one seller, in the order of SKUs and centres, and the file that they make (WF-02, WF-07).

Everything that is read was written once, by the refresh that is shown or an earlier one, and is never changed: the same
bytes come however often and in however many pieces they are read, also while the next refresh is under way.
"""

import asyncio
from collections.abc import AsyncIterator
from datetime import date
from functools import lru_cache
from pathlib import Path

import msgspec

from onhand.basics.cells import LINE_END, text_cell, text_line
from onhand.basics.clock import to_datetime
from onhand.basics.quantity import as_number
from onhand.fulfilment.centres import all_centres
from onhand.fulfilment.reconciliation.asking import Wanted
from onhand.fulfilment.reconciliation.calendar import day_number, first_day
from onhand.fulfilment.reconciliation.refreshes import Refresh, refresh_of_month
from onhand.stock.locations import Location
from onhand.store.database import Database, Row, Session
from onhand.store.queries import Queries, json_list

COLUMNS = (
    "Start Date",
    "End Date",
    "GTIN",
    "Item ID",
    "Vendor (Seller) SKU",
    "Product Name",
    "Fulfillment Center",
    "Starting Quantity",
    "Received",
    "Sold",
    "Returned",
    "Lost",
    "Found",
    "Damaged",
    "Removed",
    "Transferred",
    "Adjusted",
    "Ending Quantity",
)
Reader = Session | Database
"""What is read never changes, so that it may be read in one session or piece by piece."""
HEADER = text_line(COLUMNS).encode()

_SQL = Queries(Path(__file__).with_name("reading.sql"), Path(__file__).with_name("naming.sql"))
_ITEMS_MAX = 1_000


class MonthFile(msgspec.Struct, frozen=True):
    """A month of a seller's as it is shown: `shown_by` is the refresh whose figures are told, `named_by` that of names.

    A closed month keeps the names of the refresh that closed it, so that its file stays as it is for ever.
    """

    partner_id: int
    wanted: Wanted
    shown_by: Refresh
    named_by: Refresh
    centres: tuple[Location, ...]

    @property
    def is_closed(self) -> bool:
        """Whether its rows are stored."""
        return self.wanted.month < self.shown_by.open_month

    @property
    def start(self) -> date:
        """The first day of the month."""
        return first_day(self.wanted.month)

    @property
    def name(self) -> str:
        """The name of the file, with the time at which its figures were made (WF-02)."""
        made = to_datetime(self.named_by.completed_at or 0).replace(tzinfo=None).isoformat(timespec="milliseconds")
        return f"WFSInventoryReconciliationReport_{made.replace(':', '_')}Z.csv"

    async def pieces(self, reader: Reader) -> AsyncIterator[bytes]:
        """The whole file, a piece at a time."""
        yield HEADER
        place: Place | None = FIRST_PLACE
        while place is not None:
            piece, place = await self.piece(reader, place)
            if piece:
                yield piece
            # Everybody else has a turn.
            await asyncio.sleep(0)

    async def piece(self, reader: Reader, place: "Place") -> tuple[bytes, "Place | None"]:
        """The lines of some items from a place on, and the next place, None at the end."""
        names = await self._names(reader, place)
        if not names:
            return b"", None
        item_ids = json_list(name.item_id for name in names)
        days = f"{self.start},{self.wanted.last_day}"
        at_centres = [
            (text_cell(centre.name), await self._figures(reader, centre, item_ids)) for centre in self.centres
        ]
        lines = "".join(
            f"{days},{name.cells},{centre},{','.join(map(_shown, rows[name.item_id]))}{LINE_END}"
            for name in names
            for centre, rows in at_centres
            if name.item_id in rows
        )
        is_last = self.wanted.item_id is not None or len(names) < _ITEMS_MAX
        return lines.encode(), None if is_last else Place(names[-1].sku, names[-1].item_id)

    async def has_item(self, reader: Reader) -> bool:
        """Whether any fulfilment centre ever had units of the seller's of the one item that is wanted."""
        return bool(await self._names(reader, FIRST_PLACE))

    async def _names(self, reader: Reader, place: "Place") -> "list[_Name]":
        named = {"partner_id": self.partner_id, "refresh_id": self.named_by.refresh_id}
        if self.wanted.item_id is not None:
            rows = await reader.all(_SQL["name_of_item"], **named, item_id=self.wanted.item_id)
        else:
            page = {"item_id": place.item_id, "rows_max": _ITEMS_MAX}
            rows = await reader.all(_SQL["names_page"], sku=place.sku, **page, **named)
        return [_Name(*row) for row in rows]

    async def _figures(self, reader: Reader, centre: Location, item_ids: str) -> dict[int, Row]:
        named = {"location_id": centre.location_id, "month": self.wanted.month, "owner_id": self.partner_id}
        if self.is_closed:
            rows = await reader.all(_SQL["closed_rows"], item_ids=item_ids, **named)
        else:
            rows = await reader.all(
                _SQL["open_rows"],
                item_ids=item_ids,
                closed_month=self.shown_by.open_month - 1,
                refresh_id=self.shown_by.refresh_id,
                last_day=day_number(self.wanted.last_day),
                **named,
            )
        return {row[0]: row[1:] for row in rows}


class Place(msgspec.Struct, frozen=True):
    """A place in the order of items: the one that came last."""

    sku: str
    item_id: int


FIRST_PLACE = Place("", -1)


class _Name(msgspec.Struct, frozen=True):
    """What an item was called."""

    item_id: int
    gtin: str
    item_number: str
    sku: str
    name: str

    @property
    def cells(self) -> str:
        """The cells that it has in a line."""
        return ",".join(map(text_cell, (self.gtin, self.item_number, self.sku, self.name)))


async def month_file(reader: Reader, partner_id: int, wanted: Wanted, shown_by: Refresh) -> MonthFile:
    """The file of what a seller wants, as the refresh `shown_by` knows it."""
    named_by = shown_by
    if wanted.month < shown_by.open_month:
        named_by = await refresh_of_month(reader, partner_id, wanted.month, shown_by)
    centres = sorted(await all_centres(reader), key=lambda centre: (centre.name, centre.code))
    return MonthFile(partner_id, wanted, shown_by, named_by, tuple(centres))


@lru_cache(maxsize=65_536)
def _shown(quantity: int) -> str:
    return str(as_number(quantity))
