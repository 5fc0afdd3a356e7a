"""Fulfilment centres are made known, keep their names, and share no code with a ship node."""

import pytest

from onhand.basics.refusal import Refusal
from onhand.dropship.nodes import add_ship_node
from onhand.fulfilment.centres import CentresAdded, NewCentre, add_centres, all_centres, list_centres
from onhand.partners.onboarding import add_partner
from onhand.stock.locations import Location
from onhand.stock.vocabulary import RETAILER_ID
from onhand.store.database import Database
from tests.conftest import FrozenClock

pytestmark = pytest.mark.contract("OP-01")

WEST, EAST = NewCentre("LAX1", "Los Angeles 1"), NewCentre("EWR1", "Newark 1")


async def test_a_centre_is_the_retailers_and_its_months_are_pacific(database: Database, clock: FrozenClock) -> None:
    assert await add_centres(database, clock, [WEST]) == CentresAdded(1, 0)
    (found,) = await all_centres(database)
    expected = Location(
        found.location_id, "fulfilment_centre", "LAX1", "Los Angeles 1", RETAILER_ID, "America/Los_Angeles"
    )
    assert found == expected


async def test_a_centre_added_again_by_its_name_stays_as_it_is(database: Database, clock: FrozenClock) -> None:
    await add_centres(database, clock, [WEST])
    assert await add_centres(database, clock, [WEST, EAST, EAST]) == CentresAdded(1, 1)


async def test_centres_are_listed_by_their_codes_in_pages(database: Database, clock: FrozenClock) -> None:
    await add_centres(database, clock, [WEST, EAST])
    first = await list_centres(database, rows_max=1)
    second = await list_centres(database, after=first[0].code)
    assert [centre.code for centre in (*first, *second)] == ["EWR1", "LAX1"]


@pytest.mark.parametrize(
    ("new", "code", "field"),
    [
        (NewCentre("LAX1", "Elsewhere"), "conflict", "node"),
        (NewCentre("N1", "A ship node's code"), "conflict", "node"),
        (NewCentre("", "No code"), "invalid_code", "node"),
        (NewCentre("a/b", "No code"), "invalid_code", "node"),
        (NewCentre("SEA1", " "), "invalid_name", "name"),
        (NewCentre("EWR1", "Newark 2"), "conflict", "node"),
    ],
)
async def test_centres_are_added_all_or_none(
    database: Database, clock: FrozenClock, new: NewCentre, code: str, field: str
) -> None:
    await add_centres(database, clock, [WEST])
    await add_partner(database, clock, kind="seller", code="shop", name="Shop")
    await add_ship_node(database, clock, code="N1", name="Node", partner_code="shop")
    refusal = await add_centres(database, clock, [EAST, new])
    assert isinstance(refusal, Refusal)
    assert (refusal.code, refusal.field) == (code, field)
    assert [centre.code for centre in await all_centres(database)] == ["LAX1"]


async def test_a_ship_node_takes_no_centres_code(database: Database, clock: FrozenClock) -> None:
    await add_centres(database, clock, [WEST])
    await add_partner(database, clock, kind="seller", code="shop", name="Shop")
    refusal = await add_ship_node(database, clock, code="LAX1", name="Node", partner_code="shop")
    assert isinstance(refusal, Refusal)
    assert (refusal.code, refusal.field) == ("conflict", "node")
