"""Commands as processes of their own, and servers among them. Nothing is asked of them here."""

import json
import os
import signal
import sqlite3
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from functools import cached_property
from pathlib import Path
from typing import Any

ROOT = Path(__file__).parents[1]
PATIENCE_SECONDS = 30


def environment(**environ: str) -> dict[str, str]:
    """The environment of a process: this one's without what is set for Onhand, and what is given."""
    clean = {name: value for name, value in os.environ.items() if not name.startswith("ONHAND_")}
    return clean | {"PYTHONPATH": str(ROOT / "src")} | environ


@contextmanager
def process(*words: str, **environ: str) -> Iterator[subprocess.Popen[str]]:
    """A command as a process of its own, ended with the block."""
    started = subprocess.Popen(
        [sys.executable, "-m", "onhand", *words],
        env=environment(**environ),
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


@contextmanager
def sandbox_process(*words: str, **environ: str) -> Iterator[str]:
    """The URL of a sandbox that runs meanwhile; nothing is throttled."""
    with process("sandbox", "--port", "0", "--json", "--no-throttle", *words, **environ) as server:
        assert server.stdout is not None
        url: str = json.loads(server.stdout.readline())["url"]
        yield url


class Server:
    """A server of several processes; `told` is the line of its log that says where it serves."""

    def __init__(self, parent: subprocess.Popen[str], environ: dict[str, str]) -> None:
        self.parent = parent
        self._environ = environ
        self.told = self.next_line()
        while "url" not in self.told:
            self.told = self.next_line()

    @property
    def url(self) -> str:
        """Where it serves."""
        url: str = self.told["url"]
        return url

    @property
    def processes(self) -> list[int]:
        """The ids of the processes that serve."""
        pid = self.parent.pid
        return list(map(int, Path(f"/proc/{pid}/task/{pid}/children").read_text().split()))

    @cached_property
    def token(self) -> str:
        """The token of a client of the operator's API, which is added when it is first wanted."""
        return added_operator(self._environ)

    def next_line(self) -> dict[str, Any]:
        """The next line of its log."""
        assert self.parent.stderr is not None
        line: dict[str, Any] = json.loads(self.parent.stderr.readline())
        return line

    @contextmanager
    def alone(self, process_id: int) -> Iterator[None]:
        """Let the other processes stand still within the block, none of them in the middle of a write."""
        others = [pid for pid in self.processes if pid != process_id]
        try:
            until(lambda: self._stand_still(others))
            yield
        finally:
            _send(others, signal.SIGCONT)

    def _stand_still(self, processes: list[int]) -> bool:
        """Stop processes, unless one of them holds the embedded database, which nobody else could write to then."""
        _send(processes, signal.SIGSTOP)
        until(lambda: all(state_of(pid) == "T" for pid in processes))
        if _can_write(self._environ["ONHAND_DATABASE_URL"]):
            return True
        _send(processes, signal.SIGCONT)
        return False


def _send(processes: list[int], number: signal.Signals) -> None:
    for pid in processes:
        os.kill(pid, number)


def _can_write(url: str) -> bool:
    if not url.startswith("sqlite:///"):
        return True
    with closing(sqlite3.connect(url.removeprefix("sqlite:///"), timeout=0.2, isolation_level=None)) as database:
        try:
            database.execute("BEGIN IMMEDIATE")
        except sqlite3.OperationalError:
            return False
    return True


@contextmanager
def serving(environ: dict[str, str], **settings: str) -> Iterator[Server]:
    """A server of two processes, ready."""
    with process("serve", "--port", "0", "--workers", "2", **environ, **settings) as parent:
        yield Server(parent, environ)


def added_operator(environ: dict[str, str]) -> str:
    """The token of a client of the operator's API that is added by the command."""
    with process("partner", "operator", "add", "tests", "--json", **environ) as adding:
        said, complaint = adding.communicate(timeout=PATIENCE_SECONDS)
    assert adding.returncode == 0, complaint
    token: str = json.loads(said)["token"]
    return token


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
