"""The refresh: what became known since the last one is added up by day, and months that are over are closed (WF-05).

It goes centre by centre and, within one, some items at a time, each time in one transaction that sees one moment and
notes how far it came. So it can be ended anywhere and is taken up there, any number of workers add nothing twice, and
nobody who posts is held up for long. It reads the stock of every stream, and the legs that are new: what it costs
follows from these, not from the ledger's size. Nobody sees any of it before all of it is done.
"""

import asyncio
import logging
from collections.abc import Sequence
from functools import partial
from itertools import groupby
from pathlib import Path

import msgspec

from onhand.basics.clock import Clock, month_start
from onhand.fulfilment.centres import all_centres
from onhand.fulfilment.reconciliation.calendar import FIRST_MONTH, PACIFIC, Span, spans
from onhand.fulfilment.reconciliation.refreshes import SQL as REFRESHES
from onhand.fulfilment.reconciliation.refreshes import Refresh, begin_due, complete
from onhand.store.database import Database, RunAgain, Session
from onhand.store.queries import Queries, json_list

_SQL = Queries(Path(__file__).with_name("refreshing.sql"), Path(__file__).with_name("naming.sql"))
_BEFORE_ALL = -1
_AFTER_ALL = 2**62

logger = logging.getLogger(__name__)


class Refresher:
    """Does the refreshes that are due.

    `grace_days` after its end a month is closed. A transaction takes `streams_max` streams (at most one item more).
    """

    def __init__(self, database: Database, clock: Clock, *, grace_days: int = 0, streams_max: int = 5_000) -> None:
        self._database = database
        self._clock = clock
        self._grace_days = grace_days
        self._streams_max = streams_max

    async def run_due(self) -> list[Refresh]:
        """Finish the refresh that was left unfinished, then do the one that is due; those that were done."""
        done: list[Refresh] = []
        while refresh := await begin_due(self._database, self._clock, self._grace_days):
            await self._run(refresh)
            logger.info("reconciliation refreshed", extra={"last_day": refresh.last_day.isoformat()})
            done.append(refresh)
        return done

    async def _run(self, refresh: Refresh) -> None:
        centres = await all_centres(self._database)
        for centre in centres:
            await self._take_all_items(refresh, centre.location_id)
        sellers: set[int] = set()
        for centre in centres:
            sellers |= await self._name_found(refresh, centre.location_id)
        for (seller,) in await self._database.all(REFRESHES["sellers"]):
            await self._name_changed(refresh, seller)
        await complete(self._database, self._clock, refresh, sellers)

    async def _take_all_items(self, refresh: Refresh, location_id: int) -> None:
        take = partial(_take_next_items, location_id, refresh, self._streams_max)
        is_more = True
        while is_more:
            is_more = await self._database.write(take, one_moment=True)
            # An embedded database works on the event loop itself: whoever waits for it has a turn.
            await asyncio.sleep(0)

    async def _name_found(self, refresh: Refresh, location_id: int) -> set[int]:
        """Name the items of the streams that were found at a centre; whose they are."""
        sellers: set[int] = set()
        last = (_BEFORE_ALL, _BEFORE_ALL)
        while True:
            rows = await self._database.all(
                _SQL["found_streams"],
                location_id=location_id,
                refresh_id=refresh.refresh_id,
                item_id=last[0],
                owner_id=last[1],
                rows_max=self._streams_max,
            )
            if not rows:
                return sellers
            last = rows[-1]
            for seller, found in groupby(sorted(rows, key=lambda row: row[1]), lambda row: int(row[1])):
                sellers.add(seller)
                await self._database.write(partial(_name, seller, refresh, json_list(row[0] for row in found)))

    async def _name_changed(self, refresh: Refresh, seller: int) -> None:
        after = _BEFORE_ALL
        while after != _AFTER_ALL:
            after = await self._database.write(partial(_rename, seller, refresh, after, self._streams_max))
            await asyncio.sleep(0)


async def centre_is_done(session: Session, location_id: int, refresh: Refresh) -> bool:
    """Whether a refresh has taken all items of a centre."""
    row = await session.one(_SQL["progress"], location_id=location_id)
    return row is not None and (row[0] > refresh.refresh_id or (row[0], row[1]) == (refresh.refresh_id, _AFTER_ALL))


async def _take_next_items(location_id: int, refresh: Refresh, streams_max: int, session: Session) -> bool:
    """Do the next items of a refresh at a centre; False where there were none left."""
    if await centre_is_done(session, location_id, refresh):
        return False
    refresh_id, reached = await session.one(_SQL["progress"], location_id=location_id) or (0, _BEFORE_ALL)
    after = reached if refresh_id == refresh.refresh_id else _BEFORE_ALL
    here = {"location_id": location_id, "after": after}
    count, newest = await _one(session, "next_items", streams_max=streams_max, **here)
    last = newest if count == streams_max else _AFTER_ALL
    items = _Items(location_id, after, last, refresh)
    if not await session.run(_SQL["claim_items"], **items.named):
        raise RunAgain
    if count:
        await items.take(session)
    return last != _AFTER_ALL


class _Items(msgspec.Struct, frozen=True):
    """The items of a centre after one and up to another, which are done together."""

    location_id: int
    after: int
    last: int
    refresh: Refresh

    @property
    def named(self) -> dict[str, int]:
        """The parameters that name them and the refresh."""
        return {**self.range, "refresh_id": self.refresh.refresh_id}

    @property
    def range(self) -> dict[str, int]:
        """The parameters that name them."""
        return {"location_id": self.location_id, "after": self.after, "last": self.last}

    async def take(self, session: Session) -> None:
        """Add what is new of them, and close the months that are over."""
        refresh = self.refresh
        until, is_any_seller_new = await _one(session, "at_hand", **self.named)
        learned = _json(spans(refresh.open_before, until))
        await session.run(_SQL["add_new_legs"], spans=learned, **self.named)
        for month in range(refresh.open_before, refresh.open_month):
            await session.run(_SQL["close_month"], month=month, **self.range)
        if is_any_seller_new:
            await self._take_first(session, until)
        await session.run(_SQL["mark_seen"], **self.named)

    async def _take_first(self, session: Session, until: int) -> None:
        """Everything that the ledger has of sellers whose units are found for the first time."""
        open_month = self.refresh.open_month
        await session.run(
            _SQL["close_first_months"],
            first_month=FIRST_MONTH,
            open_month=open_month,
            months=json_list(range(FIRST_MONTH - 1, open_month)),
            **self.named,
        )
        open_from = month_start(open_month, PACIFIC)
        await session.run(
            _SQL["add_first_days"], spans=_json(spans(open_month, until)), open_from=open_from, **self.named
        )


async def _name(seller: int, refresh: Refresh, item_ids: str, session: Session) -> None:
    """Give items of a seller's that have no name yet the one that the catalogue has."""
    await session.run(_SQL["name_found"], partner_id=seller, item_ids=item_ids, refresh_id=refresh.refresh_id)


async def _rename(seller: int, refresh: Refresh, after: int, rows_max: int, session: Session) -> int:
    """Take over what some of a seller's items are called by now; where they end."""
    count, newest = await _one(session, "next_named", partner_id=seller, after=after, rows_max=rows_max)
    last: int = newest if count == rows_max else _AFTER_ALL
    named = {"partner_id": seller, "after": after, "last": last, "refresh_id": refresh.refresh_id}
    await session.run(_SQL["end_changed"], **named)
    await session.run(_SQL["name_changed"], **named)
    return last


async def _one(session: Session, name: str, **parameters: int) -> tuple[int, int]:
    row = await session.one(_SQL[name], **parameters)
    assert row is not None, "a count is always answered"
    return row[0], row[1]


def _json(found: Sequence[Span]) -> str:
    return msgspec.json.encode(found).decode()
