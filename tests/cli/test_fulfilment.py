"""The reconciliation by command."""

import pytest

from tests.cli.conftest import Run


@pytest.mark.contract("WF-05", "WF-08")
def test_what_is_due_is_refreshed_once_and_the_status_tells_of_it(run: Run) -> None:
    before = run("fulfilment", "status", "--json").json
    assert (before["last_refreshed_day"], before["closed_to"], before["centres"]) == (None, None, [])
    run("centre", "add", "EWR1", "--name", "Newark 1")
    (done,) = run("fulfilment", "refresh", "--json").json
    assert run("fulfilment", "refresh", "--json").json == []
    assert run("fulfilment", "refresh").out == "Nothing is due: see the status.\n"
    after = run("fulfilment", "status", "--json").json
    assert (after["last_refreshed_day"], after["closed_from"]) == (done["last_day"], "January 2022")
    assert after["centres"] == [{"centre": "EWR1", "name": "Newark 1", "done": True}]
    assert "Newark 1" in run("fulfilment", "status").out
