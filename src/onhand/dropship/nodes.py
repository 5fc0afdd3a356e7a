"""Ship nodes: the facilities from which drop-ship vendors and sellers send what customers order (OP-01).

Everything here may be said again, as in `partners.onboarding`: a node that stands already in the same words is left as
it is. A node's code is unique over all of them, and who has one already is nobody's business but its owner's.
"""

from collections.abc import Mapping, Sequence
from pathlib import Path

import msgspec

from onhand.basics.clock import Clock
from onhand.basics.refusal import Refusal
from onhand.partners.checks import refused_code, refused_name, unknown_partner
from onhand.stock.locations import SHIP_NODE, Location, NewLocation, insert_locations
from onhand.store.database import Database, RunAgain, Session
from onhand.store.queries import Queries, json_list

_SQL = Queries(Path(__file__).with_name("nodes.sql"))
SELLER = "seller"
OWNER_KINDS = ("supplier", SELLER)
NODE_ZONE = "UTC"


class NewShipNode(msgspec.Struct, frozen=True):
    """A ship node that is to be known: its code, a name to show, and the code of the partner whose it is."""

    code: str
    name: str
    partner_code: str


class ShipNode(msgspec.Struct, frozen=True):
    """A ship node as it is known; `is_default` where it is the one meant when its seller's call names none."""

    code: str
    name: str
    partner_code: str
    is_default: bool


class ShipNodesAdded(msgspec.Struct, frozen=True):
    """How many nodes are new, and how many were known already."""

    added: int
    known: int


class _Owner(msgspec.Struct, frozen=True):
    kind: str
    partner_id: int


class _DefaultRow(msgspec.Struct, frozen=True):
    partner_id: int
    location_id: int


async def add_ship_node(
    database: Database, clock: Clock, *, code: str, name: str, partner_code: str
) -> Location | Refusal:
    """Make one ship node known. A seller's first one becomes its default."""
    added = await _add(database, clock, [NewShipNode(code, name, partner_code)])
    return added if isinstance(added, Refusal) else added[1][code]


async def add_ship_nodes(database: Database, clock: Clock, nodes: Sequence[NewShipNode]) -> ShipNodesAdded | Refusal:
    """Make ship nodes known, all or none. A seller's first one becomes its default."""
    added = await _add(database, clock, nodes)
    return added if isinstance(added, Refusal) else added[0]


async def set_default_node(database: Database, *, partner_code: str, code: str) -> Refusal | None:
    """Choose the node that is meant where a seller's call names none (DS-14)."""

    async def work(session: Session) -> Refusal | None:
        owner = await _owner(session, partner_code)
        if isinstance(owner, Refusal):
            return owner
        if owner.kind != SELLER:
            message = (
                f"“{partner_code}” is a {owner.kind}: only sellers have a default, others name the node each time."
            )
            return Refusal("invalid_kind", "partner", message)
        node = (await _nodes_with_codes(session, [code])).get(code)
        if node is None or node.partner_id != owner.partner_id:
            return Refusal("unknown_node", "node", f"“{partner_code}” has no ship node “{code[:80]}”: add it first.")
        named = {"partner_id": owner.partner_id, "location_id": node.location_id}
        await session.run(_SQL["forget_default_node"], partner_id=owner.partner_id)
        if await session.run(_SQL["set_default_node"], **named) == 0:
            # Another choice was made since, which the deletion did not see yet.
            raise RunAgain
        return None

    return await database.write(work)


async def nodes_of(reader: Session | Database, partner_id: int) -> list[Location]:
    """The ship nodes of a partner, in the order of their codes."""
    return [Location(*row) for row in await reader.all(_SQL["nodes_of"], partner_id=partner_id)]


async def default_node(reader: Session | Database, partner_id: int) -> Location | None:
    """The node that is meant where a partner's call names none, None where it has no such node."""
    row = await reader.one(_SQL["default_node"], partner_id=partner_id)
    return Location(*row) if row else None


async def list_ship_nodes(
    database: Database, *, partner_code: str | None = None, after: str = "", rows_max: int = 1000
) -> list[ShipNode]:
    """Ship nodes, of one partner or of all, in the order of their codes from the one after `after` on."""
    if partner_code is None:
        rows = await database.all(_SQL["list_ship_nodes"], after=after, rows_max=rows_max)
    else:
        named = {"partner_code": partner_code, "after": after}
        rows = await database.all(_SQL["list_ship_nodes_of"], **named, rows_max=rows_max)
    return [ShipNode(code, name, owner, default is not None) for code, name, owner, default in rows]


async def _add(
    database: Database, clock: Clock, nodes: Sequence[NewShipNode]
) -> tuple[ShipNodesAdded, dict[str, Location]] | Refusal:
    wanted = _checked(nodes)
    if isinstance(wanted, Refusal):
        return wanted

    async def work(session: Session) -> tuple[ShipNodesAdded, dict[str, Location]] | Refusal:
        owners = await _owners(session, [node.partner_code for node in wanted.values()])
        if isinstance(owners, Refusal):
            return owners
        taken = await session.one(_SQL["centres_with_codes"], codes=json_list(wanted))
        if taken:
            said = f"There is a fulfilment centre “{taken[0]}”, and events name both in node: choose another code."
            return Refusal("conflict", "node", said)
        found = await _nodes_with_codes(session, list(wanted))
        for code, location in found.items():
            if (location.name, location.partner_id) != (
                wanted[code].name,
                owners[wanted[code].partner_code].partner_id,
            ):
                return _conflict(code)
        new = [
            NewLocation(SHIP_NODE, code, node.name, owners[node.partner_code].partner_id, NODE_ZONE)
            for code, node in wanted.items()
            if code not in found
        ]
        made = await insert_locations(session, new, clock())
        sellers = {owner.partner_id for owner in owners.values() if owner.kind == SELLER}
        await _give_defaults(session, made, sellers)
        return ShipNodesAdded(len(made), len(found)), found | {location.code: location for location in made}

    return await database.write(work)


def _checked(nodes: Sequence[NewShipNode]) -> dict[str, NewShipNode] | Refusal:
    """The nodes by their codes."""
    wanted: dict[str, NewShipNode] = {}
    for node in nodes:
        refusal = refused_code("node", node.code) or refused_name(node.name)
        if refusal:
            return refusal
        if wanted.setdefault(node.code, node) != node:
            return Refusal("conflict", "node", f"The ship node “{node.code}” is given twice, in different words.")
    return wanted


def _conflict(code: str) -> Refusal:
    # It may be another partner's: its name and owner are not told.
    message = f"There is a ship node “{code}” already, by another name or of another partner: choose another code."
    return Refusal("conflict", "node", message)


async def _give_defaults(session: Session, made: Sequence[Location], sellers: set[int]) -> None:
    firsts: dict[int, int] = {}
    for location in made:
        if location.partner_id in sellers:
            firsts.setdefault(location.partner_id, location.location_id)
    rows = [_DefaultRow(partner_id, location_id) for partner_id, location_id in sorted(firsts.items())]
    if rows:
        await session.run_rows(_SQL["first_default_node"], rows)


async def _owner(session: Session, partner_code: str) -> _Owner | Refusal:
    owners = await _owners(session, [partner_code])
    return owners if isinstance(owners, Refusal) else owners[partner_code]


async def _owners(session: Session, partner_codes: Sequence[str]) -> Mapping[str, _Owner] | Refusal:
    """Those who may own ship nodes, by their codes."""
    rows = await session.all(_SQL["owners_with_codes"], codes=json_list(partner_codes))
    owners = {code: _Owner(kind, partner_id) for code, kind, partner_id in rows}
    for code in partner_codes:
        if code not in owners:
            return unknown_partner("partner", code)
        if owners[code].kind not in OWNER_KINDS:
            message = f"“{code}” is a {owners[code].kind}: a ship node belongs to a supplier or a seller."
            return Refusal("invalid_kind", "partner", message)
    return owners


async def _nodes_with_codes(session: Session, codes: Sequence[str]) -> dict[str, Location]:
    found = [Location(*row) for row in await session.all(_SQL["nodes_with_codes"], codes=json_list(codes))]
    return {location.code: location for location in found}
