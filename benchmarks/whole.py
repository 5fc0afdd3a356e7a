"""Whole commands as a person runs them: the year of real sales, and the sandbox's first answer."""

import json
import os
import resource
import subprocess
import time
import urllib.request
from pathlib import Path

from benchmarks.databases import ONHAND, serving
from benchmarks.figures import Figure, at_most
from onhand.partners.keys import signing_headers
from onhand.sandbox.credentials import KEY_VERSION, SUPPLIER_CONSUMER_ID, credentials

_PART = "Whole commands"


def year(directory: Path) -> list[Figure]:
    """`onhand load completejourney` into a fresh embedded database: how long it takes and the most it holds."""
    environment = os.environ | {"ONHAND_DATA_DIRECTORY": str(directory / "year")}
    started = time.perf_counter()
    answer = subprocess.run(
        [*ONHAND, "load", "completejourney", "--json"], env=environment, stdout=subprocess.PIPE, check=True
    )
    seconds = time.perf_counter() - started
    # The largest of all children so far; no other command of the benchmark has run before this one.
    peak = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss * 1024 / 1e6
    events = json.loads(answer.stdout)["accepted"]
    file = directory / "year" / "onhand.db"
    return [
        Figure(_PART, "Loading the year of real sales, its catalogue and the simulated events", f"{seconds:.1f} s"),
        Figure(_PART, "Events of that load a second, all told", f"{events / seconds:,.0f} ({events:,} events)"),
        Figure(_PART, "Size of that database", f"{file.stat().st_size / 1e6:,.0f} MB"),
        at_most("Memory", "Peak while loading the whole year, MB", peak, 300),
    ]


def sandbox_start(rounds: int) -> list[Figure]:
    """From the command `onhand sandbox` to its first answer to a signed request."""
    times = sorted(_first_answer() for _ in range(rounds + 1))[:-1]
    median = times[len(times) // 2]
    return [
        Figure(_PART, "Start of the sandbox to its first answer, s (SB-01)", f"{median:.2f}", "at most 1", median <= 1)
    ]


def _first_answer() -> float:
    supplier = credentials().supplier
    stamp = time.time_ns() // 1_000_000
    headers = signing_headers(supplier.private_key_pem, SUPPLIER_CONSUMER_ID, KEY_VERSION, stamp)
    started = time.perf_counter()
    with serving("sandbox", "--port", "0", "--json") as (_, url):
        path = "/store/45/gtin/00044444444444/available"
        with urllib.request.urlopen(urllib.request.Request(url + path, headers=headers)) as answer:
            assert answer.status == 200
        return time.perf_counter() - started
