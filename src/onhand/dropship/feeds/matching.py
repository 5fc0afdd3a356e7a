"""What the rows of a feed are about: which of them name a node and an item of the caller's, and which came before."""

from collections.abc import Mapping, Sequence

import msgspec

from onhand.basics.gtin import format_gtin
from onhand.dropship.feeds import faults
from onhand.dropship.feeds.forms import Form
from onhand.dropship.feeds.judging import Judged
from onhand.dropship.feeds.known import Owner, known_items
from onhand.stock.locations import Location
from onhand.store.database import Session

Key = tuple[int | str | None, str | None]


class Matched(msgspec.Struct, frozen=True):
    """The items of rows by their place within the rows, and the nodes that they name, by code."""

    items: Sequence[int | str | None]
    nodes: Mapping[str, Location]


class Matcher:
    """Matches the rows of one feed, and remembers which item and node each was about (DS-18).

    Matching the same rows twice finds the same, so that a transaction may be run again.
    """

    def __init__(self, owner: Owner, form: Form) -> None:
        self._owner = owner
        self._form = form
        self._seen: dict[Key, int] = {}

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
        self._refuse_repeats(judged, items)
        return Matched(items, named)

    async def _items(
        self, session: Session, judged: Judged, places: Mapping[str, Sequence[int]], nodes: Mapping[str, Location]
    ) -> Sequence[int | str | None]:
        items = list(judged.named) if self._form.by_sku else judged.named
        for code, node in nodes.items():
            names = [name for place in places[code] if (name := judged.named[place]) is not None]
            found = await known_items(session, self._owner, node, names, by_sku=self._form.by_sku)
            if found is None:
                continue
            for place in places[code]:
                name = judged.named[place]
                item_id = None if name is None else found.get(name)
                if item_id is not None:
                    items[place] = item_id
                elif name is not None:
                    judged.refuse(judged.first + place, self._unknown(name))
        return items

    def _unknown(self, name: int | str) -> faults.FeedFault:
        if isinstance(name, int):
            return faults.unknown_item("productId", format_gtin(name))
        return faults.unknown_item("sku", name)

    def _refuse_repeats(self, judged: Judged, items: Sequence[int | str | None]) -> None:
        indices = range(judged.first, judged.end)
        keys: dict[Key, int] = dict(zip(zip(items, judged.nodes, strict=True), indices, strict=True))
        if len(keys) == len(judged.units) and self._seen.keys().isdisjoint(keys):
            self._seen.update(keys)
            return
        for index, key in zip(indices, zip(items, judged.nodes, strict=True), strict=True):
            name, node = key
            if name is None or node is None:
                continue
            earlier = self._seen.setdefault(key, index)
            if earlier != index:
                shown = format_gtin(name) if isinstance(name, int) else name
                field = "sku" if self._form.by_sku else "productId"
                judged.refuse(index, faults.duplicate_row(earlier, field, shown, node))


def _places_by_node(judged: Judged) -> dict[str, list[int]]:
    """The places within the rows at which each node is named."""
    places: dict[str, list[int]] = {code: [] for code in set(judged.nodes) if code is not None}
    for place, code in enumerate(judged.nodes):
        if code is not None:
            places[code].append(place)
    return places
