"""A warehouse on both databases."""

import pytest

from onhand.store.database import Database
from tests.conftest import FrozenClock
from tests.fulfilment.warehouse import Warehouse


@pytest.fixture
async def warehouse(database: Database, clock: FrozenClock) -> Warehouse:
    """Two sellers, their items, and three centres where nothing has happened."""
    made = Warehouse(database, clock)
    await made.open()
    return made
