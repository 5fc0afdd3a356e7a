"""Token buckets that several processes of one server share (GW-17), in memory: they cost no statement, no file grows.

The buckets lie in anonymous memory that is made before the processes are forked and goes with the last of them, so a
restart refills. A bucket is a pair of numbers, a hash of its caller and operation and the moment at which it is full
again, in one of `_ROWS` rows. A row is locked while one of its buckets changes.

**The lock** is a POSIX record lock on one byte of an empty file, one byte a row. The kernel gives it back when its
process ends, however that ends, so a killed process never leaves a row locked; nothing has to be found out or mended.
What it may leave is a row in which one number has been written and the next has not. Numbers are written whole, and in
an order in which every half-way state takes tokens away rather than giving any. A process waits for at most one lock,
so none can wait in a circle. Record locks belong to a process and not to a thread: buckets are taken on one thread, a
server's event loop. They would be lost if the process closed the file, which therefore stays open until it ends.

**A full row.** A row has room for `_PLACES` buckets; those that are full again are overwritten, since a new bucket is a
full one. Where all of them are in use, further callers of the row share the one bucket at its end. That bucket owes at
least what each of its sharers would owe, and a bucket that gets a place later begins with what the shared one owes.
So a collision may refuse a call that would have been let through, never let one through that would have been refused.
At 65,536 buckets in use at once about one row in a million is full. The hash takes a random key, so nobody can choose
names that meet in one row.
"""

import fcntl
import mmap
import os
import tempfile
from functools import lru_cache
from hashlib import blake2b

from onhand.surfaces.plumbing.throttling import Grant, Rate, look_at, take_token

_ROWS = 2**14
_PLACES = 15
_NUMBER_BYTES = 8
# The names of the buckets and one number that is not used, then their moments and that of the bucket that is shared.
_MOMENTS = _PLACES + 1
_ROW_NUMBERS = 2 * _MOMENTS
_KEYS_REMEMBERED = 10_000
_KEY_BYTES = 16


class SharedBuckets:
    """The buckets of all processes that are forked from the one that makes this object."""

    def __init__(self, rows: int = _ROWS) -> None:
        self._rows = rows
        self._numbers = memoryview(mmap.mmap(-1, rows * _ROW_NUMBERS * _NUMBER_BYTES)).cast("q")
        # It has no name and no content: only its bytes are locked, and a byte need not be there for that.
        self._locks = tempfile.TemporaryFile()  # noqa: SIM115 - open as long as the process lives
        self._file_number = self._locks.fileno()
        secret = os.urandom(_KEY_BYTES)

        @lru_cache(maxsize=_KEYS_REMEMBERED)
        def place_of(caller: str, operation_id: str) -> tuple[int, int]:
            digest = blake2b(f"{operation_id}\0{caller}".encode(), digest_size=12, key=secret).digest()
            # 0 is the name of a place that has never been used.
            return int.from_bytes(digest[:4]) % rows, int.from_bytes(digest[4:]) >> 1 or 1

        self._place_of = place_of

    def take(self, caller: str, operation_id: str, now: int, rate: Rate) -> Grant:
        """Take a token of a caller's bucket for an operation."""
        row, name = self._place_of(caller, operation_id)
        fcntl.lockf(self._file_number, fcntl.LOCK_EX, 1, row)
        try:
            return self._take(row * _ROW_NUMBERS, name, now, rate)
        finally:
            fcntl.lockf(self._file_number, fcntl.LOCK_UN, 1, row)

    def give_back(self, caller: str, operation_id: str, now: int, rate: Rate) -> Grant:
        """Put a token that was just taken back into a caller's bucket; one that is shared keeps it."""
        row, name = self._place_of(caller, operation_id)
        start = row * _ROW_NUMBERS
        fcntl.lockf(self._file_number, fcntl.LOCK_EX, 1, row)
        try:
            names = self._numbers[start : start + _PLACES].tolist()
            if name in names:
                self._numbers[start + _MOMENTS + names.index(name)] -= rate.token_microseconds
        finally:
            fcntl.lockf(self._file_number, fcntl.LOCK_UN, 1, row)
        return self.look(caller, operation_id, now, rate)

    def look(self, caller: str, operation_id: str, now: int, rate: Rate) -> Grant:
        """What a caller's bucket for an operation holds; nothing is taken.

        It is read without a lock: at worst it is what stood a moment ago.
        """
        row, name = self._place_of(caller, operation_id)
        numbers = self._numbers[row * _ROW_NUMBERS : (row + 1) * _ROW_NUMBERS].tolist()
        place = numbers.index(name, 0, _PLACES) if name in numbers[:_PLACES] else _PLACES
        return look_at(numbers[_MOMENTS + place], now, rate)

    def _take(self, start: int, name: int, now: int, rate: Rate) -> Grant:
        row = self._numbers[start : start + _ROW_NUMBERS].tolist()
        try:
            moment = row.index(name, 0, _PLACES) + _MOMENTS
        except ValueError:
            return self._take_new(start, row, name, now, rate)
        self._numbers[start + moment], grant = take_token(row[moment], now, rate)
        return grant

    def _take_new(self, start: int, row: list[int], name: int, now: int, rate: Rate) -> Grant:
        shared = row[_MOMENTS + _PLACES]
        full_at, grant = take_token(shared, now, rate)
        free = next((place for place in range(_PLACES) if row[_MOMENTS + place] <= now), _PLACES)
        # The moment first: a process that ends between the two has made somebody's full bucket owe what this one does.
        self._numbers[start + _MOMENTS + free] = full_at
        if free < _PLACES:
            self._numbers[start + free] = name
        return grant
