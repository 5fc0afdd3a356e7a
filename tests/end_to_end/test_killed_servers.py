"""A server that is killed at random moments, while it takes feeds and processes them, takes and does each of them once.

A client sends feeds one after the other, each under a key of its own, and sends again what was not answered.
"""

import asyncio
import json
import random
import signal
import socket
import subprocess
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest

from onhand.client import AsyncClient, GatewayClient, NoAnswer, NotConnected, Policy, ServerFailed
from onhand.settings import Settings
from onhand.store.database import Database
from onhand.wiring.databases import open_database, upgrade_database
from tests import campaign
from tests.dropship.feeds.yard import file_of
from tests.feedkills import (
    ENVIRONMENT,
    PARTNERS,
    add_partners,
    add_programs,
    asked,
    check_as_if_nobody_had_been_killed,
    kill,
    rows_of,
    secret_of,
)
from tests.processes import environment

pytestmark = pytest.mark.contract("DS-11", "DS-22")

_KILLS = 4
# Kills after so many rows more have been done, and kills so long after a feed is being sent.
_ROWS_BETWEEN = 1_500
_SENDING_SECONDS = 0.04
_PATIENCE_SECONDS = 60
_UNAVAILABLE = 503


class Server:
    """A real server, on one port and one database however often it is killed."""

    def __init__(self, database_url: str, log: Path) -> None:
        with socket.create_server(("127.0.0.1", 0)) as free:
            self._port = free.getsockname()[1]
        self.url = f"http://127.0.0.1:{self._port}"
        self._environment = environment(
            **ENVIRONMENT | {"ONHAND_DATABASE_URL": database_url, "ONHAND_LOG_LEVEL": "info"}
        )
        self._log = log
        self._process: subprocess.Popen[bytes] | None = None

    async def start(self) -> None:
        """Start and wait until it says that it serves."""
        said = self._log.stat().st_size if self._log.exists() else 0
        self._process = process = self._started()
        async with asyncio.timeout(_PATIENCE_SECONDS):
            while self.url not in self._log.read_text()[said:]:
                assert process.poll() is None, self._log.read_text()
                await asyncio.sleep(0.02)

    def _started(self) -> subprocess.Popen[bytes]:
        words = [sys.executable, "-m", "onhand", "serve", "--port", str(self._port), "--no-throttle"]
        with self._log.open("ab") as log:
            return subprocess.Popen(words, env=self._environment, stderr=log)

    def kill(self) -> None:
        """End it at once."""
        if self._process is not None:
            kill(self._process)

    def stop(self) -> int:
        """Let it end well; its status."""
        assert self._process is not None
        self._process.send_signal(signal.SIGTERM)
        return self._process.wait(timeout=_PATIENCE_SECONDS)

    def defects(self) -> list[str]:
        """What it complained of."""
        lines = [json.loads(line) for line in self._log.read_text().splitlines()]
        return [str(line) for line in lines if line["level"].lower() not in {"info", "warning"}]


class Sender:
    """The program of a partner; `feed_ids` are those of its feeds that were answered, in their order.

    It sees for itself which feeds were not answered, and sends them again, since these are counted.
    """

    def __init__(self, partner: str, url: str) -> None:
        self.partner = partner
        self.feed_ids: list[str] = []
        self.sending = asyncio.Event()
        self.unanswered = 0
        self._client = AsyncClient(
            url,
            gateway=GatewayClient(client_id=partner, client_secret=secret_of(partner)),
            policy=Policy(attempts_max=1, attempt_seconds=_PATIENCE_SECONDS),
        )

    async def send_until(self, done: asyncio.Event) -> None:
        """Send one feed after the other until it is enough."""
        async with self._client:
            while not done.is_set():
                number = len(self.feed_ids)
                content = file_of(rows_of(self.partner, number))
                answer = await self._answer(content, f"{self.partner}, feed {number}")
                while answer is None:
                    await asyncio.sleep(0.02)
                    answer = await self._answer(content, f"{self.partner}, feed {number}")
                self.feed_ids.append(answer)

    async def _answer(self, content: bytes, key: str) -> str | None:
        """The feed's id, None where the server does not answer."""
        try:
            self.sending.set()
            return await self._client.feeds.submit_file(content, idempotency_key=key)
        except NotConnected:
            return None
        except NoAnswer:
            self.unanswered += 1
            return None
        except ServerFailed as failed:
            if failed.status != _UNAVAILABLE:
                raise
            return None
        finally:
            self.sending.clear()


async def _prepare(settings: Settings) -> Database:
    upgrade_database(settings)
    database = await open_database(settings)
    await add_partners(database)
    await add_programs(database)
    return database


async def _counted(database: Database, what: str) -> int:
    ((found,),) = await asked(database, f"SELECT COALESCE({what}, 0) FROM feed")
    return int(found)


async def _waiting(database: Database) -> int:
    return await _counted(database, "SUM(CASE WHEN finished_at IS NULL THEN 1 ELSE 0 END)")


async def _right_moment(number: int, chance: random.Random, database: Database, senders: list[Sender]) -> None:
    """Wait for a moment to kill: by turns while a feed is processed, and while one is sent."""
    if number % 2:
        await senders[number // 2 % len(senders)].sending.wait()
        await asyncio.sleep(chance.uniform(0, _SENDING_SECONDS))
        return
    enough = await _counted(database, "SUM(rows_done)") + chance.randint(1, _ROWS_BETWEEN)
    while await _counted(database, "SUM(rows_done)") < enough:  # noqa: ASYNC110 - it happens elsewhere
        await asyncio.sleep(0.002)


async def _disturb(server: Server, database: Database, senders: list[Sender], kills: int) -> int:
    """Kill the server again and again, and start it anew; how often feeds were waiting or half done."""
    chance = random.Random(campaign.factor)
    found_waiting = 0
    for number in range(kills):
        async with asyncio.timeout(_PATIENCE_SECONDS):
            await _right_moment(number, chance, database, senders)
        server.kill()
        found_waiting += await _waiting(database) > 0
        await server.start()
    return found_waiting


@asynccontextmanager
async def _sending(senders: list[Sender]) -> AsyncIterator[None]:
    """Let them send for as long as the block lasts, and what they are at until it is answered."""
    done = asyncio.Event()
    async with asyncio.TaskGroup() as group:
        for sender in senders:
            group.create_task(sender.send_until(done))
        try:
            yield
        finally:
            done.set()


async def test_a_server_that_is_killed_takes_each_feed_once_and_processes_it(
    environ: dict[str, str], tmp_path: Path
) -> None:
    settings = Settings.from_environment(environ)
    database = await _prepare(settings)
    server = Server(settings.database_url, tmp_path / "log")
    senders = [Sender(partner, server.url) for partner in PARTNERS]
    try:
        await server.start()
        async with _sending(senders):
            found_waiting = await _disturb(server, database, senders, campaign.times(_KILLS))
        async with asyncio.timeout(_PATIENCE_SECONDS * campaign.factor):
            while await _waiting(database):  # noqa: ASYNC110 - it happens elsewhere
                await asyncio.sleep(0.05)
        assert server.stop() == 0
    finally:
        server.kill()
    assert found_waiting > 0
    assert sum(sender.unanswered for sender in senders) > 0
    assert server.defects() == []
    await check_as_if_nobody_had_been_killed(database, {sender.partner: sender.feed_ids for sender in senders})
    await database.close()
