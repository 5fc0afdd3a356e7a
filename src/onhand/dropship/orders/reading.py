"""Orders of a ship node, as the operator reads them."""

from collections import defaultdict
from pathlib import Path

from onhand.dropship.orders.outcomes import LineState, OrderState
from onhand.dropship.orders.taking import lines_of_orders
from onhand.stock.locations import Location
from onhand.store.database import Database, Row, Session
from onhand.store.queries import Queries

_SQL = Queries(Path(__file__).with_name("reading.sql"))


async def order_by_id(database: Database, node: Location, order_id: str) -> OrderState | None:
    """An order of a node."""

    async def work(session: Session) -> list[OrderState]:
        rows = await session.all(_SQL["order_by_id"], location_id=node.location_id, order_id=order_id)
        return await _with_lines(session, node, rows)

    found = await database.read(work)
    return found[0] if found else None


async def list_orders(
    database: Database, node: Location, *, open_only: bool = False, after: str = "", rows_max: int = 1000
) -> list[OrderState]:
    """Orders of a node in the order of their ids, from the one after `after` on; those that hold units, or all."""
    query = _SQL["open_orders_after" if open_only else "orders_after"]

    async def work(session: Session) -> list[OrderState]:
        rows = await session.all(query, location_id=node.location_id, after=after, rows_max=rows_max)
        return await _with_lines(session, node, rows)

    return await database.read(work)


async def _with_lines(session: Session, node: Location, rows: list[Row]) -> list[OrderState]:
    lines: defaultdict[str, list[LineState]] = defaultdict(list)
    for order_id, *line in await lines_of_orders(session, node.location_id, [row[0] for row in rows]):
        lines[order_id].append(LineState(*line))
    return [
        OrderState(order_id, reserved_at, expires_at, closed_at, tuple(lines[order_id]))
        for order_id, reserved_at, expires_at, closed_at in rows
    ]
