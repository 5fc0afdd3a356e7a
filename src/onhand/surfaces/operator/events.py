"""Inventory events by HTTP (OP-03): the batch is read within its limits, and each event has its own outcome."""

from collections import Counter
from collections.abc import Iterable
from typing import Annotated, Literal

import msgspec
from msgspec import Meta
from starlette.responses import Response

from onhand.files.bodies import BodyLimits, body_rows
from onhand.files.events import messages_of
from onhand.files.limits import TooLarge, Unreadable
from onhand.files.rows import Row
from onhand.partners.operators import OperatorClient
from onhand.stock.intake import Intake, Outcome
from onhand.stock.messages import EventMessage
from onhand.surfaces.operator.access import Access
from onhand.surfaces.operator.parameters import Readings
from onhand.surfaces.operator.problems import TOO_LARGE, UNREADABLE_BODY, Problem
from onhand.surfaces.operator.reading import JSON, encoding_of, media_type_of, unsupported_type
from onhand.surfaces.plumbing.call import Call
from onhand.surfaces.plumbing.operations import Answer, Body, Operation
from onhand.surfaces.plumbing.responses import JsonResponse

TAG = "Events"
NDJSON = "application/x-ndjson"
_MEDIA_TYPES = (NDJSON, JSON)
# NDJSON has no registered name: these are the others by which clients send it.
_MEDIA_TYPES_TAKEN = (*_MEDIA_TYPES, "application/ndjson", "application/jsonl", "application/x-jsonlines")
_ENCODINGS = ("gzip", "x-gzip", "zstd")


class EventResult(msgspec.Struct, frozen=True, rename="camel", omit_defaults=True, gc=False):
    """What became of one event; a refusal says why, in which field, and how to mend it."""

    position: Annotated[int, Meta(description="Its line in NDJSON, or its place in the list, from 1.")]
    status: Literal["accepted", "duplicate", "refused"]
    event_id: str | None = None
    code: str | None = None
    field: str | None = None
    message: str | None = None


class BatchResult(msgspec.Struct, frozen=True, rename="camel"):
    """How many events of a batch were accepted, known already, or refused; and each of them, in their order."""

    accepted: int
    duplicate: int
    refused: int
    results: list[EventResult]


class _EventId(msgspec.Struct, frozen=True, rename="camel"):
    event_id: str


_EXAMPLE_EVENT = {
    "eventId": "till-7-000123",
    "eventType": "SALES",
    "storeNbr": 45,
    "gtin": "00012345678905",
    "quantity": -2,
    "occurredAt": "2026-03-05T11:58:00Z",
}
_EXAMPLE_RESULT = BatchResult(
    1,
    0,
    1,
    [
        EventResult(1, "accepted", "till-7-000123"),
        EventResult(2, "refused", "till-7-000124", "unknown_store", "storeNbr", "Store 4500 is not known. …"),
    ],
)


class EventHandlers:
    """Takes batches of events."""

    def __init__(self, intake: Intake, limits: BodyLimits) -> None:
        self._intake = intake
        self._limits = limits

    async def post(self, call: Call, client: OperatorClient) -> Response | Problem:
        """Post a batch; its events are those of the client's source."""
        problem = Readings(call).problem() or unsupported_type(call, _MEDIA_TYPES_TAKEN, _ENCODINGS)
        rows = problem or await self._rows(call)
        if isinstance(rows, Problem):
            return rows
        outcomes = await self._intake.post(client.source, messages_of(rows))
        return JsonResponse(_batch_result(rows, outcomes))

    async def _rows(self, call: Call) -> list[Row] | Problem:
        chunks = call.read_chunks(self._limits.body_bytes_max)
        try:
            return await body_rows(chunks, media_type_of(call) or NDJSON, encoding_of(call), self._limits)
        except TooLarge as error:
            return Problem(TOO_LARGE, f"Nothing was stored: {error}.")
        except Unreadable as error:
            return Problem(UNREADABLE_BODY, f"Nothing was stored: {error}.")
        except RecursionError:
            return Problem(
                UNREADABLE_BODY, "Nothing was stored: the body is nested too deep; an event is a flat object."
            )


def _batch_result(rows: Iterable[Row], outcomes: Iterable[Outcome]) -> BatchResult:
    results = [_result(row, outcome) for row, outcome in zip(rows, outcomes, strict=True)]
    counts = Counter(result.status for result in results)
    return BatchResult(counts["accepted"], counts["duplicate"], counts["refused"], results)


def _result(row: Row, outcome: Outcome) -> EventResult:
    refusal = outcome.refusal
    if refusal is None:
        return EventResult(row.number, outcome.status, outcome.event_id)
    event_id = outcome.event_id or _event_id_in(row.line)
    return EventResult(row.number, outcome.status, event_id, refusal.code, refusal.field, refusal.message)


def _event_id_in(line: bytes) -> str | None:
    """The id in a line that is no event otherwise, so that its sender finds it again."""
    try:
        return msgspec.json.decode(line, type=_EventId).event_id
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        return None


def event_operations(handlers: EventHandlers, access: Access) -> tuple[Operation, ...]:
    """The operation that takes events."""
    return (
        access.operation(
            handlers.post,
            "POST",
            "/events",
            "postEvents",
            "Post inventory events",
            TAG,
            description=(
                "NDJSON (one event a line) or a JSON list, plain, gzip or zstd. Each event is accepted, a duplicate of "
                "one that stands, or refused with its reason; the rest of the batch stands whatever becomes of one. "
                "An event is known by its source, which is the client's, its location and its eventId: the same batch "
                "may be sent again. A batch over the limits is refused as a whole before anything is stored."
            ),
            body=Body(
                description="The events; in NDJSON each on a line of its own.",
                type=list[EventMessage],
                media_types=_MEDIA_TYPES,
                example=[_EXAMPLE_EVENT],
            ),
            answers={200: Answer(description="What became of each.", type=BatchResult, example=_EXAMPLE_RESULT)},
        ),
    )
