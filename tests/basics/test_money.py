"""Amounts of money: how many decimals a currency has."""

import pytest

from onhand.basics.money import decimals_of

# ISO 4217, list one of 2024: the currencies in use whose minor unit is not 1/100.
_WITHOUT = "BIF CLP DJF GNF ISK JPY KMF KRW PYG RWF UGX VND VUV XAF XOF XPF"
_THOUSANDTHS = "BHD IQD JOD KWD LYD OMR TND"


@pytest.mark.contract("RC-21")
@pytest.mark.parametrize(
    ("currencies", "decimals"), [(_WITHOUT, 0), (_THOUSANDTHS, 3), ("USD EUR CAD MXN GBP MRU MGA", 2)]
)
def test_a_currency_has_the_decimals_that_iso_4217_gives_it(currencies: str, decimals: int) -> None:
    assert {currency: decimals_of(currency) for currency in currencies.split()} == dict.fromkeys(
        currencies.split(), decimals
    )
