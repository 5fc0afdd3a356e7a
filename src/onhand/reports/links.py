"""Links to files: anyone who has one may download the file, without a header, until it expires (DS-26).

The signature covers every byte of a link's path and query before it, as they were sent. So nothing can be changed,
moved, repeated, added, left out or written in another way, and there is nothing to be made of a link but itself.
"""

import hmac
from base64 import urlsafe_b64encode
from typing import Literal
from urllib.parse import quote, unquote

import msgspec

from onhand.basics.clock import MICROSECONDS, format_seconds, parse_time
from onhand.store.objects import ObjectStore, checked_key

PATH = "/v3/reports/getReport/"
"""What the path of every link begins with; a folder and the name of a file follow."""

_VERSION = "2025-08-24"
_SIGNATURE = b"&sig="
_EXPIRY = b"&se="

Denial = Literal["changed", "expired"]
"""Why a link opens nothing. One that was changed is never said to have expired, or not to have."""


class Link(msgspec.Struct, frozen=True):
    """A URL and the moment from which on it opens nothing."""

    url: str
    expires_at: int


class Links(msgspec.Struct, frozen=True, kw_only=True):
    """Makes and checks links.

    `secret` is shared by every process that serves the same database. `base_url` is what callers put before a path,
    nothing where each of them is told the address that it called. `presigned` asks the storage for links of its own
    first.
    """

    secret: bytes
    seconds: int
    base_url: str = ""
    presigned: bool = True

    def url_of(self, folder: str, file_name: str, now: int, called_at: str = "") -> Link:
        """Our own link to a file; `called_at` is the address that the caller called, without a path."""
        expires_at = self.expiry(now)
        expiry = quote(f"{format_seconds(expires_at)}Z", safe="")
        path = f"{PATH}{quote(folder, safe='')}/{quote(file_name, safe='')}"
        signed = f"{path}?sv={_VERSION}&se={expiry}&sr=b&sp=r"
        signature = self._signature(signed.encode("ascii")).decode("ascii")
        return Link(f"{self.base_url or called_at}{signed}{_SIGNATURE.decode()}{signature}", expires_at)

    def expiry(self, now: int) -> int:
        """The moment at which a link that is made now expires: a whole second, as a link can say no other."""
        return (now // MICROSECONDS + self.seconds) * MICROSECONDS

    def denial(self, raw_path: bytes, query: bytes, now: int) -> Denial | None:
        """Why the link of a path and a query, both as they were sent, opens nothing; None where it opens its file."""
        said, _, signature = query.partition(_SIGNATURE)
        if not hmac.compare_digest(self._signature(raw_path + b"?" + said), signature):
            return "changed"
        expiry = said.partition(_EXPIRY)[2].partition(b"&")[0].decode("ascii")
        expires_at = parse_time(unquote(expiry))
        return None if expires_at is not None and now < expires_at else "expired"

    def _signature(self, signed: bytes) -> bytes:
        # Without its padding it needs no escape in a query.
        return urlsafe_b64encode(hmac.digest(self.secret, signed, "sha256")).rstrip(b"=")


def object_key(folder: str, file_name: str) -> str:
    """The key of a file in the object storage.

    Raises:
        BadKey: no storage takes these names.
    """
    return checked_key(f"reports/{folder}/{file_name}")


async def link_to(
    links: Links, objects: ObjectStore, folder: str, file_name: str, now: int, called_at: str = ""
) -> Link:
    """The link that is handed out: the storage's own where it has one and may, else ours.

    Raises:
        BadKey: no storage takes these names.
        StorageUnavailable: the storage has links of its own, and can't make one now.
    """
    key = object_key(folder, file_name)
    if links.presigned:
        url = await objects.presigned(key, links.seconds)
        if url is not None:
            return Link(url, links.expiry(now))
    return links.url_of(folder, file_name, now, called_at)
