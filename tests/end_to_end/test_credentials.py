"""The published credentials let in who they name, and nobody where a server is no sandbox (SB-02)."""

from pathlib import Path

import pytest

from onhand.client import BadRequest, Forbidden, Unauthorized
from onhand.sandbox.credentials import PUBLISHED
from onhand.sandbox.starting import running_sandbox, settings_of_sandbox
from onhand.wiring.serving import running_server
from tests.conftest import FrozenClock
from tests.end_to_end.serving import (
    ITEM,
    NODE,
    SHELF_ITEM,
    STORE,
    UNTHROTTLED,
    Served,
    client_of,
    provider_key,
    served,
    supplier_key,
)


@pytest.mark.contract("SB-02", "SG-06")
async def test_the_provider_asks_on_behalf_of_the_supplier(sandbox: Served) -> None:
    provider = sandbox.client(supplier=provider_key("awesome-company"))
    assert (await provider.stores.available(STORE, SHELF_ITEM)).supplier == "Awesome Company"
    with pytest.raises(BadRequest):
        await sandbox.client(supplier=provider_key()).stores.available(STORE, SHELF_ITEM)


@pytest.mark.contract("SB-02")
async def test_the_operators_token_opens_the_operators_api(sandbox: Served) -> None:
    assert STORE in [store.store_nbr async for store in sandbox.client().onboarding.stores()]


@pytest.mark.contract("SB-02")
async def test_a_server_that_is_no_sandbox_refuses_them_even_on_a_sandboxs_database(
    folder: Path, clock: FrozenClock
) -> None:
    async with running_sandbox(folder, UNTHROTTLED, clock):
        pass
    settings = settings_of_sandbox(UNTHROTTLED, folder / "sandbox.db")
    async with served(running_server(settings, clock, published=PUBLISHED), clock) as server:
        for key in (supplier_key(), provider_key()):
            with pytest.raises(Forbidden, match="not subscribed"):
                await server.client(supplier=key).stores.available(STORE, SHELF_ITEM)
        with pytest.raises(Unauthorized):
            await server.client().onboarding.stores().collect()


@pytest.mark.contract("SB-02", "SB-03", "SB-04")
async def test_another_mode_refuses_the_published_clients_though_they_stand_in_its_database(
    folder: Path, clock: FrozenClock
) -> None:
    async with served(running_sandbox(folder, UNTHROTTLED, clock), clock) as sandbox:
        known = client_of(sandbox.url, clock)
        assert (await known.tokens.detail()).is_valid
    settings = settings_of_sandbox(UNTHROTTLED, folder / "sandbox.db")
    async with served(running_server(settings, clock, published=PUBLISHED), clock, port=sandbox.port) as server, known:
        for who in ("vendor", "seller", "viewer"):
            with pytest.raises(Unauthorized):
                await server.client(who).tokens.ask()
        with pytest.raises(Unauthorized) as refused:
            await known.tokens.detail()
    # Its token was refused, so that it asked for another.
    assert refused.value.operation == "POST /v3/token"


@pytest.mark.contract("SB-02", "GW-19")
async def test_the_viewer_may_look_and_not_touch(sandbox: Served) -> None:
    viewer = sandbox.client("viewer").inventory
    assert (await viewer.get(gtin=ITEM, ship_node=NODE)).sku
    with pytest.raises(Forbidden) as refused:
        await viewer.set(gtin=ITEM, ship_node=NODE, amount=1)
    assert refused.value.code == "FORBIDDEN.GMP_GATEWAY_API"
    assert (await viewer.get(gtin=ITEM, ship_node=NODE)).quantity.amount == 23


@pytest.mark.contract("SB-01")
async def test_a_kept_sandbox_keeps_what_was_done_to_it(folder: Path, clock: FrozenClock) -> None:
    sale = {"eventId": "1", "eventType": "SALES", "storeNbr": STORE, "gtin": SHELF_ITEM, "quantity": -2}
    async with served(running_sandbox(folder, UNTHROTTLED, clock), clock) as sandbox:
        told = await sandbox.client().operator.post_events([sale | {"occurredAt": "2026-03-05T11:00:00Z"}])
        assert told.accepted == 1, told
    async with served(running_sandbox(folder, UNTHROTTLED, clock), clock) as sandbox:
        shown = await sandbox.client().stores.available(STORE, SHELF_ITEM)
    # 150 before the sale.
    assert shown.quantity == 148
