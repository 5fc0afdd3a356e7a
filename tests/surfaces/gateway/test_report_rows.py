"""The rows of reports say what the reads of inventory say, in the form that spreadsheets and programs read."""

from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from onhand.catalogue.imports import import_items, import_mappings, import_skus, listed
from onhand.catalogue.report import SourceRow
from onhand.dropship.declaring import declare_in_transit
from onhand.dropship.visibility.rows import VISIBILITY_COLUMNS
from onhand.stock.counting import reserved_stream
from onhand.stock.planning import Draft
from onhand.stock.posting import lock_streams, post_drafts
from onhand.stock.vocabulary import RESERVED
from onhand.store.database import Database, Session
from tests.campaign import times
from tests.conftest import FrozenClock
from tests.surfaces.gateway.counter import GTIN, NODE, OTHER_GTIN, OTHER_NODE, OTHER_SELLER_NODE, SELLER_NODE, Counter
from tests.surfaces.gateway.report_desk import INVENTORY, Desk

ODD_GTIN, NODE_GTIN, SKU_GTIN = "00000000000017", "00099999999994", "00012345678936"
ODD_NAME = '=SUM(A1), "Größe" ☕\n2. Zeile'
ITEMS = {
    ODD_GTIN: ODD_NAME,
    NODE_GTIN: "-5 °C box",
    SKU_GTIN: "Plain",
}
UNITS = 10_000


@pytest.fixture
async def desk(database: Database, clock: FrozenClock, tmp_path: Path) -> AsyncIterator[Desk]:
    counter = Counter(database, clock, files=tmp_path / "objects")
    await counter.open()
    await counter.stock_shelves()
    await add_odd_items(counter)
    yield Desk(counter)
    await counter.client.aclose()


async def add_odd_items(counter: Counter) -> None:
    """Three more items of the vendor's: one with odd names, one that is mapped at one node, one that is not mapped."""
    items: list[dict[str, str]] = [{"gtin": gtin, "name": "Item"} for gtin in ITEMS]
    items[0] |= {"wmItemNbr": "900045678", "publishedStatus": "UNPUBLISHED"}
    report = await import_items(counter.database, counter.clock, listed(numbered(items)))
    assert report.is_stored, report
    # Names with line breaks come from older systems; the import of files takes none.
    for gtin, name in ITEMS.items():
        await run(counter, "UPDATE item SET name = :name WHERE item_id = :item_id", name=name, item_id=int(gtin))
    node = await counter.node(OTHER_NODE)
    text = (
        "INSERT INTO item_supplier (item_id, partner_id, location_id, created_at) VALUES (:item, :partner, :place, 0)"
    )
    await run(counter, text, item=int(NODE_GTIN), partner=node.partner_id, place=node.location_id)
    report = await import_mappings(
        counter.database, counter.clock, listed(numbered([{"gtin": ODD_GTIN, "supplier": "vendor"}]))
    )
    assert report.is_stored, report
    skus = [("+SKU-1", ODD_GTIN), ("007", SKU_GTIN), ("008", SKU_GTIN)]
    rows = [{"gtin": gtin, "seller": "vendor", "sku": sku} for sku, gtin in skus]
    report = await import_skus(counter.database, counter.clock, listed(numbered(rows)))
    assert report.is_stored, report


def numbered(values: list[dict[str, str]]) -> list[SourceRow]:
    return [SourceRow(number, dict(each)) for number, each in enumerate(values, 1)]


async def run(counter: Counter, text: str, **parameters: Any) -> None:
    from onhand.store.queries import Query

    server = text
    for name in parameters:
        server = server.replace(f":{name}", f"%({name})s")
    query = Query("of_a_test", text, server)
    await counter.database.write(lambda session: session.run(query, **parameters))


async def reserve(desk: Desk, code: str, gtin: str, units: int) -> None:
    node = await desk.counter.node(code)
    stream = reserved_stream(int(gtin), node.partner_id)

    async def work(session: Session) -> None:
        now = desk.counter.clock()
        stocks = await lock_streams(session, node.location_id, [stream])
        draft = Draft(now, 0, "test", desk.counter.new_id(), RESERVED.code, units * UNITS, None)
        await post_drafts(session, node, {stream: [draft]}, stocks, now)

    await desk.counter.database.write(work)


async def await_units(desk: Desk, code: str, gtin: str, content: str) -> None:
    node = await desk.counter.node(code)
    await desk.counter.database.write(
        lambda session: declare_in_transit(session, node.location_id, {int(gtin): content}, desk.counter.clock())
    )


async def built(desk: Desk, *, client: str = "vendor", **named: Any) -> list[list[str]]:
    """The rows of a report that is asked for now, below its header."""
    request_id = await desk.asked(client=client, **named)
    await desk.worker.run_due()
    return (await desk.rows(request_id, client=client))[1:]


async def filtered(desk: Desk, *filters: tuple[str, list[str]]) -> list[tuple[str, str]]:
    """GTIN and node of the rows of a report with filters."""
    body = {"rowFilters": [{"type": "enumFilter", "columnName": name, "values": values} for name, values in filters]}
    return [(row[1], row[6]) for row in await built(desk, json=body)]


async def read_nodes(desk: Desk, client: str) -> list[tuple[str, dict[str, Any]]]:
    """Every SKU with each of its nodes, as the list of inventory says it."""
    found: list[tuple[str, dict[str, Any]]] = []
    cursor: dict[str, str] = {}
    while True:
        page = (await desk.counter.get("/inventories", client=client, limit="2", **cursor)).json()
        found += [(item["sku"], node) for item in page["elements"]["inventories"] for node in item["nodes"]]
        if "nextCursor" not in page["meta"]:
            return found
        cursor = {"nextCursor": page["meta"]["nextCursor"]}


def amount(quantity: dict[str, Any]) -> str:
    return str(quantity.get("amount", ""))


def plain(cell: str) -> str:
    """A text without the sign that keeps it from being a formula."""
    return cell.removeprefix("'")


acts = st.tuples(
    st.sampled_from(["declare", "declare", "endless", "reserve", "await", "time"]),
    st.sampled_from([GTIN, OTHER_GTIN, ODD_GTIN, NODE_GTIN, SKU_GTIN]),
    st.sampled_from([NODE, OTHER_NODE]),
    st.integers(0, 9),
)


@pytest.mark.contract("DS-05", "DS-27", "DS-28")
@settings(max_examples=times(15), deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(acted=st.lists(acts, max_size=12))
async def test_every_row_says_what_the_reads_say(desk: Desk, acted: list[tuple[str, str, str, int]]) -> None:
    for kind, gtin, node, units in acted:
        match kind:
            case "declare":
                await desk.declare(node, units, gtin)
            case "endless":
                await desk.declare(node, None, gtin)
            case "reserve":
                await reserve(desk, node, gtin, units)
            case "await":
                arrival = f'[{{"quantity":{units},"expectedAvailabilityDate":"2026-04-01"}}]'
                await await_units(desk, node, gtin, arrival)
            case _:
                desk.counter.clock.advance(units)
    rows = await built(desk)
    expected = [
        (
            sku,
            node["shipNode"],
            node["inputQty"].get("availabilityCode", "AC"),
            amount(node["inputQty"]),
            amount(node["reservedQty"]),
            amount(node["availToSellQty"]),
        )
        for sku, node in await read_nodes(desk, "vendor")
    ]
    assert [(plain(row[0]), row[6], *row[8:12]) for row in rows] == expected
    assert [(row[1], row[6]) for row in rows] == sorted((row[1], row[6]) for row in rows)
    desk.counter._tokens.clear()


@pytest.mark.contract("DS-29")
async def test_the_rows_of_a_seller_say_what_the_reads_say(desk: Desk) -> None:
    await desk.declare(SELLER_NODE, 4)
    await desk.declare(OTHER_SELLER_NODE, None)
    await desk.declare(SELLER_NODE, 2, OTHER_GTIN)
    await reserve(desk, SELLER_NODE, GTIN, 3)
    rows = await built(desk, client="seller", parameters=INVENTORY)
    assert [(row[0], row[3], row[5], row[6]) for row in rows] == [
        (sku, node["shipNode"], amount(node["inputQty"]), amount(node["availToSellQty"]))
        for sku, node in await read_nodes(desk, "seller")
    ]


@pytest.mark.contract("DS-27", "DS-28", "DS-20")
async def test_a_row_says_everything_of_an_item_and_a_node(desk: Desk) -> None:
    clock = desk.counter.clock
    await desk.declare(NODE, 9, ODD_GTIN)
    clock.advance(5)
    await reserve(desk, NODE, ODD_GTIN, 2)
    clock.advance(86_400)
    arrivals = ((5, "2026-05-01"), (7, "2026-04-02"))
    listed_ = [f'{{"quantity":{units},"expectedAvailabilityDate":"{day}"}}' for units, day in arrivals]
    await await_units(desk, NODE, ODD_GTIN, f"[{','.join(listed_)}]")
    await desk.declare(OTHER_NODE, None, ODD_GTIN)
    await await_units(desk, OTHER_NODE, ODD_GTIN, "[]")
    request_id = await desk.asked()
    await desk.worker.run_due()
    header, *rows = await desk.rows(request_id)
    assert tuple(header) == VISIBILITY_COLUMNS
    named = ["'+SKU-1", ODD_GTIN, "900045678", f"'{ODD_NAME}", "UNPUBLISHED", "Yes"]
    day = "2026-03-06T12:00:05Z"
    assert rows == [
        [*named, NODE, f"Node {NODE}", "AC", "9", "2", "7", "12", "2026-04-02", day],
        [*named, OTHER_NODE, f"Node {OTHER_NODE}", "AA", "", "0", "", "", "", day],
    ]


@pytest.mark.contract("DS-23", "DS-27")
async def test_filters_pick_rows_by_any_of_their_values_and_all_of_them_together(desk: Desk) -> None:
    for gtin in (ODD_GTIN, SKU_GTIN, NODE_GTIN):
        for node in (NODE, OTHER_NODE):
            await desk.declare(node, 1, gtin)
    unpublished = [(ODD_GTIN, NODE), (ODD_GTIN, OTHER_NODE)]
    # What the vendor has a SKU for is configured where the operator has mapped it, too: everywhere or at one node.
    inactive = [(SKU_GTIN, NODE), (SKU_GTIN, OTHER_NODE), (NODE_GTIN, NODE)]
    status, active = "Published Status", "Active Item Configuration"
    assert await filtered(desk, (status, ["UNPUBLISHED"])) == unpublished
    assert await filtered(desk, (active, ["No"])) == inactive
    assert await filtered(desk, (active, ["Yes"])) == [*unpublished, (NODE_GTIN, OTHER_NODE)]
    assert await filtered(desk, (status, ["PUBLISHED"]), (active, ["Yes"])) == [(NODE_GTIN, OTHER_NODE)]
    assert await filtered(desk, (active, ["Yes", "No"])) == await filtered(desk)
    assert await filtered(desk, (status, ["PUBLISHED"]), (status, ["UNPUBLISHED"])) == []


@pytest.mark.contract("DS-28")
async def test_two_reports_of_the_same_have_the_same_rows_byte_for_byte(desk: Desk) -> None:
    from onhand.dropship.visibility.rows import visibility_rows

    partner_id = await desk.counter.partner_id("vendor")
    for gtin in (GTIN, ODD_GTIN):
        await desk.declare(NODE, 1, gtin)

    async def work(session: Session) -> bytes:
        return b"".join([piece async for piece in visibility_rows(session, partner_id)])

    found = await desk.counter.database.read(work)
    assert found == await desk.counter.database.read(work)
    first, *lines = found.decode().split("\r\n")
    assert first.startswith("SKU,GTIN,Walmart Item Number,")
    # The same on both databases.
    odd = f'\'+SKU-1,{ODD_GTIN},900045678,"\'=SUM(A1), ""Größe"" ☕\n2. Zeile",UNPUBLISHED,Yes'
    held = f"{NODE},Node {NODE},AC,1,0,1,,,2026-03-05T12:00:00Z"
    assert lines == [f"{odd},{held}", f"{GTIN},{GTIN},,Oat drink,PUBLISHED,Yes,{held}", ""]
