"""The register lines: what was sold, where and when."""

from collections.abc import Iterator
from pathlib import Path

import polars as pl

_COLUMNS = (
    pl.col("store_id").cast(pl.Int32).alias("store"),
    pl.col("product_id").cast(pl.Int32).alias("product"),
    pl.col("basket_id").alias("basket"),
    pl.col("quantity").cast(pl.Int32),
    # The set names no zone: its times are taken for UTC.
    pl.col("transaction_timestamp").cast(pl.Datetime("us")).alias("sold_at"),
)


def register_lines(directory: Path, lines_max: int) -> Iterator[pl.DataFrame]:
    """The register lines in the order of time, so many at a time: all at once would take 100 MB.

    A line has store, product, basket, quantity, sold_at.
    """
    table = pl.scan_parquet(directory / "transactions.parquet").select(_COLUMNS)
    start = 0
    while not (lines := table.slice(start, lines_max).collect()).is_empty():
        yield lines
        start += len(lines)
