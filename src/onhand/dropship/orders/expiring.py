"""Releasing the orders whose time has come: by the worker, and by whoever asks for units that they still hold."""

from collections.abc import Iterable
from pathlib import Path

from onhand.basics.clock import Clock
from onhand.dropship.orders.commands import expiry_of
from onhand.dropship.orders.taking import judge
from onhand.stock.locations import SHIP_NODE, Location, Locations
from onhand.store.database import Database, Session
from onhand.store.queries import Queries, json_list

_SQL = Queries(Path(__file__).with_name("expiring.sql"))
_ORDERS_MAX = 1_000


async def expire_everywhere(database: Database, locations: Locations, clock: Clock) -> int:
    """Release every order that is due, node by node; how many there were."""
    expired = 0
    for node in await locations.all(SHIP_NODE):
        expired += await expire_all_due(database, clock, node)
    return expired


async def expire_all_due(database: Database, clock: Clock, node: Location) -> int:
    """Release every order that is due at a node, some in each transaction; how many there were."""
    expired = 0
    while released := await expire_due(database, clock, node, _ORDERS_MAX):
        expired += released
    return expired


async def expire_due(database: Database, clock: Clock, node: Location, rows_max: int) -> int:
    """Release at most `rows_max` of the orders that are due at a node; how many of them still were.

    Each is released under an event id of its own, so that it happens once, whoever is about it at the same moment.
    """
    due = await database.all(_SQL["due_orders"], location_id=node.location_id, now=clock(), rows_max=rows_max)
    if not due:
        return 0
    commands = [expiry_of(order_id) for (order_id,) in due]

    async def work(session: Session) -> int:
        judged = await judge(session, node, commands, clock())
        await judged.write(session)
        return sum(outcome.status == "accepted" for outcome in judged.outcomes)

    return await database.write(work)


async def holds_due(session: Session, node: Location, item_ids: Iterable[int], now: int) -> bool:
    """Whether orders that are due hold units of any of these items."""
    listed = json_list(sorted(item_ids))
    row = await session.one(_SQL["holds_due"], location_id=node.location_id, now=now, item_ids=listed)
    return row is not None
