"""What the rest of the platform knows of object storage: files under keys, written and read in pieces.

A key is a path of plain names, `reports/inventory/July.zip`. What is written appears under its key whole or not at all.
"""

from collections.abc import AsyncGenerator, AsyncIterator, Sequence
from typing import Protocol
from urllib.parse import quote

import msgspec

_KEY_BYTES_MAX = 1024
_NAME_BYTES_MAX = 200
# Windows takes the first for a path of its own, and a bucket's address is cut at the others.
_REFUSED_CHARACTERS = frozenset("\\?#%*")
_MEDIA_TYPES = {"zip": "application/zip", "csv": "text/csv; charset=utf-8", "json": "application/json"}


class StoredObject(msgspec.Struct, frozen=True):
    """What is known of an object without reading it; `modified_at` in microseconds."""

    key: str
    size_bytes: int
    modified_at: int


class StorageUnavailable(Exception):
    """The storage was out of reach, full, or refused; says what and how to mend it, and never a secret."""


class NoSuchObject(Exception):
    """Nothing stands under the key."""


class BadKey(ValueError):
    """A key that no storage is given, because it could lead elsewhere or can't be written everywhere."""


class ObjectStore(Protocol):
    """Where files are kept. Every method raises BadKey for a key that is none."""

    async def put(self, key: str, chunks: AsyncIterator[bytes]) -> StoredObject:
        """Write an object piece by piece, in the place of what stood there.

        It appears when all of it is stored. Whatever ends the writing before, an error of `chunks`, a cancellation, a
        full disk or the end of the process, leaves under the key what stood there.

        Raises:
            StorageUnavailable: it could not be stored.
        """
        ...

    async def head(self, key: str) -> StoredObject | None:
        """What stands under a key, or None.

        Raises:
            StorageUnavailable: the storage did not say.
        """
        ...

    def read(self, key: str, start: int, end: int) -> AsyncGenerator[bytes, None]:
        """The bytes from `start` up to but not including `end`, in bounded pieces; none where both are alike.

        Who does not read to the end closes it.

        Raises:
            NoSuchObject: nothing stands there.
            StorageUnavailable: it can't be read, can't be read any further, or ends before `end`.
        """
        ...

    async def delete(self, keys: Sequence[str]) -> None:
        """Delete objects; absent ones are no error.

        Raises:
            StorageUnavailable: some may still stand; it may be repeated.
        """
        ...

    async def presigned(self, key: str, seconds: int) -> str | None:
        """A URL under which the storage itself gives the object to anyone, for so long; None where it has none.

        The object is given as a file of the name with which its key ends.

        Raises:
            StorageUnavailable: it can't be signed now.
        """
        ...


def checked_key(key: str) -> str:
    """The key itself, where it is one that every storage takes and that leads nowhere else.

    Raises:
        BadKey: it is not.
    """
    names = key.split("/")
    if len(key.encode("utf-8", "replace")) > _KEY_BYTES_MAX or not all(map(_is_plain, names)):
        raise BadKey(
            f"{key[:200]!r} is no key: give names of up to {_NAME_BYTES_MAX} bytes, with one / between two, that are "
            "printable, do not begin with a dot, and have no space at either end and none of \\ ? # % *"
        )
    return key


def media_type_of(name: str) -> str:
    """The media type of a file by its name."""
    return _MEDIA_TYPES.get(name.rpartition(".")[2].lower(), "application/octet-stream")


def disposition_of(name: str) -> str:
    """The value of a Content-Disposition header with which a file is saved under its name (RFC 6266)."""
    if name.isascii() and '"' not in name:
        return f'attachment; filename="{name}"'
    return f"attachment; filename*=UTF-8''{quote(name, safe='')}"


def _is_plain(name: str) -> bool:
    return (
        0 < len(name.encode("utf-8", "replace")) <= _NAME_BYTES_MAX
        and name.isprintable()
        and name == name.strip()
        and not name.startswith(".")
        and _REFUSED_CHARACTERS.isdisjoint(name)
    )
