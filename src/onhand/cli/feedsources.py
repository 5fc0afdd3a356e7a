"""Where the commands on feeds look: in the settings' database, or at a gateway over HTTP."""

import asyncio
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any, Protocol
from urllib.parse import quote
from uuid import uuid4

import httpx
import msgspec

from onhand.cli.answers import Problem
from onhand.cli.opened import environment_settings
from onhand.dropship.feeds.report import error_report
from onhand.dropship.feeds.status import Feed, feed_by_id, list_feeds
from onhand.partners.onboarding import partner_by_code
from onhand.store.database import Database
from onhand.wiring.databases import open_database

_SERVICE = "onhand"
_UNAUTHORIZED, _NOT_FOUND, _TOO_MANY = 401, 404, 429
_PAUSE_SECONDS_MAX = 60.0


class FeedView(msgspec.Struct, frozen=True, rename="camel"):
    """A feed as the commands show it; the names are the gateway's."""

    feed_id: str
    feed_status: str
    items_received: int
    items_succeeded: int
    items_failed: int
    items_processing: int
    errors: tuple[str, ...] = ()

    @property
    def is_over(self) -> bool:
        """Whether nothing will change any more."""
        return self.feed_status in {"PROCESSED", "ERROR"}

    @property
    def done(self) -> int:
        """How many rows have been done."""
        return self.items_received - self.items_processing


class FeedSource(Protocol):
    """A place that knows feeds."""

    pause_seconds: float

    async def feeds(self, rows_max: int) -> list[FeedView]:
        """The newest feeds, newest first."""
        ...

    async def feed(self, feed_id: str) -> FeedView:
        """The feed of that id.

        Raises:
            Problem: there is none.
        """
        ...

    async def report(self, feed_id: str) -> bytes:
        """The failed rows of a feed as a file.

        Raises:
            Problem: there is no such feed.
        """
        ...


class StoredFeeds:
    """The feeds of a partner in a database."""

    pause_seconds = 0.2

    def __init__(self, database: Database, partner_id: int) -> None:
        self._database = database
        self._partner_id = partner_id

    async def feeds(self, rows_max: int) -> list[FeedView]:
        """The newest feeds, newest first."""
        _, found = await list_feeds(self._database, self._partner_id, 0, rows_max)
        return list(map(_view, found))

    async def feed(self, feed_id: str) -> FeedView:
        """The feed of that id."""
        return _view(await self._found(feed_id))

    async def report(self, feed_id: str) -> bytes:
        """The failed rows of a feed as a file."""
        pieces = error_report(self._database, self._partner_id, await self._found(feed_id))
        return b"".join([piece async for piece in pieces])

    async def _found(self, feed_id: str) -> Feed:
        feed = await feed_by_id(self._database, self._partner_id, feed_id)
        if feed is None:
            raise _unknown(feed_id)
        return feed


class ServedFeeds:
    """The feeds of a client at a gateway."""

    pause_seconds = 1.0

    def __init__(self, client: httpx.AsyncClient, client_id: str, client_secret: str) -> None:
        self._client = client
        self._credentials = httpx.BasicAuth(client_id, client_secret)
        self._token = ""

    async def feeds(self, rows_max: int) -> list[FeedView]:
        """The newest feeds, newest first."""
        answer = await self._ask("GET", "/v3/feeds", params={"limit": str(rows_max)})
        return [msgspec.convert(each, FeedView) for each in answer.json()["results"]["feed"]]

    async def feed(self, feed_id: str) -> FeedView:
        """The feed of that id."""
        found = (await self._ask("GET", f"/v3/feeds/{quote(feed_id, safe='@')}")).json()
        told = found.get("ingestionErrors", {}).get("ingestionError", ())
        return msgspec.convert({**found, "errors": [each["description"] for each in told]}, FeedView)

    async def report(self, feed_id: str) -> bytes:
        """The failed rows of a feed as a file."""
        return (await self._ask("GET", f"/v3/feeds/{quote(feed_id, safe='@')}/errorReport")).content

    async def send(self, content: bytes, feed_type: str) -> str:
        """Send a file as a feed; its id."""
        answer = await self._ask(
            "POST",
            "/v3/feeds",
            params={"feedType": feed_type},
            content=content,
            headers={"content-type": "application/json", "idempotency-key": str(uuid4())},
        )
        return str(answer.json()["feedId"])

    async def _ask(self, method: str, path: str, **request: Any) -> httpx.Response:
        """What is answered; a token that has expired is renewed, and a limit waited for.

        Raises:
            Problem: it was refused.
        """
        answer = await self._once(method, path, **request)
        if answer.status_code == _UNAUTHORIZED:
            await self._renew()
            answer = await self._once(method, path, **request)
        while answer.status_code == _TOO_MANY:
            await asyncio.sleep(_seconds_to_wait(answer))
            answer = await self._once(method, path, **request)
        if answer.status_code == _NOT_FOUND and path != "/v3/feeds":
            raise _unknown(path.split("/")[3])
        return _accepted(answer)

    async def _once(self, method: str, path: str, **request: Any) -> httpx.Response:
        if not self._token:
            await self._renew()
        headers = {**_headers(), "WM_SEC.ACCESS_TOKEN": self._token, **request.get("headers", {})}
        return await self._client.request(method, path, **{**request, "headers": headers})

    async def _renew(self) -> None:
        form = {"grant_type": "client_credentials"}
        answer = await self._client.post("/v3/token", auth=self._credentials, data=form, headers=_headers())
        self._token = _accepted(answer).json()["access_token"]


@asynccontextmanager
async def stored_feeds(partner_code: str) -> AsyncIterator[StoredFeeds]:
    """The feeds of a partner in the settings' database.

    Raises:
        Problem: there is no such partner.
    """
    database = await open_database(environment_settings())
    try:
        partner = await partner_by_code(database, partner_code)
        if partner is None:
            raise Problem(f"there is no partner “{partner_code}”: `onhand partner list` shows those that there are")
        yield StoredFeeds(database, partner.partner_id)
    finally:
        await database.close()


@asynccontextmanager
async def served_feeds(url: str, client_id: str, client_secret: str) -> AsyncIterator[ServedFeeds]:
    """The feeds of a client at the gateway at `url`.

    Raises:
        Problem: the gateway can't be reached.
    """
    async with httpx.AsyncClient(base_url=url, timeout=60.0) as client:
        try:
            yield ServedFeeds(client, client_id, client_secret)
        except httpx.HTTPError as error:
            raise Problem(f"{url} can't be asked: {str(error) or type(error).__name__}") from error


def _seconds_to_wait(answer: httpx.Response) -> float:
    """How long a limit is to be waited for."""
    said = answer.headers.get("retry-after", "")
    return min(float(said), _PAUSE_SECONDS_MAX) if said.isdigit() else 1.0


def _headers() -> dict[str, str]:
    return {"WM_QOS.CORRELATION_ID": f"onhand-{time.time_ns()}", "WM_SVC.NAME": _SERVICE, "accept": "application/json"}


def _accepted(answer: httpx.Response) -> httpx.Response:
    if answer.is_success:
        return answer
    try:
        told = "; ".join(each["description"] for each in answer.json()["error"])
    except (ValueError, KeyError, TypeError):
        told = answer.reason_phrase
    raise Problem(f"the gateway answered {answer.status_code}: {told}")


def _view(feed: Feed) -> FeedView:
    counts = (feed.rows_received, feed.rows_succeeded, feed.rows_failed, feed.rows_waiting)
    return FeedView(feed.feed_id, feed.status, *counts, tuple(fault.description for fault in feed.faults))


def _unknown(feed_id: str) -> Problem:
    return Problem(f"there is no feed “{feed_id}”: `onhand feeds list` shows the newest")
