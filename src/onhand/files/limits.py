"""What a file or a body may ask of us, and what is raised where it can't be read any further."""

import msgspec


class ReadLimits(msgspec.Struct, frozen=True, kw_only=True):
    """Bounds on what is read.

    A line longer than `line_bytes_max` is refused without being held. What grows to more than `expansion_max` times its
    compressed size is taken for a bomb; so is what grows beyond `decompressed_bytes_max`, where that is given.
    """

    line_bytes_max: int = 1_048_576
    expansion_max: int = 200
    decompressed_bytes_max: int | None = None


class Unreadable(Exception):
    """The rest of a file or body can't be read; what came before it stands. The message says how to mend it."""


class TooLarge(Unreadable):
    """It is larger than is allowed."""
