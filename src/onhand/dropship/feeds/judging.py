"""Judging the rows of a feed by themselves: what each says, or everything that is wrong with it (DS-03, DS-09, DS-19).

A part of a feed in which every row is well-formed is read in one go. Only a part that is not is looked at row by row.
"""

from collections.abc import Iterable, Sequence
from typing import Any

import msgspec
from msgspec import Raw

from onhand.basics.gtin import PADDED_LENGTHS
from onhand.dropship.feeds.checks import checked, flat
from onhand.dropship.feeds.faults import FeedFault, unreadable
from onhand.dropship.feeds.forms import Form
from onhand.dropship.feeds.rows import ROW_TYPES, InTransit
from onhand.dropship.vocabulary import COUNTED

ENDLESS = -1
"""In the place of units: infinite availability (AA)."""

UNJUDGED = -2
"""In the place of units: the row has faults."""

_dict = msgspec.json.Decoder(dict[str, Any])
_raws = msgspec.json.Decoder(list[Raw])


class Judged(msgspec.Struct, gc=False):
    """Rows of a feed, column by column; `first` is the index of the first.

    `named` is the item of each as the row names it: its GTIN as a number, or a SKU; None where that can't be read.
    `nodes` likewise. `units` are whole units, ENDLESS, or UNJUDGED. `in_transit` (JSON) and `faults` are by index.
    """

    first: int
    named: list[int | str | None]
    nodes: list[str | None]
    units: list[int]
    in_transit: dict[int, str]
    faults: dict[int, list[FeedFault]]

    @classmethod
    def nothing(cls, first: int) -> "Judged":
        """No rows yet."""
        return cls(first, [], [], [], {}, {})

    @property
    def end(self) -> int:
        """The index after the last row."""
        return self.first + len(self.units)

    def refuse(self, index: int, fault: FeedFault) -> None:
        """Say what is wrong with a row."""
        self.faults.setdefault(index, []).append(fault)
        self.units[index - self.first] = UNJUDGED


class Judge:
    """Judges the rows of one feed."""

    def __init__(self, form: Form) -> None:
        self._form = form
        row_type = ROW_TYPES[form.name]
        self._all: msgspec.json.Decoder[list[Any]] = msgspec.json.Decoder(list[row_type])  # type: ignore[valid-type]
        self._one: msgspec.json.Decoder[Any] = msgspec.json.Decoder(row_type)

    def add_part(self, judged: Judged, content: bytes) -> None:
        """Judge the rows of a part, which follow those of `judged`."""
        try:
            rows = self._all.decode(content)
        except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
            rows = None
        if rows is None or not self._add_rows(judged, rows):
            for raw in _raws.decode(content):
                self._add_row(judged, raw)

    def _add_rows(self, judged: Judged, rows: Sequence[Any]) -> bool:
        """Add rows that are well-formed; False, and nothing added, where a check across fields finds one that isn't."""
        if self._form.name == "nodes":
            names: list[Any] = [row.sku for row in rows]
            parts: Sequence[Any] = [row.ship_nodes[0] for row in rows]
        else:
            names = [row.sku for row in rows] if self._form.by_sku else [row.product_id for row in rows]
            parts = rows
        default = self._form.ship_node
        nodes = [part.ship_node or default for part in parts]
        units = self._units_of(parts)
        well_named = "".join(names).isprintable() if self._form.by_sku else are_gtins(names)
        if None in nodes or None in units or not well_named:
            return False
        first = judged.end
        judged.in_transit.update(
            (index, _json(part.in_transit_inventory))
            for index, part in enumerate(parts, first)
            if part.in_transit_inventory is not None
        )
        judged.named += names if self._form.by_sku else map(int, names)
        judged.nodes += nodes
        judged.units += units
        return True

    def _units_of(self, parts: Sequence[Any]) -> list[Any]:
        if self._form.name == "products":
            return [row.quantity if row.availability_code == COUNTED else ENDLESS for row in parts]
        return [
            (row.quantity.amount if row.quantity is not None else None) if row.availability_code == COUNTED else ENDLESS
            for row in parts
        ]

    def _add_row(self, judged: Judged, raw: Raw) -> None:
        try:
            if self._add_rows(judged, [self._one.decode(raw)]):
                return
        except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
            pass
        index = judged.end
        judged.named.append(None)
        judged.nodes.append(None)
        judged.units.append(UNJUDGED)
        try:
            fields = flat(_dict.decode(raw))
        except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
            judged.faults[index] = [
                unreadable("it is nested too deep" if isinstance(error, RecursionError) else str(error))
            ]
            return
        row = checked(fields, self._form)
        judged.named[-1], judged.nodes[-1] = row.named, row.node
        if row.faults:
            judged.faults[index] = row.faults
        else:
            judged.units[-1] = row.units
        if row.in_transit is not None and not row.faults:
            judged.in_transit[index] = _json(row.in_transit)


def are_gtins(texts: Iterable[str]) -> bool:
    """Whether each text is a GTIN once it is padded to 14 digits (DS-03)."""
    listed = list(texts)
    together = "".join(listed)
    # Digits of other scripts are no digits here, though int would read them.
    return set(map(len, listed)).issubset(PADDED_LENGTHS) and together.isdigit() and together.isascii()


def _json(said: InTransit | list[InTransit]) -> str:
    return msgspec.json.encode(said if isinstance(said, list) else [said]).decode()
