"""What is on hand: now, for a supplier, and as of any time, for the operator."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from pathlib import Path

import msgspec

from onhand.stock.balance import EVERYTHING_KNOWN, Ledger
from onhand.stock.locations import Location
from onhand.stock.streams import Stream, start_of
from onhand.stock.vocabulary import RETAILER_ID, Area, State
from onhand.store.database import Database, Session
from onhand.store.queries import Queries, json_list

_SQL = Queries(Path(__file__).with_name("sql") / "onhand.sql")


class AreaStock(msgspec.Struct, frozen=True, gc=False):
    """The units of an item in one area and state.

    `quantity` is in 1/10,000 unit; `newest_occurred_at` is when the newest event happened, in microseconds.
    """

    area: Area
    state: State
    quantity: int
    newest_occurred_at: int


class ItemStock(msgspec.Struct, frozen=True, gc=False):
    """What a supplier may know of one item: whether it is mapped to it, and the stock that was ever known."""

    mapped: bool
    stocks: tuple[AreaStock, ...]


class ItemStatus(msgspec.Struct, frozen=True, gc=False):
    """A mapped item with its stock, and that of the other GTINs of its CID, by item."""

    item_id: int
    wm_item_nbr: str | None
    cid: str | None
    stocks: tuple[AreaStock, ...]
    cross: tuple[tuple[int, tuple[AreaStock, ...]], ...]


async def available(database: Database, *, supplier_id: int, location_id: int, item_id: int) -> ItemStock:
    """The stock of one item at a store, as far as the supplier may see it (SI-01, SI-02).

    `location_id` 0 stands for a store that is not known.
    """
    rows = await database.all(
        _SQL["available"],
        item_id=item_id,
        supplier_id=supplier_id,
        location_id=location_id,
        owner_id=RETAILER_ID,
    )
    return ItemStock(bool(rows), tuple(_area_stock(row) for row in rows if row[0] is not None))


async def status(
    database: Database, *, supplier_id: int, location_id: int, item_ids: Sequence[int]
) -> dict[int, ItemStatus]:
    """The stock of several items at a store with that of their CIDs, of one moment (SI-03, SI-06).

    Items that are not mapped to the supplier at the store are left out.
    """

    async def work(session: Session) -> dict[int, ItemStatus]:
        caller = {"supplier_id": supplier_id, "location_id": location_id}
        mapped = await session.all(_SQL["mapped_items"], item_ids=json_list(item_ids), **caller)
        cids = sorted({cid for _, _, cid in mapped if cid is not None})
        members: defaultdict[str, list[int]] = defaultdict(list)
        for cid, item_id in await session.all(_SQL["mapped_items_of_cids"], cids=json_list(cids), **caller):
            members[cid].append(item_id)
        wanted = {row[0] for row in mapped}.union(*members.values())
        stocks = await _stocks(session, location_id, wanted)
        return {
            item_id: ItemStatus(
                item_id,
                number,
                cid,
                stocks[item_id],
                tuple((other, stocks[other]) for other in sorted(members.get(cid, ())) if other != item_id),
            )
            for item_id, number, cid in mapped
        }

    return await database.read(work)


async def items_by_wm_item_nbr(
    database: Database, *, supplier_id: int, location_id: int, wm_item_nbrs: Sequence[str]
) -> dict[str, int]:
    """The items of those item numbers that are mapped to the supplier at the store."""
    rows = await database.all(
        _SQL["mapped_items_by_number"],
        wm_item_nbrs=json_list(wm_item_nbrs),
        supplier_id=supplier_id,
        location_id=location_id,
    )
    return {row[0]: row[1] for row in rows}


async def mapped_items(
    session: Session, *, supplier_id: int, location_id: int, item_ids: Sequence[int]
) -> frozenset[int]:
    """Those of the items that are mapped to the supplier at the store."""
    rows = await session.all(
        _SQL["mapped_items"], item_ids=json_list(item_ids), supplier_id=supplier_id, location_id=location_id
    )
    return frozenset(row[0] for row in rows)


async def stock_as_of(
    database: Database,
    *,
    location: Location,
    item_id: int,
    owner_id: int = RETAILER_ID,
    as_of: int | None = None,
    known_at: int | None = None,
) -> tuple[AreaStock, ...]:
    """The stock of an item at a moment of the world, as the ledger knew it at a moment of its own (OP-08).

    Either time may be left out: `as_of` then means with everything that was known, `known_at` with what is known now.
    """

    async def work(session: Session) -> tuple[AreaStock, ...]:
        rows = await session.all(
            _SQL["streams_of_item"], location_id=location.location_id, item_id=item_id, owner_id=owner_id
        )
        ledgers = [
            Ledger(session, location.location_id, Stream(item_id, owner_id, *row), location.reporting_zone)
            for row in rows
        ]
        found = [await _stream_as_of(ledger, as_of, known_at) for ledger in ledgers]
        return tuple(stock for stock in found if stock is not None)

    return await database.read(work)


async def _stream_as_of(ledger: Ledger, as_of: int | None, known_at: int | None) -> AreaStock | None:
    stock = await ledger.stock()
    if stock is None:
        return None
    known_seq = EVERYTHING_KNOWN if known_at is None else await ledger.seq_known_at(stock, known_at)
    before = stock.newest_occurred_at + 1 if as_of is None else as_of + 1
    newest = await ledger.newest_before(before, known_seq)
    if newest is None:
        return None
    balance = await ledger.balance_before(stock, start_of(before), known_seq)
    return AreaStock(Area(stock.area), State(stock.state), balance, newest)


async def _stocks(
    session: Session, location_id: int, item_ids: Iterable[int]
) -> defaultdict[int, tuple[AreaStock, ...]]:
    rows = await session.all(
        _SQL["stock_of_items"],
        location_id=location_id,
        owner_id=RETAILER_ID,
        item_ids=json_list(sorted(item_ids)),
    )
    by_item: defaultdict[int, tuple[AreaStock, ...]] = defaultdict(tuple)
    for item_id, *rest in rows:
        by_item[item_id] += (_area_stock(rest),)
    return by_item


def _area_stock(row: Sequence[int]) -> AreaStock:
    area, state, quantity, newest = row
    return AreaStock(Area(area), State(state), quantity, newest)
