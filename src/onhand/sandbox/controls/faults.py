"""Faults that a sandbox puts in the place of its answers: a number of times, or at a rate that a seed makes repeatable.

A fault strikes before the operation does anything: what it refuses has left no trace.
"""

import asyncio
from collections.abc import Awaitable, Callable
from random import Random
from typing import Literal

import msgspec
from starlette.responses import Response
from starlette.types import Receive, Scope, Send

from onhand.basics.clock import MICROSECONDS, Clock
from onhand.surfaces.plumbing.call import Call
from onhand.surfaces.plumbing.operations import Surface
from onhand.surfaces.plumbing.throttling import Grant, throttling_headers

Kind = Literal["status", "throttle", "drop", "delay"]
Sleep = Callable[[float], Awaitable[None]]
EVERY_OPERATION = "*"
_RETRIED = frozenset({429, 503})


class Fault(msgspec.Struct, frozen=True, kw_only=True):
    """What happens to requests of an operation, and how often.

    `times` is for how many requests, or None where `rate` says what part of them, from 0 to 1. `status` is answered
    unless the connection is dropped; without either, a request is only delayed.
    """

    operation: str
    status: int | None = None
    is_dropped: bool = False
    delay_seconds: float = 0.0
    retry_seconds: int = 1
    times: int | None = 1
    rate: float | None = None
    seed: int = 0


class Struck(msgspec.Struct, frozen=True):
    """A fault with its number, and what became of it so far."""

    number: int
    fault: Fault
    struck: int


class Faults:
    """The faults of one sandbox; the oldest that is due strikes."""

    def __init__(self, clock: Clock, sleep: Sleep = asyncio.sleep) -> None:
        self._clock = clock
        self._sleep = sleep
        self._faults: dict[int, _Standing] = {}
        self._newest = 0

    def add(self, fault: Fault) -> Struck:
        """Let a fault strike from now on."""
        self._newest += 1
        standing = self._faults[self._newest] = _Standing(fault)
        return Struck(self._newest, fault, standing.struck)

    def all(self) -> list[Struck]:
        """Every fault that may still strike, the oldest first."""
        return [Struck(number, each.fault, each.struck) for number, each in self._faults.items()]

    def clear(self) -> None:
        """Let nothing strike any more."""
        self._faults.clear()

    async def strike(self, call: Call, surface: Surface) -> Response | None:
        """What is answered to a call in its operation's place, or None where the operation answers."""
        fault = self._due(call.operation.operation_id) if call.operation else None
        if fault is None:
            return None
        if fault.delay_seconds:
            await self._sleep(fault.delay_seconds)
        if fault.is_dropped:
            return Dropped()
        if fault.status is None:
            return None
        return self._answer(call, surface, fault.status, fault.retry_seconds)

    def _answer(self, call: Call, surface: Surface, status: int, retry_seconds: int) -> Response:
        now = self._clock()
        if status == 429:
            call.answer_headers += throttling_headers(Grant(False, 0, now + retry_seconds * MICROSECONDS), now)
        elif status in _RETRIED:
            call.answer_headers.append((b"retry-after", b"%d" % retry_seconds))
        return surface.answer_fault(call, status)

    def _due(self, operation_id: str) -> Fault | None:
        for number, standing in self._faults.items():
            if standing.fault.operation in (EVERY_OPERATION, operation_id) and standing.falls():
                if standing.is_over():
                    del self._faults[number]
                return standing.fault
        return None


class _Standing:
    """A fault and how often it has struck."""

    def __init__(self, fault: Fault) -> None:
        self.fault = fault
        self.struck = 0
        self._random = Random(fault.seed)  # noqa: S311 - a seed repeats it, on purpose

    def falls(self) -> bool:
        """Whether it strikes this time."""
        if self.fault.rate is not None and self._random.random() >= self.fault.rate:
            return False
        self.struck += 1
        return True

    def is_over(self) -> bool:
        """Whether it has struck as often as it was to."""
        return self.fault.times is not None and self.struck >= self.fault.times


class Dropped(Response):
    """An answer that breaks off: the server closes a connection on which less came than was announced."""

    def __init__(self) -> None:
        super().__init__(b"", 200, {"content-length": "1"})

    async def __call__(self, _scope: Scope, _receive: Receive, send: Send) -> None:
        """Begin the answer and leave it there."""
        await send({"type": "http.response.start", "status": 200, "headers": self.raw_headers})
