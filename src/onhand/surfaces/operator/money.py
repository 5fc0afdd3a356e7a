"""What changes what sellers are owed, by HTTP (OP-07): an endpoint for each verb, and an outcome for each entry."""

from collections.abc import Awaitable, Callable, Sequence
from typing import TypeVar

import msgspec
from starlette.responses import Response

from onhand.basics.refusal import Refusal
from onhand.partners.operators import OperatorClient
from onhand.settlement.entries import ChargeEntry, DepositEntry, Entry, RefundEntry, SaleEntry
from onhand.settlement.intake import SettlementIntake
from onhand.settlement.vocabulary import Verb
from onhand.surfaces.operator.access import Access
from onhand.surfaces.operator.entry_lists import EntryReader
from onhand.surfaces.operator.money_bodies import EXAMPLES, FORMS, MoneyResults, results_of
from onhand.surfaces.operator.parameters import Readings
from onhand.surfaces.operator.problems import Problem
from onhand.surfaces.operator.reading import JSON, unsupported_type
from onhand.surfaces.plumbing.call import Call
from onhand.surfaces.plumbing.operations import Answer, Body, Operation
from onhand.surfaces.plumbing.responses import JsonResponse

TAG = "Settlement"

OneEntry = TypeVar("OneEntry", SaleEntry, RefundEntry, ChargeEntry, DepositEntry)
_Handler = Callable[[Call, OperatorClient], Awaitable[Response | Problem]]


class _Name(msgspec.Struct, frozen=True, rename="camel"):
    """The id in an entry that may be none otherwise, so that its sender finds it again."""

    event_id: object = None


_names = msgspec.json.Decoder(_Name)

_ABOUT: tuple[tuple[Verb, str, str, str], ...] = (
    ("sale", "postSales", "Sold order lines", "Posted when their shipment was confirmed."),
    (
        "refund",
        "postRefunds",
        "Money of sold lines given back",
        "For units, or as an amount without units; with neither, all that is left. Commission comes back as recorded.",
    ),
    ("adjustment", "postAdjustments", "Adjustments, credits and charges of single orders", ""),
    ("fee", "postFees", "Fees of fulfilment, storage and services", ""),
    ("advertising", "postAdvertising", "Advertising and campaigns", ""),
    ("reserve", "postReserves", "Money held back for later refunds", ""),
    ("release", "postReleases", "Reserves that are given back", ""),
    ("dispute", "postDisputes", "Disputes that were settled", ""),
    ("deposit", "postPayouts", "Payouts of closed periods that have arrived", ""),
)


class MoneyHandlers:
    """Takes what is told to the settlement."""

    def __init__(self, intake: SettlementIntake, body_bytes_max: int, entries_max: int) -> None:
        self._intake = intake
        self._body_bytes_max = body_bytes_max
        self._entries_max = entries_max

    def handler(self, verb: Verb, reader: EntryReader[OneEntry]) -> _Handler:
        """What takes the entries of a verb."""

        async def handle(call: Call, client: OperatorClient) -> Response | Problem:
            problem = Readings(call).problem() or unsupported_type(call, (JSON,), ())
            raw_entries = problem or reader.raw_entries(await call.read_body(self._body_bytes_max), self._entries_max)
            if isinstance(raw_entries, Problem):
                return raw_entries
            entries = [reader.entry(raw) for raw in raw_entries]
            outcomes = await self._intake.take(verb, client.source, entries)
            return JsonResponse(results_of(outcomes, _ids_of(raw_entries, entries)))

        return handle


def _ids_of(raw_entries: Sequence[msgspec.Raw], entries: Sequence[Entry | Refusal]) -> list[str | None]:
    return [
        _id_in(raw) if isinstance(entry, Refusal) else entry.event_id
        for raw, entry in zip(raw_entries, entries, strict=True)
    ]


def _id_in(raw: msgspec.Raw) -> str | None:
    try:
        found = _names.decode(raw).event_id
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        return None
    return found if isinstance(found, str) else None


_EACH = (
    "Each entry is accepted, a duplicate of one that stands, or refused with its reason; the others stand whatever "
    "becomes of one. An entry is known by its source, which is the client's, its seller and its eventId: the same "
    "request may be sent again. What is recorded after the end of a period goes to the next one."
)


def money_operations(handlers: MoneyHandlers, access: Access) -> tuple[Operation, ...]:
    """The operations that take what is told to the settlement."""
    return tuple(
        _operation(handlers, access, verb, operation_id, summary, more) for verb, operation_id, summary, more in _ABOUT
    )


def _operation(
    handlers: MoneyHandlers, access: Access, verb: Verb, operation_id: str, summary: str, more: str
) -> Operation:
    name, body, kind = FORMS[verb]
    example, results = EXAMPLES[verb]
    return access.operation(
        handlers.handler(verb, EntryReader(name, kind)),
        "POST",
        f"/settlement/{name}",
        operation_id,
        summary,
        TAG,
        description=f"{more} {_EACH}".strip(),
        body=Body(description="The entries.", type=body, example=body(**{name: [example]})),
        answers={200: Answer(description="What became of each.", type=MoneyResults, example=results)},
    )
