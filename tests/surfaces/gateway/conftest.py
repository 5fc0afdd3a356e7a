"""The gateway's counter on both databases."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from onhand.store.database import Database
from tests.conftest import FrozenClock
from tests.surfaces.gateway.counter import Counter


@pytest.fixture
async def counter(database: Database, clock: FrozenClock, tmp_path: Path) -> AsyncIterator[Counter]:
    """A counter with its clients and nothing else."""
    opened = Counter(database, clock, files=tmp_path / "objects")
    await opened.open()
    yield opened
    await opened.client.aclose()


@pytest.fixture
async def shelves(counter: Counter) -> Counter:
    """A counter with ship nodes, items and SKUs."""
    await counter.stock_shelves()
    return counter
