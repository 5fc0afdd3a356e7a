"""The limits of calls, from the settings to the buckets."""

import pytest

from onhand.settings import Settings
from onhand.surfaces.plumbing.throttling import Rate
from onhand.wiring.rates import rates_of

DEFAULTS = {
    "suppliers": Rate.of(25),
    "operator": Rate.of(100),
    "gateway_token": Rate.of(100, 3600),
    "gateway_token_detail": Rate.of(600, 60),
    "inventory_read": Rate.of(2500, 60),
    "inventory_update": Rate.of(1500, 60),
    "feed_submit": Rate.of(50, 3600),
    "feed_status": Rate.of(5000, 60),
    "feed_list": Rate.of(5000, 60),
    "feed_errors": Rate.of(60, 60),
    "report_request": Rate.of(1, 3600),
    "report_status": Rate.of(20, 60),
    "report_list": Rate.of(20, 60),
    "report_download": Rate.of(20, 3600),
    "fulfilment_log": Rate.of(600, 60),
    "fulfilment_inventory": Rate.of(600, 60),
    "reconciliation": Rate.of(1, 3600),
}


@pytest.mark.contract("GW-16")
def test_every_class_has_the_limit_of_the_contract_unless_it_is_set_otherwise() -> None:
    assert rates_of(Settings()) == DEFAULTS
    assert rates_of(Settings(feeds_per_hour=7)) == {**DEFAULTS, "feed_submit": Rate.of(7, 3600)}


@pytest.mark.contract("GW-16")
def test_every_limit_is_multiplied() -> None:
    doubled = rates_of(Settings(throttle_multiplier=2))
    assert doubled is not None
    assert {name: rate.tokens_max for name, rate in doubled.items()} == {
        name: 2 * rate.tokens_max for name, rate in DEFAULTS.items()
    }


@pytest.mark.contract("GW-16")
def test_nothing_is_limited_where_throttling_is_off() -> None:
    assert rates_of(Settings(throttle=False)) is None
