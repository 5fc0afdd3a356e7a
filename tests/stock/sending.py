"""Short ways to say what a test posts, and to look at what the ledger then holds."""

from collections.abc import Sequence
from datetime import datetime, timedelta

from onhand.basics.clock import from_datetime
from onhand.stock.history import HistoryQuery, HistoryRow, Position, history_page
from onhand.stock.intake import Outcome
from onhand.stock.messages import EventMessage
from onhand.stock.onhand import stock_as_of
from onhand.stock.streams import Stream
from onhand.stock.vocabulary import RETAILER_ID, Area, State
from tests.conftest import FrozenClock
from tests.stock.conftest import Ledger
from tests.stock.strategies import GTIN

NOON = datetime(2026, 3, 5, 12, 0)  # noqa: DTZ001 - as events are sent that name no zone
"""When the clock of the tests stands still."""

UNIT = 10_000
FLOOR = Stream(int(GTIN), RETAILER_ID, Area.STORE, State.AVAILABLE)
TABLES = ("event", "leg", "stock", "month_flow", "transfer", "inventory_action", "item", "location")


def hours_ago(hours: float) -> datetime:
    """A moment so many hours before the clock's."""
    return NOON - timedelta(hours=hours)


def moment(hours: float) -> int:
    """The same in microseconds."""
    return from_datetime(hours_ago(hours))


def pass_time(ledger: Ledger, seconds: float) -> None:
    """Move the ledger's clock."""
    assert isinstance(ledger.clock, FrozenClock)
    ledger.clock.advance(seconds)


def event(event_id: str, event_type: str, store: int, *, hours: float = 1.0, **more: object) -> EventMessage:
    """An event of the tests' item that happened so many hours ago."""
    sent = {"gtin": GTIN, "store_nbr": store, "occurred_at": hours_ago(hours), **more}
    return EventMessage(event_id=event_id, event_type=event_type, **sent)


def said(outcomes: Sequence[Outcome]) -> list[str]:
    """Each outcome's status, or the code of its refusal."""
    return [outcome.refusal.code if outcome.refusal else outcome.status for outcome in outcomes]


async def units(ledger: Ledger, store: int, gtin: str = GTIN) -> dict[tuple[str, str], float]:
    """Units on hand by area and state."""
    stocks = await stock_as_of(ledger.database, location=await ledger.place(store), item_id=int(gtin))
    return {(stock.area.name, stock.state.name): stock.quantity / UNIT for stock in stocks}


async def query(ledger: Ledger, store: int, **more: object) -> HistoryQuery:
    """A question for the whole history of a store's sales floor, unless more is said."""
    asked = {
        "supplier_id": None,
        "location": await ledger.place(store),
        "stream": FLOOR,
        "since": None,
        "until": None,
        "event_types": None,
        "known_at": None,
        "rows_max": 100,
        **more,
    }
    return HistoryQuery(**asked)


async def walk(ledger: Ledger, asked: HistoryQuery) -> list[HistoryRow]:
    """The rows of all pages."""
    rows: list[HistoryRow] = []
    after: Position | None = None
    while True:
        page = await history_page(ledger.database, asked, after)
        assert page is not None
        rows += page.rows
        after = page.next
        if after is None:
            return rows


async def shown(ledger: Ledger, store: int, **more: object) -> list[tuple[str, float, float]]:
    """Each row of the history, newest first: type, quantity, and the balance after it, in units."""
    rows = await walk(ledger, await query(ledger, store, **more))
    return [(row.event_type, row.quantity / UNIT, row.balance / UNIT) for row in rows]


async def dump(ledger: Ledger) -> dict[str, list[str]]:
    """Every row of every table that an event can touch."""
    return {table: sorted(map(repr, await ledger.rows(f"SELECT * FROM {table}"))) for table in TABLES}


async def add_supplier(ledger: Ledger, supplier_id: int, *mappings: tuple[str, int]) -> None:
    """Make a supplier known, with its items at stores by location id, 0 for all."""
    await ledger.run(
        "INSERT INTO partner (partner_id, kind, code, name, created_at)"
        f" VALUES ({supplier_id}, 'supplier', 's{supplier_id}', 'Supplier {supplier_id}', 0)"
    )
    for gtin, location_id in mappings:
        await ledger.run(
            "INSERT INTO item_supplier (item_id, partner_id, location_id, created_at)"
            f" VALUES ({int(gtin)}, {supplier_id}, {location_id}, 0)"
        )
