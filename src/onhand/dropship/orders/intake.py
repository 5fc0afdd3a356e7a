"""How orders come in: any number of entries, each checked for itself, and taken node by node."""

import asyncio
from collections import defaultdict
from collections.abc import Sequence

from onhand.basics.clock import Clock
from onhand.basics.refusal import Refusal
from onhand.dropship.orders.commands import Command, command_of
from onhand.dropship.orders.entries import Entry
from onhand.dropship.orders.expiring import expire_all_due, holds_due
from onhand.dropship.orders.outcomes import OrderOutcome
from onhand.dropship.orders.taking import judge
from onhand.stock.locations import SHIP_NODE, Location, Locations
from onhand.store.combining import Combiner
from onhand.store.database import Database, Session


class OrderIntake:
    """Takes entries of all verbs. At each node, those that wait for each other in this process go together.

    A request is no unit of its own: whatever becomes of one entry, the others stand. It may be sent again as a whole.
    """

    def __init__(
        self,
        database: Database,
        locations: Locations,
        clock: Clock,
        *,
        future_seconds: int = 300,
        transaction_entries_max: int = 1_000,
        gather_seconds: float = 0.005,
    ) -> None:
        self._database = database
        self._locations = locations
        self._clock = clock
        self._future_seconds = future_seconds
        self._transaction_entries_max = transaction_entries_max
        self._gather_seconds = gather_seconds
        self._combiners: dict[int, Combiner[Command, OrderOutcome]] = {}

    async def take(self, source: str, entries: Sequence[Entry | Refusal]) -> list[OrderOutcome]:
        """Take entries of one source; what became of each, in their order. One that is a refusal already stays so.

        Raises:
            Unavailable: the database failed; what became of the entries is not known, and they may be sent again.
        """
        now = self._clock()
        outcomes: list[OrderOutcome | None] = [None] * len(entries)
        by_node: defaultdict[Location, list[tuple[int, Command]]] = defaultdict(list)
        for index, entry in enumerate(entries):
            if isinstance(entry, Refusal):
                outcomes[index] = OrderOutcome("refused", None, None, entry)
                continue
            command = command_of(entry, source, now, self._future_seconds)
            node = command if isinstance(command, Refusal) else await self._node(entry.node)
            if isinstance(command, Refusal) or isinstance(node, Refusal):
                refusal = command if isinstance(command, Refusal) else node
                assert isinstance(refusal, Refusal), "one of the two said no"
                outcomes[index] = OrderOutcome("refused", entry.event_id, entry.order_id, refusal)
            else:
                by_node[node].append((index, command))
        await self._take_all(by_node, outcomes)
        return [outcome for outcome in outcomes if outcome is not None]

    async def _take_all(
        self, by_node: dict[Location, list[tuple[int, Command]]], outcomes: list[OrderOutcome | None]
    ) -> None:
        async def take_at(node: Location, numbered: Sequence[tuple[int, Command]]) -> None:
            taken = await self._combiner(node).take([command for _, command in numbered])
            for (index, _), outcome in zip(numbered, taken, strict=True):
                outcomes[index] = outcome

        takes = [take_at(node, numbered) for node, numbered in by_node.items()]
        if len(takes) == 1:
            await takes[0]
            return
        # Every node comes to its end before a failure at one is told, so that nothing goes on behind the caller's back.
        for failure in await asyncio.gather(*takes, return_exceptions=True):
            if failure is not None:
                raise failure

    async def _node(self, code: str) -> Location | Refusal:
        # A database refuses some texts that are no code anyway.
        node = await self._locations.find(SHIP_NODE, code) if code and code.isprintable() else None
        if node is not None:
            return node
        said = f"The ship node {code[:80]!r} is not known. Add it first (onhand node add), or correct it."
        return Refusal("unknown_node", "node", said)

    def _combiner(self, node: Location) -> Combiner[Command, OrderOutcome]:
        combiner = self._combiners.get(node.location_id)
        if combiner is None:

            async def work(commands: Sequence[Command]) -> list[OrderOutcome]:
                return await self._take_at(node, commands)

            combiner = self._combiners[node.location_id] = Combiner(
                work, self._transaction_entries_max, gather_seconds=self._gather_seconds
            )
        return combiner

    async def _take_at(self, node: Location, commands: Sequence[Command]) -> list[OrderOutcome]:
        """Take commands in one transaction; where units fall short, orders that are due give theirs back first."""

        async def unless_due(session: Session) -> list[OrderOutcome] | None:
            now = self._clock()
            judged = await judge(session, node, commands, now)
            if judged.short_items and await holds_due(session, node, judged.short_items, now):
                return None
            await judged.write(session)
            return judged.outcomes

        async def finally_(session: Session) -> list[OrderOutcome]:
            judged = await judge(session, node, commands, self._clock())
            await judged.write(session)
            return judged.outcomes

        outcomes = await self._database.write(unless_due)
        if outcomes is not None:
            return outcomes
        await expire_all_due(self._database, self._clock, node)
        return await self._database.write(finally_)
