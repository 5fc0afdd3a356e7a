import pytest

from onhand.basics.gtin import has_valid_check_digit
from onhand.completejourney.numbering import gtin_of, wm_item_nbr_of


@pytest.mark.parametrize(
    ("product_id", "gtin"),
    # 0 20 0001082185: odd places 0+0+0+1+8+1+5 = 15, even places 2+0+0+0+2+8 = 12, 3 × 15 + 12 = 57, to 60 is 3.
    [(1082185, "02000010821853")],
)
def test_a_gtin_is_made_of_the_product_id_in_the_range_for_own_use(product_id: int, gtin: str) -> None:
    assert gtin_of(product_id) == gtin


def test_every_gtin_has_fourteen_digits_and_a_right_check_digit() -> None:
    gtins = [gtin_of(product_id) for product_id in (1, 25671, 18316298, 10**10 - 1)]
    assert all(len(gtin) == 14 and has_valid_check_digit(int(gtin)) for gtin in gtins)


def test_an_item_number_has_nine_digits() -> None:
    assert [wm_item_nbr_of(1), wm_item_nbr_of(18316298)] == ["500000001", "518316298"]
