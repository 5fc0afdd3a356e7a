"""Plain bytes from plain, gzip or zstd data, told apart by their first bytes and never by a name."""

import re
import zlib
from collections.abc import Iterable, Iterator
from itertools import chain

import zstandard

from onhand.files.limits import ReadLimits, TooLarge, Unreadable

_GZIP = b"\x1f\x8b"
_ZSTD = b"\x28\xb5\x2f\xfd"
# Frames that hold no data and are to be skipped; parallel compressors write one first (RFC 8878, 3.1.2).
_ZSTD_SKIPPED = re.compile(rb"[\x50-\x5f]\x2a\x4d\x18")
_MAGIC_BYTES = 4
_PIECE_BYTES = 262_144
_GZIP_CONTAINER = 31
# A block of zstd has at least four bytes and makes at most 128 KiB, so that so much input makes 16 MiB at most. What an
# engine leaves of its input is copied each time, so that of a piece with many members only little may be left.
_INPUT_BYTES = 512
_GZIP_INPUT_BYTES = 4_096
# What every decoder should be able to keep (RFC 8878); with a larger window the sender would choose our memory.
_ZSTD_WINDOW_BYTES = 8_388_608
# Small texts may repeat themselves as often as they like.
_EXPANSION_FREE_BYTES = 16_777_216


def plain_bytes(chunks: Iterable[bytes], limits: ReadLimits) -> Iterator[bytes]:
    """The decompressed content of `chunks`, in pieces that fit in memory.

    Raises:
        Unreadable: the compressed data is cut off or damaged.
        TooLarge: it grows beyond the limits.
    """
    counted = _Counted(chunks)
    head, rest = _split_head(counted)
    if is_gzip(head):
        yield from _bounded(_gunzip(rest), counted, limits)
    elif is_zstd(head):
        yield from _bounded(_unzstd(rest), counted, limits)
    else:
        yield from _bounded(rest, counted, limits)


def is_gzip(head: bytes) -> bool:
    """Whether data that begins so is gzip."""
    return head.startswith(_GZIP)


def is_zstd(head: bytes) -> bool:
    """Whether data that begins so is zstd."""
    return head.startswith(_ZSTD) or _ZSTD_SKIPPED.match(head) is not None


class _Counted:
    """Chunks that are counted as they pass."""

    def __init__(self, chunks: Iterable[bytes]) -> None:
        self._chunks = chunks
        self.size = 0

    def __iter__(self) -> Iterator[bytes]:
        for chunk in self._chunks:
            self.size += len(chunk)
            yield chunk


def _split_head(chunks: Iterable[bytes]) -> tuple[bytes, Iterator[bytes]]:
    rest = iter(chunks)
    head = b""
    for chunk in rest:
        head += chunk
        if len(head) >= _MAGIC_BYTES:
            break
    return head, chain([head], rest)


def _bounded(pieces: Iterable[bytes], compressed: _Counted, limits: ReadLimits) -> Iterator[bytes]:
    size = 0
    for piece in pieces:
        size += len(piece)
        if limits.decompressed_bytes_max is not None and size > limits.decompressed_bytes_max:
            raise TooLarge(f"it decompresses to over {limits.decompressed_bytes_max:,} bytes: send it in smaller parts")
        if size > _EXPANSION_FREE_BYTES and size > compressed.size * limits.expansion_max:
            raise TooLarge(f"it decompresses to over {limits.expansion_max} times its size: send it less compressed")
        yield piece


def _gunzip(chunks: Iterable[bytes]) -> Iterator[bytes]:
    engine = zlib.decompressobj(_GZIP_CONTAINER)
    try:
        for chunk in _parted(chunks, _GZIP_INPUT_BYTES):
            data = chunk
            while data:
                if engine.eof:
                    # Members may follow one another, padded with zeros.
                    data = data.lstrip(b"\0")
                    if not data:
                        break
                    engine = zlib.decompressobj(_GZIP_CONTAINER)
                yield engine.decompress(data, _PIECE_BYTES)
                data = engine.unused_data if engine.eof else engine.unconsumed_tail
        yield engine.flush()
    except zlib.error as error:
        raise Unreadable("its gzip data is damaged: send it again") from error
    if not engine.eof:
        raise Unreadable("its gzip data is cut off: send the whole of it again")


def _unzstd(chunks: Iterable[bytes]) -> Iterator[bytes]:
    decompressor = zstandard.ZstdDecompressor(max_window_size=_ZSTD_WINDOW_BYTES)
    engine = decompressor.decompressobj()
    try:
        for data in _parted(chunks, _INPUT_BYTES):
            rest = data
            while rest:
                if engine.eof:
                    engine = decompressor.decompressobj()
                yield engine.decompress(rest)
                rest = engine.unused_data
    except zstandard.ZstdError as error:
        window = _ZSTD_WINDOW_BYTES // 1_048_576
        message = f"its zstd data is damaged, or needs more than a {window} MiB window (--long, --ultra): send it again"
        raise Unreadable(message) from error
    if not engine.eof:
        raise Unreadable("its zstd data is cut off: send the whole of it again")


def _parted(chunks: Iterable[bytes], size: int) -> Iterator[bytes]:
    for chunk in chunks:
        for start in range(0, len(chunk), size):
            yield chunk[start : start + size]
