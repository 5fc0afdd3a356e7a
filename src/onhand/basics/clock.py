"""Times: microseconds since 1970-01-01 UTC inside, ISO 8601 outside. What reads the time is given a clock."""

import time
from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from email.utils import format_datetime
from functools import lru_cache
from zoneinfo import ZoneInfo

Clock = Callable[[], int]
"""Gives the present moment in microseconds since 1970-01-01 UTC."""

MICROSECONDS = 1_000_000
MINUTE = 60 * MICROSECONDS
HOUR = 60 * MINUTE
DAY = 24 * HOUR
# 9999-12-31T23:59:59.999999Z and 0001-01-01T00:00:00Z, the ends of what a datetime can say.
TIME_MAX = 253_402_300_799_999_999
TIME_MIN = -62_135_596_800_000_000

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
# Zones are offset from UTC by multiples of a quarter of an hour, so a month holds for such a slice as a whole.
_SLICE = 15 * MINUTE


def system_clock() -> int:
    """The machine's clock."""
    return time.time_ns() // 1000


def from_datetime(moment: datetime) -> int:
    """Microseconds of a datetime; one without a zone is taken as UTC."""
    aware = moment if moment.tzinfo else moment.replace(tzinfo=UTC)
    return (aware - _EPOCH) // timedelta(microseconds=1)


def to_datetime(moment: int) -> datetime:
    """The datetime in UTC of so many microseconds."""
    return _EPOCH + timedelta(microseconds=moment)


def parse_time(text: str) -> int | None:
    """The moment of an ISO 8601 date and time, or None where the text is not one. Without a zone it is UTC."""
    try:
        moment = from_datetime(datetime.fromisoformat(text)) if "T" in text or " " in text else None
    except (ValueError, OverflowError):
        return None
    # A zone may carry a time past the first or the last that a datetime can say.
    return moment if moment is not None and TIME_MIN <= moment <= TIME_MAX else None


def format_seconds(moment: int) -> str:
    """`2024-01-23T00:15:03`: UTC, no zone, no fraction (SE-01)."""
    return to_datetime(moment).isoformat()[:19]


def format_micros(moment: int) -> str:
    """`2024-01-23T00:15:03.000001Z`, the fraction only where there is one."""
    return to_datetime(moment).replace(tzinfo=None).isoformat() + "Z"


def http_date(moment: int) -> str:
    """`Thu, 05 Mar 2026 12:00:00 GMT`: a moment as HTTP headers say it, to the second."""
    return _http_second(moment // MICROSECONDS)


@lru_cache(maxsize=16)
def _http_second(second: int) -> str:
    return format_datetime(to_datetime(second * MICROSECONDS), usegmt=True)


def month_of(moment: int, zone: str) -> int:
    """The month of a moment in a zone, as year * 12 + month - 1."""
    return _month_of_slice(moment // _SLICE, zone)


@lru_cache(maxsize=65_536)
def _month_of_slice(number: int, zone: str) -> int:
    local = to_datetime(number * _SLICE).astimezone(ZoneInfo(zone))
    return local.year * 12 + local.month - 1


def month_start(month: int, zone: str) -> int:
    """The first moment of a month in a zone."""
    return from_datetime(datetime(month // 12, month % 12 + 1, 1, tzinfo=ZoneInfo(zone)))


def day_of(moment: int, zone: str) -> date:
    """The day of a moment in a zone."""
    return to_datetime(moment).astimezone(ZoneInfo(zone)).date()


def day_start(day: date, zone: str) -> int:
    """The first moment of a day in a zone."""
    return time_on(day, 0, zone)


def time_on(day: date, hour: int, zone: str) -> int:
    """The moment at which a zone's clocks show a full hour on a day.

    An hour that a change of the clocks leaves out is taken where it would have been; one that comes twice, at first.
    """
    return from_datetime(datetime(day.year, day.month, day.day, hour, tzinfo=ZoneInfo(zone)))
