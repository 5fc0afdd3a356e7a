"""One of several processes that close and publish at once, at a moment that they are told: a test may kill it.

It reads what to do from standard input and writes, as JSON, how many periods it closed and reports it published.
"""

import asyncio
import sys

import msgspec

from onhand.settlement.closing import close_everywhere
from onhand.settlement.publishing import publish_everywhere
from onhand.settlement.statement import StatementForm
from tests.settlement.books import CALENDAR
from tests.stock.posting_process import opened


class Task(msgspec.Struct, frozen=True):
    """The moment at which it closes."""

    now: int


async def settle(task: Task) -> dict[str, int]:
    """Close and publish what is due."""
    database = await opened(sys.argv[1])
    closed = await close_everywhere(database, lambda: task.now, CALENDAR)
    published = await publish_everywhere(database, lambda: task.now, CALENDAR, StatementForm())
    await database.close()
    return {"closed": len(closed), "published": len(published)}


if __name__ == "__main__":
    done = asyncio.run(settle(msgspec.json.decode(sys.stdin.buffer.read(), type=Task)))
    sys.stdout.buffer.write(msgspec.json.encode(done))
