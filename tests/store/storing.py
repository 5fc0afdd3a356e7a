"""What the tests of object storage share."""

from collections.abc import AsyncIterator, Iterable

from onhand.store.buckets import Access, BucketStore, Patience, open_bucket
from onhand.store.objects import ObjectStore

MEBIBYTE = 2**20
PATIENT = Patience()
IMPATIENT = Patience(connect_seconds=1.0, request_seconds=5.0, retries_max=1, retry_seconds=2.0)


def opened_bucket(url: str, endpoint: str, patience: Patience = PATIENT) -> BucketStore:
    """A bucket on the server of the tests."""
    access = Access(
        endpoint=endpoint, region="us-east-1", access_key="the-key", secret_key="the-secret", allow_http=True
    )
    return open_bucket(url, access, patience)


async def pieces(parts: Iterable[bytes]) -> AsyncIterator[bytes]:
    """What is written, piece by piece."""
    for part in parts:
        yield part


async def content(objects: ObjectStore, key: str, start: int = 0, end: int | None = None) -> bytes:
    """What is read, the whole object unless something else is said."""
    if end is None:
        stored = await objects.head(key)
        assert stored is not None
        end = stored.size_bytes
    return b"".join([piece async for piece in objects.read(key, start, end)])
