"""Periods and report dates as they are written (RC-01, RC-02, RC-14)."""

from datetime import date

import pytest

from onhand.settlement.calendar import SettlementCalendar, format_report_date, parse_report_date
from tests.settlement.books import at

pytestmark = pytest.mark.contract("RC-14")


def test_a_period_ends_on_a_friday_and_reports_on_a_tuesday() -> None:
    period = SettlementCalendar().period_of(at("2026-07-20T12:00:00Z"))
    assert (period.first, period.last, period.reports_on) == (date(2026, 7, 11), date(2026, 7, 24), date(2026, 7, 28))
    assert (period.first.strftime("%A"), period.last.strftime("%A"), period.reports_on.strftime("%A")) == (
        "Saturday",
        "Friday",
        "Tuesday",
    )


def test_days_before_the_anchor_have_periods_too() -> None:
    assert SettlementCalendar().period_at(date(2024, 1, 12)).first == date(2023, 12, 30)


@pytest.mark.contract("RC-01", "RC-02")
@pytest.mark.parametrize(
    ("text", "day"),
    [
        ("20260728", date(2026, 7, 28)),
        ("07282026", date(2026, 7, 28)),
        ("12202019", date(2019, 12, 20)),
        ("20191220", date(2019, 12, 20)),
        ("2026-07-28", None),
        ("28072026", None),
        ("20261301", None),
        ("7282026", None),
        ("²0260728", None),
        ("", None),
    ],
)
def test_a_report_date_is_read_in_both_forms(text: str, day: date | None) -> None:
    assert parse_report_date(text) == day


def test_a_report_date_is_written_as_the_list_shows_it() -> None:
    assert format_report_date(date(2026, 7, 28)) == "07282026"
