"""What the rows of a feed are about: which of them name a node and an item of the caller's, and which came before."""

from collections.abc import Mapping, Sequence

import msgspec

from onhand.basics.gtin import format_gtin
from onhand.dropship.feeds import faults
from onhand.dropship.feeds.forms import Form
from onhand.dropship.feeds.judging import Judged
from onhand.dropship.feeds.known import Owner, known_skus, strange_items
from onhand.stock.locations import Location
from onhand.store.database import Session

Item = int | str | None


class Matched(msgspec.Struct, frozen=True):
    """The items of rows by their place within the rows, the caller's nodes that they name, and the places of each."""

    items: Sequence[Item]
    nodes: Mapping[str, Location]
    places: Mapping[str, Sequence[int]]


class Matcher:
    """Matches the rows of one feed, and remembers which item and node each was about (DS-18).

    Matching the same rows twice finds the same, so that a transaction may be run again.
    """

    def __init__(self, owner: Owner, form: Form) -> None:
        self._owner = owner
        self._form = form
        self._seen: dict[str, dict[Item, int]] = {}

    async def match(self, session: Session, judged: Judged, own_nodes: Sequence[Location]) -> Matched:
        """Match rows with the caller's nodes and items; those that do not match, or come twice, are refused."""
        nodes = {node.code: node for node in own_nodes}
        places = _places_by_node(judged)
        for code in places.keys() - nodes.keys():
            fault = faults.unknown_ship_node(code)
            for place in places[code]:
                judged.refuse(judged.first + place, fault)
        named = {code: nodes[code] for code in places if code in nodes}
        items = await self._items(session, judged, places, named)
        for code in places:
            self._refuse_repeats(judged, items, code, places[code])
        return Matched(items, named, places)

    async def _items(
        self, session: Session, judged: Judged, places: Mapping[str, Sequence[int]], nodes: Mapping[str, Location]
    ) -> Sequence[Item]:
        if not self._form.by_sku:
            await self._refuse_unknown(session, judged, places, nodes)
            return judged.named
        items = list(judged.named)
        for code, node in nodes.items():
            named = [(place, str(name)) for place in places[code] if (name := judged.named[place]) is not None]
            found = await known_skus(session, self._owner, node, [sku for _, sku in named])
            for place, sku in named:
                items[place] = found.get(sku, sku)
                if sku not in found:
                    judged.refuse(judged.first + place, faults.unknown_item("sku", sku))
        return items

    async def _refuse_unknown(
        self, session: Session, judged: Judged, places: Mapping[str, Sequence[int]], nodes: Mapping[str, Location]
    ) -> None:
        """Refuse rows by GTIN of items that are not the caller's at their node; nearly all are at every node."""
        strange = await strange_items(session, self._owner, {name for name in judged.named if isinstance(name, int)})
        for code, node in nodes.items() if strange else ():
            named = [(place, name) for place in places[code] if isinstance(name := judged.named[place], int)]
            here = [(place, item_id) for place, item_id in named if item_id in strange]
            unknown = await strange_items(session, self._owner, {item_id for _, item_id in here}, node)
            for place, item_id in here:
                if item_id in unknown:
                    judged.refuse(judged.first + place, faults.unknown_item("productId", format_gtin(item_id)))

    def _refuse_repeats(self, judged: Judged, items: Sequence[Item], code: str, places: Sequence[int]) -> None:
        seen = self._seen.setdefault(code, {})
        first = {items[place]: judged.first + place for place in places}
        if len(first) == len(places) and seen.keys().isdisjoint(first):
            seen.update(first)
            return
        for place in places:
            name, index = items[place], judged.first + place
            earlier = index if name is None else seen.setdefault(name, index)
            if earlier != index:
                shown = format_gtin(name) if isinstance(name, int) else str(name)
                field = "sku" if self._form.by_sku else "productId"
                judged.refuse(index, faults.duplicate_row(earlier, field, shown, code))


def _places_by_node(judged: Judged) -> dict[str, list[int]]:
    """The places within the rows at which each node is named."""
    places: dict[str, list[int]] = {code: [] for code in set(judged.nodes) if code is not None}
    for place, code in enumerate(judged.nodes):
        if code is not None:
            places[code].append(place)
    return places
