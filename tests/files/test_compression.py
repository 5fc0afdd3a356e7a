import gzip
import time
import zlib
from collections.abc import Callable

import pytest
import zstandard
from hypothesis import given
from hypothesis import strategies as st

from onhand.files.compression import plain_bytes
from onhand.files.limits import ReadLimits, TooLarge, Unreadable

COMPRESSIONS: dict[str, Callable[[bytes], bytes]] = {
    "plain": bytes,
    "gzip": gzip.compress,
    "zstd": zstandard.ZstdCompressor().compress,
    "two gzip members": lambda data: gzip.compress(data[:7]) + gzip.compress(data[7:]),
    "two zstd frames": lambda data: zstandard.compress(data[:7]) + zstandard.compress(data[7:]),
    "zstd after a frame to skip": lambda data: b"\x50\x2a\x4d\x18\x04\x00\x00\x00size" + zstandard.compress(data),
    "gzip padded with zeros": lambda data: gzip.compress(data) + bytes(512),
}


def decompressed(data: bytes, chunk_bytes: int = 1000, limits: ReadLimits | None = None) -> bytes:
    chunks = [data[start : start + chunk_bytes] for start in range(0, len(data), chunk_bytes)]
    return b"".join(plain_bytes(chunks, limits or ReadLimits()))


@pytest.mark.parametrize("compress", COMPRESSIONS.values(), ids=COMPRESSIONS)
@given(
    data=st.binary(max_size=5000).filter(
        lambda data: data[:2] not in (b"\x1f\x8b", b"\x28\xb5") and data[1:4] != b"\x2a\x4d\x18"
    ),
    size=st.integers(1, 700),
)
def test_compression_is_told_by_the_first_bytes_however_they_are_chunked(
    compress: Callable[[bytes], bytes], data: bytes, size: int
) -> None:
    assert decompressed(compress(data), size) == data


@pytest.mark.parametrize("compress", [gzip.compress, zstandard.compress], ids=["gzip", "zstd"])
def test_cut_off_data_is_told_after_what_came_before(compress: Callable[[bytes], bytes]) -> None:
    data = b"".join(b"%d\n" % number for number in range(100_000))
    pieces: list[bytes] = []
    with pytest.raises(Unreadable, match="cut off"):
        pieces.extend(plain_bytes([compress(data)[:-1000]], ReadLimits()))
    taken = b"".join(pieces)
    assert data.startswith(taken)
    assert len(taken) > 100_000


@pytest.mark.parametrize("compress", [gzip.compress, zstandard.ZstdCompressor(write_checksum=True).compress])
def test_damaged_data_is_refused(compress: Callable[[bytes], bytes]) -> None:
    data = bytearray(compress(b"".join(b"%d\n" % number for number in range(10_000))))
    data[len(data) // 2] ^= 0xFF
    with pytest.raises(Unreadable, match="damaged"):
        decompressed(bytes(data))


@pytest.mark.parametrize("compress", [gzip.compress, zstandard.compress], ids=["gzip", "zstd"])
def test_a_bomb_is_refused_before_it_goes_off(compress: Callable[[bytes], bytes]) -> None:
    bomb = compress(bytes(100_000_000))
    sizes: list[int] = []
    with pytest.raises(TooLarge, match="200 times"):
        sizes.extend(map(len, plain_bytes([bomb], ReadLimits())))
    assert max(sizes) <= 16_777_216


def test_more_than_the_largest_decompressed_size_is_refused() -> None:
    with pytest.raises(TooLarge, match="over 1,000 bytes"):
        decompressed(zlib.compress(b"a" * 1001, wbits=31), limits=ReadLimits(decompressed_bytes_max=1000))


def test_a_zstd_window_that_would_take_our_memory_is_refused() -> None:
    parameters = zstandard.ZstdCompressionParameters(window_log=27, enable_ldm=True)
    engine = zstandard.ZstdCompressor(compression_params=parameters).compressobj()
    data = engine.compress(b"a" * 1000) + engine.flush()
    with pytest.raises(Unreadable, match="8 MiB window"):
        decompressed(data)


def test_what_many_members_cost_grows_no_faster_than_they_do() -> None:
    empty = gzip.compress(b"")

    def seconds(members: int) -> float:
        started = time.process_time()
        assert list(plain_bytes([empty * members], ReadLimits())) != []
        return time.process_time() - started

    # In one piece: what is left of it must not be copied once a member.
    few, many = seconds(5_000), seconds(50_000)
    assert many < 30 * few
