"""What a sandbox's own operations answer (SB-05)."""

from datetime import datetime

import msgspec


class SandboxTime(msgspec.Struct, frozen=True):
    """The sandbox's present moment, in UTC, and how many lanes of work were done because they were due by then."""

    now: datetime
    worked: int = 0


class SandboxFault(msgspec.Struct, frozen=True, kw_only=True, rename="camel"):
    """A fault that may still strike, and how often it has; `delay` is an ISO 8601 duration."""

    number: int
    operation: str = "*"
    status: int | None = None
    drop: bool = False
    delay: str | None = None
    retry_after: int = 1
    times: int | None = None
    rate: float | None = None
    seed: int = 0
    struck: int = 0


class SandboxFaults(msgspec.Struct, frozen=True):
    """The faults that may still strike, the oldest first."""

    faults: tuple[SandboxFault, ...]


class SandboxRequest(msgspec.Struct, frozen=True, kw_only=True, rename="camel"):
    """A request to the sandbox and its answer.

    Names of headers are in small letters. Bodies are cut to what the sandbox keeps, secrets to their last characters.
    `operation` is None where no operation has the path, `status` where the connection was dropped before an answer.
    """

    number: int
    at: datetime
    method: str
    path: str
    query: str
    operation: str | None
    status: int | None
    milliseconds: float
    request_headers: dict[str, str]
    request_body: str
    answer_headers: dict[str, str]
    answer_body: str


class SandboxRequests(msgspec.Struct, frozen=True):
    """Requests, the newest first."""

    requests: tuple[SandboxRequest, ...]
