"""The tour's third part: a seller looks at its units in fulfilment centres."""

import asyncio
from datetime import date, timedelta

from rich.console import Console

from onhand.client import NotFound, ReconciliationRow, ReportRows
from onhand.client.clients import AsyncClient
from onhand.completejourney.fulfilment import Fulfilment
from onhand.tour.tables import centres_table, log_table, reconciliation_table

_ITEMS = 5
_ROWS = 14
# The server's worker begins with the first refresh when it starts.
_REFRESH_SECONDS_MAX = 120
_PAUSE_SECONDS = 0.25


class FulfilmentTour:
    """One walk through a seller's units."""

    def __init__(self, client: AsyncClient, scene: Fulfilment, console: Console) -> None:
        self._client = client
        self._scene = scene
        self._console = console

    async def take(self) -> None:
        """Every step in its order."""
        await self._inventory()
        await self._log()
        await self._reconciliation()

    async def _inventory(self) -> None:
        path, stores = "/v3/fulfillment/inventory", ", ".join(map(str, self._scene.stores_by_centre.values()))
        self._heading("A seller's units in fulfilment centres", f"GET {path}?limit={_ITEMS}")
        self._say(
            f"{self._scene.seller_name}: the register lines of its products at the stores {stores} are taken as "
            "shipments from as many fulfilment centres, 261 weeks later. Receipts are simulated, because the data set "
            "has none."
        )
        page = await anext(self._client.fulfilment.inventory(page_size=_ITEMS).pages())
        self._console.print(centres_table(page.rows))
        self._say(f"These are the first of {page.total:,} items.")

    async def _log(self) -> None:
        scene, path = self._scene, "/v3/fulfillment/inventory-log"
        first, last = date.fromisoformat(scene.first_day), date.fromisoformat(scene.last_day)
        self._heading("Every movement of one item", f"GET {path}?gtin={scene.gtin}&startDate=…&endDate=…")
        self._say(f"“{scene.name}”, the seller's item that sells most, in the last two weeks, newest first.")
        log = self._client.fulfilment.log(scene.gtin, start_date=first, end_date=last, page_size=_ROWS)
        self._console.print(log_table((await anext(log.pages())).rows))

    async def _reconciliation(self) -> None:
        first = date.fromisoformat(self._scene.first_day).replace(day=1)
        last = (first + timedelta(days=31)).replace(day=1) - timedelta(days=1)
        path = "/v3/report/wfs/inventory-reconciliation-report"
        self._heading("A month's reconciliation", f"GET {path}?startDate={first}&endDate={last}")
        self._say(
            "What was there, what moved and what is there, for each item and centre; a closed month never changes. "
            "These are the rows that sold most."
        )
        rows = list(await self._refreshed(first, last))
        shown = sorted(rows, key=lambda row: (row.sold, row.gtin, row.fulfillment_center or ""))[:_ITEMS]
        self._console.print(reconciliation_table(shown))
        wrong = sum(row.starting_quantity + moved_of(row) != row.ending_quantity for row in rows)
        self._say(f"{len(rows):,} rows; in {wrong} of them ending is not starting plus all that moved.")

    async def _refreshed(self, first: date, last: date) -> ReportRows[ReconciliationRow]:
        """A month's report, once the first refresh is done."""
        async with asyncio.timeout(_REFRESH_SECONDS_MAX):
            while True:
                try:
                    return await self._client.fulfilment.reconciliation(first, last)
                except NotFound:
                    await asyncio.sleep(_PAUSE_SECONDS)

    def _heading(self, title: str, request: str) -> None:
        self._console.rule(f"[bold]{title}", align="left")
        self._console.print(f"[cyan]{request}", highlight=False, soft_wrap=True)

    def _say(self, text: str) -> None:
        self._console.print(text, highlight=False)


def moved_of(row: ReconciliationRow) -> int:
    """What moved in a row, either way, in all its columns."""
    gained = row.received + row.returned + row.found + row.transferred + row.adjusted
    return gained + row.sold + row.lost + row.damaged + row.removed
