"""A data set of the package's shape, small enough for a test: two stores, three products, two weeks."""

from datetime import datetime, timedelta
from pathlib import Path

import polars as pl
import pytest

STARTS = datetime.fromisoformat("2017-01-01T12:00")


@pytest.fixture
def data_set(tmp_path: Path) -> Path:
    """The folder of its files."""
    directory = tmp_path / "data"
    directory.mkdir()
    lines = [
        (
            store,
            31_000_000_000 + hour,
            product,
            hour % 3 * 10,
            hour % 3 * 12.9,
            hour % 3 * 0.7,
            0.5,
            0.25,
            STARTS + timedelta(hours=hour),
        )
        for hour in range(0, 24 * 14, 13)
        for store, product in ((406, 25671), (406, 26081), (406, 26093), (34280, 25671), (34280, 999))
    ]
    names = ["store_id", "basket_id", "product_id", "quantity", "sales_value", "retail_disc", "coupon_disc"]
    names += ["coupon_match_disc", "transaction_timestamp"]
    table = pl.DataFrame(lines, schema=names, orient="row")
    table.with_columns(pl.col("transaction_timestamp").cast(pl.Datetime("ns"))).write_parquet(
        directory / "transactions.parquet"
    )
    products = {
        "product_id": [25671, 26081, 26093, 26190],
        "manufacturer_id": [2, 2, 2, 69],
        "department": ["GROCERY"] * 4,
        "product_category": ["FRZN ICE", None, "BREAD", None],
        "product_type": ["ICE - CRUSHED", None, "BREAD:ITALIAN", None],
        "package_size": ["22 LB", None, None, "1 GA"],
    }
    pl.DataFrame(products).write_parquet(directory / "products.parquet")
    return directory
