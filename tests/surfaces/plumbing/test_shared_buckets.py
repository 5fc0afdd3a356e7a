"""Buckets that several processes share."""

import json
import subprocess
import sys
from collections import defaultdict
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from onhand.basics.clock import MICROSECONDS
from onhand.surfaces.plumbing.shared_buckets import SharedBuckets
from onhand.surfaces.plumbing.throttling import OwnBuckets, Rate
from tests.surfaces.plumbing.bucket_processes import PROCESSES, RATE

pytestmark = pytest.mark.contract("GW-17")

ROOT = Path(__file__).parents[3]
RATES = {"fast": Rate.of(3), "slow": Rate.of(2, 60)}


def steps(callers_max: int) -> st.SearchStrategy[list[tuple[int, str, int]]]:
    """Calls: whose, to which operation, and how long after the one before."""
    step = st.tuples(st.integers(1, callers_max), st.sampled_from(list(RATES)), st.integers(0, MICROSECONDS // 2))
    return st.lists(step, max_size=150)


@given(steps(7))
def test_shared_buckets_answer_as_those_of_one_process_do(calls: list[tuple[int, str, int]]) -> None:
    shared, own, now = SharedBuckets(rows=4), OwnBuckets(), MICROSECONDS
    for caller, operation, pause in calls:
        now += pause
        looked = own.look(str(caller), operation, now, RATES[operation])
        assert shared.look(str(caller), operation, now, RATES[operation]) == looked
        expected = own.take(str(caller), operation, now, RATES[operation])
        assert shared.take(str(caller), operation, now, RATES[operation]) == expected
        # Who looks takes nothing: what is there afterwards is what the taker was told.
        assert own.look(str(caller), operation, now, RATES[operation]).tokens_left == expected.tokens_left


@given(steps(60))
def test_no_collision_ever_lets_through_more_than_the_rate(calls: list[tuple[int, str, int]]) -> None:
    shared, now = SharedBuckets(rows=1), MICROSECONDS
    granted: defaultdict[tuple[int, str], list[int]] = defaultdict(list)
    for caller, operation, pause in calls:
        now += pause
        if shared.take(str(caller), operation, now, RATES[operation]).allowed:
            granted[caller, operation].append(now)
    for (_, operation), moments in granted.items():
        rate = RATES[operation]
        for first, begun in enumerate(moments):
            for last in range(first, len(moments)):
                assert last - first + 1 <= rate.tokens_max + (moments[last] - begun) // rate.token_microseconds


@given(steps(7))
def test_a_token_that_is_given_back_was_never_taken(calls: list[tuple[int, str, int]]) -> None:
    """Whoever takes a token more each time and gives it back is answered as one who does not."""
    for buckets in (SharedBuckets(rows=4), OwnBuckets()):
        plain, now = OwnBuckets(), MICROSECONDS
        for caller, operation, pause in calls:
            now += pause
            named = (str(caller), operation, now, RATES[operation])
            if buckets.take(*named).allowed:
                assert buckets.give_back(*named) == plain.look(*named)
            assert buckets.take(*named) == plain.take(*named)


def test_a_caller_without_a_place_of_its_own_gets_nothing_back() -> None:
    shared, rate = SharedBuckets(rows=1), Rate.of(1)
    for number in range(16):
        assert shared.take(str(number), "x", MICROSECONDS, rate).allowed
    # The bucket is one that others share, who owe what it says as well.
    assert shared.give_back("15", "x", MICROSECONDS, rate).tokens_left == 0
    assert not shared.take("16", "x", MICROSECONDS, rate).allowed


def test_callers_without_a_place_share_one_bucket_until_places_are_free_again() -> None:
    shared, rate = SharedBuckets(rows=1), Rate.of(2)
    first = [shared.take(str(number), "x", MICROSECONDS, rate).allowed for number in range(15)]
    beyond = [shared.take(str(number), "x", MICROSECONDS, rate).allowed for number in range(15, 18)]
    assert (first, beyond) == ([True] * 15, [True, True, False])
    later = [shared.take(str(number), "x", 3 * MICROSECONDS, rate).allowed for number in range(15, 18)]
    assert later == [True] * 3


def test_a_caller_that_gets_a_place_later_owes_what_the_shared_bucket_did() -> None:
    shared, slow, quick = SharedBuckets(rows=1), Rate.of(1, 10), Rate.of(1, 1)
    for number in range(15):
        shared.take(str(number), "x", MICROSECONDS, quick)
    assert shared.take("late", "x", MICROSECONDS, slow).allowed
    # By now the others have left their places; the late one's ten seconds are not over.
    assert not shared.take("late", "x", 5 * MICROSECONDS, slow).allowed
    assert shared.take("late", "x", 11 * MICROSECONDS, slow).allowed


def ran(what: str) -> Any:
    """What processes of their own have seen."""
    words = [sys.executable, "-m", "tests.surfaces.plumbing.bucket_processes", what]
    environment = {"PYTHONPATH": f"{ROOT / 'src'}:{ROOT}"}
    return json.loads(subprocess.run(words, cwd=ROOT, env=environment, check=True, capture_output=True).stdout)


def test_processes_never_exceed_the_limit_together_and_together_reach_it() -> None:
    seen = ran("together")
    most = RATE.tokens_max + seen["microseconds"] // RATE.token_microseconds
    assert seen["processes"] == PROCESSES
    assert most - 20 <= seen["granted"] <= most


def test_a_process_that_is_killed_gives_its_lock_back() -> None:
    assert ran("lock") == {"held": True, "had": True}
