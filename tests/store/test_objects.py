"""What every object storage must do alike: a folder, and a bucket of a server that speaks as S3 does."""

import asyncio
import random
import time
from collections.abc import AsyncIterator, Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest

from onhand.basics.clock import MICROSECONDS
from onhand.store.folders import FolderStore
from onhand.store.objects import BadKey, NoSuchObject, ObjectStore, StorageUnavailable, StoredObject
from tests.store.storing import IMPATIENT, MEBIBYTE, content, opened_bucket, pieces

KEY = "reports/inventory-dsv-report/InventoryDSVReport_vendor_2026-03-05.zip"
SECOND_PART = 9
"""How many pieces of a mebibyte are more than one part of an upload."""


class Upset(Exception):
    """What the source of a test raises."""


@pytest.fixture(params=["folder", "bucket"])
def objects(request: pytest.FixtureRequest) -> ObjectStore:
    """Both storages, one after the other."""
    if request.param == "folder":
        return FolderStore(request.getfixturevalue("tmp_path") / "objects")
    endpoint, bucket = request.getfixturevalue("s3_endpoint"), request.getfixturevalue("bucket")
    return opened_bucket(f"s3://{bucket}/kept/here", endpoint)


def random_pieces(sizes: list[int]) -> list[bytes]:
    generator = random.Random(7)
    return [generator.randbytes(size) for size in sizes]


def found_beneath(folder: Path) -> list[str]:
    """The files beneath a folder, by their names."""
    return sorted(path.name for path in folder.rglob("*") if path.is_file())


async def breaking(parts: list[bytes], after: int) -> AsyncIterator[bytes]:
    for part in parts[:after]:
        yield part
    raise Upset


@pytest.mark.parametrize(
    "sizes", [[], [0], [1], [10, 0, 90_000], [MEBIBYTE] * 9, [5 * MEBIBYTE + 1] * 4, [20 * MEBIBYTE, 3]]
)
async def test_what_was_written_in_pieces_is_read_as_it_was(objects: ObjectStore, sizes: list[int]) -> None:
    parts = random_pieces(sizes)
    stored = await objects.put(KEY, pieces(parts))
    assert stored == await objects.head(KEY)
    assert (stored.key, stored.size_bytes) == (KEY, sum(sizes))
    assert abs(stored.modified_at - time.time() * MICROSECONDS) < 60 * MICROSECONDS
    assert await content(objects, KEY) == b"".join(parts)


async def test_nothing_stands_where_nothing_was_written(objects: ObjectStore) -> None:
    assert await objects.head(KEY) is None
    with pytest.raises(NoSuchObject):
        await content(objects, KEY, 0, 10)


@pytest.mark.parametrize("key", ["reports", "reports/inventory-dsv-report", f"{KEY}/more"])
async def test_a_key_above_or_beneath_another_has_nothing(objects: ObjectStore, key: str) -> None:
    await objects.put(KEY, pieces([b"whole"]))
    assert await objects.head(key) is None


@pytest.mark.parametrize(
    ("start", "end"), [(0, 1), (0, 3_000_000), (2_999_999, 3_000_000), (65_535, 65_537), (262_144, 2_000_000), (7, 7)]
)
async def test_a_part_is_read_without_the_rest(objects: ObjectStore, start: int, end: int) -> None:
    whole = b"".join(random_pieces([3_000_000]))
    await objects.put(KEY, pieces([whole]))
    assert await content(objects, KEY, start, end) == whole[start:end]


async def test_no_piece_that_is_read_is_large(objects: ObjectStore) -> None:
    await objects.put(KEY, pieces(random_pieces([MEBIBYTE] * 12)))
    largest = max([len(piece) async for piece in objects.read(KEY, 0, 12 * MEBIBYTE)])
    assert largest <= 4 * MEBIBYTE


async def test_a_part_beyond_the_end_is_told_and_not_made_up(objects: ObjectStore) -> None:
    await objects.put(KEY, pieces([b"short"]))
    with pytest.raises(StorageUnavailable):
        await content(objects, KEY, 0, 10)
    with pytest.raises(StorageUnavailable):
        await content(objects, KEY, 10, 20)


async def test_what_is_written_again_takes_the_place_of_what_stood(objects: ObjectStore) -> None:
    await objects.put(KEY, pieces([b"the first"]))
    await objects.put(KEY, pieces([b"second"]))
    assert await content(objects, KEY) == b"second"


@pytest.mark.parametrize("after", [0, 1, SECOND_PART, 20])
async def test_a_source_that_fails_leaves_nothing(objects: ObjectStore, after: int) -> None:
    with pytest.raises(Upset):
        await objects.put(KEY, breaking(random_pieces([MEBIBYTE] * 25), after))
    assert await objects.head(KEY) is None


@pytest.mark.parametrize("after", [1, SECOND_PART])
async def test_a_source_that_fails_leaves_what_stood(objects: ObjectStore, after: int) -> None:
    await objects.put(KEY, pieces([b"what stood"]))
    with pytest.raises(Upset):
        await objects.put(KEY, breaking(random_pieces([MEBIBYTE] * 20), after))
    assert await content(objects, KEY) == b"what stood"


@pytest.mark.parametrize("after", [1, SECOND_PART, 20])
async def test_a_writer_that_is_cancelled_leaves_nothing(objects: ObjectStore, after: int) -> None:
    reached = asyncio.Event()

    async def halting() -> AsyncIterator[bytes]:
        for part in random_pieces([MEBIBYTE] * after):
            yield part
        reached.set()
        await asyncio.Event().wait()

    writing = asyncio.create_task(objects.put(KEY, halting()))
    await reached.wait()
    writing.cancel()
    with pytest.raises(asyncio.CancelledError):
        await writing
    assert await objects.head(KEY) is None


async def test_a_source_runs_in_the_task_of_who_writes(objects: ObjectStore) -> None:
    tasks = set()

    async def noting() -> AsyncIterator[bytes]:
        for part in random_pieces([MEBIBYTE] * 20):
            tasks.add(asyncio.current_task())
            yield part

    await objects.put(KEY, noting())
    assert tasks == {asyncio.current_task()}


async def test_two_writers_of_one_key_leave_one_whole_object(objects: ObjectStore) -> None:
    ones, twos = [b"1" * MEBIBYTE] * 12, [b"2" * MEBIBYTE] * 12
    await asyncio.gather(objects.put(KEY, pieces(ones)), objects.put(KEY, pieces(twos)))
    assert await content(objects, KEY) in {b"".join(ones), b"".join(twos)}


async def test_what_is_deleted_is_gone_and_what_is_absent_is_no_error(objects: ObjectStore) -> None:
    keys = [f"reports/a/{number}.zip" for number in range(5)]
    for key in keys:
        await objects.put(key, pieces([b"x"]))
    await objects.delete([*keys[:4], "reports/a/never.zip"])
    await objects.delete(keys[:1])
    await objects.delete([])
    assert [await objects.head(key) is None for key in keys] == [True] * 4 + [False]


@pytest.mark.parametrize(
    "key",
    [
        "",
        "/etc/passwd",
        "../outside.zip",
        "reports/../../outside.zip",
        "reports/./a.zip",
        "reports//a.zip",
        "reports/a.zip/",
        "reports/.hidden",
        ".partial/a.zip",
        "reports/a\x00.zip",
        "reports/a\n.zip",
        "reports/a\u202egpj.zip",
        "reports\\..\\a.zip",
        "reports/%2e%2e/a.zip",
        "reports/a.zip?versionId=1",
        "reports/a#1",
        "reports/ a.zip",
        "reports/a.zip ",
        "reports/\ud800.zip",
        "reports/" + "a" * 201,
        "/".join(["reports"] * 200),
    ],
)
async def test_a_key_that_could_lead_elsewhere_is_refused_by_everything(
    objects: ObjectStore, key: str, tmp_path: Path
) -> None:
    with pytest.raises(BadKey):
        await objects.put(key, pieces([b"x"]))
    with pytest.raises(BadKey):
        await objects.head(key)
    with pytest.raises(BadKey):
        await anext(objects.read(key, 0, 1))
    with pytest.raises(BadKey):
        await objects.delete([KEY, key])
    with pytest.raises(BadKey):
        await objects.presigned(key, 60)
    assert not found_beneath(tmp_path)


@pytest.mark.parametrize(
    "name",
    [
        "Ware für Zürich.zip",
        "在庫.zip",
        "a+b&c=d.zip",
        "it's “quoted”.zip",
        'a"b.zip',
        "<script>.zip",
        "a..b.zip",
        "-rf.zip",
        "~root.zip",
        "$(reboot).zip",
        "{a,b}[c]^`|.zip",
        "a;b:c@d!.zip",
    ],
)
async def test_a_strange_name_is_kept_apart_and_found_again(objects: ObjectStore, name: str) -> None:
    await objects.put(f"reports/{name}", pieces([name.encode()]))
    await objects.put("reports/another.zip", pieces([b"another"]))
    assert await content(objects, f"reports/{name}") == name.encode()


async def test_a_folder_has_no_urls_of_its_own(tmp_path: Path) -> None:
    folder = FolderStore(tmp_path)
    await folder.put(KEY, pieces([b"x"]))
    assert await folder.presigned(KEY, 60) is None


@pytest.mark.contract("DS-26")
async def test_a_presigned_url_needs_no_header_and_gives_the_file_under_its_name(s3_endpoint: str, bucket: str) -> None:
    objects = opened_bucket(f"s3://{bucket}", s3_endpoint)
    await objects.put(KEY, pieces(random_pieces([MEBIBYTE] * 9)))
    url = await objects.presigned(KEY, 60)
    assert url is not None
    async with httpx.AsyncClient() as client:
        answer = await client.get(url)
        part = await client.get(url, headers={"range": "bytes=5-9"})
    assert answer.status_code == 200
    assert answer.content == b"".join(random_pieces([MEBIBYTE] * 9))
    assert answer.headers["content-type"] == "application/zip"
    assert answer.headers["content-disposition"] == f'attachment; filename="{KEY.rpartition("/")[2]}"'
    assert (part.status_code, part.content) == (206, answer.content[5:10])


@pytest.mark.parametrize("after", [3, SECOND_PART, 20])
async def test_an_upload_that_fails_leaves_no_parts_that_are_paid_for(
    s3_endpoint: str, s3_client: Any, bucket: str, after: int
) -> None:
    objects = opened_bucket(f"s3://{bucket}", s3_endpoint)
    with pytest.raises(Upset):
        await objects.put(KEY, breaking(random_pieces([MEBIBYTE] * 25), after))
    assert s3_client.list_multipart_uploads(Bucket=bucket).get("Uploads", []) == []


async def test_an_upload_that_is_cancelled_leaves_no_parts_that_are_paid_for(
    s3_endpoint: str, s3_client: Any, bucket: str
) -> None:
    objects = opened_bucket(f"s3://{bucket}", s3_endpoint)
    reached = asyncio.Event()

    async def halting() -> AsyncIterator[bytes]:
        for part in random_pieces([MEBIBYTE] * 20):
            yield part
        reached.set()
        await asyncio.Event().wait()

    writing = asyncio.create_task(objects.put(KEY, halting()))
    await reached.wait()
    writing.cancel()
    with pytest.raises(asyncio.CancelledError):
        await writing
    assert s3_client.list_multipart_uploads(Bucket=bucket).get("Uploads", []) == []


async def everything(objects: ObjectStore) -> AsyncIterator[str]:
    """What each method says where the storage can't be used."""

    async def write(parts: list[bytes]) -> StoredObject:
        return await objects.put(KEY, pieces(parts))

    for attempt in (write([b"x"]), write([bytes(MEBIBYTE)] * 20), content(objects, KEY, 0, 5), objects.delete([KEY])):
        with pytest.raises(StorageUnavailable) as said:
            await attempt
        yield str(said.value)


@pytest.fixture
def nobody() -> Iterator[str]:
    """An address at which nobody listens, and which nobody takes meanwhile."""
    import socket

    with socket.socket() as bound:
        bound.bind(("127.0.0.1", 0))
        yield f"http://127.0.0.1:{bound.getsockname()[1]}"


async def test_a_server_out_of_reach_is_told_soon_and_how_to_mend_it(nobody: str) -> None:
    began = time.monotonic()
    async for said in everything(opened_bucket("s3://files/here", nobody, IMPATIENT)):
        assert said.startswith("the object storage s3://files/here: ")
        assert "ONHAND_OBJECT_STORE_URL" in said
        assert "the-secret" not in said
        assert "\n" not in said
    with pytest.raises(StorageUnavailable):
        await opened_bucket("s3://files/here", nobody, IMPATIENT).head(KEY)
    assert time.monotonic() - began < 20


async def test_a_bucket_that_is_not_there_is_told(s3_endpoint: str) -> None:
    objects = opened_bucket("s3://never-made", s3_endpoint)
    for attempt in (objects.put(KEY, pieces([b"x"])), objects.put(KEY, pieces([bytes(MEBIBYTE)] * 20))):
        with pytest.raises(StorageUnavailable, match="NoSuchBucket"):
            await attempt
    with pytest.raises(StorageUnavailable, match="NoSuchBucket"):
        await objects.delete([KEY])
