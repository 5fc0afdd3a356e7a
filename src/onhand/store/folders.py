"""Objects as files in a folder of this machine.

A file is written under a name of its own in `.partial`, synced to the disk, and renamed to its key. While it is being
written its writer holds a lock on it, which the kernel gives back however the writer ends: whoever writes next removes
what is not locked, so nothing has to be guessed from the age of a file.
"""

import asyncio
import errno
import fcntl
import os
import stat
from collections.abc import AsyncGenerator, AsyncIterator, Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from functools import partial
from pathlib import Path
from typing import TypeVar
from uuid import uuid4

from onhand.store.objects import NoSuchObject, StorageUnavailable, StoredObject, checked_key

_PARTIAL = ".partial"
_NANOSECONDS_PER_MICROSECOND = 1000
# The first piece is read on the spot: a thread would take longer than the reading. The others may have to wait for the
# disk, which must not hold up everyone else.
_FIRST_PIECE_BYTES = 2**16
_PIECE_BYTES = 2**18

T = TypeVar("T")


class FolderStore:
    """The files beneath a folder, which need not be there yet. Nobody but its owner may read them."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._partial = folder / _PARTIAL

    async def put(self, key: str, chunks: AsyncIterator[bytes]) -> StoredObject:
        """Write a file; see ObjectStore."""
        path = self._path(key)
        with self._reported():
            unfinished, number = self._begin()
        try:
            async for chunk in chunks:
                with self._reported():
                    await _in_thread(partial(_write_whole, number, chunk))
            with self._reported():
                await _in_thread(partial(_finish, number, unfinished, path))
            return _described(key, os.fstat(number))
        finally:
            os.close(number)
            with suppress(OSError):
                unfinished.unlink()

    async def head(self, key: str) -> StoredObject | None:
        """What is known of a file; see ObjectStore."""
        path = self._path(key)
        with self._reported():
            try:
                found = path.stat()
            except (FileNotFoundError, NotADirectoryError):
                return None
        return _described(key, found) if stat.S_ISREG(found.st_mode) else None

    async def read(self, key: str, start: int, end: int) -> AsyncGenerator[bytes, None]:
        """The bytes of a file; see ObjectStore."""
        path = self._path(key)
        if start >= end:
            return
        with self._reported():
            try:
                number = os.open(path, os.O_RDONLY)
            except (FileNotFoundError, NotADirectoryError):
                raise NoSuchObject(key) from None
        try:
            piece = self._piece(number, start, min(_FIRST_PIECE_BYTES, end - start))
            yield piece
            while (start := start + len(piece)) < end:
                piece = await _in_thread(partial(self._piece, number, start, min(_PIECE_BYTES, end - start)))
                yield piece
        finally:
            os.close(number)

    async def delete(self, keys: Sequence[str]) -> None:
        """Delete files; see ObjectStore."""
        for path in [self._path(key) for key in keys]:
            with self._reported(), suppress(FileNotFoundError, NotADirectoryError):
                path.unlink()

    async def presigned(self, key: str, seconds: int) -> str | None:  # noqa: ARG002 - what every storage is asked
        """None: a folder has no URLs."""
        self._path(key)
        return None

    def _path(self, key: str) -> Path:
        return self._folder / checked_key(key)

    def _begin(self) -> tuple[Path, int]:
        """A new partial file, locked; those that dead writers left are removed first, so that their room is free."""
        self._folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        self._partial.mkdir(mode=0o700, exist_ok=True)
        for left in self._partial.iterdir():
            _remove_unlocked(left)
        while True:
            unfinished = self._partial / uuid4().hex
            number = os.open(unfinished, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
            try:
                fcntl.flock(number, fcntl.LOCK_EX)
            except OSError:
                os.close(number)
                unfinished.unlink()
                raise
            # Before it was locked somebody may have taken it for one that was left.
            if os.fstat(number).st_nlink:
                return unfinished, number
            os.close(number)

    def _piece(self, number: int, start: int, size_bytes: int) -> bytes:
        with self._reported():
            piece = os.pread(number, size_bytes, start)
            if not piece:
                raise OSError(errno.EIO, "a file is shorter than it was")
            return piece

    @contextmanager
    def _reported(self) -> Iterator[None]:
        try:
            yield
        except OSError as error:
            reason = error.strerror or type(error).__name__
            raise StorageUnavailable(
                f"the folder of files {self._folder}: {reason}; see that it has room and that this process may write "
                "there, or keep the files elsewhere by ONHAND_OBJECT_STORE_URL"
            ) from error


def _write_whole(number: int, chunk: bytes) -> None:
    left = memoryview(chunk)
    while left:
        left = left[os.write(number, left) :]


def _finish(number: int, unfinished: Path, path: Path) -> None:
    """Make a partial file the one of its key, so that it survives a loss of power from then on."""
    os.fsync(number)
    path.parent.mkdir(parents=True, exist_ok=True)
    unfinished.rename(path)
    directory = os.open(path.parent, os.O_RDONLY)
    try:
        os.fsync(directory)
    finally:
        os.close(directory)


def _remove_unlocked(left: Path) -> None:
    """Remove a partial file whose writer has ended; one that is another's, or gone already, is let be."""
    with suppress(OSError):
        number = os.open(left, os.O_RDONLY)
        try:
            fcntl.flock(number, fcntl.LOCK_EX | fcntl.LOCK_NB)
            left.unlink()
        finally:
            os.close(number)


def _described(key: str, found: os.stat_result) -> StoredObject:
    return StoredObject(key, found.st_size, found.st_mtime_ns // _NANOSECONDS_PER_MICROSECOND)


async def _in_thread(work: Callable[[], T]) -> T:
    """Run `work` in a thread, to its end even where the waiting is cancelled: until then its file is in use."""
    running = asyncio.ensure_future(asyncio.to_thread(work))
    try:
        return await asyncio.shield(running)
    except asyncio.CancelledError:
        while not running.done():
            with suppress(asyncio.CancelledError):
                await asyncio.wait({running})
        # Nobody waits for it any more; what is never asked for would be logged as a defect.
        _ = running.exception()
        raise
