"""What suppliers send about the stores: arrivals, removals, corrections and first counts (IA-01, IA-02).

A message is posted and its answer kept in one transaction, so that a repeat is answered as the first was.
"""

from hashlib import blake2b
from pathlib import Path
from typing import Literal

import msgspec

from onhand.basics.clock import MICROSECONDS, Clock
from onhand.basics.gtin import parse_gtin
from onhand.basics.quantity import parse_quantity
from onhand.basics.refusal import Refusal
from onhand.basics.source import SUPPLIER_SOURCE_PREFIX
from onhand.stock.locations import Location, Locations
from onhand.stock.onhand import mapped_items
from onhand.stock.posting import Posted, post_at
from onhand.stock.resolving import EventLimits
from onhand.stock.streams import Event, Stream
from onhand.stock.vocabulary import EVENT_TYPE_BY_NAME, RETAILER_ID, Area, State
from onhand.store.database import Database, RunAgain, Session, Value
from onhand.store.queries import Queries

_SQL = Queries(Path(__file__).with_name("sql") / "actions.sql")
LINES_MAX = 1_000
MESSAGE_ID_CHARACTERS_MAX = 36
REASON_CHARACTERS_MAX = 64
_NO_DATA = "Data not found for the given request parameters."

# What each action is called in the history.
_SHOWN_AS = {"ARRIVAL": "STOCKED", "REMOVAL": "REMOVAL", "CORRECTION": "CORRECTION", "BOOTSTRAP": "PI"}


class ActionLine(msgspec.Struct, frozen=True, rename="camel"):
    """One item of a message, with the units that came, went or were counted."""

    gtin: str
    quantity: int | float
    reason_code: str | None = None


class ActionMessage(msgspec.Struct, frozen=True, rename="camel"):
    """What a supplier says of one store; `event_creation_time` is in epoch milliseconds."""

    message_id: str
    event_type: str
    store_nbr: int
    event_creation_time: int
    line_info: tuple[ActionLine, ...]
    document_info: tuple[msgspec.Raw, ...] = ()


class ActionLineOutcome(msgspec.Struct, frozen=True, omit_defaults=True):
    """What became of a line, in the order of the lines."""

    gtin: str
    status: Literal["ACCEPTED", "REFUSED"]
    message: str | None = None


class ActionAnswer(msgspec.Struct, frozen=True, rename="camel"):
    """The outcome of a message, line by line."""

    message_id: str
    lines: tuple[ActionLineOutcome, ...]


async def act(
    database: Database,
    locations: Locations,
    clock: Clock,
    *,
    supplier_id: int,
    message: ActionMessage,
    limits: EventLimits,
    body: bytes | None = None,
) -> ActionAnswer | Refusal:
    """Post a supplier's message, or answer a repeat as the first time.

    `body` is all that was sent, in one spelling, where it said more than the message holds: what a repeat is known by.
    Refused as a whole, with the code `invalid`, where its head is wrong, and with `conflict` where the same id came
    with other content. At a store that is not known, lines are answered as at one that has nothing of the supplier's.
    """
    problems = problems_with(message, clock(), limits)
    if problems:
        return problems[0]
    said = blake2b(msgspec.json.encode(message) if body is None else body, digest_size=16).hexdigest()
    store = await locations.store(message.store_nbr)
    if store is None:
        return await database.read(lambda session: _answer_nowhere(session, supplier_id, message))
    known_store = store

    async def work(session: Session) -> ActionAnswer | Refusal:
        return await _act_once(session, known_store, supplier_id, message, said, clock())

    return await database.write(work)


def problems_with(message: ActionMessage, now: int, limits: EventLimits) -> list[Refusal]:
    """Everything that is wrong with the head of a message."""
    occurred_at = message.event_creation_time * 1_000
    checks = (
        (
            0 < len(message.message_id) <= MESSAGE_ID_CHARACTERS_MAX and message.message_id.isprintable(),
            Refusal("invalid", "messageId", f"Give 1 to {MESSAGE_ID_CHARACTERS_MAX} printable characters."),
        ),
        (
            message.event_type in _SHOWN_AS,
            Refusal("invalid", "eventType", f"Invalid eventType: give one of {', '.join(_SHOWN_AS)}."),
        ),
        (0 < len(message.line_info) <= LINES_MAX, Refusal("invalid", "lineInfo", f"Give 1 to {LINES_MAX} lines.")),
        (
            0 <= occurred_at <= now + limits.future_seconds * MICROSECONDS,
            Refusal(
                "invalid",
                "eventCreationTime",
                "Give the time of the event in milliseconds since 1970, not in the future.",
            ),
        ),
    )
    return [refusal for holds, refusal in checks if not holds]


async def _answer_nowhere(session: Session, supplier_id: int, message: ActionMessage) -> ActionAnswer:
    """What is said of lines at a store that is not known (SE-06); nothing is posted."""
    asked = [item_id for line in message.line_info if (item_id := parse_gtin(line.gtin)) is not None]
    mapped = await mapped_items(session, supplier_id=supplier_id, location_id=0, item_ids=asked)
    return ActionAnswer(
        message.message_id,
        tuple(
            ActionLineOutcome(line.gtin, "REFUSED", _line_problem(line, mapped) or _NO_DATA)
            for line in message.line_info
        ),
    )


async def _act_once(
    session: Session, store: Location, supplier_id: int, message: ActionMessage, said: str, now: int
) -> ActionAnswer | Refusal:
    key: dict[str, Value] = {
        "location_id": store.location_id,
        "partner_id": supplier_id,
        "message_id": message.message_id,
    }
    before = await session.one(_SQL["answered_action"], **key)
    if before is not None:
        if before[0] != said:
            sentence = "This messageId was sent before with another body: give a new message an id of its own."
            return Refusal("conflict", "messageId", sentence)
        return msgspec.json.decode(before[1], type=ActionAnswer)
    answer = ActionAnswer(message.message_id, await _post_lines(session, store, supplier_id, message, now))
    text = msgspec.json.encode(answer).decode()
    if not await session.run(_SQL["insert_action"], content_hash=said, answer=text, recorded_at=now, **key):
        raise RunAgain
    return answer


async def _post_lines(
    session: Session, store: Location, supplier_id: int, message: ActionMessage, now: int
) -> tuple[ActionLineOutcome, ...]:
    asked = [item_id for line in message.line_info if (item_id := parse_gtin(line.gtin)) is not None]
    mapped = await mapped_items(session, supplier_id=supplier_id, location_id=store.location_id, item_ids=asked)
    events: list[Event] = []
    outcomes: list[ActionLineOutcome | None] = []
    for number, line in enumerate(message.line_info, 1):
        event = _event(store, supplier_id, message, number, line, mapped)
        if isinstance(event, str):
            outcomes.append(ActionLineOutcome(line.gtin, "REFUSED", event))
        else:
            outcomes.append(None)
            events.append(event)
    posted = iter(await post_at(session, store, events, now))
    return tuple(
        outcome or _outcome(line.gtin, next(posted)) for line, outcome in zip(message.line_info, outcomes, strict=True)
    )


def _event(
    store: Location, supplier_id: int, message: ActionMessage, number: int, line: ActionLine, mapped: frozenset[int]
) -> Event | str:
    """The event of a line, or why there is none."""
    problem = _line_problem(line, mapped)
    if problem:
        return problem
    quantity = parse_quantity(line.quantity) or 0
    counts = message.event_type in ("CORRECTION", "BOOTSTRAP")
    return Event(
        store.location_id,
        f"{SUPPLIER_SOURCE_PREFIX}{supplier_id}",
        # Padded, so that the lines of one message keep their order at equal times.
        f"{message.message_id}/{number:04d}",
        EVENT_TYPE_BY_NAME[_SHOWN_AS[message.event_type]].code,
        Stream(int(line.gtin), RETAILER_ID, Area.STORE, State.AVAILABLE),
        message.event_creation_time * 1_000,
        0 if counts else -quantity if message.event_type == "REMOVAL" else quantity,
        quantity if counts else None,
        reference=line.reason_code,
        only_first_count=message.event_type == "BOOTSTRAP",
    )


def _line_problem(line: ActionLine, mapped: frozenset[int]) -> str | None:
    item_id = parse_gtin(line.gtin)
    if item_id is None:
        return "Invalid GTIN."
    if item_id not in mapped:
        return "The requested GTIN is not mapped to the Supplier."
    reason = line.reason_code
    if reason is not None and not (len(reason) <= REASON_CHARACTERS_MAX and reason.isprintable()):
        return f"Invalid reasonCode: give at most {REASON_CHARACTERS_MAX} printable characters."
    quantity = parse_quantity(line.quantity)
    if quantity is None or quantity < 0:
        return "Invalid quantity: give 0 or more units, with at most 4 decimals."
    return None


def _outcome(gtin: str, posted: Posted) -> ActionLineOutcome:
    if posted is Posted.COUNT_EXISTS:
        return ActionLineOutcome(gtin, "REFUSED", "A count exists already: send a CORRECTION.")
    if posted is Posted.OUT_OF_RANGE:
        return ActionLineOutcome(gtin, "REFUSED", "Invalid quantity: the store would hold more units than can be.")
    return ActionLineOutcome(gtin, "ACCEPTED")
