"""Token buckets."""

from datetime import datetime
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from onhand.basics.clock import MICROSECONDS
from onhand.surfaces.plumbing.throttling import Grant, OwnBuckets, Rate, take_token, throttling_headers

HOUR_SECONDS = 3600


def test_the_whole_number_may_come_at_once_and_then_one_by_one() -> None:
    # 20 an hour are one each three minutes.
    rate = Rate.of(20, HOUR_SECONDS)
    full_at, left = 0, []
    for _ in range(20):
        full_at, grant = take_token(full_at, 0, rate)
        left.append(grant.tokens_left)
    assert left == list(range(19, -1, -1))
    assert grant.next_token_at == 180 * MICROSECONDS
    full_at, refused = take_token(full_at, 180 * MICROSECONDS - 1, rate)
    assert not refused.allowed
    assert refused.next_token_at == 180 * MICROSECONDS
    full_at, grant = take_token(full_at, 180 * MICROSECONDS, rate)
    assert grant == Grant(allowed=True, tokens_left=0, next_token_at=360 * MICROSECONDS)


def test_less_than_one_call_a_period_is_one_call_in_a_longer_one() -> None:
    assert Rate.of(0.5) == Rate(tokens_max=1, token_microseconds=2 * MICROSECONDS)


@given(
    calls=st.integers(1, 50),
    pauses=st.lists(st.integers(0, 2 * MICROSECONDS), max_size=200),
)
def test_no_stretch_of_time_sees_more_than_its_tokens(calls: int, pauses: list[int]) -> None:
    rate = Rate.of(calls)
    now, full_at, granted = 0, 0, []
    for pause in pauses:
        now += pause
        full_at, grant = take_token(full_at, now, rate)
        assert 0 <= grant.tokens_left < calls
        assert grant.next_token_at > now
        if grant.allowed:
            granted.append(now)
    for first, begun in enumerate(granted):
        for last in range(first, len(granted)):
            assert last - first + 1 <= calls + (granted[last] - begun) // rate.token_microseconds


@pytest.mark.contract("GW-15")
def test_a_refusal_names_whole_seconds_and_both_spellings() -> None:
    headers = dict(throttling_headers(Grant(allowed=False, tokens_left=0, next_token_at=2_100_000), 0))
    assert headers == {
        b"x-current-token-count": b"0",
        b"x-next-replenishment-time": b"1970-01-01T00:00:02.100000Z",
        b"x-next-replenish-time": b"1970-01-01T00:00:02.100000Z",
        b"retry-after": b"3",
    }


class CountedTokens:
    """The model: so many tokens in a bucket, and a little more of one with every microsecond."""

    def __init__(self, rate: Rate) -> None:
        self.rate = rate
        self.tokens = Fraction(rate.tokens_max)

    def wait(self, microseconds: int) -> None:
        """Let time pass."""
        grown = self.tokens + Fraction(microseconds, self.rate.token_microseconds)
        self.tokens = min(Fraction(self.rate.tokens_max), grown)

    def take(self) -> bool:
        """Take a token where there is a whole one."""
        allowed = self.tokens >= 1
        self.tokens -= allowed
        return allowed

    @property
    def until_next(self) -> Fraction:
        """After how many microseconds there is one whole token more."""
        return (int(self.tokens) + 1 - self.tokens) * self.rate.token_microseconds


PAUSES = st.lists(st.integers(0, 3 * MICROSECONDS), max_size=100)


@pytest.mark.contract("GW-15")
@given(calls=st.integers(1, 40), period=st.integers(1, 60), pauses=PAUSES)
def test_a_bucket_does_as_tokens_that_are_counted(calls: int, period: int, pauses: list[int]) -> None:
    rate = Rate.of(calls, period)
    model, now, full_at = CountedTokens(rate), 0, 0
    for pause in pauses:
        now += pause
        model.wait(pause)
        full_at, grant = take_token(full_at, now, rate)
        assert grant.allowed == model.take()
        assert grant.tokens_left == int(model.tokens)
        assert grant.next_token_at - now == model.until_next


@pytest.mark.contract("GW-15")
@given(calls=st.integers(1, 40), period=st.integers(1, 3600), pauses=PAUSES)
def test_a_refused_client_gets_through_when_the_headers_say_and_not_before(
    calls: int, period: int, pauses: list[int]
) -> None:
    rate = Rate.of(calls, period)
    now, full_at = 0, 0
    for pause in pauses:
        now += pause
        full_at, grant = take_token(full_at, now, rate)
        if grant.allowed:
            continue
        headers = dict(throttling_headers(grant, now))
        said = datetime.fromisoformat(headers[b"x-next-replenishment-time"].decode())
        moment = (said - datetime.fromisoformat("1970-01-01T00:00:00Z")) // (said.resolution)
        assert not take_token(full_at, moment - 1, rate)[1].allowed
        assert take_token(full_at, moment, rate)[1].allowed
        seconds = int(headers[b"retry-after"])
        assert take_token(full_at, now + seconds * MICROSECONDS, rate)[1].allowed
        assert seconds == 1 or now + (seconds - 1) * MICROSECONDS < moment


def test_a_bucket_that_owes_more_than_it_holds_says_when_it_lets_through_again() -> None:
    rate = Rate.of(2)
    full_at, grant = take_token(10 * MICROSECONDS, 0, rate)
    assert (full_at, grant.allowed, grant.tokens_left) == (10 * MICROSECONDS, False, 0)
    assert not take_token(full_at, grant.next_token_at - 1, rate)[1].allowed
    assert take_token(full_at, grant.next_token_at, rate)[1].allowed


def test_buckets_that_are_full_again_are_forgotten() -> None:
    buckets = OwnBuckets(buckets_max=100)
    rate = Rate.of(1)
    for number in range(1000):
        buckets.take(str(number), "an operation", number * MICROSECONDS // 10, rate)
    assert len(buckets) <= 100


def test_no_bucket_that_owes_is_forgotten_however_many_there_are() -> None:
    buckets, rate = OwnBuckets(buckets_max=10), Rate.of(1, HOUR_SECONDS)
    for number in range(100):
        assert buckets.take(str(number), "an operation", number, rate).allowed
    assert not any(buckets.take(str(number), "an operation", 100, rate).allowed for number in range(100))
    # An hour later all are full again, and the first new one clears them away.
    for number in range(1000, 1200):
        buckets.take(str(number), "an operation", 2 * HOUR_SECONDS * MICROSECONDS, rate)
    assert len(buckets) <= 200
