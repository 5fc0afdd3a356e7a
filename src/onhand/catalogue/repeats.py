"""Finding keys that stand twice in a file, in memory that does not grow with the file.

A sieve of bits tells of each key whether it was surely not met before. What it can't rule out, which is every real
repeat and, among a million keys, about one other, is suspected; the file is read once more for the suspects alone.
"""

import mmap
from hashlib import blake2b
from struct import Struct

_BITS = 28
_MASK = 2**_BITS - 1
_THREE_NUMBERS = Struct("<3I").unpack
# A file with more repeats than this is told of these.
SUSPECTS_MAX = 100_000

Key = tuple[str, str]
"""The field that is to be unique, and its value."""


class Sieve:
    """Which keys may have been met before."""

    def __init__(self) -> None:
        # Memory that is mapped but never touched costs nothing, so a short file pays for a short file.
        self._bits = mmap.mmap(-1, 2**_BITS // 8)
        self.suspects: set[Key] = set()

    def meet(self, key: Key) -> None:
        """Take a key in, and suspect it where it may have been met."""
        met = True
        digest = blake2b(f"{key[0]}\0{key[1]}".encode(), digest_size=12).digest()
        for number in _THREE_NUMBERS(digest):
            place, bit = (number & _MASK) >> 3, 1 << (number & 7)
            met = met and bool(self._bits[place] & bit)
            self._bits[place] |= bit
        if met and len(self.suspects) < SUSPECTS_MAX:
            self.suspects.add(key)
