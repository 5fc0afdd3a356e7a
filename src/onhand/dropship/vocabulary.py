"""The words of ship nodes: how availability is declared, how many units, and what may be a name (DS-07, DS-09)."""

from typing import Literal, get_args

Code = Literal["AA", "AC"]
"""Infinite availability, or the units that are there (DS-07)."""

CODES: tuple[Code, ...] = get_args(Code)
ENDLESS: Literal["AA"] = "AA"
COUNTED: Literal["AC"] = "AC"

UNITS_MAX = 999_999_999
"""The most units of one item that a declaration or an order may speak of."""

NAME_LENGTH_MAX = 100
"""How long a SKU or the code of a node may be that somebody asks by."""


def is_name(text: str) -> bool:
    """Whether a text may be a SKU or the code of a ship node: printable, and not too long."""
    return 0 < len(text) <= NAME_LENGTH_MAX and text.isprintable()
