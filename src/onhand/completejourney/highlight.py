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
NO_GOODS = ("FUEL", "COUPON", "MISCELLANEOUS")


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
    """The busiest item of the end of a journey, of a supplier that sold at least three there where there is one."""
    last = max(lines["sold_at"][-1] for lines in journey.lines() if len(lines))
    since = last - timedelta(days=_DAYS - 1)
    recent = pl.concat(lines.filter(pl.col("sold_at") >= since) for lines in journey.lines())
    listed = products(journey.directory)
    sold = _sold(recent, listed)
    store, product, manufacturer, kind, size = sold.row(0)
    others = sold.filter(pl.col("store") == store, pl.col("product") != product, pl.col("manufacturer") == manufacturer)
    foreign = listed.filter(pl.col("manufacturer") != manufacturer)
    return Highlight(
        store,
        supplier_code_of(manufacturer),
        supplier_name_of(manufacturer),
        gtin_of(product),
        item_name(product, kind, size),
        tuple(gtin_of(other) for other in others["product"].head(_OTHERS)),
        gtin_of(foreign["product"][0]),
        since.date().isoformat(),
        last.date().isoformat(),
    )


def _sold(lines: pl.DataFrame, listed: pl.DataFrame) -> pl.DataFrame:
    """What was sold where: first that of suppliers with at least three products there, then the most often sold."""
    goods = listed.filter(pl.col("manufacturer").is_not_null(), ~pl.col("department").is_in(NO_GOODS))
    by_item = (
        lines.group_by("store", "product")
        .len("times")
        .join(goods.with_columns(pl.col("product").cast(pl.Int32)), on="product")
    )
    several = (pl.len().over("store", "manufacturer") > _OTHERS).alias("several")
    ordered = by_item.with_columns(several).sort(
        ["several", "times", "store", "product"], descending=[True, True, False, False]
    )
    return ordered.select("store", "product", "manufacturer", "type", "size")
