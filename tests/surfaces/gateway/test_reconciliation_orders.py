"""The monthly reconciliation as an on-request report: what time changes of what may be asked for."""

from collections.abc import AsyncIterator

import httpx
import pytest

from onhand.basics.clock import parse_time
from onhand.store.database import Database
from onhand.surfaces.plumbing.throttling import Rate
from tests.conftest import FrozenClock
from tests.fulfilment.warehouse import moved
from tests.surfaces.gateway.counter import Counter, errors
from tests.surfaces.gateway.report_desk import Desk
from tests.surfaces.gateway.test_reconciliation import FEBRUARY, NOT_FOUND, ask, opened, refresh, tell

ASKED = {"reportType": "INVENTORY_RECON", "reportVersion": "v1"}


@pytest.fixture
async def counter(database: Database, clock: FrozenClock) -> AsyncIterator[Counter]:
    """A counter at which nothing is refreshed yet."""
    made = await opened(database, clock)
    await tell(made, moved("a", "RECEIVED", quantity=12, hours=24 * 20))
    yield made
    await made.client.aclose()


async def order(counter: Counter, start: str, end: str, **headers: str) -> httpx.Response:
    counter._tokens.clear()
    body = {"dataStartTime": start, "dataEndTime": end}
    return await Desk(counter).ask(client="seller", parameters=ASKED, json=body, headers=headers)


async def refresh_at(counter: Counter, moment: str) -> None:
    now = parse_time(moment)
    assert now is not None
    counter.clock.now = now
    await refresh(counter)


@pytest.mark.contract("DS-11", "WF-09")
async def test_a_repeat_is_answered_though_its_month_is_past_by_then(counter: Counter) -> None:
    await refresh_at(counter, "2026-06-30T16:00:00")
    first = await order(counter, "2026-06-01", "2026-06-29", **{"Idempotency-Key": "mine"})
    await refresh_at(counter, "2026-07-01T15:00:00")
    again = await order(counter, "2026-06-01", "2026-06-29", **{"Idempotency-Key": "mine"})
    assert (first.status_code, again.status_code, again.content) == (200, 200, first.content)
    assert (await order(counter, "2026-06-01", "2026-06-29")).status_code == 400


@pytest.mark.contract("WF-05", "WF-09")
async def test_an_order_before_the_first_refresh_is_answered_as_the_file_is(counter: Counter) -> None:
    answer, direct = await order(counter, "2026-02-01", "2026-02-28"), await ask(counter, **FEBRUARY)
    assert errors(answer, 404) == [(NOT_FOUND, "report")]
    assert answer.content == direct.content
    assert (await order(counter, "2026-02-01", "x")).status_code == 400


@pytest.mark.contract("GW-16", "WF-09")
async def test_an_order_before_the_first_refresh_does_not_count(database: Database, clock: FrozenClock) -> None:
    limited = await opened(database, clock, {"report_request": Rate.of(1, 3600)})
    for _ in range(2):
        early = await order(limited, "2026-02-01", "2026-02-28")
        assert (early.status_code, early.headers["x-current-token-count"]) == (404, "1")
    await refresh(limited)
    assert (await order(limited, "2026-02-01", "2026-02-28")).status_code == 200
    assert (await order(limited, "2026-02-01", "2026-02-28")).status_code == 429
    await limited.client.aclose()
