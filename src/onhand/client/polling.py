"""How often to ask whether something is over: seldom at first, as the document advises, and never more often later."""

from collections.abc import Callable
from typing import TypeVar
from urllib.parse import urlsplit

from onhand.client.caller import Caller
from onhand.client.errors import OnhandError
from onhand.client.policy import Polling
from onhand.client.steps import Exchange, waited

T = TypeVar("T")

LOOPBACK = frozenset({"127.0.0.1", "localhost", "::1"})


SERVICE = Polling(first_seconds=30.0, seconds_max=300.0)
"""For a service that is shared with others."""
SANDBOX = Polling(first_seconds=0.05, seconds_max=1.0)
"""For one's own, on this machine."""


def polling_for(url: str) -> Polling:
    """How to poll what is at a URL: what is on this machine often, all else seldom."""
    return SANDBOX if urlsplit(url).hostname in LOOPBACK else SERVICE


def polled(
    caller: Caller,
    ask: Callable[[Caller], Exchange[T]],
    is_over: Callable[[T], bool],
    polling: Polling,
    seconds_max: float,
    told: Callable[[T], object] | None = None,
    *,
    what: str,
) -> Exchange[T]:
    """Ask until it is over, or until so many seconds have passed: the last that was seen.

    `ask` asks through the caller that it is given, whose calls last no longer than what is left. An error on the way
    notes that `what` goes on all the same.
    """
    until = caller.around.monotonic() + seconds_max
    for pause in polling.pauses():
        # The last question is asked when the time is up, and then once.
        seconds = min(caller.policy.deadline_seconds, max(0.0, until - caller.around.monotonic()))
        try:
            seen = yield from ask(caller.lasting(seconds or caller.policy.attempt_seconds))
        except OnhandError as error:
            error.add_note(f"The {what} goes on, and can be waited for again")
            raise
        if told:
            told(seen)
        left = until - caller.around.monotonic()
        if is_over(seen) or left <= 0:
            break
        yield from waited(min(pause, left))
    return seen
