"""A drop-ship vendor of the data set: a manufacturer's real products, and real baskets that ask for them.

The data set tells of no stock. What the vendor declares is made up, from the products alone, so that it is the same
each time.
"""

from datetime import timedelta

import msgspec
import polars as pl

from onhand.completejourney.catalogue import item_name
from onhand.completejourney.highlight import NO_GOODS
from onhand.completejourney.numbering import gtin_of, supplier_code_of, supplier_name_of
from onhand.completejourney.products import products
from onhand.completejourney.streaming import Journey

_DAYS = 7
_BASKETS_MAX = 400


class Basket(msgspec.Struct, frozen=True):
    """What a customer bought of the vendor's in one go: units by GTIN."""

    basket_id: str
    units: dict[str, int]


class DropShip(msgspec.Struct, frozen=True):
    """The vendor, what it sends itself, and the baskets of a week that hold some of it, oldest first.

    `gtins` begin with what was sold most.
    """

    supplier_code: str
    supplier_name: str
    gtins: tuple[str, ...]
    names: dict[str, str]
    baskets: tuple[Basket, ...]


def drop_ship(journey: Journey, items_max: int) -> DropShip:
    """The manufacturer with the most products, at most `items_max` of them, and a part of the last week's baskets."""
    listed = products(journey.directory).filter(
        pl.col("manufacturer").is_not_null(), ~pl.col("department").is_in(NO_GOODS)
    )
    by_maker = listed.group_by("manufacturer").len("products").sort(["products", "manufacturer"], descending=True)
    maker = int(by_maker["manufacturer"][0])
    sold = _last_week(journey)
    made = _most_sold_first(listed.filter(pl.col("manufacturer") == maker), sold).head(items_max)
    chosen = sold.filter(pl.col("product").is_in(made["product"].cast(pl.Int32).implode()))
    names = {
        gtin_of(product): item_name(product, kind, size)
        for product, kind, size in made.select("product", "type", "size").iter_rows()
    }
    return DropShip(
        supplier_code_of(maker),
        supplier_name_of(maker),
        tuple(gtin_of(product) for product in made["product"]),
        names,
        tuple(_baskets(chosen)),
    )


def units_at(gtin: str, node: int) -> int:
    """What the vendor declares of an item at its first (0) or second (1) node: made up, few enough to run out."""
    return (int(gtin[:-1]) * (7 + 4 * node)) % 23


def _last_week(journey: Journey) -> pl.DataFrame:
    last = max(lines["sold_at"][-1] for lines in journey.lines() if len(lines))
    since = last - timedelta(days=_DAYS)
    recent = pl.col("sold_at") >= since
    return pl.concat(lines.filter(recent, pl.col("quantity") > 0) for lines in journey.lines())


def _most_sold_first(made: pl.DataFrame, sold: pl.DataFrame) -> pl.DataFrame:
    times = sold.group_by(pl.col("product").cast(made.schema["product"])).len("times")
    joined = made.join(times, on="product", how="left")
    return joined.sort([pl.col("times").fill_null(0), pl.col("product")], descending=[True, False])


def _baskets(lines: pl.DataFrame) -> list[Basket]:
    """The baskets with the most of the vendor's products, in the order of time."""
    kept = (
        lines.group_by("basket", maintain_order=True)
        .agg(pl.col("sold_at").min(), pl.len().alias("size"), pl.col("product"), pl.col("quantity"))
        .sort(["size", "sold_at", "basket"], descending=[True, False, False])
        .head(_BASKETS_MAX)
        .sort(["sold_at", "basket"])
    )
    found: list[Basket] = []
    for basket, bought, quantities in kept.select("basket", "product", "quantity").iter_rows():
        units: dict[str, int] = {}
        for product, quantity in zip(bought, quantities, strict=True):
            units[gtin_of(product)] = units.get(gtin_of(product), 0) + quantity
        found.append(Basket(str(basket), units))
    return found
