"""A process that refreshes the reconciliation of the database at a URL again and again, at the time it is told."""

import asyncio
import sys

from onhand.fulfilment.reconciliation.refreshing import Refresher
from onhand.settings import Settings
from onhand.wiring.databases import open_database


async def main(url: str, now: int) -> None:
    """Say that it begins, and refresh."""
    database = await open_database(Settings(database_url=url))
    await Refresher(database, lambda: now, streams_max=2).run_due()
    await database.close()


if __name__ == "__main__":
    asyncio.run(main(sys.argv[1], int(sys.argv[2])))
