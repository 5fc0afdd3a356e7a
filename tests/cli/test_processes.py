"""Servers of several processes: all answer, hold one limit, and are replaced and stopped together."""

import asyncio
import json
import os
import signal
import socket
import subprocess
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import partial
from pathlib import Path
from typing import Any

import httpx
import pytest

from onhand.settings import Settings
from onhand.wiring.databases import open_database
from tests.cli.test_servers import process
from tests.dropship.feeds.yard import file_of
from tests.feedkills import (
    BAD_ROWS,
    GOOD_ROWS,
    PARTNERS,
    add_partners,
    add_programs,
    asked,
    gateway_headers,
    rows_of,
    secret_of,
)

PATIENCE_SECONDS = 30


@pytest.fixture(params=["sqlite", "postgresql"])
def environ(request: pytest.FixtureRequest, tmp_path: Path) -> dict[str, str]:
    """Settings for a server on each of the databases."""
    if request.param == "sqlite":
        return {"ONHAND_DATABASE_URL": f"sqlite:///{tmp_path}/onhand.db"}
    return {"ONHAND_DATABASE_URL": request.getfixturevalue("postgresql_url")}


class Server:
    """A server of several processes."""

    def __init__(self, parent: subprocess.Popen[str], told: dict[str, Any], token: str) -> None:
        self.parent = parent
        self.told = told
        self.token = token

    @property
    def processes(self) -> list[int]:
        """The ids of the processes that serve."""
        pid = self.parent.pid
        return list(map(int, Path(f"/proc/{pid}/task/{pid}/children").read_text().split()))

    def ask(self, path: str) -> httpx.Response:
        """Ask over a connection of its own."""
        headers = {"Authorization": f"Bearer {self.token}"}
        return httpx.get(f"{self.told['url']}{path}", headers=headers, trust_env=False, timeout=PATIENCE_SECONDS)

    def gateway(self, method: str, path: str, **request: Any) -> Any:
        """What the gateway answers, over a connection of its own."""
        headers = gateway_headers() | request.pop("headers", {})
        asked = {"headers": headers, "trust_env": False, "timeout": PATIENCE_SECONDS, **request}
        return httpx.request(method, f"{self.told['url']}{path}", **asked).raise_for_status().json()

    def only(self, process_id: int, path: str) -> httpx.Response:
        """Ask one of the processes, while the others stand still."""
        with self.alone(process_id):
            return self.ask(path)

    @contextmanager
    def alone(self, process_id: int) -> Iterator[None]:
        """Let the other processes stand still within the block."""
        others = [pid for pid in self.processes if pid != process_id]
        for pid in others:
            os.kill(pid, signal.SIGSTOP)
        until(lambda: all(state_of(pid) == "T" for pid in others))
        try:
            yield
        finally:
            for pid in others:
                os.kill(pid, signal.SIGCONT)


def until(is_so: Callable[[], bool]) -> None:
    """Wait until something is so."""
    deadline = time.monotonic() + PATIENCE_SECONDS
    while not is_so():
        assert time.monotonic() < deadline, "it did not come to pass"
        time.sleep(0.02)


def state_of(pid: int) -> str:
    """The state of a process as the kernel names it; Z for one that has ended."""
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0]
    except (FileNotFoundError, ProcessLookupError):
        return "Z"


@contextmanager
def serving(environ: dict[str, str], *words: str, **settings: str) -> Iterator[Server]:
    """A server of two processes, ready."""
    with process("partner", "operator", "add", "tests", "--json", **environ) as adding:
        token = json.loads(adding.communicate(timeout=PATIENCE_SECONDS)[0])["token"]
    with process("serve", "--port", "0", "--workers", "2", *words, **environ, **settings) as parent:
        assert parent.stderr is not None
        told: dict[str, Any] = {}
        while "url" not in told:
            told = json.loads(parent.stderr.readline())
        yield Server(parent, told, token)


def test_every_process_answers_and_the_server_says_how_many_there_are(environ: dict[str, str]) -> None:
    with serving(environ) as server:
        assert server.told["processes"] == 2
        assert len(server.processes) == 2
        assert [server.only(pid, "/readyz").status_code for pid in server.processes] == [200, 200]


@pytest.mark.contract("GW-17")
def test_what_one_process_let_through_counts_in_the_other(environ: dict[str, str]) -> None:
    # One call in a hundred seconds.
    with serving(environ, ONHAND_OPERATOR_CALLS_PER_SECOND="1", ONHAND_THROTTLE_MULTIPLIER="0.01") as server:
        first, second = server.processes
        for path, order in (("/stores", (first, second)), ("/partners", (second, first))):
            answers = [server.only(pid, f"/operator/v1{path}") for pid in order]
            assert [answer.status_code for answer in answers] == [200, 429]
            assert int(answers[1].headers["retry-after"]) > 60


@pytest.mark.contract("GW-17")
def test_a_restart_refills(environ: dict[str, str]) -> None:
    settings = {"ONHAND_OPERATOR_CALLS_PER_SECOND": "1", "ONHAND_THROTTLE_MULTIPLIER": "0.01"}
    with serving(environ, **settings) as server:
        assert [server.ask("/operator/v1/stores").status_code for _ in range(2)] == [200, 429]
        token = server.token
    with process("serve", "--port", "0", "--workers", "2", **environ, **settings) as parent:
        assert parent.stderr is not None
        told = json.loads(parent.stderr.readline())
        assert Server(parent, told, token).ask("/operator/v1/stores").status_code == 200


def test_a_process_that_is_killed_is_replaced(environ: dict[str, str]) -> None:
    with serving(environ) as server:
        killed, other = server.processes
        os.kill(killed, signal.SIGKILL)
        until(lambda: len(server.processes) == 2 and killed not in server.processes)
        assert other in server.processes
        new = next(pid for pid in server.processes if pid != other)
        assert server.only(new, "/readyz").status_code == 200
        assert server.parent.stderr is not None
        line = json.loads(server.parent.stderr.readline())
        assert (line["level"].lower(), line["process_id"], line["exit_code"]) == ("warning", killed, -9)


@pytest.mark.contract("OP-09")
def test_a_scrape_of_any_process_shows_what_all_have_counted_the_ended_ones_too(environ: dict[str, str]) -> None:
    with serving(environ) as server:
        first, second = server.processes
        asked = [server.only(pid, "/operator/v1/stores").status_code for pid in (first, second, second)]
        assert asked == [200] * 3
        until(lambda: [counted(server, pid) for pid in (first, second)] == ["3.0"] * 2)
        os.kill(second, signal.SIGKILL)
        until(lambda: len(server.processes) == 2 and second not in server.processes)
        assert [counted(server, pid) for pid in server.processes] == ["3.0"] * 2


def counted(server: Server, process_id: int) -> str:
    """How often stores were listed, as one process shows it."""
    lines = server.only(process_id, "/metrics").text.splitlines()
    named = 'onhand_http_requests_total{operation="listStores",status="200",surface="operator"} '
    return next((line.removeprefix(named) for line in lines if line.startswith(named)), "")


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_a_signal_stops_them_all_well(environ: dict[str, str], number: signal.Signals) -> None:
    with serving(environ) as server:
        processes = server.processes
        server.parent.send_signal(number)
        _, told = server.parent.communicate(timeout=PATIENCE_SECONDS)
        assert (server.parent.returncode, told) == (0, "")
        assert [state_of(pid) for pid in processes] == ["Z", "Z"]


def test_a_request_that_has_begun_is_answered_although_the_server_stops(environ: dict[str, str]) -> None:
    with serving(environ) as server:
        host, _, port = server.told["url"].removeprefix("http://").partition(":")
        head = (
            f"PUT /operator/v1/stores/45 HTTP/1.1\r\nHost: {host}\r\nAuthorization: Bearer {server.token}\r\n"
            "Content-Type: application/json\r\nContent-Length: 15\r\n\r\n"
        )
        with socket.create_connection((host, int(port)), timeout=PATIENCE_SECONDS) as connection:
            connection.sendall(head.encode() + b'{"name":')
            # Answered by a process, so the first request is in the hands of one as well.
            assert server.ask("/healthz").status_code == 200
            time.sleep(0.2)
            server.parent.send_signal(signal.SIGTERM)
            until(lambda: refuses(host, int(port)))
            connection.sendall(b'"Main"}')
            assert connection.recv(100).startswith(b"HTTP/1.1 200")
        assert server.parent.wait(timeout=PATIENCE_SECONDS) == 0


def refuses(host: str, port: int) -> bool:
    """Whether nobody accepts connections there."""
    try:
        socket.create_connection((host, port), timeout=PATIENCE_SECONDS).close()
    except ConnectionRefusedError:
        return True
    return False


def test_a_process_that_does_not_stop_is_killed(tmp_path: Path) -> None:
    environ = {"ONHAND_DATABASE_URL": f"sqlite:///{tmp_path}/onhand.db"}
    with serving(environ, ONHAND_SHUTDOWN_SECONDS="0") as server:
        processes = server.processes
        os.kill(processes[0], signal.SIGSTOP)
        server.parent.send_signal(signal.SIGTERM)
        _, told = server.parent.communicate(timeout=PATIENCE_SECONDS)
        assert (server.parent.returncode, "killed" in told) == (0, True)
        assert [state_of(pid) for pid in processes] == ["Z", "Z"]


def test_no_process_outlives_a_parent_that_is_killed(environ: dict[str, str]) -> None:
    with serving(environ) as server:
        processes = server.processes
        server.parent.kill()
        server.parent.wait(timeout=PATIENCE_SECONDS)
        until(lambda: all(state_of(pid) == "Z" for pid in processes))


def test_what_keeps_a_process_from_serving_is_told_once_and_ends_the_command(tmp_path: Path) -> None:
    (tmp_path / "folder").mkdir()
    with process(
        "serve", "--port", "0", "--workers", "3", ONHAND_DATABASE_URL=f"sqlite:///{tmp_path}/folder"
    ) as parent:
        _, told = parent.communicate(timeout=PATIENCE_SECONDS)
    assert (parent.returncode, told.count("\n"), told.startswith("onhand: can't open the database")) == (1, 1, True)


@pytest.mark.contract("DS-15", "DS-22")
def test_a_feed_is_processed_whoever_took_it_and_though_who_took_it_is_killed(environ: dict[str, str]) -> None:
    with serving(environ, ONHAND_WORKER_LEASE_SECONDS="0.5", ONHAND_WORKER_POLL_SECONDS="0.05") as server:
        asyncio.run(know_partners(environ))
        login = httpx.BasicAuth(PARTNERS[0], secret_of(PARTNERS[0]))
        form = {"grant_type": "client_credentials"}
        token = server.gateway("POST", "/v3/token", auth=login, data=form)["access_token"]
        headers = {"wm_sec.access_token": token}
        feed = {"content": file_of(rows_of(PARTNERS[0], 0)), "headers": headers | {"content-type": "application/json"}}

        def is_processed(feed_id: str) -> bool:
            found = server.gateway("GET", f"/v3/feeds/{feed_id}", headers=headers)
            counts = (found["itemsSucceeded"], found["itemsFailed"])
            # Nobody who still holds the lane may be made to stand still, or all would wait.
            return (found["feedStatus"], counts) == ("PROCESSED", (GOOD_ROWS, BAD_ROWS)) and not held_lanes(environ)

        first, second = server.processes
        for taker in (first, second, first):
            with server.alone(taker):
                feed_id = server.gateway("POST", "/v3/feeds?feedType=DSV_INVENTORY", **feed)["feedId"]
            until(partial(is_processed, feed_id))
        with server.alone(first):
            feed_id = server.gateway("POST", "/v3/feeds?feedType=DSV_INVENTORY", **feed)["feedId"]
            os.kill(first, signal.SIGKILL)
        until(partial(is_processed, feed_id))


async def know_partners(environ: dict[str, str]) -> None:
    """Make partners known to a server that runs already."""
    database = await open_database(Settings.from_environment(environ))
    await add_partners(database)
    await add_programs(database)
    await database.close()


def held_lanes(environ: dict[str, str]) -> int:
    """How many lanes of work somebody holds."""

    async def counted() -> int:
        database = await open_database(Settings.from_environment(environ))
        ((found,),) = await asked(database, "SELECT COUNT(*) FROM work_lane WHERE holder IS NOT NULL")
        await database.close()
        return int(found)

    return asyncio.run(counted())
