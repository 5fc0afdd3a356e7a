"""Lines of a stream of bytes. One that is too long is passed over without being held."""

from collections.abc import Iterable, Iterator

import msgspec

_START_BYTES = 200


class TooLong(msgspec.Struct, frozen=True):
    """A line over the limit: how it starts."""

    start: bytes


Line = bytes | TooLong


def lines_in_blocks(pieces: Iterable[bytes], line_bytes_max: int) -> Iterator[list[Line]]:
    """The lines of `pieces` without their line feeds, many at a time."""
    pending: Line = b""
    for piece in pieces:
        first, *others = piece.split(b"\n")
        lines: list[Line] = [_joined(pending, first, line_bytes_max), *others]
        if len(piece) > line_bytes_max:
            lines[1:] = [_joined(b"", line, line_bytes_max) for line in others]
        pending = lines.pop()
        yield lines
    if pending:
        yield [pending]


def _joined(before: Line, after: bytes, line_bytes_max: int) -> Line:
    if isinstance(before, TooLong):
        return before
    line = before + after
    return TooLong(line[:_START_BYTES]) if len(line) > line_bytes_max else line
