"""What the tests share that kill whoever takes or processes feeds: partners, their feeds, and what must be so after."""

import signal
import subprocess
from collections.abc import Mapping, Sequence
from typing import Any

from onhand.basics.clock import system_clock
from onhand.basics.gtin import format_gtin
from onhand.basics.quantity import SCALE
from onhand.catalogue.imports import import_items, import_mappings, listed
from onhand.catalogue.report import SourceRow
from onhand.dropship.nodes import add_ship_node
from onhand.partners.clients import FULL_ACCESS, GatewayClient, Scopes, add_gateway_client
from onhand.partners.onboarding import Partner, add_partner
from onhand.stock.audit import verify
from onhand.stock.locations import Location, Locations
from onhand.store.database import Database
from onhand.store.queries import Query
from tests.dropship.feeds.yard import row

PARTNERS = ("acme", "best")
NODES = (1, 2)
ITEMS = 1_000
GOOD_ROWS = ITEMS * len(NODES)
BAD_ROWS = 3
ROWS = GOOD_ROWS + BAD_ROWS

# Transactions of one part, and leases that end soon, so that the kills find much in the middle.
ENVIRONMENT = {
    "ONHAND_FEED_TRANSACTION_ROWS_MAX": "500",
    "ONHAND_WORKER_LEASE_SECONDS": "0.5",
    "ONHAND_WORKER_POLL_SECONDS": "0.02",
    "ONHAND_HOUSEKEEPING_SECONDS": "0",
    "ONHAND_LOG_LEVEL": "warning",
}


def _node(partner: str, number: int) -> str:
    return f"{partner}-{number}"


def _quantity(feed: int, item: int) -> int:
    return (feed * 7919 + item * 31) % 1000


def rows_of(partner: str, feed: int) -> list[Any]:
    """Every item at every node, and rows that fail: the first again, someone else's node, and no quantity."""
    good = [
        row(format_gtin(item), _node(partner, node), quantity=_quantity(feed, item))
        for item in range(1, ITEMS + 1)
        for node in NODES
    ]
    other = next(each for each in PARTNERS if each != partner)
    bad = [
        row(format_gtin(1), _node(partner, 1)),
        row(format_gtin(2), _node(other, 1)),
        row(format_gtin(3), "x", "AC", None),
    ]
    return good + bad


async def add_partners(database: Database) -> dict[str, int]:
    """Make the partners known, with their nodes and items; their ids by their codes."""
    items = [{"gtin": format_gtin(item), "name": "an item"} for item in range(1, ITEMS + 1)]
    await import_items(database, system_clock, listed([SourceRow(n, each) for n, each in enumerate(items, 1)]))
    ids: dict[str, int] = {}
    for code in PARTNERS:
        partner = await add_partner(database, system_clock, kind="supplier", code=code, name=code)
        assert isinstance(partner, Partner)
        ids[code] = partner.partner_id
        for number in NODES:
            name = _node(code, number)
            node = await add_ship_node(database, system_clock, code=name, name=name, partner_code=code)
            assert isinstance(node, Location)
        mapped = [{"gtin": each["gtin"], "supplier": code} for each in items]
        await import_mappings(database, system_clock, listed([SourceRow(n, each) for n, each in enumerate(mapped, 1)]))
    return ids


async def add_programs(database: Database) -> None:
    """Let a program of each partner in at the gateway, under the partner's own code."""
    for code in PARTNERS:
        added = await add_gateway_client(
            database,
            system_clock,
            client_id=code,
            partner_code=code,
            secret=secret_of(code),
            scopes=Scopes.of(FULL_ACCESS),
        )
        assert isinstance(added, GatewayClient), added


def secret_of(partner: str) -> str:
    """The secret of a partner's program."""
    return f"the-long-secret-of-{partner}"


async def asked(database: Database, text: str) -> list[tuple[Any, ...]]:
    """What a statement finds."""
    return await database.all(Query("asked", text, text))


def kill(process: subprocess.Popen[bytes]) -> None:
    """End a process at once."""
    process.send_signal(signal.SIGKILL)
    process.communicate()


async def check_as_if_nobody_had_been_killed(database: Database, feed_ids: Mapping[str, Sequence[str]]) -> None:
    """Each partner's feeds are exactly these, in this order, each with every row applied once; the last one counts."""
    for code, ids in feed_ids.items():
        found = await asked(
            database,
            "SELECT feed_id FROM feed f JOIN partner p ON p.partner_id = f.partner_id"
            f" WHERE p.code = '{code}' ORDER BY taken_at",
        )
        assert [row[0] for row in found] == list(ids)
    number = sum(map(len, feed_ids.values()))
    feeds = await asked(database, "SELECT status, rows_received, rows_done, rows_succeeded, rows_failed FROM feed")
    assert feeds == [("PROCESSED", ROWS, ROWS, GOOD_ROWS, BAD_ROWS)] * number
    assert await asked(database, "SELECT COUNT(*) FROM leg") == [(number * GOOD_ROWS,)]
    stock = await asked(
        database,
        "SELECT l.code, s.item_id, s.quantity FROM stock s JOIN location l ON l.location_id = s.location_id"
        " WHERE s.state = 0",
    )
    assert sorted(stock) == sorted(
        (_node(code, node), item, _quantity(len(ids) - 1, item) * SCALE)
        for code, ids in feed_ids.items()
        for node in NODES
        for item in range(1, ITEMS + 1)
    )
    audit = await verify(database, Locations(database), lambda *_: None)
    assert audit.differences == ()
