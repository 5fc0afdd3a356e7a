"""A ship node on both databases."""

import pytest

from onhand.store.database import Database
from tests.conftest import FrozenClock
from tests.dropship.orders.depot import Depot


@pytest.fixture
async def depot(database: Database, clock: FrozenClock) -> Depot:
    """A ship node where nothing has been declared."""
    return await Depot(database, clock).open()
