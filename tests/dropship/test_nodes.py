"""Ship nodes are made known, keep their owner, and one of a seller's is meant where none is named."""

import asyncio

import pytest

from onhand.basics.refusal import Refusal
from onhand.dropship.nodes import (
    NewShipNode,
    ShipNode,
    ShipNodesAdded,
    add_ship_node,
    add_ship_nodes,
    default_node,
    list_ship_nodes,
    nodes_of,
    set_default_node,
)
from onhand.partners.onboarding import Partner, add_partner
from onhand.stock.locations import Location, Locations, NewStore, add_stores
from onhand.store.database import Database
from tests.conftest import FrozenClock

pytestmark = pytest.mark.contract("OP-01")


async def partner(database: Database, clock: FrozenClock, kind: str, code: str) -> Partner:
    """A partner that has been made known."""
    added = await add_partner(database, clock, kind=kind, code=code, name=f"The {kind} {code}")
    assert isinstance(added, Partner)
    return added


async def node(database: Database, clock: FrozenClock, code: str, owner: str) -> Location:
    """A ship node that has been made known."""
    added = await add_ship_node(database, clock, code=code, name=f"Node {code}", partner_code=owner)
    assert isinstance(added, Location)
    return added


def refused(answer: object) -> tuple[str, str]:
    """The code and field of a refusal."""
    assert isinstance(answer, Refusal)
    assert answer.message
    return answer.code, answer.field


async def test_a_node_has_its_owner_and_is_found_by_its_code(database: Database, clock: FrozenClock) -> None:
    vendor = await partner(database, clock, "supplier", "acme")
    added = await node(database, clock, "722222222", "acme")
    assert added == Location(added.location_id, "ship_node", "722222222", "Node 722222222", vendor.partner_id, "UTC")
    assert await Locations(database).find("ship_node", "722222222") == added


async def test_a_node_added_again_in_the_same_words_stays_as_it_is(database: Database, clock: FrozenClock) -> None:
    await partner(database, clock, "supplier", "acme")
    first = await node(database, clock, "N1", "acme")
    assert await node(database, clock, "N1", "acme") == first


@pytest.mark.parametrize(("name", "owner"), [("Other", "acme"), ("Node N1", "rival")])
async def test_a_known_code_in_other_words_is_a_conflict_that_tells_nothing_of_it(
    database: Database, clock: FrozenClock, name: str, owner: str
) -> None:
    vendor = await partner(database, clock, "supplier", "acme")
    await partner(database, clock, "supplier", "rival")
    first = await node(database, clock, "N1", "acme")
    answer = await add_ship_node(database, clock, code="N1", name=name, partner_code=owner)
    assert refused(answer) == ("conflict", "node")
    assert isinstance(answer, Refusal)
    assert "acme" not in answer.message
    assert "Node N1" not in answer.message
    assert await nodes_of(database, vendor.partner_id) == [first]


@pytest.mark.parametrize(
    ("code", "name", "owner", "said"),
    [
        ("", "A", "acme", ("invalid_code", "node")),
        ("a/b", "A", "acme", ("invalid_code", "node")),
        ("..", "A", "acme", ("invalid_code", "node")),
        ("n" * 65, "A", "acme", ("invalid_code", "node")),
        ("N1", " ", "acme", ("invalid_name", "name")),
        ("N1", "A", "nobody", ("unknown_partner", "partner")),
        ("N1", "A", "helper", ("invalid_kind", "partner")),
        ("N1", "A", "retailer", ("invalid_kind", "partner")),
    ],
)
async def test_what_is_no_node_is_refused(
    sqlite_database: Database, clock: FrozenClock, code: str, name: str, owner: str, said: tuple[str, str]
) -> None:
    await partner(sqlite_database, clock, "supplier", "acme")
    await partner(sqlite_database, clock, "provider", "helper")
    assert refused(await add_ship_node(sqlite_database, clock, code=code, name=name, partner_code=owner)) == said
    assert await list_ship_nodes(sqlite_database) == []


async def test_many_nodes_are_added_all_or_none(database: Database, clock: FrozenClock) -> None:
    await partner(database, clock, "supplier", "acme")
    one, two = NewShipNode("N1", "One", "acme"), NewShipNode("N2", "Two", "acme")
    unowned = NewShipNode("N3", "Three", "nobody")
    assert refused(await add_ship_nodes(database, clock, [one, unowned])) == ("unknown_partner", "partner")
    assert await list_ship_nodes(database) == []
    assert await add_ship_nodes(database, clock, [one]) == ShipNodesAdded(1, 0)
    assert await add_ship_nodes(database, clock, [two, one]) == ShipNodesAdded(1, 1)
    assert refused(await add_ship_nodes(database, clock, [one, NewShipNode("N1", "Eins", "acme")])) == (
        "conflict",
        "node",
    )


async def test_a_store_of_the_same_code_is_another_place(database: Database, clock: FrozenClock) -> None:
    await partner(database, clock, "supplier", "acme")
    await add_stores(database, clock, [NewStore(45, "Node 45")])
    added = await node(database, clock, "45", "acme")
    store = await Locations(database).store(45)
    assert store is not None
    assert store.location_id != added.location_id


@pytest.mark.contract("DS-14")
async def test_a_sellers_first_node_is_its_default_until_another_is_chosen(
    database: Database, clock: FrozenClock
) -> None:
    seller = await partner(database, clock, "seller", "shop")
    assert await default_node(database, seller.partner_id) is None
    nodes = [NewShipNode("N2", "Two", "shop"), NewShipNode("N1", "One", "shop")]
    assert await add_ship_nodes(database, clock, nodes) == ShipNodesAdded(2, 0)
    first, second = await nodes_of(database, seller.partner_id)
    assert (first.code, second.code) == ("N1", "N2")
    assert await default_node(database, seller.partner_id) == second
    assert await set_default_node(database, partner_code="shop", code="N1") is None
    assert await default_node(database, seller.partner_id) == first
    await node(database, clock, "N3", "shop")
    assert await database.read(lambda session: default_node(session, seller.partner_id)) == first


async def test_of_choices_made_at_once_one_stands(database: Database, clock: FrozenClock) -> None:
    seller = await partner(database, clock, "seller", "shop")
    codes = [f"N{number}" for number in range(1, 6)]
    for code in codes:
        await node(database, clock, code, "shop")
    chosen = await asyncio.gather(*(set_default_node(database, partner_code="shop", code=code) for code in codes))
    assert chosen == [None] * 5
    assert await default_node(database, seller.partner_id) in await nodes_of(database, seller.partner_id)


async def test_a_vendors_nodes_have_no_default(database: Database, clock: FrozenClock) -> None:
    vendor = await partner(database, clock, "supplier", "acme")
    await node(database, clock, "N1", "acme")
    assert await default_node(database, vendor.partner_id) is None
    assert refused(await set_default_node(database, partner_code="acme", code="N1")) == ("invalid_kind", "partner")


async def test_anothers_node_is_refused_as_default_just_as_an_unknown_one(
    database: Database, clock: FrozenClock
) -> None:
    await partner(database, clock, "seller", "shop")
    await partner(database, clock, "seller", "rival")
    await node(database, clock, "N1", "rival")
    foreign = await set_default_node(database, partner_code="shop", code="N1")
    unknown = await set_default_node(database, partner_code="shop", code="N9")
    assert refused(foreign) == refused(unknown) == ("unknown_node", "node")
    assert isinstance(foreign, Refusal)
    assert isinstance(unknown, Refusal)
    assert foreign.message.replace("N1", "N9") == unknown.message


async def test_nodes_are_listed_page_by_page_with_their_owners(database: Database, clock: FrozenClock) -> None:
    await partner(database, clock, "seller", "shop")
    await partner(database, clock, "supplier", "acme")
    for code, owner in (("N3", "shop"), ("N1", "acme"), ("N2", "shop")):
        await node(database, clock, code, owner)
    every = [
        ShipNode("N1", "Node N1", "acme", is_default=False),
        ShipNode("N2", "Node N2", "shop", is_default=False),
        ShipNode("N3", "Node N3", "shop", is_default=True),
    ]
    assert await list_ship_nodes(database, rows_max=2) == every[:2]
    assert await list_ship_nodes(database, after="N2") == every[2:]
    assert await list_ship_nodes(database, partner_code="shop") == every[1:]
    assert await list_ship_nodes(database, partner_code="shop", after="N2") == every[2:]
    assert await list_ship_nodes(database, partner_code="nobody") == []


async def test_writers_that_add_nodes_at_once_give_each_its_own_id(database: Database, clock: FrozenClock) -> None:
    seller = await partner(database, clock, "seller", "shop")
    added = await asyncio.gather(*(node(database, clock, f"N{number}", "shop") for number in range(1, 7)))
    assert len({location.location_id for location in added}) == 6
    assert await default_node(database, seller.partner_id) in added
