"""Files as a person names them: opened, told apart by their content, and read in windows."""

import hashlib
from collections.abc import Iterable, Iterator
from contextlib import AbstractContextManager, nullcontext
from pathlib import Path
from typing import BinaryIO

import msgspec

from onhand.files.columns import Shape
from onhand.files.compression import plain_bytes
from onhand.files.limits import ReadLimits, Unreadable
from onhand.files.rows import Row, text_rows

_CHUNK_BYTES = 262_144
_HEAD_BYTES = 65_536
_PARQUET = b"PAR1"


class Identity(msgspec.Struct, frozen=True):
    """What tells a file from another that has taken its name."""

    size: int
    modified_ns: int
    head_sha256: str


class InputFile:
    """A file of rows: NDJSON, CSV (both plain, gzip or zstd) or Parquet, whatever its name says."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self.bytes_read = 0

    @property
    def name(self) -> str:
        """The name as it was given."""
        return str(self._path)

    @property
    def key(self) -> str:
        """The name by which a position is kept."""
        return str(self._path.resolve())

    @property
    def bytes_total(self) -> int | None:
        """How large the file is."""
        return self._path.stat().st_size

    def identity(self) -> Identity | None:
        """What tells the file from another of its name."""
        status = self._path.stat()
        with self._path.open("rb") as opened:
            head = hashlib.sha256(opened.read(_HEAD_BYTES)).hexdigest()
        return Identity(status.st_size, status.st_mtime_ns, head)

    def rows(self, shape: Shape, limits: ReadLimits, after: int = 0) -> Iterator[Row]:
        """The rows from the one after number `after` on.

        Raises:
            Unreadable: the file can't be read (any further); the message names it and how far it was read.
        """
        number = after
        try:
            for row in self._rows(shape, limits, after):
                if row.number > after:
                    number = row.number
                    yield row
        except (Unreadable, OSError) as error:
            reason = error.strerror if isinstance(error, OSError) else error
            reached = f" (it was read as far as line {number})" if number else ""
            raise Unreadable(f"{self.name}: {reason}{reached}") from error

    def _rows(self, shape: Shape, limits: ReadLimits, after: int) -> Iterator[Row]:
        if not self._is_parquet():
            yield from text_rows(plain_bytes(self._chunks(), limits), shape, limits)
            return
        # It takes a tenth of a second and 40 MB to import, which only this format needs.
        from onhand.files.parquet import parquet_rows  # noqa: PLC0415

        yield from parquet_rows(self._path, shape, after)
        self.bytes_read = self._path.stat().st_size

    def _is_parquet(self) -> bool:
        with self._path.open("rb") as opened:
            return opened.read(len(_PARQUET)) == _PARQUET

    def _chunks(self) -> Iterator[bytes]:
        self.bytes_read = 0
        with self._opened() as opened:
            while chunk := opened.read(_CHUNK_BYTES):
                self.bytes_read += len(chunk)
                yield chunk

    def _opened(self) -> AbstractContextManager[BinaryIO]:
        return self._path.open("rb")


class InputStream(InputFile):
    """What comes in on standard input or through another pipe: NDJSON or CSV, read once and from its start.

    A pipe that is given by its path is opened when its turn has come, since its writer may wait for that.
    """

    def __init__(self, stream: BinaryIO | Path) -> None:
        super().__init__(stream if isinstance(stream, Path) else Path("-"))
        self._stream = stream

    @property
    def bytes_total(self) -> int | None:
        """Not known of a stream."""
        return None

    def identity(self) -> Identity | None:
        """A stream can't be told from another, so its position is not kept."""
        return None

    def _is_parquet(self) -> bool:
        return False

    def copy_to(self, opened: BinaryIO) -> None:
        """Write all of it to a file, to be read more than once."""
        opened.writelines(self._chunks())

    def _opened(self) -> AbstractContextManager[BinaryIO]:
        # A stream that was handed in is open already, and is not ours to close.
        return self._stream.open("rb") if isinstance(self._stream, Path) else nullcontext(self._stream)


def check_readable(files: Iterable[InputFile], shape: Shape, limits: ReadLimits) -> None:
    """See that every file can be opened and that its columns are right, before anything of any is stored.

    Raises:
        Unreadable: one is not; the message names it.
    """
    for file in files:
        if not isinstance(file, InputStream):
            next(file.rows(shape, limits), None)


def in_windows(rows: Iterable[Row], rows_max: int, bytes_max: int) -> Iterator[list[Row]]:
    """The rows in windows of so many rows and bytes; what was read before a file became unreadable comes first.

    Raises:
        Unreadable: as `rows` does.
    """
    window: list[Row] = []
    size = 0
    try:
        for row in rows:
            window.append(row)
            size += len(row.line)
            if len(window) >= rows_max or size >= bytes_max:
                yield window
                window, size = [], 0
    except Unreadable:
        if window:
            yield window
        raise
    if window:
        yield window
