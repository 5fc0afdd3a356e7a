"""What one connection may take: bytes, time, and its place among the others."""

import msgspec

from onhand.settings import Settings


class Bounds(msgspec.Struct, frozen=True, kw_only=True):
    """The bounds of connections.

    A request line and its headers have at most `head_bytes_max`, and are whole within `head_seconds` of their first
    byte. Whoever sends a body has `body_silence_seconds` in hand: they pass while it is waited for, and every
    `body_bytes_per_second` bytes give one back, until there are as many again. An answer of which nothing was taken
    for `answer_silence_seconds` is given up. A process has at most `connections_max` connections.
    """

    head_bytes_max: int
    head_seconds: float
    body_silence_seconds: float
    body_bytes_per_second: int
    answer_silence_seconds: float
    connections_max: int

    @classmethod
    def of(cls, settings: Settings) -> "Bounds":
        """The bounds that are set."""
        return cls(**{name: getattr(settings, name) for name in cls.__struct_fields__})

    @property
    def look_seconds(self) -> float:
        """How often a connection is looked at, at least."""
        return min(self.head_seconds, self.body_silence_seconds, self.answer_silence_seconds)
