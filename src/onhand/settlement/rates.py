"""Commission: rates by contract category, with thresholds and dates of validity, as data (RC-12)."""

import csv
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from decimal import Decimal, InvalidOperation
from functools import cache
from io import StringIO
from itertools import pairwise
from pathlib import Path
from typing import Literal

import msgspec

from onhand.basics.refusal import Refusal

_DEFAULT = Path(__file__).with_name("rates.csv")
COLUMNS = ("category", "valid_from", "valid_until", "rule", "above", "up_to", "percent")

Rule = Literal["flat", "switch", "portion"]
"""One rate; the whole price at the rate of the band that it falls in; each band's part of it at its own rate."""

_RULES: tuple[Rule, ...] = ("flat", "switch", "portion")
_WHOLE = 10_000
_PERCENT_MAX, _PRICE_MAX = 100, 10**10
_TEXT_MAX = 80


class Band(msgspec.Struct, frozen=True):
    """Prices of a unit over `above` up to `up_to`, in hundredths, and their rate in hundredths of a percent.

    `up_to` None has no end.
    """

    above: int
    up_to: int | None
    points: int


class CategoryRates(msgspec.Struct, frozen=True):
    """What a category pays from a day on, until another (None has no end); `bands` from the lowest price on."""

    category: str
    valid_from: date
    valid_until: date | None
    rule: Rule
    bands: tuple[Band, ...]


class Commission(msgspec.Struct, frozen=True, gc=False):
    """What a sold line pays, in minor units, and the rate as the report prints it."""

    on_product: int
    on_shipping: int
    rate: str


class RateProblem(msgspec.Struct, frozen=True):
    """What is wrong with a line of a table of rates; the first line is that of the column names."""

    line: int
    refusal: Refusal


class RateTable:
    """The rates that are in force. `categories` are all that it knows."""

    def __init__(self, rates: Iterable[CategoryRates]) -> None:
        self._by_category: defaultdict[str, list[CategoryRates]] = defaultdict(list)
        for each in rates:
            self._by_category[each.category].append(each)

    @property
    def categories(self) -> list[str]:
        """The contract categories that have rates."""
        return sorted(self._by_category)

    def at(self, category: str, day: date) -> CategoryRates | Refusal:
        """The rates of a category on a day."""
        versions = self._by_category.get(category)
        if versions is None:
            said = (
                f"{category[:_TEXT_MAX]!r} is no contract category with a commission: `onhand settlement rates show`."
            )
            return Refusal("unknown_category", "contractCategory", said)
        for each in versions:
            if each.valid_from <= day and (each.valid_until is None or day < each.valid_until):
                return each
        said = f"{category!r} has no commission on {day}: load a table of rates that holds on that day."
        return Refusal("no_rate", "contractCategory", said)


def commission_of(rates: CategoryRates, base: int, shipping: int, units: int, decimals: int) -> Commission:
    """The commission on a line of so many units: on its price with funded savings (`base`), and on its shipping.

    Thresholds are of one unit. Portions on shipping go on where those on the price have ended. What is rounded is the
    line: shipping pays what it adds to that, so that both come to the rate of their sum (RC-12, RC-18).
    """
    limits = [None if band.up_to is None else _minor(band.up_to, decimals) * units for band in rates.bands]
    if rates.rule != "portion":
        chosen = next(n for n, limit in enumerate(limits) if limit is None or base <= limit)
        points = rates.bands[chosen].points
        return commission_at(points, base, shipping)
    on_base = _portions(rates.bands, limits, base)
    on_all = _portions(rates.bands, limits, base + shipping)
    effective = (2 * on_base + base) // (2 * base) if base else rates.bands[0].points
    return Commission(_half_up(on_base), _half_up(on_all) - _half_up(on_base), percent_text(effective))


def commission_at(points: int, base: int, shipping: int) -> Commission:
    """The commission at one rate, in hundredths of a percent."""
    on_base, on_all = _half_up(base * points), _half_up((base + shipping) * points)
    return Commission(on_base, on_all - on_base, percent_text(points))


def percent_text(points: int) -> str:
    """`12`, `8.5`: hundredths of a percent as a report prints them."""
    whole, rest = divmod(points, 100)
    return f"{whole}.{rest:02d}".rstrip("0").rstrip(".") if rest else str(whole)


def parse_percent(text: str | Decimal) -> int | None:
    """The hundredths of a percent that a text says, from 0 to 100 percent; None where it says none."""
    return _hundredths(text, _PERCENT_MAX)


@cache
def default_text() -> str:
    """The table of rates that holds until another is loaded."""
    return _DEFAULT.read_text(encoding="utf-8")


@cache
def known_categories() -> frozenset[str]:
    """Every contract category that there is."""
    return frozenset(row["category"] for row in csv.DictReader(StringIO(default_text())))


def read_rates(text: str) -> RateTable | list[RateProblem]:
    """The rates that a CSV says, or everything that is wrong with it, by line."""
    # Spreadsheets begin what they save with a byte order mark.
    reader = csv.reader(StringIO(text.removeprefix("\ufeff")))
    try:
        rows = list(reader)
    except csv.Error as error:
        said = f"The table can't be read from here on: {error}. Look for a quote that is not closed."
        return [_problem(reader.line_num, "unreadable", "", said)]
    if not rows or tuple(rows[0]) != COLUMNS:
        return [_problem(1, "columns", "category", f"The first line names the columns: {','.join(COLUMNS)}.")]
    problems: list[RateProblem] = []
    lines = [line for number, row in enumerate(rows[1:], 2) if row and (line := _line(number, row, problems))]
    rates = _rates(lines, problems)
    if problems or not rates:
        return problems or [_problem(1, "empty", "category", "The table has no rates: give a line for each band.")]
    return RateTable(rates)


class _Line(msgspec.Struct, frozen=True):
    number: int
    category: str
    valid_from: date
    valid_until: date | None
    rule: Rule
    band: Band


def _line(number: int, row: Sequence[str], problems: list[RateProblem]) -> _Line | None:
    if len(row) != len(COLUMNS):
        problems.append(_problem(number, "columns", "", f"A line has {len(COLUMNS)} cells, this one has {len(row)}."))
        return None
    cells = dict(zip(COLUMNS, map(str.strip, row), strict=True))
    found = (_day(cells["valid_from"]), _day(cells["valid_until"]), _hundredths(cells["above"] or "0", _PRICE_MAX))
    valid_from, valid_until, above = found
    up_to, points = _hundredths(cells["up_to"], _PRICE_MAX), parse_percent(cells["percent"])
    rule = next((rule for rule in _RULES if rule == cells["rule"]), None)
    wrong = {
        "category": cells["category"] not in known_categories(),
        "valid_from": valid_from is None,
        "valid_until": bool(cells["valid_until"]) and (valid_until is None or valid_until <= (valid_from or date.min)),
        "rule": rule is None,
        "above": above is None,
        "up_to": bool(cells["up_to"]) and (up_to is None or up_to <= (above or 0)),
        "percent": points is None,
    }
    for column, is_wrong in wrong.items():
        if is_wrong:
            problems.append(_problem(number, f"invalid_{column}", column, _MENDS[column].format(cells[column][:80])))
    if any(wrong.values()) or valid_from is None or above is None or points is None or rule is None:
        return None
    return _Line(number, cells["category"], valid_from, valid_until, rule, Band(above, up_to, points))


_MENDS = {
    "category": "{!r} is no contract category: copy one from `onhand settlement rates show`.",
    "valid_from": "valid_from is {!r}: give the first day on which the rate holds, such as 2026-01-31.",
    "valid_until": "valid_until is {!r}: give the first day on which it no longer holds, after valid_from, or nothing.",
    "rule": "rule is {!r}: give flat, switch or portion.",
    "above": "above is {!r}: give the price over which the band begins, such as 15.00, or 0.",
    "up_to": "up_to is {!r}: give the price up to which the band goes, more than above, or nothing for no end.",
    "percent": "percent is {!r}: give a percentage from 0 to 100 with two decimals at most.",
}


def _rates(lines: Sequence[_Line], problems: list[RateProblem]) -> list[CategoryRates]:
    versions: defaultdict[tuple[str, date], list[_Line]] = defaultdict(list)
    for line in lines:
        versions[line.category, line.valid_from].append(line)
    found: dict[str, list[tuple[_Line, CategoryRates]]] = defaultdict(list)
    for (category, valid_from), bands in sorted(versions.items()):
        ordered = sorted(bands, key=lambda line: line.band.above)
        _check_bands(ordered, problems)
        first = ordered[0]
        rates = CategoryRates(category, valid_from, first.valid_until, first.rule, tuple(each.band for each in ordered))
        found[category].append((first, rates))
    _check_versions(found, problems)
    return [rates for pairs in found.values() for _, rates in pairs]


def _check_bands(lines: Sequence[_Line], problems: list[RateProblem]) -> None:
    """Bands follow one another from 0 without a gap or an overlap, and the last has no end."""
    first = lines[0]
    reached: int | None = 0
    for place, line in enumerate(lines):
        if (line.rule, line.valid_until) != (first.rule, first.valid_until):
            said = f"The rule and the dates differ from those of line {first.number}: one category has one on a day."
            problems.append(_problem(line.number, "differs", "rule", said))
        if reached is None or line.band.above < reached:
            said = f"The band from {_price(line.band.above)} overlaps the one before it."
            problems.append(_problem(line.number, "overlap", "above", said))
        elif line.band.above > reached:
            said = f"There is a gap: no band holds from {_price(reached)} to {_price(line.band.above)}."
            problems.append(_problem(line.number, "gap", "above", said))
        if line.rule == "flat" and place:
            said = "A flat rate has one line: choose switch or portion for several bands."
            problems.append(_problem(line.number, "several_bands", "rule", said))
        reached = line.band.up_to
    if reached is not None:
        said = f"There is a gap: no band holds over {_price(reached)}. Leave up_to empty in the last one."
        problems.append(_problem(lines[-1].number, "gap", "up_to", said))


def _check_versions(found: Mapping[str, Sequence[tuple[_Line, CategoryRates]]], problems: list[RateProblem]) -> None:
    """The rates of a category follow one another day by day."""
    for pairs in found.values():
        for (_, before), (line, after) in pairwise(pairs):
            if before.valid_until is None or before.valid_until > after.valid_from:
                said = f"The rates from {before.valid_from} still hold on {after.valid_from}: end them on that day."
                problems.append(_problem(line.number, "overlap", "valid_from", said))
            elif before.valid_until < after.valid_from:
                said = f"There is a gap: no rate holds from {before.valid_until} to {after.valid_from}."
                problems.append(_problem(line.number, "gap", "valid_from", said))


def _portions(bands: Sequence[Band], limits: Sequence[int | None], price: int) -> int:
    """The commission in 1/10,000 of a minor unit, each band's part at its own rate."""
    total, below = 0, 0
    for band, limit in zip(bands, limits, strict=True):
        upper = price if limit is None else min(price, limit)
        if upper > below:
            total += (upper - below) * band.points
            below = upper
    return total


def _half_up(scaled: int) -> int:
    return (scaled + _WHOLE // 2) // _WHOLE


def _minor(hundredths: int, decimals: int) -> int:
    return int(hundredths * 10**decimals // 100)


def _hundredths(text: str | Decimal, most: int) -> int | None:
    """The hundredths that a text says, exactly; None where it says no number from 0 to `most` with two decimals."""
    try:
        number = Decimal(text)
    except InvalidOperation:
        return None
    if not (number.is_finite() and 0 <= number <= most):
        return None
    scaled = int(number * 100)
    # Multiplying rounds a number of very many digits; comparing does not.
    return scaled if Decimal(scaled).scaleb(-2) == number else None


def _day(text: str) -> date | None:
    try:
        return date.fromisoformat(text)
    except ValueError:
        return None


def _price(hundredths: int | None) -> str:
    return f"{(hundredths or 0) / 100:.2f}"


def _problem(line: int, code: str, field: str, message: str) -> RateProblem:
    return RateProblem(line, Refusal(code, field, message))
