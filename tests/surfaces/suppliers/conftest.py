"""The shop, on both databases."""

from collections.abc import AsyncIterator

import pytest
from cryptography.hazmat.primitives.asymmetric import rsa

from onhand.store.database import Database
from tests.conftest import FrozenClock
from tests.surfaces.suppliers.shop import Shop


@pytest.fixture(scope="session")
def private_key() -> rsa.RSAPrivateKey:
    """The key of every consumer of the shop."""
    return rsa.generate_private_key(public_exponent=65_537, key_size=2048)


@pytest.fixture
async def shop(database: Database, clock: FrozenClock, private_key: rsa.RSAPrivateKey) -> AsyncIterator[Shop]:
    """A shop with partners and stores, without items."""
    opened = Shop(database, clock, private_key)
    await opened.open()
    yield opened
    await opened.client.aclose()
