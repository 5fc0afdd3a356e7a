"""Files that come down: written as they come, taken up again where they broke off, unpacked (DS-25, DS-26).

Only the driver that carries out the steps calls what writes here.
"""

import re
import zipfile
import zlib
from collections.abc import Mapping
from pathlib import Path
from typing import IO

from onhand.client.caller import Caller
from onhand.client.errors import Refused, Unreadable
from onhand.client.steps import Answer, Exchange, Headers, Request, done

SECONDS_MAX = 3_600.0
UNPACKED_BYTES_MAX = 20_000_000_000
UNPACKED_IN_MEMORY_BYTES_MAX = 1_000_000_000
_PIECE_BYTES = 1 << 20
_NO_RANGE = 416
# RuntimeError is how zipfile says that it is encrypted, or packed in a way that it doesn't know.
_UNPACKING = (zipfile.BadZipFile, zlib.error, ValueError, OSError, EOFError, RuntimeError)
_RANGE = re.compile(r"bytes (\d+)-\d+/(\d+|\*)")
_FILE_NAME = re.compile(r'filename="?([^";]+)"?')


class FileSink:
    """A file that is written under another name until it is whole.

    A broken download is taken up where it ended, if the server says that it serves parts, and that the file is still
    the same.
    """

    def __init__(self, path: Path) -> None:
        self.path = path
        self._part = path.with_name(f"{path.name}.part")
        self._file: IO[bytes] | None = None
        self._bytes = 0
        self._validator = ""

    @property
    def bytes_taken(self) -> int:
        """How many bytes are there."""
        return self._bytes

    def resume(self) -> Headers:
        """What asks for the rest, unless the file has changed."""
        whole: Headers = (("Accept-Encoding", "identity"),)
        if not self._bytes or not self._validator:
            return whole
        return (*whole, ("Range", f"bytes={self._bytes}-"), ("If-Range", self._validator))

    def begin(self, status: int, headers: Mapping[str, str]) -> bool:
        """Go on with a part that fits, or begin anew with the whole."""
        if status == 206 and self._fits(headers):
            return True
        if status != 200:
            return False
        self.forget()
        self._validator = headers.get("etag") or headers.get("last-modified") or ""
        self._file = self._part.open("wb")
        return True

    def write(self, piece: bytes) -> None:
        """Write the next piece."""
        assert self._file is not None, "a body begins before its first piece"
        self._file.write(piece)
        self._bytes += len(piece)

    def finish(self) -> Path:
        """The file, whole and under its own name."""
        assert self._file is not None, "a download ends after it began"
        self._file.close()
        self._file = None
        return self._part.replace(self.path)

    def forget(self) -> None:
        """Throw away what is there."""
        if self._file:
            self._file.close()
        self._file, self._bytes, self._validator = None, 0, ""
        self._part.unlink(missing_ok=True)

    def _fits(self, headers: Mapping[str, str]) -> bool:
        found = _RANGE.match(headers.get("content-range", ""))
        return self._file is not None and found is not None and int(found[1]) == self._bytes


def downloaded(caller: Caller, request: Request, sink: FileSink, seconds_max: float = SECONDS_MAX) -> Exchange[Answer]:
    """The answer to a request whose body is in the file of the sink then."""
    try:
        try:
            answer = yield from caller.ask(request, sink, seconds_max)
        except Refused as refusal:
            if refusal.status != _NO_RANGE:
                raise
            # What is there is not a beginning of what the server has now.
            sink.forget()
            answer = yield from caller.ask(request, sink, seconds_max)
        _check_part(answer, request)
        yield from done(sink.finish)
    except BaseException:
        sink.forget()
        raise
    return answer


def _check_part(answer: Answer, request: Request) -> None:
    if answer.status == 206 and answer.body:
        raise Unreadable("it is another part of the file than was asked for", operation=request.operation)


def file_name(answer: Answer, otherwise: str) -> str:
    """What the server calls a file; never more than a name."""
    found = _FILE_NAME.search(answer.headers.get("content-disposition", ""))
    return Path(found[1].strip()).name if found else otherwise


def unpacked(archive: Path, *, bytes_max: int = UNPACKED_BYTES_MAX) -> Path:
    """The one file of a ZIP, beside it.

    Raises:
        Unreadable: it is no ZIP with one file in it, or that has more than `bytes_max` bytes.
    """
    try:
        with zipfile.ZipFile(archive) as packed:
            member = _only(packed)
            # Names in a ZIP may climb out of the folder.
            target = archive.with_name(Path(member.filename).name)
            with packed.open(member) as source:
                _copy(source, target, bytes_max)
    except _UNPACKING as error:
        raise Unreadable(f"it can't be unpacked: {error}", operation=archive.name) from error
    return target


def unpacked_bytes(content: bytes, *, bytes_max: int = UNPACKED_IN_MEMORY_BYTES_MAX) -> bytes:
    """The one file of a ZIP in memory; what is no ZIP, as it is.

    Raises:
        Unreadable: it is no ZIP with one file in it, or that has more than `bytes_max` bytes.
    """
    import io

    if not content.startswith(b"PK"):
        return content
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as packed, packed.open(_only(packed)) as source:
            found = source.read(bytes_max + 1)
            if len(found) > bytes_max:
                raise ValueError(f"there are more than {bytes_max:,} bytes in it: save it to a file")
            return found
    except _UNPACKING as error:
        raise Unreadable(f"it can't be unpacked: {error}", operation="ZIP") from error


def _only(packed: zipfile.ZipFile) -> zipfile.ZipInfo:
    (member,) = packed.infolist()
    if member.is_dir():
        raise ValueError("there is a folder in it, and no file")
    return member


def _copy(source: IO[bytes], target: Path, bytes_max: int) -> None:
    part = target.with_name(f"{target.name}.part")
    left = bytes_max
    try:
        with part.open("wb") as file:
            while piece := source.read(_PIECE_BYTES):
                left -= len(piece)
                if left < 0:
                    raise ValueError(f"there are more than {bytes_max:,} bytes in it")
                file.write(piece)
        part.replace(target)
    finally:
        part.unlink(missing_ok=True)
