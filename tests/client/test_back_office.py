"""What an operator asks of the platform by the client: who is let in, centres, the ledger's upkeep, its health."""

from collections.abc import AsyncIterator
from pathlib import Path

import httpx
import pytest

from onhand.client import AsyncClient, Conflict, GatewayClient, NotFound, OperatorToken, Refused, Unauthorized
from onhand.client.results.centres import Centre
from onhand.client.results.operator import Item, ShipNode, Sku, Store
from onhand.sandbox.credentials import credentials
from onhand.sandbox.starting import running_sandbox
from tests.conftest import FrozenClock
from tests.sandbox.conftest import UNTHROTTLED, asked

ITEM, SELLER = "00012947218283", "10000000001"
SHELF_ITEM, STORE = "00044444444444", 45


def operator_over(http: httpx.AsyncClient) -> AsyncClient:
    token = OperatorToken(credentials().operator.token)
    return AsyncClient("http://sandbox", http=http, allow_plain_http=True, operator=token)


@pytest.fixture
async def client(tmp_path: Path, clock: FrozenClock) -> AsyncIterator[AsyncClient]:
    """The operator of a fresh sandbox."""
    async with asked(running_sandbox(tmp_path, UNTHROTTLED, clock)) as http:
        yield operator_over(http)


async def test_consumers_and_the_versions_of_their_keys_are_listed(client: AsyncClient) -> None:
    known = credentials().supplier
    listed = {each.consumer_id: each.partner async for each in client.onboarding.consumers()}
    partner = listed[known.consumer_id]
    (key,) = (await client.onboarding.keys(known.consumer_id).collect()).rows
    assert (key.key_version, key.revoked_at, "PUBLIC KEY" in key.public_key) == (known.key_version, None, True)
    await client.onboarding.revoke_key(known.consumer_id, known.key_version)
    assert [each.revoked_at is None async for each in client.onboarding.keys(known.consumer_id)] == [False]
    assert known.consumer_id in [each.consumer_id async for each in client.onboarding.consumers(partner=partner)]
    assert (await client.onboarding.consumers(partner="nobody").collect()).rows == []


async def test_a_provider_s_suppliers_are_listed(client: AsyncClient) -> None:
    await client.onboarding.add_partner("provider", "helpers", "Helpers")
    await client.onboarding.add_partner("supplier", "acme", "Acme")
    await client.onboarding.associate("helpers", "acme")
    assert [(each.code, each.name) async for each in client.onboarding.suppliers_of("helpers")] == [("acme", "Acme")]


async def test_programs_of_partners_are_listed_without_their_secrets(client: AsyncClient) -> None:
    await client.onboarding.add_client("app", "sandbox-vendor", scopes={"feeds": "view_only"}, secret="s" * 20)
    (app,) = [each async for each in client.onboarding.clients(partner="sandbox-vendor") if each.client_id == "app"]
    assert (app.scopes["feeds"], app.secret, app.revoked_at) == ("view_only", None, None)


async def test_a_program_of_the_operator_is_let_in_listed_and_shut_out(client: AsyncClient) -> None:
    added = await client.onboarding.add_operator_client("tills", token="t" * 20)
    assert (added.client_id, added.source, added.token) == ("tills", "tills", "t" * 20)
    assert ("tills", None) in [(each.client_id, each.token) async for each in client.onboarding.operator_clients()]
    with pytest.raises(Conflict):
        await client.onboarding.add_operator_client("tills", source="other")
    assert (await client.onboarding.revoke_operator_client("tills")).revoked_at
    with pytest.raises(NotFound):
        await client.onboarding.revoke_operator_client("nobody")


async def test_a_program_that_was_shut_out_is_unauthorized(tmp_path: Path, clock: FrozenClock) -> None:
    async with asked(running_sandbox(tmp_path, UNTHROTTLED, clock)) as http:
        client = operator_over(http)
        token = (await client.onboarding.add_operator_client("tills", source="registers")).token
        assert token is not None
        tills = AsyncClient("http://sandbox", http=http, allow_plain_http=True, operator=OperatorToken(token))
        assert (await tills.catalogue.item(ITEM)).gtin == ITEM
        await client.onboarding.revoke_operator_client("tills")
        with pytest.raises(Unauthorized):
            await tills.catalogue.item(ITEM)


async def test_stores_and_ship_nodes_are_put_one_by_one(client: AsyncClient) -> None:
    assert await client.onboarding.put_store(Store(store_nbr=7, name="Seven")) == Store(store_nbr=7, name="Seven")
    with pytest.raises(Conflict):
        await client.onboarding.put_store(Store(store_nbr=7, name="Eight"))
    node = ShipNode(node="n-7", name="Node", partner=SELLER)
    assert await client.onboarding.put_ship_node(node) == node
    await client.onboarding.set_default_node(SELLER, "n-7")
    assert [each.node async for each in client.onboarding.ship_nodes(partner=SELLER) if each.default] == ["n-7"]


async def test_what_is_left_out_of_an_item_that_is_put_is_cleared(client: AsyncClient) -> None:
    await client.catalogue.add_items([Item(gtin="00011111111116", name="Oat drink", cid="C-1")])
    put = await client.catalogue.put_item(Item(gtin="00011111111116", name="Oat drink, 1 l"))
    assert (put.name, put.cid) == ("Oat drink, 1 l", None)
    assert await client.catalogue.item("00011111111116") == put


@pytest.mark.contract("GW-03")
async def test_who_acted_for_a_seller_does_not_once_that_has_ended(tmp_path: Path, clock: FrozenClock) -> None:
    async with asked(running_sandbox(tmp_path, UNTHROTTLED, clock)) as http:
        operator = operator_over(http)
        await operator.onboarding.add_partner("provider", "helpers", "Helpers")
        await operator.onboarding.add_client("helper", "helpers", secret="s" * 20)
        code = (await operator.onboarding.issue_code("helper", SELLER)).code
        helper = GatewayClient(client_id="helper", client_secret="s" * 20, partner_id=SELLER)
        asking = AsyncClient("http://sandbox", http=http, allow_plain_http=True, gateway=helper)
        shown = await asking.tokens.redeem(code)
        helper = GatewayClient(
            client_id="helper", client_secret="s" * 20, partner_id=SELLER, refresh_token=shown.refresh_token
        )
        asking = AsyncClient("http://sandbox", http=http, allow_plain_http=True, gateway=helper)
        assert (await asking.tokens.detail()).is_valid
        await operator.onboarding.end_delegation("helper", SELLER)
        with pytest.raises(Refused):
            await asking.inventory.get(sku="SELLER-MUG-01")


async def test_centres_are_made_known_and_their_units_are_read(client: AsyncClient) -> None:
    assert (await client.centres.add([Centre(node="c-1", name="One")])).added == 1
    put = await client.centres.put(Centre(node="c-2", name="Two"))
    assert (put.node, put.reporting_zone) == ("c-2", "America/Los_Angeles")
    assert {"c-1", "c-2"} <= {each.node async for each in client.centres.list()}
    await client.catalogue.add_skus([Sku(gtin=ITEM, seller=SELLER, sku="TABLE")])
    received = {
        "eventId": "e-1",
        "eventType": "RECEIVED",
        "node": "c-1",
        "partnerId": SELLER,
        "gtin": ITEM,
        "quantity": 5,
        "occurredAt": "2026-03-05T11:00:00Z",
    }
    assert (await client.operator.post_events([received])).accepted == 1
    (stock,) = (await client.centres.stock("c-1", SELLER, ITEM)).stock
    (row,) = (await client.centres.history("c-1", SELLER, ITEM, event_type="RECEIVED").collect()).rows
    assert (int(stock.quantity), int(row.balance), row.event_id) == (5, 5, "e-1")
    before = await client.centres.stock("c-1", SELLER, ITEM, as_of="2026-03-05T10:00:00Z")
    assert [int(each.quantity) for each in before.stock] in ([], [0])


async def test_the_reconciliation_says_how_far_it_is(client: AsyncClient) -> None:
    status = await client.centres.reconciliation()
    assert status.shown is not None
    assert (status.shown.last_day, status.closed_to) == ("2026-03-03", "2026-02")
    assert {each.done for each in status.centres} == {True}


async def test_a_command_on_the_ledger_that_is_repeated_raises_nothing_twice(client: AsyncClient) -> None:
    raised = [(await client.operator.refresh("r-1", SHELF_ITEM, store_nbr=STORE)).raised for _ in range(2)]
    days = ("2023-02-16T00:00:00Z", "2023-02-23T00:00:00Z")
    replayed = [(await client.operator.replay("r-2", SHELF_ITEM, *days, store_nbr=STORE)).raised for _ in range(2)]
    assert (raised, replayed[0] > 0, replayed[1]) == ([1, 0], True, 0)
    newest = await anext(aiter(client.operator.history(STORE, SHELF_ITEM, event_type="INRF")))
    assert int(newest.quantity) == 0
    assert (await client.operator.housekeeping()).transfers_finished == 0


async def test_a_server_tells_of_itself_without_credentials(tmp_path: Path, clock: FrozenClock) -> None:
    async with asked(running_sandbox(tmp_path, UNTHROTTLED, clock)) as http:
        anybody = AsyncClient("http://sandbox", http=http, allow_plain_http=True)
        assert (await anybody.server.alive()).status == "alive"
        assert (await anybody.server.ready()).revision.isdigit()
        assert "# HELP" in await anybody.server.metrics()
        assert (await anybody.server.problem("not-found")).status == 404
        with pytest.raises(NotFound, match="no such kind"):
            await anybody.server.problem("nothing-of-it")
