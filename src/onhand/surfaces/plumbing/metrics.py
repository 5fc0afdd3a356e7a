"""Requests counted and timed, for Prometheus.

Kept in plain dictionaries and turned into metrics only when they are asked for: the client library's own counters take
a lock and walk their labels, which would be felt on every request. One event loop writes them, so no lock is needed.
Where several processes serve, each tells the others a moment later what it has counted (`shared_counts`).
"""

import asyncio
from bisect import bisect_left
from collections.abc import Iterator

import msgspec
from prometheus_client import CollectorRegistry, generate_latest
from prometheus_client.core import CounterMetricFamily, HistogramMetricFamily
from prometheus_client.exposition import CONTENT_TYPE_LATEST
from prometheus_client.metrics_core import Metric
from prometheus_client.registry import Collector
from starlette.responses import Response

from onhand.surfaces.plumbing.shared_counts import Place

_BOUNDS_SECONDS = (0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0)
_TELLING_SECONDS = 0.25

_Counted = list[tuple[str, str, int, int]]
_Timed = list[tuple[str, str, list[int], float]]
_decode = msgspec.msgpack.Decoder(tuple[_Counted, _Timed]).decode


class RequestMetrics(Collector):
    """How many requests each operation answered with each status, and how long each operation took.

    With a place among several processes, all that any of them has counted.
    """

    def __init__(self, place: Place | None = None) -> None:
        self._counts: dict[tuple[str, str, int], int] = {}
        self._buckets: dict[tuple[str, str], list[int]] = {}
        self._seconds: dict[tuple[str, str], float] = {}
        self._place = place
        self._will_tell = False
        if place:
            # Of the process that had the place before.
            self._add(place.own())

    def observe(self, surface: str, operation: str, status: int, seconds: float) -> None:
        """Count one answered request."""
        counted = (surface, operation, status)
        self._counts[counted] = self._counts.get(counted, 0) + 1
        timed = (surface, operation)
        buckets = self._buckets.get(timed)
        if buckets is None:
            buckets = self._buckets[timed] = [0] * (len(_BOUNDS_SECONDS) + 1)
        buckets[bisect_left(_BOUNDS_SECONDS, seconds)] += 1
        self._seconds[timed] = self._seconds.get(timed, 0.0) + seconds
        if self._place and not self._will_tell:
            self._will_tell = True
            asyncio.get_running_loop().call_later(_TELLING_SECONDS, self._tell)

    def collect(self) -> Iterator[Metric]:
        """The counters and histograms as they stand."""
        return self._of_all()._metrics() if self._place else self._metrics()  # noqa: SLF001 - its own kind

    def _metrics(self) -> Iterator[Metric]:
        requests = CounterMetricFamily(
            "onhand_http_requests", "Requests answered.", labels=("surface", "operation", "status")
        )
        for (surface, operation, status), count in self._counts.items():
            requests.add_metric((surface, operation, str(status)), count)
        yield requests
        times = HistogramMetricFamily(
            "onhand_http_request_seconds",
            "Time from a request to the end of its answer.",
            labels=("surface", "operation"),
        )
        for timed, buckets in self._buckets.items():
            times.add_metric(timed, _cumulative(buckets), self._seconds[timed])
        yield times

    def _tell(self) -> None:
        self._will_tell = False
        if self._place:
            self._place.write(self._snapshot())

    def _of_all(self) -> "RequestMetrics":
        total = RequestMetrics()
        for snapshot in (self._snapshot(), *(self._place.others() if self._place else ())):
            total._add(snapshot)
        return total

    def _snapshot(self) -> bytes:
        counted: _Counted = [(*key, count) for key, count in self._counts.items()]
        timed: _Timed = [(*key, buckets, self._seconds[key]) for key, buckets in self._buckets.items()]
        return msgspec.msgpack.encode((counted, timed))

    def _add(self, snapshot: bytes) -> None:
        counted, timed = _decode(snapshot) if snapshot else ([], [])
        for surface, operation, status, count in counted:
            key = (surface, operation, status)
            self._counts[key] = self._counts.get(key, 0) + count
        for surface, operation, buckets, seconds in timed:
            before = self._buckets.get((surface, operation), [0] * len(buckets))
            self._buckets[surface, operation] = [sum(pair) for pair in zip(before, buckets, strict=True)]
            self._seconds[surface, operation] = self._seconds.get((surface, operation), 0.0) + seconds


def _cumulative(buckets: list[int]) -> list[tuple[str, float]]:
    names = [*map(str, _BOUNDS_SECONDS), "+Inf"]
    total = 0
    cumulative: list[tuple[str, float]] = []
    for name, count in zip(names, buckets, strict=True):
        total += count
        cumulative.append((name, total))
    return cumulative


def metrics_response(registry: CollectorRegistry) -> Response:
    """Every metric of a registry in Prometheus' text format."""
    return Response(generate_latest(registry), headers={"content-type": CONTENT_TYPE_LATEST})
