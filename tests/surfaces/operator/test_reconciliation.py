"""How the reconciliation stands, as the operator reads it."""

import pytest

from onhand.fulfilment.reconciliation.refreshing import Refresher
from tests.surfaces.operator.desk import Desk


@pytest.mark.contract("WF-05", "WF-08")
async def test_the_status_names_the_refresh_the_closed_months_and_the_centres(shop: Desk) -> None:
    await shop.post("/fulfilment-centres", {"centres": [{"node": "EWR1", "name": "Newark 1"}]})
    path = "/fulfilment/reconciliation"
    assert (await shop.get(path)).json() == {
        "nextDueAt": "2026-03-04T15:00:00Z",
        "centres": [{"node": "EWR1", "name": "Newark 1", "done": False}],
    }
    await Refresher(shop.database, shop.clock).run_due()
    moment = "2026-03-05T12:00:00Z"
    assert (await shop.get(path)).json() == {
        "nextDueAt": "2026-03-05T15:00:00Z",
        "centres": [{"node": "EWR1", "name": "Newark 1", "done": True}],
        "shown": {"lastDay": "2026-03-03", "begunAt": moment, "completedAt": moment},
        "closedFrom": "2022-01",
        "closedTo": "2026-02",
    }
    assert (await shop.get(path, limit="3")).status_code == 400
