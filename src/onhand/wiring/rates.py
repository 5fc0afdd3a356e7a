"""How many calls each throttle class lets through, as the settings say (GW-16)."""

from onhand.settings import Settings
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
        "gateway_token": (settings.tokens_per_hour, _HOUR),
        "gateway_token_detail": (settings.token_details_per_minute, _MINUTE),
        "inventory_read": (settings.inventory_reads_per_minute, _MINUTE),
        "inventory_update": (settings.inventory_updates_per_minute, _MINUTE),
        "feed_submit": (settings.feeds_per_hour, _HOUR),
        "feed_status": (settings.feed_status_per_minute, _MINUTE),
        "feed_list": (settings.feed_status_per_minute, _MINUTE),
        "feed_errors": (settings.feed_errors_per_minute, _MINUTE),
    }
    multiplier = settings.throttle_multiplier
    return {name: Rate.of(calls * multiplier, period) for name, (calls, period) in limits.items()}
