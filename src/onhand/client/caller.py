"""Asking, whatever is asked: who asks, how often it is tried, and what a no becomes. No I/O is done here."""

from collections.abc import Callable
from copy import copy
from typing import Any, TypeVar

import msgspec

from onhand.client.credentials import GatewayClient, OperatorToken, SupplierKey
from onhand.client.doors import doors_of
from onhand.client.errors import Dropped, NoAnswer, NotConnected, OnhandError, TimedOut, Unreadable
from onhand.client.policy import Policy, Polling, may_repeat, next_token_seconds, wait_seconds
from onhand.client.problems import correlation_id_of, refusal_of
from onhand.client.steps import Answer, Exchange, Failure, Headers, Request, Send, Sink, sent, waited

T = TypeVar("T")

_FAILURES: dict[str, type[NoAnswer]] = {"connect": NotConnected, "timeout": TimedOut, "dropped": Dropped}


class Surroundings(msgspec.Struct, frozen=True, kw_only=True):
    """What the core is told of the world: clocks in seconds, lots from 0 to 1, fresh ids."""

    clock: Callable[[], float]
    monotonic: Callable[[], float]
    lot: Callable[[], float]
    new_id: Callable[[], str]


class FollowingClock:
    """A clock of seconds since 1970 that can follow a server's whose own was put somewhere else."""

    def __init__(self, clock: Callable[[], float]) -> None:
        self._clock = clock
        self._ahead = 0.0

    def __call__(self) -> float:
        """The present moment."""
        return self._clock() + self._ahead

    def follow(self, moment: float) -> None:
        """Let it be this moment now."""
        self._ahead = moment - self._clock()


class Caller:
    """The core of a client. One is shared by all of its calls, in whatever threads or tasks they run."""

    def __init__(
        self,
        base_url: str,
        policy: Policy,
        around: Surroundings,
        *,
        polling: Polling,
        service_name: str,
        supplier: SupplierKey | None = None,
        gateway: GatewayClient | None = None,
        operator: OperatorToken | None = None,
    ) -> None:
        self.policy = policy
        self._clock = FollowingClock(around.clock)
        self.around = around = msgspec.structs.replace(around, clock=self._clock)
        self.polling = polling
        self.gateway_client = gateway
        self._base_url = base_url.rstrip("/")
        self._service_name = service_name
        self._free_at: dict[str, float] = {}
        self._doors = doors_of(
            supplier, gateway, operator, ask=self._ask_until, clock=around.clock, monotonic=around.monotonic
        )

    def lasting(self, seconds: float) -> "Caller":
        """The same caller, its tokens and what it knows of limits, whose calls last no longer than this."""
        other = copy(self)
        other.policy = msgspec.structs.replace(self.policy, deadline_seconds=seconds)
        return other

    def follow_clock(self, moment: float) -> None:
        """Let it be this moment, in seconds since 1970, for all that shares this core: a sandbox's clock was moved."""
        self._clock.follow(moment)

    def ask(self, request: Request, sink: Sink | None = None, seconds_max: float | None = None) -> Exchange[Answer]:
        """The answer to a request that was accepted, tried again as the policy has it.

        Where there is a sink, what it has already is not asked for again. The call lasts no longer than `seconds_max`,
        or as the policy has it.

        Raises:
            Refused: the server said no, and not only for the moment.
            NoAnswer: none came.
        """
        seconds = self.policy.deadline_seconds if seconds_max is None else seconds_max
        return self._ask_until(request, self.around.monotonic() + seconds, sink)

    def result(self, request: Request, kind: type[T]) -> Exchange[T]:
        """The answer to a request, as a value of a type.

        Raises:
            Unreadable: it is not of that type.
        """
        return decoded(request, (yield from self.ask(request)), kind)

    def _ask_until(self, request: Request, until: float, sink: Sink | None = None) -> Exchange[Answer]:
        door, correlation_id = self._doors[request.door], self.around.new_id()
        common = self._common_headers(request, correlation_id)
        attempt, is_renewed = 1, False
        while True:
            yield from self._keep_pace(request, until)
            used = yield from door.headers(until)
            taken = sink.bytes_taken if sink else 0
            outcome = yield from sent(self._send(request, common + used, until, sink))
            if isinstance(outcome, Answer):
                self._note_pace(request, outcome)
                if outcome.status < 300:
                    return outcome
                if not is_renewed and door.is_renewed(outcome, used):
                    is_renewed = True
                    continue
            wait = wait_seconds(self.policy, outcome, attempt, self.around.lot())
            over = attempt >= self.policy.attempts_max or self.around.monotonic() + wait >= until
            if over or not may_repeat(request, outcome):
                raise self._error(request, outcome, correlation_id, attempt)
            yield from waited(wait)
            # Two refusals running are an error; one after other trouble is the next token's end.
            is_renewed = False
            # What gets on, be it in small pieces, is not given up.
            attempt = 1 if sink and sink.bytes_taken > taken else attempt + 1

    def _send(self, request: Request, headers: Headers, until: float, sink: Sink | None) -> Send:
        silence = self.policy.attempt_seconds
        if sink is None:
            until = min(until, self.around.monotonic() + silence)
        else:
            headers += sink.resume()
        # A link is whole by itself.
        is_link = request.door == "open"
        url = request.path if is_link else self._base_url + request.path
        return Send(request.method, url, request.query, headers, request.body, until, silence, sink, is_link)

    def _common_headers(self, request: Request, correlation_id: str) -> Headers:
        """What every attempt carries alike: its correlation id is that of the call. Links carry what they need."""
        if request.door == "open":
            return request.headers
        return (
            ("WM_QOS.CORRELATION_ID", correlation_id),
            ("WM_SVC.NAME", self._service_name),
            ("Accept", request.accept),
            *request.headers,
        )

    def _keep_pace(self, request: Request, until: float) -> Exchange[None]:
        """Wait for the next token of an operation that is known to have none; where that is too late, just ask."""
        free_at = self._free_at.get(request.operation)
        if free_at is None:
            return
        now = self.around.monotonic()
        if now < free_at < until:
            yield from waited(free_at - now)
        elif now >= free_at:
            self._free_at.pop(request.operation, None)

    def _note_pace(self, request: Request, answer: Answer) -> None:
        seconds = next_token_seconds(answer)
        # A refusal says by itself how long to wait.
        if seconds and answer.status != 429:
            self._free_at[request.operation] = self.around.monotonic() + seconds

    def _error(self, request: Request, outcome: Answer | Failure, correlation_id: str, attempt: int) -> OnhandError:
        if isinstance(outcome, Failure):
            kind = _FAILURES[outcome.kind]
            reason = outcome.reason
            return kind(reason, operation=request.operation, correlation_id=correlation_id, attempts=attempt)
        return refusal_of(
            outcome,
            operation=request.operation,
            correlation_id=correlation_id,
            attempts=attempt,
            now=self.around.clock(),
        )


def decoded(request: Request, answer: Answer, kind: type[T]) -> T:
    """The body of an answer as a value of a type; numbers may come as texts.

    Raises:
        Unreadable: it is not of that type.
    """
    try:
        return msgspec.json.decode(answer.body, type=kind, strict=False)
    except msgspec.DecodeError as error:
        correlation_id = correlation_id_of(answer, "")
        raise Unreadable(str(error), operation=request.operation, correlation_id=correlation_id) from error


def json_body(value: Any) -> bytes:
    """A body in JSON."""
    return msgspec.json.encode(value)
