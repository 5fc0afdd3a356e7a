"""What the drivers do where a call is broken off, a client closed, a process forked, a request can't be sent."""

import asyncio
import multiprocessing
import os
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

import httpx
import pytest

from onhand.client import (
    AsyncClient,
    BadSetup,
    Client,
    Dropped,
    GatewayClient,
    NotConnected,
    Policy,
    TimedOut,
    Unreadable,
)
from onhand.client.drivers import AwaitingDriver, BlockingDriver
from onhand.client.steps import Exchange, Wait
from tests.client.conftest import Stage
from tests.client.rogue import Asked, Drip, Drop, Reply, Rogue, Script, Stall, in_turn
from tests.client.test_misbehaving import GOOD, GTIN, read, write

ME = GatewayClient(client_id="me", client_secret="mine")
ONCE = Policy(attempts_max=1, attempt_seconds=0.5)


def over(script: Script, ask: Callable[[AsyncClient, Rogue], Any], **options: Any) -> Any:
    """What comes of a conversation of the awaited client with a server."""

    async def conversation(rogue: Rogue) -> Any:
        async with AsyncClient(rogue.url, gateway=ME, **options) as client:
            return await ask(client, rogue)

    with Rogue(script).running() as rogue:
        return asyncio.run(conversation(rogue))


def test_a_closed_client_says_so(stage: Stage) -> None:
    scene = stage(in_turn(GOOD))
    scene.ask(read)
    scene.ask.close() if isinstance(scene.ask.client, Client) else scene.ask(lambda client: client.close())
    with pytest.raises(BadSetup, match="is closed"):
        scene.ask(read)
    assert (len(scene.rogue.calls), scene.world.waits) == (1, [])


def test_what_was_under_way_when_its_client_was_closed_is_not_said_to_be_undone() -> None:
    async def ask(client: AsyncClient, rogue: Rogue) -> None:
        call = asyncio.create_task(write(client))
        assert await asyncio.to_thread(rogue.until_called)
        await client.close()
        with pytest.raises(Dropped, match="is closed"):
            await call

    over(in_turn(Stall()), ask)


def test_a_closed_client_ends_the_calls_of_other_threads_with_a_typed_error() -> None:
    arrived = threading.Event()

    def script(_asked: Asked, _number: int) -> Drop:
        arrived.set()
        return Drop()

    with Rogue(script).running() as rogue:
        client = Client(rogue.url, gateway=ME, sleep=lambda _seconds: client.close())
        with pytest.raises(Dropped, match="is closed"):
            read(client)
    assert (arrived.is_set(), len(rogue.calls)) == (True, 1)


def test_an_answer_whose_head_drips_is_given_up_when_its_time_is_over() -> None:
    async def ask(client: AsyncClient, _: Rogue) -> float:
        begun = time.monotonic()
        with pytest.raises(TimedOut):
            await read(client)
        return time.monotonic() - begun

    assert over(in_turn(Drip()), ask, policy=ONCE) < 5.0


def test_a_call_that_is_cancelled_leaves_the_token_to_the_next() -> None:
    async def ask(client: AsyncClient, rogue: Rogue) -> None:
        for number in (1, 2, 3):
            call = asyncio.create_task(read(client))
            assert await asyncio.to_thread(rogue.until_called, number)
            call.cancel()
            with suppress(asyncio.CancelledError):
                await call
        assert (await read(client)).quantity.amount == 23
        assert rogue.tokens == 1

    over(in_turn(Stall(), Stall(), Stall(), GOOD), ask)


def test_a_call_that_is_cancelled_while_it_waits_for_a_token_stops_nobody_else() -> None:
    async def ask(client: AsyncClient, rogue: Rogue) -> None:
        calls = [asyncio.create_task(read(client)) for _ in range(6)]
        await asyncio.sleep(0)
        for call in calls[::2]:
            call.cancel()
        ended = await asyncio.gather(*calls, return_exceptions=True)
        assert [isinstance(each, asyncio.CancelledError) for each in ended] == [True, False] * 3
        assert rogue.tokens == 1

    over(in_turn(GOOD), ask)


def test_a_call_that_is_broken_off_clears_away_at_once_though_its_error_is_kept() -> None:
    cleared: list[str] = []

    def work(name: str) -> Exchange[None]:
        try:
            yield Wait(1.0)
        finally:
            cleared.append(name)

    def interrupted(_seconds: float) -> Any:
        raise KeyboardInterrupt

    told: dict[str, Any] = {"sleep": interrupted, "monotonic": time.monotonic, "answer_bytes_max": 1}
    with httpx.Client() as http, pytest.raises(KeyboardInterrupt) as kept:
        BlockingDriver(lambda: http, **told).run(work("blocking"))
    with pytest.raises(KeyboardInterrupt) as kept_too:
        asyncio.run(AwaitingDriver(httpx.AsyncClient(), **told).run(work("awaited")))
    assert kept.type is kept_too.type is KeyboardInterrupt
    assert cleared == ["blocking", "awaited"]


@contextmanager
def forked(work: Callable[[], None]) -> Iterator[None]:
    """While a process that was forked does some work, which has to end well."""
    process = multiprocessing.get_context("fork").Process(target=work)
    process.start()
    yield
    process.join(30)
    assert process.exitcode == 0


@pytest.mark.skipif(not hasattr(os, "fork"), reason="nothing is forked here")
def test_a_process_that_was_forked_has_connections_of_its_own() -> None:
    with Rogue(in_turn(GOOD)).running() as rogue, Client(rogue.url, gateway=ME) as client:
        read(client)
        assert rogue.connections == 1
        with forked(lambda: read(client)):
            pass
        read(client)
    assert (len(rogue.calls), rogue.tokens, rogue.connections) == (3, 1, 2)


@pytest.mark.parametrize(
    "ask",
    [
        lambda client: client.inventory.set(gtin=GTIN, amount=1, idempotency_key="ключ"),
        lambda client: client.inventory.set(gtin=GTIN, amount=1, if_match="a\nb"),
    ],
)
def test_what_no_header_takes_is_told_and_not_sent(stage: Stage, ask: Any) -> None:
    scene = stage(in_turn(GOOD))
    with pytest.raises(BadSetup, match="can't be sent"):
        scene.ask(ask)
    assert scene.rogue.calls == []


def test_a_link_that_leads_in_a_circle_is_told_at_once(stage: Stage, tmp_path: Path) -> None:
    def script(asked: Asked, number: int) -> Reply:
        link = f"http://{asked.headers['host']}/file.zip"
        ready = {"requestId": "r", "requestStatus": "READY", "reportType": "T", "downloadURL": link}
        return Reply(302, b"", {"Location": "/file.zip"}) if number > 1 else Reply(200, ready)

    scene = stage(script)
    with pytest.raises(Unreadable, match="on and on"):
        scene.ask(lambda client: client.reports.download("r", tmp_path))
    assert (len(scene.rogue.calls) < 30, scene.world.waits, list(tmp_path.iterdir())) == (True, [], [])


def test_a_body_that_can_t_be_unpacked_is_asked_for_again(stage: Stage) -> None:
    scene = stage(in_turn(Reply(200, b"no gzip", {"Content-Encoding": "gzip"})), Policy(attempts_max=2))
    with pytest.raises(Dropped, match="can't be unpacked"):
        scene.ask(read)
    assert len(scene.rogue.calls) == 2


def test_where_no_connection_was_made_to_is_told() -> None:
    client = Client("http://name:hush@127.0.0.1:9", gateway=ME, policy=ONCE)
    with pytest.raises(NotConnected, match=r"no connection was made to http://127\.0\.0\.1:9:"):
        read(client)
