"""Times: microseconds inside, ISO 8601 outside, months in a zone."""

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from onhand.basics.clock import (
    DAY,
    HOUR,
    MICROSECONDS,
    TIME_MAX,
    TIME_MIN,
    format_micros,
    format_seconds,
    from_datetime,
    month_of,
    month_start,
    parse_time,
    to_datetime,
)

LOS_ANGELES = "America/Los_Angeles"
zones = st.sampled_from(["UTC", LOS_ANGELES, "Asia/Kathmandu", "Australia/Lord_Howe"])
# The month after a moment has to begin within what a datetime can say.
moments = st.integers(0, TIME_MAX - 32 * DAY)


def at(text: str) -> int:
    moment = parse_time(text)
    assert moment is not None
    return moment


def month(year: int, number: int) -> int:
    return year * 12 + number - 1


@pytest.mark.parametrize(
    ("text", "moment"),
    [
        ("1970-01-01T00:00:00", 0),
        ("1970-01-01T00:00:00Z", 0),
        ("1970-01-01T01:00:00+01:00", 0),
        ("1969-12-31T16:00:00-08:00", 0),
        ("1970-01-01 00:00:00.000001", 1),
        ("1970-01-02T00:00:00", DAY),
        ("2001-09-09T01:46:40Z", 1_000_000_000 * MICROSECONDS),
        ("9999-12-31T23:59:59.999999", TIME_MAX),
        ("0001-01-01T00:00:00", TIME_MIN),
    ],
)
def test_a_time_is_read_as_utc_unless_it_names_a_zone(text: str, moment: int) -> None:
    assert parse_time(text) == moment


@pytest.mark.parametrize(
    "text", ["", "T", "2024-01-01", "yesterday", "2024-02-30T00:00:00", "0000-01-01T00:00:00", "10000-01-01T00:00:00"]
)
def test_what_is_no_date_and_time_is_not_read(text: str) -> None:
    assert parse_time(text) is None


@pytest.mark.parametrize("text", ["9999-12-31T23:59:59-01:00", "0001-01-01T00:00:00+01:00"])
def test_every_time_that_is_read_can_be_written_again(text: str) -> None:
    moment = parse_time(text)
    assert moment is None or parse_time(format_micros(moment)) == moment


@given(st.integers(TIME_MIN, TIME_MAX))
@example(TIME_MIN)
@example(TIME_MAX)
@example(-1)
def test_every_moment_reads_back_as_it_was_written(moment: int) -> None:
    assert parse_time(format_micros(moment)) == moment
    assert from_datetime(to_datetime(moment)) == moment
    assert parse_time(format_seconds(moment)) == moment - moment % MICROSECONDS


@pytest.mark.contract("SE-01")
def test_a_time_to_the_second_has_no_zone_and_no_fraction() -> None:
    assert format_seconds(at("2024-01-23T00:15:03.999999Z")) == "2024-01-23T00:15:03"


@pytest.mark.parametrize(
    ("text", "zone", "expected"),
    [
        ("2026-02-28T23:59:59.999999", "UTC", month(2026, 2)),
        ("2026-03-01T00:00:00", "UTC", month(2026, 3)),
        # Winter time: midnight in Los Angeles is 08:00 UTC.
        ("2026-03-01T07:59:59.999999", LOS_ANGELES, month(2026, 2)),
        ("2026-03-01T08:00:00", LOS_ANGELES, month(2026, 3)),
        # Summer time began on 8 March and ends on 1 November 2026: midnight is 07:00 UTC.
        ("2026-04-01T06:59:59.999999", LOS_ANGELES, month(2026, 3)),
        ("2026-04-01T07:00:00", LOS_ANGELES, month(2026, 4)),
        ("2026-11-01T06:59:59.999999", LOS_ANGELES, month(2026, 10)),
        ("2026-11-01T07:00:00", LOS_ANGELES, month(2026, 11)),
        # The hour that comes twice on that day is November both times.
        ("2026-11-01T08:30:00", LOS_ANGELES, month(2026, 11)),
        ("2026-11-01T09:30:00", LOS_ANGELES, month(2026, 11)),
        ("2026-12-01T07:59:59.999999", LOS_ANGELES, month(2026, 11)),
        ("2026-12-01T08:00:00", LOS_ANGELES, month(2026, 12)),
        ("2027-01-01T07:59:59", LOS_ANGELES, month(2026, 12)),
    ],
)
def test_a_moment_belongs_to_the_month_that_its_zone_shows(text: str, zone: str, expected: int) -> None:
    assert month_of(at(text), zone) == expected


@given(moments, zones)
def test_a_month_starts_where_the_one_before_it_ends(moment: int, zone: str) -> None:
    number = month_of(moment, zone)
    start, following = month_start(number, zone), month_start(number + 1, zone)
    assert start <= moment < following
    assert month_of(following - 1, zone) == number
    assert month_of(following, zone) == number + 1


@given(moments, zones)
def test_the_month_is_the_one_on_the_calendar_of_the_zone(moment: int, zone: str) -> None:
    local = (datetime(1970, 1, 1, tzinfo=UTC) + timedelta(microseconds=moment)).astimezone(ZoneInfo(zone))
    assert month_of(moment, zone) == month(local.year, local.month)


def test_march_has_an_hour_less_and_november_one_more_in_los_angeles() -> None:
    march = month_start(month(2026, 4), LOS_ANGELES) - month_start(month(2026, 3), LOS_ANGELES)
    november = month_start(month(2026, 12), LOS_ANGELES) - month_start(month(2026, 11), LOS_ANGELES)
    assert march == 31 * DAY - HOUR
    assert november == 30 * DAY + HOUR
