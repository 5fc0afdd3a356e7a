"""The settlement as the settings want it: its calendar, the form of its files, and its intake."""

from datetime import date
from zoneinfo import ZoneInfo

from onhand.basics.clock import Clock
from onhand.settings import BadSetting, Settings, variable
from onhand.settlement.calendar import SettlementCalendar
from onhand.settlement.intake import SettlementIntake
from onhand.settlement.statement import StatementForm
from onhand.store.database import Database


def calendar_of(settings: Settings) -> SettlementCalendar:
    """How time is cut into periods.

    Raises:
        BadSetting: the anchor is no day, or the zone is not known.
    """
    try:
        anchor = date.fromisoformat(settings.settlement_anchor)
        ZoneInfo(settings.settlement_zone)
    except (ValueError, KeyError, OSError) as error:
        names = f"{variable('settlement_anchor')} and {variable('settlement_zone')}"
        raise BadSetting(f"{names} are a day and a zone that there are: {error}") from error
    return SettlementCalendar(
        anchor=anchor,
        days=settings.settlement_days,
        report_days=settings.settlement_report_days,
        zone=settings.settlement_zone,
    )


def statement_form(settings: Settings) -> StatementForm:
    """How the files of reports that are published from now on are written."""
    return StatementForm(
        settings.settlement_line_count, settings.settlement_document_words, settings.settlement_processor
    )


def build_settlement(database: Database, settings: Settings, clock: Clock) -> SettlementIntake:
    """The way in for sales, refunds and charges."""
    return SettlementIntake(database, clock, calendar_of(settings), future_seconds=settings.event_future_seconds)
