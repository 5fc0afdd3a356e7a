"""How many calls each throttle class lets through, as the settings say (GW-16)."""

from onhand.settings import Settings
from onhand.surfaces.gateway.feed_operations import ERRORS_CLASS, LIST_CLASS, STATUS_CLASS, SUBMIT_CLASS
from onhand.surfaces.gateway.fulfilment import INVENTORY_CLASS, LOG_CLASS
from onhand.surfaces.gateway.inventory import READ_CLASS
from onhand.surfaces.gateway.reconciliation import RECONCILIATION_CLASS
from onhand.surfaces.gateway.report_operations import DOWNLOAD_CLASS as REPORT_DOWNLOAD
from onhand.surfaces.gateway.report_operations import LIST_CLASS as REPORT_LIST
from onhand.surfaces.gateway.report_operations import REQUEST_CLASS as REPORT_REQUEST
from onhand.surfaces.gateway.report_operations import STATUS_CLASS as REPORT_STATUS
from onhand.surfaces.gateway.settlement_operations import RECON_CLASS
from onhand.surfaces.gateway.tokens import DETAIL_CLASS, TOKEN_CLASS
from onhand.surfaces.gateway.updates import UPDATE_CLASS
from onhand.surfaces.operator.access import THROTTLE_CLASS as OPERATOR
from onhand.surfaces.plumbing.throttling import Rate
from onhand.surfaces.suppliers.routes import THROTTLE_CLASS as SUPPLIERS

_SECOND, _MINUTE, _HOUR = 1, 60, 3600


def rates_of(settings: Settings) -> dict[str, Rate] | None:
    """The rate of every throttle class, or None where nothing is throttled."""
    if not settings.throttle:
        return None
    limits = {
        SUPPLIERS: (settings.supplier_calls_per_second, _SECOND),
        OPERATOR: (settings.operator_calls_per_second, _SECOND),
        TOKEN_CLASS: (settings.tokens_per_hour, _HOUR),
        DETAIL_CLASS: (settings.token_details_per_minute, _MINUTE),
        READ_CLASS: (settings.inventory_reads_per_minute, _MINUTE),
        UPDATE_CLASS: (settings.inventory_updates_per_minute, _MINUTE),
        SUBMIT_CLASS: (settings.feeds_per_hour, _HOUR),
        STATUS_CLASS: (settings.feed_status_per_minute, _MINUTE),
        LIST_CLASS: (settings.feed_status_per_minute, _MINUTE),
        ERRORS_CLASS: (settings.feed_errors_per_minute, _MINUTE),
        RECON_CLASS: (settings.settlement_reports_per_minute, _MINUTE),
        LOG_CLASS: (settings.fulfilment_log_per_minute, _MINUTE),
        INVENTORY_CLASS: (settings.fulfilment_inventory_per_minute, _MINUTE),
        RECONCILIATION_CLASS: (settings.reconciliations_per_hour, _HOUR),
        REPORT_REQUEST: (settings.reports_per_hour, _HOUR),
        REPORT_STATUS: (settings.report_status_per_minute, _MINUTE),
        REPORT_LIST: (settings.report_status_per_minute, _MINUTE),
        REPORT_DOWNLOAD: (settings.report_links_per_hour, _HOUR),
    }
    multiplier = settings.throttle_multiplier
    return {name: Rate.of(calls * multiplier, period) for name, (calls, period) in limits.items()}
