"""ZIPs written as they come are read by the standard library and by unzip, and are the same each time."""

import asyncio
import io
import shutil
import struct
import subprocess
import zipfile
from collections.abc import AsyncIterator, Iterable
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from onhand.basics.clock import parse_time
from onhand.reports import zipped as zipping
from onhand.reports.zipped import zipped

MOMENT = parse_time("2026-03-05T12:34:57") or 0
NAME = "Bestände_2026.csv"


async def pieces(content: Iterable[bytes]) -> AsyncIterator[bytes]:
    for piece in content:
        yield piece


async def archive(content: Iterable[bytes], name: str = NAME, moment: int = MOMENT) -> bytes:
    return b"".join([piece async for piece in zipped(name, moment, pieces(content))])


@pytest.mark.contract("DS-27", "DS-28")
@given(st.lists(st.binary(max_size=2000), max_size=5))
async def test_the_standard_library_reads_what_was_written(content: list[bytes]) -> None:
    whole = await archive(content)
    with zipfile.ZipFile(io.BytesIO(whole)) as read:
        assert read.testzip() is None
        (entry,) = read.infolist()
        assert (entry.filename, entry.date_time) == (NAME, (2026, 3, 5, 12, 34, 56))
        assert read.read(entry) == b"".join(content)
    assert whole == await archive(content)


async def test_pieces_are_of_bounded_size_however_long_the_content_is() -> None:
    noise = [bytes((number * 31 + place * place) % 251 for place in range(65_536)) for number in range(40)]
    found = [piece async for piece in zipped(NAME, MOMENT, pieces(noise))]
    assert max(map(len, found)) < 400_000


@pytest.mark.parametrize("limit", [zipping._LIMIT32, 100])
async def test_both_forms_are_read_by_the_tools_of_an_operating_system(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, limit: int
) -> None:
    # The larger form begins at 4 GiB; here it begins at 100 bytes, which makes the file none the less a ZIP64.
    monkeypatch.setattr(zipping, "_IS_64_FROM", limit)
    whole = await archive([b"sku,gtin\r\n" * 1000])
    assert (b"PK\x06\x06" in whole) == (limit == 100)
    path = tmp_path / "report.zip"
    path.write_bytes(whole)
    with zipfile.ZipFile(path) as read:
        assert read.read(NAME) == b"sku,gtin\r\n" * 1000
    unzip = shutil.which("unzip")
    if unzip is None:
        pytest.skip("there is no unzip on this machine")
    tested = await asyncio.to_thread(subprocess.run, [unzip, "-t", str(path)], capture_output=True, check=False)
    assert (tested.returncode, b"No errors detected" in tested.stdout) == (0, True)


@pytest.mark.contract("DS-27")
async def test_the_place_of_the_directory_decides_on_the_form_as_well(monkeypatch: pytest.MonkeyPatch) -> None:
    # Of a file of 4 GiB less a few bytes only the directory lies beyond what the smaller form can say.
    content = [bytes(range(200))]
    (directory_at,) = struct.unpack("<I", (await archive(content))[-6:-2])
    monkeypatch.setattr(zipping, "_IS_64_FROM", directory_at)
    assert b"PK\x06\x06" in await archive(content)
    monkeypatch.setattr(zipping, "_IS_64_FROM", directory_at + 1)
    assert b"PK\x06\x06" not in await archive(content)
