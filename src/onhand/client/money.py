"""The operator's API: money that sellers are owed, periods, and their proofs (OP-07, RC-22)."""

from collections.abc import Sequence
from datetime import date
from urllib.parse import quote

from onhand.client.back_office import asked
from onhand.client.operations import Awaiting, Blocking, Group, operation
from onhand.client.results.money import (
    MoneyKind,
    MoneyResults,
    Settled,
    SettlementPeriod,
    SettlementPeriods,
    SettlementProof,
)
from onhand.client.results.operator import Told
from onhand.client.steps import Exchange

_SELLER = "/settlement/sellers/{partner}/periods"


class MoneyOperations(Group):
    """What an operator tells of money, and asks of periods. Entries are mappings with the contract's keys."""

    @operation
    def post(self, kind: MoneyKind, entries: Sequence[Told]) -> Exchange[MoneyResults]:
        """Tell of sales, refunds, or what else is charged or paid; an entry that is told again counts once."""
        path = f"/settlement/{kind}"
        return self._caller.result(asked(f"POST {path}", path, body={kind: list(entries)}), MoneyResults)

    @operation
    def periods(self, seller: str) -> Exchange[tuple[SettlementPeriod, ...]]:
        """The periods of a seller."""
        request = asked(f"GET {_SELLER}", _SELLER.replace("{partner}", quote(seller, safe="")))
        return (yield from self._caller.result(request, SettlementPeriods)).periods

    @operation
    def proof(self, seller: str, report_date: date) -> Exchange[SettlementProof]:
        """The proof of the period whose report has this date."""
        path = f"{_SELLER.replace('{partner}', quote(seller, safe=''))}/{report_date}/proof"
        return self._caller.result(asked(f"GET {_SELLER}/{{reportDate}}/proof", path), SettlementProof)

    @operation
    def close(self) -> Exchange[Settled]:
        """Close the periods that have ended, and publish the reports that are due; nothing is done twice."""
        return self._caller.result(asked("POST /settlement/close", "/settlement/close"), Settled)


class Money(MoneyOperations, Blocking):
    """Money, blocking."""


class AsyncMoney(MoneyOperations, Awaiting):
    """Money, awaited."""
