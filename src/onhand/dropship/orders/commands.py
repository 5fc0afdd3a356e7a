"""From an entry as it was sent to a command that the ledger can judge: every check that needs no database."""

from collections.abc import Sequence
from datetime import datetime
from enum import Enum
from hashlib import blake2b

import msgspec

from onhand.basics.clock import MICROSECONDS, TIME_MAX, format_micros, from_datetime
from onhand.basics.gtin import parse_gtin
from onhand.basics.quantity import SCALE
from onhand.basics.refusal import Refusal
from onhand.basics.source import PLATFORM_SOURCE
from onhand.dropship.orders.entries import (
    KEY_CHARACTERS_MAX,
    LINES_MAX,
    SECONDS_MAX,
    CancellationEntry,
    Entry,
    LineEntry,
    ReservationEntry,
    ShipmentEntry,
)
from onhand.dropship.vocabulary import UNITS_MAX


class Verb(Enum):
    """What is told of an order."""

    RESERVE = "reserve"
    SHIP = "ship"
    CANCEL = "cancel"
    EXPIRE = "expire"


class Asked(msgspec.Struct, frozen=True, gc=False):
    """Units of one item in 1/10,000, its lines summed; `place` is the first of these lines."""

    item_id: int
    quantity: int
    place: int


class Command(msgspec.Struct, frozen=True):
    """One entry, checked: what is to be done to which order at the node that it is given to.

    `lines` are sorted by item; None means all that the order still holds. `said` is a hash of the whole content.
    `held_for` is in microseconds. With `if_due` nothing is done unless the order's time has come.
    """

    verb: Verb
    source: str
    event_id: str
    order_id: str
    lines: tuple[Asked, ...] | None
    said: int
    expires_at: int | None = None
    held_for: int | None = None
    occurred_at: int | None = None
    if_due: bool = False

    @property
    def reference(self) -> str:
        """What the ledger's event refers to."""
        return self.order_id


def command_of(entry: Entry, source: str, now: int, future_seconds: int) -> Command | Refusal:
    """The command that an entry of this source tells, or the first thing that is wrong with it."""
    problem = _check_key("eventId", entry.event_id) or _check_key("orderId", entry.order_id)
    if problem:
        return problem
    lines = _lines(getattr(entry, "lines", None))
    if isinstance(lines, Refusal):
        return lines
    match entry:
        case ReservationEntry():
            return _reservation(entry, source, lines)
        case ShipmentEntry():
            return _shipment(entry, source, lines, now + future_seconds * MICROSECONDS)
        case CancellationEntry():
            return _command(Verb.CANCEL, source, entry, lines)
        case _:
            return _command(Verb.EXPIRE, source, entry, None)


def expiry_of(order_id: str) -> Command:
    """The platform's own command for an order whose time has come."""
    event_id = f"expire/{order_id}"
    said = _hash(Verb.EXPIRE, order_id, None, None, None, None)
    return Command(Verb.EXPIRE, PLATFORM_SOURCE, event_id, order_id, None, said, if_due=True)


def _reservation(entry: ReservationEntry, source: str, lines: tuple[Asked, ...] | None) -> Command | Refusal:
    if entry.expires_at is not None and entry.expires_in_seconds is not None:
        said = "Give either expiresAt or expiresInSeconds, not both."
        return Refusal("two_times", "expiresInSeconds", said)
    seconds = entry.expires_in_seconds
    if seconds is not None and not 1 <= seconds <= SECONDS_MAX:
        said = f"A reservation is held for 1 to {SECONDS_MAX:,} seconds."
        return Refusal("invalid_time", "expiresInSeconds", said)
    expires_at = _moment(entry.expires_at, "expiresAt")
    if isinstance(expires_at, Refusal):
        return expires_at
    held_for = None if seconds is None else seconds * MICROSECONDS
    return _command(Verb.RESERVE, source, entry, lines, expires_at=expires_at, held_for=held_for)


def _shipment(entry: ShipmentEntry, source: str, lines: tuple[Asked, ...] | None, latest: int) -> Command | Refusal:
    occurred_at = _moment(entry.occurred_at, "occurredAt")
    if isinstance(occurred_at, Refusal):
        return occurred_at
    if occurred_at is not None and occurred_at > latest:
        said = f"{format_micros(occurred_at)} is still to come. Check the clock and the zone that it was written in."
        return Refusal("in_the_future", "occurredAt", said)
    return _command(Verb.SHIP, source, entry, lines, occurred_at=occurred_at)


def _command(
    verb: Verb,
    source: str,
    entry: Entry,
    lines: tuple[Asked, ...] | None,
    *,
    expires_at: int | None = None,
    held_for: int | None = None,
    occurred_at: int | None = None,
) -> Command:
    said = _hash(verb, entry.order_id, lines, expires_at, held_for, occurred_at)
    return Command(verb, source, entry.event_id, entry.order_id, lines, said, expires_at, held_for, occurred_at)


def _hash(verb: Verb, order_id: str, lines: tuple[Asked, ...] | None, *times: int | None) -> int:
    """A 64-bit hash of what an entry says. The order of its lines and how they are cut up is nothing that it says."""
    asked = None if lines is None else [(line.item_id, line.quantity) for line in lines]
    content = msgspec.msgpack.encode((verb.value, order_id, asked, times))
    return int.from_bytes(blake2b(content, digest_size=8).digest(), "big", signed=True)


def _check_key(field: str, text: str) -> Refusal | None:
    if 0 < len(text) <= KEY_CHARACTERS_MAX and text.isprintable():
        return None
    code = "invalid_event_id" if field == "eventId" else "invalid_order_id"
    return Refusal(code, field, f"{field} has 1 to {KEY_CHARACTERS_MAX} printable characters.")


def _lines(lines: Sequence[LineEntry] | None) -> tuple[Asked, ...] | Refusal | None:
    """What is asked of each item."""
    if lines is None:
        return None
    if not 1 <= len(lines) <= LINES_MAX:
        return Refusal("invalid_lines", "lines", f"An order has 1 to {LINES_MAX:,} lines.")
    asked: dict[int, Asked] = {}
    for place, line in enumerate(lines):
        item_id = parse_gtin(line.gtin)
        if item_id is None:
            said = f"{line.gtin[:80]!r} is not a GTIN of 14 digits: put zeros before a shorter number."
            return Refusal("invalid_gtin", f"lines[{place}].gtin", said)
        if type(line.quantity) is not int or not 1 <= line.quantity <= UNITS_MAX:
            said = f"{line.quantity} is not a number of whole units from 1 to {UNITS_MAX:,}."
            return Refusal("invalid_quantity", f"lines[{place}].quantity", said)
        before = asked.get(item_id)
        quantity = line.quantity * SCALE + (before.quantity if before else 0)
        if quantity > UNITS_MAX * SCALE:
            said = f"The lines of {line.gtin} come to more than {UNITS_MAX:,} units together."
            return Refusal("invalid_quantity", f"lines[{place}].quantity", said)
        asked[item_id] = Asked(item_id, quantity, before.place if before else place)
    return tuple(asked[item_id] for item_id in sorted(asked))


def _moment(time: datetime | None, field: str) -> int | Refusal | None:
    """The microseconds of a time; one without a zone is UTC."""
    if time is None:
        return None
    moment = from_datetime(time)
    if 0 <= moment <= TIME_MAX:
        return moment
    return Refusal("invalid_time", field, f"{field} lies before 1970 or after 9999: check the year.")
