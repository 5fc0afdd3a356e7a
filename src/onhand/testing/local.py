"""A sandbox in this process, with a client for each of its published callers, and ways to bring it into any state."""

import tempfile
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import datetime
from functools import cached_property
from pathlib import Path
from typing import Any, Literal, TypeAlias, Unpack

import httpx

from onhand.basics.clock import MICROSECONDS, Clock, format_micros, system_clock
from onhand.client import AsyncClient, Client, GatewayClient, OperatorToken, SupplierKey
from onhand.client.clients import Options
from onhand.client.results.operator import BatchResult, Item, ShipNode, Sku, Store
from onhand.client.results.operator import Mapping as ItemMapping
from onhand.client.sandbox import SandboxControls
from onhand.sandbox.credentials import ClientCredentials, Credentials, SupplierCredentials, credentials
from onhand.sandbox.starting import Sandbox, running_sandbox
from onhand.serving.bounds import Bounds
from onhand.settings import Settings
from onhand.testing.background import BackgroundServer

Role: TypeAlias = Literal["supplier", "provider", "vendor", "seller", "viewer", "operator"]
"""A caller that every sandbox knows (SB-02)."""


class NotSeeded(Exception):
    """An event was refused; the message says which, why, and how to mend it."""


@contextmanager
def local_sandbox(
    directory: Path | None = None, *, throttle: bool = False, manual: bool = False, clock: Clock = system_clock
) -> Iterator["LocalSandbox"]:
    """A sandbox that serves on loopback from a thread of this process, until the context is left.

    Its data stand in `directory`, or in a temporary one. Calls are answered 429 only with `throttle`. With `manual`,
    feeds and whatever else is due are done only when its clock is moved. `clock` gives microseconds since 1970.
    """
    with tempfile.TemporaryDirectory(prefix="onhand-sandbox-") as temporary:
        settings = Settings(throttle=throttle)
        running = running_sandbox(directory or Path(temporary), settings, clock, manual=manual)
        server = BackgroundServer(running, bounds=Bounds.of(settings))
        application = server.start()
        try:
            # One pool of connections for all clients, so that no test has to close its own.
            with httpx.Client(trust_env=False) as http:
                yield LocalSandbox(server, application, http)
        finally:
            server.stop()


class LocalSandbox:
    """A running sandbox, its clients and its controls.

    `supplier`, `provider`, `vendor`, `seller`, `viewer` and `operator` are clients that are signed in as the published
    callers of that name; they share the sandbox's clock.
    """

    def __init__(self, server: BackgroundServer[Sandbox], sandbox: Sandbox, http: httpx.Client) -> None:
        self._server = server
        self._sandbox = sandbox
        self._http = http
        self._told = 0

    @property
    def url(self) -> str:
        """Where it serves, for programs that ask it by other means."""
        return self._server.url

    @property
    def credentials(self) -> Credentials:
        """Everybody's credentials."""
        return credentials()

    @cached_property
    def supplier(self) -> Client:
        """The supplier, `Awesome Company`."""
        return self.connect("supplier")

    @cached_property
    def provider(self) -> Client:
        """The service provider, on behalf of the supplier."""
        return self.connect("provider")

    @cached_property
    def vendor(self) -> Client:
        """The drop-ship vendor."""
        return self.connect("vendor")

    @cached_property
    def seller(self) -> Client:
        """The marketplace seller."""
        return self.connect("seller")

    @cached_property
    def viewer(self) -> Client:
        """The vendor's client that may only read."""
        return self.connect("viewer")

    @cached_property
    def operator(self) -> Client:
        """The operator."""
        return self.connect("operator")

    @cached_property
    def controls(self) -> SandboxControls:
        """Reset, clock, faults and requests (SB-05)."""
        return self.operator.sandbox

    def connect(self, role: Role, **options: Unpack[Options]) -> Client:
        """Another client that blocks, with options of one's own; it need not be closed."""
        return Client(self.url, http=self._http, **self._options(role, options))

    def connect_async(self, role: Role, **options: Unpack[Options]) -> AsyncClient:
        """A client to be awaited; use it with `async with`, or close it."""
        return AsyncClient(self.url, **self._options(role, options))

    def seed(
        self,
        *,
        stores: Sequence[Store] = (),
        items: Sequence[Item] = (),
        mappings: Sequence[ItemMapping] = (),
        ship_nodes: Sequence[ShipNode] = (),
        skus: Sequence[Sku] = (),
        events: Sequence[Mapping[str, Any]] = (),
    ) -> None:
        """Add to what it holds, as its operator would, in an order in which each finds what it needs.

        Raises:
            OnhandError: something of it was refused.
            NotSeeded: an event was; see `post_events`.
        """
        if stores:
            self.operator.onboarding.add_stores(stores)
        if items:
            self.operator.catalogue.add_items(items)
        if mappings:
            self.operator.catalogue.add_mappings(mappings)
        if ship_nodes:
            self.operator.onboarding.add_ship_nodes(ship_nodes)
        if skus:
            self.operator.catalogue.add_skus(skus)
        if events:
            self.post_events(*events)

    def post_events(self, *events: Mapping[str, Any]) -> BatchResult:
        """Tell of what happened, in the words of OP-03.

        An event without an `eventId` is given one of its own, one without an `occurredAt` happens now.

        Raises:
            NotSeeded: one was refused; the others count.
        """
        told = [self._completed(event) for event in events]
        result = self.operator.operator.post_events(told)
        refused = [each for each in result.results if each.status == "refused"]
        if refused:
            lines = [f"event {each.position}: {each.code} ({each.field}): {each.message}" for each in refused]
            raise NotSeeded("\n".join([f"{len(refused)} of {len(told)} events were refused", *lines]))
        return result

    def begun_anew(self, *, at: datetime | None = None, hold: bool = False) -> "LocalSandbox":
        """It in its seeded state, with new clients; `at` and `hold` as with a reset."""
        self.controls.reset(at=at, hold=hold)
        return LocalSandbox(self._server, self._sandbox, self._http)

    def keep(self) -> None:
        """Let what it holds now be what resets bring back."""
        self._server.call(self._sandbox.keep())

    def _completed(self, event: Mapping[str, Any]) -> dict[str, Any]:
        self._told += 1
        return {"eventId": f"told-{self._told}", "occurredAt": format_micros(self._sandbox.now()), **event}

    def _options(self, role: Role, given: Options) -> Options:
        options: Options = {"clock": lambda: self._sandbox.now() / MICROSECONDS}
        known = getattr(self.credentials, role)
        if isinstance(known, SupplierCredentials):
            options["supplier"] = SupplierKey(
                consumer_id=known.consumer_id,
                key_version=known.key_version,
                private_key_pem=known.private_key_pem,
                context=getattr(known, "context", None),
            )
        elif isinstance(known, ClientCredentials):
            options["gateway"] = GatewayClient(client_id=known.client_id, client_secret=known.client_secret)
        else:
            options["operator"] = OperatorToken(known.token)
        options.update(given)
        return options
