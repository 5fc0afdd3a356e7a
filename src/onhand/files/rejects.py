"""The file of what was refused, to be mended in an editor and loaded again as it is.

Each row stands as the JSON object that it was, with one more key, `_refused`, that says why, and where it came from;
that key is passed over when the file is loaded. What was not a JSON object stands as a text under `_line`: mend the
text, or put the event's fields in its place.
"""

import os
from pathlib import Path

import msgspec

from onhand.basics.refusal import Refusal

_REFUSED = "_refused"
_LINE = "_line"
_MARK = b'"_refused"'
# What msgspec raises for a line that is no JSON object; the last for one that is nested without end.
_NO_OBJECT = (msgspec.DecodeError, UnicodeDecodeError, RecursionError)
_objects = msgspec.json.Decoder(dict[str, msgspec.Raw])
_texts = msgspec.json.Decoder(str)


class _Reason(msgspec.Struct, frozen=True):
    code: str
    field: str
    message: str
    file: str
    line: int


def mended(line: bytes) -> bytes:
    """What a line of a rejects file says without the reason it was refused for; any other line as it is."""
    if _MARK not in line:
        return line
    try:
        fields = _objects.decode(line)
        if fields.pop(_REFUSED, None) is None:
            return line
        if list(fields) == [_LINE]:
            return _texts.decode(fields[_LINE]).encode()
    except _NO_OBJECT:
        return line
    return msgspec.json.encode(fields)


def rejected(line: bytes, refusal: Refusal, file: str, number: int) -> bytes:
    """The line of the rejects file for a row that was refused."""
    original = mended(line)
    reason = _Reason(refusal.code, refusal.field, refusal.message, file, number)
    try:
        # The decoder lets texts that it does not look into through as they are; an editor would not.
        fields: dict[str, object] = {**_objects.decode(original.decode())}
    except _NO_OBJECT:
        fields = {_LINE: original.decode(errors="replace")}
    return msgspec.json.encode(fields | {_REFUSED: reason}) + b"\n"


class RejectsFile:
    """A rejects file while it grows: beside its name until the load is over, so that a half one is never seen."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._growing = path.with_name(path.name + ".part")

    def open(self, size: int) -> bool:
        """Go on after the first `size` bytes of an earlier run; False where they are no longer there."""
        if size == 0:
            self._growing.unlink(missing_ok=True)
            return True
        if not self._growing.exists() or self._growing.stat().st_size < size:
            return False
        os.truncate(self._growing, size)
        return True

    def append(self, lines: list[bytes]) -> int:
        """Write lines through to the disk; how large the file is then."""
        if lines:
            with self._growing.open("ab") as opened:
                opened.writelines(lines)
                opened.flush()
                os.fsync(opened.fileno())
        return self._growing.stat().st_size if self._growing.exists() else 0

    def finish(self) -> Path | None:
        """Give the file its name; None where nothing was refused."""
        if not self._growing.exists():
            return None
        self._growing.replace(self._path)
        return self._path
