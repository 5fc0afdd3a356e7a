"""Files that partners' commands save: bytes are shown as they come, and a next run goes on where one broke off."""

import re
import shlex
import signal
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.cli.conftest import Run
from tests.cli.test_partner_commands import write_profiles
from tests.client.rogue import Act, Asked, Drop, Reply, Rogue, Stall
from tests.client.test_downloads import CSV, NAME, SETTLEMENT, Press, zipped
from tests.processes import process

HEADER, *LINES = CSV.splitlines(keepends=True)
CONTENT = zipped(HEADER + "".join(LINES * 200))
PIECE = 9_000


class Breaking:
    """Serves a report's file in ranges; it breaks off after a piece, then does what it is told until it is mended."""

    def __init__(self) -> None:
        self.is_mended = False
        self.is_asked_for_the_rest = threading.Event()
        self.then: Act = Drop()

    def __call__(self, asked: Asked, _: int) -> Act:
        start = int(asked.headers.get("range", "bytes=0-").removeprefix("bytes=").removesuffix("-"))
        if start and not self.is_mended:
            self.is_asked_for_the_rest.set()
            return self.then
        headers = {"ETag": '"1"', "Content-Range": f"bytes {start}-{len(CONTENT) - 1}/{len(CONTENT)}"}
        return Reply(206 if start else 200, CONTENT[start:], headers, cut=None if self.is_mended else PIECE)


@pytest.fixture
def breaking() -> Breaking:
    """What becomes of the file."""
    return Breaking()


@pytest.fixture
def press(breaking: Breaking, tmp_path: Path, run: Run, monkeypatch: pytest.MonkeyPatch) -> Iterator[Press]:
    """A server of reports, and a profile for it."""
    press = Press(breaking, questions=1)
    with Rogue(press).running() as rogue:
        press.url = rogue.url
        write_profiles(tmp_path, rogue.url)
        monkeypatch.setenv("ONHAND_PROFILES", str(tmp_path / "profiles.toml"))
        monkeypatch.setenv("VENDOR_SECRET", "s")
        yield press


def words_to_go_on(said: str) -> list[str]:
    found = re.search(r"go on with: onhand (.*)$", said)
    assert found is not None, said
    return shlex.split(found[1])


@pytest.mark.contract("DS-26")
def test_a_report_that_broke_off_is_gone_on_with_by_the_command_that_is_told(
    run: Run, press: Press, breaking: Breaking, tmp_path: Path
) -> None:
    (tmp_path / "reports").mkdir()
    ran = run("reports", "get", "DSV_INVENTORY", "--into", "reports", "--profile", "vendor")
    assert (ran.status, ran.err.count("\n")) == (3, 1)
    assert (tmp_path / "reports" / f"{NAME}.part").stat().st_size == PIECE
    breaking.is_mended = True
    got = run(*words_to_go_on(ran.err), "--json").json
    assert (got["request_id"], got["rows"], press.parts[-1]) == ("r-1", 400, f"bytes={PIECE}-")
    assert [each.name for each in (tmp_path / "reports").iterdir()] == ["InventoryDSVReport.csv"]


def test_a_report_that_is_stopped_by_hand_is_gone_on_with_too(
    run: Run, press: Press, breaking: Breaking, tmp_path: Path
) -> None:
    here = {"ONHAND_PROFILES": str(tmp_path / "profiles.toml")}
    breaking.then = Stall()
    with process("reports", "get", "DSV_INVENTORY", "--into", str(tmp_path), **here) as child:
        assert breaking.is_asked_for_the_rest.wait(60)
        child.send_signal(signal.SIGINT)
        assert child.stderr is not None
        said = child.stderr.read()
        assert child.wait() == 130
    breaking.is_mended = True
    assert run(*words_to_go_on(said), "--json").json["rows"] == 400
    assert press.parts[-1] == f"bytes={PIECE}-"


def test_a_report_that_was_asked_for_before_takes_no_filters(run: Run, press: Press) -> None:
    ran = run("reports", "get", "DSV_INVENTORY", "--request", "r-1", "--only", "Published Status=PUBLISHED")
    assert (ran.status, "leave --only" in ran.err, press.parts) == (1, True, [])


def test_a_report_that_ended_as_an_error_is_refused(run: Run, press: Press) -> None:
    press.end = "ERROR"
    ran = run("reports", "get", "DSV_INVENTORY")
    assert (ran.status, "r-1" in ran.err, "go on with" in ran.err) == (1, True, False)


def bytes_shown(said: str) -> str:
    return re.sub(r"\x1b\[[0-9;?]*[a-zA-Z]", "", said)


def test_bytes_are_shown_on_a_terminal_and_nowhere_else(
    run: Run, press: Press, breaking: Breaking, monkeypatch: pytest.MonkeyPatch
) -> None:
    breaking.is_mended = True
    assert run("reports", "get", "DSV_INVENTORY").err == ""
    monkeypatch.setenv("FORCE_COLOR", "1")
    assert "kB/" in bytes_shown(run("reports", "get", "DSV_INVENTORY").err)
    assert run("reports", "get", "DSV_INVENTORY", "--json").err == ""


def test_the_bytes_of_a_settlement_are_shown_as_they_come(
    run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def script(asked: Asked, _: int) -> Reply:
        if asked.path.endswith("availableReconFiles"):
            return Reply(200, {"availableApReportDates": ["05052026"]})
        return Reply(200, zipped(SETTLEMENT, "1_2.csv"))

    shown: Any = None
    with Rogue(script).running() as rogue:
        write_profiles(tmp_path, rogue.url)
        monkeypatch.setenv("ONHAND_PROFILES", str(tmp_path / "profiles.toml"))
        monkeypatch.setenv("VENDOR_SECRET", "s")
        monkeypatch.setenv("FORCE_COLOR", "1")
        shown = bytes_shown(run("settlement", "get").err)
    assert re.search(r"settlement .* (\d[\d.]* \w*[bB](ytes)?)/\1", shown), shown
