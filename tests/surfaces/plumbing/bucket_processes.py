"""Processes that take from the same buckets: run by the tests of throttling, each of which forks from a clean one.

The first argument says what is done; what was seen is written as one JSON object.
"""

import fcntl
import json
import os
import signal
import sys
import time
from collections.abc import Callable

from onhand.basics.clock import MICROSECONDS, system_clock
from onhand.surfaces.plumbing.shared_buckets import SharedBuckets
from onhand.surfaces.plumbing.throttling import Rate

PROCESSES = 4
SECONDS = 1.0
RATE = Rate.of(100)


def forked(work: Callable[[], None]) -> int:
    """Do something in a child process; its id."""
    child = os.fork()
    if child == 0:
        work()
        os._exit(0)
    return child


def take_together() -> dict[str, int]:
    """Several processes ask as fast as they can; how many calls were let through, by each, and in what time."""
    buckets = SharedBuckets()
    reading, writing = os.pipe()

    def ask() -> None:
        begun, granted = system_clock(), 0
        while (now := system_clock()) < begun + SECONDS * MICROSECONDS:
            granted += buckets.take("a client", "getInventory", now, RATE).allowed
        os.write(writing, b"%d %d %d\n" % (granted, begun, now))

    for child in [forked(ask) for _ in range(PROCESSES)]:
        os.waitpid(child, 0)
    os.close(writing)
    with os.fdopen(reading) as file:
        rows = [list(map(int, line.split())) for line in file]
    first, last = min(row[1] for row in rows), max(row[2] for row in rows)
    return {"granted": sum(row[0] for row in rows), "microseconds": last - first, "processes": len(rows)}


def die_with_a_lock() -> dict[str, bool]:
    """A process is killed while it holds a row; whether it held it, and whether the row can be had afterwards."""
    buckets = SharedBuckets(rows=1)

    def hold() -> None:
        fcntl.lockf(buckets._file_number, fcntl.LOCK_EX, 1, 0)
        time.sleep(60)

    child = forked(hold)
    held = False
    deadline = time.monotonic() + 30
    while not held and time.monotonic() < deadline:
        held = is_locked(buckets)
    os.kill(child, signal.SIGKILL)
    os.waitpid(child, 0)
    return {"held": held, "had": buckets.take("a client", "getInventory", system_clock(), RATE).allowed}


def is_locked(buckets: SharedBuckets) -> bool:
    """Whether another process holds the first row."""
    try:
        fcntl.lockf(buckets._file_number, fcntl.LOCK_EX | fcntl.LOCK_NB, 1, 0)
    except OSError:
        return True
    fcntl.lockf(buckets._file_number, fcntl.LOCK_UN, 1, 0)
    return False


if __name__ == "__main__":
    sys.stdout.write(json.dumps({"together": take_together, "lock": die_with_a_lock}[sys.argv[1]]()))
