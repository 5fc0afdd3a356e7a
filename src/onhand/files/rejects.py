"""The file of what was refused, to be mended in an editor and loaded again as it is.

Each row stands as the JSON object that it was, with one more key, `_refused`, that says why, and where it came from;
that key is passed over when the file is loaded. What was not a JSON object stands as a text under `_line`: mend the
text, or put the event's fields in its place. A line of CSV has its header under `_header`, by which it is read again.
"""

import os
from collections.abc import Collection
from pathlib import Path

import msgspec

from onhand.basics.refusal import Refusal
from onhand.files.columns import Shape
from onhand.files.limits import Unreadable
from onhand.files.rows import Row, row_under

_REFUSED = "_refused"
_HEADER = "_header"
_LINE = "_line"
_MARK = b'"_refused"'
# What msgspec raises for a line that is no JSON object; the last for one that is nested without end.
_NO_OBJECT = (msgspec.DecodeError, UnicodeDecodeError, RecursionError)
_objects = msgspec.json.Decoder(dict[str, msgspec.Raw])
_texts = msgspec.json.Decoder(str)


class _Reason(msgspec.Struct, frozen=True):
    """Why a row was refused, and where it stood."""

    code: str
    field: str
    message: str
    file: str
    line: int


class _Reject(msgspec.Struct, frozen=True):
    """As much of a reject as tells which load wrote it."""

    reason: _Reason = msgspec.field(name=_REFUSED)


_rejects = msgspec.json.Decoder(_Reject)


def mended(row: Row, shape: Shape) -> Row:
    """What a row of a rejects file says without the reason it was refused for; any other row as it is."""
    if _MARK not in row.line:
        return row
    try:
        fields = _objects.decode(row.line)
        if fields.pop(_REFUSED, None) is None:
            return row
        header = _text(fields.pop(_HEADER, None))
        if list(fields) == [_LINE]:
            return _mended_text(row, header, _texts.decode(fields[_LINE]).encode(), shape)
    except _NO_OBJECT:
        return row
    return msgspec.structs.replace(row, line=msgspec.json.encode(fields))


def _text(value: msgspec.Raw | None) -> str | None:
    return None if value is None else _texts.decode(value)


def _mended_text(row: Row, header: str | None, text: bytes, shape: Shape) -> Row:
    if header is None:
        return msgspec.structs.replace(row, line=text)
    try:
        return row_under(header, row.number, text, shape)
    except Unreadable as error:
        return Row(row.number, text, Refusal("malformed_csv", _HEADER, f"The header can't be read: {error}."), header)


def rejected(row: Row, shape: Shape, refusal: Refusal, file: str) -> bytes:
    """The line of the rejects file for a row that was refused."""
    original = mended(row, shape)
    reason = _Reason(refusal.code, refusal.field, refusal.message, file, row.number)
    try:
        # The decoder lets texts that it does not look into through as they are; an editor would not.
        fields: dict[str, object] = {**_objects.decode(original.line.decode())}
    except _NO_OBJECT:
        fields = {} if original.header is None else {_HEADER: original.header}
        fields[_LINE] = original.line.decode(errors="replace")
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

    def finish(self, settled: Collection[str]) -> Path | None:
        """Give the file its name; None where nothing was refused.

        Then one of an earlier load goes if all its rows came from files of the names in `settled`, of which every row
        stands now: it would only be mended in vain.
        """
        if self._growing.exists():
            self._growing.replace(self._path)
            return self._path
        if self._has_only_rejects_of(settled):
            self._path.unlink()
        return None

    def _has_only_rejects_of(self, files: Collection[str]) -> bool:
        if not files or not self._path.is_file():
            return False
        try:
            with self._path.open("rb") as opened:
                return all(_rejects.decode(line).reason.file in files for line in opened)
        except _NO_OBJECT:
            return False
