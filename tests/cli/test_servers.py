"""Servers as processes: started, asked, stopped."""

import json
import os
import signal
import socket
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import httpx
import pytest

from tests.cli.conftest import Run

ROOT = Path(__file__).parents[2]


@contextmanager
def process(*words: str, **environ: str) -> Iterator[subprocess.Popen[str]]:
    """A command as a process of its own, ended with the block."""
    clean = {name: value for name, value in os.environ.items() if not name.startswith("ONHAND_")}
    started = subprocess.Popen(
        [sys.executable, "-m", "onhand", *words],
        env=clean | {"PYTHONPATH": str(ROOT / "src")} | environ,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    try:
        yield started
    finally:
        started.kill()
        started.communicate()


@pytest.mark.contract("SB-01")
def test_the_sandbox_says_in_one_line_of_json_where_it_is_and_ends_well(tmp_path: Path) -> None:
    # What is set for a real server on the same machine is not the sandbox's business.
    other = {"ONHAND_DATABASE_URL": f"sqlite:///{tmp_path}/other.db", "TMPDIR": str(tmp_path)}
    with process("sandbox", "--port", "0", "--json", **other) as sandbox:
        assert sandbox.stdout is not None
        url = json.loads(sandbox.stdout.readline())["url"]
        assert httpx.get(f"{url}/readyz", trust_env=False).json()["status"] == "ready"
        sandbox.send_signal(signal.SIGTERM)
        rest, _ = sandbox.communicate(timeout=30)
    assert (sandbox.returncode, rest, list(tmp_path.iterdir())) == (0, "", [])


@pytest.mark.contract("SB-01")
def test_the_sandbox_greets_with_requests_to_try(tmp_path: Path) -> None:
    with process("sandbox", "--port", "0", "--data", str(tmp_path)) as sandbox:
        assert sandbox.stdout is not None
        assert sandbox.stdout.readline().startswith("The sandbox serves at http://127.0.0.1:")
        sandbox.send_signal(signal.SIGINT)
        text = sandbox.stdout.read()
        assert sandbox.wait(timeout=30) == 0
    assert "onhand sandbox sign | curl" in text
    # Beside the data stands what a reset brings back.
    assert sorted(path.name for path in tmp_path.glob("*.db")) == ["sandbox.db", "seed.db"]


@pytest.mark.contract("OP-09")
def test_a_server_logs_lines_of_json_and_creates_its_embedded_database(tmp_path: Path) -> None:
    with process("serve", "--port", "0", ONHAND_DATA_DIRECTORY=str(tmp_path)) as server:
        assert server.stderr is not None
        lines = [json.loads(server.stderr.readline())]
        while "url" not in lines[-1]:
            lines.append(json.loads(server.stderr.readline()))
        assert httpx.get(f"{lines[-1]['url']}/healthz", trust_env=False).status_code == 200
        server.send_signal(signal.SIGTERM)
        server.communicate(timeout=30)
    assert server.returncode == 0
    assert (tmp_path / "onhand.db").exists()


@pytest.mark.contract("GW-21")
def test_a_server_refuses_plain_http_anywhere_but_at_loopback(run: Run) -> None:
    ran = run("serve", "--host", "0.0.0.0", "--port", "0")
    assert (ran.status, ran.err.count("\n")) == (1, 1)
    assert "plain HTTP at 0.0.0.0" in ran.err


@pytest.mark.contract("GW-21")
def test_a_server_refuses_certificate_files_that_are_not_there(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ONHAND_TLS_CERTIFICATE", "nowhere.pem")
    monkeypatch.setenv("ONHAND_TLS_KEY", "nowhere.pem")
    ran = run("serve", "--port", "0")
    assert (ran.status, "there is no file nowhere.pem" in ran.err) == (1, True)


@pytest.mark.contract("SB-02")
def test_the_credentials_are_printed_without_starting_anything(run: Run, tmp_path: Path) -> None:
    printed = run("sandbox", "credentials", "--json").json
    assert sorted(printed) == ["operator", "provider", "seller", "supplier", "vendor", "viewer"]
    assert "-----BEGIN PRIVATE KEY-----" in run("sandbox", "credentials").out
    assert list(tmp_path.iterdir()) == []


def test_the_sandboxs_headers_name_its_supplier_or_the_provider_in_its_context(run: Run) -> None:
    assert run("sandbox", "sign", "--json").json["WM_CONSUMER.ID"].endswith("a1")
    provider = run("sandbox", "sign", "--provider", "--json").json
    assert (provider["WM_CONSUMER.ID"][-2:], provider["wm_context_identifier"]) == ("b1", "awesome-company")


@pytest.mark.contract("GW-21")
def test_a_server_refuses_certificate_files_that_hold_none(
    run: Run, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    (tmp_path / "empty.pem").touch()
    monkeypatch.setenv("ONHAND_TLS_CERTIFICATE", "empty.pem")
    monkeypatch.setenv("ONHAND_TLS_KEY", "empty.pem")
    ran = run("serve", "--port", "0")
    told = ran.err.splitlines()[-1]
    assert (ran.status, told.startswith("onhand: can't serve HTTPS with empty.pem")) == (1, True)
    assert ("ONHAND_TLS_CERTIFICATE" in told, "ONHAND_TLS_KEY" in told) == (True, True)


def test_a_tour_whose_folder_is_a_file_is_refused(run: Run, tmp_path: Path) -> None:
    (tmp_path / "afile").touch()
    ran = run("tour", "--data", "afile", "--port", "0")
    assert (ran.status, ran.err.count("\n"), "--data" in ran.err) == (1, 1, True)


def test_a_tour_finds_a_port_taken_before_it_loads(run: Run, tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        ran = run("tour", "--port", str(taken.getsockname()[1]))
    assert (ran.status, ran.out, list(tmp_path.iterdir())) == (1, "", [])
    assert ran.err.endswith("choose another with --port\n")


def test_the_first_interrupt_ends_a_load_that_waits_for_its_input(tmp_path: Path) -> None:
    database = f"sqlite:///{tmp_path}/onhand.db"
    waiting = process("load", "events", "-", "--source", "test", ONHAND_DATABASE_URL=database, PWD=str(tmp_path))
    with waiting as load:
        assert load.stdin is not None
        while not is_waiting_for_input(load.pid):
            assert load.poll() is None
        load.send_signal(signal.SIGINT)
        # Its input stays open: only the signal ends it.
        assert load.wait(timeout=30) == 130
        assert load.stderr is not None
        told = load.stderr.read()
    assert (told.count("\n"), told.startswith("onhand: stopped; the same command goes on")) == (1, True)


def is_waiting_for_input(pid: int) -> bool:
    """Whether a process stands in a read of a pipe."""
    return "pipe" in Path(f"/proc/{pid}/wchan").read_text()
