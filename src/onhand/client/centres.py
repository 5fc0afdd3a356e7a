"""The operator's API: fulfilment centres, what sellers have there, and the reconciliation (OP-01, OP-08, WF-05)."""

from collections.abc import Sequence
from urllib.parse import quote

from onhand.client.back_office import asked, walk_after
from onhand.client.operations import Awaiting, Blocking, Group, Walk, listing, operation
from onhand.client.results.centres import Centre, CentreHistory, CentresPage, CentreStock, ReconciliationStatus
from onhand.client.results.operator import Added, LedgerRow
from onhand.client.steps import Exchange

_UNITS = "/fulfilment-centres/{node}/sellers/{code}/items/{gtin}"


class CentreOperations(Group):
    """Fulfilment centres, and sellers' units in them."""

    @operation
    def add(self, centres: Sequence[Centre]) -> Exchange[Added]:
        """Make fulfilment centres known, all or none."""
        body = {"centres": [{"node": centre.node, "name": centre.name} for centre in centres]}
        return self._caller.result(asked("POST /fulfilment-centres", "/fulfilment-centres", body=body), Added)

    @operation
    def put(self, centre: Centre) -> Exchange[Centre]:
        """Make one fulfilment centre known. Conflict where it is known by another name."""
        path = f"/fulfilment-centres/{quote(centre.node, safe='')}"
        request = asked("PUT /fulfilment-centres/{node}", path, body={"name": centre.name})
        return self._caller.result(request, Centre)

    @listing(Centre)
    def list(self) -> Walk[Centre]:
        """Every fulfilment centre, in the order of their codes."""
        return walk_after(
            self._caller,
            "GET /fulfilment-centres",
            "/fulfilment-centres",
            {},
            CentresPage,
            lambda page: (page.centres, page.next_after),
        )

    @operation
    def stock(
        self, node: str, seller: str, gtin: str, *, as_of: str | None = None, known_at: str | None = None
    ) -> Exchange[CentreStock]:
        """What a seller has in a centre, or had."""
        named = {"asOf": as_of, "knownAt": known_at}
        request = asked(f"GET {_UNITS}/stock", f"{_units(node, seller, gtin)}/stock", named)
        return self._caller.result(request, CentreStock)

    @listing(LedgerRow)
    def history(
        self,
        node: str,
        seller: str,
        gtin: str,
        *,
        state: str | None = None,
        event_type: str | None = None,
        start_time: str | None = None,
        end_time: str | None = None,
        known_at: str | None = None,
    ) -> Walk[LedgerRow]:
        """How a seller's units in a centre came to be, newest first."""
        filters = {
            "state": state,
            "eventType": event_type,
            "startTime": start_time,
            "endTime": end_time,
            "knownAt": known_at,
            "limit": 1_000,
        }
        return walk_after(
            self._caller,
            f"GET {_UNITS}/history",
            f"{_units(node, seller, gtin)}/history",
            filters,
            CentreHistory,
            lambda page: (page.history, page.cursor),
            place_name="cursor",
        )

    @operation
    def reconciliation(self) -> Exchange[ReconciliationStatus]:
        """How the monthly reconciliation of sellers' units stands."""
        path = "/fulfilment/reconciliation"
        return self._caller.result(asked(f"GET {path}", path), ReconciliationStatus)


class Centres(CentreOperations, Blocking):
    """Fulfilment centres, blocking."""


class AsyncCentres(CentreOperations, Awaiting):
    """Fulfilment centres, awaited."""


def _units(node: str, seller: str, gtin: str) -> str:
    return _UNITS.format(node=quote(node, safe=""), code=quote(seller, safe=""), gtin=quote(gtin, safe=""))
