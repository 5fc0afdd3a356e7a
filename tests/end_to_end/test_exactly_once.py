"""Through a line that breaks at random, in front of the real platform: what is written is written once."""

from collections.abc import Iterator

import pytest

from onhand.client import ActionLine, Client, FeedRow, Policy
from tests.client.rogue import Rogue
from tests.client.world import World
from tests.end_to_end.line import Line
from tests.end_to_end.published import ITEM, NODE, SHELF_ITEM, STORE, gateway_client, operator_token, supplier_key
from tests.processes import sandbox_process

WRITES = 12


@pytest.fixture(scope="module")
def platform() -> Iterator[str]:
    """The URL of a sandbox in a process of its own."""
    with sandbox_process() as url:
        yield url


def client_of(url: str, world: World | None = None) -> Client:
    """A client of everything, with the sandbox's credentials."""
    options = {"sleep": world.sleep, "monotonic": world.monotonic} if world else {}
    return Client(
        url,
        gateway=gateway_client("vendor"),
        supplier=supplier_key(),
        operator=operator_token(),
        policy=Policy(deadline_seconds=10_000.0, attempts_max=10),
        **options,
    )


@pytest.fixture(params=range(3))
def broken(request: pytest.FixtureRequest, platform: str) -> Iterator[tuple[Client, Client, Line]]:
    """A client over the broken line, one over a good one, and the line."""
    with client_of(platform) as direct:
        token = direct.tokens.ask().access_token
        line = Line(platform, token, request.param)
        with Rogue(line).running() as rogue, client_of(rogue.url, World()) as over_line:
            yield over_line, direct, line


def test_units_that_a_supplier_brings_arrive_once(broken: tuple[Client, Client, Line]) -> None:
    over_line, direct, line = broken
    before = direct.stores.available(STORE, SHELF_ITEM).quantity
    for _ in range(WRITES):
        outcome = over_line.stores.send_action("ARRIVAL", STORE, [ActionLine(gtin=SHELF_ITEM, quantity=1)])
        assert [each.status for each in outcome.line_info] == ["ACCEPTED"]
    assert direct.stores.available(STORE, SHELF_ITEM).quantity == before + WRITES
    assert line.troubles > WRITES


def test_feeds_are_taken_once(broken: tuple[Client, Client, Line]) -> None:
    over_line, direct, line = broken
    before = len(direct.feeds.list().to_list())
    sent = [over_line.feeds.submit([FeedRow(product_id=ITEM, ship_node=NODE, quantity=n)]) for n in range(WRITES)]
    assert len(set(sent)) == WRITES
    listed = [feed.feed_id for feed in direct.feeds.list()]
    assert (len(listed), set(sent) <= set(listed)) == (before + WRITES, True)
    assert line.troubles > WRITES


def test_orders_hold_their_units_once(broken: tuple[Client, Client, Line], request: pytest.FixtureRequest) -> None:
    over_line, direct, line = broken
    direct.inventory.set(gtin=ITEM, ship_node=NODE, amount=1_000)
    (node,) = direct.inventory.item(ITEM, ship_node=NODE).nodes
    held = node.reserved_qty.amount if node.reserved_qty else 0
    for number in range(WRITES):
        order = f"{request.node.name}-{number}"
        entry = {"eventId": order, "orderId": order, "node": NODE, "lines": [{"gtin": ITEM, "quantity": 2}]}
        (result,) = over_line.operator.reserve([entry]).results
        # Where the answer was lost, the repeat is told that it stands.
        assert result.status in ("accepted", "duplicate"), result
    (node,) = direct.inventory.item(ITEM, ship_node=NODE).nodes
    assert node.reserved_qty is not None
    assert node.reserved_qty.amount == (held or 0) + 2 * WRITES
    assert line.troubles > WRITES


def test_an_update_of_inventory_is_answered_as_the_first_time_and_read_back(
    broken: tuple[Client, Client, Line],
) -> None:
    over_line, direct, _ = broken
    for amount in range(500, 500 + WRITES):
        assert over_line.inventory.set(gtin=ITEM, ship_node=NODE, amount=amount).quantity.amount == amount
        assert direct.inventory.get(gtin=ITEM, ship_node=NODE).quantity.amount == amount
        assert over_line.inventory.get(gtin=ITEM, ship_node=NODE).quantity.amount == amount
