"""Token buckets: so many calls in a period for each caller and operation, replenished gradually (GW-15, SE-04).

A bucket is one number, the moment at which it will be full again. Every token taken moves that moment on by the time
that one token needs; a call is refused where it would move further away than a whole period.
"""

from collections.abc import Mapping
from functools import lru_cache
from typing import Protocol

import msgspec

from onhand.basics.clock import MICROSECONDS, Clock, format_seconds
from onhand.surfaces.plumbing.call import Call, RawHeaders

_HEADERS = (b"x-current-token-count", b"x-next-replenishment-time", b"x-next-replenish-time")


class Rate(msgspec.Struct, frozen=True):
    """So many calls at once, and one more each time that a token comes back."""

    tokens_max: int
    token_microseconds: int

    @classmethod
    def of(cls, calls: float, period_seconds: float = 1.0) -> "Rate":
        """The rate of `calls` (more than 0) in a period, of which the whole number may come at once."""
        return cls(max(1, int(calls)), max(1, round(period_seconds * MICROSECONDS / calls)))


class Grant(msgspec.Struct, frozen=True):
    """What a bucket said to a call: whether it may go on, the tokens left, and when the next one comes back."""

    allowed: bool
    tokens_left: int
    next_token_at: int


def take_token(full_at: int, now: int, rate: Rate) -> tuple[int, Grant]:
    """The bucket after a call at `now`, and its answer."""
    each = rate.token_microseconds
    debt = max(0, full_at - now)
    allowed = debt + each <= rate.tokens_max * each
    if allowed:
        debt += each
    return now + debt, _grant(debt, now, rate, allowed=allowed)


def look_at(full_at: int, now: int, rate: Rate) -> Grant:
    """What a bucket holds at `now`, of which nothing is taken."""
    return _grant(max(0, full_at - now), now, rate, allowed=True)


def _grant(debt: int, now: int, rate: Rate, *, allowed: bool) -> Grant:
    each = rate.token_microseconds
    # A bucket that is shared may owe more than this rate allows for; no more than all tokens can be missing.
    missing = min(-(-debt // each), rate.tokens_max)
    # The tokens come back one by one, the last of them when the bucket is full.
    return Grant(allowed, rate.tokens_max - missing, now + debt - max(missing - 1, 0) * each)


class Buckets(Protocol):
    """Where buckets are kept: in one process, or for several (`shared_buckets`)."""

    def take(self, caller: str, operation_id: str, now: int, rate: Rate) -> Grant:
        """Take a token of a caller's bucket for an operation."""
        ...

    def give_back(self, caller: str, operation_id: str, now: int, rate: Rate) -> Grant:
        """Put a token that was just taken back into a caller's bucket, and say what that holds now.

        It may be lost where buckets meet, but never comes out of another one's.
        """
        ...

    def look(self, caller: str, operation_id: str, now: int, rate: Rate) -> Grant:
        """What a caller's bucket for an operation holds; nothing is taken."""
        ...


class OwnBuckets:
    """The buckets of one process, in a dictionary.

    Those that are full again are forgotten once there are `buckets_max` of them, or twice as many as were left over the
    last time: so callers who are gone take no memory, and many who are there cost no search for every new one.
    """

    def __init__(self, buckets_max: int = 10_000) -> None:
        self._buckets_max = self._room = buckets_max
        self._full_at: dict[tuple[str, str], int] = {}

    def __len__(self) -> int:
        return len(self._full_at)

    def take(self, caller: str, operation_id: str, now: int, rate: Rate) -> Grant:
        """Take a token of a caller's bucket for an operation."""
        key = (caller, operation_id)
        full_at = self._full_at.get(key)
        if full_at is None:
            full_at = now
            if len(self._full_at) >= self._room:
                self._forget_full(now)
        self._full_at[key], grant = take_token(full_at, now, rate)
        return grant

    def give_back(self, caller: str, operation_id: str, now: int, rate: Rate) -> Grant:
        """Put a token that was just taken back into a caller's bucket."""
        key = (caller, operation_id)
        if key in self._full_at:
            self._full_at[key] -= rate.token_microseconds
        return self.look(caller, operation_id, now, rate)

    def look(self, caller: str, operation_id: str, now: int, rate: Rate) -> Grant:
        """What a caller's bucket for an operation holds; nothing is taken."""
        return look_at(self._full_at.get((caller, operation_id), now), now, rate)

    def _forget_full(self, now: int) -> None:
        self._full_at = {key: full_at for key, full_at in self._full_at.items() if full_at > now}
        self._room = max(self._buckets_max, 2 * len(self._full_at))


class Throttle:
    """The limits of every caller and operation, by the rate of the operation's throttle class.

    `rates` None throttles nothing. A class without a rate is not throttled. `buckets` are those of this process unless
    others are given.
    """

    def __init__(self, rates: Mapping[str, Rate] | None, clock: Clock, buckets: Buckets | None = None) -> None:
        self._rates = rates or {}
        self._clock = clock
        self._buckets = OwnBuckets() if buckets is None else buckets

    def admit(self, call: Call, caller: str) -> bool:
        """Take a token of `caller` for the call's operation and put the throttling headers on its answer.

        False where there is none left: the surface answers 429, and `Retry-After` is among the headers already.
        """
        limit = self._limit_of(call)
        if limit is None:
            return True
        now = self._clock()
        grant = self._buckets.take(caller, limit.name, now, limit.rate)
        call.answer_headers += throttling_headers(grant, now)
        return grant.allowed

    def tell(self, call: Call, caller: str) -> None:
        """Put the throttling headers on the answer to a call that takes no token."""
        limit = self._limit_of(call)
        if limit is not None:
            now = self._clock()
            call.answer_headers += throttling_headers(self._buckets.look(caller, limit.name, now, limit.rate), now)

    def give_back(self, call: Call, caller: str) -> None:
        """Give back the token that `admit` took for a call, whose answer tells what is left then."""
        limit = self._limit_of(call)
        if limit is not None:
            now = self._clock()
            grant = self._buckets.give_back(caller, limit.name, now, limit.rate)
            told = [header for header in call.answer_headers if header[0] not in _HEADERS]
            call.answer_headers = told + throttling_headers(grant, now)

    def _limit_of(self, call: Call) -> "_Limit | None":
        operation = call.operation
        rate = self._rates.get(operation.throttle_class or "") if operation else None
        if rate is None or operation is None:
            return None
        return _Limit(operation.limit_name or operation.operation_id, rate)


class _Limit(msgspec.Struct, frozen=True, gc=False):
    """The name under which calls are counted together, and how many there may be."""

    name: str
    rate: Rate


def throttling_headers(grant: Grant, now: int) -> RawHeaders:
    """The headers of an answer, in both spellings; a refusal also says after how many whole seconds to come again."""
    seconds, fraction = divmod(grant.next_token_at, MICROSECONDS)
    moment = b"%s.%06dZ" % (_second_text(seconds), fraction)
    headers = list(zip(_HEADERS, (b"%d" % grant.tokens_left, moment, moment), strict=True))
    if not grant.allowed:
        headers.append((b"retry-after", b"%d" % max(1, -(-(grant.next_token_at - now) // MICROSECONDS))))
    return headers


@lru_cache(maxsize=16)
def _second_text(second: int) -> bytes:
    # Hundreds of answers name the same second.
    return format_seconds(second * MICROSECONDS).encode("ascii")
