"""Quantities: exact to four decimals, or refused."""

from decimal import Decimal

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from onhand.basics.quantity import as_float, as_number, parse_quantity

pytestmark = pytest.mark.contract("OP-06", "SI-08")

_MAX = 9_999_999_999


@pytest.mark.parametrize(
    ("number", "quantity"),
    [
        (0, 0),
        (-0.0, 0),
        (12, 120_000),
        (12.0, 120_000),
        (-3, -30_000),
        (0.1, 1_000),
        (0.0001, 1),
        (-0.0001, -1),
        (1.5e3, 15_000_000),
        (0.3, 3_000),
        (_MAX, _MAX * 10_000),
        (-_MAX, -_MAX * 10_000),
        (9_999_999_998.9999, 99_999_999_989_999),
    ],
)
def test_a_number_becomes_ten_thousandths_of_a_unit(number: float, quantity: int) -> None:
    assert parse_quantity(number) == quantity


@pytest.mark.parametrize(
    "number",
    [
        float("nan"),
        float("inf"),
        float("-inf"),
        1e400,
        1e308,
        5e-324,
        _MAX + 1,
        -_MAX - 1,
        10**40,
        9_999_999_999.0001,
        0.00001,
        1.23456,
        -1.23456,
        0.1 + 0.2,
        True,
    ],
)
def test_what_is_not_finite_too_large_or_too_fine_is_no_quantity(number: float) -> None:
    assert parse_quantity(number) is None


@given(st.integers(-_MAX * 10_000, _MAX * 10_000))
def test_every_quantity_reads_back_from_its_number_on_the_wire(quantity: int) -> None:
    for number in (as_number(quantity), as_float(quantity)):
        assert parse_quantity(msgspec.json.decode(msgspec.json.encode(number))) == quantity


@given(st.decimals(-99_999_999, 99_999_999, allow_nan=False, places=6))
def test_a_number_is_taken_exactly_when_its_fifth_decimal_and_on_are_zero(number: Decimal) -> None:
    ten_thousandths = number * 10_000
    expected = int(ten_thousandths) if ten_thousandths == int(ten_thousandths) else None
    assert parse_quantity(float(number)) == expected


@pytest.mark.parametrize(("quantity", "number"), [(120_000, "12"), (125_000, "12.5"), (-1, "-0.0001"), (0, "0")])
def test_a_whole_number_of_units_is_written_without_a_fraction(quantity: int, number: str) -> None:
    assert msgspec.json.encode(as_number(quantity)).decode() == number
