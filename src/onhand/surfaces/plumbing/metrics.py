"""Requests counted and timed, for Prometheus.

Kept in plain dictionaries and turned into metrics only when they are asked for: the client library's own counters take
a lock and walk their labels, which would be felt on every request. One event loop writes them, so no lock is needed.
"""

from bisect import bisect_left
from collections.abc import Iterator

from prometheus_client import CollectorRegistry, generate_latest
from prometheus_client.core import CounterMetricFamily, HistogramMetricFamily
from prometheus_client.exposition import CONTENT_TYPE_LATEST
from prometheus_client.metrics_core import Metric
from prometheus_client.registry import Collector
from starlette.responses import Response

_BOUNDS_SECONDS = (0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0)


class RequestMetrics(Collector):
    """How many requests each operation answered with each status, and how long each operation took."""

    def __init__(self) -> None:
        self._counts: dict[tuple[str, str, int], int] = {}
        self._buckets: dict[tuple[str, str], list[int]] = {}
        self._seconds: dict[tuple[str, str], float] = {}

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

    def collect(self) -> Iterator[Metric]:
        """The counters and histograms as they stand."""
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
