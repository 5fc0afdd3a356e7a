"""The numbers that the data set's products and manufacturers go by here.

Its products have ids of one to eight digits and no GTIN. Theirs is made in the range that GS1 leaves to each company
for its own use (prefix 20), so that it never is the GTIN of a real product: indicator 0, 20, the product id in ten
digits, check digit.
"""

from functools import lru_cache

from onhand.basics.gtin import check_digit, format_gtin

_OWN_USE = 200_000_000_000
_WM_ITEM_NBR = 500_000_000


@lru_cache(maxsize=131_072)
def gtin_of(product_id: int) -> str:
    """The GTIN-14 of a product."""
    body = _OWN_USE + product_id
    return format_gtin(body * 10 + check_digit(body))


def wm_item_nbr_of(product_id: int) -> str:
    """The 9-digit item number of a product."""
    return str(_WM_ITEM_NBR + product_id)


def supplier_code_of(manufacturer_id: int) -> str:
    """The partner code of a manufacturer."""
    return f"manufacturer-{manufacturer_id}"


def seller_code_of(manufacturer_id: int) -> str:
    """The partner code of a manufacturer that sells for itself."""
    return f"seller-{manufacturer_id}"


def seller_name_of(manufacturer_id: int) -> str:
    """The partner name of a manufacturer that sells for itself."""
    return f"{supplier_name_of(manufacturer_id)}, as a marketplace seller"


def supplier_name_of(manufacturer_id: int) -> str:
    """The partner name of a manufacturer; the data set tells no other."""
    return f"Manufacturer {manufacturer_id}"
