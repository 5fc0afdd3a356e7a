"""A sandbox is probed as any server is."""

import pytest

from tests.sandbox.conftest import Client


@pytest.mark.contract("SB-01", "OP-09")
async def test_a_sandbox_says_that_it_is_ready(sandbox: Client) -> None:
    answer = await sandbox.probe("/readyz")
    assert (answer.status_code, answer.json()["status"]) == (200, "ready")
