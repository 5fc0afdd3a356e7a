"""The bodies of the sandbox's own operations, and what they mean."""

from collections.abc import Collection
from datetime import timedelta
from difflib import get_close_matches
from typing import Annotated, Any

import msgspec
from msgspec import Meta

from onhand.basics.clock import format_micros
from onhand.sandbox.controls.exchanges import Exchange
from onhand.sandbox.controls.faults import EVERY_OPERATION, Fault, Struck
from onhand.surfaces.operator.parameters import Time, read_time
from onhand.surfaces.operator.problems import REFUSED, Problem, of_faults
from onhand.surfaces.operator.problems import Fault as Wrong

STATUSES = (400, 401, 403, 404, 409, 413, 429, 500, 503)
DELAY_SECONDS_MAX = 600

_Duration = Annotated[
    str,
    Meta(
        description="An ISO 8601 duration.",
        examples=["PT15M"],
        max_length=64,
        extra_json_schema={"format": "duration"},
    ),
]


_Hold = Annotated[
    bool | None, Meta(description="Whether the clock stands still there; left out, it does as it did before.")
]


class ClockMove(msgspec.Struct, frozen=True):
    """Where the clock is put: so much later, or to a moment. One of the two."""

    advance: _Duration | None = None
    at: Time | None = None
    hold: _Hold = None


class ResetBody(msgspec.Struct, frozen=True):
    """How the sandbox begins anew: with its clock as the machine's, or at a moment, and whether it stands still."""

    at: Time | None = None
    hold: bool = False


class SandboxTime(msgspec.Struct, frozen=True):
    """The sandbox's present moment, and how many lanes of work were done because they were due by then."""

    now: str
    worked: int = 0


class FaultBody(msgspec.Struct, frozen=True, rename="camel", omit_defaults=True, kw_only=True):
    """What happens to requests of an operation: a `status`, a dropped connection, a delay before either or alone."""

    operation: Annotated[
        str, Meta(description="The operation's id in the OpenAPI document; `*` for every one.", max_length=64)
    ] = EVERY_OPERATION
    status: Annotated[int | None, Meta(description=f"One of {', '.join(map(str, STATUSES))}.")] = None
    throttle: Annotated[bool, Meta(description="The same as a status of 429.")] = False
    drop: Annotated[bool, Meta(description="Break the connection off in the middle of the answer.")] = False
    delay: Annotated[_Duration | None, Meta(description="How long the answer takes at least.")] = None
    retry_after: Annotated[int, Meta(ge=0, le=3600, description="Seconds that 429 and 503 name.")] = 1
    times: Annotated[int, Meta(ge=1, le=1_000_000, description="How often; once unless said.")] | None = None
    rate: Annotated[float, Meta(gt=0, le=1, description="In the place of times: the part that it hits.")] | None = None
    seed: Annotated[int, Meta(description="Makes a rate hit the same requests again.", ge=0, le=2**53)] = 0


class StandingFault(FaultBody, frozen=True, rename="camel", omit_defaults=True, kw_only=True):
    """A fault that may still strike, its number, and how often it has."""

    number: int
    struck: int = 0


class FaultList(msgspec.Struct, frozen=True):
    """The faults that may still strike, the oldest first."""

    faults: list[StandingFault]


class ExchangeBody(Exchange, frozen=True, rename="camel"):
    """A request and its answer, with its time as a text."""

    at: str  # type: ignore[assignment]


class ExchangeList(msgspec.Struct, frozen=True):
    """What was asked and answered, the newest first."""

    requests: list[ExchangeBody]


def fault_of(body: FaultBody, operation_ids: Collection[str]) -> Fault | Problem:
    """The fault that a body describes, or everything that is wrong with it."""
    delay = seconds_of(body.delay) if body.delay is not None else 0.0
    wrong = {
        "/operation": body.operation != EVERY_OPERATION and body.operation not in operation_ids,
        "/status": body.status is not None and body.status not in STATUSES,
        "/throttle": body.throttle and body.status not in (None, 429),
        "/drop": body.drop and (body.status is not None or body.throttle),
        "/delay": delay is None or not 0 <= delay <= DELAY_SECONDS_MAX,
        "/rate": body.rate is not None and body.times is not None,
        "": body.status is None and not body.throttle and not body.drop and body.delay is None,
    }
    said = {
        "/operation": _unknown_operation(body.operation, operation_ids),
        "/status": f"status is one of {', '.join(map(str, STATUSES))}.",
        "/throttle": "throttle is a status of 429: leave the other status out.",
        "/drop": "A dropped connection has no status: leave status and throttle out.",
        "/delay": f"delay is an ISO 8601 duration of at most {DELAY_SECONDS_MAX} seconds, such as PT2S.",
        "/rate": "Give either times or rate.",
        "": "Say what is to happen: status, throttle, drop or delay.",
    }
    faults = [
        Wrong(code="invalid_value", message=said[where], pointer=where) for where, is_so in wrong.items() if is_so
    ]
    if faults:
        return of_faults(REFUSED, faults)
    return Fault(
        operation=body.operation,
        status=429 if body.throttle else body.status,
        is_dropped=body.drop,
        delay_seconds=delay or 0.0,
        retry_seconds=body.retry_after,
        times=None if body.rate is not None else body.times or 1,
        rate=body.rate,
        seed=body.seed,
    )


def _unknown_operation(name: str, operation_ids: Collection[str]) -> str:
    near = get_close_matches(name, operation_ids, n=3)
    meant = f" Is it {' or '.join(near)}?" if near else ""
    return f"There is no operation {name!r}; the ids stand in /openapi.json, and * means every one.{meant}"


def moment_of(text: str | None) -> int | Problem | None:
    """The moment that a body says, None where it says none."""
    moment = None if text is None else read_time(text)
    if text is not None and (moment is None or moment < 0):
        return refused("/at", "at is a date and a time from 1970 on by ISO 8601, such as 2026-03-05T12:00:00Z.")
    return moment


def seconds_of(text: str) -> float | None:
    """The seconds of an ISO 8601 duration, None where the text is none."""
    try:
        return msgspec.convert(text, timedelta).total_seconds()
    except msgspec.ValidationError:
        return None


def refused(pointer: str, message: str) -> Problem:
    """A no to one place of a body."""
    return of_faults(REFUSED, [Wrong(code="invalid_value", message=message, pointer=pointer)])


def standing_fault(struck: Struck) -> StandingFault:
    """A fault as it is answered."""
    fault = struck.fault
    return StandingFault(
        number=struck.number,
        struck=struck.struck,
        operation=fault.operation,
        status=fault.status,
        drop=fault.is_dropped,
        delay=f"PT{fault.delay_seconds:g}S" if fault.delay_seconds else None,
        retry_after=fault.retry_seconds,
        times=fault.times,
        rate=fault.rate,
        seed=fault.seed,
    )


def exchange_body(exchange: Exchange) -> ExchangeBody:
    """An exchange as it is answered."""
    fields: dict[str, Any] = msgspec.structs.asdict(exchange)
    return ExchangeBody(**fields | {"at": format_micros(exchange.at)})
