"""What the core asks of the world: to send, to wait, to do something one at a time. No I/O is done here.

An exchange is a generator that yields steps, is sent what became of each, and returns a result. The drivers carry
steps out, one by blocking and one by awaiting; what is decided stands in the exchanges, once.
"""

from collections.abc import Callable, Generator, Mapping
from typing import Any, Literal, Protocol, TypeAlias, TypeVar

import msgspec

T = TypeVar("T")

Headers: TypeAlias = tuple[tuple[str, str], ...]
DoorName: TypeAlias = Literal["supplier", "gateway", "operator", "login", "open", "nobody"]


class Request(msgspec.Struct, frozen=True, kw_only=True):
    """One request before anybody signed it.

    `operation` names it in errors and is what its limits are remembered by. `path` is one of the server's, or a whole
    URL where it is a link. `repeatable` says that doing it twice is as doing it once.
    """

    operation: str
    method: str
    path: str
    door: DoorName
    query: Headers = ()
    headers: Headers = ()
    body: bytes | None = None
    repeatable: bool = True
    accept: str = "application/json"


class Answer(msgspec.Struct, frozen=True):
    """What was answered; `headers` are looked up in any case. The body is empty where it went to a sink."""

    status: int
    headers: Mapping[str, str]
    body: bytes


class Failure(msgspec.Struct, frozen=True):
    """That no whole answer came."""

    kind: Literal["connect", "timeout", "dropped"]
    reason: str


class Sink(Protocol):
    """Where the body of a large answer goes, piece by piece."""

    @property
    def bytes_taken(self) -> int:
        """How many bytes of the body are there."""
        ...

    def resume(self) -> Headers:
        """The headers that ask for what is still missing; none where it has to begin anew."""
        ...

    def begin(self, status: int, headers: Mapping[str, str]) -> bool:
        """Whether the body of this answer is taken; otherwise it is read like any other."""
        ...

    def write(self, piece: bytes) -> None:
        """Take the next piece."""
        ...


class Send(msgspec.Struct, frozen=True):
    """Send a request and get its Answer, or a Failure where none came until `until` on the monotonic clock.

    A server that says nothing for `silence_seconds` is given up. Links may lead on to other places (`follows`); what
    carries credentials does not.
    """

    method: str
    url: str
    query: Headers
    headers: Headers
    body: bytes | None
    until: float
    silence_seconds: float
    sink: Sink | None = None
    follows: bool = False


class Wait(msgspec.Struct, frozen=True):
    """Let so many seconds pass."""

    seconds: float


class Do(msgspec.Struct, frozen=True):
    """Do some work on this machine that takes its time, such as unpacking a file, and get what it returns."""

    work: Callable[[], Any]


class OneAtATime(msgspec.Struct, frozen=True):
    """Carry out an exchange while nobody else does; False where the turn did not come until `until`."""

    exchange: Callable[[], "Exchange[None]"]
    until: float


Step: TypeAlias = Send | Wait | Do | OneAtATime
Exchange: TypeAlias = Generator[Step, Any, T]


def sent(send: Send) -> Exchange[Answer | Failure]:
    """Send, and what became of it."""
    outcome: Answer | Failure = yield send
    return outcome


def waited(seconds: float) -> Exchange[None]:
    """Wait."""
    yield Wait(seconds)


def one_at_a_time(exchange: Callable[[], Exchange[None]], until: float) -> Exchange[bool]:
    """Carry out an exchange alone; whether the turn came."""
    came: bool = yield OneAtATime(exchange, until)
    return came


def done(work: Callable[[], T]) -> Exchange[T]:
    """Do some work, and what it returned."""
    result: T = yield Do(work)
    return result
