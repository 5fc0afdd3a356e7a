"""Servers as commands: greeted by, refused, stopped."""

import signal
import socket
from pathlib import Path

import pytest

from tests.cli.conftest import Run
from tests.processes import process


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
