"""A seller's books on both databases."""

import pytest

from onhand.store.database import Database
from tests.conftest import FrozenClock
from tests.settlement.books import Books


@pytest.fixture
async def books(database: Database, clock: FrozenClock) -> Books:
    """The books of a seller, with nothing in them."""
    return await Books(database, clock).open()
