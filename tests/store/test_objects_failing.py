"""Object storage when things go wrong for real: killed writers, full disks, folders that can't be written."""

import asyncio
import json
import os
import subprocess
import sys
import time
from collections.abc import AsyncIterator, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

from onhand.store.buckets import Patience
from onhand.store.folders import FolderStore
from onhand.store.objects import StorageUnavailable
from tests.store.storing import MEBIBYTE, content, opened_bucket, pieces
from tests.store.writing_process import KEY

PARTIAL = ".partial"


@contextmanager
def writing(what: str, url: str, mebibytes: int, endpoint: str = "") -> Iterator[subprocess.Popen[str]]:
    command = [sys.executable, "-m", "tests.store.writing_process", what, url, endpoint, str(mebibytes)]
    root = Path(__file__).parents[2]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True, cwd=root) as process:
        try:
            yield process
        finally:
            process.kill()


def said(process: subprocess.Popen[str]) -> Any:
    assert process.stdout is not None
    return json.loads(process.stdout.readline())


def partial_files(folder: Path) -> list[Path]:
    return list((folder / PARTIAL).iterdir())


async def test_what_a_killed_writer_left_is_never_seen_and_removed_by_the_next(tmp_path: Path) -> None:
    folder = FolderStore(tmp_path)
    await folder.put(KEY, pieces([b"what stood"]))
    with writing("halt", str(tmp_path), 5) as process:
        assert said(process) == "halted"
        (left,) = partial_files(tmp_path)
        assert left.stat().st_size == 5 * MEBIBYTE
        # Who writes meanwhile lets a living writer be.
        await folder.put("reports/other.zip", pieces([b"x"]))
        assert partial_files(tmp_path) == [left]
        process.kill()
        process.wait()
    assert partial_files(tmp_path) == [left]
    assert await content(folder, KEY) == b"what stood"
    await folder.put("reports/other.zip", pieces([b"x"]))
    assert partial_files(tmp_path) == []
    assert await content(folder, KEY) == b"what stood"


async def test_what_a_killed_upload_left_is_never_seen(s3_endpoint: str, bucket: str) -> None:
    objects = opened_bucket(f"s3://{bucket}", s3_endpoint)
    await objects.put(KEY, pieces([b"what stood"]))

    def killed() -> None:
        with writing("halt", f"s3://{bucket}", 20, s3_endpoint) as process:
            assert said(process) == "halted"

    await asyncio.to_thread(killed)
    assert await content(objects, KEY) == b"what stood"


@pytest.fixture
async def silent_endpoint() -> AsyncIterator[str]:
    """The URL of a server that takes every request and answers none."""
    connections = []

    async def take(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        connections.append(writer)
        while await reader.read(MEBIBYTE):
            pass

    server = await asyncio.start_server(take, "127.0.0.1", 0)
    yield f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}"
    server.close()
    for writer in connections:
        writer.close()


async def test_a_storage_that_never_answers_is_given_up_in_its_time(silent_endpoint: str) -> None:
    patience = Patience(request_seconds=0.3, retries_max=1, retry_seconds=0.5)
    objects = opened_bucket("s3://files", silent_endpoint, patience)
    began = time.monotonic()
    with pytest.raises(StorageUnavailable):
        await objects.put(KEY, pieces([bytes(MEBIBYTE)] * 20))
    with pytest.raises(StorageUnavailable):
        await objects.head(KEY)
    assert time.monotonic() - began < 10


async def test_a_writer_that_is_told_to_stop_does_not_wait_for_a_storage_that_never_answers(
    silent_endpoint: str,
) -> None:
    patience = Patience(request_seconds=600.0, abort_seconds=0.1)
    objects = opened_bucket("s3://files", silent_endpoint, patience)
    reached = asyncio.Event()

    async def halting() -> AsyncIterator[bytes]:
        yield bytes(9 * MEBIBYTE)
        reached.set()
        await asyncio.Event().wait()

    stopping = asyncio.create_task(objects.put(KEY, halting()))
    await reached.wait()
    began = time.monotonic()
    stopping.cancel()
    with pytest.raises(asyncio.CancelledError):
        await stopping
    assert time.monotonic() - began < 10


async def test_what_others_left_that_can_not_be_removed_is_let_be(tmp_path: Path) -> None:
    (tmp_path / PARTIAL / "a folder").mkdir(parents=True)
    await FolderStore(tmp_path).put(KEY, pieces([b"x"]))
    assert [path.name for path in partial_files(tmp_path)] == ["a folder"]


async def test_a_disk_that_is_full_is_told_and_leaves_nothing(tmp_path: Path) -> None:
    """The kernel refuses to let the file grow on, as a full disk does."""
    folder = FolderStore(tmp_path)
    await folder.put(KEY, pieces([b"what stood"]))
    with writing("limited", str(tmp_path), 9) as process:
        told = said(process)
    assert told.startswith(f"the folder of files {tmp_path}: File too large; see that it has room")
    assert partial_files(tmp_path) == []
    assert await content(folder, KEY) == b"what stood"


@pytest.fixture
def small_disk(tmp_path: Path) -> Iterator[Path]:
    """A file system with room for two mebibytes."""
    place = tmp_path / "small"
    place.mkdir()
    mounted = subprocess.run(
        ["mount", "-t", "tmpfs", "-o", "size=2m", "tmpfs", str(place)], capture_output=True, check=False
    )
    if mounted.returncode:
        pytest.skip("only root may mount a file system here")
    yield place
    subprocess.run(["umount", str(place)], check=True)


async def test_a_small_disk_that_fills_up_gives_its_room_back(small_disk: Path) -> None:
    folder = FolderStore(small_disk)
    with pytest.raises(StorageUnavailable, match="No space left on device"):
        await folder.put(KEY, pieces([os.urandom(MEBIBYTE)] * 3))
    assert await folder.head(KEY) is None
    await folder.put(KEY, pieces([bytes(MEBIBYTE)]))
    assert await content(folder, KEY) == bytes(MEBIBYTE)


async def test_a_folder_that_can_not_be_one_is_told(tmp_path: Path) -> None:
    (tmp_path / "file").write_bytes(b"")
    folder = FolderStore(tmp_path / "file" / "objects")
    with pytest.raises(StorageUnavailable, match="Not a directory"):
        await folder.put(KEY, pieces([b"x"]))
    assert await folder.head(KEY) is None
    await folder.delete([KEY])


async def test_a_folder_in_the_place_of_a_file_is_told(tmp_path: Path) -> None:
    (tmp_path / KEY).mkdir(parents=True)
    folder = FolderStore(tmp_path)
    assert await folder.head(KEY) is None
    with pytest.raises(StorageUnavailable, match="Is a directory"):
        await folder.put(KEY, pieces([b"x"]))
    assert partial_files(tmp_path) == []


async def test_files_are_nobody_elses_to_read(tmp_path: Path) -> None:
    before = os.umask(0)
    try:
        await FolderStore(tmp_path / "objects").put(KEY, pieces([b"x"]))
    finally:
        os.umask(before)
    modes = [path.stat().st_mode & 0o777 for path in (tmp_path / "objects", tmp_path / "objects" / KEY)]
    assert modes == [0o700, 0o600]


@pytest.mark.parametrize("storage", ["folder", "bucket"])
async def test_memory_does_not_grow_with_what_is_written(
    storage: str, tmp_path: Path, s3_endpoint: str, bucket: str
) -> None:
    where = (str(tmp_path), 100) if storage == "folder" else (f"s3://{bucket}", 100, s3_endpoint)

    def measured() -> int:
        with writing("measure", *where) as process:
            return int(said(process))

    # A part in the making, one being sent, and copies of both.
    assert await asyncio.to_thread(measured) < 60 * MEBIBYTE
