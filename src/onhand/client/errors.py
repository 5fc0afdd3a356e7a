"""Everything that a call of the client can end with, other than its result.

::

    OnhandError
      × NotSent                 nothing was sent: the client itself saw what was wrong
        · BadInput              a value that the document rules out (GTIN forms, types, duplicate rows)
        · BadSetup              no credentials for the call, a key that can't be read, plain HTTP to another machine
      × NoAnswer                nothing, or not all of it, came back; whether a write was done is unknown
        · NotConnected          no connection was made, so nothing was done
        · TimedOut
        · Dropped
      × Refused                 the server said no; `status`, `problems`, `correlation_id`
        · BadRequest            400
        · Unauthorized          401, and a token that was refused in another way
        · Forbidden             403
        · NotFound              404
        · Conflict              409
        · TooLarge              413
        · NotUnderstood         405, 406, 415, 422: the method, the form or the content is not taken
        · Throttled             429, and waiting was longer than the call may last
        · ServerFailed          500 and above
      × Unreadable              the answer is not what the contract says
      × Unfinished              a feed or report is not over within the time given; it goes on
      × Failed                  a feed or report is over, and ended as an error

`except OnhandError` catches all of them.
"""

from collections.abc import Sequence
from typing import Any

import msgspec

_PROBLEMS_SHOWN = 10


class Problem(msgspec.Struct, frozen=True):
    """One thing that was wrong: a stable code, the field it is about, and how to mend it."""

    code: str
    field: str
    description: str

    def __str__(self) -> str:
        about = f" ({self.field})" if self.field and self.field not in self.description else ""
        return f"{self.code}{about}: {self.description}" if self.code else f"{self.description}{about}"


class OnhandError(Exception):
    """What every error of the client is."""

    def __reduce__(self) -> tuple[Any, ...]:
        """As it is, to another process: pools of workers hand errors over."""
        return _restored, (type(self), self.args), self.__dict__


class NotSent(OnhandError):
    """Nothing was sent: the client itself saw what was wrong."""


class BadInput(NotSent):
    """Values that can't be right, each with its place (`rows[3].gtin`) and how to mend it."""

    def __init__(self, problems: Sequence[Problem]) -> None:
        super().__init__(_listed(problems))
        self.problems = tuple(problems)


class BadSetup(NotSent):
    """The client can't ask this with what it was given."""


class NoAnswer(OnhandError):
    """Nothing, or not all of it, came back.

    `attempts` says how often it was tried. Whether a write was done is unknown, unless no connection was made.
    """

    def __init__(self, reason: str, *, operation: str, correlation_id: str, attempts: int) -> None:
        super().__init__(f"{operation}: {reason}{_tried(attempts)}; correlation id {correlation_id}")
        self.operation = operation
        self.correlation_id = correlation_id
        self.attempts = attempts


class NotConnected(NoAnswer):
    """No connection was made, so nothing was done."""


class TimedOut(NoAnswer):
    """The answer did not come in time."""


class Dropped(NoAnswer):
    """The connection broke before the whole answer was there."""


class Refused(OnhandError):
    """The server said no.

    `problems` are all that it listed. `clock_skew_seconds` is how far this machine's clock is ahead of the server's
    (behind it, where negative), known where the answer had a `Date`.
    """

    def __init__(
        self,
        status: int,
        problems: Sequence[Problem] = (),
        *,
        operation: str,
        correlation_id: str,
        attempts: int = 1,
        clock_skew_seconds: float | None = None,
        retry_after_seconds: float | None = None,
        hint: str = "",
    ) -> None:
        said = _listed(problems) or "nothing more was said"
        more = f"{'' if said.endswith('.') else '.'} {hint}" if hint else ""
        told = f"{operation}: {status}: {said}{more}{_tried(attempts)}; correlation id {correlation_id}"
        super().__init__(told)
        self.status = status
        self.problems = tuple(problems)
        self.operation = operation
        self.correlation_id = correlation_id
        self.attempts = attempts
        self.clock_skew_seconds = clock_skew_seconds
        self.retry_after_seconds = retry_after_seconds

    @property
    def code(self) -> str:
        """The code of the first problem, or nothing."""
        return self.problems[0].code if self.problems else ""

    @property
    def field(self) -> str:
        """The field of the first problem, or nothing."""
        return self.problems[0].field if self.problems else ""

    @property
    def description(self) -> str:
        """What was said of the first problem, or nothing."""
        return self.problems[0].description if self.problems else ""


class BadRequest(Refused):
    """400: parameters or a body that are not taken."""


class Unauthorized(Refused):
    """401, or a token that was refused in another way: also after it was renewed."""


class Forbidden(Refused):
    """403: known, but not allowed to."""


class NotFound(Refused):
    """404: unknown, or somebody else's."""


class Conflict(Refused):
    """409: it stands otherwise already, or a tag is stale."""


class TooLarge(Refused):
    """413: the body is larger than is taken."""


class NotUnderstood(Refused):
    """405, 406, 415 or 422: the method, the form or the content is not taken."""


class Throttled(Refused):
    """429, and waiting takes longer than the call may last; `retry_after_seconds` says how long."""


class ServerFailed(Refused):
    """500 and above, and no repeat went better."""


class Unreadable(OnhandError):
    """The answer is not what the contract says it is."""

    def __init__(self, reason: str, *, operation: str, correlation_id: str = "") -> None:
        super().__init__(f"{operation}: the answer can't be used: {reason}; correlation id {correlation_id or '-'}")
        self.operation = operation
        self.correlation_id = correlation_id


class Unfinished(OnhandError):
    """A feed or report is not over within the time given. It goes on, under `id`; `status` was the last one seen."""

    def __init__(self, what: str, identifier: str, status: str, seconds: float) -> None:
        super().__init__(f"{what} {identifier} is {status} after {seconds:g} s; it goes on, and can be asked for again")
        self.id = identifier
        self.status = status


class Failed(OnhandError):
    """A feed or report is over, and ended as an error."""

    def __init__(self, what: str, identifier: str, problems: Sequence[Problem] = ()) -> None:
        said = _listed(problems)
        super().__init__(f"{what} {identifier} ended as an error" + (f": {said}" if said else ""))
        self.id = identifier
        self.problems = tuple(problems)


BY_STATUS: dict[int, type[Refused]] = {
    400: BadRequest,
    401: Unauthorized,
    403: Forbidden,
    404: NotFound,
    405: NotUnderstood,
    406: NotUnderstood,
    409: Conflict,
    413: TooLarge,
    415: NotUnderstood,
    422: NotUnderstood,
    429: Throttled,
}


def error_class(status: int) -> type[Refused]:
    """The class of the error that a status is: its own, else that of its hundred."""
    if status >= 500:
        return ServerFailed
    return BY_STATUS.get(status, BadRequest if 400 <= status < 500 else Refused)


def _tried(attempts: int) -> str:
    return f" (tried {attempts} times)" if attempts > 1 else ""


def _listed(problems: Sequence[Problem]) -> str:
    """The first problems in one line, and how many more `problems` has."""
    said = "; ".join(map(str, problems[:_PROBLEMS_SHOWN]))
    more = len(problems) - _PROBLEMS_SHOWN
    return f"{said}; and {more:,} more, in `problems`" if more > 0 else said


def _restored(kind: type[OnhandError], args: tuple[object, ...]) -> OnhandError:
    """An error without its making, which takes more than its message."""
    error = kind.__new__(kind)
    error.args = args
    return error
