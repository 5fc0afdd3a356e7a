"""Every operation that is served has a method in the client, which sends what the OpenAPI document says."""

import re
from collections.abc import Callable
from contextlib import suppress
from datetime import date, timedelta
from pathlib import Path
from typing import Any, NamedTuple

import httpx

from onhand.client import AsyncClient, Client, GatewayClient, OnhandError, OperatorToken, Polling, SupplierKey
from onhand.client.operations import Group
from onhand.client.results.centres import Centre
from onhand.client.results.money import MoneyKind
from onhand.client.results.operator import Item, ShipNode, Store
from onhand.sandbox.credentials import credentials
from onhand.sandbox.starting import running_sandbox
from tests.conftest import FrozenClock
from tests.sandbox.conftest import UNTHROTTLED, asked

GTIN, NODE, SELLER, STORE = "00012947218283", "123456701", "10000000001", 45
MAY = (date(2024, 5, 1), date(2024, 5, 31))
QUICKLY = Polling(first_seconds=0.01, seconds_max=0.05)

Ask = Callable[[AsyncClient, Path], Any]
# What is sent is looked at, not what is answered: other tests have the answers.
CALLS: dict[str, Ask] = {
    "getAvailable": lambda client, _: client.stores.available(STORE, GTIN),
    "getInventoryStatus": lambda client, _: client.stores.status(STORE, [GTIN]),
    "getTransactionHistory": lambda client, _: client.stores.history(STORE, GTIN),
    "postInventoryAction": lambda client, _: client.stores.send_action("DSD_DELIVERY", STORE, []),
    "getAccessToken": lambda client, _: client.tokens.ask(),
    "getTokenDetail": lambda client, _: client.tokens.detail(),
    "getInventory": lambda client, _: client.inventory.get(gtin=GTIN),
    "putInventory": lambda client, _: client.inventory.set(sku="A", amount=1),
    "updateInventory": lambda client, _: client.inventory.set(gtin=GTIN, amount=1),
    "getItemInventory": lambda client, _: client.inventory.item(GTIN),
    "putItemInventory": lambda client, _: client.inventory.set_nodes("A", {NODE: 1}),
    "listInventories": lambda client, _: client.inventory.list(),
    "submitFeed": lambda client, _: client.feeds.submit_file(b"{}"),
    "listFeeds": lambda client, _: client.feeds.list(),
    "getFeedStatus": lambda client, _: client.feeds.status("F@1"),
    "getFeedErrorReport": lambda client, _: client.feeds.error_report("F@1"),
    "getAvailableReconFiles": lambda client, _: client.settlement.dates(),
    "getReconFile": lambda client, _: client.settlement.rows(MAY[0]),
    "getReconFileJSON": lambda client, _: client.settlement.pages(MAY[0]),
    "getReconFileJson": lambda client, _: client.settlement.offsets(MAY[0]),
    "getFulfillmentInventoryLog": lambda client, _: client.fulfilment.log(GTIN),
    "getFulfillmentInventory": lambda client, _: client.fulfilment.inventory(),
    "getInventoryReconciliation": lambda client, _: client.fulfilment.reconciliation(*MAY),
    "getInventoryReconciliationByMonth": lambda client, _: client.fulfilment.month(MAY[0]),
    "requestReport": lambda client, _: client.reports.request("DSV_INVENTORY"),
    "listReportRequests": lambda client, _: client.reports.list(report_type="DSV_INVENTORY"),
    "getReportRequest": lambda client, _: client.reports.status("r", report_type="DSV_INVENTORY"),
    "getReportDownload": lambda client, _: client.reports.link("r"),
    "getReportFile": lambda client, folder: client.reports.visibility(folder, polling=QUICKLY),
    "addPartner": lambda client, _: client.onboarding.add_partner("supplier", "p", "P"),
    "listPartners": lambda client, _: client.onboarding.partners(),
    "addAssociation": lambda client, _: client.onboarding.associate("a", "b"),
    "listSuppliersOfProvider": lambda client, _: client.onboarding.suppliers_of("a"),
    "removeAssociation": lambda client, _: client.onboarding.dissociate("a", "b"),
    "addConsumer": lambda client, _: client.onboarding.add_consumer("p", "c"),
    "listConsumers": lambda client, _: client.onboarding.consumers(),
    "addKey": lambda client, _: client.onboarding.add_key("c", "1", "key"),
    "listKeys": lambda client, _: client.onboarding.keys("c"),
    "revokeKey": lambda client, _: client.onboarding.revoke_key("c", "1"),
    "addOperatorClient": lambda client, _: client.onboarding.add_operator_client("tills"),
    "listOperatorClients": lambda client, _: client.onboarding.operator_clients(),
    "revokeOperatorClient": lambda client, _: client.onboarding.revoke_operator_client("tills"),
    "addGatewayClient": lambda client, _: client.onboarding.add_client("c", "p"),
    "listGatewayClients": lambda client, _: client.onboarding.clients(),
    "rotateGatewayClientSecret": lambda client, _: client.onboarding.rotate_secret("c"),
    "revokeGatewayClient": lambda client, _: client.onboarding.revoke_client("c"),
    "issueAuthorizationCode": lambda client, _: client.onboarding.issue_code("c", "p"),
    "endDelegation": lambda client, _: client.onboarding.end_delegation("c", "p"),
    "addStores": lambda client, _: client.onboarding.add_stores([Store(store_nbr=1, name="One")]),
    "listStores": lambda client, _: client.onboarding.stores(),
    "putStore": lambda client, _: client.onboarding.put_store(Store(store_nbr=1, name="One")),
    "addShipNodes": lambda client, _: client.onboarding.add_ship_nodes([ShipNode(node="n", name="N", partner="p")]),
    "listShipNodes": lambda client, _: client.onboarding.ship_nodes(),
    "putShipNode": lambda client, _: client.onboarding.put_ship_node(ShipNode(node="n", name="N", partner="p")),
    "setDefaultNode": lambda client, _: client.onboarding.set_default_node(SELLER, "n"),
    "addFulfilmentCentres": lambda client, _: client.centres.add([Centre(node="LAX1", name="Los Angeles 1")]),
    "listFulfilmentCentres": lambda client, _: client.centres.list(),
    "putFulfilmentCentre": lambda client, _: client.centres.put(Centre(node="LAX1", name="Los Angeles 1")),
    "getReconciliationStatus": lambda client, _: client.centres.reconciliation(),
    "getCentreStock": lambda client, _: client.centres.stock("LAX1", SELLER, GTIN),
    "getCentreHistory": lambda client, _: client.centres.history("LAX1", SELLER, GTIN),
    "addItems": lambda client, _: client.catalogue.add_items([Item(gtin=GTIN, name="A")]),
    "listItems": lambda client, _: client.catalogue.items(),
    "getItem": lambda client, _: client.catalogue.item(GTIN),
    "putItem": lambda client, _: client.catalogue.put_item(Item(gtin=GTIN, name="A")),
    "addMappings": lambda client, _: client.catalogue.add_mappings([]),
    "listMappingsOfItem": lambda client, _: client.catalogue.mappings(GTIN),
    "removeMapping": lambda client, _: client.catalogue.remove_mapping(GTIN, "a"),
    "addSkus": lambda client, _: client.catalogue.add_skus([]),
    "listSkusOfSeller": lambda client, _: client.catalogue.skus(SELLER),
    "removeSku": lambda client, _: client.catalogue.remove_sku(SELLER, "A"),
    "postEvents": lambda client, _: client.operator.post_events([]),
    "reserveOrders": lambda client, _: client.operator.reserve([]),
    "shipOrders": lambda client, _: client.operator.ship([]),
    "cancelOrders": lambda client, _: client.operator.cancel([]),
    "expireOrders": lambda client, _: client.operator.expire([]),
    "getOrder": lambda client, _: client.operator.order(NODE, "o"),
    "listOrders": lambda client, _: client.operator.orders(NODE),
    "listShortfalls": lambda client, _: client.operator.shortfalls(NODE),
    "getStock": lambda client, _: client.operator.stock(STORE, GTIN),
    "getHistory": lambda client, _: client.operator.history(STORE, GTIN),
    "refreshStream": lambda client, _: client.operator.refresh("c", GTIN, store_nbr=STORE),
    "replayStream": lambda client, _: client.operator.replay("c", GTIN, "2026-03-01", "2026-03-02", store_nbr=STORE),
    "runHousekeeping": lambda client, _: client.operator.housekeeping(),
    "listSettlementPeriods": lambda client, _: client.money.periods(SELLER),
    "proveSettlementPeriod": lambda client, _: client.money.proof(SELLER, MAY[0]),
    "closeSettlementPeriods": lambda client, _: client.money.close(),
    "getHealth": lambda client, _: client.server.alive(),
    "getReadiness": lambda client, _: client.server.ready(),
    "getMetrics": lambda client, _: client.server.metrics(),
    "getProblemMeaning": lambda client, _: client.server.problem("not-found"),
}


def posting(kind: MoneyKind) -> Ask:
    return lambda client, _: client.money.post(kind, [])


CALLS |= {
    "postSales": posting("sales"),
    "postRefunds": posting("refunds"),
    "postAdjustments": posting("adjustments"),
    "postFees": posting("fees"),
    "postAdvertising": posting("advertising"),
    "postReserves": posting("reserves"),
    "postReleases": posting("releases"),
    "postDisputes": posting("disputes"),
    "postPayouts": posting("payouts"),
}
# A sandbox's own: after all others, which they could disturb.
CALLS |= {
    "moveSandboxClock": lambda client, _: client.sandbox.advance(timedelta(seconds=1)),
    "getSandboxClock": lambda client, _: client.sandbox.clock(),
    "addSandboxFault": lambda client, _: client.sandbox.fail("getInventory", status=503),
    "listSandboxFaults": lambda client, _: client.sandbox.faults(),
    "clearSandboxFaults": lambda client, _: client.sandbox.clear_faults(),
    "listSandboxRequests": lambda client, _: client.sandbox.requests(),
    "resetSandbox": lambda client, _: client.sandbox.reset(),
}
# One operation under two paths (DS-23, WF-01): the client asks at the first.
OTHER_PATHS = {
    "createReportRequest": "requestReport",
    "getInventoryReconciliationReport": "getInventoryReconciliation",
}


class Served(NamedTuple):
    """An operation as the document has it."""

    method: str
    path: str
    described: dict[str, Any]

    def matches(self, request: httpx.Request) -> bool:
        pattern = re.sub(r"\\\{\w+\\\}", "[^/]+", re.escape(self.path))
        path = request.url.raw_path.decode().partition("?")[0]
        return request.method == self.method and re.fullmatch(pattern, path) is not None


def served_by(document: Any) -> dict[str, Served]:
    """The operations of the document, by their ids."""
    return {
        described["operationId"]: Served(method.upper(), path, described)
        for path, methods in document["paths"].items()
        for method, described in methods.items()
    }


def whole_client(http: httpx.AsyncClient) -> AsyncClient:
    known = credentials()
    return AsyncClient(
        "http://sandbox",
        http=http,
        allow_plain_http=True,
        gateway=GatewayClient(client_id=known.vendor.client_id, client_secret=known.vendor.client_secret),
        supplier=SupplierKey(consumer_id=known.supplier.consumer_id, private_key_pem=known.supplier.private_key_pem),
        operator=OperatorToken(known.operator.token),
    )


async def sent_by(ask: Ask, client: AsyncClient, sent: list[httpx.Request], folder: Path) -> list[httpx.Request]:
    """The requests that a call makes, however it ends."""
    sent.clear()
    answer = ask(client, folder)
    with suppress(OnhandError):
        await (answer.collect() if hasattr(answer, "collect") else answer)
    return list(sent)


async def test_every_operation_that_is_served_is_asked_for_by_a_method_of_the_client(
    tmp_path: Path, clock: FrozenClock
) -> None:
    async with asked(running_sandbox(tmp_path, UNTHROTTLED, clock)) as http:
        served = served_by((await http.get("/openapi.json")).json())
        sent: list[httpx.Request] = []

        async def note(request: httpx.Request) -> None:
            sent.append(request)

        http.event_hooks = {"request": [note]}
        client = whole_client(http)
        assert {*CALLS, *OTHER_PATHS} == {*served}
        not_sent = [
            name
            for name, ask in CALLS.items()
            if not any(map(served[name].matches, await sent_by(ask, client, sent, tmp_path)))
        ]
    assert not_sent == []


async def test_what_is_asked_for_by_one_of_two_paths_is_one_operation(tmp_path: Path, clock: FrozenClock) -> None:
    async with asked(running_sandbox(tmp_path, UNTHROTTLED, clock)) as http:
        served = served_by((await http.get("/openapi.json")).json())
    for other, asked_for in OTHER_PATHS.items():
        told = ("parameters", "requestBody", "responses", "description", "tags")
        first, second = served[asked_for].described, served[other].described
        assert [second.get(name) for name in told] == [first.get(name) for name in told]


def test_both_clients_have_the_same_operations() -> None:
    with Client("http://127.0.0.1") as blocking:
        assert _operations(blocking) == _operations(AsyncClient("http://127.0.0.1"))


def _operations(client: Client | AsyncClient) -> set[str]:
    groups = {name: group for name, group in vars(client).items() if isinstance(group, Group)}
    return {f"{name}.{each}" for name, group in groups.items() for each in dir(group) if not each.startswith("_")}
