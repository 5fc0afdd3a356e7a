"""Clients of both kinds against a server that misbehaves, in a time that only moves when somebody waits."""

import asyncio
import itertools
from collections.abc import Callable, Iterator
from contextlib import ExitStack, suppress
from typing import Any

import pytest

from onhand.client import AsyncClient, Client, GatewayClient, OperatorToken, Policy, SupplierKey
from tests.client.rogue import Rogue, Script
from tests.client.world import NOW, World, key_pem

PATIENT = Policy(attempt_seconds=30.0, backoff_seconds=1.0, deadline_seconds=100.0)


class Blockingly:
    """Asks with the client that blocks."""

    def __init__(self, url: str, world: World, **options: Any) -> None:
        self.client = Client(url, sleep=world.sleep, **options)

    def __call__(self, ask: Callable[[Any], Any]) -> Any:
        """What is answered; of rows, the list of them."""
        answer = ask(self.client)
        return answer.to_list() if hasattr(answer, "to_list") and hasattr(answer, "pages") else answer

    def pages(self, ask: Callable[[Any], Any], start: str | None) -> Iterator[Any]:
        """The pages of rows, from a place on."""
        yield from ask(self.client).pages(start=start)

    def close(self) -> None:
        self.client.close()


class Awaitingly:
    """Asks with the client that is awaited, on a loop of its own."""

    def __init__(self, url: str, world: World, **options: Any) -> None:
        self._runner = asyncio.Runner()
        self.client = AsyncClient(url, sleep=world.async_sleep, **options)

    def __call__(self, ask: Callable[[Any], Any]) -> Any:
        """What is answered; of rows, the list of them."""

        async def asked() -> Any:
            answer = ask(self.client)
            return (await answer.collect()).rows if hasattr(answer, "collect") else await answer

        return self._runner.run(asked())

    def pages(self, ask: Callable[[Any], Any], start: str | None) -> Iterator[Any]:
        """The pages of rows, from a place on."""
        pages = ask(self.client).pages(start=start)
        with suppress(StopAsyncIteration):
            while True:
                yield self._runner.run(anext(pages))

    def close(self) -> None:
        self._runner.run(self.client.close())
        self._runner.close()


Asking = Blockingly | Awaitingly


class Scene:
    """A server that misbehaves, and a client of it."""

    def __init__(self, rogue: Rogue, world: World, ask: Asking) -> None:
        self.rogue = rogue
        self.world = world
        self.ask = ask


Stage = Callable[..., Scene]


@pytest.fixture
def world() -> World:
    """The time and the lots of the tests."""
    return World()


@pytest.fixture(params=[Blockingly, Awaitingly], ids=["blocking", "awaited"])
def stage(request: pytest.FixtureRequest, world: World) -> Iterator[Stage]:
    """Sets up a server with a script, and a client of either kind."""
    with ExitStack() as cleanup:

        def set_up(script: Script, policy: Policy = PATIENT, **options: Any) -> Scene:
            rogue = cleanup.enter_context(Rogue(script).running())
            ids = itertools.count(1)
            asking = request.param(
                rogue.url,
                world,
                policy=policy,
                gateway=GatewayClient(client_id="me", client_secret="mine"),
                supplier=SupplierKey(consumer_id="a-consumer", private_key_pem=key_pem()),
                operator=OperatorToken("an-operator"),
                clock=lambda: NOW + world.now,
                monotonic=world.monotonic,
                lot=lambda: world.lot,
                new_id=lambda: f"id-{next(ids)}",
                **options,
            )
            cleanup.callback(asking.close)
            return Scene(rogue, world, asking)

        yield set_up
