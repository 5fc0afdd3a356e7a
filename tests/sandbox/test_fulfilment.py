"""The seller's movements in the sandbox's fulfilment centres (SB-03)."""

import pytest

from onhand.sandbox.fulfilment import counts, movements


@pytest.mark.contract("SB-03")
def test_the_movements_are_the_same_each_time() -> None:
    first, second = [*movements(), *counts()], [*movements(), *counts()]
    assert first == second
    assert len({(event["node"], event["eventId"]) for event in first}) == len(first)
