"""Where a server of these tests keeps its data, and a sandbox whose clock stands still."""

from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest

from onhand.basics.clock import MICROSECONDS
from onhand.testing import LocalSandbox, local_sandbox
from tests.conftest import FrozenClock

NOON = datetime(2026, 3, 5, 12, tzinfo=UTC)


@pytest.fixture(params=["sqlite", "postgresql"])
def environ(request: pytest.FixtureRequest, tmp_path: Path) -> dict[str, str]:
    """Settings for a server on each of the databases."""
    if request.param == "sqlite":
        return {"ONHAND_DATABASE_URL": f"sqlite:///{tmp_path / 'onhand.db'}"}
    return {"ONHAND_DATABASE_URL": request.getfixturevalue("postgresql_url")}


@pytest.fixture(scope="session")
def standing() -> Iterator[LocalSandbox]:
    """A sandbox that was seeded at the moment of the tests, and stays there until its clock is moved."""
    with local_sandbox(clock=FrozenClock(round(NOON.timestamp()) * MICROSECONDS)) as sandbox:
        yield sandbox


@pytest.fixture
def sandbox(standing: LocalSandbox) -> LocalSandbox:
    """It in its seeded state."""
    return standing.begun_anew()
