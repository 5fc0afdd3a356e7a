"""The tour, step by step. Each asks the running server and shows what it was answered."""

from datetime import date, timedelta
from typing import Any

from rich.console import Console

from onhand.basics.clock import Clock
from onhand.client.clients import AsyncClient
from onhand.client.results.stores import HistoryEvent
from onhand.completejourney.highlight import Highlight
from onhand.completejourney.simulation import OPENED_AT
from onhand.tour.tables import history_table, items_table, plain_number, shelf_table

_NO_GTIN = "0000000000000X"
_MISSED_UNITS = 3
_LOST_UNITS = 2


class Tour:
    """One walk through the store APIs."""

    def __init__(self, client: AsyncClient, scene: Highlight, console: Console, clock: Clock) -> None:
        self._client = client
        self._scene = scene
        self._console = console
        self._clock = clock

    async def take(self) -> None:
        """Every step in its order."""
        await self._one_item()
        await self._several_items()
        before = await self._history()
        await self._late_event(before)

    async def _one_item(self) -> None:
        scene = self._scene
        path = f"{self._item_path}/available"
        self._heading("What is on hand", f"GET {path}")
        self._say(
            f"{scene.supplier_name} asks, signed with its key, for “{scene.name}” in store {scene.store_number}. "
            "Its sales are real register lines; the first count and the deliveries are simulated, "
            "because the data set has none."
        )
        self._console.print(shelf_table(await self._client.stores.available(scene.store_number, scene.gtin)))

    async def _several_items(self) -> None:
        scene, path = self._scene, "/store/inventory/status"
        self._heading("Several items, two of them wrong", f"POST {path}?itemIdentifier=gtin")
        self._say("An item of another supplier and a GTIN that is none come back as errors beside the others' stock.")
        values = [scene.gtin, *scene.other_gtins, scene.foreign_gtin, _NO_GTIN]
        self._console.print(items_table(await self._client.stores.status(scene.store_number, values)))

    async def _history(self) -> list[HistoryEvent]:
        scene = self._scene
        period = f"startDate={scene.first_day}&endDate={scene.last_day}"
        self._heading("How it came to that", f"GET {self._item_path}/transactionHistory?{period}")
        self._say(
            "Newest first. Each row's count is the older row's plus its own quantity. Sales are real register lines, "
            "deliveries (NGR) are simulated."
        )
        rows = await self._history_rows()
        self._console.print(history_table(rows, _origin))
        return rows

    async def _late_event(self, before: list[HistoryEvent]) -> None:
        sold = next(row for row in before if row.event_type == "SALES")
        count = self._event(
            "count", "PI", _after(sold, minutes=2), counted=plain_number(sold.aggregated_qty) - _LOST_UNITS
        )
        late = self._event("late", "RETURNS", _after(sold, minutes=1), quantity=_MISSED_UNITS)
        self._heading("An event that comes late", "POST /operator/v1/events")
        self._say(
            "The operator posts two events that the tour makes up: first a count, two minutes after the newest sale, "
            f"that finds {_LOST_UNITS} units fewer than the ledger believed; then, too late, a return of "
            f"{_MISSED_UNITS} units from the minute before the count."
        )
        await self._post(count)
        await self._post(late)
        self._say(
            "The return stands where it happened, and what was counted stays true: a TSBR row directly before the "
            "count takes the return out again, because whoever counted had those units in hand already. What is new "
            "stands out."
        )
        self._console.print(history_table(await self._history_rows(), _origin, before))

    async def _post(self, event: dict[str, object]) -> None:
        (result,) = (await self._client.operator.post_events([event])).results
        outcome = result.status + (f": {result.message}" if result.message else "")
        self._console.print(f"  {event['eventType']} at {event['occurredAt']}: [bold]{outcome}[/bold]")

    async def _history_rows(self) -> list[HistoryEvent]:
        scene = self._scene
        first, last = date.fromisoformat(scene.first_day), date.fromisoformat(scene.last_day)
        history = self._client.stores.history(scene.store_number, scene.gtin, start_date=first, end_date=last)
        # The newest page is all that is shown.
        return list((await anext(history.pages())).rows)

    @property
    def _item_path(self) -> str:
        return f"/store/{self._scene.store_number}/gtin/{self._scene.gtin}"

    def _event(self, kind: str, event_type: str, occurred_at: str, **amount: Any) -> dict[str, object]:
        return {
            # A tour that is taken again tells of other events.
            "eventId": f"tour-{self._clock()}-{kind}",
            "eventType": event_type,
            "storeNbr": self._scene.store_number,
            "gtin": self._scene.gtin,
            "occurredAt": occurred_at,
            "reference": "made up by the tour",
            **amount,
        }

    def _heading(self, title: str, request: str) -> None:
        self._console.rule(f"[bold]{title}", align="left")
        self._console.print(f"[cyan]{request}", highlight=False, soft_wrap=True)

    def _say(self, text: str) -> None:
        self._console.print(text)


def _origin(row: HistoryEvent) -> str:
    """Where a row of the demo's ledger came from: only the registers' lines are real."""
    if row.event_type == "SALES":
        return "register"
    if row.event_type == "NGR" or row.event_creation_time == OPENED_AT:
        return "simulated"
    return "raised by the ledger" if row.event_type == "TSBR" else "made up by the tour"


def _after(row: HistoryEvent, minutes: int) -> str:
    return f"{(row.event_creation_time + timedelta(minutes=minutes)).isoformat()}Z"
