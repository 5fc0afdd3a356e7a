"""What the operator's API answers about fulfilment centres (OP-01, OP-08, WF-05). Times are texts, UTC."""

import msgspec

from onhand.client.results.operator import AreaStock, LedgerRow


class _Wire(msgspec.Struct, frozen=True, kw_only=True, rename="camel"):
    pass


class Centre(_Wire, frozen=True, kw_only=True, omit_defaults=True):
    """A fulfilment centre: its code, its name, and the zone of its days and months, which the platform sets."""

    node: str
    name: str
    reporting_zone: str = ""


class CentresPage(_Wire, frozen=True, kw_only=True):
    """Some fulfilment centres, and where the next ones begin."""

    centres: tuple[Centre, ...]
    next_after: str | None = None


class CentreStock(_Wire, frozen=True, kw_only=True):
    """A seller's units of an item at a centre; IN_TRANSIT are those that it sent to other centres."""

    node: str
    partner_id: str
    gtin: str
    stock: tuple[AreaStock, ...]
    as_of: str | None = None
    known_at: str | None = None


class CentreHistory(_Wire, frozen=True, kw_only=True):
    """A page of a stream's history at a centre, newest first."""

    node: str
    partner_id: str
    gtin: str
    state: str
    history: tuple[LedgerRow, ...]
    cursor: str | None = None


class Refresh(_Wire, frozen=True, kw_only=True):
    """A refresh of the reconciliation: the last day (Pacific) that it knows; one that is under way has no end."""

    last_day: str
    begun_at: str
    completed_at: str | None = None


class CentreDone(_Wire, frozen=True, kw_only=True):
    """A centre, and whether the newest refresh is done there."""

    node: str
    name: str
    done: bool


class ReconciliationStatus(_Wire, frozen=True, kw_only=True):
    """The refresh that sellers are answered from, the one under way, and the closed months (texts, 2024-05)."""

    next_due_at: str
    centres: tuple[CentreDone, ...]
    shown: Refresh | None = None
    under_way: Refresh | None = None
    closed_from: str | None = None
    closed_to: str | None = None
