"""Fulfilment centres: where the retailer keeps sellers' units and sends them from (OP-01).

Everything here may be said again: a centre that stands already by the same name is left as it is.
"""

from collections.abc import Sequence
from pathlib import Path

import msgspec

from onhand.basics.clock import Clock
from onhand.basics.refusal import Refusal
from onhand.partners.checks import refused_code, refused_name
from onhand.stock.locations import CENTRE_ZONE, FULFILMENT_CENTRE, Location, NewLocation, insert_locations
from onhand.stock.vocabulary import RETAILER_ID
from onhand.store.database import Database, Session
from onhand.store.queries import Queries, json_list

_SQL = Queries(Path(__file__).with_name("centres.sql"))


class NewCentre(msgspec.Struct, frozen=True):
    """A fulfilment centre that is to be known: its code, as events name it, and the name that sellers see."""

    code: str
    name: str


class CentresAdded(msgspec.Struct, frozen=True):
    """How many centres are new, and how many were known already."""

    added: int
    known: int


async def add_centres(database: Database, clock: Clock, centres: Sequence[NewCentre]) -> CentresAdded | Refusal:
    """Make fulfilment centres known, all or none. The retailer runs them; whose the units are, each event says."""
    wanted = _checked(centres)
    if isinstance(wanted, Refusal):
        return wanted

    async def work(session: Session) -> CentresAdded | Refusal:
        rows = await session.all(_SQL["nodes_and_centres_with_codes"], codes=json_list(wanted))
        for kind, code, name in rows:
            if kind != FULFILMENT_CENTRE:
                said = f"There is a ship node “{code}”, and events name both in node: choose another code."
                return Refusal("conflict", "node", said)
            if name != wanted[code]:
                return Refusal("conflict", "node", f"The centre “{code}” is known already, by the name “{name}”.")
        known = {code for _, code, _ in rows}
        new = [
            NewLocation(FULFILMENT_CENTRE, code, name, RETAILER_ID, CENTRE_ZONE)
            for code, name in wanted.items()
            if code not in known
        ]
        made = await insert_locations(session, new, clock())
        return CentresAdded(len(made), len(known))

    return await database.write(work)


async def list_centres(database: Database, *, after: str = "", rows_max: int = 1000) -> list[Location]:
    """Fulfilment centres in the order of their codes, from the one after `after` on."""
    rows = await database.all(_SQL["list_centres"], after=after, rows_max=rows_max)
    return [Location(*row) for row in rows]


async def all_centres(reader: Session | Database) -> list[Location]:
    """Every fulfilment centre, in the order of their codes."""
    return [Location(*row) for row in await reader.all(_SQL["all_centres"])]


def _checked(centres: Sequence[NewCentre]) -> dict[str, str] | Refusal:
    """The names of the centres by their codes."""
    wanted: dict[str, str] = {}
    for centre in centres:
        refusal = refused_code("node", centre.code) or refused_name(centre.name)
        if refusal:
            return refusal
        if wanted.setdefault(centre.code, centre.name) != centre.name:
            return Refusal("conflict", "node", f"The centre “{centre.code}” is given twice, with different names.")
    return wanted
