"""The client, blocking and awaited: the same groups of operations over the same core."""

import random
import time
from collections.abc import Awaitable, Callable
from functools import cache
from ssl import SSLContext
from types import TracebackType
from typing import Self, TypedDict, Unpack
from urllib.parse import urlsplit
from uuid import uuid4

import httpx

from onhand.client.caller import Caller, Surroundings
from onhand.client.catalogue import AsyncCatalogue, Catalogue
from onhand.client.centres import AsyncCentres, Centres
from onhand.client.credentials import GatewayClient, OperatorToken, SupplierKey
from onhand.client.drivers import REAL_ASYNC_SLEEP, REAL_SLEEP, AwaitingDriver, BlockingDriver
from onhand.client.errors import BadSetup
from onhand.client.feeds import AsyncFeedGroup, FeedGroup
from onhand.client.fulfilment import AsyncFulfilment, Fulfilment
from onhand.client.inventory import AsyncInventoryGroup, AsyncTokens, InventoryGroup, Tokens
from onhand.client.money import AsyncMoney, Money
from onhand.client.onboarding import AsyncOnboarding, Onboarding
from onhand.client.operator import AsyncOperator, Operator
from onhand.client.policy import DEFAULT_POLICY, Policy, Polling
from onhand.client.polling import LOOPBACK, polling_for
from onhand.client.reports import AsyncReports, Reports
from onhand.client.sandbox import AsyncSandboxControls, SandboxControls
from onhand.client.server import AsyncServer, Server
from onhand.client.settlement import AsyncSettlement, Settlement
from onhand.client.stores import AsyncStores, Stores

SERVICE_NAME = "Onhand client"


class Options(TypedDict, total=False):
    """What either client may be told beside its URL."""

    supplier: SupplierKey
    gateway: GatewayClient
    operator: OperatorToken
    policy: Policy
    polling: Polling
    service_name: str
    allow_plain_http: bool
    clock: Callable[[], float]
    monotonic: Callable[[], float]
    lot: Callable[[], float]
    new_id: Callable[[], str]


class _Made:
    """What both clients are made of."""

    def __init__(self, base_url: str, options: Options) -> None:
        _check_url(base_url, allow_plain_http=options.get("allow_plain_http", False))
        self.base_url = base_url
        self._caller = Caller(
            base_url,
            options.get("policy", DEFAULT_POLICY),
            Surroundings(
                clock=options.get("clock", time.time),
                monotonic=options.get("monotonic", time.monotonic),
                lot=options.get("lot", random.random),
                new_id=options.get("new_id", _new_id),
            ),
            polling=options.get("polling") or polling_for(base_url),
            service_name=options.get("service_name", SERVICE_NAME),
            supplier=options.get("supplier"),
            gateway=options.get("gateway"),
            operator=options.get("operator"),
        )

    @property
    def polling(self) -> Polling:
        """How often it asks whether something is over."""
        return self._caller.polling

    @property
    def _trusts_environment(self) -> bool:
        """Whether proxies that are set on this machine are used: they have no business on loopback."""
        return urlsplit(self.base_url).hostname not in LOOPBACK

    @property
    def _trusted(self) -> SSLContext:
        """The certificates that are trusted."""
        return _trusted(self._trusts_environment)


class Client(_Made):
    """A client that blocks.

    `base_url` and the credentials are all that tells one service from another. Plain HTTP is taken on loopback, to
    another machine only where `allow_plain_http` says so, as behind a proxy of one's own. `http` is an httpx client to
    send through, set up by its owner and closed by it. Clocks (seconds since 1970, and monotonic), lots, ids and
    `sleep` may be replaced, as tests do. One client may be used by many threads, and in processes that are forked
    from its own, but for an `http` that was given: what two processes read from one connection is mixed up.
    """

    def __init__(
        self,
        base_url: str,
        *,
        http: httpx.Client | None = None,
        sleep: Callable[[float], None] = REAL_SLEEP,
        **options: Unpack[Options],
    ) -> None:
        super().__init__(base_url, options)
        self._owns_http = http is None
        self._driver = BlockingDriver(
            lambda: http or httpx.Client(trust_env=self._trusts_environment, verify=self._trusted),
            sleep=sleep,
            monotonic=self._caller.around.monotonic,
            answer_bytes_max=self._caller.policy.answer_bytes_max,
        )
        self._gather()

    def within(self, seconds: float) -> Self:
        """The same client, whose calls last no longer than so many seconds. It need not be closed.

        A call is one question with its repeats. What waits for a feed or report, or fetches a file, lasts
        `seconds_max` of its own; a walk over pages is a call for each.
        """
        other = type(self).__new__(type(self))
        other.__dict__.update(self.__dict__, _caller=self._caller.lasting(seconds), _owns_http=False)
        other._gather()  # noqa: SLF001 - it is made here
        return other

    def close(self) -> None:
        """Close the connections that are its own."""
        if self._owns_http:
            self._driver.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def _gather(self) -> None:
        parts = (self._caller, self._driver)
        self.stores = Stores(*parts)
        self.inventory = InventoryGroup(*parts)
        self.tokens = Tokens(*parts)
        self.feeds = FeedGroup(*parts)
        self.reports = Reports(*parts)
        self.fulfilment = Fulfilment(*parts)
        self.settlement = Settlement(*parts)
        self.operator = Operator(*parts)
        self.catalogue = Catalogue(*parts)
        self.onboarding = Onboarding(*parts)
        self.centres = Centres(*parts)
        self.money = Money(*parts)
        self.server = Server(*parts)
        self.sandbox = SandboxControls(*parts)


class AsyncClient(_Made):
    """A client whose calls are awaited; otherwise as `Client` is. One is for one event loop."""

    def __init__(
        self,
        base_url: str,
        *,
        http: httpx.AsyncClient | None = None,
        sleep: Callable[[float], Awaitable[None]] = REAL_ASYNC_SLEEP,
        **options: Unpack[Options],
    ) -> None:
        super().__init__(base_url, options)
        self._owns_http = http is None
        self._driver = AwaitingDriver(
            http or httpx.AsyncClient(trust_env=self._trusts_environment, verify=self._trusted),
            sleep=sleep,
            monotonic=self._caller.around.monotonic,
            answer_bytes_max=self._caller.policy.answer_bytes_max,
        )
        self._gather()

    def within(self, seconds: float) -> Self:
        """The same client, whose calls last no longer than so many seconds. It need not be closed.

        A call is one question with its repeats. What waits for a feed or report, or fetches a file, lasts
        `seconds_max` of its own; a walk over pages is a call for each.
        """
        other = type(self).__new__(type(self))
        other.__dict__.update(self.__dict__, _caller=self._caller.lasting(seconds), _owns_http=False)
        other._gather()  # noqa: SLF001 - it is made here
        return other

    async def close(self) -> None:
        """Close the connections that are its own."""
        if self._owns_http:
            await self._driver.close()

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self.close()

    def _gather(self) -> None:
        parts = (self._caller, self._driver)
        self.stores = AsyncStores(*parts)
        self.inventory = AsyncInventoryGroup(*parts)
        self.tokens = AsyncTokens(*parts)
        self.feeds = AsyncFeedGroup(*parts)
        self.reports = AsyncReports(*parts)
        self.fulfilment = AsyncFulfilment(*parts)
        self.settlement = AsyncSettlement(*parts)
        self.operator = AsyncOperator(*parts)
        self.catalogue = AsyncCatalogue(*parts)
        self.onboarding = AsyncOnboarding(*parts)
        self.centres = AsyncCentres(*parts)
        self.money = AsyncMoney(*parts)
        self.server = AsyncServer(*parts)
        self.sandbox = AsyncSandboxControls(*parts)


@cache
def _trusted(trusts_environment: bool) -> SSLContext:
    """Certificates, by the environment's word or httpx's own; reading them takes longer than a call: once a process."""
    return httpx.create_ssl_context(trust_env=trusts_environment)


def _new_id() -> str:
    return str(uuid4())


def _check_url(url: str, *, allow_plain_http: bool) -> None:
    parts = urlsplit(url)
    if parts.scheme not in {"http", "https"} or not parts.hostname:
        raise BadSetup(f"{url!r} is no URL of a server: give one such as https://api.example.com")
    if parts.scheme == "http" and parts.hostname not in LOOPBACK and not allow_plain_http:
        raise BadSetup(
            f"{url!r} would send credentials in the open: give https://…, or allow_plain_http=True on a network of "
            "your own"
        )
