"""When to try again, and how long to wait before: pure decisions (no clock, no sleep, no randomness of their own).

Times are seconds. `Retry-After` and the headers of the limits (GW-15) are obeyed where they came.
"""

from collections.abc import Iterator
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime

import msgspec

from onhand.client.steps import Answer, Failure, Request

_RETRIED = frozenset({429, 500, 502, 503, 504})
_DOUBLINGS_MAX = 64
_COUNT = "x-current-token-count"
_NEXT = ("x-next-replenishment-time", "x-next-replenish-time")


class Policy(msgspec.Struct, frozen=True, kw_only=True):
    """The limits of a call.

    It is tried `attempts_max` times at most, and as a whole it lasts no longer than `deadline_seconds`. Between two
    attempts, where the server did not say how long, the waiting grows by `backoff_factor` from `backoff_seconds` to
    `backoff_seconds_max`, and half of it is drawn by lot. One attempt may take `attempt_seconds`. An answer that is
    read as a whole has at most `answer_bytes_max` bytes, and `unpacked_bytes_max` where it is a ZIP that is unpacked
    there. A file that is saved has at most `file_bytes_max`, as it comes and once it is unpacked.
    """

    attempts_max: int = 6
    deadline_seconds: float = 120.0
    attempt_seconds: float = 30.0
    backoff_seconds: float = 0.5
    backoff_factor: float = 2.0
    backoff_seconds_max: float = 30.0
    answer_bytes_max: int = 100_000_000
    unpacked_bytes_max: int = 1_000_000_000
    file_bytes_max: int = 20_000_000_000


DEFAULT_POLICY = Policy()


class Polling(msgspec.Struct, frozen=True, kw_only=True):
    """The pauses between two questions, in seconds: the first, by what they grow, and the longest."""

    first_seconds: float
    factor: float = 1.5
    seconds_max: float

    def pauses(self) -> Iterator[float]:
        """One after the other, without end."""
        pause = self.first_seconds
        while True:
            yield min(pause, self.seconds_max)
            pause *= self.factor


def may_repeat(request: Request, outcome: Answer | Failure) -> bool:
    """Whether a request that ended so may be sent again.

    What was throttled or never reached the server was not done, whatever it is; of the rest, what is safe to repeat.
    """
    if isinstance(outcome, Failure):
        return outcome.kind != "closed" and (request.repeatable or outcome.kind == "connect")
    return outcome.status == 429 or (outcome.status in _RETRIED and request.repeatable)


def wait_seconds(policy: Policy, outcome: Answer | Failure, attempt: int, lot: float) -> float:
    """How long to wait after the attempt of this number (from 1) ended so; `lot` is drawn from 0 to 1.

    What the server said is waited for in full, and the lot comes on top, so that those who were refused together do
    not come again together.
    """
    grown = policy.backoff_seconds * policy.backoff_factor ** min(attempt - 1, _DOUBLINGS_MAX)
    backoff = min(policy.backoff_seconds_max, grown) * (0.5 + lot / 2)
    said = said_seconds(outcome) if isinstance(outcome, Answer) else None
    # Who is told to wait for no time at all waits all the same.
    return said + backoff * lot if said else backoff


def said_seconds(answer: Answer) -> float | None:
    """How long the server said to wait: by `Retry-After` (seconds or a date), else by when the next token comes."""
    said = answer.headers.get("retry-after", "").strip()
    if said.isascii() and said.isdigit():
        return float(said)
    moment = http_date(said)
    now = http_date(answer.headers.get("date", ""))
    if moment is not None and now is not None:
        return max(0.0, moment - now)
    return next_token_seconds(answer) if answer.status == 429 else None


def next_token_seconds(answer: Answer) -> float | None:
    """How long there is no token for this operation; None where there is one, or nothing was said of it.

    By the server's own clock, which shows whole seconds: up to one more is waited for.
    """
    if answer.headers.get(_COUNT, "").strip() != "0":
        return None
    said = next((answer.headers[name] for name in _NEXT if name in answer.headers), "")
    now = http_date(answer.headers.get("date", ""))
    moment = _iso(said)
    return max(0.0, moment - now) if moment is not None and now is not None else None


def clock_skew_seconds(answer: Answer, now: float) -> float | None:
    """How far a clock that shows `now` (seconds since 1970) is ahead of the server's; None without a `Date`.

    The server's shows whole seconds, so that less than one second can't be told.
    """
    shown = http_date(answer.headers.get("date", ""))
    if shown is None:
        return None
    return now - shown if now < shown else max(0.0, now - shown - 1)


def http_date(text: str) -> float | None:
    """The seconds since 1970 of a date as HTTP writes it; None where it is none."""
    if not text:
        return None
    try:
        return parsedate_to_datetime(text).timestamp()
    except (ValueError, TypeError, OverflowError):
        return None


def _iso(text: str) -> float | None:
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        return None
    return (moment if moment.tzinfo else moment.replace(tzinfo=UTC)).timestamp()
