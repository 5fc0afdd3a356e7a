"""The months of the sandbox's seller are answered from the first request on (SB-04)."""

import csv
from pathlib import Path

import pytest

from onhand.basics.clock import parse_time
from onhand.sandbox.fulfilment import SAMPLE_GTIN
from onhand.sandbox.starting import running_sandbox
from tests.conftest import FrozenClock
from tests.sandbox.conftest import UNTHROTTLED, Client, asked

pytestmark = pytest.mark.contract("SB-04", "WF-01", "WF-04")

PATH = "/v3/report/wfs/inventory-reconciliation-report"
MAY = {"startDate": "2024-05-01", "endDate": "2024-05-31"}
JUNE = {"startDate": "2024-06-01", "endDate": "2024-06-10", "gtin": SAMPLE_GTIN}


async def test_may_is_answered_at_once(sandbox: Client) -> None:
    answer = await sandbox.ask("seller", "GET", PATH, params=MAY)
    assert answer.status_code == 200, answer.text
    assert [line.split(",")[4] for line in answer.text.splitlines()[1:3]] == ["SELLER-BOTTLE-03"] * 2


async def test_june_is_answered_up_to_the_10th_when_the_clock_stands_there(tmp_path: Path, clock: FrozenClock) -> None:
    # 08:00 Pacific time on the 11th.
    now = parse_time("2024-06-11T15:00:00")
    assert now is not None
    clock.now = now
    async with asked(running_sandbox(tmp_path, UNTHROTTLED, clock)) as http:
        sandbox = Client(http, clock)
        answers = [await sandbox.ask("seller", "GET", PATH, params=params) for params in (MAY, JUNE)]
        later = await sandbox.ask("seller", "GET", PATH, params={**JUNE, "endDate": "2024-06-11"})
    assert [answer.status_code for answer in (*answers, later)] == [200, 200, 400]
    assert "2024-06-10" in later.text
    may, june = (list(csv.reader(answer.text.splitlines()))[1:] for answer in answers)
    assert {row[2] for row in june} == {SAMPLE_GTIN}
    ending = {(row[2], row[6]): row[17] for row in may}
    assert [ending[row[2], row[6]] for row in june] == [row[7] for row in june]
