"""Health, readiness and metrics."""

import pytest

from onhand.store.schema import newest_revision
from tests.surfaces.operator.desk import GTIN, Desk, event, problem

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
