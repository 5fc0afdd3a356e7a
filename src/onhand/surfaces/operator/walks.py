"""What the histories of stores and of fulfilment centres have in common: filters, cursors, and rows."""

from collections.abc import Mapping
from typing import Annotated

import msgspec
from msgspec import Meta

from onhand.basics.clock import format_micros
from onhand.basics.quantity import as_number
from onhand.stock.history import HistoryRow, Position
from onhand.stock.vocabulary import STATE_BY_NAME
from onhand.surfaces.operator.as_of import StateName
from onhand.surfaces.operator.parameters import KNOWN_AT, Readings, Time
from onhand.surfaces.plumbing.call import Call
from onhand.surfaces.plumbing.operations import Parameter
from onhand.surfaces.plumbing.sealing import opened, sealed

ALL = "ALL"
_ROWS_DEFAULT = 100
_ROWS_MAX = 1_000
# What may change from page to page without making it another walk.
_NOT_OF_THE_WALK = ("cursor", "limit")
WALK_ACCEPTED = ("state", "startTime", "endTime", "eventType", "knownAt", "cursor", "limit")
_positions = msgspec.json.Decoder(Position)


class HistoryRowBody(msgspec.Struct, frozen=True, rename="camel", gc=False):
    """One row with the balance after it, its event, who told of that, and when the ledger learned of it."""

    event_type: str
    quantity: int | float
    occurred_at: Time
    balance: int | float
    event_id: str
    source: str
    recorded_at: Time


class Walk(msgspec.Struct, frozen=True):
    """Which rows of a stream's history are asked for, and where the page before ended."""

    state: str
    since: int | None
    until: int | None
    event_type: str
    known_at: int | None
    rows_max: int
    after: Position | None


def read_walk(call: Call, readings: Readings, event_types: Mapping[str, object], cursor_secret: bytes) -> Walk:
    """The walk that a call asks for; what is wrong with it is kept by the readings."""
    walk = Walk(
        readings.word("state", STATE_BY_NAME, "AVAILABLE"),
        readings.time("startTime"),
        readings.time("endTime"),
        readings.word("eventType", (ALL, *event_types), ALL),
        readings.time("knownAt"),
        readings.number("limit", _ROWS_DEFAULT, 1, _ROWS_MAX),
        _position(call, readings, cursor_secret),
    )
    if walk.since is not None and walk.until is not None and walk.since > walk.until:
        readings.refuse("startTime", "startTime is after endTime: exchange them.")
    return walk


def cursor_of(call: Call, position: Position | None, cursor_secret: bytes) -> str | None:
    """The cursor of the next page, None where there is none."""
    return None if position is None else sealed(msgspec.json.encode(position), _scope(call), cursor_secret)


def row_body(row: HistoryRow) -> HistoryRowBody:
    """A row as it is shown."""
    return HistoryRowBody(
        row.event_type,
        as_number(row.quantity),
        format_micros(row.occurred_at),
        as_number(row.balance),
        row.event_id,
        row.source,
        format_micros(row.recorded_at),
    )


def walk_parameters(event_types: Mapping[str, object]) -> tuple[Parameter, ...]:
    """The parameters of a walk in which there can be events of these types."""
    type_name = Annotated[str, Meta(extra_json_schema={"enum": [ALL, *event_types]})]
    return (
        query_parameter("state", "The state; AVAILABLE unless said.", StateName),
        query_parameter("startTime", "From this moment on, it included.", Time),
        query_parameter("endTime", "Before this moment.", Time),
        query_parameter("eventType", "Events of this type; LP matches SALES and RETURNS too.", type_name),
        KNOWN_AT,
        query_parameter("cursor", "Where the page before ended: its `cursor`."),
        query_parameter(
            "limit", f"Rows of a page; {_ROWS_DEFAULT} unless said.", Annotated[int, Meta(ge=1, le=_ROWS_MAX)]
        ),
    )


def query_parameter(name: str, description: str, spoken: object = str) -> Parameter:
    """A parameter of the query."""
    return Parameter(name=name, place="query", description=description, type=spoken)


def _position(call: Call, readings: Readings, cursor_secret: bytes) -> Position | None:
    cursor = call.query_params.get("cursor")
    if not cursor:
        return None
    content = opened(cursor, _scope(call), cursor_secret)
    try:
        return _positions.decode(content or b"")
    except msgspec.DecodeError:
        message = "This cursor is not one of this walk: send it as it was answered, with the same path and filters."
        readings.refuse("cursor", message)
        return None


def _scope(call: Call) -> bytes:
    filters = sorted(pair for pair in call.query_params.multi_items() if pair[0] not in _NOT_OF_THE_WALK)
    return msgspec.json.encode([call.path, filters])
