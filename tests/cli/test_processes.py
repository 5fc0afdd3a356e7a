"""Servers of several processes, as machines ask them: probes, a scrape, a request in pieces."""

import os
import signal
import socket
import time
from pathlib import Path

import httpx
import pytest

from tests.processes import PATIENCE_SECONDS, Server, serving, until

METRICS_TOKEN = "a-token-of-metrics"


@pytest.fixture(params=["sqlite", "postgresql"])
def environ(request: pytest.FixtureRequest, tmp_path: Path) -> dict[str, str]:
    """Settings for a server on each of the databases."""
    if request.param == "sqlite":
        return {"ONHAND_DATABASE_URL": f"sqlite:///{tmp_path}/onhand.db"}
    return {"ONHAND_DATABASE_URL": request.getfixturevalue("postgresql_url")}


def ask(server: Server, path: str, **headers: str) -> httpx.Response:
    """Ask over a connection of its own."""
    return httpx.get(f"{server.url}{path}", headers=headers, trust_env=False, timeout=PATIENCE_SECONDS)


def only(server: Server, process_id: int, path: str, **headers: str) -> httpx.Response:
    """Ask one of the processes, while the others stand still."""
    with server.alone(process_id):
        return ask(server, path, **headers)


def test_every_process_answers_and_the_server_says_how_many_there_are(environ: dict[str, str]) -> None:
    with serving(environ) as server:
        assert server.told["processes"] == 2
        assert len(server.processes) == 2
        assert [only(server, pid, "/readyz").status_code for pid in server.processes] == [200, 200]


@pytest.mark.contract("OP-09")
def test_a_scrape_of_any_process_shows_what_all_have_counted_the_ended_ones_too(environ: dict[str, str]) -> None:
    with serving(environ, ONHAND_METRICS_TOKEN=METRICS_TOKEN) as server:
        first, second = server.processes
        bearer = f"Bearer {server.token}"
        asked = [only(server, pid, "/operator/v1/stores", Authorization=bearer) for pid in (first, second, second)]
        assert [answer.status_code for answer in asked] == [200] * 3
        until(lambda: [counted(server, pid) for pid in (first, second)] == ["3.0"] * 2)
        os.kill(second, signal.SIGKILL)
        until(lambda: len(server.processes) == 2 and second not in server.processes)
        assert [counted(server, pid) for pid in server.processes] == ["3.0"] * 2


def counted(server: Server, process_id: int) -> str:
    """How often stores were listed, as one process shows it."""
    lines = only(server, process_id, "/metrics", Authorization=f"Bearer {METRICS_TOKEN}").text.splitlines()
    named = 'onhand_http_requests_total{operation="listStores",status="200",surface="operator"} '
    return next((line.removeprefix(named) for line in lines if line.startswith(named)), "")


def test_a_request_that_has_begun_is_answered_although_the_server_stops(environ: dict[str, str]) -> None:
    with serving(environ) as server:
        host, _, port = server.url.removeprefix("http://").partition(":")
        head = (
            f"PUT /operator/v1/stores/45 HTTP/1.1\r\nHost: {host}\r\nAuthorization: Bearer {server.token}\r\n"
            "Content-Type: application/json\r\nContent-Length: 15\r\n\r\n"
        )
        with socket.create_connection((host, int(port)), timeout=PATIENCE_SECONDS) as connection:
            connection.sendall(head.encode() + b'{"name":')
            # Answered by a process, so the first request is in the hands of one as well.
            assert ask(server, "/healthz").status_code == 200
            time.sleep(0.2)
            server.parent.send_signal(signal.SIGTERM)
            until(lambda: refuses(host, int(port)))
            connection.sendall(b'"Main"}')
            assert connection.recv(100).startswith(b"HTTP/1.1 200")
        assert server.parent.wait(timeout=PATIENCE_SECONDS) == 0


def test_a_request_that_does_not_go_on_is_given_up_in_the_time_that_is_set(environ: dict[str, str]) -> None:
    with serving(environ, ONHAND_HEAD_SECONDS="0.2") as server:
        host, _, port = server.url.removeprefix("http://").partition(":")
        with socket.create_connection((host, int(port)), timeout=PATIENCE_SECONDS) as connection:
            connection.sendall(b"GET /healthz HTTP/1.1\r\n")
            assert connection.recv(100).startswith(b"HTTP/1.1 408")


def refuses(host: str, port: int) -> bool:
    """Whether nobody accepts connections there."""
    try:
        socket.create_connection((host, port), timeout=PATIENCE_SECONDS).close()
    except ConnectionRefusedError:
        return True
    return False
