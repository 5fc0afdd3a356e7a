"""What a partner declares of items at one of its ship nodes: units, infinite availability, what is in transit."""

from collections.abc import Mapping, Sequence
from pathlib import Path

from onhand.basics.quantity import SCALE
from onhand.basics.source import PARTNER_SOURCE_PREFIX
from onhand.dropship.moments import next_moment, raise_moment
from onhand.dropship.shortfalls import record_shortfalls
from onhand.dropship.vocabulary import ENDLESS, Code
from onhand.stock.counting import Counting, on_hand_stream, post_counting
from onhand.stock.locations import Location
from onhand.stock.posting import lock_streams
from onhand.store.database import Session
from onhand.store.queries import Queries, json_list, json_object

_SQL = Queries(Path(__file__).with_name("declaring.sql"))


async def declare(
    session: Session,
    node: Location,
    *,
    partner_id: int,
    item_id: int,
    event_id: str,
    code: Code,
    units: int | None,
    now: int,
) -> None:
    """Declare one item at a node, within the caller's transaction; it is the partner's newest declaration.

    `units` are whole units; `AC` needs them, `AA` does without. `event_id` is new.

    Raises:
        RunAgain: another writer was quicker with a stream that had never been.
    """
    moment = await next_moment(session, partner_id, now)
    stream = on_hand_stream(item_id, partner_id)
    stock = (await lock_streams(session, node.location_id, [stream])).get(stream)
    if stock is not None and stock.newest_occurred_at >= moment:
        moment = stock.newest_occurred_at + 1
        await raise_moment(session, partner_id, moment)
    if code == ENDLESS:
        await declare_endless(session, node.location_id, [item_id], moment)
        return
    assert units is not None, "AC says how many there are"
    source = f"{PARTNER_SOURCE_PREFIX}{partner_id}"
    counting = Counting(partner_id, source, event_id, moment, {item_id: units * SCALE})
    await post_counting(session, node, counting, now)
    await record_shortfalls(session, node, counting)


async def hold_item(session: Session, partner_id: int, nodes: Sequence[Location], item_id: int, now: int) -> None:
    """Hold what declarations and shipments of an item at nodes would change, until the caller's transaction has ended.

    Whoever declares depending on what stands there holds it first, and reads it then. `now` is that of `declare`.
    """
    await next_moment(session, partner_id, now)
    stream = on_hand_stream(item_id, partner_id)
    for node in sorted(nodes, key=lambda node: node.location_id):
        await lock_streams(session, node.location_id, [stream])


async def declare_endless(session: Session, location_id: int, item_ids: Sequence[int], declared_at: int) -> None:
    """Declare infinite availability of items from a moment on; one that was declared later already stays so."""
    listed = json_list(sorted(item_ids))
    await session.run(_SQL["declare_endless"], location_id=location_id, item_ids=listed, declared_at=declared_at)


async def declare_in_transit(session: Session, location_id: int, contents: Mapping[int, str], declared_at: int) -> None:
    """Declare what is on its way, by item: a JSON list each; what was declared later already stands (DS-20)."""
    listed = json_object(contents)
    await session.run(_SQL["declare_in_transit"], location_id=location_id, contents=listed, declared_at=declared_at)
