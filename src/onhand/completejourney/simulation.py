"""What the data set leaves out, simulated: a first count of every product in every store, and weekly deliveries.

Nothing here is chance. A product comes in cases of a size that its id decides. Weeks end on Monday at 06:00, and with
the end of a week arrive as many cases as the store has sold whole cases since the year began, less those that came
before. The first count is the smallest number of cases with which the shelf never runs short.
"""

from collections.abc import Iterable
from datetime import datetime

import msgspec
import polars as pl

OPENED_AT = datetime(2017, 1, 1)  # noqa: DTZ001  the data set's times are UTC without saying so
_WEEKS_FROM = datetime(2016, 12, 26, 6)  # noqa: DTZ001
_WEEK_SECONDS = 604_800
_CASE_UNITS = (6, 8, 12, 24)
_PARTS = 16
_PAIR = ("store", "product")


class Simulation(msgspec.Struct, frozen=True):
    """The simulated events of some register lines.

    `openings` has store, product, units. `deliveries` has store, product, units, arrived_at, in the order of time.
    """

    openings: pl.DataFrame
    deliveries: pl.DataFrame


def sold_by_week(lines: Iterable[pl.DataFrame]) -> pl.DataFrame:
    """What each store sold of each product in each week: store, product, week, units, lines."""
    # A sale at 06:00 sharp is the ending week's last: at equal times the ledger puts the register before deliveries.
    since = (pl.col("sold_at") - _WEEKS_FROM).dt.total_seconds() - 1
    week = (since // _WEEK_SECONDS).cast(pl.Int16).alias("week")
    of_group = (pl.col("quantity").sum().alias("units"), pl.len().alias("lines"))
    return pl.concat(some.group_by(*_PAIR, week).agg(of_group) for some in lines)


def simulate(sold: pl.DataFrame) -> Simulation:
    """The first counts and the deliveries that suit what was sold by week."""
    # A few stores at a time: all at once would take several times the memory of the lines themselves.
    parts = [_simulate_part(sold.filter(pl.col("store") % _PARTS == part)) for part in range(_PARTS)]
    deliveries = pl.concat(part.deliveries for part in parts).sort("arrived_at", *_PAIR)
    return Simulation(pl.concat(part.openings for part in parts).sort(*_PAIR), deliveries)


def _simulate_part(sold: pl.DataFrame) -> Simulation:
    weeks = _with_sums(sold)
    return Simulation(_openings(weeks), _deliveries(weeks))


def _with_sums(sold: pl.DataFrame) -> pl.DataFrame:
    """Beside each week what had been sold when it ended, and what had come before it began."""
    weeks = sold.lazy().group_by(*_PAIR, "week").agg(pl.col("units").sum()).sort(*_PAIR, "week")
    cases = pl.Series(_CASE_UNITS, dtype=pl.Int32)
    case = pl.col("product").mod(len(cases)).replace_strict(range(len(cases)), cases, return_dtype=pl.Int32)
    sold_until = pl.col("units").cum_sum().over(*_PAIR)
    return (
        weeks.with_columns(case.alias("case"), sold_until.alias("sold_until"))
        .with_columns(_whole_cases(pl.col("sold_until") - pl.col("units")).alias("came_before"))
        .collect()
    )


def _whole_cases(units: pl.Expr) -> pl.Expr:
    return units // pl.col("case") * pl.col("case")


def _openings(weeks: pl.DataFrame) -> pl.DataFrame:
    shortage = (pl.col("sold_until") - pl.col("came_before")).max().alias("shortage")
    needed = weeks.lazy().group_by(*_PAIR).agg(shortage, pl.col("case").first())
    # What sold nothing but zeros begins with one case as well.
    units = pl.max_horizontal(_whole_cases(pl.col("shortage") + pl.col("case") - 1), "case").alias("units")
    return needed.select(*_PAIR, units).collect()


def _deliveries(weeks: pl.DataFrame) -> pl.DataFrame:
    arrived_at = pl.lit(_WEEKS_FROM) + pl.duration(weeks=pl.col("week").cast(pl.Int64) + 1)
    units = (_whole_cases(pl.col("sold_until")) - pl.col("came_before")).alias("units")
    deliveries = weeks.lazy().select(*_PAIR, units, arrived_at.cast(pl.Datetime("us")).alias("arrived_at"))
    return deliveries.filter(pl.col("units") > 0).collect()
