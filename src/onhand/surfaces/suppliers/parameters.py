"""Reading the values that requests carry: each is given a list that its problem, if it has one, goes on."""

import re
from datetime import date
from typing import Any

import msgspec

from onhand.basics.clock import DAY, Clock
from onhand.basics.gtin import parse_gtin
from onhand.basics.nesting import decoded
from onhand.partners.identity import Identity
from onhand.stock.vocabulary import AREA_BY_NAME, EVENT_TYPE_BY_NAME, Area, codes_matching
from onhand.surfaces.plumbing.call import Call
from onhand.surfaces.suppliers.errors import NO_ASSOCIATION, FieldProblem

NO_STORE = 0
_STORE_DIGITS_MAX = 18
_DATE = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")
_DAYS_BEFORE_END = 6
_ALL = "ALL"
_EPOCH_ORDINAL = date(1970, 1, 1).toordinal()


class Period(msgspec.Struct, frozen=True):
    """From a moment on, and up to but without another; without one the period has no upper bound."""

    since: int
    until: int | None


def problems_of(identity: Identity) -> list[FieldProblem]:
    """The list to begin with: whoever asks may not ask for this supplier, or may (SG-05)."""
    return [NO_ASSOCIATION] if identity.supplier is None else []


def read_store_number(text: str, problems: list[FieldProblem]) -> int:
    """The number of a store; `NO_STORE` where it has more digits than that of any (SE-06)."""
    if text.isascii() and text.isdigit():
        digits = text.lstrip("0") or "0"
        return int(digits) if len(digits) <= _STORE_DIGITS_MAX else NO_STORE
    problems.append(FieldProblem("storeNbr", "Invalid storeNbr."))
    return NO_STORE


def read_gtin(text: str, problems: list[FieldProblem]) -> int:
    """The item id of a GTIN."""
    item_id = parse_gtin(text)
    if item_id is None:
        problems.append(FieldProblem("gtin", "Invalid GTIN."))
        return 0
    return item_id


def read_area(call: Call, problems: list[FieldProblem]) -> Area:
    """The area whose history is asked for: a header [doc] or a parameter [wire], or both if they agree (TH-03)."""
    sent = {call.header_bytes.get(b"locationarea", b"").decode("latin-1"), call.query_params.get("locationArea", "")}
    names = (sent - {""}) or {Area.STORE.name}
    area = AREA_BY_NAME.get(names.pop())
    if area is None or names:
        problems.append(FieldProblem("locationArea", "Invalid locationArea."))
        return Area.STORE
    return area


def read_event_types(call: Call, problems: list[FieldProblem]) -> frozenset[int] | None:
    """The codes of the event types asked for; None means all (TH-05)."""
    name = call.query_params.get("eventType") or _ALL
    if name == _ALL:
        return None
    if name not in EVENT_TYPE_BY_NAME:
        problems.append(FieldProblem("eventType", "Invalid eventType."))
        return None
    return codes_matching(name)


def read_period(call: Call, clock: Clock, problems: list[FieldProblem]) -> Period:
    """The days asked for, both inclusive, UTC; seven days up to today where none are named (TH-04)."""
    today = clock() // DAY * DAY
    problems_before = len(problems)
    first = _read_day(call, "startDate", problems)
    last = _read_day(call, "endDate", problems)
    end = today if last is None else last
    start = end - _DAYS_BEFORE_END * DAY if first is None else first
    # A day that can't be read is told of alone: what stands in for it is not what was asked for.
    if start > end and len(problems) == problems_before:
        problems.append(FieldProblem("startDate", "Start date cannot be greater than end date"))
    return Period(start, None if last is None else last + DAY)


def _read_day(call: Call, name: str, problems: list[FieldProblem]) -> int | None:
    text = call.query_params.get(name)
    if not text:
        return None
    try:
        if _DATE.fullmatch(text):
            day = date.fromisoformat(text)
            return (day.toordinal() - _EPOCH_ORDINAL) * DAY
    except ValueError:
        pass
    problems.append(FieldProblem(name, f"Invalid {name}."))
    return None


async def read_json_object(call: Call, body_bytes_max: int, problems: list[FieldProblem]) -> dict[str, Any] | None:
    """The body, where it is an object of JSON.

    Raises:
        BodyTooLarge: it has more bytes than that.
    """
    try:
        text = await call.read_body(body_bytes_max)
        body = decoded(text)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        body = None
    if isinstance(body, dict):
        return body
    problems.append(FieldProblem("body", "Invalid body. Send a JSON object in UTF-8."))
    return None
