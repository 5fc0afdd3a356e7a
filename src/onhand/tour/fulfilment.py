"""The tour's third part: a seller looks at its units in fulfilment centres."""

from datetime import date

from rich.console import Console

from onhand.client.clients import AsyncClient
from onhand.completejourney.fulfilment import Fulfilment
from onhand.tour.tables import centres_table, log_table

_ITEMS = 5
_ROWS = 14


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

    def _heading(self, title: str, request: str) -> None:
        self._console.rule(f"[bold]{title}", align="left")
        self._console.print(f"[cyan]{request}", highlight=False, soft_wrap=True)

    def _say(self, text: str) -> None:
        self._console.print(text, highlight=False)
