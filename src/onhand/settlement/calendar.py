"""Settlement periods: so many days, half open, from a Saturday's midnight of a zone on; and report dates (RC-14)."""

from datetime import date, timedelta
from functools import lru_cache

import msgspec

from onhand.basics.clock import MINUTE, day_of, day_start

_ZONE_SLICE = 15 * MINUTE


class Period(msgspec.Struct, frozen=True, order=True):
    """A span of days, by its first day and the first that is no longer in it; `reports_on` is its report date."""

    first: date
    end: date
    reports_on: date

    @property
    def number(self) -> int:
        """How the ledger names it: its first day as YYYYMMDD."""
        return number_of(self.first)

    @property
    def last(self) -> date:
        """The last day in it."""
        return self.end - timedelta(days=1)


class SettlementCalendar(msgspec.Struct, frozen=True, kw_only=True):
    """How time is cut into periods. Days begin at midnight of `zone`'s clocks, so one may have 23 or 25 hours."""

    anchor: date = date(2024, 1, 13)
    days: int = 14
    report_days: int = 3
    zone: str = "America/Los_Angeles"

    def day_of(self, moment: int) -> date:
        """The day of a moment."""
        return local_day(moment, self.zone)

    def period_of(self, moment: int) -> Period:
        """The period that holds a moment."""
        return self.period_at(self.day_of(moment))

    def period_at(self, day: date) -> Period:
        """The period that holds a day."""
        first = day - timedelta(days=(day - self.anchor).days % self.days)
        return self._from(first)

    def after(self, period: Period) -> Period:
        """The period that follows."""
        return self._from(period.end)

    def starts_at(self, period: Period) -> int:
        """Its first moment."""
        return day_start(period.first, self.zone)

    def ends_at(self, period: Period) -> int:
        """The first moment that is no longer in it."""
        return day_start(period.end, self.zone)

    def reports_at(self, period: Period) -> int:
        """The moment from which on its report is given out."""
        return day_start(period.reports_on, self.zone)

    def _from(self, first: date) -> Period:
        end = first + timedelta(days=self.days)
        return Period(first, end, end + timedelta(days=self.report_days))


def local_day(moment: int, zone: str) -> date:
    """The day of a moment in a zone."""
    # Zones are offset from UTC by multiples of a quarter of an hour, so a day holds for such a slice as a whole.
    return _day_of_slice(moment // _ZONE_SLICE, zone)


@lru_cache(maxsize=16_384)
def _day_of_slice(number: int, zone: str) -> date:
    return day_of(number * _ZONE_SLICE, zone)


def number_of(day: date) -> int:
    """A day as a number YYYYMMDD."""
    return day.year * 10_000 + day.month * 100 + day.day


def day_of_number(number: int) -> date:
    """The day of a number YYYYMMDD."""
    return date(number // 10_000, number // 100 % 100, number % 100)


def parse_report_date(text: str) -> date | None:
    """The day of a report date, written YYYYMMDD or MMDDYYYY; None where it is neither (RC-02).

    A year begins with 19 or 20, and no month does, so that the two are never mistaken for each other.
    """
    if len(text) != 8 or not (text.isascii() and text.isdigit()):
        return None
    year_first = text if text[:2] in ("19", "20") else text[4:] + text[:4]
    try:
        return date(int(year_first[:4]), int(year_first[4:6]), int(year_first[6:]))
    except ValueError:
        return None


def format_report_date(day: date) -> str:
    """`07282026`, as the list of reports shows it (RC-01)."""
    return f"{day:%m%d%Y}"
