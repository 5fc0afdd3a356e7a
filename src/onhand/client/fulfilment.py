"""Units in fulfilment centres: the reconciliation by month, its drill-down, and what is there (WF)."""

from datetime import date
from pathlib import Path

from onhand.client.csvs import ReportRows, rows_in, rows_of_file
from onhand.client.downloads import SECONDS_MAX, Arrived, downloaded, file_name, file_sink
from onhand.client.gateway import Parameters, read
from onhand.client.gtins import padded_gtin
from onhand.client.operations import Awaiting, Blocking, Group, Page, Walk, listing, operation
from onhand.client.results.fulfilment import CentreItem, CentrePage, InventoryLog, LogEntry, ReconciliationRow
from onhand.client.steps import Exchange, Request

_PATH = "/v3/report/wfs/inventory-reconciliation-report"
_MONTH = "/v3/report/wfs/inventoryReconciliationReport"
_LOG = "/v3/fulfillment/inventory-log"
_STOCK = "/v3/fulfillment/inventory"


class FulfilmentOperations(Group):
    """What a seller may ask of its units in fulfilment centres."""

    @operation
    def reconciliation(
        self, start_date: date, end_date: date, *, gtin: str | None = None
    ) -> Exchange[ReportRows[ReconciliationRow]]:
        """What was there, what moved and what is there, for a whole month, or the current one so far.

        It changes once a day and may be asked for once an hour (WF-06). `gtin` narrows the current month.
        """
        request = _report(start_date, end_date, gtin)
        answer = yield from self._caller.ask(request)
        return rows_in(answer.body, ReconciliationRow, file_name(answer, "reconciliation.csv"))

    @operation
    def save_reconciliation(
        self,
        start_date: date,
        end_date: date,
        file: Path,
        *,
        gtin: str | None = None,
        seconds_max: float = SECONDS_MAX,
        arrived: Arrived | None = None,
    ) -> Exchange[ReportRows[ReconciliationRow]]:
        """What `reconciliation` gives, saved as a file; `arrived` hears of its bytes."""
        request = _report(start_date, end_date, gtin)
        yield from downloaded(self._caller, request, file_sink(self._caller, file, arrived), seconds_max)
        return rows_of_file(file, ReconciliationRow)

    @operation
    def month(self, month: date, *, gtin: str | None = None) -> Exchange[ReportRows[ReconciliationRow]]:
        """The reconciliation of the month in which a day is; of the current one, the days that are known.

        In all else it is `reconciliation`, and shares its limit.
        """
        answer = yield from self._caller.ask(_month_report(month, gtin))
        return rows_in(answer.body, ReconciliationRow, file_name(answer, "reconciliation.csv"))

    @operation
    def save_month(
        self,
        month: date,
        file: Path,
        *,
        gtin: str | None = None,
        seconds_max: float = SECONDS_MAX,
        arrived: Arrived | None = None,
    ) -> Exchange[ReportRows[ReconciliationRow]]:
        """What `month` gives, saved as a file; `arrived` hears of its bytes."""
        yield from downloaded(
            self._caller, _month_report(month, gtin), file_sink(self._caller, file, arrived), seconds_max
        )
        return rows_of_file(file, ReconciliationRow)

    @listing(LogEntry)
    def log(
        self,
        gtin: str,
        *,
        start_date: date | None = None,
        end_date: date | None = None,
        transaction_type: str | None = None,
        page_size: int = 100,
    ) -> Walk[LogEntry]:
        """The movements of an item behind the figures, over all pages."""
        filters: Parameters = {
            "gtin": padded_gtin(gtin),
            "startDate": start_date,
            "endDate": end_date,
            "transactionType": transaction_type,
        }

        def page(place: str | None) -> Exchange[Page[LogEntry]]:
            offset = int(place or 0)
            named = {**filters, "offset": offset, "limit": page_size}
            found = yield from self._caller.result(read(f"GET {_LOG}", _LOG, named), InventoryLog)
            return _by_offset(found.inventory_log, offset, page_size)

        return page

    @listing(CentreItem)
    def inventory(self, *, sku: str | None = None, page_size: int = 100) -> Walk[CentreItem]:
        """What the centres hold of each item, over all pages."""

        def page(place: str | None) -> Exchange[Page[CentreItem]]:
            offset = int(place or 0)
            named = {"sku": sku, "offset": offset, "limit": page_size}
            found = yield from self._caller.result(read(f"GET {_STOCK}", _STOCK, named), CentrePage)
            rows = found.payload.inventory
            reached = offset + len(rows)
            total = found.headers.total_count
            return Page(rows, str(reached) if rows and reached < total else None, total)

        return page


class Fulfilment(FulfilmentOperations, Blocking):
    """Fulfilled stock, blocking."""


class AsyncFulfilment(FulfilmentOperations, Awaiting):
    """Fulfilled stock, awaited."""


def _month_report(month: date, gtin: str | None) -> Request:
    named = {"monthYear": f"{month:%m-%Y}", "gtin": padded_gtin(gtin)}
    return read(f"GET {_PATH} {month:%Y-%m}", _MONTH, named)


def _report(start_date: date, end_date: date, gtin: str | None) -> Request:
    named = {"startDate": start_date, "endDate": end_date, "gtin": padded_gtin(gtin)}
    # Each month has a limit of its own.
    return read(f"GET {_PATH} {start_date:%Y-%m}", _PATH, named)


def _by_offset(rows: tuple[LogEntry, ...], offset: int, page_size: int) -> Page[LogEntry]:
    """A page of a list that does not tell how long it is: a short one is the last."""
    return Page(rows, str(offset + len(rows)) if len(rows) >= page_size else None)
