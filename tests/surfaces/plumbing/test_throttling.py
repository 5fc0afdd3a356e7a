"""Token buckets."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from onhand.basics.clock import MICROSECONDS
from onhand.surfaces.plumbing.throttling import Grant, Rate, Throttle, take_token, throttling_headers

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


def test_buckets_that_are_full_again_are_forgotten() -> None:
    throttle = Throttle({}, lambda: 0, buckets_max=100)
    rate = Rate.of(1)
    for number in range(1000):
        throttle._take((str(number), "an operation"), number * MICROSECONDS // 10, rate)
    assert len(throttle._full_at) <= 100
