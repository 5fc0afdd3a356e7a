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
from onhand.dropship.visibility.stocks import NodePage, read_node
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
_TURN_ITEMS = 500
"""After the lines of so many items at a node others have a turn."""


class _Form(msgspec.Struct, frozen=True):
    """What is told: which rows, what of an item, and the line of a node that holds it.

    `line` is given the cells of the item, whether it is configured there, the node, and what the node holds.
    """

    filters: Filters
    item_cells: Callable[[ReportItem], str]
    line: Callable[[str, str, str, str], str]


class _Page(msgspec.Struct, frozen=True):
    """Items, and what each node holds of them."""

    items: Sequence[ReportItem]
    nodes: Sequence[NodePage]


async def visibility_rows(
    session: Session, partner_id: int, filters: Filters = EVERYTHING
) -> AsyncGenerator[bytes, None]:
    """The CSV of a drop-ship vendor's visibility report, piece by piece (DS-27)."""
    yield text_line(VISIBILITY_COLUMNS).encode()
    async with aclosing(_pieces(session, partner_id, _Form(filters, _visibility_item, _visibility_line))) as pieces:
        async for piece in pieces:
            yield piece


async def inventory_rows(session: Session, partner_id: int) -> AsyncGenerator[bytes, None]:
    """The CSV of a seller's inventory report, piece by piece (DS-29)."""
    yield text_line(INVENTORY_COLUMNS).encode()
    async with aclosing(_pieces(session, partner_id, _Form(EVERYTHING, _inventory_item, _inventory_line))) as pieces:
        async for piece in pieces:
            yield piece


async def _pieces(session: Session, partner_id: int, form: _Form) -> AsyncGenerator[bytes, None]:
    nodes = await nodes_of(session, partner_id)
    async with aclosing(ahead(_pages(session, partner_id, nodes, form.filters))) as pages:
        async for page in pages:
            lines: list[list[str]] = [[] for _ in page.items]
            starts = list(map(form.item_cells, page.items))
            for node, at_node in zip(nodes, page.nodes, strict=True):
                for first in range(0, len(lines), _TURN_ITEMS):
                    some = slice(first, first + _TURN_ITEMS)
                    _add_lines(lines[some], starts[some], page.items[some], node, at_node, form)
                    # Others have a turn, and so has the reading of the next page, which asks one thing at a time.
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
            found.append(await read_node(session, partner_id, node.location_id, first, last))
            await asyncio.sleep(0)
        pages.counted(len(items), sum(map(len, found)))
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
    wanted, line_of, location_id = form.filters.active_configurations, form.line, node.location_id
    # A million times over: nothing is asked for here that can be known before.
    for own, start, item, cells in zip(
        lines, starts, items, map(page.get, [item.item_id for item in items]), strict=True
    ):
        if cells:
            active = "Yes" if item.is_mapped or location_id in item.mapped_at else "No"
            if active in wanted:
                own.append(line_of(start, active, named, cells))


def _visibility_item(item: ReportItem) -> str:
    return f"{text_cell(item.sku)},{item.gtin},{text_cell(item.number)},{text_cell(item.name)},{item.published_status},"


def _visibility_line(item: str, active: str, node: str, cells: str) -> str:
    return f"{item}{active},{node},{cells}{LINE_END}"


def _inventory_item(item: ReportItem) -> str:
    return f"{text_cell(item.sku)},{text_cell(item.number)},{text_cell(item.name)},"


def _inventory_line(item: str, _active: str, node: str, cells: str) -> str:
    _, on_hand, _, available, _ = cells.split(",", 4)
    return f"{item}{node},{on_hand},{available}{LINE_END}"
