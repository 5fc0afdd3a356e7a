"""Serving by several processes that share one listening socket, watched over by the one that they are forked from.

The parent serves nothing and starts no thread, so forking it is safe at any time: a process that ends is replaced. The
first one begins alone: it makes or brings forward an embedded database while nobody else uses it, and what keeps it
from serving (a database that can't be reached, say) is told once and ends the command. A process whose parent is gone,
however that ended, finishes its requests and ends as well, so that none is left behind holding the port.

uvicorn brings a supervisor of its own. It was not taken because its processes outlive a parent that is killed, it waits
without end for one that doesn't stop, and it can't tell when they are ready.
"""

import asyncio
import logging
import os
import select
import signal
import socket
import struct
import sys
import time
from collections.abc import Callable
from typing import NoReturn

import msgspec

from onhand.cli.answers import Problem
from onhand.cli.server import Visit

logger = logging.getLogger(__name__)

ServeOne = Callable[[int, Callable[[], None], Visit], None]
"""Serves in this process until it is told to stop. It is given the number of the process's place, from 0 on, what is
called once it is ready, and what is done from then."""

_SIGNALS = (signal.SIGINT, signal.SIGTERM, signal.SIGCHLD)
_PID = struct.Struct("=i")
# A process that ends as soon as it has begun is not replaced in a tight loop.
_PAUSE_SECONDS = 1.0
# What a process needs to close its database after its requests have had their time.
_CLOSING_SECONDS = 5.0


class _Child(msgspec.Struct):
    place: int
    started_at: float
    ready: bool = False


def serve_by_processes(
    serve: ServeOne, processes: int, listening: socket.socket, on_ready: Callable[[], None], *, shutdown_seconds: float
) -> None:
    """Serve by so many processes until SIGINT or SIGTERM; `on_ready` is called when all of them are.

    Raises:
        Problem: the first process was ended before it served.
        SystemExit: the first process could not serve and has said why; or this is one of the processes, at its end.
    """
    _Parent(serve, processes, listening, on_ready, shutdown_seconds).watch()


class _Parent:
    """The process that watches. A child leaves through its methods, so none of them has anything to do at its end."""

    def __init__(
        self,
        serve: ServeOne,
        processes: int,
        listening: socket.socket,
        on_ready: Callable[[], None],
        shutdown_seconds: float,
    ) -> None:
        self._serve = serve
        self._processes = processes
        self._listening = listening
        self._on_ready = on_ready
        self._stop_seconds = shutdown_seconds + _CLOSING_SECONDS
        self._children: dict[int, _Child] = {}
        self._stopping = False
        self._has_served = self._announced = False
        self._next_start = 0.0
        # Nothing is ever written to the first pipe: it ends for a child once the parent, who holds it open, is gone.
        self._life_of_parent, self._parent_lives = os.pipe()
        self._news_of_ready, self._tell_ready = os.pipe()
        self._wakeful, self._wake = os.pipe()
        for end in (self._news_of_ready, self._wakeful, self._wake):
            os.set_blocking(end, False)

    def watch(self) -> None:
        """Keep the processes running until a signal says to stop them."""
        signal.set_wakeup_fd(self._wake)
        signal.signal(signal.SIGCHLD, _nothing)
        for number in (signal.SIGINT, signal.SIGTERM):
            signal.signal(number, self._stop_soon)
        while not self._stopping:
            self._fill_places()
            self._wait(self._pause())
            self._see_who_is_ready()
            for pid, status in self._ended():
                self._replace(pid, status)
        self._stop()

    def _stop_soon(self, _number: int, _frame: object) -> None:
        self._stopping = True

    def _fill_places(self) -> None:
        places = self._processes if self._has_served else 1
        while len(self._children) < places and not self._stopping and time.monotonic() >= self._next_start:
            self._fork()

    def _pause(self) -> float | None:
        """For how long nothing has to be done, unless a signal or a child says otherwise; None for ever."""
        full = len(self._children) >= (self._processes if self._has_served else 1)
        return None if full else max(0.0, self._next_start - time.monotonic())

    def _wait(self, seconds: float | None) -> None:
        select.select([self._wakeful, self._news_of_ready], [], [], seconds)
        _read_all(self._wakeful)

    def _see_who_is_ready(self) -> None:
        for (pid,) in _PID.iter_unpack(_read_all(self._news_of_ready)):
            self._has_served = True
            if pid in self._children:
                self._children[pid].ready = True
        ready = sum(child.ready for child in self._children.values())
        if ready == self._processes and not self._announced:
            self._announced = True
            self._on_ready()

    def _ended(self) -> list[tuple[int, int]]:
        """The children that have ended since, with their exit codes: minus a signal's number where one ended them."""
        ended = []
        for pid in self._children:
            found, status = os.waitpid(pid, os.WNOHANG)
            if found:
                ended.append((pid, os.waitstatus_to_exitcode(status)))
        return ended

    def _replace(self, pid: int, status: int) -> None:
        child = self._children.pop(pid)
        if self._stopping:
            return
        if not self._has_served:
            if status > 0:
                sys.exit(status)
            raise Problem("the first server process was ended before it served: start the command again")
        if not child.ready:
            self._next_start = max(self._next_start, child.started_at + _PAUSE_SECONDS)
        logger.warning(
            "a server process ended, another takes its place", extra={"process_id": pid, "exit_code": status}
        )

    def _fork(self) -> None:
        # What is left in a buffer would be written by both.
        sys.stdout.flush()
        sys.stderr.flush()
        # A signal in between would be taken by the handler of the other of the two.
        signal.pthread_sigmask(signal.SIG_BLOCK, _SIGNALS)
        taken = {child.place for child in self._children.values()}
        place = next(number for number in range(self._processes) if number not in taken)
        pid = os.fork()
        if pid == 0:
            self._be_child(place)
        self._children[pid] = _Child(place, time.monotonic())
        signal.pthread_sigmask(signal.SIG_UNBLOCK, _SIGNALS)

    def _be_child(self, place: int) -> NoReturn:
        signal.set_wakeup_fd(-1)
        for number in _SIGNALS:
            signal.signal(number, signal.SIG_DFL)
        signal.pthread_sigmask(signal.SIG_UNBLOCK, _SIGNALS)
        for end in (self._parent_lives, self._news_of_ready, self._wakeful, self._wake):
            os.close(end)
        self._serve(place, lambda: _tell(self._tell_ready), lambda: _until_closed(self._life_of_parent))
        sys.exit(0)

    def _stop(self) -> None:
        # From here on new connections are refused, as they are by a single process that stops.
        self._listening.close()
        self._signal_all(signal.SIGTERM)
        deadline = time.monotonic() + self._stop_seconds
        while self._children and time.monotonic() < deadline:
            self._wait(deadline - time.monotonic())
            _read_all(self._news_of_ready)
            for pid, _ in self._ended():
                del self._children[pid]
        if self._children:
            logger.warning("server processes did not stop in time and are killed", extra={"count": len(self._children)})
            self._signal_all(signal.SIGKILL)
        for pid in self._children:
            os.waitpid(pid, 0)

    def _signal_all(self, number: signal.Signals) -> None:
        # None of them can be another's by now: an id is free only after it was waited for.
        for pid in self._children:
            os.kill(pid, number)


def _nothing(_number: int, _frame: object) -> None:
    """A signal that has a handler is told to the wakeup pipe."""


def _read_all(reading: int) -> bytes:
    try:
        return os.read(reading, 65_536)
    except BlockingIOError:
        return b""


def _tell(writing: int) -> None:
    os.write(writing, _PID.pack(os.getpid()))


async def _until_closed(reading: int) -> bool:
    """Wait until nobody holds the other end of a pipe any more; that a server then ends."""
    loop, closed = asyncio.get_running_loop(), asyncio.Event()
    loop.add_reader(reading, closed.set)
    try:
        await closed.wait()
    finally:
        loop.remove_reader(reading)
    return False
