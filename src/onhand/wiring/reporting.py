"""The kinds of reports, with what makes the rows of each."""

from collections.abc import AsyncIterator, Mapping, Sequence
from typing import Any

import msgspec

from onhand.basics.refusal import Refusal
from onhand.dropship.nodes import SELLER
from onhand.dropship.visibility.filters import Filters, read_filters, read_no_filters
from onhand.dropship.visibility.rows import inventory_rows, visibility_rows
from onhand.fulfilment.reconciliation.ordering import Terms, ordered_rows
from onhand.fulfilment.reconciliation.ordering import read_terms as read_reconciliation_terms
from onhand.reports.kinds import Kind, Kinds, Ordered
from onhand.store.database import Database, Session

_VENDOR = "supplier"


def report_kinds() -> Kinds:
    """The table of them."""
    return Kinds([_visibility(), _inventory(), _reconciliation()])


def _visibility() -> Kind:
    """The visibility report of drop-ship vendors (DS-27)."""

    async def read_terms(
        _database: Database, _partner_id: int, content: Mapping[str, Any], _now: int
    ) -> str | Sequence[Refusal]:
        filters = read_filters(content)
        return msgspec.json.encode(filters).decode() if isinstance(filters, Filters) else filters

    def rows(session: Session, ordered: Ordered) -> AsyncIterator[bytes]:
        return visibility_rows(session, ordered.partner_id, msgspec.json.decode(ordered.terms, type=Filters))

    return Kind(
        names=("DSV_INVENTORY", "INVENTORY_DSV"),
        partner_kinds=frozenset({_VENDOR}),
        folder="inventory-dsv-report",
        file_prefix="InventoryDSVReport",
        read_terms=read_terms,
        rows=rows,
    )


def _inventory() -> Kind:
    """The inventory report of marketplace sellers (DS-29)."""

    async def read_terms(
        _database: Database, _partner_id: int, content: Mapping[str, Any], _now: int
    ) -> str | Sequence[Refusal]:
        return read_no_filters(content) or "{}"

    def rows(session: Session, ordered: Ordered) -> AsyncIterator[bytes]:
        return inventory_rows(session, ordered.partner_id)

    return Kind(
        names=("INVENTORY",),
        partner_kinds=frozenset({SELLER}),
        folder="inventory-report",
        file_prefix="InventoryReport",
        read_terms=read_terms,
        rows=rows,
    )


def _reconciliation() -> Kind:
    """The monthly reconciliation of sellers' units in fulfilment centres (WF-09)."""

    async def read_terms(
        database: Database, _partner_id: int, content: Mapping[str, Any], now: int
    ) -> str | Sequence[Refusal]:
        terms = await read_reconciliation_terms(database, content, now)
        return msgspec.json.encode(terms).decode() if isinstance(terms, Terms) else terms

    def rows(session: Session, ordered: Ordered) -> AsyncIterator[bytes]:
        return ordered_rows(session, ordered.partner_id, msgspec.json.decode(ordered.terms, type=Terms))

    return Kind(
        names=("INVENTORY_RECON",),
        partner_kinds=frozenset({SELLER}),
        folder="wfs-inventory-reconciliation-report",
        file_prefix="WFSInventoryReconciliationReport",
        read_terms=read_terms,
        rows=rows,
    )
