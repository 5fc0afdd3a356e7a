"""What type checkers have to see of the client; both mypy and pyright read this file, nobody runs it."""

from collections.abc import AsyncIterator
from datetime import date, timedelta
from decimal import Decimal
from pathlib import Path
from typing import assert_type

from onhand.client import (
    AsyncClient,
    AsyncRows,
    Client,
    Collected,
    FeedResult,
    FeedRow,
    FileRow,
    HistoryEvent,
    Inventory,
    ItemInventory,
    ItemOutcome,
    LegacyRow,
    LogEntry,
    Page,
    ReconciliationRow,
    ReportLink,
    ReportRequest,
    ReportRows,
    Rows,
    SettlementRow,
    StoreInventory,
    StoreStatus,
    TokenDetail,
    VisibilityRow,
)
from onhand.client.results.access import OperatorProgram
from onhand.client.results.centres import Centre, CentreStock, ReconciliationStatus
from onhand.client.results.operator import BatchResult, ConsumerKey, HousekeepingPass, Item, Order, OrderResults
from onhand.client.results.sandbox import SandboxFault, SandboxRequest, SandboxTime
from onhand.client.results.server import Alive, Ready
from onhand.testing import LocalSandbox

GTIN = "00012947218283"
DAY = date(2026, 3, 5)


def blocking(client: Client) -> None:
    assert_type(client.stores.available(45, GTIN), StoreInventory)
    assert_type(client.stores.status(45, [GTIN], item_identifier="gtin"), StoreStatus)
    assert_type(client.stores.history(45, GTIN, start_date=DAY), Rows[HistoryEvent])
    for event in client.stores.history(45, GTIN):
        assert_type(event, HistoryEvent)
        assert_type(event.aggregated_qty, Decimal)
    for page in client.stores.history(45, GTIN).pages():
        assert_type(page, Page[HistoryEvent])
    assert_type(client.inventory.get(gtin=GTIN, ship_node="n"), Inventory)
    assert_type(client.inventory.get(gtin=GTIN).quantity.amount, int | None)
    assert_type(client.inventory.item(GTIN), ItemInventory)
    assert_type(client.inventory.set_nodes("sku", {"n": 1}), ItemOutcome)
    assert_type(client.tokens.detail(), TokenDetail)
    assert_type(client.feeds.submit([FeedRow(product_id=GTIN, ship_node="n", quantity=1)]), str)
    assert_type(client.feeds.submit_and_wait([]), FeedResult)
    assert_type(client.feeds.error_report("f"), bytes)
    assert_type(client.reports.request("INVENTORY"), ReportRequest)
    assert_type(client.reports.link("r"), ReportLink)
    assert_type(client.reports.download("r", Path()), Path)
    assert_type(client.reports.visibility(Path()), ReportRows[VisibilityRow])
    assert_type(client.reports.request_and_download("X", Path()), ReportRows[FileRow])
    assert_type(client.fulfilment.reconciliation(DAY, DAY).to_list(), list[ReconciliationRow])
    assert_type(client.fulfilment.log(GTIN).to_list(), list[LogEntry])
    assert_type(client.settlement.dates(), tuple[date, ...])
    assert_type(client.settlement.rows(DAY, form="zip"), ReportRows[SettlementRow])
    assert_type(client.settlement.legacy_rows(DAY), ReportRows[LegacyRow])


def operating(client: Client) -> None:
    assert_type(client.operator.post_events([]), BatchResult)
    assert_type(client.operator.reserve([]), OrderResults)
    assert_type(client.operator.orders("n"), Rows[Order])
    assert_type(client.catalogue.item(GTIN), Item)
    assert_type(client.onboarding.revoke_client("c"), None)
    assert_type(client.onboarding.keys("c"), Rows[ConsumerKey])
    assert_type(client.onboarding.add_operator_client("tills"), OperatorProgram)
    assert_type(client.catalogue.put_item(Item(gtin=GTIN, name="A")), Item)
    assert_type(client.centres.list(), Rows[Centre])
    assert_type(client.centres.stock("c", "s", GTIN), CentreStock)
    assert_type(client.centres.reconciliation(), ReconciliationStatus)
    assert_type(client.operator.refresh("c", GTIN, store_nbr=45).raised, int)
    assert_type(client.fulfilment.month(DAY), ReportRows[ReconciliationRow])
    assert_type(client.server.ready(), Ready)
    assert_type(client.server.metrics(), str)
    assert_type(client.within(5.0), Client)
    assert_type(client.sandbox.advance(timedelta(minutes=15)), SandboxTime)
    assert_type(client.sandbox.fail("getInventory", status=503), SandboxFault)
    assert_type(client.sandbox.requests(), tuple[SandboxRequest, ...])


async def awaited(client: AsyncClient) -> None:
    assert_type(await client.stores.available(45, GTIN), StoreInventory)
    rows = client.stores.history(45, GTIN)
    assert_type(rows, AsyncRows[HistoryEvent])
    assert_type(aiter(rows), AsyncIterator[HistoryEvent])
    async for event in rows:
        assert_type(event, HistoryEvent)
    assert_type((await rows.collect()).rows, list[HistoryEvent])
    assert_type(await client.inventory.set(gtin=GTIN, ship_node="n", amount=1), Inventory)
    assert_type(await client.feeds.submit_and_wait([]), FeedResult)
    assert_type(await client.reports.visibility(Path()), ReportRows[VisibilityRow])
    assert_type(await client.settlement.save_legacy(DAY, Path()), ReportRows[LegacyRow])
    assert_type(await client.catalogue.items().collect(), Collected[Item])
    assert_type(await client.onboarding.operator_clients().collect(), Collected[OperatorProgram])
    assert_type(await client.operator.housekeeping(), HousekeepingPass)
    assert_type(await client.server.alive(), Alive)
    assert_type(await client.sandbox.reset(), SandboxTime)


def tested(sandbox: LocalSandbox) -> None:
    assert_type(sandbox.supplier, Client)
    assert_type(sandbox.connect("vendor"), Client)
    assert_type(sandbox.connect_async("vendor"), AsyncClient)
    assert_type(sandbox.post_events({}), BatchResult)
    assert_type(sandbox.controls.faults(), tuple[SandboxFault, ...])
