"""What several processes have counted, added up wherever it is asked for."""

import asyncio

import pytest
from prometheus_client import CollectorRegistry

from onhand.surfaces.plumbing import metrics, shared_counts
from onhand.surfaces.plumbing.metrics import RequestMetrics, metrics_response
from onhand.surfaces.plumbing.shared_counts import SharedCounts

pytestmark = pytest.mark.contract("OP-09")


def shown(counted: RequestMetrics) -> str:
    """What a scrape reads."""
    registry = CollectorRegistry()
    registry.register(counted)
    return bytes(metrics_response(registry).body).decode()


def requests(counted: RequestMetrics) -> list[str]:
    """The values of the counter of requests."""
    lines = shown(counted).splitlines()
    return [line.rpartition(" ")[2] for line in lines if line.startswith("onhand_http_requests_total")]


def test_a_place_holds_what_was_written_last() -> None:
    counts = SharedCounts(2)
    place = counts.place(1)
    assert place.own() == b""
    for content in (b"one", b"two and more", b"3"):
        assert place.write(content)
        assert (place.own(), counts.place(0).others(), place.others()) == (content, [content], [b""])


def test_what_has_no_room_leaves_what_stood() -> None:
    place = SharedCounts(1).place(0)
    place.write(b"one")
    assert not place.write(b"x" * (shared_counts._HALF_BYTES + 1))
    assert place.own() == b"one"


def test_a_writer_that_ends_in_the_middle_leaves_what_stood() -> None:
    counts = SharedCounts(1)
    place = counts.place(0)
    place.write(b"one")
    # As far as a writer comes that is ended before it turns the number.
    other = 1 - counts._heads[0]
    start = other * shared_counts._HALF_BYTES
    counts._halves[0][start : start + 3] = b"two"
    counts._heads[1 + other] = 3
    assert place.own() == b"one"


async def test_processes_add_up_what_each_has_counted(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(metrics, "_TELLING_SECONDS", 0)
    counts = SharedCounts(2)
    first, second = (RequestMetrics(counts.place(number)) for number in range(2))
    for counted, seconds in ((first, 0.002), (first, 0.5), (second, 0.002)):
        counted.observe("operator", "listStores", 200, seconds)
    second.observe("operator", "listStores", 404, 0.002)
    await asyncio.sleep(0.01)
    assert sorted(requests(first)) == sorted(requests(second)) == ["1.0", "3.0"]
    for counted in (first, second):
        text = shown(counted)
        assert 'bucket{le="0.0025",operation="listStores",surface="operator"} 3.0' in text
        assert 'seconds_count{operation="listStores",surface="operator"} 4.0' in text
        assert 'seconds_sum{operation="listStores",surface="operator"} 0.506' in text


async def test_a_process_goes_on_from_what_stood_in_its_place(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(metrics, "_TELLING_SECONDS", 0)
    counts = SharedCounts(2)
    ended = RequestMetrics(counts.place(0))
    ended.observe("operator", "listStores", 200, 0.002)
    await asyncio.sleep(0.01)
    follower = RequestMetrics(counts.place(0))
    assert requests(follower) == ["1.0"]
    follower.observe("operator", "listStores", 200, 0.002)
    await asyncio.sleep(0.01)
    assert requests(RequestMetrics(counts.place(1))) == ["2.0"]
