"""Applications that listen on loopback while a test runs, and the clients that ask them."""

import asyncio
import socket
from collections.abc import AsyncIterator
from contextlib import AbstractAsyncContextManager, AsyncExitStack, asynccontextmanager
from typing import Any

import uvicorn

from onhand.basics.clock import MICROSECONDS
from onhand.cli.transport import HttpProtocol
from onhand.client import AsyncClient, GatewayClient, OperatorToken, Polling, SupplierKey
from onhand.sandbox.credentials import credentials
from onhand.settings import Settings
from tests.conftest import FrozenClock

UNTHROTTLED = Settings(throttle=False)
ITEM, NODE = "00012947218283", "123456701"
SHELF_ITEM, STORE = "00044444444444", 45
SELLER = "10000000001"
_QUICKLY = Polling(first_seconds=0.01, seconds_max=0.05)


class Served:
    """An application that listens, and clients of it that go by its clock."""

    def __init__(self, port: int, clock: FrozenClock, closing: AsyncExitStack) -> None:
        self.port = port
        self.url = f"http://127.0.0.1:{port}"
        self._clock = clock
        self._closing = closing

    def client(self, who: str = "vendor", *, supplier: SupplierKey | None = None) -> AsyncClient:
        """A client, closed before the application ends."""
        made = client_of(self.url, self._clock, who, supplier=supplier)
        self._closing.push_async_callback(made.close)
        return made


class _Listener(uvicorn.Server):
    """A server that stops as soon as it is told to and nobody is connected any more."""

    def __init__(self, application: Any) -> None:
        # A sandbox dates its answers itself.
        options: dict[str, Any] = {"lifespan": "off", "log_config": None, "access_log": False, "date_header": False}
        super().__init__(uvicorn.Config(application, http=HttpProtocol, **options))
        self.over = asyncio.Event()

    async def main_loop(self) -> None:
        """Serve until it is over."""
        await self.over.wait()

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:  # noqa: ARG002 - uvicorn's own
        """Listen no longer."""
        for server in self.servers:
            server.close()
        for connection in list(self.server_state.connections):
            connection.shutdown()
        while self.server_state.connections:  # noqa: ASYNC110 - it happens elsewhere
            await asyncio.sleep(0.001)


@asynccontextmanager
async def served(
    running: AbstractAsyncContextManager[Any], clock: FrozenClock, *, port: int = 0
) -> AsyncIterator[Served]:
    """What runs in this process meanwhile, on a port that was free or on one that is given."""
    listening = socket.create_server(("127.0.0.1", port))
    async with running as application:
        listener = _Listener(application)
        serving = asyncio.create_task(listener.serve([listening]))
        async with AsyncExitStack() as closing:
            yield Served(listening.getsockname()[1], clock, closing)
        listener.over.set()
        await serving


def client_of(url: str, clock: FrozenClock, who: str = "vendor", *, supplier: SupplierKey | None = None) -> AsyncClient:
    """A client with the sandbox's credentials: a client of the gateway by its name, the supplier, the operator."""
    return AsyncClient(
        url,
        gateway=gateway_client(who),
        supplier=supplier or supplier_key(),
        operator=OperatorToken(credentials().operator.token),
        polling=_QUICKLY,
        clock=lambda: clock.now / MICROSECONDS,
    )


def gateway_client(who: str) -> GatewayClient:
    """A published client of the gateway: `vendor`, `seller` or `viewer`."""
    known = getattr(credentials(), who)
    return GatewayClient(client_id=known.client_id, client_secret=known.client_secret)


def supplier_key() -> SupplierKey:
    """The published key of the supplier."""
    known = credentials().supplier
    return SupplierKey(consumer_id=known.consumer_id, private_key_pem=known.private_key_pem)


def provider_key(context: str | None = None) -> SupplierKey:
    """The published key of the service provider, for a supplier or for nobody."""
    known = credentials().provider
    return SupplierKey(consumer_id=known.consumer_id, private_key_pem=known.private_key_pem, context=context)
