"""Objects in a bucket: S3 and what speaks as it does, Google Cloud Storage, Azure Blob Storage."""

import asyncio
import re
from collections.abc import AsyncGenerator, AsyncIterator, Iterator, Sequence
from contextlib import contextmanager
from datetime import timedelta
from typing import Any

import msgspec
import obstore
from obstore.exceptions import BaseError
from obstore.store import AzureStore, GCSStore, S3Store, from_url

from onhand.basics.clock import from_datetime
from onhand.store.objects import (
    NoSuchObject,
    StorageUnavailable,
    StoredObject,
    checked_key,
    disposition_of,
    media_type_of,
)

# A bucket takes 10,000 parts at most, so an object may have 78 GiB. One part is filled while another is sent.
_PART_BYTES = 2**23
_PARTS_AT_ONCE = 1
# The first piece is small so that the first byte is soon there. Each piece is a request of its own: a reader that
# takes its time holds no connection open.
_FIRST_PIECE_BYTES = 2**18
_PIECE_BYTES = 2**22
_QUERY = re.compile(r"\?\S*")
_CODE = re.compile(r"<Code>(\w+)</Code>")


class Access(msgspec.Struct, frozen=True, kw_only=True):
    """Where and as whom an S3 bucket is reached; what is empty, by the environment or the instance's own role."""

    endpoint: str = ""
    region: str = ""
    access_key: str = ""
    secret_key: str = ""
    allow_http: bool = False


class Patience(msgspec.Struct, frozen=True, kw_only=True):
    """How long a bucket is waited for, and how often a request is tried again within how long.

    Who is told to stop waits `abort_seconds` for it to drop the parts that it has.
    """

    connect_seconds: float = 5.0
    request_seconds: float = 60.0
    retries_max: int = 3
    retry_seconds: float = 30.0
    abort_seconds: float = 5.0


class BadBucket(ValueError):
    """No bucket can be reached by this URL and this access; says why."""


class BucketStore:
    """The objects beneath a prefix of a bucket. What is needed to reach it is looked for when it is first used."""

    def __init__(self, store: S3Store | GCSStore | AzureStore, shown: str, abort_seconds: float) -> None:
        self._store = store
        self._shown = shown
        self._abort_seconds = abort_seconds

    async def put(self, key: str, chunks: AsyncIterator[bytes]) -> StoredObject:
        """Write an object, in parts where it needs more than one; see ObjectStore."""
        attributes = _attributes(checked_key(key))
        begun, is_whole = await _first_part(chunks)
        if is_whole:
            with self._reported():
                await obstore.put_async(self._store, key, begun, attributes=attributes, use_multipart=False)
        else:
            await self._put_parts(key, begun, chunks, attributes)
        stored = await self.head(key)
        if stored is None:
            raise self._unavailable("an object that was stored is not there")
        return stored

    async def _put_parts(self, key: str, begun: bytes, chunks: AsyncIterator[bytes], attributes: Any) -> None:
        """Hand the pieces over to the upload, which runs beside this task and is told to abort where they fail.

        The pieces are made in the caller's own task: who makes them may hold what belongs to it.
        """
        pieces: asyncio.Queue[bytes | _GivenUp | None] = asyncio.Queue(1)
        uploading = asyncio.ensure_future(
            obstore.put_async(
                self._store,
                key,
                _handed(pieces),
                attributes=attributes,
                use_multipart=True,
                chunk_size=_PART_BYTES,
                max_concurrency=_PARTS_AT_ONCE,
            )
        )
        try:
            await self._hand_over(pieces, begun, uploading)
            async for chunk in chunks:
                await self._hand_over(pieces, chunk, uploading)
            await self._hand_over(pieces, None, uploading)
            with self._reported():
                await asyncio.shield(uploading)
        except BaseException:
            await _abort(pieces, uploading, self._abort_seconds)
            raise

    async def _hand_over(
        self, pieces: "asyncio.Queue[bytes | _GivenUp | None]", piece: bytes | None, uploading: "asyncio.Future[Any]"
    ) -> None:
        putting = asyncio.ensure_future(pieces.put(piece))
        try:
            await asyncio.wait({putting, uploading}, return_when=asyncio.FIRST_COMPLETED)
        finally:
            putting.cancel()
        if uploading.done():
            with self._reported():
                uploading.result()

    async def head(self, key: str) -> StoredObject | None:
        """What is known of an object; see ObjectStore."""
        with self._reported():
            try:
                found = await obstore.head_async(self._store, checked_key(key))
            except FileNotFoundError:
                return None
        return StoredObject(key, found["size"], from_datetime(found["last_modified"]))

    async def read(self, key: str, start: int, end: int) -> AsyncGenerator[bytes, None]:
        """The bytes of an object; see ObjectStore."""
        checked_key(key)
        size = _FIRST_PIECE_BYTES
        while start < end:
            piece = await self._piece(key, start, min(end, start + size))
            yield piece
            start += len(piece)
            size = _PIECE_BYTES

    async def _piece(self, key: str, start: int, end: int) -> bytes:
        with self._reported():
            try:
                piece = bytes(await obstore.get_range_async(self._store, key, start=start, end=end))
            except FileNotFoundError:
                raise NoSuchObject(key) from None
        if not piece:
            raise self._unavailable("an object is shorter than it was")
        return piece

    async def delete(self, keys: Sequence[str]) -> None:
        """Delete objects; see ObjectStore."""
        for key in keys:
            checked_key(key)
        if not keys:
            return
        with self._reported():
            try:
                await obstore.delete_async(self._store, list(keys))
            except FileNotFoundError:
                await self._delete_each(keys)

    async def _delete_each(self, keys: Sequence[str]) -> None:
        """Delete one by one: where storage has no deletion of many, the first that is absent ends it."""
        for key in keys:
            try:
                await obstore.delete_async(self._store, key)
            except FileNotFoundError as error:
                if "NoSuchBucket" in str(error):
                    raise

    async def presigned(self, key: str, seconds: int) -> str | None:
        """A URL of the storage's own; see ObjectStore."""
        with self._reported():
            return await obstore.sign_async(self._store, "GET", checked_key(key), timedelta(seconds=seconds))

    @contextmanager
    def _reported(self) -> Iterator[None]:
        try:
            yield
        except (BaseError, OSError) as error:
            # The error itself shows the whole request, with the signature that some storages put into its query.
            raise self._unavailable(_reason(error)) from None

    def _unavailable(self, reason: str) -> StorageUnavailable:
        return StorageUnavailable(
            f"the object storage {self._shown}: {reason}; check ONHAND_OBJECT_STORE_URL, the endpoint, the region, the "
            "access key and its rights, and that the bucket is there"
        )


def open_bucket(url: str, access: Access, patience: Patience) -> BucketStore:
    """The bucket and prefix of a URL such as `s3://BUCKET/PREFIX`; nothing is asked of it yet.

    Raises:
        BadBucket: there can be none.
    """
    try:
        return BucketStore(_store(url, access, patience), url, patience.abort_seconds)
    except (BaseError, OSError, ValueError) as error:
        raise BadBucket(_reason(error)) from None


def _store(url: str, access: Access, patience: Patience) -> Any:
    of_s3 = {
        "endpoint": access.endpoint,
        "region": access.region,
        "access_key_id": access.access_key,
        "secret_access_key": access.secret_key,
    }
    given: Any = {name: value for name, value in of_s3.items() if value}
    return from_url(
        url,
        client_options={
            "allow_http": access.allow_http,
            "connect_timeout": timedelta(seconds=patience.connect_seconds),
            "timeout": timedelta(seconds=patience.request_seconds),
        },
        retry_config={
            "max_retries": patience.retries_max,
            "retry_timeout": timedelta(seconds=patience.retry_seconds),
        },
        **given,
    )


class _GivenUp(Exception):
    """Tells an upload that its pieces will never be all."""


async def _handed(pieces: "asyncio.Queue[bytes | _GivenUp | None]") -> AsyncIterator[bytes]:
    while (piece := await pieces.get()) is not None:
        if isinstance(piece, _GivenUp):
            raise piece
        yield piece


async def _abort(
    pieces: "asyncio.Queue[bytes | _GivenUp | None]", uploading: "asyncio.Future[Any]", seconds: float
) -> None:
    """End an upload so that the storage drops the parts that it has, or at once where it does not answer."""
    while not pieces.empty():
        pieces.get_nowait()
    pieces.put_nowait(_GivenUp())
    await asyncio.wait({uploading}, timeout=seconds)
    # Whoever waits is told already; what is never asked for would be logged as a defect.
    _ = uploading.cancel() or uploading.cancelled() or uploading.exception()


async def _first_part(chunks: AsyncIterator[bytes]) -> tuple[bytes, bool]:
    """As many of the chunks as a part has room for, and whether these were all."""
    begun = bytearray()
    async for chunk in chunks:
        begun += chunk
        if len(begun) >= _PART_BYTES:
            return bytes(begun), False
    return bytes(begun), True


def _attributes(key: str) -> Any:
    name = key.rpartition("/")[2]
    return {"Content-Type": media_type_of(name), "Content-Disposition": disposition_of(name)}


def _reason(error: Exception) -> str:
    """What the storage said, in a line."""
    text = str(error)
    code = _CODE.search(text)
    line = _QUERY.sub("", next(iter(text.splitlines()), type(error).__name__).partition("<?xml")[0]).rstrip(" :")
    return f"{line} ({code[1]})" if code else line
