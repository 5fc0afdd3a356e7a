"""What a server says about itself (OP-09)."""

import msgspec


class Alive(msgspec.Struct, frozen=True, kw_only=True):
    """The process answers."""

    status: str


class Ready(msgspec.Struct, frozen=True, kw_only=True):
    """The database answers, and its schema, of this revision, is the one that the server needs."""

    status: str
    revision: str


class ProblemMeaning(msgspec.Struct, frozen=True, kw_only=True):
    """What a kind of problem of the operator's API means, and what to do about it."""

    type: str
    status: int
    title: str
    mend: str
