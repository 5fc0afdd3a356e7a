"""The reconciliation of a month as an on-request report: what its request may say, and its rows (WF-09)."""

import re
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import suppress
from datetime import date
from typing import Any

import msgspec

from onhand.basics.refusal import Refusal
from onhand.fulfilment.reconciliation.asking import Fields, Wanted, not_refreshed, wanted_days
from onhand.fulfilment.reconciliation.reading import month_file
from onhand.fulfilment.reconciliation.refreshes import refresh_by_id, shown_refresh
from onhand.store.database import Database, Session

_FIELDS = Fields("dataStartTime", "dataEndTime")
_KEYS = (_FIELDS.start, _FIELDS.end)
# A time of the day and a zone may follow.
_DAY = re.compile(r"([0-9]{4}-[0-9]{2}-[0-9]{2})([T ][0-9:.]{2,20}(Z|[+-][0-9:]{2,5})?)?")
_SHOWN = 60


class Terms(msgspec.Struct, frozen=True):
    """What was ordered: a month up to a day, as the refresh knew it that was shown at that moment."""

    month: int
    last_day: date
    refresh_id: int


async def read_terms(database: Database, content: Mapping[str, Any], now: int) -> Terms | Sequence[Refusal]:
    """What a request's body asks for, or everything that is wrong with it.

    The days are those that are written; the time of the day is passed over, since a day is one of the Pacific.
    """
    refusals = [_unknown_key(key) for key in content if key not in _KEYS]
    start, end = (_day(content.get(key), key, refusals) for key in _KEYS)
    if start is None or end is None or refusals:
        return refusals
    shown = await shown_refresh(database)
    if shown is None:
        return [not_refreshed(now)]
    wanted = wanted_days(start, end, shown, _FIELDS)
    return Terms(wanted.month, wanted.last_day, shown.refresh_id) if isinstance(wanted, Wanted) else wanted


async def ordered_rows(session: Session, partner_id: int, terms: Terms) -> AsyncIterator[bytes]:
    """The CSV that was ordered, piece by piece: the same bytes whenever it is made."""
    file = await month_file(
        session, partner_id, Wanted(terms.month, terms.last_day), await refresh_by_id(session, terms.refresh_id)
    )
    async for piece in file.pieces(session):
        yield piece


def _day(sent: Any, name: str, refusals: list[Refusal]) -> date | None:
    match = _DAY.fullmatch(sent) if isinstance(sent, str) else None
    if match is not None:
        with suppress(ValueError):
            return date.fromisoformat(match[1])
    which = "first" if name == _FIELDS.start else "last"
    was = "is missing" if sent is None else f"is {str(sent)[:_SHOWN]!r}"
    accepted = f"the {which} day of a month, such as 2024-05-{'01' if which == 'first' else '31'}"
    refusals.append(Refusal("invalid_day", name, f"{name} {was}: give {accepted}."))
    return None


def _unknown_key(key: str) -> Refusal:
    named = key[:_SHOWN]
    return Refusal(
        "unknown_key", named, f"“{named}” is nothing that this request may say: give {_KEYS[0]} and {_KEYS[1]}."
    )
