"""The products of the data set and their manufacturers."""

from pathlib import Path

import polars as pl


def products(directory: Path) -> pl.DataFrame:
    """Every product that is listed or was sold: product, manufacturer, department, category, type, size.

    A few were sold without being listed: of them nothing but the id is known.
    """
    listed = pl.scan_parquet(directory / "products.parquet").select(
        pl.col("product_id").alias("product"),
        pl.col("manufacturer_id").alias("manufacturer"),
        pl.col("department"),
        pl.col("product_category").alias("category"),
        pl.col("product_type").alias("type"),
        pl.col("package_size").alias("size"),
    )
    sold = pl.scan_parquet(directory / "transactions.parquet").select(pl.col("product_id").alias("product")).unique()
    return sold.join(listed, on="product", how="full", coalesce=True).sort("product").collect()
