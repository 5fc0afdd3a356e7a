"""A ZIP of one file, written as it comes: nothing is held but what is being compressed (APPNOTE.TXT 6.3.10).

Its sizes follow the data (bit 3 of the flags) and stand in the directory at the end. Its bytes follow from its content,
its name and its time alone. From 4 GiB on it is a ZIP64, which readers know by the directory.
"""

from collections.abc import AsyncIterator
from struct import pack

from isal import isal_zlib

from onhand.basics.clock import to_datetime

_LEVEL = 2
_RAW_DEFLATE = -15
_PIECE_BYTES = 2**18

_LOCAL, _DESCRIPTOR, _CENTRAL, _END = 0x04034B50, 0x08074B50, 0x02014B50, 0x06054B50
_DESCRIPTOR_BYTES = 16
_END64, _LOCATOR64 = 0x06064B50, 0x07064B50
_VERSION, _VERSION64 = 20, 45
_SIZES_FOLLOW, _UTF8_NAME = 1 << 3, 1 << 11
_DEFLATED = 8
_EXTRA64 = 1
_LIMIT32 = _IS_64_FROM = 0xFFFFFFFF
# As a file of Unix that its owner may write and everybody read.
_UNIX, _REGULAR_FILE = 3 << 8, 0o100644 << 16


async def zipped(name: str, moment: int, content: AsyncIterator[bytes]) -> AsyncIterator[bytes]:
    """The ZIP of a file with this name and time, in pieces of some 256 KiB."""
    encoded, stamp = name.encode(), _dos_time(moment)
    compressor = isal_zlib.compressobj(_LEVEL, isal_zlib.DEFLATED, _RAW_DEFLATE)
    held = [_local_header(encoded, stamp)]
    held_bytes, crc, size, packed = len(held[0]), 0, 0, 0
    async for piece in content:
        crc, size = isal_zlib.crc32(piece, crc), size + len(piece)
        held.append(compressor.compress(piece))
        packed, held_bytes = packed + len(held[-1]), held_bytes + len(held[-1])
        if held_bytes >= _PIECE_BYTES:
            yield b"".join(held)
            held, held_bytes = [], 0
    held.append(compressor.flush())
    packed += len(held[-1])
    yield b"".join(held) + _ending(encoded, stamp, crc, packed, size)


def _local_header(name: bytes, stamp: tuple[int, int]) -> bytes:
    flags = _SIZES_FOLLOW | _UTF8_NAME
    return pack("<IHHHHHIIIHH", _LOCAL, _VERSION, flags, _DEFLATED, *stamp, 0, 0, 0, len(name), 0) + name


def _ending(name: bytes, stamp: tuple[int, int], crc: int, packed: int, size: int) -> bytes:
    """What stands after the data: its sizes, and the directory."""
    start = 30 + len(name) + packed
    # The directory follows the data and their sizes, so its place is a larger number than the packed size.
    directory_at = start + _DESCRIPTOR_BYTES
    if max(size, directory_at) < _IS_64_FROM:
        descriptor = pack("<IIII", _DESCRIPTOR, crc, packed, size)
        directory = _central_header(name, stamp, crc, packed, size, b"")
        return descriptor + directory + pack("<IHHHHIIH", _END, 0, 0, 1, 1, len(directory), directory_at, 0)
    descriptor = pack("<IIQQ", _DESCRIPTOR, crc, packed, size)
    extra = pack("<HHQQ", _EXTRA64, 16, size, packed)
    directory = _central_header(name, stamp, crc, _LIMIT32, _LIMIT32, extra)
    directory_at = start + len(descriptor)
    ends_at = directory_at + len(directory)
    return (
        descriptor
        + directory
        + pack("<IQHHIIQQQQ", _END64, 44, _VERSION64, _VERSION64, 0, 0, 1, 1, len(directory), directory_at)
        + pack("<IIQI", _LOCATOR64, 0, ends_at, 1)
        + pack("<IHHHHIIH", _END, 0, 0, 1, 1, len(directory), _LIMIT32, 0)
    )


def _central_header(name: bytes, stamp: tuple[int, int], crc: int, packed: int, size: int, extra: bytes) -> bytes:
    version = _VERSION64 if extra else _VERSION
    flags = _SIZES_FOLLOW | _UTF8_NAME
    fixed = pack("<IHHHHHHIII", _CENTRAL, _UNIX | version, version, flags, _DEFLATED, *stamp, crc, packed, size)
    return fixed + pack("<HHHHHII", len(name), len(extra), 0, 0, 0, _REGULAR_FILE, 0) + name + extra


def _dos_time(moment: int) -> tuple[int, int]:
    """The time and the date of a moment, to two seconds, as a ZIP keeps them: it knows no time before 1980."""
    at = to_datetime(moment)
    year = max(at.year, 1980) - 1980
    return (at.hour << 11) | (at.minute << 5) | (at.second // 2), (year << 9) | (at.month << 5) | at.day
