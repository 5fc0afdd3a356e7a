"""A busy item of the data set, for whoever wants to look at one."""

from datetime import timedelta

import msgspec
import polars as pl

from onhand.completejourney.catalogue import item_name
from onhand.completejourney.numbering import gtin_of, supplier_code_of, supplier_name_of
from onhand.completejourney.products import products
from onhand.completejourney.streaming import Journey

_DAYS = 14
_OTHERS = 2
# Fuel is sold in thousandths of a gallon, and coupons are no goods, though the registers recorded both.
_NO_GOODS = ("FUEL", "COUPON", "MISCELLANEOUS")


class Highlight(msgspec.Struct, frozen=True):
    """An item that sold well in a store's last two weeks, two more of its supplier there, and one of another supplier.

    `first_day` and `last_day` (yyyy-mm-dd) bound those weeks.
    """

    store_number: int
    supplier_code: str
    supplier_name: str
    gtin: str
    name: str
    other_gtins: tuple[str, ...]
    foreign_gtin: str
    first_day: str
    last_day: str


def highlight(journey: Journey) -> Highlight:
    """The busiest item of the end of a journey whose supplier sold at least three there."""
    last = max(lines["sold_at"][-1] for lines in journey.lines() if len(lines))
    since = last - timedelta(days=_DAYS - 1)
    recent = pl.concat(lines.filter(pl.col("sold_at") >= since) for lines in journey.lines())
    sold = _sold(recent, products(journey.directory))
    store, product, manufacturer, kind, size = sold.row(0)
    there = sold.filter(pl.col("store") == store, pl.col("product") != product)
    own = there.filter(pl.col("manufacturer") == manufacturer)
    foreign = there.filter(pl.col("manufacturer") != manufacturer)
    return Highlight(
        store,
        supplier_code_of(manufacturer),
        supplier_name_of(manufacturer),
        gtin_of(product),
        item_name(product, kind, size),
        tuple(gtin_of(other) for other in own["product"].head(_OTHERS)),
        gtin_of(foreign["product"][0]),
        since.date().isoformat(),
        last.date().isoformat(),
    )


def _sold(lines: pl.DataFrame, listed: pl.DataFrame) -> pl.DataFrame:
    """What was sold by store and product, the most often sold first, of suppliers that sold at least three there."""
    goods = listed.filter(pl.col("manufacturer").is_not_null(), ~pl.col("department").is_in(_NO_GOODS))
    by_item = (
        lines.group_by("store", "product")
        .len("times")
        .join(goods.with_columns(pl.col("product").cast(pl.Int32)), on="product")
    )
    several = by_item.filter(pl.len().over("store", "manufacturer") > _OTHERS)
    ordered = several.sort(["times", "store", "product"], descending=[True, False, False])
    return ordered.select("store", "product", "manufacturer", "type", "size")
