"""What fulfilment by the operator costs: a fee for each unit by its weight and size, and storage by volume.

The figures are dollars. Sellers of other currencies are told their fees as amounts.
"""

from decimal import ROUND_CEILING, Decimal
from typing import Annotated

import msgspec
from msgspec import Meta

from onhand.basics.money import rounded
from onhand.basics.refusal import Refusal

_CURRENCY = "USD"
_DIMENSIONAL_DIVISOR = Decimal(139)
_PACKAGING_POUNDS = Decimal("0.25")
_POUNDS_MAX = 150
_SMALL = {1: Decimal("3.45"), 2: Decimal("4.95"), 3: Decimal("5.45")}
# From so many pounds on: the fee there, and the pounds over which each further one costs more.
_STEPS = ((51, Decimal("17.55"), 51), (31, Decimal("14.55"), 31), (21, Decimal("15.55"), 21), (4, Decimal("5.75"), 4))
_PER_POUND = Decimal("0.40")
_SPECIAL, _CHEAP, _CHEAP_BELOW = Decimal("0.50"), Decimal("1.00"), Decimal(10)
_STORAGE_PER_CUBIC_FOOT = Decimal("0.75")
_MEASURE_MAX = Decimal(10_000)

Measure = Annotated[
    Decimal, Meta(extra_json_schema={"type": ["string", "number"], "minimum": 0, "maximum": int(_MEASURE_MAX)})
]


class Package(msgspec.Struct, frozen=True, rename="camel", forbid_unknown_fields=True):
    """One unit as it is sent: pounds and inches."""

    weight_pounds: Measure
    length_inches: Measure
    width_inches: Measure
    height_inches: Measure
    apparel_or_hazardous: bool = False


def fulfilment_fee(package: Package, unit_price: Decimal, currency: str) -> int | Refusal:
    """The fee for one unit in minor units, by its shipping weight, which is rounded up to whole pounds."""
    if currency != _CURRENCY:
        return _unknown_in(currency, "package", "fulfilmentFee")
    measures = (package.weight_pounds, package.length_inches, package.width_inches, package.height_inches)
    if not all(measure.is_finite() and 0 <= measure <= _MEASURE_MAX for measure in measures):
        said = f"Weight and sizes are numbers from 0 to {_MEASURE_MAX:,}, in pounds and inches."
        return Refusal("invalid_package", "package", said)
    pounds = _shipping_pounds(package)
    if pounds > _POUNDS_MAX:
        said = f"It weighs {pounds} lb to ship, and fees are known up to {_POUNDS_MAX}: give fulfilmentFee instead."
        return Refusal("no_fee", "package", said)
    fee = _SMALL.get(pounds) or next(
        start + _PER_POUND * (pounds - over) for low, start, over in _STEPS if pounds >= low
    )
    fee += _SPECIAL if package.apparel_or_hazardous else 0
    fee += _CHEAP if unit_price < _CHEAP_BELOW else 0
    return rounded(fee, currency)


def storage_fee(cubic_feet: Decimal, currency: str) -> int | Refusal:
    """The fee for a month's storage of so many cubic feet, in minor units."""
    if currency != _CURRENCY:
        return _unknown_in(currency, "cubicFeet", "an amount")
    return rounded(cubic_feet * _STORAGE_PER_CUBIC_FOOT, currency)


def _unknown_in(currency: str, field: str, instead: str) -> Refusal:
    said = f"Fees are known in {_CURRENCY}, not in {currency}: give {instead} instead."
    return Refusal("no_fee", field, said)


def _shipping_pounds(package: Package) -> int:
    weight = package.weight_pounds
    if weight > 1:
        volume = package.length_inches * package.width_inches * package.height_inches
        weight = max(weight, volume / _DIMENSIONAL_DIVISOR)
    return max(1, int((weight + _PACKAGING_POUNDS).to_integral_value(ROUND_CEILING)))
