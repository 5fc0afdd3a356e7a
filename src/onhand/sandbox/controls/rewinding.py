"""Time that goes back: what was added up as of a later day is forgotten, so that it is added up again as of this one.

Elsewhere closed months are never computed again; in a sandbox a builder wants to see them open.
"""

from pathlib import Path

from onhand.fulfilment.centres import all_centres
from onhand.store.database import Database, Session
from onhand.store.queries import Queries

_SQL = Queries(Path(__file__).with_name("rewinding.sql"))
_OF_CENTRES = ("forget_days", "forget_months", "forget_seen", "forget_progress")


_NOT_BUILT = "The sandbox's clock was put back before the report was built. Request it again."


async def forget_refreshes(database: Database, now: int) -> None:
    """Forget every refresh of the reconciliation; the next one begins from the ledger alone.

    Orders that still wait for figures of a forgotten one are given up: another will have its number.
    """
    centres = await all_centres(database)

    async def work(session: Session) -> None:
        for centre in centres:
            for name in _OF_CENTRES:
                await session.run(_SQL[name], location_id=centre.location_id)
        for (partner_id,) in await session.all(_SQL["sellers"]):
            await session.run(_SQL["forget_names"], partner_id=partner_id)
        await session.run(_SQL["forget_sellers"])
        await session.run(_SQL["forget_refreshes"])
        for (partner_id,) in await session.all(_SQL["partners"]):
            await session.run(_SQL["give_up_orders"], partner_id=partner_id, reason=_NOT_BUILT, finished_at=now)

    await database.write(work)
