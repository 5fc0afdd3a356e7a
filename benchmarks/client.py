"""The client: what it adds to a request of httpx's own, holds while it iterates, takes to import; and its fixture."""

import statistics
import subprocess
import sys
import time
from collections.abc import Callable

import httpx

from benchmarks.databases import serving
from benchmarks.figures import Figure, at_least, at_most, interleaved, median_ratio
from onhand.client import Client, OperatorToken, SupplierKey
from onhand.client.signing import rsa_signer, signing_headers
from onhand.sandbox.credentials import credentials
from onhand.testing import LocalSandbox, local_sandbox

_PART = "Client"
_STORE, _ITEM = 45, "00044444444444"
_PATH = f"/store/{_STORE}/gtin/{_ITEM}/available"
_VENDORS, _NODE = "00012947218283", "123456701"
_BATCH = 5_000
# Prints the most that the process has held after a tenth of the rows, and after all of them, in KiB.
_WALK = f"""
import resource, sys
from datetime import date
from onhand.client import Client, SupplierKey
from onhand.sandbox.credentials import credentials
from onhand.testing import LocalSandbox, local_sandbox
url, rows = sys.argv[1], int(sys.argv[2])
known = credentials().supplier
key = SupplierKey(consumer_id=known.consumer_id, private_key_pem=known.private_key_pem)
with Client(url, supplier=key) as client:
    history = client.stores.history({_STORE}, "{_ITEM}", start_date=date(2024, 1, 1), end_date=date(2024, 12, 31))
    for number, row in enumerate(history, 1):
        if number == rows // 10 or number == rows:
            print(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss)
assert number == rows, number
"""
_IMPORT = "import time; started = time.perf_counter(); import {}; print(time.perf_counter() - started)"


def figures(*, rounds: int, requests: int, rows: int, imports: int, tests: int) -> list[Figure]:
    """All of them, against a sandbox in a process of its own."""
    with serving("sandbox", "--port", "0", "--json", "--no-throttle") as (_, url):
        found = [_signed_read(url, rounds, requests)]
        _fill(url, rows)
        started = time.perf_counter()
        tenth, whole = _held(url, rows)
        seconds = time.perf_counter() - started
    return [
        *found,
        at_most(_PART, f"Memory after {rows:,} rows of history / after {rows // 10:,}", whole / tenth, 1.05),
        Figure(_PART, f"Iterating {rows:,} rows of history, pages of 100", f"{seconds:.1f} s"),
        _import_time(imports),
        *_fixture(tests),
    ]


def _signed_read(url: str, rounds: int, requests: int) -> Figure:
    known = credentials().supplier
    headers = dict(
        signing_headers(
            rsa_signer(known.private_key_pem), known.consumer_id, known.key_version, time.time_ns() // 1_000_000
        )
    )
    key = SupplierKey(consumer_id=known.consumer_id, private_key_pem=known.private_key_pem)
    with Client(url, supplier=key) as client, httpx.Client(base_url=url, trust_env=False) as bare:

        def by_client() -> None:
            client.stores.available(_STORE, _ITEM)

        def by_httpx() -> None:
            assert bare.get(_PATH, headers=headers).json()["quantity"]

        by_client()
        by_httpx()
        pairs = interleaved(rounds, lambda: _rate(by_client, requests), lambda: _rate(by_httpx, requests))
    return at_least(_PART, "Signed reads a second, client / bare httpx with prepared headers", median_ratio(pairs), 0.7)


def _rate(ask: Callable[[], None], requests: int) -> float:
    started = time.perf_counter()
    for _ in range(requests):
        ask()
    return requests / (time.perf_counter() - started)


def _fill(url: str, rows: int) -> None:
    """A history of so many rows in 2024, one each five minutes."""
    with Client(url, operator=OperatorToken(credentials().operator.token)) as client:
        for start in range(0, rows, _BATCH):
            events = [_event(number) for number in range(start, min(start + _BATCH, rows))]
            result = client.operator.post_events(events)
            assert result.accepted == len(events), result.results[0]


def _event(number: int) -> dict[str, object]:
    minutes = number * 5
    day, minute = divmod(minutes, 1_440)
    moment = time.strftime("%Y-%m-%d", time.gmtime(1_704_067_200 + day * 86_400))
    return {
        "eventId": f"benchmark-{number}",
        "eventType": "SALES",
        "storeNbr": _STORE,
        "gtin": _ITEM,
        "quantity": -1,
        "occurredAt": f"{moment}T{minute // 60:02}:{minute % 60:02}:00Z",
    }


def _held(url: str, rows: int) -> tuple[float, float]:
    ran = subprocess.run([sys.executable, "-c", _WALK, url, str(rows)], stdout=subprocess.PIPE, check=True, text=True)
    tenth, whole = map(float, ran.stdout.split())
    return tenth, whole


def _fixture(tests: int) -> list[Figure]:
    """What a test waits for its sandbox, after another one has written to it; the first call gets a token too."""
    with local_sandbox() as sandbox:
        waits = sorted(_fresh_milliseconds(sandbox) for _ in range(tests))
    median, late = statistics.median(waits), waits[-1 - tests // 20]
    what = "A fresh sandbox for a test with a client's first answer, milliseconds"
    return [
        at_most(_PART, f"{what}, median of {tests}", median, 50),
        at_most(_PART, f"{what}, 95 of 100", late, 50),
    ]


def _fresh_milliseconds(sandbox: LocalSandbox) -> float:
    sandbox.vendor.inventory.set(gtin=_VENDORS, ship_node=_NODE, amount=5)
    started = time.perf_counter()
    fresh = sandbox.begun_anew()
    assert fresh.vendor.inventory.get(gtin=_VENDORS, ship_node=_NODE).quantity.amount != 5
    return (time.perf_counter() - started) * 1_000


def _import_time(rounds: int) -> Figure:
    pairs = interleaved(rounds, lambda: _imported("onhand.client"), lambda: _imported("httpx"))
    return at_most(_PART, "Time of import, onhand.client / httpx", median_ratio(pairs), 2.5)


def _imported(module: str) -> float:
    return float(
        subprocess.run([sys.executable, "-c", _IMPORT.format(module)], stdout=subprocess.PIPE, check=True).stdout
    )
