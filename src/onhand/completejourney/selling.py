"""Manufacturers of the data set as marketplace sellers: what of theirs was really sold, and with what discounts."""

from decimal import Decimal

import msgspec
import polars as pl

from onhand.completejourney.catalogue import item_name
from onhand.completejourney.highlight import NO_GOODS
from onhand.completejourney.numbering import gtin_of, seller_code_of, seller_name_of
from onhand.completejourney.products import products
from onhand.completejourney.streaming import Journey

_DAYS = 14
_SELLERS = 10
_LINES_MAX = 300


class SoldLine(msgspec.Struct, frozen=True):
    """A product in a basket: the price that was paid for all units, and the discounts on them, as decimal texts.

    `funded` is what the retailer gave (its loyalty discounts and matched coupons), `coupon` what the manufacturer did.
    """

    basket_id: str
    gtin: str
    name: str
    units: int
    price: str
    funded: str
    coupon: str


class SellerSales(msgspec.Struct, frozen=True):
    """A manufacturer as a seller, and lines of real baskets that hold its products."""

    code: str
    name: str
    lines: tuple[SoldLine, ...]


def sellers_of(journey: Journey) -> tuple[SellerSales, ...]:
    """The ten manufacturers that sold most in the last two weeks, most first, and a part of what they sold."""
    sold = _sold(journey)
    busiest = sold.group_by("manufacturer").len("times").sort(["times", "manufacturer"], descending=[True, False])
    found = []
    for manufacturer in busiest["manufacturer"].head(_SELLERS):
        lines = sold.filter(pl.col("manufacturer") == manufacturer).head(_LINES_MAX)
        name = seller_name_of(manufacturer)
        found.append(SellerSales(seller_code_of(manufacturer), name, tuple(map(_line, lines.iter_rows(named=True)))))
    return tuple(found)


def _sold(journey: Journey) -> pl.DataFrame:
    listed = products(journey.directory).filter(
        pl.col("manufacturer").is_not_null(), ~pl.col("department").is_in(NO_GOODS)
    )
    table = pl.scan_parquet(journey.directory / "transactions.parquet")
    last = table.select(pl.col("transaction_timestamp").max()).collect().item()
    return (
        table.filter(
            pl.col("transaction_timestamp") > last - pl.duration(days=_DAYS),
            pl.col("quantity") > 0,
            pl.col("sales_value") > 0,
        )
        .group_by(pl.col("basket_id").alias("basket"), pl.col("product_id").alias("product"))
        .agg(
            pl.col("quantity").sum(),
            pl.col("sales_value").sum(),
            (pl.col("retail_disc") + pl.col("coupon_match_disc")).sum().alias("funded"),
            pl.col("coupon_disc").sum(),
        )
        .join(listed.lazy(), on="product")
        .sort(["basket", "product"])
        .collect()
    )


def _line(row: dict[str, object]) -> SoldLine:
    product = int(str(row["product"]))
    kind, size = row["type"], row["size"]
    return SoldLine(
        str(row["basket"]),
        gtin_of(product),
        item_name(product, str(kind) if kind else None, str(size) if size else None),
        int(str(row["quantity"])),
        _cents(row["sales_value"]),
        _cents(row["funded"]),
        _cents(row["coupon_disc"]),
    )


def _cents(value: object) -> str:
    """A sum of amounts, which the data set keeps as binary fractions, to the cent."""
    return str(Decimal(str(value)).quantize(Decimal("0.01")))
