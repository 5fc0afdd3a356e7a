"""What isn't the supplier's takes as much work as what isn't there: the time of an answer tells nothing either."""

from collections.abc import Awaitable, Callable
from typing import Any

import pytest

from onhand.store.database import Database, Session
from onhand.store.queries import Query
from tests.surfaces.suppliers.shop import GTIN, OTHER, Shop

UNKNOWN = "00099999999999"


class Overheard:
    """A session or a database that notes the statements that are asked of it."""

    def __init__(self, asked: Any, notes: list[str]) -> None:
        self._asked = asked
        self._notes = notes

    async def all(self, query: Query, **parameters: Any) -> Any:
        """Every row, noted."""
        self._notes.append(query.name)
        return await self._asked.all(query, **parameters)

    async def one(self, query: Query, **parameters: Any) -> Any:
        """The first row, noted."""
        self._notes.append(query.name)
        return await self._asked.one(query, **parameters)

    async def read(self, work: Callable[[Session], Awaitable[Any]]) -> Any:
        """Work whose statements are noted too."""
        return await self._asked.read(lambda session: work(Overheard(session, self._notes)))


async def statements_for(shop: Shop, gtin: str, kind: str) -> list[str]:
    """The statements that an answer about a GTIN takes."""
    notes: list[str] = []
    overheard: Database = Overheard(shop.database, notes)  # type: ignore[assignment]
    async with shop.client_of(database=overheard) as client:
        if kind == "status":
            body = {"storeNbr": 45, "values": [gtin]}
            path = "/store/inventory/status?itemIdentifier=gtin"
            await client.post(path, json=body, headers=shop.headers())
        else:
            await client.get(f"/store/45/gtin/{gtin}/{kind}", headers=shop.headers())
    return notes


@pytest.mark.contract("SE-06", "SI-02")
@pytest.mark.parametrize("kind", ["available", "transactionHistory", "status"])
async def test_another_suppliers_item_takes_the_same_statements_as_one_that_is_not_there(shop: Shop, kind: str) -> None:
    await shop.item(supplier=OTHER)
    await shop.event("1", "LR", 1)
    of_other = await statements_for(shop, GTIN, kind)
    assert of_other
    assert of_other == await statements_for(shop, UNKNOWN, kind)
