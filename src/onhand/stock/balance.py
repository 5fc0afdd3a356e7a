"""What a stream held at a moment, from whichever known sum is nearest.

The present stock, the month flows and every count are sums that stand ready. A balance at a moment starts from the
nearest of them and adds the legs between, so its cost is bounded by half a month or by the distance to a count.

Streams with declarations in order (`StockRow.declared_month`) are walked to find these: as far as the next of them.
"""

from pathlib import Path

import msgspec

from onhand.basics.clock import TIME_MIN, month_of, month_start
from onhand.stock.streams import OWN_POSITION, OrderKey, StockRow, Stream, start_of
from onhand.store.database import Row, Session
from onhand.store.queries import Queries

_SQL = Queries(Path(__file__).with_name("sql") / "balance.sql")
_FIRST_MOMENT = 0
_MONTH_FIRST = 0
_MONTH_LAST = 10_000 * 12
EVERYTHING_KNOWN = 2**62


class Ledger(msgspec.Struct, frozen=True):
    """One stream at one location, seen through a session."""

    session: Session
    location_id: int
    stream: Stream
    zone: str

    async def stock(self) -> StockRow | None:
        """The stream's current stock, or None where it never had a leg."""
        row = await self.session.one(_SQL["stock_of_stream"], **self._key())
        return StockRow(*row) if row else None

    async def balance_before(self, stock: StockRow, bound: OrderKey, known_seq: int = EVERYTHING_KNOWN) -> int:
        """The balance of all legs before `bound`, as the ledger knew it when its newest leg was `known_seq`."""
        if bound.occurred_at > stock.newest_occurred_at:
            return stock.quantity - await self._learned_since(stock, bound, known_seq)
        if bound.occurred_at < _FIRST_MOMENT:
            # Nothing happens so early, and the first moments of year 1 have no month in zones behind UTC.
            return 0
        first = start_of(month_start(month_of(bound.occurred_at, self.zone), self.zone))
        after = start_of(month_start(month_of(bound.occurred_at, self.zone) + 1, self.zone))
        since_first = bound.occurred_at - first.occurred_at
        until_after = min(after.occurred_at, stock.newest_occurred_at) - bound.occurred_at
        nearest = bound.occurred_at - min(since_first, until_after)
        count = await self._count_before(stock, bound, nearest, known_seq)
        if count:
            key, counted = count
            past = msgspec.structs.replace(key, position=OWN_POSITION + 1)
            return counted + await self._sum(past, bound, known_seq)
        month = month_of(bound.occurred_at, self.zone)
        if since_first <= until_after:
            present = await self._flows(_MONTH_FIRST, month) + await self._sum(first, bound)
        else:
            present = stock.quantity - await self._flows(month + 1, _MONTH_LAST) - await self._sum(bound, after)
        return present - await self._learned_since(stock, bound, known_seq)

    async def next_count(self, stock: StockRow, key: OrderKey) -> OrderKey:
        """The place of the first count after `key`, where the stream's last count is known to be after it."""
        # A move stands before every count of its moment; a count is followed by the next in order of source and id.
        place = (key.source, key.event_id) if key.rank else ("", "")
        query = _SQL["count_from" if stock.declared_month is None else "count_from_declared"]
        row = await self.session.one(
            query, occurred_at=key.occurred_at, source=place[0], event_id=place[1], **self._key()
        )
        assert row is not None, "a stream's last count is kept in its stock row"
        return OrderKey(row[0], 1, row[1], row[2])

    async def seq_known_at(self, stock: StockRow, known_at: int) -> int:
        """The stream's newest leg as of a moment of the ledger, 0 where it had none."""
        seq = _number(await self.session.one(_SQL["seq_known_at"], known_at=known_at, **self._key()))
        if stock.declared_month is None:
            return seq
        declared = await self.session.one(_SQL["declared_seq_known_at"], known_at=known_at, **self._key())
        return max(seq, _number(declared))

    async def newest_before(self, before: int, known_seq: int) -> int | None:
        """When the newest leg before a moment occurred."""
        row = await self.session.one(_SQL["newest_leg_before"], before=before, known_seq=known_seq, **self._key())
        return int(row[0]) if row else None

    async def _count_before(
        self, stock: StockRow, bound: OrderKey, since: int, known_seq: int
    ) -> tuple[OrderKey, int] | None:
        """The last count before `bound` that occurred at `since` or later."""
        place = (bound.source, bound.event_id) if bound.rank else ("", "")
        row = await self.session.one(
            _SQL["count_before" if stock.declared_month is None else "count_before_declared"],
            since=since,
            occurred_at=bound.occurred_at,
            source=place[0],
            event_id=place[1],
            known_seq=known_seq,
            **self._key(),
        )
        return (OrderKey(row[0], 1, row[1], row[2]), row[3]) if row else None

    async def _sum(self, lower: OrderKey, upper: OrderKey, known_seq: int = EVERYTHING_KNOWN) -> int:
        bounds = {f"from_{name}": value for name, value in msgspec.structs.asdict(lower).items()}
        bounds |= {f"to_{name}": value for name, value in msgspec.structs.asdict(upper).items()}
        return _number(await self.session.one(_SQL["sum_of_legs"], known_seq=known_seq, **bounds, **self._key()))

    async def _flows(self, from_month: int, to_month: int) -> int:
        months = {"from_month": from_month, "to_month": to_month}
        return _number(await self.session.one(_SQL["sum_of_flows"], **months, **self._key()))

    async def _learned_since(self, stock: StockRow, bound: OrderKey, known_seq: int) -> int:
        if known_seq >= stock.last_seq:
            return 0
        to = {f"to_{name}": value for name, value in msgspec.structs.asdict(bound).items()}
        asked = {"known_seq": known_seq, **to, **self._key()}
        learned = _number(await self.session.one(_SQL["sum_learned_since"], **asked))
        if stock.declared_month is None:
            return learned
        return learned + _number(await self.session.one(_SQL["sum_declared_since"], first_moment=TIME_MIN, **asked))

    def _key(self) -> dict[str, int]:
        return {"location_id": self.location_id, **msgspec.structs.asdict(self.stream)}


def _number(row: Row | None) -> int:
    """The only column of an answer, 0 where there is no row."""
    return int(row[0]) if row else 0
