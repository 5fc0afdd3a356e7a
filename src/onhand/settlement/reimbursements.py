"""What a seller was paid for lost and damaged units, so that no more is taken back, and a late sale can change it."""

from collections.abc import Iterable
from pathlib import Path

import msgspec

from onhand.basics.money import share
from onhand.settlement.vocabulary import DAMAGED
from onhand.store.database import Session
from onhand.store.queries import Queries, json_list

_SQL = Queries(Path(__file__).with_name("reimbursements.sql"))


class Reimbursed(msgspec.Struct):
    """Units that one posting paid for, in 1/10,000 unit, and their amount, less what was taken back of both since.

    `priced_at` is when the sale was that gave the price; 0 where no sale before them was known.
    """

    partner_id: int
    posting_no: int
    gtin: str
    description: str
    occurred_at: int
    priced_at: int
    quantity: int
    amount: int

    def is_priced_by(self, sold_at: int) -> bool:
        """Whether a sale at that time gives the price, in place of the one that gave it until now."""
        return self.priced_at <= sold_at <= self.occurred_at


class Taking(msgspec.Struct, frozen=True):
    """Units of a reimbursement that are taken back, and what was paid for them."""

    reimbursed: Reimbursed
    quantity: int
    amount: int


class Reimbursements:
    """The reimbursements that one transaction may change, and those that it makes."""

    def __init__(self, known: Iterable[Reimbursed] = ()) -> None:
        self._known = {each.posting_no: each for each in known}
        self._new: list[Reimbursed] = []
        self._changed: dict[int, Reimbursed] = {}

    def add(self, reimbursed: Reimbursed) -> None:
        """Keep one that was just posted."""
        self._new.append(reimbursed)

    def takings(self, gtin: str, quantity: int, occurred_at: int) -> list[Taking]:
        """What is taken back for units that were found: of what happened before, the lost first, the oldest first."""
        takings = []
        for each in sorted((*self._known.values(), *self._new), key=_order):
            taken = min(quantity, each.quantity)
            if taken and each.gtin == gtin and each.occurred_at <= occurred_at:
                takings.append(Taking(each, taken, share(each.amount, taken, each.quantity)))
                quantity -= taken
        return takings

    def take(self, takings: Iterable[Taking]) -> None:
        """Take back."""
        for each in takings:
            each.reimbursed.quantity -= each.quantity
            each.reimbursed.amount -= each.amount
            self._change(each.reimbursed)

    def known(self) -> Iterable[Reimbursed]:
        """Those that were read."""
        return self._known.values()

    def revalue(self, reimbursed: Reimbursed, amount: int, sold_at: int) -> None:
        """Keep what is left of one at the price of another sale."""
        reimbursed.amount, reimbursed.priced_at = amount, sold_at
        self._change(reimbursed)

    async def write(self, session: Session) -> None:
        """Write what is new and what was changed."""
        await session.run_rows(_SQL["insert"], self._new)
        await session.run_rows(_SQL["change"], [self._changed[no] for no in sorted(self._changed)])

    def _change(self, reimbursed: Reimbursed) -> None:
        if reimbursed.posting_no in self._known:
            self._changed[reimbursed.posting_no] = reimbursed


async def reimbursements_of(session: Session, partner_id: int, gtins: Iterable[str]) -> Reimbursements:
    """What was paid for units of these items and not taken back."""
    listed = json_list(sorted(set(gtins)))
    rows = await session.all(_SQL["of_items"], partner_id=partner_id, gtins=listed) if listed != "[]" else []
    return Reimbursements(Reimbursed(*row) for row in rows)


async def reimbursements_after(session: Session, partner_id: int, sold: Iterable[tuple[str, int]]) -> Reimbursements:
    """What was paid for units that were lost after these sales, each a GTIN and a time, at the price of older ones."""
    listed = json_list(sorted(set(sold)))
    rows = await session.all(_SQL["after_sales"], partner_id=partner_id, sold=listed) if listed != "[]" else []
    return Reimbursements(Reimbursed(*row) for row in rows)


def _order(reimbursed: Reimbursed) -> tuple[bool, int, int]:
    return reimbursed.description == DAMAGED, reimbursed.occurred_at, reimbursed.posting_no
