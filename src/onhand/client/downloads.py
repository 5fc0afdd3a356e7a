"""Files that come down: written as they come, taken up again where they broke off, unpacked (DS-25, DS-26).

Only the driver that carries out the steps calls what writes here.
"""

import re
import zipfile
import zlib
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import IO

from onhand.client.caller import Caller
from onhand.client.errors import NotFound, Refused, Unreadable
from onhand.client.steps import Answer, Exchange, Headers, Request, done

SECONDS_MAX = 3_600.0
_PIECE_BYTES = 1 << 20
_NO_RANGE = 416
# RuntimeError is how zipfile says that it is encrypted, or packed in a way that it doesn't know.
_UNPACKING = (zipfile.BadZipFile, zlib.error, ValueError, OSError, EOFError, RuntimeError)
_RANGE = re.compile(r"bytes (\d+)-\d+/(\d+|\*)")
_FILE_NAME = re.compile(r'filename="?([^";]+)"?')


Arrived = Callable[[int, int | None], object]
"""Hears how many bytes of a file are there, and of how many, where the server says that."""


class FileSink:
    """A file that is written under another name until it is whole.

    A broken download is taken up where it ended, by this program or by its next run, if the server says that it serves
    parts, and that the file is still the same. What says so stands beside the part, under the name of the part and
    `.tag`. A file has at most `bytes_max` bytes.
    """

    def __init__(self, path: Path, bytes_max: int, arrived: Arrived | None = None) -> None:
        self.path = path
        self._bytes_max = bytes_max
        self._part = path.with_name(f"{path.name}.part")
        self._tag = path.with_name(f"{path.name}.part.tag")
        self._arrived = arrived
        self._file: IO[bytes] | None = None
        self._bytes = 0
        self._bytes_total: int | None = None
        self._validator = ""

    @property
    def bytes_taken(self) -> int:
        """How many bytes are there."""
        return self._bytes

    def take_up(self) -> None:
        """Find what an earlier run left."""
        try:
            self._validator = self._tag.read_text(encoding="latin-1")
            self._bytes = self._part.stat().st_size
        except OSError:
            self._bytes, self._validator = 0, ""

    def resume(self) -> Headers:
        """What asks for the rest, unless the file has changed."""
        whole: Headers = (("Accept-Encoding", "identity"),)
        if not self._bytes or not self._validator:
            return whole
        return (*whole, ("Range", f"bytes={self._bytes}-"), ("If-Range", self._validator))

    def begin(self, status: int, headers: Mapping[str, str]) -> bool:
        """Go on with a part that fits, or begin anew with the whole."""
        if status == 206 and self._fits(headers):
            self._go_on()
            return True
        if status != 200:
            return False
        self.forget()
        self._file = self._part.open("wb")
        self._validator = _validator(headers)
        if self._validator:
            # Later than the part is emptied: it is never said of another file's bytes.
            self._tag.write_text(self._validator, encoding="latin-1")
        self._bytes_total = _length(headers)
        return True

    def write(self, piece: bytes) -> None:
        """Write the next piece.

        Raises:
            Unreadable: the file would be larger than it may be.
        """
        assert self._file is not None, "a body begins before its first piece"
        if self._bytes + len(piece) > self._bytes_max:
            raise Unreadable(_too_large(self._bytes_max), operation=self.path.name)
        self._file.write(piece)
        self._bytes += len(piece)
        if self._arrived:
            self._arrived(self._bytes, self._bytes_total)

    def finish(self) -> Path:
        """The file, whole and under its own name."""
        assert self._file is not None, "a download ends after it began"
        self._file.close()
        self._file = None
        self._tag.unlink(missing_ok=True)
        return self._part.replace(self.path)

    def leave(self) -> None:
        """Keep what is there for another run, where that could go on with it."""
        if not self._bytes or not self._validator:
            self.forget()
        elif self._file:
            self._file.close()
            self._file = None

    def forget(self) -> None:
        """Throw away what is there."""
        if self._file:
            self._file.close()
        self._file, self._bytes, self._validator = None, 0, ""
        self._tag.unlink(missing_ok=True)
        self._part.unlink(missing_ok=True)

    def _go_on(self) -> None:
        if self._file is None:
            # At its place and not at the end: two runs at once write the same bytes to the same places.
            self._file = self._part.open("r+b")
            self._file.seek(self._bytes)

    def _fits(self, headers: Mapping[str, str]) -> bool:
        found = _RANGE.match(headers.get("content-range", ""))
        if not self._bytes or found is None or int(found[1]) != self._bytes:
            return False
        self._bytes_total = int(found[2]) if found[2] != "*" else None
        return True


def file_sink(caller: Caller, path: Path, arrived: Arrived | None) -> FileSink:
    """A file to download to, as large as the policy allows."""
    return FileSink(path, caller.policy.file_bytes_max, arrived)


def downloaded(caller: Caller, request: Request, sink: FileSink, seconds_max: float = SECONDS_MAX) -> Exchange[Answer]:
    """The answer to a request whose body is in the file of the sink then.

    Where it breaks off, what has come is kept for the next run; where the server has another file or none, it is not.
    """
    try:
        yield from done(sink.take_up)
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
    except (Unreadable, NotFound):
        sink.forget()
        raise
    except BaseException:
        sink.leave()
        raise
    return answer


def _validator(headers: Mapping[str, str]) -> str:
    """What says that a file is byte for byte the same; nothing where the server can't or the bytes are coded anew."""
    etag = headers.get("etag", "")
    if headers.get("content-encoding", "identity") != "identity" or etag.startswith("W/"):
        return ""
    return etag or headers.get("last-modified", "")


def _length(headers: Mapping[str, str]) -> int | None:
    said = headers.get("content-length", "")
    return int(said) if said.isdigit() else None


def _check_part(answer: Answer, request: Request) -> None:
    if answer.status == 206 and answer.body:
        raise Unreadable("it is another part of the file than was asked for", operation=request.operation)


def file_name(answer: Answer, otherwise: str) -> str:
    """What the server calls a file; never more than a name."""
    found = _FILE_NAME.search(answer.headers.get("content-disposition", ""))
    return Path(found[1].strip()).name if found else otherwise


def unpacked(archive: Path, bytes_max: int) -> Path:
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


def unpacked_bytes(content: bytes, bytes_max: int) -> bytes:
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
                allowed = "which unpacked_bytes_max of the policy allows"
                raise ValueError(f"there are more than {bytes_max:,} bytes in it, {allowed}: save it to a file")
            return found
    except _UNPACKING as error:
        raise Unreadable(f"it can't be unpacked: {error}", operation="ZIP") from error


def _too_large(bytes_max: int) -> str:
    return f"there are more than {bytes_max:,} bytes in it, which file_bytes_max of the policy allows"


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
                    raise ValueError(_too_large(bytes_max))
                file.write(piece)
        part.replace(target)
    finally:
        part.unlink(missing_ok=True)
