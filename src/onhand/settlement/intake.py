"""How entries come in: any number of them, each checked for itself, and taken seller by seller."""

import asyncio
from collections import defaultdict
from collections.abc import Sequence
from pathlib import Path

from onhand.basics.clock import Clock
from onhand.basics.refusal import Refusal
from onhand.settlement.calendar import SettlementCalendar
from onhand.settlement.commands import Command, command_of
from onhand.settlement.entries import Entry
from onhand.settlement.outcomes import Outcome
from onhand.settlement.schedules import Schedules
from onhand.settlement.taking import take
from onhand.settlement.vocabulary import SELLER_KIND, Verb
from onhand.store.combining import Combiner
from onhand.store.database import Database, Session
from onhand.store.queries import Queries

_SQL = Queries(Path(__file__).with_name("sellers.sql"))


class SettlementIntake:
    """Takes entries of all verbs. For each seller, those that wait for each other in this process go together.

    A request is no unit of its own: whatever becomes of one entry, the others stand. It may be sent again as a whole.
    """

    def __init__(
        self,
        database: Database,
        clock: Clock,
        calendar: SettlementCalendar,
        *,
        future_seconds: int = 300,
        transaction_entries_max: int = 1_000,
    ) -> None:
        self._database = database
        self._clock = clock
        self._calendar = calendar
        self._schedules = Schedules(database)
        self._future_seconds = future_seconds
        self._transaction_entries_max = transaction_entries_max
        self._combiners: dict[int, Combiner[Command, Outcome]] = {}
        self._sellers: dict[str, int] = {}

    async def take(self, verb: Verb, source: str, entries: Sequence[Entry | Refusal]) -> list[Outcome]:
        """Take entries of one source; what became of each, in their order. One that is a refusal already stays so.

        Raises:
            Unavailable: the database failed; what became of the entries is not known, and they may be sent again.
        """
        now = self._clock()
        outcomes: list[Outcome | None] = [None] * len(entries)
        by_seller: defaultdict[int, list[tuple[int, Command]]] = defaultdict(list)
        for index, entry in enumerate(entries):
            if isinstance(entry, Refusal):
                outcomes[index] = Outcome("refused", None, entry)
                continue
            command = command_of(verb, entry, source, now, self._future_seconds)
            seller = command if isinstance(command, Refusal) else await self._seller(entry.partner)
            if isinstance(command, Refusal) or isinstance(seller, Refusal):
                refusal = command if isinstance(command, Refusal) else seller
                assert isinstance(refusal, Refusal), "one of the two said no"
                outcomes[index] = Outcome("refused", entry.event_id, refusal)
            else:
                by_seller[seller].append((index, command))
        await self._take_all(by_seller, outcomes)
        return [outcome for outcome in outcomes if outcome is not None]

    async def _take_all(self, by_seller: dict[int, list[tuple[int, Command]]], outcomes: list[Outcome | None]) -> None:
        async def take_for(partner_id: int, numbered: Sequence[tuple[int, Command]]) -> None:
            commands = [command for _, command in numbered]
            taken: list[Outcome] = []
            for start in range(0, len(commands), self._transaction_entries_max):
                part = commands[start : start + self._transaction_entries_max]
                taken += await self._combiner(partner_id).take(part)
            for (index, _), outcome in zip(numbered, taken, strict=True):
                outcomes[index] = outcome

        takes = [take_for(partner_id, numbered) for partner_id, numbered in by_seller.items()]
        # Each comes to its end before a failure at one is told, so that nothing goes on behind the caller's back.
        for failure in await asyncio.gather(*takes, return_exceptions=True):
            if failure is not None:
                raise failure

    async def _seller(self, code: str) -> int | Refusal:
        known = self._sellers.get(code)
        if known is not None:
            return known
        # A database refuses some texts that are no code anyway.
        row = await self._database.one(_SQL["partner_with_code"], code=code) if code.isprintable() else None
        if row is None or row[1] != SELLER_KIND:
            said = f"{code[:80]!r} is not the code of a seller. Add it first (onhand partner add), or correct it."
            return Refusal("unknown_seller", "partner", said)
        self._sellers[code] = row[0]
        return int(row[0])

    def _combiner(self, partner_id: int) -> Combiner[Command, Outcome]:
        combiner = self._combiners.get(partner_id)
        if combiner is None:

            async def work(commands: Sequence[Command]) -> list[Outcome]:
                return await self._take_for(partner_id, commands)

            combiner = self._combiners[partner_id] = Combiner(work, self._transaction_entries_max)
        return combiner

    async def _take_for(self, partner_id: int, commands: Sequence[Command]) -> list[Outcome]:
        rates = await self._schedules.in_force()

        async def work(session: Session) -> list[Outcome]:
            return await take(session, partner_id, commands, self._clock(), self._calendar, rates)

        return await self._database.write(work)
