"""Which months and days may be asked for, as a refresh knows them: pure decisions (WF-03, WF-04)."""

import calendar
from collections.abc import Sequence
from datetime import date, timedelta

import msgspec

from onhand.basics.clock import format_seconds
from onhand.basics.refusal import Refusal
from onhand.fulfilment.reconciliation.calendar import (
    FIRST_MONTH,
    first_day,
    last_day,
    last_day_due,
    month_of_day,
    refreshed_at,
)
from onhand.fulfilment.reconciliation.refreshes import Refresh

NOT_REFRESHED = "not_refreshed"
"""The code of the refusal where there is no refresh yet: it is nobody's mistake, and counts against no limit."""


class Wanted(msgspec.Struct, frozen=True):
    """A month, the last of its days that is asked for, and the one item where it is one."""

    month: int
    last_day: date
    item_id: int | None = None


class Fields(msgspec.Struct, frozen=True):
    """How a caller calls the start and the end that it gives."""

    start: str
    end: str


def not_refreshed(now: int) -> Refusal:
    """What is said at a moment at which there is no refresh yet."""
    due = last_day_due(now)
    when = "is due and begins with the next worker that runs" if due >= first_day(FIRST_MONTH) else "comes"
    following = moment_shown(max(now, refreshed_at(due)))
    said = (
        f"No month has been reconciled yet: the first refresh {when} ({following}). Ask again in a minute; "
        "the operator sees how far it is by onhand fulfilment status."
    )
    return Refusal(NOT_REFRESHED, "report", said)


def wanted_days(start: date, end: date, shown: Refresh, fields: Fields) -> Wanted | Sequence[Refusal]:
    """What is asked for by a first and a last day, or everything that is wrong with them."""
    month = month_of_day(start)
    wrong = list(_wrong_days(start, end, fields)) or _wrong_month(month, shown, fields.start)
    if wrong:
        return wrong
    if month < month_of_day(shown.last_day):
        return Wanted(month, end) if end == last_day(month) else [_half_a_month(month, end, fields.end)]
    if end > shown.last_day:
        return [_not_yet(end, shown, fields.end)]
    if is_past(month, shown) and end != last_day(month):
        return [_half_a_month(month, end, fields.end)]
    return Wanted(month, end)


def wanted_month(month: int, shown: Refresh, field: str) -> Wanted | Sequence[Refusal]:
    """What is asked for by a month alone: all of it, or of the current one the days that are known."""
    return _wrong_month(month, shown, field) or Wanted(month, min(last_day(month), shown.last_day))


def wanted_item(wanted: Wanted, item_id: int, shown: Refresh, field: str) -> Wanted | Sequence[Refusal]:
    """The same for one item, which the current month alone is answered for."""
    if not is_past(wanted.month, shown):
        return msgspec.structs.replace(wanted, item_id=item_id)
    current = current_month(shown)
    now = f"now {month_name(current)}" if current is not None else "which begins with the next refresh"
    said = f"{field} is for the current month only, {now}, and {month_name(wanted.month)} is past: leave it out."
    return [Refusal("past_month", field, said)]


def current_month(shown: Refresh) -> int | None:
    """The month that the refresh knows in part, or as a whole but still open; None where the next has not begun."""
    month = month_of_day(shown.last_day)
    return None if is_past(month, shown) else month


def is_past(month: int, shown: Refresh) -> bool:
    """Whether a month is asked for as a whole only."""
    return month < month_of_day(shown.last_day) or month < shown.open_month


def month_name(month: int) -> str:
    """`May 2024`."""
    return f"{calendar.month_name[month % 12 + 1]} {month // 12}"


def moment_shown(moment: int) -> str:
    """A moment as it stands in a sentence."""
    return f"{format_seconds(moment)}Z"


def _wrong_days(start: date, end: date, fields: Fields) -> Sequence[Refusal]:
    if end < start:
        said = f"{fields.end} {end} is before {fields.start} {start}: give the first and the last day of a month."
        return [Refusal("end_before_start", fields.end, said)]
    wrong = []
    if start.day != 1:
        said = f"{fields.start} {start} is not the first day of a month: give {start.replace(day=1)}, the first of its."
        wrong.append(Refusal("half_a_month", fields.start, said))
    if month_of_day(start) != month_of_day(end):
        said = f"{start} to {end} is more than one month: ask for each by itself, this one up to "
        wrong.append(Refusal("several_months", fields.end, f"{said}{last_day(month_of_day(start))}."))
    return wrong


def _wrong_month(month: int, shown: Refresh, field: str) -> list[Refusal]:
    if month < FIRST_MONTH:
        said = f"{month_name(month)} is before the first month there is. {months_there_are(shown)}"
        return [Refusal("too_early", field, said)]
    if month > month_of_day(shown.last_day):
        known = refreshed_at(first_day(month))
        said = f"No day of {month_name(month)} is known yet: its first one is from {moment_shown(known)} on."
        return [Refusal("too_late", field, f"{said} {months_there_are(shown)}")]
    return []


def months_there_are(shown: Refresh) -> str:
    """A sentence that says what may be asked for."""
    current = current_month(shown)
    if current is None:
        whole = month_of_day(shown.last_day)
        return f"There are the whole months from {month_name(FIRST_MONTH)} to {month_name(whole)}."
    days = f"{first_day(current)} to any day up to {shown.last_day}"
    if current == FIRST_MONTH:
        return f"There is {month_name(current)}, from {days}."
    whole_months = f"the whole months from {month_name(FIRST_MONTH)} to {month_name(current - 1)}"
    return f"There are {whole_months}, and of the current month {days}."


def _half_a_month(month: int, end: date, field: str) -> Refusal:
    said = f"{field} {end} is not the last day of {month_name(month)}, which is past: give {last_day(month)}."
    return Refusal("half_a_month", field, said)


def _not_yet(end: date, shown: Refresh, field: str) -> Refusal:
    following = refreshed_at(shown.last_day + timedelta(days=1))
    said = (
        f"{field} {end} is after the last refreshed day, {shown.last_day}: give that one or an earlier one of the "
        f"month. The next day is known from {moment_shown(following)} on."
    )
    return Refusal("too_late", field, said)
