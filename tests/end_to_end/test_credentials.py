"""The published credentials let in who they name, and nobody where a server is no sandbox (SB-02)."""

from collections.abc import Iterator
from pathlib import Path
from urllib.parse import urlsplit

import pytest

from onhand.client import BadRequest, Client, Forbidden, Unauthorized
from onhand.testing import LocalSandbox, local_sandbox
from tests.end_to_end.published import (
    ITEM,
    NODE,
    SHELF_ITEM,
    STORE,
    gateway_client,
    operator_token,
    provider_key,
    supplier_key,
)
from tests.processes import Server, process


@pytest.fixture(scope="module")
def elsewhere(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Client]:
    """A client with a token that a sandbox gave it, once a server that is none serves the same data in its place."""
    folder = tmp_path_factory.mktemp("elsewhere")
    with local_sandbox(folder) as sandbox:
        known = Client(
            sandbox.url, gateway=gateway_client("vendor"), supplier=supplier_key(), operator=operator_token()
        )
        assert known.tokens.detail().is_valid
    environ = {"ONHAND_DATABASE_URL": f"sqlite:///{folder / 'sandbox.db'}", "ONHAND_DATA_DIRECTORY": str(folder)}
    port = str(urlsplit(known.base_url).port)
    with known, process("serve", "--port", port, "--no-throttle", **environ) as parent:
        assert Server(parent, environ).url == known.base_url
        yield known


@pytest.mark.contract("SB-02", "SG-06")
def test_the_provider_asks_on_behalf_of_the_supplier(sandbox: LocalSandbox) -> None:
    assert sandbox.provider.stores.available(STORE, SHELF_ITEM).supplier == "Awesome Company"
    with pytest.raises(BadRequest):
        sandbox.connect("provider", supplier=provider_key()).stores.available(STORE, SHELF_ITEM)


@pytest.mark.contract("SB-02")
def test_the_operators_token_opens_the_operators_api(sandbox: LocalSandbox) -> None:
    assert STORE in [store.store_nbr for store in sandbox.operator.onboarding.stores()]


@pytest.mark.contract("SB-02")
def test_a_server_that_is_no_sandbox_refuses_them_even_on_a_sandboxs_database(elsewhere: Client) -> None:
    for key in (supplier_key(), provider_key()):
        with Client(elsewhere.base_url, supplier=key) as signer, pytest.raises(Forbidden, match="not subscribed"):
            signer.stores.available(STORE, SHELF_ITEM)
    with pytest.raises(Unauthorized):
        elsewhere.onboarding.stores().to_list()


@pytest.mark.contract("SB-02", "SB-03", "SB-04")
def test_another_mode_refuses_the_published_clients_though_they_stand_in_its_database(elsewhere: Client) -> None:
    for who in ("vendor", "seller", "viewer"):
        with Client(elsewhere.base_url, gateway=gateway_client(who)) as client, pytest.raises(Unauthorized):
            client.tokens.ask()
    with pytest.raises(Unauthorized) as refused:
        elsewhere.tokens.detail()
    # Its token was refused, so that it asked for another.
    assert refused.value.operation == "POST /v3/token"


@pytest.mark.contract("SB-02", "GW-19")
def test_the_viewer_may_look_and_not_touch(sandbox: LocalSandbox) -> None:
    inventory = sandbox.viewer.inventory
    assert inventory.get(gtin=ITEM, ship_node=NODE).sku
    with pytest.raises(Forbidden) as refused:
        inventory.set(gtin=ITEM, ship_node=NODE, amount=1)
    assert refused.value.code == "FORBIDDEN.GMP_GATEWAY_API"
    assert inventory.get(gtin=ITEM, ship_node=NODE).quantity.amount == 23


@pytest.mark.contract("SB-01")
def test_a_kept_sandbox_keeps_what_was_done_to_it(tmp_path: Path) -> None:
    sale = {"eventType": "SALES", "storeNbr": STORE, "gtin": SHELF_ITEM, "quantity": -2}
    with local_sandbox(tmp_path) as sandbox:
        assert sandbox.post_events(sale).accepted == 1
    with local_sandbox(tmp_path) as sandbox:
        # 150 before the sale.
        assert sandbox.supplier.stores.available(STORE, SHELF_ITEM).quantity == 148
