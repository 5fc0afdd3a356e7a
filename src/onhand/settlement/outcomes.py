"""What is said of an entry, and of settling."""

from typing import Literal

import msgspec

from onhand.basics.refusal import Refusal


class Posted(msgspec.Struct, frozen=True, gc=False):
    """Where an accepted entry stands: its transaction key, the rows' sum in minor units, and its report date."""

    transaction_key: str
    amount: int
    currency: str


class Outcome(msgspec.Struct, frozen=True):
    """What became of one entry; `posted` is that of an accepted one."""

    status: Literal["accepted", "duplicate", "refused"]
    event_id: str | None
    refusal: Refusal | None = None
    posted: Posted | None = None


class Settled(msgspec.Struct, frozen=True):
    """How many periods were closed and how many reports were published."""

    closed: int
    published: int
