"""A sandbox's own operations: it is started anew, its clock moved, its answers broken, its requests read (SB-05).

No other server has them. They need no credentials, so that any client of a sandbox can use them.
"""

from datetime import UTC, datetime, timedelta
from typing import Any

from onhand.client.caller import json_body
from onhand.client.errors import BadInput, Problem
from onhand.client.gateway import Parameters, query_of
from onhand.client.operations import Awaiting, Blocking, Group, operation
from onhand.client.results.sandbox import SandboxFault, SandboxFaults, SandboxRequest, SandboxRequests, SandboxTime
from onhand.client.steps import Exchange, Headers, Request

_JSON: Headers = (("Content-Type", "application/json"),)


class SandboxOperations(Group):
    """What is done to a sandbox from outside.

    Where one of these puts the sandbox's clock, the clock by which this client signs follows it.
    """

    @operation
    def reset(self, *, at: datetime | None = None, hold: bool = False) -> Exchange[SandboxTime]:
        """Bring back the seeded state: data, clock, faults and requests; tokens stay valid.

        The clock begins as the machine's or at `at`, which carries a zone; it stands still with `hold`.
        """
        body = {"hold": hold} | ({"at": _text_of(at)} if at else {})
        return self._timed(_request("POST /sandbox/reset", body=body))

    @operation
    def clock(self) -> Exchange[SandboxTime]:
        """The sandbox's time."""
        return self._timed(_request("GET /sandbox/clock"))

    @operation
    def advance(self, by: timedelta, *, hold: bool | None = None) -> Exchange[SandboxTime]:
        """Let so much time pass, and what is due by then be done.

        `hold` says whether the clock stands still afterwards; None leaves that as it is. This is not tried again after
        it may have been done.

        Raises:
            BadInput: `by` is negative.
        """
        if by < timedelta():
            raise _bad("by", f"time can't advance by {by}: give move_clock the moment to go back to")
        # Whole seconds and what is left of one: a float would blur microseconds.
        seconds = by.days * 86_400 + by.seconds
        body = {"advance": f"PT{seconds}.{by.microseconds:06}S"} | _held(hold)
        return self._timed(_request("POST /sandbox/clock", body=body, repeatable=False))

    @operation
    def move_clock(self, at: datetime, *, hold: bool | None = None) -> Exchange[SandboxTime]:
        """Put the clock to a moment, which carries a zone, and let what is due by then be done.

        Time may go back; data stay as they are. `hold` as with `advance`.

        Raises:
            BadInput: `at` carries no zone.
        """
        return self._timed(_request("POST /sandbox/clock", body={"at": _text_of(at)} | _held(hold)))

    @operation
    def fail(  # noqa: PLR0913 - as many as a fault has parts
        self,
        operation: str = "*",
        *,
        status: int | None = None,
        throttle: bool = False,
        drop: bool = False,
        delay_seconds: float | None = None,
        retry_after: int = 1,
        times: int | None = None,
        rate: float | None = None,
        seed: int = 0,
    ) -> Exchange[SandboxFault]:
        """Let requests of an operation fail before they do anything: by a status, a throttle, a drop or a delay.

        `operation` is an operation's id in the sandbox's /openapi.json; `*` stands for every one. It strikes `times`
        requests, one where nothing is said, or the part `rate` (0 to 1) of them, the same ones under the same `seed`.
        `retry_after` is in seconds, and is what 429 and 503 name.
        """
        given = {
            "status": status,
            "throttle": throttle or None,
            "drop": drop or None,
            "delay": f"PT{delay_seconds:f}S" if delay_seconds is not None else None,
            "times": times,
            "rate": rate,
        }
        body = {"operation": operation, "retryAfter": retry_after, "seed": seed, **_said(given)}
        request = _request("POST /sandbox/faults", body=body, repeatable=False)
        return self._caller.result(request, SandboxFault)

    @operation
    def faults(self) -> Exchange[tuple[SandboxFault, ...]]:
        """The faults that may still strike, the oldest first."""
        return (yield from self._caller.result(_request("GET /sandbox/faults"), SandboxFaults)).faults

    @operation
    def clear_faults(self) -> Exchange[None]:
        """Let nothing fail any more."""
        yield from self._caller.ask(_request("DELETE /sandbox/faults"))

    @operation
    def requests(
        self, *, operation: str | None = None, after: int | None = None, limit: int = 100
    ) -> Exchange[tuple[SandboxRequest, ...]]:
        """What was asked and answered, the newest first: at most `limit`, of one operation, after a number."""
        parameters = {"operation": operation, "after": after, "limit": limit}
        request = _request("GET /sandbox/requests", parameters)
        return (yield from self._caller.result(request, SandboxRequests)).requests

    def _timed(self, request: Request) -> Exchange[SandboxTime]:
        told = yield from self._caller.result(request, SandboxTime)
        self._caller.follow_clock(told.now.timestamp())
        return told


class SandboxControls(SandboxOperations, Blocking):
    """A sandbox's own operations, blocking."""


class AsyncSandboxControls(SandboxOperations, Awaiting):
    """A sandbox's own operations, awaited."""


def _request(
    operation_name: str, parameters: Parameters | None = None, body: Any = None, *, repeatable: bool = True
) -> Request:
    method, _, path = operation_name.partition(" ")
    return Request(
        operation=operation_name,
        method=method,
        path=path,
        door="nobody",
        query=query_of(parameters or {}),
        headers=_JSON if body is not None else (),
        body=json_body(body) if body is not None else None,
        repeatable=repeatable,
    )


def _text_of(moment: datetime) -> str:
    if moment.tzinfo is None:
        raise _bad("at", f"{moment.isoformat()} carries no zone: give one, such as datetime(…, tzinfo=UTC)")
    return moment.astimezone(UTC).isoformat()


def _bad(field: str, description: str) -> BadInput:
    return BadInput([Problem("invalid_value", field, description)])


def _held(hold: bool | None) -> dict[str, bool]:
    return {} if hold is None else {"hold": hold}


def _said(given: dict[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in given.items() if value is not None}
