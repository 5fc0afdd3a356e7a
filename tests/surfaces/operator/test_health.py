"""Health, readiness and metrics."""

import pytest

from onhand.store.database import Database
from onhand.store.schema import newest_revision
from onhand.surfaces.operator.health import MetricsDoor
from tests.conftest import FrozenClock
from tests.surfaces.operator.desk import GTIN, TOKEN, Desk, event, problem

pytestmark = pytest.mark.contract("OP-09")


async def test_a_living_process_says_so_without_a_token(desk: Desk) -> None:
    desk.client.headers.clear()
    answer = await desk.client.get("/healthz")
    assert (answer.status_code, answer.json()) == (200, {"status": "alive"})


async def test_a_ready_server_says_its_revision(desk: Desk) -> None:
    answer = await desk.client.get("/readyz")
    assert (answer.status_code, answer.json()) == (200, {"status": "ready", "revision": newest_revision()})


@pytest.mark.parametrize("revision", [None, "0000"])
async def test_a_schema_that_is_not_current_is_not_ready(desk: Desk, revision: str | None) -> None:
    desk.revision = revision
    said = problem(await desk.client.get("/readyz"), 503, "unavailable")
    assert "onhand database upgrade" in said["detail"]


async def test_metrics_count_requests_and_name_nobody(shop: Desk) -> None:
    await shop.post_events(event("e-1"))
    await shop.get(f"/stores/45/items/{GTIN}/stock")
    text = (await shop.client.get("/metrics")).text
    assert 'onhand_http_requests_total{operation="postEvents",status="200",surface="operator"} 1.0' in text
    assert 'onhand_http_requests_total{operation="getStock",status="200",surface="operator"} 1.0' in text
    assert GTIN not in text
    assert "awesome-company" not in text


METRICS_TOKEN = "a-token-of-metrics"


@pytest.mark.parametrize(
    ("door", "shown", "status"),
    [
        (MetricsDoor(), None, 401),
        (MetricsDoor(), "Bearer ", 401),
        (MetricsDoor(token=METRICS_TOKEN), None, 401),
        (MetricsDoor(token=METRICS_TOKEN), f"Bearer {METRICS_TOKEN}x", 401),
        (MetricsDoor(token=METRICS_TOKEN), f"Bearer {TOKEN}", 401),
        (MetricsDoor(token=METRICS_TOKEN), f"Bearer {METRICS_TOKEN}", 200),
        (MetricsDoor(is_open=True), None, 200),
    ],
)
async def test_metrics_are_shown_for_their_token_and_to_anybody_only_where_that_is_wanted(
    database: Database, clock: FrozenClock, door: MetricsDoor, shown: str | None, status: int
) -> None:
    desk = Desk(database, clock, metrics_door=door)
    await desk.open()
    desk.client.headers.clear()
    answer = await desk.client.get("/metrics", headers={"Authorization": shown} if shown else {})
    assert answer.status_code == status
    if status == 401:
        assert "ONHAND_METRICS_TOKEN" in problem(answer, 401, "unauthorized")["detail"]
        assert answer.headers["www-authenticate"] == "Bearer"
    await desk.client.aclose()
