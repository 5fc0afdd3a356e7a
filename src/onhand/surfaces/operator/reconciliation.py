"""How the reconciliation of sellers' units stands, as the operator reads it (WF-05, WF-08)."""

from typing import Annotated

import msgspec
from msgspec import Meta
from starlette.responses import Response

from onhand.basics.clock import Clock, format_micros
from onhand.fulfilment.reconciliation.refreshes import Refresh
from onhand.fulfilment.reconciliation.status import Status, status_of
from onhand.partners.operators import OperatorClient
from onhand.store.database import Database
from onhand.surfaces.operator.access import Access
from onhand.surfaces.operator.centres import TAG
from onhand.surfaces.operator.parameters import Readings, Time
from onhand.surfaces.operator.problems import Problem
from onhand.surfaces.plumbing.call import Call
from onhand.surfaces.plumbing.operations import Answer, Operation
from onhand.surfaces.plumbing.responses import JsonResponse

_Day = Annotated[str, Meta(description="A day of the Pacific, as YYYY-MM-DD.")]
_Month = Annotated[str, Meta(description="A month of the Pacific, as YYYY-MM.")]


class RefreshBody(msgspec.Struct, frozen=True, rename="camel", omit_defaults=True):
    """A refresh: the last day that it knows, when it began, and when it was done; one that is under way has no end."""

    last_day: _Day
    begun_at: Time
    completed_at: Time | None = None


class CentreDoneBody(msgspec.Struct, frozen=True):
    """A centre, and whether the newest refresh is done there."""

    node: str
    name: str
    done: bool


class ReconciliationBody(msgspec.Struct, frozen=True, rename="camel", omit_defaults=True):
    """The refresh whose figures sellers are answered, the one under way, the closed months, and the centres."""

    next_due_at: Time
    centres: list[CentreDoneBody]
    shown: RefreshBody | None = None
    under_way: RefreshBody | None = None
    closed_from: _Month | None = None
    closed_to: _Month | None = None


class ReconciliationHandlers:
    """Answers about the reconciliation."""

    def __init__(self, database: Database, clock: Clock) -> None:
        self._database = database
        self._clock = clock

    async def status(self, call: Call, _: OperatorClient) -> Response | Problem:
        """How it stands."""
        problem = Readings(call).problem()
        return problem or JsonResponse(_body(await status_of(self._database, self._clock())))


def _body(status: Status) -> ReconciliationBody:
    is_any_closed = status.closed_to >= status.closed_from
    return ReconciliationBody(
        format_micros(status.next_due_at),
        [CentreDoneBody(each.centre.code, each.centre.name, each.is_done) for each in status.centres],
        _refresh(status.shown),
        _refresh(status.under_way),
        _month(status.closed_from) if is_any_closed else None,
        _month(status.closed_to) if is_any_closed else None,
    )


def _refresh(refresh: Refresh | None) -> RefreshBody | None:
    if refresh is None:
        return None
    ended = None if refresh.completed_at is None else format_micros(refresh.completed_at)
    return RefreshBody(str(refresh.last_day), format_micros(refresh.begun_at), ended)


def _month(month: int) -> str:
    return f"{month // 12}-{month % 12 + 1:02d}"


_EXAMPLE = ReconciliationBody(
    "2024-06-12T14:00:00Z",
    [CentreDoneBody("EWR1", "Newark 1", done=True)],
    RefreshBody("2024-06-10", "2024-06-11T14:00:00Z", "2024-06-11T14:00:02.5Z"),
    closed_from="2022-01",
    closed_to="2024-05",
)


def reconciliation_operations(handlers: ReconciliationHandlers, access: Access) -> tuple[Operation, ...]:
    """The operation that reads how the reconciliation stands."""
    return (
        access.operation(
            handlers.status,
            "GET",
            "/fulfilment/reconciliation",
            "getReconciliationStatus",
            "How the reconciliation of sellers' units stands",
            TAG,
            description="Refreshes come at 07:00 Pacific time. A month closes with the one on the first of the next, "
            "or after the days of grace that are set. What is not done yet at a centre is shown nowhere.",
            answers={200: Answer(description="How it stands.", type=ReconciliationBody, example=_EXAMPLE)},
        ),
    )
