"""What the sandbox's own operations do."""

from collections.abc import Collection
from typing import Protocol

from starlette.responses import Response

from onhand.basics.clock import MICROSECONDS, TIME_MAX, format_micros
from onhand.sandbox.controls.bodies import (
    ClockMove,
    ExchangeList,
    FaultBody,
    FaultList,
    ResetBody,
    SandboxTime,
    exchange_body,
    fault_of,
    moment_of,
    refused,
    seconds_of,
    standing_fault,
)
from onhand.sandbox.controls.exchanges import Exchange
from onhand.sandbox.controls.faults import Fault, Struck
from onhand.surfaces.operator.parameters import Readings
from onhand.surfaces.operator.problems import Problem
from onhand.surfaces.operator.reading import read_json
from onhand.surfaces.plumbing.responses import JsonResponse

_BODY_BYTES_MAX = 65_536
_LISTED = 100
_LISTED_MAX = 10_000
_NUMBER_MAX = 2**53


class Controlled(Protocol):
    """The sandbox, as far as its controls go."""

    def now(self) -> int:
        """Its present moment."""
        ...

    async def reset(self, at: int | None, *, held: bool) -> None:
        """Bring back the seeded state, with the clock at a moment or as the machine's, standing still or not."""
        ...

    async def move_clock(self, moment: int, *, held: bool | None) -> int:
        """Put the clock to a moment, and do what is due by then; how many lanes of work that was."""
        ...

    def add_fault(self, fault: Fault) -> Struck:
        """Let a fault strike from now on."""
        ...

    def faults(self) -> list[Struck]:
        """Every fault that may still strike."""
        ...

    def clear_faults(self) -> None:
        """Let nothing strike any more."""
        ...

    def exchanges(self, rows_max: int, operation: str | None, after: int) -> list[Exchange]:
        """The newest exchanges."""
        ...


class Handlers:
    """What answers the sandbox's own operations. `operation_ids` are those that faults may name."""

    def __init__(self, sandbox: Controlled, operation_ids: Collection[str]) -> None:
        self._sandbox = sandbox
        self._operation_ids = operation_ids

    async def reset(self, readings: Readings) -> Response | Problem:
        """Begin anew."""
        body = await _optional_body(readings, ResetBody)
        if isinstance(body, Problem):
            return body
        moment = moment_of(body.at)
        if isinstance(moment, Problem):
            return moment
        await self._sandbox.reset(moment, held=body.hold)
        return self._time(0)

    async def move_clock(self, readings: Readings) -> Response | Problem:
        """Put the clock somewhere else."""
        body = await read_json(readings, ClockMove, _BODY_BYTES_MAX)
        if isinstance(body, Problem):
            return body
        moment = self._moved(body)
        if isinstance(moment, Problem):
            return moment
        return self._time(await self._sandbox.move_clock(moment, held=body.hold))

    async def clock(self, _: Readings) -> Response | Problem:
        """Tell the time."""
        return self._time(0)

    async def add_fault(self, readings: Readings) -> Response | Problem:
        """Let a fault strike."""
        body = await read_json(readings, FaultBody, _BODY_BYTES_MAX)
        fault = body if isinstance(body, Problem) else fault_of(body, self._operation_ids)
        if isinstance(fault, Problem):
            return fault
        return JsonResponse(standing_fault(self._sandbox.add_fault(fault)), 201)

    async def faults(self, _: Readings) -> Response | Problem:
        """List the faults."""
        return JsonResponse(FaultList([standing_fault(each) for each in self._sandbox.faults()]))

    async def clear_faults(self, _: Readings) -> Response | Problem:
        """Forget the faults."""
        self._sandbox.clear_faults()
        return JsonResponse(FaultList([]))

    async def requests(self, readings: Readings) -> Response | Problem:
        """List what was asked and answered."""
        limit, after = readings.number("limit", _LISTED, 1, _LISTED_MAX), readings.number("after", 0, 0, _NUMBER_MAX)
        operation = readings.optional_word("operation", sorted(self._operation_ids))
        problem = readings.problem("limit", "after", "operation")
        if problem:
            return problem
        found = self._sandbox.exchanges(limit, operation, after)
        return JsonResponse(ExchangeList([exchange_body(each) for each in found]))

    def _time(self, worked: int) -> Response:
        return JsonResponse(SandboxTime(format_micros(self._sandbox.now()), worked))

    def _moved(self, move: ClockMove) -> int | Problem:
        if (move.advance is None) == (move.at is None):
            return refused("/advance", 'Give one of the two: {"advance":"PT15M"} or {"at":"2026-03-05T12:00:00Z"}.')
        if move.at is not None:
            moment = moment_of(move.at)
            assert moment is not None, "it was given"
            return moment
        seconds = seconds_of(move.advance or "")
        moment = None if seconds is None else self._sandbox.now() + round(seconds * MICROSECONDS)
        if moment is None or not self._sandbox.now() <= moment <= TIME_MAX:
            return refused("/advance", "advance is an ISO 8601 duration, such as PT15M, P1D or PT0.5S.")
        return moment


async def _optional_body(readings: Readings, kind: type[ResetBody]) -> ResetBody | Problem:
    problem = readings.problem()
    if problem or not await readings.call.body():
        return problem or kind()
    return await read_json(readings, kind, _BODY_BYTES_MAX)
