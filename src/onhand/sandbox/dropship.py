"""The sandbox's ship nodes: a drop-ship vendor, a marketplace seller, and what each has declared (SB-03).

The vendor's items and quantities are those of the drop-ship document's samples.
"""

from collections.abc import Mapping

import msgspec

from onhand.basics.clock import Clock
from onhand.catalogue.imports import import_items, import_mappings, import_skus, listed
from onhand.catalogue.report import SourceRow
from onhand.dropship.declaring import declare
from onhand.dropship.nodes import add_ship_node, set_default_node
from onhand.dropship.vocabulary import COUNTED, ENDLESS
from onhand.partners import onboarding
from onhand.partners.clients import FULL_ACCESS, VIEW_ONLY, Scopes, add_gateway_client
from onhand.sandbox.checks import accepted, stored
from onhand.sandbox.credentials import SELLER_CODE, VENDOR_CODE, credentials
from onhand.stock.locations import Location
from onhand.store.database import Database, Session

VENDOR_NODES = ("123456701", "123456702")
SELLER_NODES = ("10000000011", "10000000012")
OTHER_NODE = "123456799"

VENDOR_GTIN = "00012947218283"
VENDOR_SKU = "RG-IRAE-79VD"
FEED_GTIN = "00097531246801"
BOTH_NODES_GTIN = "01234567891011"
SELLER_SKUS = {"SELLER-MUG-01": "00614141100019", "SELLER-LAMP-02": "00614141100026"}

_NAMES = {
    VENDOR_GTIN: "Coffee table, oak",
    FEED_GTIN: "Floor lamp, brass",
    BOTH_NODES_GTIN: "Garden chair, folding",
    SELLER_SKUS["SELLER-MUG-01"]: "Mug, 300 ml, blue",
    SELLER_SKUS["SELLER-LAMP-02"]: "Desk lamp, LED",
}


class Declared(msgspec.Struct, frozen=True):
    """What a partner has declared of an item at a node; `units` None is infinite availability."""

    node: str
    gtin: str
    units: int | None


_DECLARED = (
    Declared(VENDOR_NODES[0], VENDOR_GTIN, 23),
    Declared(VENDOR_NODES[0], FEED_GTIN, 100),
    Declared(VENDOR_NODES[1], FEED_GTIN, None),
    Declared(VENDOR_NODES[0], BOTH_NODES_GTIN, None),
    Declared(VENDOR_NODES[1], BOTH_NODES_GTIN, 11),
    Declared(SELLER_NODES[0], SELLER_SKUS["SELLER-MUG-01"], 40),
    Declared(SELLER_NODES[1], SELLER_SKUS["SELLER-MUG-01"], 5),
    Declared(SELLER_NODES[0], SELLER_SKUS["SELLER-LAMP-02"], 12),
)


async def seed_ship_nodes(database: Database, clock: Clock, other_supplier_code: str) -> None:
    """Make the vendor and the seller known with their clients, nodes, items and quantities.

    Raises:
        SeedRefused: something of it was not accepted.
    """
    for kind, code, name in (("supplier", VENDOR_CODE, "Sandbox Vendor"), ("seller", SELLER_CODE, "Sandbox Seller")):
        accepted(await onboarding.add_partner(database, clock, kind=kind, code=code, name=name))
    await _add_clients(database, clock)
    nodes = await _add_nodes(database, clock, other_supplier_code)
    await _add_items(database, clock)
    await _declare_all(database, clock, nodes)


async def _add_clients(database: Database, clock: Clock) -> None:
    known = credentials()
    for client, partner, access in (
        (known.vendor, VENDOR_CODE, FULL_ACCESS),
        (known.viewer, VENDOR_CODE, VIEW_ONLY),
        (known.seller, SELLER_CODE, FULL_ACCESS),
    ):
        named = {"client_id": client.client_id, "partner_code": partner, "secret": client.client_secret}
        accepted(await add_gateway_client(database, clock, **named, scopes=Scopes.of(access)))


async def _add_nodes(database: Database, clock: Clock, other_supplier_code: str) -> dict[str, Location]:
    owners = {
        **dict.fromkeys(VENDOR_NODES, VENDOR_CODE),
        **dict.fromkeys(SELLER_NODES, SELLER_CODE),
        OTHER_NODE: other_supplier_code,
    }
    nodes = {}
    for code, owner in owners.items():
        named = {"code": code, "name": f"Warehouse {code}", "partner_code": owner}
        nodes[code] = accepted(await add_ship_node(database, clock, **named))
    refusal = await set_default_node(database, partner_code=SELLER_CODE, code=SELLER_NODES[0])
    accepted(refusal)
    return nodes


async def _add_items(database: Database, clock: Clock) -> None:
    items = [{"gtin": gtin, "name": name} for gtin, name in _NAMES.items()]
    stored(await import_items(database, clock, listed(_rows(items))))
    mappings = [{"gtin": gtin, "supplier": VENDOR_CODE} for gtin in (VENDOR_GTIN, FEED_GTIN, BOTH_NODES_GTIN)]
    stored(await import_mappings(database, clock, listed(_rows(mappings))))
    skus = [
        {"gtin": VENDOR_GTIN, "seller": VENDOR_CODE, "sku": VENDOR_SKU},
        *({"gtin": gtin, "seller": SELLER_CODE, "sku": sku} for sku, gtin in SELLER_SKUS.items()),
    ]
    stored(await import_skus(database, clock, listed(_rows(skus))))


async def _declare_all(database: Database, clock: Clock, nodes: Mapping[str, Location]) -> None:
    async def work(session: Session) -> None:
        for number, declared in enumerate(_DECLARED):
            node = nodes[declared.node]
            await declare(
                session,
                node,
                partner_id=node.partner_id,
                item_id=int(declared.gtin),
                event_id=f"sandbox-{number}",
                code=ENDLESS if declared.units is None else COUNTED,
                units=declared.units,
                now=clock(),
            )

    await database.write(work)


def _rows(values: list[dict[str, str]]) -> list[SourceRow]:
    return [SourceRow(number, value) for number, value in enumerate(values, 1)]
