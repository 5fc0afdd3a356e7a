"""The months and days of the reconciliation, all of the Pacific: pure functions of times."""

from bisect import bisect_left
from datetime import date, timedelta
from functools import lru_cache
from zoneinfo import ZoneInfo

import msgspec

from onhand.basics.clock import MICROSECONDS, TIME_MIN, day_of, month_of, month_start, time_on, to_datetime
from onhand.stock.locations import CENTRE_ZONE
from onhand.stock.vocabulary import ADJUSTED

PACIFIC = CENTRE_ZONE
REFRESH_HOUR = 7
FIRST_MONTH = 2022 * 12
"""January 2022: the first month that can be asked for (WF-03). Everything before it is what that month starts with."""

_FIRST_DAY = date(1970, 1, 1)
_LATE = ADJUSTED.code


class Span(msgspec.Struct, frozen=True, rename={"from_": "from"}):
    """A time in which all moments have one distance from UTC, and the month under which it shows.

    The day of a moment is (moment + shift) / 24 h, counted from 1970-01-01. What is late shows as `event_type` on `day`
    instead.
    """

    from_: int
    to: int
    shift: int
    month: int
    day: int | None = None
    event_type: int | None = None


def month_of_day(day: date) -> int:
    """The month of a day, as year * 12 + month - 1."""
    return day.year * 12 + day.month - 1


def first_day(month: int) -> date:
    """The first day of a month."""
    return date(month // 12, month % 12 + 1, 1)


def last_day(month: int) -> date:
    """The last day of a month."""
    return first_day(month + 1) - timedelta(days=1)


def day_number(day: date) -> int:
    """A day as it stands in the database."""
    return (day - _FIRST_DAY).days


def day_of_number(number: int) -> date:
    """The day of such a number."""
    return _FIRST_DAY + timedelta(days=number)


def last_day_due(now: int) -> date:
    """The last day that the newest refresh that is due at a moment knows: until 07:00 the day before yesterday."""
    today = day_of(now, PACIFIC)
    return today - timedelta(days=1 if now >= time_on(today, REFRESH_HOUR, PACIFIC) else 2)


def refreshed_at(day: date) -> int:
    """The moment from which a day is known: 07:00 of the next."""
    return time_on(day + timedelta(days=1), REFRESH_HOUR, PACIFIC)


def open_month_after(day: date, grace_days: int) -> int:
    """The earliest month that the refresh with this last day leaves open: it closes those that ended long enough ago.

    Without grace the refresh on the first of a month, which knows the last day before it, closes the month before.
    """
    return month_of_day(day + timedelta(days=1 - grace_days))


def spans(first_month: int, until: int) -> list[Span]:
    """The spans of all moments up to `until`, where the months before `first_month` are closed."""
    found = [
        Span(TIME_MIN, month_start(first_month, PACIFIC), 0, first_month, day_number(first_day(first_month)), _LATE)
    ]
    for month in range(first_month, max(first_month, month_of(until, PACIFIC)) + 1):
        found += _spans_of(month)
    return found


@lru_cache(maxsize=256)
def _spans_of(month: int) -> tuple[Span, ...]:
    start, end = month_start(month, PACIFIC), month_start(month + 1, PACIFIC)
    before, after = _shift(start), _shift(end - 1)
    if before == after:
        return (Span(start, end, before, month),)
    # Clocks change once in a month at most, on a full second.
    seconds = range(start // MICROSECONDS, end // MICROSECONDS)
    changed = bisect_left(seconds, 1, key=lambda second: int(_shift(second * MICROSECONDS) == after))
    change = seconds[changed] * MICROSECONDS
    return Span(start, change, before, month), Span(change, end, after, month)


def _shift(moment: int) -> int:
    offset = to_datetime(moment).astimezone(ZoneInfo(PACIFIC)).utcoffset()
    assert offset is not None, "a zone says how far it is from UTC"
    return offset // timedelta(microseconds=1)
