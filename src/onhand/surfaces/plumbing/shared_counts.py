"""What each of several processes of one server has counted, where all of them read it.

A scrape reaches any one of the processes, and its counters would be those of that one alone. So each writes what it has
counted into a place of its own in memory that all of them share, and whoever is scraped adds the places up. A process
that takes the place of one that ended goes on from what that one had written, so that no counter ever falls.

A place has two halves. A process writes the one that is not read and then turns a number, in one piece, that says which
is; ended in the middle, it leaves what stood. Reading and turning are kept apart by a record lock, as in
`shared_buckets`: the kernel gives it back when its process ends.
"""

import fcntl
import mmap
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager

import msgspec

_HALF_BYTES = 2**20
_HEAD_NUMBERS = 3
_NUMBER_BYTES = 8


class SharedCounts:
    """Places for as many processes as a server has, all of them forked from the one that makes this object."""

    def __init__(self, processes: int) -> None:
        self.processes = processes
        # Memory that is never touched costs nothing.
        self._halves = [mmap.mmap(-1, 2 * _HALF_BYTES) for _ in range(processes)]
        head = mmap.mmap(-1, processes * _HEAD_NUMBERS * _NUMBER_BYTES)
        # Of each place: which half is read, and how many bytes each of them holds.
        self._heads = memoryview(head).cast("q")
        self._locks = tempfile.TemporaryFile()  # noqa: SIM115 - open as long as the process lives

    def write(self, place: int, content: bytes) -> bool:
        """Put what a process has counted into its place; False where it has no room, and what stood stays."""
        if len(content) > _HALF_BYTES:
            return False
        head = place * _HEAD_NUMBERS
        other = 1 - self._heads[head]
        self._halves[place][other * _HALF_BYTES : other * _HALF_BYTES + len(content)] = content
        self._heads[head + 1 + other] = len(content)
        with self._locked(place):
            self._heads[head] = other
        return True

    def read(self, place: int) -> bytes:
        """What stands in a place; nothing where nobody has written."""
        head = place * _HEAD_NUMBERS
        with self._locked(place):
            half = self._heads[head]
            start = half * _HALF_BYTES
            return self._halves[place][start : start + self._heads[head + 1 + half]]

    def place(self, number: int) -> "Place":
        """One of the places, as the process sees it that has it."""
        return Place(self, number)

    @contextmanager
    def _locked(self, place: int) -> Iterator[None]:
        number = self._locks.fileno()
        fcntl.lockf(number, fcntl.LOCK_EX, 1, place)
        try:
            yield
        finally:
            fcntl.lockf(number, fcntl.LOCK_UN, 1, place)


class Place(msgspec.Struct, frozen=True):
    """One of the places, as the process sees it that has it."""

    counts: SharedCounts
    number: int

    def write(self, content: bytes) -> bool:
        """Put what this process has counted into its place; False where it has no room."""
        return self.counts.write(self.number, content)

    def own(self) -> bytes:
        """What stands in this place: this process's, or that of the one which had it before."""
        return self.counts.read(self.number)

    def others(self) -> list[bytes]:
        """What stands in the other places."""
        return [self.counts.read(number) for number in range(self.counts.processes) if number != self.number]
