"""Looking up what the messages of a batch refer to, each kind of thing in one question."""

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from pathlib import Path

import msgspec

from onhand.basics.gtin import format_gtin, parse_gtin
from onhand.basics.refusal import Refusal
from onhand.stock.known import Known, KnownItem, KnownNode, KnownPartner
from onhand.stock.locations import FULFILMENT_CENTRE, SHIP_NODE, Location, Locations
from onhand.stock.messages import EventMessage, OtherSide
from onhand.stock.streams import Stream
from onhand.stock.vocabulary import RETAILER_ID, Area, State
from onhand.store.database import Database
from onhand.store.queries import Queries, json_list

_SQL = Queries(Path(__file__).with_name("sql") / "known.sql")

Messages = Sequence[EventMessage | Refusal]


class LookedUp(msgspec.Struct, frozen=True):
    """What a batch refers to, and the locations of it by their ids."""

    known: Known
    places: Mapping[int, Location]


async def look_up(database: Database, locations: Locations, messages: Messages) -> LookedUp:
    """What the messages refer to, as far as it is there."""
    stores = await _stores(locations, messages)
    codes = {side.node for side in _sides(messages)}
    nodes, centres = await _coded(locations, SHIP_NODE, codes), await _coded(locations, FULFILMENT_CENTRE, codes)
    items = await _items(database, messages)
    partners = await _partners(database, messages) if centres else {}
    known = Known(
        {number: store.location_id for number, store in stores.items()},
        items,
        {code: KnownNode(node.location_id, node.partner_id) for code, node in nodes.items()},
        {code: centre.location_id for code, centre in centres.items()},
        partners,
        await _owned(database, list(centres.values()), items, partners) if partners else frozenset(),
    )
    places = (*stores.values(), *nodes.values(), *centres.values())
    return LookedUp(known, {place.location_id: place for place in places})


async def _stores(locations: Locations, messages: Messages) -> dict[int, Location]:
    numbers = {side.store_nbr for side in _sides(messages)}
    found = {number: await locations.store(number) for number in numbers if number is not None}
    return {number: store for number, store in found.items() if store is not None}


async def _coded(locations: Locations, kind: str, codes: Collection[str | None]) -> dict[str, Location]:
    # A database refuses some texts that are no code anyway.
    found = {code: await locations.find(kind, code) for code in codes if code and code.isprintable()}
    return {code: place for code, place in found.items() if place is not None}


async def _items(database: Database, messages: Messages) -> dict[str, KnownItem]:
    gtins = {side.gtin for side in _sides(messages)}
    item_ids = sorted(item_id for gtin in gtins if gtin and (item_id := parse_gtin(gtin)) is not None)
    rows = await database.all(_SQL["known_items"], item_ids=json_list(item_ids))
    return {
        format_gtin(item_id): KnownItem(Stream(item_id, RETAILER_ID, Area.STORE, State.AVAILABLE), cid)
        for item_id, cid in rows
    }


async def _partners(database: Database, messages: Messages) -> dict[str, KnownPartner]:
    codes = {message.partner_id for message in messages if isinstance(message, EventMessage)}
    listed = json_list(sorted(code for code in codes if code and code.isprintable()))
    rows = await database.all(_SQL["known_partners"], codes=listed)
    return {code: KnownPartner(partner_id, kind) for code, partner_id, kind in rows}


async def _owned(
    database: Database,
    centres: Sequence[Location],
    items: Mapping[str, KnownItem],
    partners: Mapping[str, KnownPartner],
) -> frozenset[tuple[int, int]]:
    """Which items are whose: by a SKU, or because units of theirs have been in one of the centres before."""
    asked = {
        "partner_ids": json_list(sorted(partner.partner_id for partner in partners.values())),
        "item_ids": json_list(sorted(item.stream.item_id for item in items.values())),
    }
    rows = await database.all(_SQL["owned_by_sku"], **asked)
    for centre in centres:
        rows += await database.all(_SQL["owned_by_stock"], location_id=centre.location_id, **asked)
    return frozenset((partner_id, item_id) for partner_id, item_id in rows)


def _sides(messages: Iterable[EventMessage | Refusal]) -> Iterator[EventMessage | OtherSide]:
    """Everything in messages that names a place or an item."""
    for message in messages:
        if isinstance(message, EventMessage):
            yield message
            if message.from_ is not None:
                yield message.from_
            if message.to is not None:
                yield message.to
