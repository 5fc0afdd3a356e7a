"""Quantities: integers of 1/10,000 unit inside, JSON numbers outside (SI-08)."""

from decimal import Decimal
from math import isfinite

SCALE = 10_000
UNITS_MAX = 9_999_999_999
DECIMALS = 4


def parse_quantity(number: float) -> int | None:
    """The quantity in 1/10,000 unit, or None where the number is not a quantity (OP-06).

    Not a quantity: not finite, over 9,999,999,999 either way, or with more than four decimals.
    """
    if type(number) is int:
        return number * SCALE if -UNITS_MAX <= number <= UNITS_MAX else None
    if type(number) is not float or not isfinite(number) or abs(number) > UNITS_MAX:
        return None
    # A float is read by its shortest text, which is the text that was sent.
    scaled = Decimal(repr(number)).scaleb(DECIMALS)
    whole = int(scaled)
    return whole if whole == scaled else None


def as_float(quantity: int) -> float:
    """The number of units as a float, exact to four decimals for whatever a ledger holds."""
    return quantity / SCALE


def as_number(quantity: int) -> int | float:
    """The number of units, as an integer where it is whole."""
    units, rest = divmod(quantity, SCALE)
    return quantity / SCALE if rest else units
