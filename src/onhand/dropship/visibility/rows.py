"""The rows of the visibility report and of the sellers' inventory report: one for each item and node (DS-27, DS-29).

There is a row wherever the reads of inventory show a node: where anything of the item was ever declared or moved. They
stand in the order in which the reads list them: by GTIN, then by the node's code. Each page of items is read node by
node in the order in which stock is kept, so that nothing has to be sorted, and no statement takes long.
"""

import asyncio
from collections.abc import AsyncGenerator, Callable, Sequence
from contextlib import aclosing

import msgspec

from onhand.basics.cells import LINE_END, text_cell, text_line
from onhand.dropship.nodes import nodes_of
from onhand.dropship.visibility.filters import EVERYTHING, Filters
from onhand.dropship.visibility.items import ItemPages, ReportItem
from onhand.dropship.visibility.stocks import NodePage
from onhand.stock.locations import Location
from onhand.store.ahead import ahead
from onhand.store.database import Session

VISIBILITY_COLUMNS = (
    "SKU",
    "GTIN",
    "Walmart Item Number",
    "Product Name",
    "Published Status",
    "Active Item Configuration",
    "Ship Node",
    "Ship Node Name",
    "Availability Code",
    "Input Quantity",
    "Reserved Quantity",
    "Available To Sell Quantity",
    "In Transit Quantity",
    "In Transit Date",
    "Last Updated",
)
INVENTORY_COLUMNS = (
    "SKU",
    "Item ID",
    "Product Name",
    "Ship Node ID",
    "Ship Node Name",
    "Input Quantity",
    "AvailToSell Quantity",
)

_PAGE_ROWS = 8_000
"""About so many rows are held at a time."""


class _Form(msgspec.Struct, frozen=True):
    """What is told: which rows, what of an item, and what of a node that holds it."""

    filters: Filters
    item_cells: Callable[[ReportItem], str]
    held_cells: Callable[[str, str, str], str]


class _Page(msgspec.Struct, frozen=True):
    """Items, and what each node holds of them."""

    items: Sequence[ReportItem]
    nodes: Sequence[NodePage]


async def visibility_rows(
    session: Session, partner_id: int, filters: Filters = EVERYTHING
) -> AsyncGenerator[bytes, None]:
    """The CSV of a drop-ship vendor's visibility report, piece by piece (DS-27)."""
    yield text_line(VISIBILITY_COLUMNS).encode()
    async with aclosing(_pieces(session, partner_id, _Form(filters, _visibility_item, _visibility_held))) as pieces:
        async for piece in pieces:
            yield piece


async def inventory_rows(session: Session, partner_id: int) -> AsyncGenerator[bytes, None]:
    """The CSV of a seller's inventory report, piece by piece (DS-29)."""
    yield text_line(INVENTORY_COLUMNS).encode()
    async with aclosing(_pieces(session, partner_id, _Form(EVERYTHING, _inventory_item, _inventory_held))) as pieces:
        async for piece in pieces:
            yield piece


async def _pieces(session: Session, partner_id: int, form: _Form) -> AsyncGenerator[bytes, None]:
    nodes = await nodes_of(session, partner_id)
    async with aclosing(ahead(_pages(session, partner_id, nodes, form.filters))) as pages:
        async for page in pages:
            lines: list[list[str]] = [[] for _ in page.items]
            starts = list(map(form.item_cells, page.items))
            for node, at_node in zip(nodes, page.nodes, strict=True):
                _add_lines(lines, starts, page.items, node, at_node, form)
                # Everybody else has a turn, the reading of the next page as well.
                await asyncio.sleep(0)
            yield "".join(line for of_item in lines for line in of_item).encode()


async def _pages(
    session: Session, partner_id: int, nodes: Sequence[Location], filters: Filters
) -> AsyncGenerator[_Page, None]:
    pages = ItemPages(session, partner_id, _PAGE_ROWS)
    async for items in pages.pages():
        wanted = [item for item in items if item.published_status in filters.published_statuses]
        found = []
        for node in nodes if wanted else ():
            first, last = wanted[0].item_id, wanted[-1].item_id
            found.append(await NodePage.read(session, partner_id, node.location_id, first, last))
            await asyncio.sleep(0)
        pages.counted(len(items), sum(page.rows for page in found))
        if found:
            yield _Page(wanted, found)


def _add_lines(
    lines: list[list[str]],
    starts: Sequence[str],
    items: Sequence[ReportItem],
    node: Location,
    page: NodePage,
    form: _Form,
) -> None:
    """Add to the lines of each item the one of a node, where the node has anything of it and the line is asked for."""
    named = f"{text_cell(node.code)},{text_cell(node.name)}"
    wanted, held_cells, location_id = form.filters.active_configurations, form.held_cells, node.location_id
    for own, start, item in zip(lines, starts, items, strict=True):
        cells = page.cells(item.item_id)
        if cells:
            active = "Yes" if item.is_mapped or location_id in item.mapped_at else "No"
            if active in wanted:
                own.append(f"{start}{held_cells(active, named, cells)}{LINE_END}")


def _visibility_item(item: ReportItem) -> str:
    return f"{text_cell(item.sku)},{item.gtin},{text_cell(item.number)},{text_cell(item.name)},{item.published_status},"


def _visibility_held(active: str, node: str, cells: str) -> str:
    return f"{active},{node},{cells}"


def _inventory_item(item: ReportItem) -> str:
    return f"{text_cell(item.sku)},{text_cell(item.number)},{text_cell(item.name)},"


def _inventory_held(_active: str, node: str, cells: str) -> str:
    _, on_hand, _, available, _ = cells.split(",", 4)
    return f"{node},{on_hand},{available}"
