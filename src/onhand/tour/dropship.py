"""The tour's second half: a drop-ship vendor declares ten thousand quantities, and customers order from them."""

import time
from collections import Counter
from collections.abc import Awaitable, Callable, Sequence
from typing import Any

import msgspec
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn

from onhand.basics.clock import Clock, format_micros
from onhand.client.clients import AsyncClient
from onhand.client.policy import Polling
from onhand.client.results.feeds import FeedStatus
from onhand.client.results.operator import OrderResult, OrderResults
from onhand.completejourney.dropship import Basket, DropShip, units_at
from onhand.tour.tables import failed_rows_table, nodes_table

NODES = ("700000001", "700000002")
_POLLING = Polling(first_seconds=0.02, factor=1.0, seconds_max=0.02)
_HELD_SECONDS = 900
_PART_ORDERS = 200
_ENDLESS_EVERY = 50

Tell = Callable[[Sequence[dict[str, Any]]], Awaitable[OrderResults]]


class DropShipTour:
    """One walk through feeds and orders."""

    def __init__(self, client: AsyncClient, scene: DropShip, foreign_gtin: str, console: Console, clock: Clock) -> None:
        self._client = client
        self._scene = scene
        self._foreign_gtin = foreign_gtin
        self._console = console
        self._clock = clock
        # A tour that is taken again tells of other orders.
        self._name = f"tour-{clock()}"

    async def take(self) -> None:
        """Every step in its order."""
        feed_id = await self._feed()
        await self._failed_rows(feed_id)
        item = self._scene.gtins[0]
        await self._item(item, "What one item has at both nodes")
        await self._orders()
        await self._item(item, "The same item afterwards")

    async def _feed(self) -> str:
        rows = self._rows()
        self._heading("A feed from a drop-ship vendor", "POST /v3/feeds?feedType=DSV_INVENTORY")
        self._say(
            f"{self._scene.supplier_name} gets a token and declares {len(rows):,} quantities: "
            f"{len(self._scene.gtins):,} of its real products at two ship nodes. The quantities are made up, and the "
            "last two rows are wrong on purpose: another supplier's item, and a row that was there before."
        )
        header = {
            "version": "5.0.20240905-15_39_48-api",
            "feedType": "DSV_INVENTORY",
            "feedDate": format_micros(self._clock()),
            "locale": "en",
            "businessUnit": "WALMART_US",
        }
        body = {"InventoryFeedHeader": header, "Inventory": rows}
        started = time.perf_counter()
        # As a file, since two of its rows are wrong on purpose, and the client would find them before it sends.
        feed_id = await self._client.feeds.submit_file(msgspec.json.encode(body))
        taken = time.perf_counter() - started
        status = await self._follow(feed_id, len(rows))
        took = time.perf_counter() - started
        self._say(
            f"Feed {feed_id} was taken in {taken * 1000:.0f} ms and is {status.feed_status} after "
            f"{took * 1000:.0f} ms: {status.items_succeeded:,} rows applied, {status.items_failed} refused."
        )
        return feed_id

    async def _follow(self, feed_id: str, rows: int) -> FeedStatus:
        columns = (TextColumn("  feed"), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn())
        with Progress(*columns, console=self._console, disable=not self._console.is_terminal) as progress:
            task = progress.add_task("feed", total=rows)
            return await self._client.feeds.wait(
                feed_id, polling=_POLLING, told=lambda status: progress.update(task, completed=status.items_done)
            )

    async def _failed_rows(self, feed_id: str) -> None:
        path = f"/v3/feeds/{feed_id}/errorReport"
        self._heading("The rows that were refused, as a feed to mend and send again", f"GET {path}")
        report = msgspec.json.decode(await self._client.feeds.error_report(feed_id))
        self._console.print(failed_rows_table(report))

    async def _item(self, gtin: str, title: str) -> None:
        path = f"/v3/inventories/{gtin}"
        self._heading(title, f"GET {path}?productIdType=gtin")
        self._say(f"“{self._scene.names[gtin]}”, the vendor's product that sells most.")
        self._console.print(nodes_table(await self._client.inventory.item(gtin)))

    async def _orders(self) -> None:
        baskets = self._scene.baskets
        self._heading("Orders made from real baskets", "POST /operator/v1/orders/reserve")
        self._say(
            f"{len(baskets)} real baskets of the last week become orders, in turn at both nodes. An order is "
            "held as a whole or not at all; the declared units run out on purpose."
        )
        orders = [self._order(number, basket) for number, basket in enumerate(baskets)]
        answers = await _in_parts(self._client.operator.reserve, orders)
        counts = Counter(_outcome(answer) for answer in answers)
        self._say("  " + ", ".join(f"{count} {outcome}" for outcome, count in sorted(counts.items())))
        short = next((answer for answer in answers if answer.shortages), None)
        if short:
            lacking = short.shortages[0]
            name = self._scene.names.get(lacking.gtin, lacking.gtin)
            self._say(f"  the first refused: {lacking.asked} of “{name}” asked, {lacking.available} to be had")
        held = [order for order, answer in zip(orders, answers, strict=True) if answer.status == "accepted"]
        self._heading("Half of them are shipped, a quarter cancelled", "POST /operator/v1/orders/ship, …/cancel")
        await self._end("ship", self._client.operator.ship, held[::2])
        await self._end("cancel", self._client.operator.cancel, held[1::4])
        self._say(f"What is left is held for {_HELD_SECONDS // 60} minutes, then it expires by itself.")

    async def _end(self, verb: str, tell: Tell, orders: Sequence[dict[str, Any]]) -> None:
        told = [
            {"eventId": f"{verb}/{order['orderId']}", "orderId": order["orderId"], "node": order["node"]}
            for order in orders
        ]
        answers = await _in_parts(tell, told)
        counts = Counter(answer.status for answer in answers)
        self._say(f"  {verb}: " + ", ".join(f"{count} {status}" for status, count in sorted(counts.items())))

    def _rows(self) -> list[dict[str, Any]]:
        rows = [self._row(number, gtin, node) for number, gtin in enumerate(self._scene.gtins) for node in (0, 1)]
        return [*rows[:-2], {**rows[0], "productId": self._foreign_gtin}, rows[0]]

    def _row(self, number: int, gtin: str, node: int) -> dict[str, Any]:
        row: dict[str, Any] = {"productId": gtin, "shipNode": NODES[node]}
        if node == 1 and number % _ENDLESS_EVERY == _ENDLESS_EVERY - 1:
            return {**row, "availabilityCode": "AA"}
        return {**row, "availabilityCode": "AC", "quantity": units_at(gtin, node)}

    def _order(self, number: int, basket: Basket) -> dict[str, Any]:
        order_id = f"{self._name}/{basket.basket_id}"
        lines = [{"gtin": gtin, "quantity": units} for gtin, units in basket.units.items()]
        return {
            "eventId": f"reserve/{order_id}",
            "orderId": order_id,
            "node": NODES[number % 2],
            "lines": lines,
            "expiresInSeconds": _HELD_SECONDS,
        }

    def _heading(self, title: str, request: str) -> None:
        self._console.rule(f"[bold]{title}", align="left")
        self._console.print(f"[cyan]{request}", highlight=False, soft_wrap=True)

    def _say(self, text: str) -> None:
        self._console.print(text, highlight=False)


async def _in_parts(tell: Tell, told: Sequence[dict[str, Any]]) -> list[OrderResult]:
    answers: list[OrderResult] = []
    for start in range(0, len(told), _PART_ORDERS):
        answers += (await tell(told[start : start + _PART_ORDERS])).results
    return answers


def _outcome(answer: OrderResult) -> str:
    return f"{answer.status} ({answer.code})" if answer.code else answer.status
