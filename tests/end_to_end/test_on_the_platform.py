"""What operators, vendors and sellers do with the whole platform, one step after the other."""

from collections.abc import AsyncIterator
from datetime import date, timedelta
from decimal import Decimal
from pathlib import Path

import pytest

from onhand.client import AsyncClient, Conflict, NotFound, Refused
from onhand.client.results.operator import Item, Mapping, ShipNode, Sku, Store
from onhand.testing import LocalSandbox
from tests.end_to_end.published import ITEM, NODE, SELLER, operator_token

NEW_ITEM = "00011111111116"


@pytest.fixture
async def client(sandbox: LocalSandbox) -> AsyncIterator[AsyncClient]:
    """The vendor and the operator of a fresh sandbox."""
    async with sandbox.connect_async("vendor", operator=operator_token()) as made:
        yield made


@pytest.fixture
async def seller(sandbox: LocalSandbox) -> AsyncIterator[AsyncClient]:
    """The seller and the operator of a fresh sandbox."""
    async with sandbox.connect_async("seller", operator=operator_token()) as made:
        yield made


async def test_the_operator_makes_partners_items_and_stores_known(client: AsyncClient) -> None:
    onboarding, catalogue = client.onboarding, client.catalogue
    assert (await onboarding.add_partner("supplier", "acme", "Acme")).code == "acme"
    await onboarding.add_partner("provider", "helpers", "Helpers")
    await onboarding.associate("helpers", "acme")
    await onboarding.dissociate("helpers", "acme")
    assert "acme" in [partner.code for partner in (await onboarding.partners(kind="supplier").collect()).rows]
    with pytest.raises(Conflict):
        await onboarding.add_partner("supplier", "acme", "Another name")
    assert (await onboarding.add_stores([Store(store_nbr=7, name="Seven")])).added == 1
    assert 7 in [store.store_nbr async for store in onboarding.stores()]
    assert (await onboarding.add_ship_nodes([ShipNode(node="n-7", name="Node", partner="acme")])).added == 1
    assert [node.node async for node in onboarding.ship_nodes(partner="acme")] == ["n-7"]
    assert (await catalogue.add_items([Item(gtin=NEW_ITEM, name="Oat drink", cid="C-1")])).added == 1
    assert (await catalogue.item(NEW_ITEM)).cid == "C-1"
    assert NEW_ITEM in [item.gtin async for item in catalogue.items()]
    await catalogue.add_mappings([Mapping(gtin=NEW_ITEM, supplier="acme", store_nbr=7)])
    assert [mapping.store_nbr for mapping in await catalogue.mappings(NEW_ITEM)] == [7]
    await catalogue.remove_mapping(NEW_ITEM, "acme", store_nbr=7)
    assert await catalogue.mappings(NEW_ITEM) == ()
    await catalogue.add_skus([Sku(gtin=NEW_ITEM, seller=SELLER, sku="OAT")])
    assert "OAT" in [sku.sku async for sku in catalogue.skus(SELLER)]
    await catalogue.remove_sku(SELLER, "OAT")


async def test_the_operator_lets_programs_in_and_shuts_them_out(client: AsyncClient) -> None:
    onboarding = client.onboarding
    added = await onboarding.add_client("app", "sandbox-vendor", scopes={"feeds": "view_only"}, secret="s" * 20)
    assert (added.client_id, added.scopes["feeds"]) == ("app", "view_only")
    assert (await onboarding.rotate_secret("app")).secret
    await onboarding.revoke_client("app")
    consumer = await onboarding.add_consumer("sandbox-vendor", "a-consumer")
    assert consumer.consumer_id == "a-consumer"


async def test_events_and_orders_are_told_and_read(client: AsyncClient) -> None:
    event = {
        "eventId": "e-1",
        "eventType": "SALES",
        "storeNbr": 45,
        "gtin": "00044444444444",
        "quantity": -2,
        "occurredAt": "2026-03-05T11:00:00Z",
    }
    result = await client.operator.post_events([event, event, {**event, "eventId": "e-2", "storeNbr": 4_500}])
    assert (result.accepted, result.duplicate, result.refused) == (1, 1, 1)
    assert result.results[2].code == "unknown_store"
    (shelf,) = (await client.operator.stock(45, "00044444444444")).stock
    newest = await anext(aiter(client.operator.history(45, "00044444444444")))
    assert (newest.event_id, int(newest.balance), int(shelf.quantity)) == ("e-1", 148, 148)

    lines = [{"gtin": ITEM, "quantity": 2}]
    entry = {"eventId": "r-1", "orderId": "o/1", "node": NODE, "lines": lines}
    short = {**entry, "eventId": "r-2", "orderId": "o-2", "lines": [{"gtin": ITEM, "quantity": 1_000}]}
    held, refused = (await client.operator.reserve([entry, short])).results
    assert (held.status, refused.code, refused.shortages[0].asked) == ("accepted", "short_stock", 1_000)
    assert (await client.operator.order(NODE, "o/1")).lines[0].reserved == 2
    assert [order.order_id async for order in client.operator.orders(NODE, open_only=True)] == ["o/1"]
    named = {"orderId": "o/1", "node": NODE}
    (shipped,) = (await client.operator.ship([{**named, "eventId": "s-1", "lines": lines[:1]}])).results
    assert shipped.shipped[0].quantity == 2
    (cancelled,) = (await client.operator.cancel([{**named, "eventId": "c-1"}])).results
    assert cancelled.released == ()
    assert [each async for each in client.operator.shortfalls(NODE)] == []


async def test_a_tag_that_is_stale_changes_nothing(client: AsyncClient) -> None:
    seen = await client.inventory.get(gtin=ITEM, ship_node=NODE)
    await client.inventory.set(gtin=ITEM, ship_node=NODE, amount=30)
    with pytest.raises(Conflict):
        await client.inventory.set(gtin=ITEM, ship_node=NODE, amount=29, if_match=seen.etag)
    assert (await client.inventory.get(gtin=ITEM, ship_node=NODE)).quantity.amount == 30


async def test_several_nodes_are_declared_each_for_itself(client: AsyncClient) -> None:
    outcome = await client.inventory.set_nodes(ITEM, {NODE: 5, "123456702": None, "nowhere": 1}, product_id_type="gtin")
    assert [(node.ship_node, node.status) for node in outcome.nodes] == [
        (NODE, "Success"),
        ("123456702", "Success"),
        ("nowhere", "Failure"),
    ]
    nodes = (await client.inventory.item(ITEM)).nodes
    assert [node.input_qty.amount if node.input_qty else "?" for node in nodes] == [5, None]


async def test_a_seller_names_items_by_its_skus(seller: AsyncClient) -> None:
    declared = await seller.inventory.set(sku="SELLER-MUG-01", amount=41)
    assert (declared.gtin, declared.quantity.amount) == (None, 41)
    assert "SELLER-MUG-01" in [item.sku async for item in seller.inventory.list(page_size=1)]


async def test_a_token_of_the_client_is_good_for_fifteen_minutes_and_renewed_in_time(
    client: AsyncClient, sandbox: LocalSandbox
) -> None:
    detail = await client.tokens.detail()
    assert (detail.is_valid, detail.expire_at - detail.issued_at) == (True, 900_000)
    # The server's clock goes on and the client's does not: it is refused once, and asks again.
    sandbox.controls.advance(timedelta(seconds=901))
    assert (await client.tokens.detail()).issued_at > detail.issued_at


async def test_refusals_of_all_three_surfaces_are_read(client: AsyncClient) -> None:
    with pytest.raises(NotFound) as gateway:
        await client.inventory.get(gtin="00099999999999", ship_node=NODE)
    assert gateway.value.code == "CONTENT_NOT_FOUND.GMP_INVENTORY_API"
    with pytest.raises(NotFound) as operator:
        await client.catalogue.item("00000000000017")
    assert operator.value.code == "not-found"
    with pytest.raises(Refused) as listed:
        await client.catalogue.add_items([Item(gtin="1", name=""), Item(gtin="2", name="")])
    assert len(listed.value.problems) > 1
    assert listed.value.problems[0].field.startswith("/items/0/")
    for refused in (gateway.value, operator.value):
        assert refused.correlation_id


@pytest.mark.contract("DS-23", "DS-26")
async def test_a_report_has_what_the_reads_of_inventory_say(client: AsyncClient, tmp_path: Path) -> None:
    report = await client.reports.visibility(tmp_path)
    rows = {(row.gtin, row.ship_node): row.available_to_sell_quantity for row in report}
    listed = {
        (item.sku, node.ship_node): node.avail_to_sell_qty.amount if node.avail_to_sell_qty else None
        async for item in client.inventory.list()
        for node in item.nodes
    }
    assert sorted(map(str, rows.values())) == sorted(map(str, listed.values()))
    (request,) = (await client.reports.list(report_type="DSV_INVENTORY").collect()).rows
    assert (request.request_status, (await client.reports.link(request.request_id)).download_url is None) == (
        "READY",
        False,
    )


@pytest.mark.contract("WF-01", "WF-08", "WF-10")
async def test_a_seller_s_months_units_and_movements_agree(seller: AsyncClient, tmp_path: Path) -> None:
    fulfilment = seller.fulfilment
    april, may = [
        (await fulfilment.reconciliation(date(2024, month, 1), date(2024, month, last))).to_list()
        for month, last in ((4, 30), (5, 31))
    ]
    ended = {(row.gtin, row.fulfillment_center): row.ending_quantity for row in april}
    assert may
    assert [ended.get((row.gtin, row.fulfillment_center), 0) for row in may] == [row.starting_quantity for row in may]
    gtin = may[0].gtin
    log = fulfilment.log(gtin, start_date=date(2024, 5, 1), end_date=date(2024, 5, 31), page_size=3)
    moved = sum([entry.changed_units async for entry in log])
    rows = [row for row in may if row.gtin == gtin]
    assert moved == sum(row.ending_quantity - row.starting_quantity for row in rows)
    assert (await fulfilment.inventory(page_size=1).collect()).rows
    saved = await fulfilment.save_reconciliation(date(2024, 5, 1), date(2024, 5, 31), tmp_path / "may.csv")
    assert saved.to_list() == may


@pytest.mark.contract("RC-05", "RC-06", "RC-07", "RC-22")
async def test_a_settlement_has_the_same_rows_in_every_form_and_is_proved(seller: AsyncClient, tmp_path: Path) -> None:
    settlement = seller.settlement
    newest = (await settlement.dates())[0]
    rows = (await settlement.rows(newest)).to_list()
    summary, *amounts = rows
    assert summary.total_payable == sum(row.amount or 0 for row in amounts)
    assert (await settlement.rows(newest, form="zip")).to_list() == rows
    assert (await settlement.save(newest, tmp_path)).to_list() == rows
    paged = (await settlement.pages(newest, page_size=7).collect()).rows
    assert [row.amount for row in paged] == [row.amount for row in rows]
    assert (await settlement.offsets(newest, page_size=7).collect()).rows == rows
    legacy = (await settlement.legacy_rows(newest)).to_list()
    assert (await settlement.save_legacy(newest, tmp_path)).to_list() == legacy
    proof = await seller.money.proof(SELLER, newest)
    assert proof.payable == summary.total_payable
    assert [left.where for left in proof.residuals if left.amount] == []
    assert sum(row.payable_to_partner_from_sale or 0 for row in legacy) == proof.legacy
    assert str(newest) in [period.report_date for period in await seller.money.periods(SELLER)]
    assert (await seller.money.close()).closed == 0
    with pytest.raises(NotFound, match="nearest"):
        await settlement.rows(date(2020, 1, 1))


@pytest.mark.contract("OP-07")
async def test_a_sale_is_told_once_and_known_the_second_time(seller: AsyncClient) -> None:
    sale = {
        "eventId": "sale-1",
        "partner": SELLER,
        "customerOrder": "c-1",
        "customerOrderLine": "1",
        "purchaseOrder": "p-1",
        "purchaseOrderLine": "1",
        "contractCategory": "Home & Garden",
        "quantity": 1,
        "productPrice": "50.00",
    }
    money = seller.money
    first = await money.post("sales", [sale, {**sale, "eventId": "sale-2", "partner": "nobody"}])
    again = await money.post("sales", [sale])
    # The price less 15% of it.
    assert (first.accepted, first.refused, first.results[0].amount) == (1, 1, Decimal("42.50"))
    assert (again.duplicate, again.results[0].status) == (1, "duplicate")
