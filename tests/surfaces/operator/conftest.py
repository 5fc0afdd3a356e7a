"""The operator's desk on both databases."""

from collections.abc import AsyncIterator

import pytest

from onhand.store.database import Database
from tests.conftest import FrozenClock
from tests.surfaces.operator.desk import Desk


@pytest.fixture
async def desk(database: Database, clock: FrozenClock) -> AsyncIterator[Desk]:
    """A desk with its client and nothing else."""
    opened = Desk(database, clock)
    await opened.open()
    yield opened
    await opened.client.aclose()


@pytest.fixture
async def shop(desk: Desk) -> Desk:
    """A desk with stores 45 and 46, a supplier and two items."""
    await desk.stock_shop()
    return desk
