"""What the operator tells the ledger to do: show a refresh or a replay, run a housekeeping pass (TH-09)."""

from typing import Annotated

import msgspec
from msgspec import Meta
from starlette.responses import Response

from onhand.basics.clock import Clock
from onhand.basics.refusal import Refusal
from onhand.partners.onboarding import partner_by_code
from onhand.partners.operators import OperatorClient
from onhand.stock.housekeeping import PassSummary, run_pass
from onhand.stock.known import SELLER
from onhand.stock.locations import FULFILMENT_CENTRE, Location, Locations
from onhand.stock.replay import refresh, replay
from onhand.stock.streams import Stream
from onhand.stock.vocabulary import AREA_BY_NAME, RETAILER_ID, STATE_BY_NAME
from onhand.store.database import Database
from onhand.surfaces.operator.access import Access
from onhand.surfaces.operator.as_of import TAG
from onhand.surfaces.operator.parameters import Gtin, Readings, StoreNumber, Time, read_time
from onhand.surfaces.operator.partners import Code
from onhand.surfaces.operator.problems import Problem, of_refusal, of_refusals
from onhand.surfaces.operator.reading import read_json
from onhand.surfaces.plumbing.call import Call
from onhand.surfaces.plumbing.operations import Answer, Body, Operation
from onhand.surfaces.plumbing.responses import JsonResponse

# Python's `$` lets a line feed stand behind it.
_END = r"$(?!\n)"
_CommandId = Annotated[
    str,
    Meta(
        pattern=f"^[A-Za-z0-9._-]+{_END}",
        min_length=1,
        max_length=64,
        description="Letters, digits, dots, hyphens or underscores. The same command repeated raises nothing twice.",
    ),
]
_Area = Annotated[
    str, Meta(pattern=f"^({'|'.join(AREA_BY_NAME)}){_END}", description=f"One of {', '.join(AREA_BY_NAME)}.")
]
_State = Annotated[
    str, Meta(pattern=f"^({'|'.join(STATE_BY_NAME)}){_END}", description=f"One of {', '.join(STATE_BY_NAME)}.")
]


class RefreshBody(msgspec.Struct, frozen=True, rename="camel"):
    """Show in a stream's history that it was refreshed (INRF)."""

    command_id: _CommandId
    gtin: Gtin
    store_nbr: Annotated[StoreNumber | None, Meta(description="The store; or a fulfilment centre in `node`.")] = None
    node: Annotated[Code | None, Meta(description="The fulfilment centre, with its seller in `partnerId`.")] = None
    partner_id: Annotated[Code | None, Meta(description="The seller whose units they are.")] = None
    location_area: _Area = "STORE"
    state: _State = "AVAILABLE"


class ReplayBody(msgspec.Struct, frozen=True, rename="camel"):
    """Show what happened in a stream from `startTime` until before `endTime` once more (NB)."""

    command_id: _CommandId
    gtin: Gtin
    start_time: Time
    end_time: Time
    store_nbr: Annotated[StoreNumber | None, Meta(description="The store; or a fulfilment centre in `node`.")] = None
    node: Annotated[Code | None, Meta(description="The fulfilment centre, with its seller in `partnerId`.")] = None
    partner_id: Annotated[Code | None, Meta(description="The seller whose units they are.")] = None
    location_area: _Area = "STORE"
    state: _State = "AVAILABLE"


class RaisedBody(msgspec.Struct, frozen=True):
    """How many rows were raised; 0 where the command had been carried out before."""

    raised: int


class PassBody(msgspec.Struct, frozen=True, rename="camel"):
    """What a housekeeping pass raised, by event type, and the moves between stores that it finished."""

    timebound_state: int
    cid_gtin_balance: int
    pcid: int
    transfers_finished: int


class LedgerHandlers:
    """Carries out commands on the ledger."""

    def __init__(
        self,
        database: Database,
        locations: Locations,
        clock: Clock,
        body_bytes_max: int,
        *,
        backroom_hours: float,
    ) -> None:
        self._database = database
        self._locations = locations
        self._clock = clock
        self._body_bytes_max = body_bytes_max
        self._backroom_hours = backroom_hours

    async def refresh(self, call: Call, _: OperatorClient) -> Response | Problem:
        """Show a refresh."""
        body = await read_json(Readings(call), RefreshBody, self._body_bytes_max)
        if isinstance(body, Problem):
            return body
        found = await self._stream(body)
        if isinstance(found, Refusal):
            return of_refusal(found)
        place, stream = found
        raised = await refresh(self._database, self._clock, location=place, stream=stream, command_id=body.command_id)
        return _raised(raised)

    async def replay(self, call: Call, _: OperatorClient) -> Response | Problem:
        """Show a replay."""
        body = await read_json(Readings(call), ReplayBody, self._body_bytes_max)
        if isinstance(body, Problem):
            return body
        period = _period(body)
        if isinstance(period, Problem):
            return period
        found = await self._stream(body)
        if isinstance(found, Refusal):
            return of_refusal(found)
        (place, stream), (since, until) = found, period
        span = {"since": since, "until": until}
        replayed = replay(
            self._database, self._clock, location=place, stream=stream, command_id=body.command_id, **span
        )
        return _raised(await replayed)

    async def run_pass(self, call: Call, _: OperatorClient) -> Response | Problem:
        """Run a housekeeping pass now."""
        problem = Readings(call).problem()
        if problem:
            return problem
        summary = await run_pass(self._database, self._locations, self._clock, backroom_hours=self._backroom_hours)
        return JsonResponse(_pass_body(summary))

    async def _stream(self, body: RefreshBody | ReplayBody) -> tuple[Location, Stream] | Refusal:
        """The stream that a command is about, and where it is."""
        place = await self._place(body)
        if isinstance(place, Refusal):
            return place
        location, owner_id = place
        stream = Stream(int(body.gtin), owner_id, AREA_BY_NAME[body.location_area], STATE_BY_NAME[body.state])
        return location, stream

    async def _place(self, body: RefreshBody | ReplayBody) -> tuple[Location, int] | Refusal:
        if body.node is None or body.store_nbr is not None:
            return await self._store(body)
        centre = await self._locations.find(FULFILMENT_CENTRE, body.node)
        if centre is None:
            said = f"The fulfilment centre {body.node} is not known: add it first, or mend the code."
            return Refusal("unknown_node", "node", said)
        seller = None if body.partner_id is None else await partner_by_code(self._database, body.partner_id)
        if seller is None or seller.kind != SELLER:
            said = "Give the code of the seller whose units in the fulfilment centre are meant."
            return Refusal("unknown_partner", "partnerId", said)
        return centre, seller.partner_id

    async def _store(self, body: RefreshBody | ReplayBody) -> tuple[Location, int] | Refusal:
        if body.node is not None or body.partner_id is not None:
            named = "node" if body.node is not None else "partnerId"
            said = (
                f"Give storeNbr alone, or node and partnerId for a fulfilment centre: leave {named} out, or storeNbr."
            )
            return Refusal("two_places", named, said)
        if body.store_nbr is None:
            said = "Give the number of the store, or a fulfilment centre in node and its seller in partnerId."
            return Refusal("missing_store", "storeNbr", said)
        store = await self._locations.store(body.store_nbr)
        if store is None:
            said = f"Store {body.store_nbr} is not known: add it first, or mend the number."
            return Refusal("unknown_store", "storeNbr", said)
        return store, RETAILER_ID


def _period(body: ReplayBody) -> tuple[int, int] | Problem:
    since, until = read_time(body.start_time), read_time(body.end_time)
    if since is not None and until is not None and since <= until:
        return since, until
    said = "{} is a date and a time by ISO 8601, such as 2026-03-05T12:00:00Z."
    malformed = [
        ("", Refusal("invalid_time", name, said.format(name)))
        for name, moment in (("startTime", since), ("endTime", until))
        if moment is None
    ]
    after = Refusal("invalid_period", "startTime", "startTime is after endTime: exchange them.")
    return of_refusals(malformed or [("", after)])


def _raised(raised: int | Refusal) -> Response | Problem:
    return of_refusal(raised) if isinstance(raised, Refusal) else JsonResponse(RaisedBody(raised))


def _pass_body(summary: PassSummary) -> PassBody:
    return msgspec.convert(summary, PassBody, from_attributes=True)


def ledger_operations(handlers: LedgerHandlers, access: Access) -> tuple[Operation, ...]:
    """The commands."""
    refreshed = RefreshBody("refresh-2026-03-05", "00012345678905", 45)
    replayed = ReplayBody("replay-2026-03-05", "00012345678905", "2026-03-01T00:00:00Z", "2026-03-02T00:00:00Z", 45)
    raised = {200: Answer(description="It is done.", type=RaisedBody, example=RaisedBody(1))}
    return (
        access.operation(
            handlers.refresh,
            "POST",
            "/ledger/refresh",
            "refreshStream",
            "Show a refresh in a history (INRF)",
            TAG,
            description="No quantity changes.",
            body=Body(description="Which stream.", type=RefreshBody, example=refreshed),
            answers=raised,
        ),
        access.operation(
            handlers.replay,
            "POST",
            "/ledger/replay",
            "replayStream",
            "Show past events in a history once more (NB)",
            TAG,
            description="No quantity changes: what is replayed is never applied twice.",
            body=Body(description="Which stream and which period.", type=ReplayBody, example=replayed),
            answers=raised,
        ),
        access.operation(
            handlers.run_pass,
            "POST",
            "/ledger/housekeeping",
            "runHousekeeping",
            "Run a housekeeping pass now",
            TAG,
            description=(
                "Raises TIMEBOUND_STATE, CID_GTIN_BALANCE and PCID where they are due, and finishes moves between "
                "stores or fulfilment centres. A server does so by itself every minute unless told otherwise."
            ),
            answers={200: Answer(description="What it raised.", type=PassBody, example=PassBody(0, 0, 0, 0))},
        ),
    )
